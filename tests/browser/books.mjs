// The books in a browser: an accountant says what the books call a material, and reads the journal.
import assert from "node:assert/strict";

export const booksSteps = ({ url, visitor, logIn, sound }) => {
  // A form that is refused comes back whole; what came in stands in the stock.
  const goods = async (page) => {
    await page.goto(url + "/books");
    await page.getByRole("link", { name: "Stock", exact: true }).click();
    const field = (label) => page.getByLabel(label, { exact: true });
    await field("Item").fill("MAT-FILTER");
    await field("Quantity").fill("2,5");
    await field("Unit").fill("Box");
    await field("Cost of one").fill("7.50");
    await field("Location").fill("WH");
    await field("Reference").fill("DN-4711");
    const take = page.getByRole("button", { name: "Take it in" });
    await take.click();
    await page.locator("#unit-wrong").getByText("not in Box").waitFor();
    assert.equal(await field("Reference").inputValue(), "DN-4711");
    await sound(page, "stock-refused");
    await field("Unit").fill("");
    await take.click();
    await page.getByText("The goods are in stock, and posted.").waitFor();
    await page.getByRole("row", { name: /^MAT-FILTER/ }).waitFor();
    await sound(page, "stock");
  };

  return {
    // A stock issue is parked because the books call a material differently.
    async mapping() {
      const page = await visitor();
      await logIn(page, "/log-in?to=/books");
      await page.getByRole("link", { name: "Stock issue" }).click();
      await page.getByRole("heading", { name: "The books call something differently" }).waitFor();
      const item = page.getByLabel("Item FILTER-OLD");
      assert.equal(await item.inputValue(), "FILTER-OLD");
      const edit = page.getByRole("button", { name: "Change and try again" });
      await edit.click();
      await page.getByRole("alert").getByText("called that already").waitFor();
      await page.goto(page.url().replace("/edit", ""));
      await sound(page, "delivery-parked");
      await item.fill("MAT-FILTER");
      await page.getByLabel("Reason (optional)").fill("It was renamed there");
      await edit.click();
      await page.getByText("spoken to in these words").waitFor();
      for (let tries = 0; !(await page.locator(".head .badge.done").isVisible()); tries += 1) {
        assert.ok(tries < 60, "the document does not get to the books");
        await page.waitForTimeout(300);
        await page.goto(page.url().split("?")[0]);
      }
      await page.getByText("It was renamed there").waitFor();

      await page.goto(url + "/books");
      await page.getByRole("link", { name: "Journal", exact: true }).click();
      const sums = page.getByRole("row", { name: /^All accounts/ });
      const [debit, credit] = await sums.getByRole("cell").allInnerTexts();
      assert.ok(Number(debit) > 0 && debit === credit, `${debit} debited, ${credit} credited`);
      await page.getByRole("row", { name: /^INV-/ }).waitFor();
      await page.getByRole("row", { name: /^STI-/ }).waitFor();
      await sound(page, "journal");
      // Days that do not fit are said beside the form, which keeps them.
      await page.getByLabel("Last day").fill("2020-01-31");
      await page.getByLabel("First day").fill("2020-02-01");
      await page.getByRole("button", { name: "Show" }).click();
      await page.getByRole("alert").getByText("must not be before").waitFor();
      assert.equal(await page.getByLabel("First day").inputValue(), "2020-02-01");
      await sound(page, "journal-days");
      await page.getByLabel("First day").fill("2020-01-01");
      await page.getByRole("button", { name: "Show" }).click();
      await page.getByText("Nothing was posted in these days.").waitFor();
      assert.equal((await sums.getByRole("cell").allInnerTexts())[0], "0.00");
      await goods(page);
    },

    // What several companies share is shown to whoever may see the books of all of them.
    async shared() {
      const page = await visitor();
      await logIn(page, "/log-in?to=/books/journal");
      await page.getByText("not yours to see").waitFor();
      await sound(page, "journal-refused");
      await page.goto(url + "/books?state=done");
      await page.getByRole("link", { name: "Stock issue" }).click();
      await page.getByRole("heading", { name: "Tries" }).waitFor();
      const csrf = await page.locator("input[name=csrf]").first().inputValue();
      const edited = await page.request.post(page.url() + "/edit", { form: { csrf, "code-0": "STOLEN" }, headers: { origin: url } });
      assert.equal(edited.status(), 403);
      const codes = [{ kind: "item", code: "FILTER-OLD", theirs: "STOLEN" }];
      const path = `${url}/api/v1/deliveries/${page.url().split("/").pop()}/edit`;
      const asked = await page.request.post(path, { data: { codes, reason: "" }, headers: { origin: url, "slotledger-csrf": csrf } });
      assert.equal(asked.status(), 403);
    },
  };
};
