// Goes through a technician's day on a phone. Told by the environment what `browser.mjs` reads, LOGIN and PASSWORD, TWIN (a
// colleague's login) and KEY (an API key for what others do meanwhile). The steps to take are its arguments.
import assert from "node:assert/strict";
import net from "node:net";
import { finish, sound, visitor, url } from "./browser.mjs";

const { LOGIN, TWIN, PASSWORD, KEY } = process.env;
// A PNG of one pixel.
const DOT = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

// A line to the host that can be cut: what a dead spot is to whatever runs in the browser, workers too.
async function lineToHost() {
  const sockets = new Set();
  let isCut = false;
  const server = net.createServer((socket) => {
    const far = net.connect(Number(new URL(url).port), new URL(url).hostname);
    for (const end of [socket, far]) {
      sockets.add(end);
      end.unref();
      end.on("error", () => null).on("close", () => { sockets.delete(end); socket.destroy(); far.destroy(); });
    }
    if (isCut) socket.destroy();
    else socket.pipe(far).pipe(socket);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    async cut(context) { isCut = true; for (const socket of sockets) socket.destroy(); await context.setOffline(true); },
    async mend(context) { isCut = false; await context.setOffline(false); },
    end() { for (const socket of sockets) socket.destroy(); server.close(); },
  };
}

async function logIn(page, at = url, login = LOGIN) {
  await page.getByLabel("E-mail address").fill(login);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((where) => where.pathname !== "/log-in");
  assert.equal(new URL(page.url()).origin, at);
}

async function open(options = PHONE, at = url) {
  const page = await visitor(options);
  await page.goto(at + "/");
  await logIn(page, at);
  assert.equal(new URL(page.url()).pathname, "/today", "a technician's first page");
  return page;
}

// Waits until the phone has the page, what it loads, and tomorrow's.
async function kept(page) {
  const all = () => page.evaluate(async () => {
    const [pages, assets] = [await caches.open("slotledger-pages"), await caches.open("slotledger-assets")];
    return (await pages.keys()).length >= 2 && (await assets.keys()).length >= 4;
  });
  for (let tries = 0; !(await all()); tries += 1) {
    assert.ok(tries < 100, "the phone keeps nothing");
    await page.waitForTimeout(100);
  }
}

const job = (page, customer) => page.locator("[data-job]", { has: page.getByRole("heading", { name: customer }) });
// A phone that was too early where reception comes back tries again after twenty seconds.
const badge = (page, customer, text) => job(page, customer).locator("[data-badge]", { hasText: text }).waitFor({ timeout: 45000 });
const now = (page, customer) => job(page, customer).locator("[data-when]:not([hidden])");
const tap = (page, customer, name) => job(page, customer).getByRole("button", { name, exact: true }).click();
const unfold = (page, customer, name) => now(page, customer).locator("summary", { hasText: name }).first().click();

async function api(method, path, body) {
  const answer = await fetch(url + path, {
    method, headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" }, body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
}

async function stored(page, customer) {
  return api("GET", `/api/v1/appointments/${await job(page, customer).getAttribute("data-job")}`);
}

// The trail of an appointment, without the word that all its entries begin with.
async function trail(id) {
  const { items } = await api("GET", `/api/v1/appointments/${id}/events`);
  return items.map((event) => event.name.replace("appointment.", ""));
}

// Thumbs need room: what can be tapped is 44 pixels high at least.
async function roomy(page) {
  await page.setViewportSize(PHONE.viewport);
  const small = await page.locator("[data-phone] :is(button, summary, .button, input:not([type=hidden]))").evaluateAll((all) =>
    all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44).map((one) => one.outerHTML));
  assert.deepEqual(small, []);
}

async function sign(page, customer) {
  const canvas = now(page, customer).locator("canvas");
  await canvas.scrollIntoViewIfNeeded();
  const box = await canvas.boundingBox();
  const at = (x, y) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.1, 0.7));
  await page.mouse.down();
  for (let n = 1; n <= 40; n += 1) await page.mouse.move(...at(0.1 + n * 0.018, 0.55 + 0.3 * Math.sin(n / 2.2) * (1 - n / 60)));
  await page.mouse.up();
}

