// Sets a company up in a real browser, from the link of the first start to the first booking. Told by the environment: LINK
// (of the first start), PASSWORD, and what `browser.mjs` reads.
import assert from "node:assert/strict";
import { finish, sound, visitor, SCRIPT, url } from "./browser.mjs";

const { LINK, PASSWORD } = process.env;

// Becomes the first administrator.
async function enter(page) {
  await page.goto(url + new URL(LINK).pathname + new URL(LINK).search);
  await page.getByLabel("Your e-mail address").fill("ada@example.org");
  await page.getByLabel("Your name").fill("Ada");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set the password" }).click();
  await page.waitForURL(url + "/setup");
}

const steps = {
  // Everything, with script.
  async wizard() {
    const page = await visitor();
    await enter(page);
    const zone = page.getByLabel("Time zone");
    assert.equal(await zone.inputValue(), "Europe/Berlin", "the browser's own is proposed");
    await sound(page, "setup-company");
    await page.getByLabel("Name", { exact: true }).fill(SCRIPT);
    await page.getByLabel("Currency").fill("XXQ");
    await page.getByLabel("Saturday, from").fill("10:00");
    await page.getByLabel("Saturday", { exact: true }).check();
    await page.getByRole("button", { name: "Save and go on" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), SCRIPT);
    assert.equal(await page.getByLabel("Saturday, from").inputValue(), "10:00");
    assert.equal(await page.getByLabel("Currency").getAttribute("aria-invalid"), "true");
    await sound(page, "setup-company-wrong");
    await page.getByLabel("Name", { exact: true }).fill("Praxis am See");
    await page.getByLabel("Currency").fill("EUR");
    await page.getByRole("button", { name: "Save and go on" }).click();

    await page.getByText("The company is there.").waitFor();
    await sound(page, "setup-templates");
    await page.getByRole("link", { name: "Clinic" }).click();
    const first = page.getByRole("group", { name: "First consultation" });
    await first.getByLabel("Name", { exact: true }).fill("First visit");
    await first.getByLabel("Price").fill("95.50");
    const video = page.getByRole("group", { name: "Video consultation" });
    await video.getByLabel("Offer Video consultation").uncheck();
    await sound(page, "setup-services");
    await page.getByLabel("Treatment room").fill("0");
    await page.getByRole("button", { name: "Save and go on" }).click();
    await page.getByRole("alert").getByText("needs one").waitFor();
    assert.equal(await first.getByLabel("Price").inputValue(), "95.50");
    assert.equal(await video.getByLabel("Offer Video consultation").isChecked(), false);
    await page.getByLabel("Treatment room").fill("2");
    await page.getByRole("button", { name: "Save and go on" }).click();

    await page.getByText("The services are there.").waitFor();
    await page.getByLabel("Name", { exact: true }).fill("Kim Lange");
    const day = await page.getByText("Monday", { exact: true }).boundingBox();
    assert.ok(day.height < 40, "a day stands on one line");
    await sound(page, "setup-people");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("The person is added.").waitFor();
    // Whoever leaves goes on where something is missing; all of it can be gone back to.
    await page.goto(url + "/setup");
    await sound(page, "setup-list");
    await page.goto(page.url().replace("/setup", "/"));
    assert.notEqual(new URL(page.url()).pathname, "/setup");
    await page.goto(url + "/account");
    await page.getByRole("link", { name: "Open the set-up" }).click();
    await page.getByRole("link", { name: /^Praxis am See/ }).click();
    await page.getByRole("navigation", { name: "Steps of setting up" }).getByRole("link", { name: "People" }).click();
    await page.getByRole("link", { name: "Change Kim Lange" }).click();
    await page.getByLabel("Friday", { exact: true }).uncheck();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Mon–Thu 09:00–17:00, Sat 10:00–17:00").waitFor();
    const way = page.getByRole("navigation", { name: "Steps of setting up" });
    assert.deepEqual(await way.locator("li.done").allInnerTexts(), ["Company", "Services", "Books"], "books that fit are there already");
    await sound(page, "setup-people-more");
    await page.getByRole("link", { name: "Go on to the books" }).click();

    await page.getByText("«ledger» is ready.").waitFor();
    assert.ok((await page.locator(".check .badge.done").count()) > 2);
    await page.getByText("the built-in ledger · Praxis am See · EUR").waitFor();
    assert.equal(await page.getByText("My company").count(), 0);
    await sound(page, "setup-books");
    await page.getByRole("button", { name: "Use these books" }).click();
    await page.getByText("The books are chosen.").waitFor();
    await page.getByRole("link", { name: "Go on", exact: true }).click();
    await page.getByRole("heading", { name: "Praxis am See is ready" }).waitFor();
    await page.getByRole("button", { name: "Open a booking page" }).click();
    await page.getByText("Customers can book for themselves now.").waitFor();
    await sound(page, "setup-done");

    // What is changed later: how a deposit is paid, and what is offered.
    const done = page.url();
    await page.getByRole("link", { name: "Settings" }).click();
    await page.getByLabel("How a deposit is paid").fill("Transfer it to DE02 1203 0000 0000 2020 51.");
    await page.getByLabel("Minutes that a time is held").fill("0");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Minutes that a time is held").fill("45");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("It is saved.").waitFor();
    assert.match(await page.getByLabel("How a deposit is paid").inputValue(), /^Transfer it/);
    await page.getByRole("link", { name: "Change Follow-up" }).click();
    await page.getByLabel("Price before tax").fill("49,90");
    await page.getByLabel("It can be booked").uncheck();
    await sound(page, "setup-service");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Withdrawn").waitFor();
    await sound(page, "setup-settings");
    await page.goto(done);

    await page.getByRole("link", { name: "Make the first booking" }).click();
    await page.getByText("Add a customer").click();
    await page.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
    await page.getByRole("button", { name: "Add the customer" }).click();
    await page.getByLabel("Service", { exact: true }).selectOption({ label: "First visit" });
    await page.getByRole("button", { name: "Show times" }).click();
    await page.getByRole("link", { name: "Week after" }).click();
    await page.locator(".day .slot input").first().check();
    await page.getByRole("button", { name: "Hold this time" }).click();
    await page.getByText("The time is held").waitFor();
    await page.getByText("95.50").first().waitFor();
  },

  // The plain path, without script.
  async plain() {
    const page = await visitor({ javaScriptEnabled: false });
    await enter(page);
    assert.equal(await page.getByLabel("Time zone").inputValue(), "UTC");
    await page.getByLabel("Name", { exact: true }).fill("Overseas");
    await page.getByLabel("Currency").fill("usd");
    await page.getByRole("button", { name: "Save and go on" }).click();
    await page.getByRole("link", { name: "Field service" }).click();
    await page.getByRole("button", { name: "Save and go on" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Sam");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByRole("link", { name: "Go on to the books" }).click();
    // The books of this server are kept in euros.
    await page.getByText("No connection of this server keeps books in USD yet").waitFor();
    await page.getByText("[erp.ledger-usd]").waitFor();
    await page.getByRole("link", { name: "Go on", exact: true }).click();
    await page.getByRole("heading", { name: "Overseas is not ready yet" }).waitFor();
  },

  // A sample company is tried out, and goes with everything in it.
  async sample() {
    const page = await visitor();
    await enter(page);
    await page.getByRole("button", { name: "Try with a sample company" }).click();
    await page.getByText("This is the sample company.").waitFor();
    await page.getByLabel("Name, e-mail address or telephone").fill("Ana");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "Ana Customer" }).click();
    await page.getByLabel("Service", { exact: true }).selectOption({ index: 1 });
    await page.getByRole("button", { name: "Show times" }).click();
    await page.getByRole("link", { name: "Week after" }).click();
    await page.locator(".day .slot input").first().check();
    await page.getByRole("button", { name: "Hold this time" }).click();
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.locator(".head .badge.confirmed").waitFor();
    const waiting = page.locator(".badge:is(.pending, .leased)");
    for (let tries = 0; (await waiting.count()) > 0; tries += 1) {
      assert.ok(tries < 60, "the order does not reach the books");
      await page.waitForTimeout(250);
      await page.goto(page.url().split("?")[0]);
    }
    await sound(page, "sample");
    const visit = page.url();
    await page.getByRole("link", { name: "Remove the sample company" }).click();
    await page.getByText("1 appointment").waitFor();
    await sound(page, "sample-remove");
    await page.getByRole("button", { name: "Remove the sample company" }).click();
    await page.getByText("The sample company is gone").waitFor();
    await page.getByRole("button", { name: "Try with a sample company" }).waitFor();
    const answer = await page.goto(visit);
    assert.equal(answer.status(), 404);
    assert.equal(await page.getByText("is a sample company").count(), 0);
  },

  // What a connection lacks is told check by check.
  async lacking() {
    const page = await visitor();
    await enter(page);
    await page.getByLabel("Name", { exact: true }).fill("Field work");
    await page.getByLabel("Currency").fill("EUR");
    await page.getByRole("button", { name: "Save and go on" }).click();
    await page.goto(page.url().replace(/services.*/, "books"));
    await page.getByRole("radio", { name: "tryton" }).check();
    await page.getByRole("button", { name: "Use these books" }).click();
    await page.locator(".verdict.bad").waitFor();
    await page.getByText("SL0501").waitFor();
    await sound(page, "setup-books-away");
  },
};

await finish(steps, process.argv.slice(2));
