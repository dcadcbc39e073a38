// Measures two pages in Chromium and says the figures as JSON. Told by the environment: MODULES, LOGIN, PASSWORD, and
// the addresses BOARD and PORTAL.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const { MODULES, LOGIN, PASSWORD, BOARD, PORTAL, CHROMIUM = "chromium" } = process.env;
const { chromium } = createRequire(join(MODULES, "package.json"))("playwright-core");
const executablePath = CHROMIUM.includes("/") ? CHROMIUM : execFileSync("which", [CHROMIUM]).toString().trim();
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });

const middle = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];

async function board() {
  const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage();
  await page.goto(new URL("/log-in", BOARD).href);
  await page.getByLabel("E-mail address").fill(LOGIN);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in", exact: true }).click();
  await page.waitForURL((url) => !url.pathname.startsWith("/log-in"));
  const painted = [];
  for (let time = 0; time < 9; time += 1) {
    await page.goto(BOARD);
    if ((await page.locator("tr.provider").count()) !== 200) throw new Error("a board without its rows");
    painted.push(await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime));
  }
  return middle(painted);
}

// Each time somebody who was never there: nothing of it is kept.
async function portal() {
  const page = await (await browser.newContext()).newPage();
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  let bytes = 0;
  session.on("Network.loadingFinished", (loaded) => { bytes += loaded.encodedDataLength; });
  await page.goto(PORTAL, { waitUntil: "networkidle" });
  return bytes / 1000;
}

try {
  console.log(JSON.stringify({ painted_ms: await board(), portal_kb: await portal() }));
} finally {
  await browser.close();
}
