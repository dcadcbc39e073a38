// Completed work is corrected, and the page says what became of its documents.
import assert from "node:assert/strict";

export const correctionSteps = ({ url, visitor, logIn, sound }) => ({
  // Somebody miscounted: more was used than was said. What was posted is taken back, and posted anew.
  async correction() {
    const page = await visitor();
    await logIn(page);
    await page.goto(url + "/appointments?status=completed");
    await page.locator(".rows a").first().click();
    await page.getByRole("heading", { name: "Materials" }).waitFor();
    await settled(page);
    const line = page.getByRole("region", { name: "Materials" }).getByRole("row", { name: /MAT-FILTER/ });
    assert.match(await line.innerText(), /1\s+1\s+Unit\s+7\.50 EUR\s+7\.50 EUR/);
    await page.getByRole("link", { name: "Correct", exact: true }).click();
    const used = page.getByRole("group", { name: "Material used" });
    assert.ok(!(await used.isVisible()), "what was used is not asked for before it is what is corrected");
    await page.getByLabel("Completed, with other material").check();
    await used.getByLabel("MAT-FILTER", { exact: true }).fill("2");
    await sound(page, "correction");
    await page.getByLabel("Reason", { exact: true }).fill("Two filters were clogged");
    await page.getByRole("button", { name: "Correct" }).click();
    await page.getByRole("status").getByText("It is corrected").waitFor();
    await settled(page);
    const papers = page.getByRole("region", { name: "Documents" });
    for (const by of [/^By credit note \S+$/, /^By stock return \S+$/]) await papers.getByText(by).waitFor();
    assert.equal(await papers.getByText("Taken back", { exact: true }).count(), 4);
    assert.equal(await papers.getByRole("row", { name: /^Sales invoice/ }).count(), 2);
    await page.getByText("Reason: Two filters were clogged").waitFor();
    assert.match(await line.innerText(), /1\s+2\s+Unit\s+7\.50 EUR\s+15\.00 EUR/);
    await sound(page, "corrected");

    // It did not take place at all: nothing of it stands any more.
    await page.getByRole("link", { name: "Correct", exact: true }).click();
    await page.getByLabel("Cancelled", { exact: true }).check();
    assert.ok(!(await used.isVisible()));
    await page.getByLabel("Reason", { exact: true }).fill("It was another customer’s");
    await page.getByRole("button", { name: "Correct" }).click();
    await page.locator(".head .badge.cancelled").waitFor();
    await settled(page);
    assert.equal(await papers.getByText(/^By credit note/).count(), 2);
  },
});

// Waits until nothing is on its way to the books.
async function settled(page) {
  const waiting = page.locator(".badge:is(.pending, .leased)");
  for (let tries = 0; (await waiting.count()) > 0; tries += 1) {
    assert.ok(tries < 60, "the books do not answer");
    await page.waitForTimeout(300);
    await page.goto(page.url().split("?")[0]);
  }
  assert.equal(await page.locator(".badge.parked").count(), 0);
}
