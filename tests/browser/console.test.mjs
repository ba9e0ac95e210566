// The product's Users page: its own users, <pending-invites> in it, and the panel with what
// there is on this machine only. What the part itself does is told by its own tests.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, api, invite, inviteRow, launch, link, open, sideways, signIn, stack, tenant, until, violations } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const user = (page, email) => page.getByRole("table", { name: "Active users" }).getByRole("row").filter({ hasText: email });
const panel = (page) => page.getByRole("complementary", { name: "On this machine only" });

// signedIn is a console that has looked around once.
async function signedIn(options, id) {
  const page = await open(browser, options);
  await signIn(page, id);
  await user(page, tenant(id ?? "acme").admin.email).waitFor();
  return page;
}

// choose picks an invite for the panel's tools.
async function choose(page, row) {
  await page.locator(`#which option[value="${row.id}"]`).waitFor({ state: "attached" });
  await page.getByLabel("Which invite").selectOption(row.id);
}

// press presses one of the tools and returns what it says came of it.
async function press(page, button, said) {
  await panel(page).getByRole("button", { name: button, exact: true }).click();
  await page.waitForFunction((id) => !/^$|^Working/.test(document.getElementById(id).textContent), said);
  return page.locator(`#${said}`).innerText();
}

const settled = (row) => until("the mail is settled", async () => (await api("GET", `/v1/invites/${row.id}`)).delivery.status === "delivered");

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
  await user(page, tenant("acme").admin.email).waitFor();
  assert.equal(await page.locator("#no-permission").isVisible(), false);
  assert.deepEqual(page.wrong, []);
});

test("a session that is over leads back to the sign-in, and nothing of it stays on the page", async () => {
  const page = await signedIn();
  await page.evaluate(() => {
    const held = JSON.parse(sessionStorage.getItem("session"));
    sessionStorage.setItem("session", JSON.stringify({ ...held, token: held.token.slice(0, -8) + "AAAAAAAA" }));
  });
  await page.getByRole("alert").filter({ hasText: "Your session is over" }).waitFor();
  assert.equal(await page.locator("pending-invites").count(), 0);
  assert.doesNotMatch(await page.locator("body").innerText(), /admin@globex\.example .*Active|Pending Invites/);
  assert.equal(await page.evaluate(() => sessionStorage.getItem("session")), null);
});

test("who accepts in the browser becomes Active by the event, and nobody's focus moves", async () => {
  const page = await signedIn();
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
  const page = await signedIn();
  await fetch(url, { method: "POST", redirect: "manual" });
  await user(page, row.email).filter({ hasText: /Active.*Not yet/s }).waitFor();
  await fetch(url, { method: "POST" }); // and now the set-up page as well
  await user(page, row.email).filter({ hasText: /Finished/ }).waitFor();
});

test("seven days later the chosen invite has expired; all pending ones, where that is asked", async () => {
  const [one, two] = [await invite(address("one")), await invite(address("two"))];
  const [url] = [await link(one.email), await link(two.email), await settled(one), await settled(two)];
  const page = await signedIn();
  await choose(page, one);
  assert.match(await press(page, "Make it 7 days older", "later-said"), /^One invite is 7 days older\. It has expired/);
  await inviteRow(page, one.email).filter({ hasText: /expired/i }).waitFor();
  assert.equal((await fetch(url)).status, 410);
  assert.equal((await api("GET", `/v1/invites/${two.id}`)).status, "pending");
  assert.match(await press(page, "All pending ones", "later-said"), /7 days older\..*dead from this instant/);
  assert.equal((await api("GET", `/v1/invites/${two.id}`)).status, "expired");
  await inviteRow(page, two.email).filter({ hasText: /expired/i }).waitFor();
  assert.deepEqual(page.wrong, []);
});

test("a mail bounces through the service's own way of notices", async () => {
  const row = await invite(address("gone"));
  const url = await link(row.email);
  await settled(row);
  const page = await signedIn();
  await choose(page, row);
  assert.match(await press(page, "Let it bounce", "bounce-said"), new RegExp(`^The mail to ${row.email} bounced\\.`));
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).delivery.code, "mailbox_missing");
  await inviteRow(page, row.email).filter({ hasText: /bounced/i }).waitFor();
  await panel(page).locator("#events li").filter({ hasText: "InviteBounced" }).filter({ hasText: row.email }).waitFor();
  assert.equal((await fetch(url)).status, 200, "the link lives");
  assert.match(await page.locator("[data-step=trouble]").textContent(), /\(done\)/);
  assert.deepEqual(page.wrong, []);
});

