// Lists in a browser: a customer is looked up and seen whole, appointments are narrowed, kept as a view, and changed several
// at once.
import assert from "node:assert/strict";

export const listSteps = ({ url, visitor, logIn, sound }) => ({
  async customers() {
    const page = await visitor();
    await logIn(page, "/log-in?to=/customers");
    await page.getByRole("link", { name: "Mara Lindqvist" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Customers" }).first().getAttribute("aria-current"), "page");
    await sound(page, "customers");
    await page.getByLabel("Name, e-mail address, telephone or code in the books").fill("LINDQ");
    await page.keyboard.press("Enter");
    await page.waitForURL((at) => at.searchParams.get("q") === "LINDQ");
    assert.equal(await page.locator(".rows tbody tr").count(), 1);
    await page.getByLabel("Name, e-mail address, telephone or code in the books").fill("nobody of this name");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Nobody is found.").waitFor();
    await sound(page, "customers-none");
    await page.getByRole("link", { name: "Clear" }).click();
    await page.getByRole("link", { name: "Mara Lindqvist" }).click();
    await page.getByRole("heading", { name: "Mara Lindqvist" }).waitFor();
    const tiles = await page.locator(".tiles strong").allInnerTexts();
    assert.deepEqual(tiles, ["2", "2", "1", "1", "0"]);
    assert.equal(await page.getByRole("region", { name: "Upcoming" }).locator("tbody tr").count(), 2);
    assert.equal(await page.getByRole("region", { name: "Over or called off" }).locator("tbody tr").count(), 4);
    await sound(page, "customer");
    // Their next visit is a click away, and so are they from there.
    await page.getByRole("region", { name: "Upcoming" }).getByRole("link").first().click();
    await page.locator(".facts").getByRole("link", { name: "Mara Lindqvist" }).click();
    await page.getByRole("link", { name: "New booking", exact: true }).last().click();
    await page.getByText("Mara Lindqvist").waitFor();
    assert.equal(await page.locator(".picked").count(), 1, "a booking begins with them");
    await page.goto(url + "/customers?q=newcomer");
    await page.getByRole("link", { name: "Nils Newcomer" }).click();
    await page.getByText("Nothing is booked.").waitFor();
    await sound(page, "customer-new");
  },

  async several() {
    const page = await visitor();
    await logIn(page, "/log-in?to=/appointments");
    // On a phone what is filtered comes before how.
    await page.setViewportSize({ width: 390, height: 844 });
    assert.equal(await page.getByLabel("Provider", { exact: true }).isVisible(), false);
    await page.getByLabel("More filters").check();
    assert.ok(await page.getByLabel("Provider", { exact: true }).isVisible());
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.getByRole("link", { name: "Upcoming" }).click();
    await page.waitForURL((at) => at.searchParams.get("when") === "upcoming");
    assert.equal(await page.getByLabel("Order").inputValue(), "earliest");
    const times = await page.locator("tbody time").evaluateAll((all) => all.map((time) => time.dateTime));
    assert.deepEqual(times, [...times].sort(), "the earliest first");
    await page.getByLabel("Reference or customer").fill("lindqvist");
    await page.getByLabel("Order").selectOption("latest");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.waitForURL((at) => at.searchParams.get("text") === "lindqvist");
    assert.equal(await page.locator("tbody tr").count(), 2);
    const file = await page.request.get(url + (await page.getByRole("link", { name: "Export CSV" }).getAttribute("href")));
    assert.equal((await file.text()).trim().split("\r\n").length, 3, "the file holds what the list shows");

    await page.getByText("Keep this view").click();
    await page.getByLabel("Name of the view").fill("Mara, next");
    await sound(page, "appointments-view");
    await page.getByRole("button", { name: "Keep" }).click();
    await page.getByText("The view is kept.").waitFor();

    // All of them, one of which cannot be: the others are confirmed all the same.
    await page.goto(url + "/appointments");
    await page.getByRole("link", { name: "Mara, next" }).click();
    assert.equal(await page.locator("tbody tr").count(), 2);
    await page.getByLabel("Tick all on this page").check();
    assert.equal(await page.locator('tbody input[type="checkbox"]:checked').count(), 2);
    await sound(page, "appointments-several");
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByText("Done: 1 of 2.").waitFor();
    assert.equal(await page.locator(".badge.parked").count(), 1);
    await sound(page, "ticked");
    await page.getByRole("link", { name: "Back to the list" }).click();
    await page.locator('tbody input[type="checkbox"]').first().check();
    await page.getByRole("button", { name: "Cancel them" }).click();
    assert.equal(new URL(page.url()).pathname, "/appointments", "a reason is asked for first");
    await page.getByLabel("Reason to cancel").fill("The boiler room is flooded");
    await page.getByRole("button", { name: "Cancel them" }).click();
    await page.getByText("Done: 1 of 1.").waitFor();
    await page.getByRole("link", { name: /^APT-/ }).click();
    await page.getByText("The boiler room is flooded").first().waitFor();

    await page.goto(url + "/appointments");
    await page.getByRole("link", { name: "Mara, next" }).click();
    await page.getByRole("button", { name: "Forget the view" }).click();
    await page.getByText("The view is forgotten.").waitFor();
    assert.equal(await page.getByRole("link", { name: "Mara, next" }).count(), 0);
  },

  // The same without script; ticks are sent by the form that they belong to.
  async ticks() {
    const page = await visitor({ javaScriptEnabled: false });
    await logIn(page, "/log-in?to=/appointments%3Fwhen%3Dupcoming");
    assert.equal(await page.getByLabel("Tick all on this page").isVisible(), false);
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByText("SL0105").waitFor();
    await page.goBack();
    await page.locator('tbody input[type="checkbox"]').last().check();
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.getByText("Done: 1 of 1.").waitFor();
  },
});
