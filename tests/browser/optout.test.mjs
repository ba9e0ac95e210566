import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, api, invite, launch, mail, open, showInvite, sideways, signIn, stack, violations } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const optOutLink = async (email, n = 1) => (await mail(email, n)).links.find((l) => l.includes("/o/"));

test("who was invited opts out with one button, and takes it back with one; the console shows it", async () => {
  const row = await invite(address("out"));
  const url = await optOutLink(row.email);
  const page = await open(browser);
  await page.goto(url);
  const text = await page.locator("main").innerText();
  for (const fact of ["Acme", row.email]) assert.ok(text.includes(fact), `${fact} is missing: ${text}`);
  assert.equal(await page.locator("form button").count(), 1);
  await page.locator("form button").click();
  assert.match(await page.locator("h1").innerText(), /opted out/i);
  assert.equal(page.url(), url);
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).delivery.code, "opted_out");

  const admin = await open(browser);
  await signIn(admin);
  const shown = await showInvite(admin, row.email);
  await shown.filter({ hasText: /wants no invites/i }).waitFor();
  assert.match(await shown.innerText(), /wants no mail/i);
  const resend = shown.getByRole("button", { name: /resend/i });
  assert.ok((await resend.isDisabled()) || (await resend.getAttribute("aria-disabled")) === "true");

  await page.locator("form button").click();
  assert.match(await page.locator("h1").innerText(), /allowed again/i);
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).can_resend, true);
  await page.locator("form button").click(); // and once more
  assert.match(await page.locator("h1").innerText(), /opted out/i);
  assert.deepEqual([page.wrong, admin.wrong], [[], []]);
});

test("opting out works without script and by keyboard alone", async () => {
  const row = await invite(address("keys"));
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(await optOutLink(row.email));
  await page.keyboard.press("Tab");
  assert.equal(await page.locator("form button:focus").count(), 1, "Tab reaches the button");
  await page.keyboard.press("Enter");
  await page.locator("h1").filter({ hasText: /opted out/i }).waitFor();
});

test("the pages of opting out are read on a phone and at 400 % without scrolling sideways, and axe finds nothing", async () => {
  const plain = await invite(address("plain"));
  const gone = await invite(address("gone"), { locale: "de" });
  const out = await optOutLink(gone.email);
  await fetch(out, { method: "POST" });
  const page = await open(browser);
  for (const [name, url, press] of [
    ["opt out", await optOutLink(plain.email), false], ["opted out, in German", out, false],
    ["taken back", out, true], ["no link", `${stack.api}/o/${"0".repeat(65)}`, false], ["a cut link", out.slice(0, -20), false],
  ]) {
    await page.goto(url);
    if (press) {
      await page.locator("form button").click(); // takes it back
      await page.locator("h1").filter({ hasText: /erlaubt/ }).waitFor();
    }
    for (const [colorScheme, width] of [["light", 1200], ["dark", 375], ["light", 320]]) {
      await page.setViewportSize({ width, height: 700 });
      await page.emulateMedia({ colorScheme });
      assert.equal(await sideways(page), false, `${name} at ${width}`);
      if (width !== 320) assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}, ${width}`);
    }
  }
  assert.deepEqual(page.wrong, []);
});

test("a scanner that opens the link and all that is on its page changes nothing", async () => {
  const row = await invite(address("scan"));
  const url = await optOutLink(row.email);
  for (let i = 0; i < 3; i++) {
    const page = await open(browser);
    await page.goto(url);
    for (const href of await page.locator("a").evaluateAll((all) => all.map((a) => a.href))) await fetch(href);
    await page.context().close();
    await fetch(url, { method: "HEAD" });
  }
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).can_resend, true);
});
