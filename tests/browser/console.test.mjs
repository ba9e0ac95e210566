// The product's Users page: its own users, and <pending-invites> in it. What the part itself
// does is told by its own tests, the panel's tools by console-panel.test.mjs.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { address, api, invite, inviteRow, invitesIn, launch, link, open, sideways, signIn, stack, tenant, violations } from "./stack.mjs";
import { choose, looked, panel, press, signedIn, user } from "./users.mjs";

let browser;
before(async () => (browser = await launch()));
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
after(() => browser.close());

test("a wrong password is told as one", async () => {
  const page = await open(browser);
  await page.goto(stack.console);
  await page.getByLabel("Email").first().fill(tenant("acme").admin.email);
  await page.getByLabel("Password").fill("wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").filter({ hasText: /password is wrong/ }).waitFor();
  assert.equal(await page.locator("pending-invites").count(), 0);
});

test("a viewer is told what is missing, and sees neither users nor tools", async () => {
  const page = await open(browser);
  await signIn(page, "acme", "viewer");
  await page.locator("#no-permission").filter({ hasText: /permission/ }).waitFor();
  assert.match(await page.locator("#no-permission").innerText(), /viewer@acme\.example.*admin@acme\.example/);
  for (const hidden of [panel(page), page.getByRole("table", { name: "Active users" }), page.getByRole("heading", { name: "Try this" })]) assert.equal(await hidden.count(), 0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await signIn(page);
  await looked(page);
  assert.equal(await page.locator("#no-permission").isVisible(), false);
  assert.deepEqual(page.wrong, []);
});

test("a session that is over leads back to the sign-in, and nothing of it stays on the page", async () => {
  const page = await signedIn(browser);
  await page.evaluate(() => {
    const held = JSON.parse(sessionStorage.getItem("session"));
    sessionStorage.setItem("session", JSON.stringify({ ...held, token: held.token.slice(0, -8) + "AAAAAAAA" }));
  });
  await page.getByRole("alert").filter({ hasText: "Your session is over" }).waitFor();
  assert.equal(await page.locator("pending-invites").count(), 0);
  assert.doesNotMatch(await page.locator("body").innerText(), /admin@globex\.example .*Active|Pending Invites/);
  assert.equal(await page.evaluate(() => sessionStorage.getItem("session")), null);
});

test("what was typed when the session ended, or the page was loaded anew, is there for the same person and for nobody else", async () => {
  const page = await signedIn(browser);
  const field = () => invitesIn(page).getByLabel("Email addresses");
  const end = async () => {
    await page.evaluate(() => {
      const held = JSON.parse(sessionStorage.getItem("session"));
      sessionStorage.setItem("session", JSON.stringify({ ...held, ends: new Date(0) }));
    });
    await page.getByRole("alert").filter({ hasText: "Your session is over" }).waitFor();
    assert.doesNotMatch(await page.locator("body").innerText(), /typed@example/);
  };
  const back = async (id) => {
    const who = tenant(id).admin;
    await page.getByLabel("Email").first().fill(who.email);
    await page.getByLabel("Password").fill(who.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await looked(page);
  };
  await invitesIn(page).getByRole("button", { name: "Invite people" }).click();
  await invitesIn(page).getByLabel("Name (optional)").fill("Ty");
  await field().fill("typed@example.com");
  await invitesIn(page).getByLabel("Role").selectOption("admin");
  await page.reload();
  await looked(page);
  assert.equal(await field().inputValue(), "typed@example.com");
  await end();
  await page.reload();
  await back("acme");
  await field().waitFor();
  assert.equal(await field().inputValue(), "typed@example.com");
  assert.equal(await invitesIn(page).getByLabel("Name (optional)").inputValue(), "Ty");
  await page.waitForFunction(() => document.querySelector("pending-invites").shadowRoot.querySelector("#role")?.value === "admin");

  await end();
  await back("globex");
  assert.equal(await field().count(), 0);
  assert.equal(await page.evaluate(() => Object.values(sessionStorage).some((held) => held.includes("typed@"))), false);
  await page.getByRole("button", { name: "Sign out" }).click();
  await back("acme");
  assert.equal(await field().count(), 0, "another person has been here");

  await invitesIn(page).getByRole("button", { name: "Invite people" }).click();
  await field().fill("typed@example.com");
  await page.getByRole("button", { name: "Sign out" }).click();
  await back("acme");
  assert.equal(await field().count(), 0, "who signs out takes it along");
  assert.deepEqual(page.wrong, []);
});

test("who has a browser days ahead signs in, stays in, and reads the right times", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.addInitScript(() => {
    const Real = Date;
    const off = 3 * 86_400_000;
    globalThis.Date = class extends Real {
      constructor(...given) {
        super(...(given.length > 0 ? given : [Real.now() + off]));
      }
      static now = () => Real.now() + off;
    };
  });
  const { email } = await invite(address("ahead"));
  await link(email);
  await signIn(page);
  await looked(page);
  await inviteRow(page, email).filter({ hasText: "in 7 days" }).waitFor();
  await page.reload();
  await looked(page);
  assert.doesNotMatch(await panel(page).locator("#mails").innerText(), /days ago/);
});

test("who accepts in the browser becomes Active by the event, and nobody's focus moves", async () => {
  const page = await signedIn(browser);
  const row = await invite(address("ana"), { name: "Ana" });
  const mails = panel(page).locator("#mails li").filter({ hasText: row.email });
  await mails.waitFor();
  await inviteRow(page, row.email).filter({ hasText: /pending/i }).waitFor();
  assert.equal(await user(page, row.email).count(), 0, "nobody is a user by being invited");

  const [mail] = await Promise.all([page.waitForEvent("popup"), mails.getByRole("link", { name: /^(?!Open)/ }).click()]);
  await mail.getByRole("heading", { level: 1 }).waitFor();
  assert.match(mail.url(), /\/mailbox\/m\d+$/);
  const [invitee] = await Promise.all([page.waitForEvent("popup"), mails.getByRole("link", { name: "Open its link" }).click()]);
  await page.getByLabel("Which invite").focus();
  await invitee.locator("form button").click();
  await invitee.waitForURL(`${stack.product}/**`);

  await user(page, row.email).filter({ hasText: /Ana.*Active.*Finished/s }).waitFor();
  await page.getByRole("status").filter({ hasText: `${row.email} is Active now, by the event InviteAccepted.` }).waitFor();
  await panel(page).locator("#events li").filter({ hasText: /InviteAccepted.*made a user Active/s }).filter({ hasText: row.email }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), "which");
  for (const step of ["invite", "read", "accept", "active"]) assert.match(await page.locator(`[data-step=${step}]`).textContent(), /\(done\)/, step);

  await api("POST", `/v1/invites/${row.id}/release`);
  await user(page, row.email).waitFor({ state: "detached" });
  await page.getByRole("status").filter({ hasText: `${row.email} is no longer a user` }).waitFor();
  assert.deepEqual(page.wrong, []);
});

