// Steps on the board. Told by the environment besides what pages.mjs is told: DAY (the day of the scene), KEY (an API key
// for what others do meanwhile), TWIN (another host on the same store).
import assert from "node:assert/strict";

const { DAY, KEY, TWIN } = process.env;

export function boardSteps({ url, visitor, logIn, sound }) {
  const path = `/board?day=${DAY}`;
  const row = (page, name) => page.locator("tr.provider", { has: page.getByRole("rowheader", { name }) });
  const bar = (page, customer) => page.locator("tr.provider .visit:not(.is-ghost)", { hasText: customer });

  async function open(options, at = url) {
    const page = await visitor(options);
    await logIn(page, "/log-in", at);
    await page.goto(at + path);
    await page.locator("[data-board][data-live]").waitFor();
    return page;
  }

  // What somebody else does, with a key of their own.
  async function elsewhere(method, where, body) {
    const answer = await fetch(url + where, {
      method, headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${method} ${where}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  }

  async function stored(page, customer) {
    const id = await bar(page, customer).getAttribute("data-id");
    return elsewhere("GET", `/api/v1/appointments/${id}`);
  }

  const begins = (page, customer, time) => bar(page, customer).locator("b").filter({ hasText: time }).waitFor();
  const startOf = (page, customer) => bar(page, customer).locator("b").innerText();

  // Drags a visit by so many steps of five minutes, to the row of somebody.
  async function drag(page, customer, steps, name) {
    // Its row may be replaced in this moment.
    let from = null;
    for (let tries = 0; !from && tries < 50; tries += 1) from = await bar(page, customer).locator("a").boundingBox();
    const lane = await bar(page, customer).evaluate((visit) => visit.closest("ol").getBoundingClientRect().width);
    const count = await page.locator("[data-board]").getAttribute("data-steps");
    const to = await row(page, name).boundingBox();
    await page.mouse.move(from.x + 12, from.y + 12);
    await page.mouse.down();
    await page.mouse.move(from.x + 20, from.y + 14, { steps: 3 });
    await page.mouse.move(from.x + 12 + (lane / count) * steps, to.y + to.height / 2, { steps: 8 });
    await page.mouse.up();
  }

  const said = (page, text) => page.locator("[data-said]", { hasText: text }).waitFor();

  return {
    // To and fro, by pointer and by keyboard; what is refused goes back; what somebody else changed meanwhile is seen.
    async board() {
      const page = await open();
      assert.ok((await page.locator(".shade").count()) > 5);
      await page.locator("[data-tray] .item").waitFor();
      await sound(page, "board");

      await drag(page, "Mara Lindqvist", 18, "Ada Brandt");
      await said(page, "is at 10:30 with Ada Brandt");
      await begins(page, "Mara Lindqvist", /^10:30/);
      assert.equal((await stored(page, "Mara Lindqvist")).start, `${DAY}T09:30:00Z`);
      await page.getByRole("button", { name: "Undo last move" }).click();
      await said(page, "is back at 09:00");
      await begins(page, "Mara Lindqvist", /^09:00/);
      assert.equal((await stored(page, "Mara Lindqvist")).start, `${DAY}T08:00:00Z`);

      // To somebody else at the same time: it stays the same appointment.
      const before = await stored(page, "Noor Haddad");
      await drag(page, "Noor Haddad", 0, "Carla Weiss");
      await page.locator("[data-refused] .trouble code").first().waitFor();
      assert.equal((await stored(page, "Noor Haddad")).provider, before.provider, "Carla has a visit then");
      await drag(page, "Noor Haddad", 0, "Emil Sand");
      await said(page, "is at 14:00 with Emil Sand");
      await row(page, "Emil Sand").getByText("Noor Haddad").waitFor();
      const after = await stored(page, "Noor Haddad");
      assert.equal(after.id, before.id);
      assert.notEqual(after.provider, before.provider);

      // Off shift: refused, and it goes back.
      await drag(page, "Tilda Berg", 27, "Dana Novak");
      await page.locator("[data-refused] .trouble code", { hasText: "SL02" }).first().waitFor();
      assert.match(await startOf(page, "Tilda Berg"), /^14:15/);
      // A hold is not picked up: the rules let nobody move it.
      assert.equal(await bar(page, "Pilar Ruiz").getAttribute("data-fixed"), "");
      await sound(page, "board-refused");

      // Too late for a move, which staff may insist on with their reason.
      await drag(page, "Vera Holm", 6, "Ben Okafor");
      await page.getByRole("button", { name: "Move it all the same" }).click();
      await said(page, "is at 13:00 with Ben Okafor");
      await begins(page, "Vera Holm", /^13:00/);

      // By keyboard.
      await bar(page, "Ugo Conti").getByRole("link").focus();
      await page.keyboard.press("Space");
      await said(page, "Picked up");
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("Escape");
      await said(page, "It stays where it was");
      await page.keyboard.press("Space");
      for (const key of ["ArrowRight", "ArrowRight", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowLeft"]) {
        await page.keyboard.press(key);
      }
      await said(page, "10:30, Ada Brandt");
      await page.keyboard.press("Enter");
      await said(page, "is at 10:30 with Ada Brandt");
      await row(page, "Ada Brandt").getByText("Ugo Conti").waitFor();
      assert.equal((await stored(page, "Ugo Conti")).start, `${DAY}T09:30:00Z`);

      // Somebody else was quicker, and this board has not heard of it.
      const deaf = await visitor();
      await deaf.route("**/board/events*", (route) => route.abort());
      await logIn(deaf);
      await deaf.goto(url + path);
      const quick = await stored(deaf, "Rosa Blum");
      await elsewhere("POST", `/api/v1/appointments/${quick.id}/confirm`, {});
      await drag(deaf, "Rosa Blum", 6, "Carla Weiss");
      await deaf.locator("[data-refused] .trouble code", { hasText: "SL0302" }).waitFor();
      await bar(deaf, "Rosa Blum").getByText("Confirmed").waitFor();

      // The session is over in the middle of a move.
      await deaf.context().clearCookies();
      await drag(deaf, "Rosa Blum", 6, "Carla Weiss");
      await deaf.getByRole("link", { name: "Log in again" }).waitFor();

      // Ugo was the only one who needed somebody else. Dana falls ill, and the tray suggests who takes over.
      await page.getByText("Every appointment can take place as agreed").waitFor({ timeout: 60000 });
      const tilda = await stored(page, "Tilda Berg");
      await elsewhere("POST", `/api/v1/providers/${tilda.provider}/leave`, {
        start: `${DAY}T13:00:00Z`, end: `${DAY}T16:00:00Z`, reason: "ill",
      });
      await page.locator("[data-tray] .item", { hasText: "Tilda Berg" }).waitFor({ timeout: 60000 });
      await sound(page, "board-tray");
      await page.getByRole("button", { name: "same time" }).first().click();
      await page.getByText("Every appointment can take place as agreed").waitFor({ timeout: 60000 });
      assert.notEqual((await stored(page, "Tilda Berg")).provider, tilda.provider);

      await page.goto(url + path + "&span=week");
      await page.locator("td.cell .visit").first().waitFor();
      await sound(page, "board-week");
      const cell = (name, n) => row(page, name).locator("td").nth(n);
      const weekday = (new Date(DAY + "T12:00:00Z").getUTCDay() + 6) % 7;
      const other = weekday === 6 ? 5 : weekday + 1;
      await bar(page, "Otto Klein").locator("a").dragTo(cell("Ben Okafor", other), { steps: 6 });
      await said(page, "is at 09:15");
      await cell("Ben Okafor", other).getByText("Otto Klein").waitFor();
    },

    // Two browsers: what one does, or anybody by the API, the other shows by itself.
    async live() {
      const [one, other] = [await open(), await open()];
      await row(other, "Ada Brandt").getByText("Mara Lindqvist").waitFor();
      await drag(one, "Mara Lindqvist", 18, "Ada Brandt");
      await begins(other, "Mara Lindqvist", /^10:30/);
      const visit = await stored(other, "Ugo Conti");
      const began = Date.now();
      await elsewhere("POST", `/api/v1/appointments/${visit.id}/confirm`, {});
      await bar(other, "Ugo Conti").getByText("Confirmed").waitFor();
      console.log(`board: a change showed ${Date.now() - began} ms after it was asked for`);
      // Leave that is entered shades the row.
      const shades = await row(other, "Ada Brandt").locator(".shade.away").count();
      await elsewhere("POST", `/api/v1/providers/${(await stored(other, "Mara Lindqvist")).provider}/leave`, {
        start: `${DAY}T14:00:00Z`, end: `${DAY}T16:00:00Z`, reason: "a course",
      });
      await row(other, "Ada Brandt").locator(".shade.away").nth(shades).waitFor();
    },

    async twins() {
      const page = await open({}, TWIN);
      const visit = await stored(page, "Ugo Conti");
      const began = Date.now();
      await elsewhere("POST", `/api/v1/appointments/${visit.id}/confirm`, {});
      await bar(page, "Ugo Conti").getByText("Confirmed").waitFor();
      console.log(`board: a change on another host showed ${Date.now() - began} ms after it was asked for`);
    },

    // How long the first paint takes is printed; who measures decides.
    async crowd() {
      const page = await visitor();
      await logIn(page);
      for (const turn of ["first", "second"]) {
        await page.goto(url + path);
        assert.equal(await page.locator("tr.provider").count(), 200);
        const times = await page.evaluate(() => {
          const entry = (name) => Math.round(performance.getEntriesByName(name)[0]?.startTime ?? -1);
          const [asked] = performance.getEntriesByType("navigation");
          return { answered: Math.round(asked.responseEnd), painted: entry("first-contentful-paint"), ready: entry("board:painted") };
        });
        console.log(`board: 200 rows, ${turn} time: answered ${times.answered} ms, painted ${times.painted} ms, ready ${times.ready} ms`);
      }
      await sound(page, "board-crowd");
    },
  };
}
