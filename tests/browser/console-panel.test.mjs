// The panel beside the product's Users page: what there is on this machine only.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { address, api, invite, inviteRow, invitesIn, launch, link, open, signIn, stack, until } from "./stack.mjs";
import { choose, looked, panel, press, signedIn } from "./users.mjs";

let browser;
before(async () => (browser = await launch()));
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
after(() => browser.close());

const settled = (row) => until("the mail is settled", async () => (await api("GET", `/v1/invites/${row.id}`)).delivery.status === "delivered");

test("seven days later the chosen invite has expired; all pending ones, where that is asked", async () => {
  const [one, two] = [await invite(address("one")), await invite(address("two"))];
  const [url] = [await link(one.email), await link(two.email), await settled(one), await settled(two)];
  const page = await signedIn(browser);
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
  const page = await signedIn(browser);
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
  const page = await signedIn(browser);
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

test("Pending Invites is asked for another language, also after the page was loaded anew", async () => {
  const page = await signedIn(browser);
  assert.equal(await invitesIn(page).getAttribute("locale"), "en");
  await page.getByLabel("Language of Pending Invites").selectOption({ label: "Deutsch" });
  assert.equal(await invitesIn(page).getAttribute("locale"), "de");
  await page.reload();
  await looked(page);
  assert.equal(await invitesIn(page).getAttribute("locale"), "de");
  assert.deepEqual(page.wrong, []);
});

test("the panel closes and opens by keyboard and stays as it was left; on a phone it is a section below", async () => {
  const page = await signedIn(browser, { viewport: { width: 1440, height: 900 } });
  const boxes = async () => [await page.locator("main").boundingBox(), await panel(page).boundingBox()];
  let [main, tools] = await boxes();
  assert.ok(tools.x >= main.x + main.width, "beside the product");
  await page.locator("#machine summary").focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Which invite").waitFor({ state: "hidden" });
  const [wider] = await boxes();
  assert.ok(wider.width > main.width + 150, "the product takes the room");
  await page.reload();
  await looked(page);
  assert.equal(await page.getByLabel("Which invite").isVisible(), false);
  await page.locator("#machine summary").focus();
  await page.keyboard.press("Space");
  await page.getByLabel("Which invite").waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  [main, tools] = await boxes();
  assert.ok(tools.y >= main.y + main.height, "below the product");
  assert.deepEqual(page.wrong, []);
});
