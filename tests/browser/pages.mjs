// Goes through the pages in a real browser, as people do. Told by the environment: URL (the host), LOGIN and PASSWORD,
// SHOTS (a directory for screenshots; none are taken without it), CHROMIUM. The steps to take are its arguments.
// Ends with 0 if everything was as it should be, and says on stderr what was not.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { boardSteps } from "./board.mjs";

const { URL: url, MODULES, LOGIN, PASSWORD, SHOTS, CHROMIUM = "chromium" } = process.env;
const require = createRequire(join(MODULES, "package.json"));
const { chromium } = require("playwright-core");
const AXE = require.resolve("axe-core/axe.min.js");

const executablePath = CHROMIUM.includes("/") ? CHROMIUM : execFileSync("which", [CHROMIUM]).toString().trim();
// As root, which continuous integration often is, Chromium has no sandbox to offer.
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
const SCRIPT = `<script>document.title = "taken over"</script><b>x</b>`;

// A page in a fresh browser. A script that is refused or fails is a failure of the test.
async function visitor(options = {}) {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.on("pageerror", (error) => assert.fail(`a script failed: ${error}`));
  page.on("console", (line) => {
    if (line.type() === "error" && line.text().includes("Content Security Policy")) assert.fail(line.text());
  });
  return page;
}

async function logIn(page, path = "/log-in", at = url) {
  await page.goto(at + path);
  await page.getByLabel("E-mail address").fill(LOGIN);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForURL((at) => at.pathname !== "/log-in");
}

// Of these pages docs/ has pictures; SLOTLEDGER_SCREENSHOTS=all takes one of each.
const SHOWN = new Set(["log-in", "appointments", "book", "reschedule", "completed", "books", "board"]);
const all = process.env.SLOTLEDGER_SCREENSHOTS === "all";

// Nothing that axe calls serious, nothing that has to be scrolled sideways, at each width and in both schemes.
async function sound(page, name) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    // The page's own policy keeps scripts out; the debugger's are not the page's.
    const source = readFileSync(AXE, "utf8");
    const session = await page.context().newCDPSession(page);
    await session.send("Runtime.evaluate", { expression: source });
    const { result } = await session.send("Runtime.evaluate", {
      expression: "axe.run(document, { resultTypes: ['violations'] }).then((found) => JSON.stringify(found.violations))",
      awaitPromise: true,
      returnByValue: true,
    });
    const grave = JSON.parse(result.value).filter((one) => ["serious", "critical"].includes(one.impact));
    const told = grave.map((one) => `${one.id}: ${one.nodes.map((node) => node.html + " " + node.failureSummary).join(" | ")}`);
    assert.deepEqual(told, [], `${name}, ${scheme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  for (const width of [390, 1280, 1920]) {
    await page.setViewportSize({ width, height: width === 390 ? 844 : 900 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(wide <= 0, `${name} is ${wide} px too wide at ${width}`);
    if (SHOTS && (all || SHOWN.has(name))) {
      mkdirSync(SHOTS, { recursive: true });
      await page.screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: width === 390 });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

const steps = {
  ...boardSteps({ url, visitor, logIn, sound }),

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
    await sound(page, "delivery");
    await page.goto(url + "/appointments");
    await sound(page, "appointments");
    await page.goto(url + "/books");
    await page.getByText("Nothing is here").waitFor();
    await page.getByLabel("State").selectOption("done");
    await page.getByRole("button", { name: "Show" }).click();
    await page.locator(".rows .badge.done").first().waitFor();
    await sound(page, "books");
    await page.goto(url + "/account");
    await sound(page, "account");
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
    assert.equal(await page.getByLabel("Reference contains").inputValue(), SCRIPT);
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

try {
  for (const step of process.argv.slice(2)) await steps[step]();
} catch (error) {
  console.error(error.stack ?? String(error));
  for (const context of browser.contexts()) {
    for (const page of context.pages()) console.error(page.url(), (await page.locator("body").innerText().catch(() => "")).slice(0, 2000));
  }
  process.exitCode = 1;
} finally {
  await browser.close();
}
