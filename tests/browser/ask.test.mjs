import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, age, api, invite, launch, link, open, showInvite, sideways, signIn, stack, until, violations } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const ask = (page) => page.getByRole("button", { name: "Ask for a new invite" });

// late is an invite whose link is dead, and that link.
async function late(name) {
  const row = await invite(address(name));
  const url = await link(row.email);
  await until("the mail is settled", async () => !["queued", "sending"].includes((await api("GET", `/v1/invites/${row.id}`)).delivery.status));
  age(row.id, "8d");
  return [row, url];
}

test("who holds a dead link asks for a new invite, and the admin sees it on the row", async () => {
  const [row, url] = await late("asks");
  const page = await open(browser);
  assert.equal((await page.goto(url)).status(), 410);
  assert.equal(await page.locator("form button").count(), 1);
  await ask(page).click();
  await page.getByRole("heading", { name: "received your request" }).waitFor();
  assert.match(await page.locator("main").innerText(), /once came from us/);
  assert.equal(new URL(page.url()).pathname, new URL(url).pathname);
  assert.ok((await api("GET", `/v1/invites/${row.id}`)).renewal_requested_at);

  await page.goto(page.url()); // the address that is left behind opens the page as before
  await ask(page).waitFor();
  assert.deepEqual(page.wrong, []);

  const console = await open(browser);
  await signIn(console);
  const shown = await showInvite(console, row.email);
  await shown.filter({ hasText: /asked for a new invite/i }).waitFor();
  await shown.getByRole("button", { name: /resend/i }).click();
  await shown.filter({ hasText: /pending/i }).waitFor();
  await until("the resend answers the request", async () => !/asked for/i.test(await shown.innerText()));
  assert.deepEqual(console.wrong, []);
});

test("asking works without script and by keyboard alone, in the reader's language", async () => {
  const [row, url] = await late("keys");
  const page = await open(browser, { javaScriptEnabled: false, locale: "de-DE" });
  await page.goto(url);
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press("Tab");
    if (await page.locator("form button:focus").count()) break;
  }
  assert.equal(await page.locator("form button:focus").innerText(), "Um eine neue Einladung bitten");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Ihre Bitte ist angekommen" }).waitFor();
  assert.ok((await api("GET", `/v1/invites/${row.id}`)).renewal_requested_at);
});

test("the button of a link that was never ours leads to the same page", async () => {
  const never = `/i/${"0".repeat(65)}`;
  for (const path of [never, `${never}/ask`, `${never}?utm_source=mail`, `${never}/`]) {
    const page = await open(browser);
    await page.goto(stack.api + path);
    await ask(page).click();
    await page.getByRole("heading", { name: "received your request" }).waitFor();
    assert.equal(new URL(page.url()).pathname, new URL(stack.api + path).pathname);
    assert.deepEqual(page.wrong, []);
    await page.context().close();
  }
});

test("the page after asking is read on a phone and at 400 % without scrolling sideways, and axe finds nothing", async () => {
  for (const [locale, colorScheme, width] of [["en", "dark", 375], ["de", "light", 320]]) {
    const page = await open(browser, { locale, colorScheme, viewport: { width, height: 700 } });
    await page.goto(`${stack.api}/i/${"0".repeat(65)}`);
    assert.deepEqual(await violations(page), [], `dead, ${locale}, ${colorScheme}, ${width}`);
    await page.locator("form button").click();
    await page.waitForURL("**?ask=1");
    assert.equal(await sideways(page), false, `${locale} at ${width}`);
    assert.deepEqual(await violations(page), [], `asked, ${locale}, ${colorScheme}, ${width}`);
    await page.context().close();
  }
});
