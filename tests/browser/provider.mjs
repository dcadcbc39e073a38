// Logs in with a provider of OpenID Connect, as people do: a real one, on loopback. Told by the environment: LOGIN (of the one
// account), ISSUER (where the provider is), CLIENT and SECRET (what the host is to it), and what `browser.mjs` reads.
import assert from "node:assert/strict";
import { join } from "node:path";
import { finish, sound, visitor, url } from "./browser.mjs";

const { LOGIN, ISSUER, CLIENT, SECRET, MODULES } = process.env;
const { default: Provider } = await import(join(MODULES, "node_modules/oidc-provider/lib/index.js"));

// Whom the provider knows, and what it says of them.
const people = {
  ana: { email: LOGIN, email_verified: true },
  heir: { email: LOGIN, email_verified: true },
  boaster: { email: LOGIN, email_verified: false },
  stranger: { email: "stranger@example.org", email_verified: true },
};

const provider = new Provider(ISSUER, {
  clients: [{ client_id: CLIENT, client_secret: SECRET, redirect_uris: [`${url}/log-in/company/back`] }],
  claims: { email: ["email", "email_verified"] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  cookies: { keys: ["loopback"] },
});
provider.listen(Number(new URL(ISSUER).port), "127.0.0.1");

// Goes to the provider and says there who it is. Its pages for trying it out ask twice: who, and whether they may be told.
async function comeAs(page, who) {
  await page.goto(url + "/appointments");
  await page.getByRole("link", { name: "Log in with Hafen ID" }).click();
  await page.locator("input[name=login]").fill(who);
  await page.locator("input[name=password]").fill("whatever it is");
  await page.locator("button[type=submit]").click();
  await page.locator("button[type=submit]").click();
  await page.waitForURL((at) => at.origin === url);
}

async function refusedWith(page, code) {
  const problem = await page.getByRole("alert").innerText();
  assert.ok(problem.includes(code), problem);
  assert.ok(await page.getByLabel("Password").isVisible(), "there is no other way on");
}

const steps = {
  async letsIn() {
    const page = await visitor();
    await page.goto(url + "/log-in");
    await sound(page, "log-in-provider");
    let back;
    page.on("request", (request) => {
      if (request.url().includes("/log-in/company/back")) back = request.url();
    });
    await comeAs(page, "ana");
    assert.equal(new URL(page.url()).pathname, "/appointments");
    await page.getByText("The administrator").waitFor();

    // The code is good once.
    await page.goto(back);
    await refusedWith(page, "SL0140");
    // In a browser that was not sent there it is good for nothing.
    const thief = await visitor();
    await thief.goto(back);
    await refusedWith(thief, "SL0140");
  },

  async knowsWhoItIs() {
    // Whoever has an address after somebody else is not them, and they are still themselves with another one.
    const heir = await visitor();
    await comeAs(heir, "heir");
    await refusedWith(heir, "SL0141");
    people.ana.email = "married@example.org";
    const ana = await visitor();
    await comeAs(ana, "ana");
    assert.equal(new URL(ana.url()).pathname, "/appointments");
  },

  async refuses() {
    for (const who of ["boaster", "stranger"]) {
      const page = await visitor();
      await comeAs(page, who);
      await refusedWith(page, "SL0141");
    }
    const page = await visitor();
    await page.goto(url + "/log-in");
    await page.getByRole("link", { name: "Log in with Hafen ID" }).click();
    await page.getByText("Cancel").click();
    await page.waitForURL((at) => at.origin === url);
    await refusedWith(page, "SL0140");
    await page.goto(url + "/log-in/nowhere");
    await refusedWith(page, "SL0301");
  },

  async namesOneThatIsAway() {
    const page = await visitor();
    await page.goto(url + "/log-in");
    await page.getByRole("link", { name: "Log in with Gone ID" }).click();
    await refusedWith(page, "SL0142");
  },
};

await finish(steps, process.argv.slice(2));
// The provider would keep the process going.
process.exit();
