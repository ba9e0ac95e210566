import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, sideways, stack, token, violations } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

// What Swagger UI's own markup breaks, as it is known of 5.35: only that may be left.
const renderers = ["nested-interactive", "scrollable-region-focusable", "select-name", "target-size"];

for (const [name, viewport] of Object.entries({ desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 800 } })) {
  test(`the API's document is read on a ${name}, from this origin alone`, async (t) => {
    const page = await open(browser, { viewport });
    const elsewhere = [];
    page.on("request", (r) => /^(data|blob):/.test(r.url()) || r.url().startsWith(`${stack.api}/`) || elsewhere.push(r.url()));
    await page.goto(`${stack.docs}#/invites/createInvite`);
    await page.getByRole("button", { name: "Try it out" }).waitFor();
    for (const text of ["Invite an address", "Idempotency-Key", "ana@example.com", "already_pending"]) {
      assert.ok(await page.getByText(text).first().isVisible(), `${text} is not shown`);
    }
    assert.equal(await sideways(page), false);
    const wrong = await violations(page);
    for (const v of wrong) t.diagnostic(`axe: ${v.slice(0, 200)}`);
    assert.deepEqual(wrong.filter((v) => !renderers.includes(v.split(":")[0])), []);
    assert.deepEqual(elsewhere, []);
    assert.deepEqual(page.wrong, []);
  });
}

test("a call is tried out on this stack, with a token", async () => {
  const page = await open(browser);
  await page.goto(`${stack.docs}#/settings/getSettings`);
  await page.getByRole("button", { name: "Authorize" }).first().click();
  await page.locator(".auth-container input").fill(token("acme"));
  await page.getByRole("button", { name: "Apply credentials" }).click();
  await page.getByRole("button", { name: "Close" }).last().click();
  await page.getByRole("button", { name: "Try it out" }).click();
  const answered = page.waitForResponse((r) => r.url() === `${stack.api}/v1/settings`);
  await page.getByRole("button", { name: "Execute" }).click();
  assert.equal((await answered).status(), 200);
  await page.locator(".live-responses-table").getByText('"tenant_id"').waitFor();
  assert.deepEqual(page.wrong, []);
});

test("the document itself is served, and names this stack as its server", async () => {
  const page = await open(browser);
  await page.goto(stack.docs);
  const href = await page.locator("header").getByRole("link", { name: "openapi.yaml" }).getAttribute("href");
  const text = await (await fetch(new URL(href, stack.docs))).text();
  assert.match(text, /^openapi: 3\.1\.0\n/);
  assert.ok(text.includes(`- url: ${stack.api}\n`));
});
