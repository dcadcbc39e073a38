// What goes through the pages in a real browser: visitors, and what every page has to be. Told by the environment: URL (the
// host), SHOTS (a directory for screenshots; none are taken without it), CHROMIUM.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

export const { URL: url } = process.env;
const { MODULES, SHOTS, CHROMIUM = "chromium" } = process.env;
const require = createRequire(join(MODULES, "package.json"));
const { chromium } = require("playwright-core");
const AXE = require.resolve("axe-core/axe.min.js");

const executablePath = CHROMIUM.includes("/") ? CHROMIUM : execFileSync("which", [CHROMIUM]).toString().trim();
// As root, which continuous integration often is, Chromium has no sandbox to offer.
export const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
export const SCRIPT = `<script>document.title = "taken over"</script><b>x</b>`;

// A page in a fresh browser. A script that is refused or fails is a failure of the test.
export async function visitor(options = {}) {
  const context = await browser.newContext({ timezoneId: "Europe/Berlin", locale: "en-GB", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.on("pageerror", (error) => assert.fail(`a script failed: ${error}`));
  page.on("console", (line) => {
    if (line.type() === "error" && line.text().includes("Content Security Policy")) assert.fail(line.text());
  });
  return page;
}

// Of these pages docs/ has pictures; SLOTLEDGER_SCREENSHOTS=all takes one of each.
const SHOWN = new Set(["log-in", "appointments", "appointments-several", "customer", "book", "reschedule", "completed", "correction", "books", "delivery-parked", "journal", "stock", "reconciliation", "finding", "board", "portal", "portal-de", "portal-times", "portal-visit", "phone", "phone-offline", "phone-record", "appointment-record", "portal-arrival-de", "reports", "rules", "setup-services", "sample", "people", "person", "person-new"]);
const all = process.env.SLOTLEDGER_SCREENSHOTS === "all";

// Nothing that axe calls serious, nothing that has to be scrolled sideways, at each width and in both schemes.
export async function sound(page, name) {
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
    const hidden = await page.locator("nav.ways a").evaluateAll((ways) => ways.filter((way) => {
      const { left, right } = way.getBoundingClientRect();
      return left < 0 || right > innerWidth || way.scrollWidth > way.clientWidth;
    }).map((way) => way.textContent));
    assert.deepEqual(hidden, [], `${name} hides a part of the menu at ${width}`);
    if (SHOTS && (all || SHOWN.has(name))) {
      mkdirSync(SHOTS, { recursive: true });
      await page.evaluate(() => scrollTo(0, 0));
      await page.screenshot({ path: join(SHOTS, `${name}-${width}.png`), fullPage: width === 390 });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

// Takes the steps, and ends with 0 if everything was as it should be; says on stderr what was not.
export async function finish(steps, wanted) {
  try {
    for (const step of wanted) await steps[step]();
  } catch (error) {
    console.error(error.stack ?? String(error));
    for (const context of browser.contexts()) {
      for (const page of context.pages()) {
        console.error(page.url(), (await page.locator("body").innerText().catch(() => "")).slice(0, 2000));
      }
    }
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}