// A picture as a camera makes it: a JPEG of so many pixels, drawn here.
async function photographed(page, width, height) {
  const drawn = await page.evaluate(async ([wide, high]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
    const brush = canvas.getContext("2d");
    const sky = brush.createLinearGradient(0, 0, wide, high);
    sky.addColorStop(0, "#5b7c99");
    sky.addColorStop(1, "#c9d6df");
    brush.fillStyle = sky;
    brush.fillRect(0, 0, wide, high);
    brush.fillStyle = "#8a5a2b";
    brush.fillRect(wide * 0.2, high * 0.3, wide * 0.6, high * 0.5);
    brush.fillStyle = "#e8e2d0";
    brush.beginPath();
    brush.arc(wide * 0.5, high * 0.55, high * 0.15, 0, 7);
    brush.fill();
    return canvas.toDataURL("image/jpeg", 0.9);
  }, [width, height]);
  return { name: "boiler.jpg", mimeType: "image/jpeg", buffer: Buffer.from(drawn.split(",")[1], "base64") };
}

const choose = (page, customer, file) => job(page, customer).locator("input[type=file]").setInputFiles(file);

async function noted(page, customer, text) {
  await job(page, customer).locator("summary", { hasText: "Write a note" }).click();
  await job(page, customer).getByLabel("Note", { exact: false }).fill(text);
  await tap(page, customer, "Keep the note");
}

// How many photos of a job are there to be seen, each with its picture.
async function shown(page, customer, count) {
  const pictures = job(page, customer).locator(".photos img");
  const seen = () => pictures.evaluateAll((all) => all.filter((one) => one.complete && one.naturalWidth > 0).length);
  for (let tries = 0; (await pictures.count()) !== count || (await seen()) !== count; tries += 1) {
    assert.ok(tries < 100, `${await seen()} of ${await pictures.count()} photos, not ${count}`);
    await pictures.last().scrollIntoViewIfNeeded().catch(() => null);
    await page.waitForTimeout(100);
  }
}

