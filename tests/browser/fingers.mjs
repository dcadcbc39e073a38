// A finger on the board: it scrolls, taps, and carries what it has rested on. What it does is told to the browser as a screen tells it.
import assert from "node:assert/strict";

const { DAY, KEY } = process.env;
const REST = 700; // Milliseconds after which a finger has rested.

export function fingerSteps({ url, visitor, logIn, sound }) {
  const row = (page, name) => page.locator("tr.provider", { has: page.getByRole("rowheader", { name }) });
  const bar = (page, customer) => page.locator("tr.provider .visit:not(.is-ghost)", { hasText: customer });
  const said = (page, text) => page.locator("[data-said]", { hasText: text }).waitFor();

  async function finger(page) {
    const session = await page.context().newCDPSession(page);
    const send = (type, touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
    let at = null;
    const down = async (x, y) => { at = { x, y }; await send("touchStart", [at]); };
    const to = async (x, y, steps = 8) => {
      const from = at;
      for (let n = 1; n <= steps; n += 1) {
        at = { x: from.x + ((x - from.x) * n) / steps, y: from.y + ((y - from.y) * n) / steps };
        await send("touchMove", [at]);
        await page.waitForTimeout(16);
      }
    };
    const up = () => send("touchEnd", []);
    return { down, to, up };
  }

  async function middle(locator) {
    const box = await locator.boundingBox();
    return { x: box.x + 16, y: box.y + box.height / 2 };
  }

  async function begin(page, customer) {
    const answer = await fetch(`${url}/api/v1/appointments/${await bar(page, customer).getAttribute("data-id")}`, {
      headers: { authorization: `Bearer ${KEY}` },
    });
    return (await answer.json()).start;
  }

  return {
    async fingers() {
      const page = await visitor({ hasTouch: true, viewport: { width: 820, height: 1180 } });
      await logIn(page);
      await page.goto(`${url}/board?day=${DAY}`);
      await page.locator("[data-board][data-live]").waitFor();
      const touch = await finger(page);
      const board = page.locator("[data-board]");
      const scrolled = () => board.evaluate((one) => one.scrollLeft);
      const width = () => bar(page, "Mara Lindqvist").evaluate((visit) => visit.closest("ol").getBoundingClientRect().width);
      const steps = Number(await board.getAttribute("data-steps"));
      // Brings a visit to where there is room around it, once what was flung has come to rest.
      const show = async (customer) => {
        let stood = null;
        while (stood !== (stood = await scrolled())) await page.waitForTimeout(150);
        await bar(page, customer).evaluate((visit) => {
          const board = visit.closest("[data-board]");
          board.scrollLeft = 0;
          board.scrollLeft = visit.getBoundingClientRect().left - board.getBoundingClientRect().left - 260;
        });
        await page.waitForTimeout(150);
      };

      // What moves at once scrolls, also where it begins on a visit.
      await show("Mara Lindqvist");
      const stood = await scrolled();
      const before = await begin(page, "Mara Lindqvist");
      let from = await middle(bar(page, "Mara Lindqvist").locator("a"));
      await touch.down(from.x + 120, from.y);
      await touch.to(from.x - 80, from.y);
      assert.equal(await page.locator(".is-ghost").count(), 0, "a finger that moves carries nothing");
      await touch.up();
      await page.waitForFunction((stood) => document.querySelector("[data-board]").scrollLeft > stood + 50, stood);
      assert.equal(await begin(page, "Mara Lindqvist"), before);

      // What rests picks up, and is dropped where it is lifted.
      await show("Mara Lindqvist");
      const there = await scrolled();
      from = await middle(bar(page, "Mara Lindqvist").locator("a"));
      await touch.down(from.x, from.y);
      await page.waitForTimeout(REST);
      await said(page, "Picked up");
      assert.equal(await page.locator(".is-ghost").count(), 1);
      await touch.to(from.x + ((await width()) / steps) * 18, from.y, 20);
      assert.equal(await scrolled(), there, "a finger that carries does not scroll");
      await touch.up();
      await said(page, "is at 10:30 with Ada Brandt");
      assert.ok(page.url().includes("/board"), "it was dropped, not opened");

      // Lifted where it was, it stays, and is not opened.
      const noor = await middle(bar(page, "Quirin Maier").locator("a"));
      await touch.down(noor.x, noor.y);
      await page.waitForTimeout(REST);
      await touch.up();
      await said(page, "It stays where it was");
      assert.ok(page.url().includes("/board"));

      // Near the edge the board scrolls under it, for as long as it stays there.
      await show("Ugo Conti");
      const ugo = await middle(bar(page, "Ugo Conti").locator("a"));
      const left = await scrolled();
      const edge = await board.evaluate((one) => Math.min(one.getBoundingClientRect().right, innerWidth) - 12);
      await touch.down(ugo.x, ugo.y);
      await page.waitForTimeout(REST);
      await touch.to(edge, ugo.y);
      await page.waitForFunction((left) => document.querySelector("[data-board]").scrollLeft > left + 30, left);
      // Escape leaves it.
      await page.keyboard.press("Escape");
      await said(page, "It stays where it was");
      assert.equal(await page.locator(".is-ghost").count(), 0);
      await touch.up();

      // A tap opens a visit.
      await show("Tilda Berg");
      const tap = await middle(bar(page, "Tilda Berg").locator("a"));
      await touch.down(tap.x, tap.y);
      await touch.up();
      await page.waitForURL(/\/appointments\//);

      // The session is over while something is carried: it says so, and nothing moves.
      await page.goto(`${url}/board?day=${DAY}`);
      await page.locator("[data-board][data-live]").waitFor();
      await show("Otto Klein");
      const otto = await middle(bar(page, "Otto Klein").locator("a"));
      const was = await begin(page, "Otto Klein");
      await touch.down(otto.x, otto.y);
      await page.waitForTimeout(REST);
      await touch.to(otto.x + ((await width()) / steps) * 6, otto.y);
      await page.context().clearCookies();
      await touch.up();
      await page.getByRole("link", { name: "Log in again" }).waitFor();
      assert.equal(await begin(page, "Otto Klein"), was);
      await sound(page, "board-over");
    },
  };
}
