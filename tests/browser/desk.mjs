// The front desk: deposits that are gone without, customers, a second hold, and a session that is over while somebody types.
import assert from "node:assert/strict";

export const deskSteps = ({ url, visitor, logIn, sound }) => {
  // As far as a list of times of this service, for whoever is chosen.
  async function times(page, service) {
    await page.getByLabel("Service", { exact: true }).selectOption({ label: service });
    await page.getByRole("button", { name: "Show times" }).click();
    await page.getByRole("link", { name: "Week after" }).click();
    await page.locator(".day .slot").first().waitFor();
  }

  return {
    // A deposit is gone without knowingly, and paid afterwards; a customer is added, changed, and not held a time for twice by a slip.
    async deposit() {
      const page = await visitor();
      await logIn(page);
      await page.goto(url + "/book");
      await page.getByText("Add a customer").click();
      await page.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
      await page.getByLabel("Address", { exact: true }).fill("Lindenallee 4\n10115 Berlin");
      await sound(page, "book-add");
      await page.getByRole("button", { name: "Add the customer" }).click();
      await times(page, "Cooling system inspection");
      await page.locator(".day .slot input").nth(2).check();
      await page.getByRole("button", { name: "Hold this time" }).click();
      await page.getByText("The time is held").waitFor();
      await page.getByText("Lindenallee 4, 10115 Berlin").waitFor();
      await sound(page, "deposit-held");
      await page.getByRole("link", { name: "Confirm" }).click();
      await page.getByText(/The deposit of .* is not paid/).waitFor();
      await sound(page, "deposit-confirm");
      await page.getByRole("button", { name: "Confirm without the deposit" }).click();
      await page.locator(".head .badge.confirmed").waitFor();
      await page.getByRole("link", { name: "Enter payment" }).click();
      const amount = page.getByLabel("Amount");
      const missing = await amount.inputValue();
      assert.match(missing, /^\d+\.\d\d$/);
      await amount.fill("everything");
      await page.getByLabel("Reference").fill("Transfer 17");
      await page.getByRole("button", { name: "Enter payment" }).click();
      await page.getByText("Amount must be an amount").waitFor();
      assert.equal(await page.getByLabel("Reference").inputValue(), "Transfer 17");
      await amount.fill(missing.replace(".", ","));
      await sound(page, "deposit-payment");
      await page.getByRole("button", { name: "Enter payment" }).click();
      await page.getByText("The payment is noted.").waitFor();
      assert.equal(await page.getByRole("link", { name: "Enter payment" }).count(), 0);

      await page.getByRole("link", { name: "Mara Lindqvist" }).click();
      await page.getByRole("link", { name: "Change" }).click();
      await page.getByLabel("E-mail address").fill("mara@example.org");
      await sound(page, "customer-change");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByText("It is saved.").waitFor();
      const customer = page.url();
      for (const [nth, notes] of [[4, "First"], [9, "Ring twice"]]) {
        await page.goto(customer);
        await page.getByRole("link", { name: "New booking" }).last().click();
        await times(page, "Cooling system inspection");
        await page.locator(".day .slot input").nth(nth).check();
        await page.getByLabel("Notes for colleagues").fill(notes);
        await page.getByRole("button", { name: "Hold this time" }).click();
      }
      await page.getByText("there is something for this customer already").waitFor();
      assert.equal(await page.getByLabel("Notes for colleagues").inputValue(), "Ring twice");
      await sound(page, "book-twice");
      await page.getByLabel("Hold this time besides").check();
      await page.getByRole("button", { name: "Hold this time" }).click();
      await page.getByText("The time is held").waitFor();
    },

    // What was typed survives the end of a session: somebody logs in beside it, and sends it again.
    async kept() {
      const page = await visitor();
      await logIn(page);
      await page.goto(url + "/book");
      await page.getByText("Add a customer").click();
      await page.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
      await page.context().clearCookies();
      await page.getByRole("button", { name: "Add the customer" }).click();
      await page.getByRole("heading", { name: "You were logged out" }).waitFor();
      await sound(page, "kept");
      const [other] = await Promise.all([page.context().waitForEvent("page"), page.getByRole("link", { name: /^Log in/ }).click()]);
      await logIn(other);
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByRole("button", { name: "Send it again" }).click();
      await page.getByText("The customer is added.").waitFor();
      await page.getByText("Mara Lindqvist").waitFor();
      await page.goto(url + "/nowhere");
      await page.getByText("SL0109").waitFor();
      await sound(page, "nowhere");
    },
  };
};