const steps = {
  // Noted, photographed, and when they will be there: colleagues see all of it, the customer only the last.
  async record() {
    const page = await open();
    const { id } = await stored(page, "Mara Lindqvist");
    await noted(page, "Mara Lindqvist", "The valve behind the boiler drips.\nBring a seal of 8 mm next time.");
    await job(page, "Mara Lindqvist").getByText("Bring a seal").waitFor();
    await page.locator("[data-line]", { hasText: "The note is kept" }).waitFor();
    for (const [width, height] of [[3000, 2000], [900, 1200]]) {
      await choose(page, "Mara Lindqvist", await photographed(page, width, height));
      await page.locator("[data-line]", { hasText: "The photo is kept" }).waitFor();
    }
    await shown(page, "Mara Lindqvist", 2);
    const { items } = await api("GET", `/api/v1/appointments/${id}/photos`);
    assert.deepEqual(items.map(({ width, height }) => [width, height]), [[2048, 1365], [900, 1200]]);

    const otto = await stored(page, "Otto Klein");
    await tap(page, "Otto Klein", "On my way, there in 20 min");
    await badge(page, "Otto Klein", /^En route$/);
    const { expected_arrival: expected } = await stored(page, "Otto Klein");
    const off = (Date.parse(expected) - Date.now()) / 60000;
    assert.ok(off > 18 && off <= 20, expected);
    await job(page, "Otto Klein").getByText("Expected").waitFor();
    await roomy(page);
    await sound(page, "phone-record");

    // The customer's own page says it, in their language, and nothing else of what is kept.
    const { token } = await api("POST", `/api/v1/appointments/${otto.id}/links`, { purpose: "sign" });
    for (const [locale, said] of [["en-GB", /We expect to be with you at about \d\d:\d\d/], ["de-DE", /voraussichtlich gegen \d\d:\d\d Uhr/]]) {
      const customer = await visitor({ locale });
      await customer.goto(`${url}/visit?token=${encodeURIComponent(token)}`);
      await customer.locator(".arrival", { hasText: said }).waitFor();
      await sound(customer, `portal-arrival-${locale.slice(0, 2)}`);
    }
    await page.setViewportSize(PHONE.viewport);
    await job(page, "Mara Lindqvist").getByRole("link", { name: "Details of" }).click();
    await page.getByRole("heading", { name: "Notes and photos of the work" }).waitFor();
    await page.getByText("Bring a seal").waitFor();
    await page.getByLabel("Note", { exact: true }).fill("Written at the desk of the van.");
    await page.getByRole("button", { name: "Add the note" }).click();
    await page.getByText("The note is kept").waitFor();
    await page.getByLabel("Photo", { exact: true }).setInputFiles(await photographed(page, 640, 480));
    await page.getByRole("button", { name: "Add the photo" }).click();
    await page.getByText("The photo is kept").waitFor();
    assert.equal(await page.locator(".photos img").count(), 3);
    await sound(page, "appointment-record");
  },

  // What is no picture is said at the job. Where there is no reception, notes and photos wait with everything else, in order.
  async record_offline() {
    const line = await lineToHost();
    const page = await open(PHONE, line.url);
    const context = page.context();
    await kept(page);
    const { id } = await stored(page, "Noor Haddad");
    await choose(page, "Noor Haddad", { name: "photo.jpg", mimeType: "image/jpeg", buffer: Buffer.from("<svg onload='x'/>") });
    const refused = job(page, "Noor Haddad").getByRole("alert");
    await refused.getByText("SL0131").waitFor();
    // It holds up nothing else.
    await noted(page, "Noor Haddad", "Zero");
    await job(page, "Noor Haddad").getByText("Zero").waitFor();
    await refused.getByRole("button", { name: "Drop it: Photo" }).click();
    await refused.waitFor({ state: "detached" });

    await line.cut(context);
    await page.reload();
    await page.locator("[data-line]", { hasText: "No connection" }).waitFor();
    await noted(page, "Noor Haddad", "One");
    await tap(page, "Noor Haddad", "On my way, there in 30 min");
    await badge(page, "Noor Haddad", "En route, not sent yet");
    await choose(page, "Noor Haddad", await photographed(page, 2400, 1800));
    await page.locator("[data-line]", { hasText: "3 things wait" }).waitFor();
    await noted(page, "Noor Haddad", "Two");
    await page.locator("[data-line]", { hasText: "4 things wait" }).waitFor();
    await page.reload();
    await job(page, "Noor Haddad").getByText("Photo, tapped at").waitFor();
    await badge(page, "Noor Haddad", "En route, not sent yet");
    await sound(page, "phone-record-offline");
    await page.setViewportSize(PHONE.viewport);
    await line.mend(context);
    await badge(page, "Noor Haddad", /^En route$/);
    await shown(page, "Noor Haddad", 1);
    await page.locator(".queued").first().waitFor({ state: "detached" });
    const { items } = await api("GET", `/api/v1/appointments/${id}/notes`);
    assert.deepEqual(items.map((note) => [note.text, note.by.name]), [["Zero", "Ada Brandt"], ["One", "Ada Brandt"], ["Two", "Ada Brandt"]]);
    const off = (Date.parse((await stored(page, "Noor Haddad")).expected_arrival) - Date.now()) / 60000;
    assert.ok(off > 28 && off < 30, `${off}`);

    // An answer that is lost on the way: what was sent counts once.
    await page.route("**/photos", async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
    await choose(page, "Noor Haddad", await photographed(page, 800, 600));
    await page.locator("[data-line]", { hasText: "One thing waits" }).waitFor();
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await shown(page, "Noor Haddad", 2);
    await page.locator(".queued").first().waitFor({ state: "detached" });
    assert.equal((await api("GET", `/api/v1/appointments/${id}/photos`)).items.length, 2);
    const left = () => page.evaluate(() => new Promise((done) => {
      const opening = indexedDB.open("slotledger-photos", 1);
      opening.onsuccess = () => { opening.result.transaction("photos").objectStore("photos").count().onsuccess = (event) => done(event.target.result); };
    }));
    for (let tries = 0; (await left()) > 0; tries += 1) {
      assert.ok(tries < 100, "a photo that was sent is left behind");
      await page.waitForTimeout(100);
    }
    line.end();
  },

  // On the way, started, paused, gone on, completed with what was really used, signed.
  async job() {
    const page = await open();
    await job(page, "Mara Lindqvist").getByText("the key is at no. 6").waitFor();
    assert.equal(await page.locator("[data-job]").count(), 4);
    assert.equal(await job(page, "Mara Lindqvist").getByRole("link", { name: "Call" }).getAttribute("href"), "tel:+49305550101");
    assert.match(await job(page, "Mara Lindqvist").getByRole("link", { name: "Directions" }).getAttribute("href"), /Lindenallee\+4\+10115\+Berlin/);
    await roomy(page);
    await sound(page, "phone");
    // The icon of phones that draw no SVG.
    const icon = await page.request.get(url + (await page.locator('link[rel="apple-touch-icon"]').getAttribute("href")));
    assert.equal(icon.headers()["content-type"], "image/png");
    const [wide, high] = [16, 20].map((at) => icon.body().then((bytes) => bytes.readUInt32BE(at)));
    assert.deepEqual([await wide, await high], [180, 180]);
    await page.setViewportSize(PHONE.viewport);
    await tap(page, "Pilar Ruiz", "Confirm");
    await badge(page, "Pilar Ruiz", /^Confirmed$/);

    await tap(page, "Mara Lindqvist", "On my way");
    await badge(page, "Mara Lindqvist", /^En route$/);
    await page.locator("[data-line]", { hasText: "on the way" }).waitFor();
    await tap(page, "Mara Lindqvist", "Start work");
    await badge(page, "Mara Lindqvist", /^In progress$/);
    await tap(page, "Mara Lindqvist", "Pause");
    await badge(page, "Mara Lindqvist", /^Paused$/);
    await job(page, "Mara Lindqvist").getByRole("link", { name: "Book the rest" }).waitFor();
    await tap(page, "Mara Lindqvist", "Resume");
    await badge(page, "Mara Lindqvist", /^In progress$/);

    const { id } = await stored(page, "Mara Lindqvist");
    await unfold(page, "Mara Lindqvist", "Complete");
    const form = now(page, "Mara Lindqvist");
    await form.getByLabel("FILTER-20").fill("2");
    await form.getByLabel("GLYCOL").fill("0");
    await form.getByText("Something else was used").click();
    const other = form.getByRole("group", { name: "Other material" }).first();
    await other.getByLabel("Item").fill("SEAL-8");
    await other.getByLabel("Quantity").fill("1,5");
    await other.getByLabel("Unit").fill("Metre");
    await form.getByLabel("Name of whoever signs").fill("Mara Lindqvist");
    await sign(page, "Mara Lindqvist");
    await roomy(page);
    await sound(page, "phone-complete");
    await page.setViewportSize(PHONE.viewport);
    await tap(page, "Mara Lindqvist", "Complete the job");
    await badge(page, "Mara Lindqvist", /^Completed$/);
    await job(page, "Mara Lindqvist").getByRole("img", { name: "Signature of Mara Lindqvist" }).waitFor();
    assert.deepEqual((await trail(id)).slice(-6), ["confirmed", "departed", "started", "paused", "resumed", "completed"]);
    const signature = await api("GET", `/api/v1/appointments/${id}/signature`);
    assert.match(signature.drawing, /^M\d+,\d+L/);
    const { items } = await api("GET", `/api/v1/deliveries?appointment=${id}`);
    const issue = items.find((one) => one.kind === "stock_issue");
    const text = JSON.stringify(await api("GET", `/api/v1/deliveries/${issue.id}`));
    assert.ok(text.includes("FILTER-20") && text.includes('"1.5"') && !text.includes("GLYCOL"), text);
    await sound(page, "phone-done");

    // What the rest of interrupted work needs is found on the appointment's own page.
    await page.setViewportSize(PHONE.viewport);
    for (const name of ["Start work", "Pause"]) await tap(page, "Noor Haddad", name);
    await badge(page, "Noor Haddad", /^Paused$/);
    await job(page, "Noor Haddad").getByRole("link", { name: "Book the rest" }).click();
    await page.locator(".slot").first().waitFor();
    await sound(page, "phone-rest");
    await page.locator(".slot input").first().check();
    await page.locator(".panel").getByRole("button", { name: "Book the rest" }).click();
    await page.getByText("The rest is booked").waitFor();
  },

  // Nothing is lost where there is no reception, and everything is done once it is back: in order, and once.
  async dead_spot() {
    const line = await lineToHost();
    const page = await open(PHONE, line.url);
    const context = page.context();
    await kept(page);
    const { id } = await stored(page, "Noor Haddad");
    await line.cut(context);
    await page.reload();
    await page.locator("[data-line]", { hasText: "No connection" }).waitFor();
    await tap(page, "Noor Haddad", "On my way");
    await badge(page, "Noor Haddad", "En route, not sent yet");
    await tap(page, "Noor Haddad", "Start work");
    await badge(page, "Noor Haddad", "In progress, not sent yet");
    await page.locator("[data-line]", { hasText: "2 things wait" }).waitFor();
    await sound(page, "phone-offline");
    await page.setViewportSize(PHONE.viewport);
    // The page is shown anew, and tomorrow's is there as well.
    await page.getByRole("link", { name: "Tomorrow" }).click();
    await page.getByRole("heading", { name: "Quirin Maier" }).waitFor();
    await page.locator("[data-notes]", { hasText: "Start work" }).waitFor();
    await page.getByRole("link", { name: "Today", exact: true }).last().click();
    await badge(page, "Noor Haddad", "In progress, not sent yet");
    assert.deepEqual((await trail(id)).slice(-1), ["confirmed"]);
    await unfold(page, "Noor Haddad", "Complete");
    await now(page, "Noor Haddad").getByLabel("Name of whoever signs").fill("Noor Haddad");
    await sign(page, "Noor Haddad");
    await tap(page, "Noor Haddad", "Complete the job");
    await badge(page, "Noor Haddad", "Completed, not sent yet");
    await line.mend(context);
    await badge(page, "Noor Haddad", /^Completed$/);
    await page.locator(".queued").first().waitFor({ state: "detached" });
    assert.deepEqual((await trail(id)).slice(-4), ["confirmed", "departed", "started", "completed"]);
    assert.equal((await api("GET", `/api/v1/appointments/${id}/signature`)).name, "Noor Haddad");

    // An answer that is lost: the same is sent again, and done once.
    const other = await stored(page, "Otto Klein");
    await page.route("**/depart", async (route) => { await route.fetch(); await route.abort(); }, { times: 1 });
    await tap(page, "Otto Klein", "On my way");
    await page.locator("[data-line]", { hasText: "One thing waits" }).waitFor();
    await badge(page, "Otto Klein", "En route, not sent yet");
    assert.deepEqual((await trail(other.id)).slice(-1), ["departed"]);
    await page.evaluate(() => dispatchEvent(new Event("online")));
    await badge(page, "Otto Klein", /^En route$/);
    await page.locator(".queued").first().waitFor({ state: "detached" });
    assert.deepEqual((await trail(other.id)).slice(-2), ["confirmed", "departed"]);
    line.end();
  },

  // What is refused says why, and is tried again or dropped; what waits behind it waits on.
  async conflict() {
    const line = await lineToHost();
    const page = await open(PHONE, line.url);
    const context = page.context();
    await kept(page);
    const { id } = await stored(page, "Otto Klein");
    await line.cut(context);
    await tap(page, "Otto Klein", "On my way");
    await tap(page, "Otto Klein", "Start work");
    await tap(page, "Noor Haddad", "On my way");
    await api("POST", `/api/v1/appointments/${id}/cancel`, { reason: "The customer called it off" });
    await line.mend(context);
    // What has nothing to do with it is done.
    await badge(page, "Noor Haddad", /^En route$/);
    const refused = job(page, "Otto Klein").getByRole("alert");
    await refused.getByText("SL0302").waitFor();
    await badge(page, "Otto Klein", "Cancelled");
    await job(page, "Otto Klein").getByText("The customer called it off").waitFor();
    await job(page, "Otto Klein").getByText("waits for what becomes of the one before it").waitFor();
    await sound(page, "phone-conflict");
    await page.setViewportSize(PHONE.viewport);
    await refused.getByRole("button", { name: "Try again: On my way" }).click();
    await refused.getByText("SL0241").waitFor();
    await page.reload();
    await refused.getByText("SL0241").waitFor();
    await refused.getByRole("button", { name: "Drop it: On my way" }).click();
    await refused.getByText("SL0241").waitFor();
    await refused.getByRole("button", { name: "Drop it: Start work" }).click();
    await refused.waitFor({ state: "detached" });

    // Nobody is missed before the visit begins; from then on it is offered, also on a page that was there before.
    const missing = now(page, "Noor Haddad").locator("summary", { hasText: "Nobody there" });
    assert.ok(!(await missing.isVisible()), "it is too early");
    await page.evaluate(() => {
      const moment = Date.now;
      Date.now = () => moment() + 24 * 60 * 60 * 1000;
      dispatchEvent(new Event("online"));
    });
    await missing.waitFor();
    line.end();
  },

  // What the server refuses is said in the words of the form, comes back into it, and is sent anew in its place.
  async mended() {
    const page = await open();
    const { id } = await stored(page, "Mara Lindqvist");
    await tap(page, "Mara Lindqvist", "Start work");
    await badge(page, "Mara Lindqvist", /^In progress$/);
    await unfold(page, "Mara Lindqvist", "Complete");
    const form = now(page, "Mara Lindqvist");
    await form.getByLabel("GLYCOL").fill("much");
    await form.getByText("Something else was used").click();
    const other = form.getByRole("group", { name: "Other material" }).first();
    await other.getByLabel("Item").fill("SEAL-8");
    await form.getByLabel("Name of whoever signs").fill("Mara Lindqvist");
    await sign(page, "Mara Lindqvist");
    const drawn = await form.locator('input[name="drawing"]').first().inputValue();
    // An item alone is not enough: its row shows what it lacks, and nothing is sent.
    await tap(page, "Mara Lindqvist", "Complete the job");
    assert.deepEqual(await other.locator("input:invalid").evaluateAll((all) => all.map((one) => one.name)), ["quantity2", "unit2"]);
    await other.getByLabel("Quantity").fill("3");
    await other.getByLabel("Unit").fill("Metre");
    await tap(page, "Mara Lindqvist", "Complete the job");
    const refused = job(page, "Mara Lindqvist").getByRole("alert");
    await refused.getByText("Quantity of GLYCOL must be a number").waitFor();
    await roomy(page);
    await sound(page, "phone-refused");
    await page.setViewportSize(PHONE.viewport);
    await page.reload();
    await refused.getByRole("button", { name: "Mend it: Complete" }).click();
    assert.equal(await form.getByLabel("GLYCOL").inputValue(), "much");
    assert.equal(await other.getByLabel("Item").inputValue(), "SEAL-8");
    assert.equal(await form.locator('input[name="drawing"]').first().inputValue(), drawn);
    const inked = await form.locator("canvas").evaluate((canvas) =>
      canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((part) => part > 0));
    assert.ok(inked, "the signature is shown again");
    await form.getByLabel("GLYCOL").fill("2");
    await tap(page, "Mara Lindqvist", "Complete the job");
    await badge(page, "Mara Lindqvist", /^Completed$/);
    await page.locator(".queued").first().waitFor({ state: "detached" });
    assert.equal((await api("GET", `/api/v1/appointments/${id}/signature`)).drawing, drawn);
    assert.deepEqual((await trail(id)).slice(-2), ["started", "completed"]);
  },

  // A session that ended: what was tapped is kept, for the same person alone. Logging out takes everything off the phone.
  async session() {
    const line = await lineToHost();
    const page = await open(PHONE, line.url);
    const context = page.context();
    await kept(page);
    await line.cut(context);
    await tap(page, "Mara Lindqvist", "On my way");
    await context.clearCookies();
    await line.mend(context);
    await page.getByRole("alert").getByText("Your session has ended").waitFor();
    await page.getByText("kept on this phone and sent once you are back").waitFor();
    assert.equal(await page.evaluate(() => caches.has("slotledger-pages")), false);
    await sound(page, "phone-over");
    await page.setViewportSize(PHONE.viewport);
    await page.getByRole("link", { name: "Log in again" }).click();
    await logIn(page, line.url, TWIN);
    await page.getByText("that somebody else tapped").waitFor();
    assert.equal(await page.locator("[data-job]").count(), 0);
    page.once("dialog", (dialog) => dialog.dismiss());
    await page.getByRole("button", { name: "Log out" }).click();
    assert.equal(new URL(page.url()).pathname, "/today");
    await context.clearCookies();
    await page.goto(line.url + "/today");
    await logIn(page, line.url);
    await badge(page, "Mara Lindqvist", /^En route$/);
    await kept(page);
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL("**/log-in");
    const left = await page.evaluate(async () => [
      await caches.keys(), Object.keys(localStorage), await indexedDB.databases(), (await navigator.serviceWorker.getRegistrations()).length,
    ]);
    assert.deepEqual(left, [[], [], [], 0]);
    line.end();
  },

  // The same without script.
  async plain() {
    const page = await open({ ...PHONE, javaScriptEnabled: false });
    await tap(page, "Mara Lindqvist", "On my way, there in 45 min");
    await badge(page, "Mara Lindqvist", /^En route$/);
    await job(page, "Mara Lindqvist").getByText("Expected").waitFor();
    await noted(page, "Mara Lindqvist", "Without script");
    await job(page, "Mara Lindqvist").getByText("Without script").waitFor();
    await choose(page, "Mara Lindqvist", { name: "x.png", mimeType: "image/png", buffer: Buffer.from("no picture") });
    await tap(page, "Mara Lindqvist", "Send the photo");
    await job(page, "Mara Lindqvist").getByRole("alert").getByText("SL0131").waitFor();
    await choose(page, "Mara Lindqvist", { name: "x.png", mimeType: "image/png", buffer: DOT });
    await tap(page, "Mara Lindqvist", "Send the photo");
    await job(page, "Mara Lindqvist").locator(".photos img").waitFor();
    assert.ok(!(await now(page, "Mara Lindqvist").getByText("Nobody there").isVisible()), "it is too early");
    await tap(page, "Mara Lindqvist", "Start work");
    await unfold(page, "Mara Lindqvist", "Complete");
    await now(page, "Mara Lindqvist").getByLabel("GLYCOL").fill("much");
    await tap(page, "Mara Lindqvist", "Complete the job");
    await job(page, "Mara Lindqvist").getByRole("alert").waitFor();
    const glycol = now(page, "Mara Lindqvist").getByLabel("GLYCOL");
    assert.equal(await glycol.inputValue(), "much");
    await glycol.fill("2");
    await tap(page, "Mara Lindqvist", "Complete the job");
    await badge(page, "Mara Lindqvist", /^Completed$/);
    await unfold(page, "Mara Lindqvist", "Have it signed");
    await now(page, "Mara Lindqvist").getByLabel("Name of whoever signs").fill("Mara L.");
    await tap(page, "Mara Lindqvist", "Keep the signature");
    await job(page, "Mara Lindqvist").getByText("Signed by Mara L.").waitFor();
    await page.getByRole("link", { name: "Tomorrow" }).click();
    await page.getByRole("heading", { name: "Quirin Maier" }).waitFor();
  },
};

await finish(steps, process.argv.slice(2));
