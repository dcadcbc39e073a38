// Goes through the pages in a real browser, as people do. Told by the environment: URL (the host), LOGIN and PASSWORD, and
// what `browser.mjs` reads. The steps to take are its arguments.
import assert from "node:assert/strict";
import { attackSteps } from "./attacks.mjs";
import { boardSteps } from "./board.mjs";
import { booksSteps } from "./books.mjs";
import { correctionSteps } from "./corrections.mjs";
import { deskSteps } from "./desk.mjs";
import { listSteps } from "./lists.mjs";
import { peopleSteps } from "./people.mjs";
import { reconciliationSteps } from "./reconciliation.mjs";
import { reportSteps } from "./reports.mjs";
import { rulesSteps } from "./rules.mjs";
import { fingerSteps } from "./fingers.mjs";
import { finish, sound, visitor, SCRIPT, url } from "./browser.mjs";

const { LOGIN, PASSWORD } = process.env;

async function logIn(page, path = "/log-in", at = url) {
  await page.goto(at + path);
  await page.getByLabel("E-mail address").fill(LOGIN);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((at) => at.pathname !== "/log-in");
}

const steps = {
  ...attackSteps({ url, visitor, logIn }),
  ...boardSteps({ url, visitor, logIn, sound }),
  ...booksSteps({ url, visitor, logIn, sound }),
  ...correctionSteps({ url, visitor, logIn, sound }),
  ...deskSteps({ url, visitor, logIn, sound }),
  ...fingerSteps({ url, visitor, logIn, sound }),
  ...listSteps({ url, visitor, logIn, sound }),
  ...peopleSteps({ url, visitor, logIn, sound }),
  ...reconciliationSteps({ visitor, logIn, sound }),
  ...reportSteps({ url, visitor, logIn, sound }),
  ...rulesSteps({ url, visitor, logIn, sound }),

  // Someone new books, confirms, completes, and sees the invoice, from the pages alone.
  async work() {
    const page = await visitor();
    await page.goto(url + "/appointments?status=open");
    assert.equal(new URL(page.url()).pathname, "/log-in");
    await sound(page, "log-in");
    await page.getByLabel("E-mail address").fill(LOGIN);
    await page.getByLabel("Password").fill("not the password");
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Log in" }).click();
    await page.waitForURL(url + "/appointments?status=open");
    await page.getByText("Nothing fits these filters").waitFor();
    await sound(page, "appointments-none");

    await page.getByRole("link", { name: "New booking" }).first().click();
    await page.getByText("Add a customer").click();
    await page.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
    await page.getByLabel("E-mail address", { exact: true }).fill("mara@example.org");
    await page.getByRole("button", { name: "Add the customer" }).click();
    await page.getByText("The customer is added.").waitFor();
    await page.getByRole("link", { name: "Change" }).click();
    await page.getByLabel("Name, e-mail address or telephone").fill("LINDQ");
    await page.getByRole("button", { name: "Search" }).click();
    await sound(page, "book-customer");
    await page.getByRole("link", { name: "Mara Lindqvist" }).click();
    await page.getByLabel("Service", { exact: true }).selectOption({ index: 1 });
    await page.getByRole("button", { name: "Show times" }).click();
    await page.getByRole("link", { name: "Week after" }).click();
    await page.locator(".day .slot").first().waitFor();
    await sound(page, "book");
    // What is chosen can be read whole.
    for (const name of ["Service", "Provider"]) {
      const short = await page.getByLabel(name, { exact: true }).evaluate((select) => {
        const probe = document.createElement("canvas").getContext("2d");
        probe.font = getComputedStyle(select).font;
        return select.clientWidth - 40 - probe.measureText(select.selectedOptions[0].text).width;
      });
      assert.ok(short >= 0, `${name} is cut off by ${-short} px`);
    }
    await page.locator(".day .slot input").nth(2).check();
    await page.getByLabel("Notes for colleagues").fill("The dog is friendly.\nRing twice.");
    await page.getByRole("button", { name: "Hold this time" }).click();
    await page.getByText("The time is held").waitFor();
    await page.locator(".head .badge.open").waitFor();
    await sound(page, "held");

    await page.getByRole("button", { name: "Confirm" }).click();
    await page.locator(".head .badge.confirmed").waitFor();

    await page.getByRole("link", { name: "Reschedule", exact: true }).click();
    await page.locator(".slot").first().waitFor();
    await sound(page, "reschedule");
    await page.locator(".slot input").nth(4).check();
    await page.getByLabel("Reason", { exact: true }).fill("The customer asked");
    await page.getByRole("button", { name: "Reschedule" }).click();
    await page.getByText("It was moved").waitFor();
    const moved = page.url();
    await page.getByRole("link", { name: "Moved from the earlier appointment" }).click();
    await page.locator(".head .badge", { hasText: "Moved" }).waitFor();
    await page.getByRole("link", { name: "Moved to the new appointment" }).click();
    assert.equal(page.url(), moved);
    await page.goto(url + "/appointments?status=cancelled");
    await page.getByRole("link", { name: /^to the new one/ }).first().click();
    assert.equal(page.url(), moved);

    await page.getByRole("link", { name: "Reassign" }).click();
    await page.getByLabel("Provider", { exact: true }).waitFor();
    await sound(page, "reassign");
    await page.getByRole("link", { name: "Leave it" }).click();
    await page.getByRole("button", { name: "Complete" }).click();
    await page.locator(".head .badge.completed").waitFor();
    const invoice = page.getByRole("row", { name: /Sales invoice/ });
    const waiting = page.locator(".badge:is(.pending, .leased)");
    for (let tries = 0; (await waiting.count()) > 0 || !(await invoice.getByText("In the books").isVisible()); tries += 1) {
      assert.ok(tries < 60, "no invoice stands, or something after it does not");
      await page.waitForTimeout(500);
      await page.goto(page.url().split("?")[0]);
    }
    assert.match(await invoice.innerText(), /\d+\.\d\d [A-Z]{3}/);
    assert.ok((await page.title()).endsWith("· Slotledger"));
    await sound(page, "completed");
    await invoice.getByRole("link").click();
    const facts = page.locator("dl.facts");
    for (const label of ["Customer", "Number", "Date", "Net", "Tax", "Total"]) await facts.getByText(label, { exact: true }).waitFor();
    await page.getByRole("region", { name: "Lines" }).getByRole("row").nth(1).waitFor();
    await sound(page, "delivery");
    // What was just done is said once.
    await page.goto(page.url() + "?done=retry");
    await page.getByRole("status").getByText("back in line").waitFor();
    assert.equal(new URL(page.url()).search, "");
    await page.goto(url + "/appointments");
    await sound(page, "appointments");
    await page.goto(url + "/books");
    // Nothing is parked: what was posted last comes first.
    await page.getByRole("row", { name: /^Sales invoice INV-\S+ \d+\.\d\d EUR Mara Lindqvist/ }).waitFor();
    await page.locator(".rows .badge.done").first().waitFor();
    await sound(page, "books");
    await page.getByLabel("State").selectOption("parked");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("Nothing is here").waitFor();
    await page.goto(url + "/account");
    await sound(page, "account");
    await page.getByLabel("Present password").fill(PASSWORD);
    await page.getByLabel("New password").fill(`${PASSWORD} again`);
    await page.getByRole("button", { name: "Change the password" }).click();
    await page.getByText("The password is changed").waitFor();
    const file = await page.request.get(url + "/appointments.csv");
    assert.match(await file.text(), /^reference,customer/);
    await page.getByRole("button", { name: "Log out", exact: true }).click();
    await page.waitForURL(url + "/log-in");
  },

  // Script that is typed anywhere stays text everywhere.
  async text() {
    const page = await visitor();
    await logIn(page);
    await page.goto(url + "/book");
    await page.getByText("Add a customer").click();
    await page.getByLabel("Name", { exact: true }).fill(SCRIPT);
    await page.getByRole("button", { name: "Add the customer" }).click();
    await page.getByText(SCRIPT).waitFor();
    await page.getByRole("link", { name: "Change" }).click();
    await page.getByLabel("Name, e-mail address or telephone").fill("document.title");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: "<script>" }).click();
    await page.getByLabel("Service", { exact: true }).selectOption({ index: 1 });
    await page.getByRole("button", { name: "Show times" }).click();
    await page.getByRole("link", { name: "Week after" }).click();
    await page.locator(".day .slot input").first().check();
    await page.getByLabel("Notes for colleagues").fill(SCRIPT);
    await page.getByLabel("Remarks for the customer").fill(SCRIPT);
    await page.getByRole("button", { name: "Hold this time" }).click();
    await page.getByRole("link", { name: "Cancel appointment" }).click();
    await page.getByLabel("Reason", { exact: true }).fill(SCRIPT);
    await page.locator(".panel button").click();
    await page.locator(".head .badge.cancelled").waitFor();
    assert.ok((await page.getByText(SCRIPT).count()) >= 4);
    await page.goto(url + "/appointments?text=" + encodeURIComponent(SCRIPT));
    assert.equal(await page.getByLabel("Reference or customer").inputValue(), SCRIPT);
    assert.equal(await page.title(), "Appointments · Slotledger");
  },

  // A refusal stands beside the form, with its code.
  async refusal() {
    const page = await visitor();
    await logIn(page);
    await page.goto(url + "/appointments");
    await page.locator(".rows a").first().click();
    const path = page.url();
    const twin = await page.context().newPage();
    await twin.goto(path);
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.locator(".head .badge.confirmed").waitFor();
    await twin.getByRole("button", { name: "Confirm" }).click();
    await twin.locator(".panel .trouble code").first().waitFor();
    await sound(twin, "refused");
  },

  // Whoever may not is not offered it, and is refused where they go all the same.
  async forbidden() {
    const page = await visitor();
    await logIn(page);
    assert.equal(await page.getByRole("link", { name: "New booking" }).count(), 0);
    for (const path of ["/book", "/appointments"]) {
      const answer = await page.goto(url + path);
      assert.equal(answer.status(), 403, path);
      await page.getByText("SL0119").waitFor();
    }
    await sound(page, "forbidden");
  },

  // The plain path needs no script.
  async plain() {
    const page = await visitor({ javaScriptEnabled: false });
    await logIn(page, "/log-in?to=//evil.example/");
    assert.equal(new URL(page.url()).origin, url);
    await page.goto(url + "/appointments");
    await page.locator(".rows a").first().click();
    await page.getByRole("link", { name: "Cancel appointment" }).click();
    await page.getByLabel("Reason", { exact: true }).fill("No time");
    await page.locator(".panel button").click();
    await page.locator(".head .badge.cancelled").waitFor();
  },
};

await finish(steps, process.argv.slice(2));
