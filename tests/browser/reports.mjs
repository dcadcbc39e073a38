// Reports in a browser: figures as text, bars that repeat them, and files.
import assert from "node:assert/strict";

export const reportSteps = ({ url, visitor, logIn, sound }) => ({
  async reports() {
    const { COMPANY, FROM, TO } = process.env;
    const page = await visitor();
    const period = `company=${COMPANY}&from=${FROM}&to=${TO}`;
    await logIn(page, "/log-in?to=" + encodeURIComponent("/reports?" + period));
    await page.getByRole("heading", { name: "Visits by week" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "Reports" }).getAttribute("aria-current"), "page");
    // Bars are drawn under the page's own policy, and say nothing that does not stand beside them.
    const bar = await page.locator(".plot rect.completed").first().boundingBox();
    assert.ok(bar.width > 10 && bar.height > 5, JSON.stringify(bar));
    assert.equal(await page.locator(".plot svg:not([aria-hidden])").count(), 0);
    const total = page.getByRole("region", { name: "Visits by week" }).getByRole("row", { name: /^Total/ });
    const booked = Number(await total.getByRole("cell").nth(1).innerText());
    assert.ok(booked > 20, `${booked}`);
    await page.getByRole("heading", { name: "Revenue in EUR" }).waitFor();
    await sound(page, "reports");

    // One branch, provider or service is a click away, and the days stay.
    await page.getByRole("region", { name: "Visits by provider" }).getByRole("link").first().click();
    await page.waitForURL((at) => at.searchParams.has("provider") && at.searchParams.get("from") === FROM);
    assert.ok(Number(await total.getByRole("cell").nth(1).innerText()) < booked);
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export CSV: Visits by week" }).click(),
    ]);
    assert.equal(file.suggestedFilename(), "visits.csv");
    const text = await (await page.request.get(file.url())).text();
    assert.match(text, /^by,name,from,to,booked,[^\r]*\r\n"total","",\d{4}/);
    assert.match(text, /"provider","'=Ada Brandt"/, "a name that looks like a formula is text");

    await page.goto(`${url}/reports?company=${COMPANY}&from=2020-01-01&to=2020-01-31`);
    await page.getByText("No visit starts in these days.").waitFor();
    await sound(page, "reports-none");
    const refused = await page.goto(`${url}/reports?company=${COMPANY}&from=${TO}&to=${FROM}`);
    assert.equal(refused.status(), 400);
    await page.getByText("SL0133").waitFor();
    assert.equal(await page.getByLabel("From").inputValue(), TO, "what was typed stays");
    await sound(page, "reports-refused");
  },

  // A dispatcher sees figures of visits, and none of the books.
  async counts() {
    const page = await visitor();
    await logIn(page);
    await page.getByRole("link", { name: "Reports" }).click();
    await page.getByRole("heading", { name: "Utilisation" }).waitFor();
    assert.equal(await page.getByText("Revenue").count(), 0);
    const books = await page.goto(`${url}/reports/revenue.csv`);
    assert.equal(books.status(), 403);
  },
});
