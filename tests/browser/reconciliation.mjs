// Reconciliation in a browser: an accountant has the books compared, and sees to what was found.
import assert from "node:assert/strict";

export const reconciliationSteps = ({ visitor, logIn, sound }) => ({
  async reconciliation() {
    const page = await visitor();
    await logIn(page, "/log-in?to=/books");
    await page.getByRole("link", { name: "Reconciliation" }).click();
    await page.getByText("Nothing is here.").waitFor();
    const invoice = page.getByRole("row", { name: /lost\/1\/invoice/ });

    const last = page.getByLabel("Last day");
    const to = await last.inputValue();
    await last.fill("2020-01-01");
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await last.inputValue(), "2020-01-01", "what was typed stays");
    await last.fill(to);
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText("The comparison is in line.").waitFor();
    for (let tries = 0; (await invoice.count()) === 0; tries += 1) {
      assert.ok(tries < 100, "the comparison finds nothing");
      await page.waitForTimeout(300);
      await page.reload();
    }
    await sound(page, "reconciliation");

    await invoice.getByRole("link", { name: "Nobody asked for it" }).click();
    await page.getByRole("row", { name: /In the books.*EUR/ }).waitFor();
    await sound(page, "finding");
    // Nothing is accepted for no reason, whatever a browser lets through.
    const accept = page.locator("form", { has: page.getByRole("button", { name: "Accept" }) });
    await accept.evaluate((form) => { form.noValidate = true; });
    await accept.getByRole("button").click();
    await accept.getByRole("alert").waitFor();
    await sound(page, "finding-refused");

    const credit = page.locator("form", { has: page.getByRole("button", { name: "Take back" }) });
    await credit.getByLabel("Reason").fill("Of a store that is lost");
    await credit.getByRole("button").click();
    await page.getByText("It is seen to.").waitFor();
    await page.getByText("Put right").waitFor();
    await page.getByText("Of a store that is lost").waitFor();
    assert.equal(await page.getByRole("button", { name: "Take back" }).count(), 0);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Books" }).click();
    await page.getByRole("link", { name: "Reconciliation" }).click();
    await page.getByText("Nothing is here.").waitFor();
  },
});
