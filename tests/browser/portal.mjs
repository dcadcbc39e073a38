// Goes through the customer portal as customers do. Told by the environment what `browser.mjs` reads, COMPANY, whose portal it is,
// SECOND, a company without one, PORT, on whose localhost a site may embed it,
// and ENDED, a link that holds no longer. The steps to take are its arguments.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { browser, finish, sound, visitor, SCRIPT, url } from "./browser.mjs";

const { COMPANY, SECOND, PORT, ENDED } = process.env;
const portal = `${url}/portal/${COMPANY}`;

// As far as the details: the nth window of the first week that has one.
async function choose(page, n = 3) {
  await page.goto(portal);
  await page.getByRole("link", { name: /Maintenance/ }).click();
  await page.getByLabel("With").selectOption({ index: 1 });
  await page.getByRole("button", { name: "Show times" }).click();
  await page.locator(".start").nth(n).click();
  await page.getByRole("heading", { name: "Who is it for?" }).waitFor();
}

async function fill(page, text = {}) {
  await page.getByLabel("Name", { exact: true }).fill(text.name ?? "Mara Lindqvist");
  await page.getByLabel("E-mail address").fill(text.email ?? "mara@example.org");
  if (text.phone) await page.getByLabel("Telephone").fill(text.phone);
  if (text.address) await page.getByLabel("Address, if we come to you").fill(text.address);
  if (text.remarks) await page.getByLabel("Anything we should know").fill(text.remarks);
}

async function hold(page) {
  await page.getByRole("button", { name: "Hold this time" }).click();
}

// The whole path; `look` is taken at each page on it.
async function whole(page, look) {
  await page.goto(portal);
  await look(page, "portal");
  await page.getByRole("link", { name: /Maintenance/ }).click();
  await page.getByLabel("With").selectOption({ index: 1 });
  await page.getByRole("button", { name: "Show times" }).click();
  await page.getByRole("link", { name: "Week after" }).click();
  await page.locator(".start").first().waitFor();
  await look(page, "portal-times");
  await page.locator(".start").nth(4).click();
  await fill(page, { phone: "+49 30 1234", address: "Lindenallee 4, 10115 Berlin", remarks: "Please ring twice." });
  await look(page, "portal-details");
  await hold(page);
  await page.getByText("The time is held for you").waitFor();
  await page.getByText("Held until").waitFor();
  await look(page, "portal-held");
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.getByRole("heading", { name: "Your appointment is confirmed" }).waitFor();
  await look(page, "portal-visit");
  const calendar = await page.getByRole("link", { name: "Add to calendar" }).getAttribute("href");
  const file = await page.request.get(url + calendar);
  assert.match(await file.text(), /^BEGIN:VCALENDAR\r\n[^]*STATUS:CONFIRMED\r\n/);
  const before = page.url();
  await page.getByRole("link", { name: "Choose another time" }).click();
  await page.getByRole("heading", { name: "Choose another time" }).waitFor();
  await page.getByRole("link", { name: "Week after" }).click();
  await look(page, "portal-move");
  await page.getByLabel("Why").fill("Something came up");
  await page.locator(".start").nth(8).click();
  await page.getByText("It was moved").waitFor();
  await page.getByText("Cancel it").click();
  await look(page, "portal-cancel");
  await page.getByRole("button", { name: "Cancel the appointment" }).click();
  await page.getByRole("heading", { name: "This appointment is cancelled" }).waitFor();
  await page.goto(before);
  await page.getByRole("heading", { name: "This appointment is cancelled" }).waitFor();
}

// Books in a frame; `page` is another site's.
async function bookWithin(page, confirm) {
  const frame = page.frameLocator("iframe");
  await frame.getByRole("link", { name: /Maintenance/ }).click();
  await frame.getByRole("link", { name: confirm.after }).click();
  await frame.locator(".start").nth(confirm.nth).click();
  await frame.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
  await frame.getByLabel(/^E-mail address|^E-Mail-Adresse/).fill("mara@example.org");
  await frame.getByRole("button", { name: confirm.hold }).click();
  await frame.getByRole("button", { name: confirm.button }).click();
  await frame.getByRole("heading", { name: confirm.done }).waitFor();
  return frame;
}

