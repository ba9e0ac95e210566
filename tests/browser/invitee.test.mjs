import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, age, api, invite, launch, link, open, sideways, stack, until, violations } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test("an invitee learns who invites to what, accepts, and is set up on another origin, once", async () => {
  const row = await invite(address("ana"), { name: "Ana" });
  const page = await open(browser);
  const url = await link(row.email);
  await page.goto(url);
  const text = await page.locator("main").innerText();
  for (const fact of ["Acme", "member", row.email, row.invited_by.name]) assert.ok(text.includes(fact), `${fact} is missing: ${text}`);
  assert.equal(await page.locator("form button").count(), 1);
  await page.locator("form button").click();
  await page.waitForURL(`${stack.product}/**`);
  assert.match(await page.locator("body").innerText(), new RegExp(row.email.replace(/[+.]/g, "\\$&")));
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).status, "accepted");

  await page.reload(); // the code is used up: the second try is 410
  const again = await page.locator("body").innerText();
  assert.match(again, /used|already/i);
  assert.doesNotMatch(again, /internal|error|undefined/i);

  await page.goto(url);
  assert.match(await page.locator("main").innerText(), /already/i);
  assert.ok((await page.getByRole("link").count()) >= 2, "sign in and password reset are offered");
  await page.locator("form button").first().click(); // a fresh code
  await page.waitForURL(`${stack.product}/**`);
  assert.deepEqual(page.wrong, []);
});

test("a page works without script and by keyboard alone", async () => {
  const row = await invite(address("keys"));
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(await link(row.email));
  await page.keyboard.press("Tab");
  assert.equal(await page.locator("form button:focus").count(), 1, "the first Tab reaches the button");
  assert.equal(await page.locator("form button").evaluate((b) => getComputedStyle(b).outlineStyle), "solid", "and shows that it did");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${stack.product}/**`);
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).status, "accepted");
});

// What all pages look like in all states is in pages.test.mjs.
test("a page as it is deployed is read on a phone and at 400 % without scrolling sideways, and axe finds nothing", async () => {
  const live = await invite(address("live"));
  const done = await invite(address("done"));
  const old = await invite(address("old"));
  const dead = await link(old.email);
  await api("POST", `/v1/invites/${old.id}/resend`);
  await fetch(await link(done.email), { method: "POST", redirect: "manual" });
  const page = await open(browser);
  for (const [name, url] of [["live", await link(live.email)], ["accepted", await link(done.email)], ["dead", dead]]) {
    await page.goto(url);
    for (const [colorScheme, width] of [["light", 1200], ["dark", 375], ["light", 320]]) {
      await page.setViewportSize({ width, height: 700 });
      await page.emulateMedia({ colorScheme });
      assert.equal(await sideways(page), false, `${name} at ${width}`);
      if (width !== 320) assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}, ${width}`);
    }
  }
  assert.deepEqual(page.wrong, []);
});

test("a scanner that opens a link many times changes nothing", async () => {
  const row = await invite(address("scan"));
  const url = await link(row.email);
  const before = await until("the mail is settled", async () => {
    const now = await api("GET", `/v1/invites/${row.id}`);
    return now.delivery.status === "delivered" && now.delivery.sender && now;
  });
  for (let i = 0; i < 3; i++) {
    const page = await open(browser);
    await page.goto(url);
    await page.context().close();
    await fetch(url, { method: "HEAD" });
  }
  assert.deepEqual(await api("GET", `/v1/invites/${row.id}`), before);
});

test("an expired link opens the page of every dead link", async () => {
  const row = await invite(address("late"));
  const url = await link(row.email);
  age(row.id, "8d");
  const page = await open(browser);
  const response = await page.goto(url);
  assert.equal(response.status(), 410);
  assert.match(await page.locator("main").innerText(), /most recent/);
});