test("who accepted and never came to the set-up page is Active and not set up", async () => {
  const row = await invite(address("half"));
  const url = await link(row.email);
  const page = await signedIn(browser);
  await fetch(url, { method: "POST", redirect: "manual" });
  await user(page, row.email).filter({ hasText: /Active.*Not yet/s }).waitFor();
  await fetch(url, { method: "POST" }); // and now the set-up page as well
  await user(page, row.email).filter({ hasText: /Finished/ }).waitFor();
});

test("the list Try this is put away for good, and comes back", async () => {
  const page = await signedIn(browser);
  const list = page.getByRole("heading", { name: "Try this" });
  await page.getByRole("button", { name: "Dismiss the list Try this" }).press("Enter");
  await list.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "title");
  await page.reload();
  await looked(page);
  assert.equal(await list.isVisible(), false);
  await page.getByRole("button", { name: "Show the list “Try this”" }).click();
  await list.waitFor();
});

test("axe finds nothing and nothing is read sideways, signed out and in, light and dark, on phone and desktop", async () => {
  const row = await invite(address("axe"));
  await link(row.email);
  for (const [colorScheme, width] of [["light", 1440], ["dark", 1440], ["light", 390], ["dark", 390], ["light", 1100], ["light", 320]]) {
    const page = await open(browser, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
    const check = async (state) => {
      assert.equal(await sideways(page), false, `${state} at ${width}`);
      assert.deepEqual(await violations(page), [], `${state}, ${colorScheme}, ${width}`);
    };
    await page.goto(stack.console);
    await page.getByRole("heading", { name: "Sign in to Tandem" }).waitFor();
    await check("signed out");
    await signIn(page);
    await inviteRow(page, row.email).waitFor();
    await choose(page, row);
    await press(page, "Open every link", "scan-said");
    await check("signed in");
    await page.locator("#machine summary").click();
    await page.getByLabel("Which invite").waitFor({ state: "hidden" });
    await check("with the panel closed");
    await page.context().close();
  }
});

test("axe finds nothing where a viewer is told what is missing", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(browser, { colorScheme, bypassCSP: true });
    await signIn(page, "acme", "viewer");
    await page.locator("#no-permission").waitFor();
    assert.deepEqual(await violations(page), [], colorScheme);
  }
});