const GERMAN = { after: "Nächste Woche", nth: 2, hold: "Zeit reservieren", button: "Bestätigen", done: "Ihr Termin ist bestätigt" };
const ENGLISH = { after: "Week after", nth: 5, hold: "Hold this time", button: "Confirm", done: "Your appointment is confirmed" };

const steps = {
  // The whole path: booked, confirmed, moved, cancelled.
  async path() {
    await whole(await visitor(), sound);
  },

  // The same without script, which what looks at pages needs.
  async plain() {
    await whole(await visitor({ javaScriptEnabled: false }), async () => {});
  },

  // Somebody elsewhere is offered their own zone, and sees both where it counts.
  async elsewhere() {
    const page = await visitor({ timezoneId: "America/New_York" });
    await page.goto(portal);
    await page.getByRole("link", { name: /Maintenance/ }).click();
    await page.getByRole("link", { name: "Show them in America/New York" }).click();
    await page.getByText("Times in America/New York").waitFor();
    await page.locator(".start").nth(2).click();
    await page.getByRole("heading", { name: "Who is it for?" }).waitFor();
    assert.match(await page.locator("time[data-zone]").innerText(), /E[SD]T/);
    await fill(page);
    await hold(page);
    await page.getByText("where you are, America/New York").first().waitFor();
  },

  // Two browsers want one window: one gets it, the other reads who was faster, and loses nothing of what was typed.
  async race() {
    const pages = [await visitor(), await visitor()];
    for (const page of pages) {
      await choose(page, 5);
      await fill(page, { remarks: "Ring twice" });
    }
    await Promise.all(pages.map(hold));
    const ends = await Promise.all(
      pages.map(async (page) => {
        await page.locator(".visit, .trouble").first().waitFor();
        return page.url().includes("/visit") ? "held" : await page.getByRole("alert").innerText();
      }),
    );
    const lost = ends.filter((end) => end !== "held");
    assert.equal(lost.length, 1, ends.join(" | "));
    assert.match(lost[0], /taken/);
    const loser = pages[ends.indexOf(lost[0])];
    assert.equal(await loser.getByLabel("Anything we should know").inputValue(), "Ring twice");
    await sound(loser, "portal-taken");
    await loser.getByRole("link", { name: "Choose another time" }).first().click();
    await loser.locator(".start").first().click();
    await fill(loser);
    await hold(loser);
    await loser.getByText("The time is held for you").waitFor();
  },

  // The whole path in German, as the browser asks for it; then in English, which is chosen on the page and goes along.
  async german() {
    const page = await visitor({ locale: "de-AT", javaScriptEnabled: false });
    await page.goto(portal);
    assert.equal(await page.locator("html").getAttribute("lang"), "de");
    await page.getByRole("heading", { name: "Was möchten Sie buchen?" }).waitFor();
    await page.getByRole("link", { name: /Maintenance/ }).click();
    await page.getByLabel("Bei", { exact: true }).selectOption({ index: 1 });
    await page.getByRole("button", { name: "Zeiten anzeigen" }).click();
    await page.getByRole("link", { name: "Nächste Woche" }).click();
    await page.getByText("Zeitzone: Europa/Berlin, wie am Ort des Termins.").waitFor();
    await page.locator(".start").nth(4).click();
    await page.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
    await page.getByLabel("E-Mail-Adresse").fill("mara@example.org");
    await page.getByRole("button", { name: "Zeit reservieren" }).click();
    await page.getByText(/Reserviert bis (Mo|Di|Mi|Do|Fr|Sa|So), \d+\. \S+ \d{4}, \d\d:\d\d Uhr \(MES?Z\)/).waitFor();
    await page.getByRole("button", { name: "Bestätigen" }).click();
    await page.getByRole("heading", { name: "Ihr Termin ist bestätigt" }).waitFor();
    await page.getByRole("link", { name: "English" }).click();
    await page.getByRole("heading", { name: "Your appointment is confirmed" }).waitFor();
    await page.getByRole("link", { name: "Choose another time" }).click();
    await page.getByRole("link", { name: "Week after" }).click();
    await page.locator(".start").nth(6).click();
    await page.getByText("It was moved").waitFor();
    assert.match(page.url(), /lang=en/);
    await page.getByRole("link", { name: "Deutsch" }).click();
    await page.getByText("Termin absagen").click();
    await page.getByLabel("Grund").fill("Mir ist etwas dazwischengekommen");
    await page.getByRole("button", { name: "Termin jetzt absagen" }).click();
    await page.getByRole("heading", { name: "Dieser Termin ist abgesagt" }).waitFor();
  },

  // What German pages look like, and that no English word is left on them.
  async deutsch() {
    const page = await visitor({ locale: "de-DE", timezoneId: "America/New_York" });
    const look = async (name) => {
      await sound(page, name);
      const text = await page.locator("body").innerText();
      const left = text.match(/\b(the|your|with|book|choose|where|time|free|before|and|of|optional)\b/i);
      assert.equal(left, null, `${name}: ${left?.[0]} in ${text}`);
    };
    await page.goto(portal);
    await look("portal-de");
    await page.getByRole("link", { name: /Anzahlung/ }).click();
    await page.getByRole("link", { name: "In der Zeitzone Amerika/New York anzeigen" }).click();
    await look("portal-de-times");
    await page.locator(".start").nth(3).click();
    await page.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
    await page.getByLabel("E-Mail-Adresse").fill("niemand");
    await look("portal-de-details");
    await page.locator("form").evaluate((form) => form.setAttribute("novalidate", ""));
    await page.getByRole("button", { name: "Zeit reservieren" }).click();
    await page.getByText("Einige Ihrer Angaben stimmen noch nicht.").waitFor();
    await look("portal-de-wrong");
    await page.getByLabel("E-Mail-Adresse").fill("mara@example.org");
    await page.getByRole("button", { name: "Zeit reservieren" }).click();
    await page.getByText("Vorab sind").waitFor();
    await page.getByText("bei Ihnen").first().waitFor();
    await look("portal-de-deposit");
    await page.goto(`${url}/visit?token=e30.e30`);
    await look("portal-de-gone");
    await page.goto(`${url}/portal/${SECOND}`);
    await look("portal-de-none");
  },

  // A company's colour, however shrill, its image and its corners.
  async themed() {
    const page = await visitor();
    const mark = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 36"><path fill="#123" d="M0 0h90v36H0z"/></svg>`;
    await page.route("https://cdn.example/**", (route) => route.fulfill({ contentType: "image/svg+xml", body: mark }));
    await page.goto(portal);
    assert.equal(await page.locator("img.logo").evaluate((image) => image.naturalWidth > 0), true);
    await sound(page, "portal-themed");
    await choose(page);
    const button = page.getByRole("button", { name: "Hold this time" });
    const shown = await button.evaluate((own) => [getComputedStyle(own).backgroundColor, getComputedStyle(own).color]);
    assert.deepEqual(shown, ["rgb(255, 204, 0)", "rgb(0, 0, 0)"]);
    await sound(page, "portal-themed-details");
  },

  // A page of another site takes the portal in with one tag, and books through it; other sites cannot.
  async embed() {
    const script = `<script src="${url}/embed.js" data-portal="${COMPANY}" async></script>`;
    const plain = `<iframe src="${portal}" title="Booking" width="600" height="900"></iframe>`;
    const pages = { "/": ["de", script], "/plain": ["en", plain] };
    const site = createServer((request, response) => {
      const [lang, part] = pages[request.url] ?? ["en", ""];
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(`<!doctype html><html lang="${lang}"><title>Shop</title><main><h1>Shop</h1>${part}</main></html>`);
    }).listen(PORT);
    try {
      const page = await visitor();
      await page.goto(`http://localhost:${PORT}/`);
      const frame = page.frameLocator("iframe");
      await frame.getByRole("heading", { name: "Was möchten Sie buchen?" }).waitFor();
      await sound(page, "portal-embedded");
      await bookWithin(page, GERMAN);
      // The frame is as high as what is in it, and called by it.
      const spare = () => frame.locator("html").evaluate((root) => root.scrollHeight - root.clientHeight);
      for (let tries = 0; (await spare()) > 0 && tries < 50; tries += 1) await page.waitForTimeout(100);
      assert.equal(await spare(), 0);
      const high = await page.locator("iframe").evaluate((own) => own.clientHeight);
      assert.ok(high > 300 && high < 2000, `${high} px`);
      assert.match(await page.locator("iframe").getAttribute("title"), /Ihr Termin/);
      // What any other frame or page says changes nothing.
      await page.evaluate(() => window.postMessage({ slotledger: "page", height: 5000, title: "taken over" }, "*"));
      await page.waitForTimeout(200);
      assert.equal(await page.locator("iframe").evaluate((own) => own.clientHeight), high);

      const bare = await visitor({ javaScriptEnabled: false });
      await bare.goto(`http://localhost:${PORT}/plain`);
      await bookWithin(bare, ENGLISH);

      // The same page by another name is another site.
      const stranger = await (await browser.newContext()).newPage();
      const refused = stranger.waitForEvent("console", (line) => line.text().includes("frame-ancestors"));
      await stranger.goto(`http://127.0.0.1:${PORT}/`);
      await refused;
      assert.equal(await stranger.frameLocator("iframe").locator("main").count(), 0);
      for (const path of ["/log-in", "/appointments", "/board"]) {
        const answer = await stranger.request.get(url + path);
        assert.match(answer.headers()["content-security-policy"], /frame-ancestors 'none'/, path);
      }
    } finally {
      site.close();
      site.closeAllConnections();
    }
  },

  // Script that is typed anywhere stays text everywhere.
  async text() {
    const page = await visitor();
    await choose(page);
    await fill(page, { name: SCRIPT, phone: SCRIPT.slice(0, 50), address: SCRIPT, remarks: SCRIPT });
    await hold(page);
    await page.getByText("Held until").waitFor();
    assert.ok((await page.getByText(SCRIPT).count()) >= 1);
    await page.getByText("Decline it").click();
    await page.getByLabel("Why").fill(SCRIPT);
    await page.getByRole("button", { name: "Decline" }).click();
    await page.getByRole("heading", { name: "This appointment is cancelled" }).waitFor();
    assert.ok((await page.getByText(SCRIPT).count()) >= 2);
    assert.equal(await page.title(), "Your appointment · Brightwater Services");
  },

  // What a deposit keeps away, and what does not hold or is not there.
  async shut() {
    const page = await visitor();
    await page.goto(portal);
    await page.getByRole("link", { name: /in advance/ }).click();
    await page.locator(".start").nth(3).click();
    await fill(page);
    await hold(page);
    await page.getByText("are due in advance").waitFor();
    // Whoever goes back and sends the form again comes to what they hold.
    await page.goBack();
    await page.getByRole("heading", { name: "Who is it for?" }).waitFor();
    await fill(page);
    await hold(page);
    await page.getByText("are due in advance").waitFor();
    assert.equal(await page.getByRole("button", { name: "Confirm" }).count(), 0);
    await sound(page, "portal-deposit");
    const forged = await page.goto(`${url}/visit?token=e30.e30`);
    assert.equal(forged.status(), 410);
    await sound(page, "portal-gone");
    const closed = await page.goto(`${url}/portal/${SECOND}`);
    assert.equal(closed.status(), 404);
    await sound(page, "portal-none");
  },

  // A link that was good once says that it does not work any more, and nothing of what it was for.
  async ended() {
    const page = await visitor();
    const answer = await page.goto(`${url}/visit?token=${ENDED}`);
    assert.equal(answer.status(), 410);
    await page.getByRole("heading", { name: "This link does not work any more" }).waitFor();
    await page.getByText("be too old").waitFor();
    const told = await page.content();
    for (const secret of ["Brightwater", "Maintenance", "APT-", COMPANY]) assert.ok(!told.includes(secret), secret);
    assert.equal(await page.locator("main form, main a").count(), 0, "there is nothing to be done");
    await sound(page, "portal-ended");
    const forged = await page.request.get(`${url}/visit?token=e30.e30`);
    const ended = await page.request.get(`${url}/visit?token=${ENDED}`);
    assert.equal(await ended.text(), await forged.text(), "nobody learns that there was a visit");
    for (const act of ["read", "accept", "cancel"]) {
      const spent = await page.request.post(`${url}/api/v1/links/${act}`, { data: { token: ENDED, reason: "Ill" } });
      assert.equal(spent.status(), 410);
      const problem = await spent.json();
      assert.equal(problem.code, "SL0124");
      assert.ok(!JSON.stringify(problem).includes(COMPANY));
    }
  },
};

await finish(steps, process.argv.slice(2));
