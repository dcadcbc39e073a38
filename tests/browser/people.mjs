// People and keys in a browser: an administrator gives somebody who works there an account, who sets a password and sees their
// day; what they may do is changed; keys are made and revoked.
import assert from "node:assert/strict";

const { COMPANY, PASSWORD } = process.env;

export const peopleSteps = ({ url, visitor, logIn, sound }) => ({
  async people() {
    const page = await visitor({ permissions: ["clipboard-read", "clipboard-write"] });
    await logIn(page, "/log-in?to=/accounts");
    await page.getByText("Nobody else logs in here yet.").waitFor();
    assert.equal(await page.getByRole("link", { name: "People", exact: true }).first().getAttribute("aria-current"), "page");
    await sound(page, "people-first");

    // Who works there is known already: only the address is missing.
    await page.goto(`${url}/setup/${COMPANY}/people`);
    await page.getByRole("link", { name: "Give them an account: Ada Brandt" }).click();
    assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Ada Brandt");
    assert.ok(await page.getByRole("radio", { name: "Technician" }).isChecked());
    assert.ok(await page.getByLabel("Whose work they do").isVisible());
    assert.equal(await page.getByLabel("How far it reaches").isVisible(), false, "a technician’s company is their own");
    await page.getByRole("radio", { name: "Front desk" }).check();
    assert.ok(await page.getByLabel("How far it reaches").isVisible());
    assert.equal(await page.getByLabel("Whose work they do").isVisible(), false);
    await page.getByRole("radio", { name: "Technician" }).check();
    await sound(page, "person-new");
    await page.getByLabel("E-mail address").fill("ada");
    await page.getByRole("button", { name: "Add, and show the link" }).click();
    await page.getByRole("alert").waitFor();
    assert.equal(await page.getByLabel("E-mail address").inputValue(), "ada");
    assert.equal(await page.getByLabel("E-mail address").getAttribute("aria-invalid"), "true");
    assert.ok(await page.getByRole("radio", { name: "Technician" }).isChecked());
    await sound(page, "person-new-wrong");
    await page.getByLabel("E-mail address").fill("ada@example.org");
    await page.getByRole("button", { name: "Add, and show the link" }).click();
    await page.getByRole("heading", { name: "Ada Brandt is added" }).waitFor();
    const link = await page.getByLabel("Link", { exact: true }).inputValue();
    assert.ok(link.startsWith(`${url}/welcome?token=sw_`), link);
    assert.equal(new URL(page.url()).search, "", "no secret stands in the address");
    await page.getByRole("button", { name: "Copy" }).click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);
    await sound(page, "person-link");

    const ada = await visitor();
    await ada.goto(link);
    await ada.getByLabel("Password").fill(PASSWORD);
    await ada.getByRole("button", { name: "Set the password" }).click();
    await ada.waitForURL(url + "/today");
    await ada.getByText("Mara Lindqvist").first().waitFor();
    assert.equal(await ada.getByRole("link", { name: "People" }).count(), 0);
    const again = await visitor();
    assert.equal((await again.goto(link)).status(), 410, "a link is good once");

    await page.getByRole("link", { name: "Open their page" }).click();
    await page.locator(".head .badge.done").waitFor();
    await page.getByText("The password was set with a link.").waitFor();
    await page.getByRole("link", { name: "Give a role" }).click();
    await page.getByRole("radio", { name: "Dispatcher" }).check();
    await sound(page, "person-role");
    await page.getByLabel("How far it reaches").selectOption({ label: "Hafen Klimatechnik" });
    await page.getByRole("button", { name: "Give the role" }).click();
    await page.getByText("The role is given.").waitFor();
    await page.goto(page.url());
    await sound(page, "person");
    await page.getByRole("button", { name: "Take away Dispatcher, Hafen Klimatechnik" }).click();
    await page.getByText("The role is taken away").waitFor();
    await page.getByRole("button", { name: /^End the session of Chrome on/ }).click();
    await page.getByText("They are logged in nowhere.").waitFor();
    await ada.goto(url + "/today");
    assert.equal(new URL(ada.url()).pathname, "/log-in");

    await page.getByRole("link", { name: "Switch off…" }).click();
    await page.getByText("Switch off Ada Brandt?").waitFor();
    await sound(page, "person-off");
    await page.getByRole("button", { name: "Switch off" }).click();
    await page.locator(".head .badge.cancelled").waitFor();
    await sound(page, "person-is-off");
    await page.getByRole("button", { name: "Switch on" }).click();
    await page.locator(".head .badge.done").waitFor();
    await page.getByRole("link", { name: "People", exact: true }).first().click();
    await page.getByRole("row", { name: /Ada Brandt/ }).getByText("Technician").waitFor();
    await sound(page, "people");
    await page.getByLabel("Name or e-mail address").fill("nobody of this name");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByText("Nobody is found.").waitFor();
    // Nobody takes their own rights away.
    await page.getByRole("link", { name: "Clear", exact: true }).click();
    await page.getByRole("link", { name: "The administrator" }).last().click();
    await page.getByText("These are your own.").waitFor();
    assert.equal(await page.getByRole("link", { name: "Switch off…" }).count(), 0);
    await sound(page, "person-self");
  },

  async keys() {
    const page = await visitor();
    await logIn(page, "/log-in?to=/account");
    await page.getByRole("link", { name: "Open API keys" }).click();
    await page.getByRole("link", { name: "Make an API key" }).click();
    await sound(page, "key-new");
    await page.getByLabel("Name of the key").fill("Website");
    await page.getByRole("radio", { name: "Front desk" }).check();
    await page.getByText("Allow only some of it").click();
    await page.getByLabel("search for openings").check();
    await page.getByRole("button", { name: "Make, and show the key" }).click();
    await page.getByRole("alert").getByText("How far it reaches").waitFor();
    assert.ok(await page.getByLabel("search for openings").isChecked());
    await sound(page, "key-new-wrong");
    await page.getByLabel("How far it reaches").selectOption({ label: "Hafen Klimatechnik" });
    await page.getByRole("button", { name: "Make, and show the key" }).click();
    const key = await page.getByLabel("API key", { exact: true }).inputValue();
    assert.ok(key.startsWith("sl_"), key);
    await sound(page, "key-made");
    const asked = (path) => fetch(url + path, { headers: { authorization: `Bearer ${key}` } });
    assert.equal((await asked("/api/v1/session")).status, 200);
    assert.equal((await asked("/api/v1/appointments")).status, 403);
    await page.getByRole("link", { name: "To the keys" }).click();
    await sound(page, "keys");
    assert.equal((await page.content()).includes(key), false, "it is shown once");
    await page.getByRole("link", { name: "Website" }).click();
    await sound(page, "key");
    await page.getByRole("link", { name: "Revoke…" }).click();
    await sound(page, "key-revoke");
    await page.getByRole("button", { name: "Revoke the key" }).click();
    await page.getByText("The key is revoked").waitFor();
    assert.equal((await asked("/api/v1/session")).status, 401);
  },

  // Without script: a customer is looked for and chosen, and the link is there to be marked by hand.
  async peoplePlain() {
    const page = await visitor({ javaScriptEnabled: false });
    await logIn(page, "/log-in?to=/accounts/new");
    await page.getByLabel("Name", { exact: true }).fill("Mara Lindqvist");
    await page.getByLabel("E-mail address").fill("mara@example.org");
    await page.getByRole("radio", { name: /^Customer/ }).check();
    await page.getByLabel("How far it reaches").selectOption({ label: "Hafen Klimatechnik" });
    await page.getByLabel("Which customer").fill("lindq");
    await page.getByRole("button", { name: "Add, and show the link" }).click();
    await page.getByRole("radio", { name: /^Mara Lindqvist/ }).check();
    await page.getByRole("button", { name: "Add, and show the link" }).click();
    await page.getByRole("heading", { name: "Mara Lindqvist is added" }).waitFor();
    assert.equal(await page.getByRole("button", { name: "Copy" }).count(), 0);
    const link = await page.getByLabel("Link", { exact: true }).inputValue();
    const mara = await visitor({ javaScriptEnabled: false });
    await mara.goto(link);
    await mara.getByLabel("Password").fill(PASSWORD);
    await mara.getByRole("button", { name: "Set the password" }).click();
    await mara.waitForURL(url + "/appointments");
  },
});