test("a mail scanner changes nothing by opening, and locks nobody out by pressing", async () => {
  const row = await invite(address("scan"));
  const url = await link(row.email);
  await settled(row);
  const page = await signedIn();
  await choose(page, row);
  const before = await api("GET", `/v1/invites/${row.id}`);
  assert.match(await press(page, "Open every link", "scan-said"), /the invite link.*by HEAD and GET\. Nothing has changed\. The person can accept as before\./);
  assert.deepEqual(await api("GET", `/v1/invites/${row.id}`), before);

  const said = await press(page, "Press every button too", "scan-said");
  assert.match(said, /and pressed “.*The invite is accepted now\..*The person gets in all the same/);
  assert.match(said, /opted out/, "it pressed the button of the opt-out page as well");
  const person = await open(browser);
  assert.equal((await person.goto(url)).status(), 200);
  await person.locator("form button").first().click();
  await person.waitForURL(`${stack.product}/**`);
  assert.match(await person.locator("main").innerText(), new RegExp(`Your account is ready[^]*${row.email}`));
  assert.deepEqual([page.wrong, person.wrong], [[], []]);
});

test("a tool without an invite says so", async () => {
  const page = await open(browser);
  await page.route("**/v1/invites?*", (route) => route.fulfill({ json: { invites: [], next_page_token: "" } }));
  await signIn(page);
  await page.locator("#which option").first().waitFor({ state: "attached" });
  for (const [button, said] of [["Let it bounce", "bounce-said"], ["Open every link", "scan-said"], ["Make it 7 days older", "later-said"]]) {
    assert.match(await press(page, button, said), /invite somebody first/);
  }
});

test("the panel closes and opens by keyboard and stays as it was left; on a phone it is a section below", async () => {
  const page = await signedIn({ viewport: { width: 1440, height: 900 } });
  const boxes = async () => [await page.locator("main").boundingBox(), await panel(page).boundingBox()];
  let [main, tools] = await boxes();
  assert.ok(tools.x >= main.x + main.width, "beside the product");
  await page.locator("#machine summary").focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Which invite").waitFor({ state: "hidden" });
  const [wider] = await boxes();
  assert.ok(wider.width > main.width + 150, "the product takes the room");
  await page.reload();
  await user(page, tenant("acme").admin.email).waitFor();
  assert.equal(await page.getByLabel("Which invite").isVisible(), false);
  await page.locator("#machine summary").focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Which invite").waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  [main, tools] = await boxes();
  assert.ok(tools.y >= main.y + main.height, "below the product");
  assert.deepEqual(page.wrong, []);
});

test("the list Try this is put away for good, and comes back", async () => {
  const page = await signedIn();
  const list = page.getByRole("heading", { name: "Try this" });
  await page.getByRole("button", { name: "Dismiss the list Try this" }).press("Enter");
  await list.waitFor({ state: "hidden" });
  assert.equal(await page.evaluate(() => document.activeElement.id), "title");
  await page.reload();
  await user(page, tenant("acme").admin.email).waitFor();
  assert.equal(await list.isVisible(), false);
  await page.getByRole("button", { name: "Show the list “Try this”" }).click();
  await list.waitFor();
});

test("axe finds nothing and nothing is read sideways, signed out and in, light and dark, on phone and desktop", async () => {
  const row = await invite(address("axe"));
  await link(row.email);
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1440, 1100, 390, 320]) {
      const page = await open(browser, { colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      const check = async (state) => {
        assert.deepEqual(await violations(page), [], `${state}, ${colorScheme}, ${width}`);
        assert.equal(await sideways(page), false, `${state} at ${width}`);
      };
      await page.goto(stack.console);
      await page.getByRole("heading", { name: "Sign in to Tandem" }).waitFor();
      await check("signed out");
      await signIn(page);
      await inviteRow(page, row.email).waitFor();
      await panel(page).locator("#mails li").first().waitFor();
      await choose(page, row);
      await press(page, "Open every link", "scan-said");
      await check("signed in");
      await page.locator("#machine summary").click();
      await check("with the panel closed");
      await page.getByRole("button", { name: "Sign out" }).click();
      await signIn(page, "acme", "viewer");
      await page.locator("#no-permission").waitFor();
      await check("a viewer");
      await page.context().close();
    }
  }
});
