import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, age, api, invite, launch, link, open, signIn, tenant, stack, violations } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const row = (page, email) => page.locator("#rows tr").filter({ hasText: email });

// show searches for one address, so that other tests' rows are out of the way.
async function show(page, email, status = "") {
  await page.getByLabel("Show").selectOption(status);
  await page.getByLabel("Search").fill(email);
  await page.getByRole("button", { name: "Search" }).click();
}

test("a wrong password is told as one", async () => {
  const page = await open(browser);
  await page.goto(stack.console);
  await page.getByLabel("Email").first().fill(tenant("acme").admin.email);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("#sign-in-problem").waitFor();
  assert.match(await page.locator("#sign-in-problem").innerText(), /password/i);
});

test("an admin invites, resends with advice, and cancels after one question", async () => {
  const email = address("story");
  const page = await open(browser);
  await signIn(page);
  await page.locator("#invite-email").fill(email);
  await page.getByRole("button", { name: "Send invite" }).click();
  await row(page, email).waitFor();
  assert.match(await row(page, email).innerText(), /pending/i);

  await page.locator("#invite-email").fill(email);
  await page.getByRole("button", { name: "Send invite" }).click();
  await page.locator("#invite-problem").waitFor();
  assert.match(await page.locator("#invite-problem").innerText(), /resend/i);

  const first = await link(email);
  await row(page, email).getByRole("button", { name: /resend/i }).click();
  await row(page, email).locator(".advice").waitFor();
  const second = await link(email, 2);
  assert.equal((await fetch(first)).status, 410);
  assert.equal((await fetch(second)).status, 200);

  await row(page, email).locator("[data-action=cancel]").click();
  assert.equal(await page.locator("#cancel-email").innerText(), email);
  await page.getByRole("button", { name: "Keep it" }).click();
  assert.equal(await row(page, email).count(), 1);
  await row(page, email).locator("[data-action=cancel]").click();
  await page.locator("#cancel-yes").click();
  await row(page, email).waitFor({ state: "detached" });
  assert.equal((await fetch(second)).status, 410);
  assert.deepEqual(page.wrong, []);
});

test("an expired invite is shown as such and revived by a resend; an accepted one cannot be resent", async () => {
  const late = await invite(address("late"));
  await link(late.email);
  age(late.id, "8d");
  const done = await invite(address("done"));
  await fetch(await link(done.email), { method: "POST", redirect: "manual" });
  const page = await open(browser);
  await signIn(page);
  await show(page, late.email);
  await row(page, late.email).filter({ hasText: /expired/i }).waitFor();
  await row(page, late.email).getByRole("button", { name: /resend/i }).click();
  await row(page, late.email).filter({ hasText: /pending/i }).waitFor();

  await show(page, done.email, "accepted");
  const resend = row(page, done.email).getByRole("button", { name: /resend/i });
  await resend.waitFor();
  assert.ok((await resend.isDisabled()) || (await resend.getAttribute("aria-disabled")) === "true");
  assert.match(await row(page, done.email).innerText(), /password reset/i);
});

test("a viewer is told what is missing", async () => {
  const page = await open(browser);
  await signIn(page, "acme", "viewer");
  await page.locator("#problem").waitFor();
  assert.match(await page.locator("#problem").innerText(), /permission/i);
});

test("a long list comes page by page and loses nothing", async () => {
  const stem = `page${Date.now().toString(36)}`;
  const made = [];
  for (let i = 0; i < 30; i++) made.push((await api("POST", "/v1/invites", { email: `${stem}-${i}@example.com` }, { as: "globex" })).email);
  const page = await open(browser);
  await signIn(page, "globex");
  await page.locator("#rows tr").first().waitFor();
  while (await page.locator("#more").isVisible()) {
    const before = await page.locator("#rows tr").count();
    await page.locator("#more").click();
    await page.waitForFunction((n) => document.querySelectorAll("#rows tr").length > n || document.getElementById("more").hidden, before);
  }
  for (const email of made) assert.equal(await row(page, email).count(), 1, email);
});

test("a search finds what stands behind a page of others", async () => {
  const old = await api("POST", "/v1/invites", { email: address("old") }, { as: "globex" });
  await link(old.email);
  age(old.id, "8d");
  for (let i = 0; i < 26; i++) await api("POST", "/v1/invites", { email: address("newer") }, { as: "globex" });
  const page = await open(browser);
  await signIn(page, "globex");
  await page.locator("#rows tr").first().waitFor();
  assert.equal(await row(page, old.email).count(), 0);
  await show(page, old.email);
  await row(page, old.email).filter({ hasText: /expired/i }).waitFor();
});

test("axe finds nothing in the console, signed out and signed in, light and dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(browser, { colorScheme, bypassCSP: true });
    await page.goto(stack.console);
    await page.locator("#sign-in").waitFor();
    assert.deepEqual(await violations(page), [], `signed out, ${colorScheme}`);
    await signIn(page);
    await page.locator("#rows tr").first().waitFor();
    assert.deepEqual(await violations(page), [], `signed in, ${colorScheme}`);
    await page.context().close();
  }
});
