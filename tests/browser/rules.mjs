// Rules in a browser: extensions and their modes, decisions and their records, and what another version would decide.
import assert from "node:assert/strict";

export const rulesSteps = ({ url, visitor, logIn, sound }) => ({
  async rules() {
    const { COMPANY, NEWER, VISIT } = process.env;
    const page = await visitor();
    await logIn(page, "/log-in?to=" + encodeURIComponent("/rules?company=" + COMPANY));
    assert.equal(await page.getByRole("link", { name: "Rules", exact: true }).getAttribute("aria-current"), "page");
    const names = await page.locator(".card h3").allInnerTexts();
    assert.deepEqual(names, ["org.example.small", "org.example.broken", "org.example.closed"], "in the order in which they are asked");
    const small = page.locator(".card", { has: page.getByRole("heading", { name: "org.example.small" }) });
    await small.getByText("Enforced").waitFor();
    await small.getByText("Answers", { exact: true }).waitFor();
    await page.getByText("Nothing may be booked.").first().waitFor();
    await sound(page, "rules");

    // A mode is changed by form, and holds from the next decision on.
    await small.getByLabel("Mode", { exact: true }).selectOption("warn");
    await small.getByLabel("If it fails").selectOption("open");
    await page.getByRole("button", { name: "Change org.example.small" }).click();
    await page.getByText("It is changed, from the next decision on.").waitFor();
    await small.getByText("Warns", { exact: true }).waitFor();

    // One that failed too often is left alone, until somebody has it asked again.
    const broken = page.locator(".card", { has: page.getByRole("heading", { name: "org.example.broken" }) });
    await broken.getByText("Parked", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Try it again now: org.example.broken" }).click();
    await page.getByText("It is asked again from now on.").waitFor();
    await broken.getByText("Answers", { exact: true }).waitFor();

    // From an appointment to how it was decided, and to a fixture of it.
    await page.goto(`${url}/appointments/${VISIT}`);
    await page.getByRole("link", { name: "How it was decided" }).click();
    await page.getByText("Only those about one appointment.").waitFor();
    assert.ok((await page.locator(".rows tbody tr").count()) >= 2);
    await sound(page, "decisions");
    await page.getByRole("row", { name: /hold/ }).getByRole("link").first().click();
    await page.getByRole("heading", { name: /^Decision \d+$/ }).waitFor();
    await page.getByRole("region", { name: "Extensions that were asked" }).getByText("Denied").first().waitFor();
    await sound(page, "decision");
    const [fixture] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: /^Fixture: org.example.closed/ }).first().click(),
    ]);
    assert.match(fixture.suggestedFilename(), /^decision-\d+-hold.*\.json$/);
    const content = await (await page.request.get(fixture.url())).json();
    assert.ok(content.input && content.review, JSON.stringify(content).slice(0, 200));
    const record = await page.request.get(page.url() + "/record.json");
    assert.ok((await record.json()).record.rules.length > 0);

    await page.goto(`${url}/rules/decisions?company=${COMPANY}&outcome=refused`);
    await page.locator(".rows .badge.parked").first().waitFor();
    assert.equal(await page.locator(".rows .badge.done").count(), 0);

    // What the newer version would have decided.
    await page.goto(`${url}/rules?company=${COMPANY}`);
    await page.getByRole("link", { name: "Replay org.example.small 2.0.0" }).click();
    assert.equal(await page.getByLabel("Component").inputValue(), NEWER);
    await page.getByRole("button", { name: "Replay" }).click();
    await page.getByRole("region", { name: "By point" }).waitFor();
    await page.getByText("verdict").first().waitFor();
    await sound(page, "replay");
    const wrong = await page.goto(`${url}/rules/replay?company=${COMPANY}&since=2026-01-01&component=${"0".repeat(64)}`);
    assert.equal(wrong.status(), 404);
    await page.getByText("SL0301").waitFor();
  },

  // An installed extension is put to use, and its settings are changed, in forms made of what it says of itself.
  async use() {
    const { COMPANY, OTHER } = process.env;
    const page = await visitor();
    await logIn(page, "/log-in?to=" + encodeURIComponent("/rules?company=" + COMPANY));
    await page.getByText("No extension has a say here.").waitFor();
    await page.locator(`a[href*="/use?component="]:not([href*="${OTHER}"])`).click();
    await page.getByRole("heading", { name: "org.example.evening" }).waitFor();
    assert.equal(await page.getByLabel("Mode").inputValue(), "audit");
    await page.getByText("The hour from which a visit counts as evening. Left empty, it is 18.").waitFor();
    await page.getByLabel("from").fill("7,5");
    await page.getByLabel("most-guests").fill("plenty");
    await page.getByLabel("Heat pump service").check();
    await sound(page, "rules-use");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByRole("alert").getByText("has to be a number").waitFor();
    assert.equal(await page.getByLabel("from").inputValue(), "7,5", "what was typed is still there");
    assert.ok(await page.getByLabel("Heat pump service").isChecked());
    await sound(page, "rules-use-wrong");
    await page.getByLabel("most-guests").fill("6");
    await page.getByRole("button", { name: "Use it" }).click();
    await page.getByText("It is saved.").waitFor();
    const card = page.locator(".card", { has: page.getByRole("heading", { name: "org.example.evening" }) });
    await card.getByText("Audited", { exact: true }).waitFor();
    await card.getByText("from = 7.5, most-guests = 6").waitFor();
    assert.equal(await page.getByRole("link", { name: /^Use / }).count(), 0, "a company uses it once");

    // Another version has other settings: what it has none for is named, and nothing is saved before that was seen.
    await page.getByRole("link", { name: "Settings of org.example.evening" }).click();
    await page.getByLabel("Version").selectOption(OTHER);
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("This version has no setting for most-guests = 6; saving drops it.").waitFor();
    await page.getByLabel("biggest").waitFor();
    assert.equal(await page.getByLabel("from").inputValue(), "7.5");
    await page.getByRole("link", { name: "Leave it" }).click();
    await card.getByText("from = 7.5, most-guests = 6").waitFor();

    const second = await page.context().newPage();
    const settings = page.getByRole("link", { name: "Settings of org.example.evening" });
    await second.goto(url + (await settings.getAttribute("href")));
    await settings.click();
    await page.getByLabel("most-guests").fill("");
    await page.getByLabel("Order").fill("20");
    await page.getByRole("button", { name: "Save" }).click();
    await card.getByText("from = 7.5", { exact: true }).waitFor();
    await second.getByLabel("Order").fill("30");
    await second.getByRole("button", { name: "Save" }).click();
    await second.getByText("Somebody else has changed it meanwhile.").waitFor();
    assert.equal(await second.getByLabel("Order").inputValue(), "30");
  },

  // An author sees all of it, and is offered nothing that changes it, nor anybody's appointment.
  async author() {
    const { COMPANY } = process.env;
    const page = await visitor();
    await logIn(page);
    await page.goto(`${url}/rules`);
    await page.getByText("org.example.closed").first().waitFor();
    assert.equal(await page.getByRole("button", { name: /^Change/ }).count(), 0);
    assert.equal(await page.getByRole("link", { name: /^(Use|Settings of) / }).count(), 0);
    await page.getByRole("link", { name: "Decisions", exact: true }).click();
    await page.locator(".rows tbody tr").first().waitFor();
    assert.equal(await page.locator(".rows a[href^='/appointments']").count(), 0);
    const other = await page.goto(`${url}/rules/decisions?company=01980000-0000-7000-8000-000000000001`);
    assert.equal(other.status(), 403);
    assert.equal((await page.goto(`${url}/rules/replay?company=${COMPANY}`)).status(), 200);
  },
});
