// What people should not be able to do, from pages: script in what is typed, files that are no photos, forms that are sent twice, and
// every page that can be reached afterwards.
import assert from "node:assert/strict";
import { SCRIPT } from "./browser.mjs";

const MOST = 120; // Pages that are looked at.

// Every page of ours that can be reached from these, each kind of query once; none fails, and none runs what was typed.
async function crawl(page, origin, starts) {
  const waiting = starts.map((path) => new URL(path, origin).href);
  const seen = new Set();
  while (waiting.length > 0 && seen.size < MOST) {
    const address = waiting.shift();
    const { pathname, searchParams } = new URL(address);
    const kind = `${pathname}?${[...searchParams.keys()].sort().join("&")}`;
    if (seen.has(kind)) continue;
    seen.add(kind);
    const answer = await page.goto(address).catch((error) => {
      // A file is saved, not shown.
      assert.match(String(error), /Download is starting|ERR_ABORTED/, address);
      return null;
    });
    if (!answer) continue;
    assert.ok(answer.status() < 400, `${address}: ${answer.status()}`);
    assert.ok(!(await page.title()).includes("taken over"), address);
    assert.equal(await page.locator("b", { hasText: /^x$/ }).count(), 0, `${address}: what was typed became markup`);
    const links = await page.locator("a[href]").evaluateAll((all) => all.map((link) => link.href));
    for (const link of links) {
      const to = new URL(link);
      if (to.origin === new URL(origin).origin && !to.pathname.startsWith("/api/")) waiting.push(to.href.split("#")[0]);
    }
  }
  return seen;
}

export const attackSteps = ({ url, visitor, logIn }) => ({
  async attacks() {
    const page = await visitor();
    await logIn(page);
    await page.goto(url + "/appointments?status=in_progress");
    await page.locator(".rows a").first().click();
    const path = new URL(page.url()).pathname;
    const record = page.locator("#record");

    await record.getByLabel("Note").fill(SCRIPT);
    await record.getByRole("button", { name: "Add the note" }).click();
    await page.getByText("The note is kept.").waitFor();
    for (const [name, mimeType, buffer, code] of [
      ["huge.jpg", "image/jpeg", Buffer.alloc(30_000_000, 255), "SL0134"],
      ["page.jpg", "image/jpeg", Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "SL0131"],
      ["../../x.png", "image/png", Buffer.from("MZ\x90"), "SL0131"],
    ]) {
      await record.getByLabel("Photo", { exact: true }).setInputFiles({ name, mimeType, buffer });
      await record.getByRole("button", { name: "Add the photo" }).click();
      await record.getByRole("alert").getByText(code).waitFor();
    }
    assert.equal(await record.locator("img").count(), 0);

    // A material that nobody knows is parked, with the books' words, and nothing else of it runs.
    await page.goto(url + path + "?do=complete");
    const used = page.getByRole("group", { name: "Material used" });
    await used.getByText("Something else was used").click();
    const other = used.getByRole("group", { name: "Other material" }).first();
    for (const label of ["Item", "Unit", "From"]) await other.getByLabel(label).fill(SCRIPT);
    await other.getByLabel("Quantity").fill("1");
    await page.locator(".panel").getByRole("button", { name: "Complete" }).click();
    await page.locator(".head .badge.completed").waitFor();

    // Corrected on two pages at once: the second is told so, and what was typed is still there.
    await page.goto(url + path + "?do=correct");
    const twin = await page.context().newPage();
    await twin.goto(page.url());
    for (const one of [page, twin]) {
      await one.getByLabel("No show", { exact: true }).check();
      await one.getByLabel("Reason", { exact: true }).fill(SCRIPT);
    }
    await page.locator(".panel").getByRole("button", { name: "Correct" }).click();
    await page.locator(".head .badge.no_show").waitFor();
    await twin.locator(".panel").getByRole("button", { name: "Correct" }).click();
    await twin.getByRole("alert").getByText("SL0302").waitFor();
    assert.equal(await twin.getByLabel("Reason", { exact: true }).inputValue(), SCRIPT);
    await twin.close();

    await page.goto(url + "/appointments?text=" + encodeURIComponent("APT"));
    await page.getByText("Keep this view").click();
    await page.getByLabel("Name of the view").fill(SCRIPT.slice(0, 50));
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByText("The view is kept.").waitFor();

    const seen = await crawl(page, url, ["/", path, "/appointments", "/customers", "/book", "/board", "/books", "/reports", "/rules", "/setup", "/account"]);
    console.log(`attacks: ${seen.size} pages looked at`);
    assert.ok(seen.size > 30, [...seen].join("\n"));
  },
});
