// How the lists of <pending-invites> are kept: what a refresh may change, whose they are, and
// where the focus goes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, part } from "./part.mjs";
import { address, age, api, invite, launch, link, token, until } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const refresh = (shown) => shown.page.evaluate(() => document.querySelector("pending-invites").refresh());
const emails = (shown) => shown.root.locator(".rows .address").allTextContents();

// small makes the API's pages hold one invite, so that few stand behind pages of others.
const small = (page) =>
  page.route("**/v1/invites?*", (route) => route.continue({ url: route.request().url().replace(/page_size=\d+/, "page_size=1") }));

const accept = async ({ email }) => fetch(await link(email), { method: "POST", redirect: "manual" });

test("a row that a refresh does not come across is asked for, and stays what it is", async () => {
  const old = await invite(address("behind"));
  await link(old.email);
  for (let i = 0; i < 3; i++) await invite(address("newer"));
  const shown = await part(browser);
  await small(shown.page);
  await shown.search(old.email);
  await refresh(shown);
  await refresh(shown);
  assert.equal(await shown.root.locator(".rows .settled").count(), 0);
  assert.equal(await shown.button(`Resend the invite to ${old.email}`).count(), 1);
  assert.equal(await shown.button("Show more").count(), 0, "the number tells that there is no more");
  await api("POST", `/v1/invites/${old.id}/cancel`);
  await refresh(shown);
  await shown.row(old.email).filter({ hasText: "Cancelled" }).waitFor();
  await close(shown);
});

test("an invite that comes to a list late stands where it belongs", async () => {
  const stem = `late${Date.now().toString(36)}`;
  const [older, newer] = [await invite(`${stem}-1@example.com`), await invite(`${stem}-2@example.com`)];
  await accept(newer);
  const shown = await part(browser);
  await shown.search(stem);
  await shown.root.getByRole("tab", { name: /Accepted/ }).click();
  await shown.row(newer.email).waitFor();
  await accept(older);
  await refresh(shown);
  assert.deepEqual(await emails(shown), [newer.email, older.email]);
  await close(shown);
});

test("a refresh that began before a press takes nothing of it back", async () => {
  const stem = `slow${Date.now().toString(36)}`;
  const [kept, gone] = [await invite(`${stem}-1@example.com`), await invite(`${stem}-2@example.com`)];
  for (const { email } of [kept, gone]) await link(email);
  const shown = await part(browser);
  await shown.search(stem);
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  let held = 0;
  await shown.page.route(/\/v1\/invites\?.*page_size=100/, async (route) => {
    const response = await route.fetch();
    held++;
    await gate;
    await route.fulfill({ response });
  });
  const under = refresh(shown);
  await until("the list was read", () => held > 0);
  await shown.button(`Cancel the invite to ${gone.email}`).click();
  await shown.root.getByRole("button", { name: "Cancel invite" }).click();
  await shown.row(gone.email).waitFor({ state: "detached" });
  await shown.button(`Resend the invite to ${kept.email}`).click();
  await shown.row(kept.email).filter({ hasText: "Sent: 2×" }).waitFor();
  go();
  await under;
  assert.deepEqual(await emails(shown), [kept.email]);
  assert.match(await shown.row(kept.email).innerText(), /Sent: 2×/);
  await close(shown);
});

test("another person's token leaves nothing of the one before on the page", async () => {
  const mine = await invite(address("mine"));
  await accept(mine);
  const theirs = await api("POST", "/v1/invites", { email: address("theirs") }, { as: "globex" });
  const shown = await part(browser);
  await shown.root.getByRole("tab", { name: /Accepted/ }).click();
  await shown.row(mine.email).waitFor();
  await shown.root.getByRole("tab", { name: /Pending/ }).click();
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  await shown.page.route("**/v1/**", async (route) => (await gate, route.continue()));
  const left = await shown.page.evaluate(async (other) => {
    const part = document.querySelector("pending-invites");
    part.token = async () => other;
    await part.updateComplete;
    return part.shadowRoot.querySelector(".panel").textContent + part.shadowRoot.querySelector("[role=tablist]").textContent;
  }, token("globex"));
  assert.doesNotMatch(left, /@|\d/);
  go();
  await shown.row(theirs.email).waitFor();
  await shown.root.getByRole("tab", { name: /Accepted/ }).click();
  assert.equal(await shown.row(mine.email).count(), 0);
  await shown.root.locator(".rows [role=row], [part~=empty]").first().waitFor();
  assert.equal(await shown.row(mine.email).count(), 0);
  await close(shown);
});

test("a session that ends is told once, and again when the page asks anew or it ends again", async () => {
  const shown = await part(browser, { attributes: { "refresh-every": "1" } });
  const told = async () => (await shown.heard()).filter(([name]) => name === "signed-out").length;
  const over = () => shown.page.route("**/v1/**", (route) => route.continue({ headers: { ...route.request().headers(), authorization: "Bearer none" } }));
  let asked = 0;
  shown.page.on("response", (response) => (asked += response.status() === 401 ? 1 : 0));
  await over();
  await until("it was refused often", () => asked > 2);
  assert.equal(await told(), 1);
  await shown.root.getByText("Sign in again").waitFor();
  await refresh(shown); // with a token that is no better
  assert.equal(await told(), 2);
  await shown.page.unroute("**/v1/**");
  await shown.root.locator(".rows [role=row]").first().waitFor();
  await over();
  await until("it is told again", async () => (await told()) === 3);
  await close(shown);
});

test("the numbers on the tabs are of what is searched for now, however late those before come", async () => {
  const stem = `numb${Date.now().toString(36)}`;
  await invite(`${stem}@example.com`);
  const shown = await part(browser);
  await shown.search(stem);
  await shown.root.getByRole("tab", { name: "Pending 1", exact: true }).waitFor();
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  await shown.page.route(new RegExp(`/v1/invites\\?.*q=${stem}`), async (route) => (await gate, route.continue()));
  const under = refresh(shown);
  await shown.root.getByLabel("Search").fill("nobody-begins-like-this");
  await shown.root.getByRole("tab", { name: "Pending 0", exact: true }).waitFor();
  go();
  await under;
  assert.equal(await shown.root.getByRole("tab", { name: "Pending 0", exact: true }).count(), 1);
  await close(shown);
});

test("nothing is asked for while the page is hidden", async () => {
  const shown = await part(browser, { attributes: { "refresh-every": "1" } });
  let asked = 0;
  shown.page.on("request", (request) => (asked += request.url().includes("/v1/") ? 1 : 0));
  await until("it refreshes", () => asked > 0);
  await shown.page.evaluate(() => Object.defineProperty(document, "hidden", { configurable: true, get: () => true }));
  // By the page's own timers, so that a slow page has had its time to ask as well.
  const wait = (time) => shown.page.evaluate((time) => new Promise((done) => setTimeout(done, time)), time);
  await wait(500); // what was under way
  asked = 0;
  await wait(2_500);
  assert.equal(asked, 0);
  await shown.page.evaluate(() => (delete document.hidden, document.dispatchEvent(new Event("visibilitychange"))));
  await until("it refreshes at once", () => asked > 0);
  await close(shown);
});

test("the focus goes to what takes the place of what had it, and stays where somebody is", async () => {
  const stem = `foci${Date.now().toString(36)}`;
  const rows = [];
  for (const n of [1, 2, 3, 4]) rows.unshift(await invite(`${stem}-${n}@example.com`));
  for (const { email } of rows) await link(email);
  const shown = await part(browser);
  const { root, button } = shown;
  await shown.search(stem);
  await button(`Cancel the invite to ${rows[0].email}`).click();
  await root.getByRole("button", { name: "Cancel invite" }).click();
  await shown.row(rows[0].email).waitFor({ state: "detached" });
  assert.match(await shown.active(), new RegExp(`^Resend the invite to ${rows[1].email}`));
  await button("Close this message").press("Enter");
  assert.equal(await shown.active(), "Pending Invites");

  await root.getByLabel(`Select ${rows[1].email}`).check();
  await button("Select none").press("Enter");
  assert.equal(await shown.active(), "Pending Invites");

  let go;
  const gate = new Promise((resolve) => (go = resolve));
  await shown.page.route("**/v1/invites/resend", async (route) => (await gate, route.continue()));
  await root.getByLabel(`Select ${rows[1].email}`).check();
  await button("Resend (1)").click();
  await root.getByLabel("Search").focus();
  go();
  await root.getByText("Resent: 1").first().waitFor();
  await root.locator("[part~=status]").waitFor();
  assert.equal(await root.getByLabel("Search").evaluate((field) => field === field.getRootNode().activeElement), true, "who types is left alone");

  await api("POST", `/v1/invites/${rows[3].id}/cancel`);
  await button(`Resend the invite to ${rows[3].email}`).focus();
  await refresh(shown);
  assert.match(await shown.active(), new RegExp(`^Resend the invite to ${rows[3].email}`), "a refresh takes no button away under a hand");
  await button(`Resend the invite to ${rows[2].email}`).focus();
  await refresh(shown);
  await shown.row(rows[3].email).filter({ hasText: "Cancelled" }).waitFor();
  assert.match(await shown.active(), new RegExp(`^Resend the invite to ${rows[2].email}`));
  await close(shown);
});

test("advice is followed: a note is copied, another address is invited, what ends soon is marked", async () => {
  const stem = `says${Date.now().toString(36)}`;
  const soon = await invite(`${stem}-soon@example.com`, { name: "Sia" });
  await link(soon.email);
  age(soon.id, "156h");
  const bounced = await invite(`bounce+${stem}@simulator.amazonses.com`);
  await until("the bounce", async () => (await api("GET", `/v1/invites/${bounced.id}`)).delivery.status === "bounced");
  const shown = await part(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  await shown.search(stem);
  assert.match(await shown.row(soon.email).innerText(), /Pending, ends soon/);
  const hover = await shown.row(soon.email).locator("time").first().getAttribute("title");
  assert.match(hover, new RegExp(`${new Date(soon.created_at).getFullYear()}.*\\d:\\d\\d:\\d\\d.*(UTC|GMT|[A-Z]{3,4})`));
  await shown.button(`Resend the invite to ${soon.email}`).click();
  await shown.row(soon.email).getByRole("button", { name: /Copy a note to the person/ }).click();
  await shown.row(soon.email).getByText("Copied.").waitFor();
  assert.match(await shown.page.evaluate(() => navigator.clipboard.readText()), /Sia[^]*noreply@/);

  await until("the resend's mail is settled", async () => (await api("GET", `/v1/invites/${soon.id}`)).delivery.status === "delivered");
  age(soon.id, "8d");
  await refresh(shown);
  await shown.row(soon.email).filter({ hasText: "Expired" }).waitFor();
  assert.equal(await shown.row(soon.email).locator("[part~=note]").count(), 0, "no good news stays beside an expired invite");

  const spam = await invite(`complaint+${stem}@simulator.amazonses.com`);
  await until("the complaint", async () => (await api("GET", `/v1/invites/${spam.id}`)).delivery.status === "complained");
  await shown.search(`complaint+${stem}`);
  const blocked = shown.button(`Resend the invite to ${spam.email}`);
  assert.equal(await blocked.getAttribute("aria-disabled"), "true");
  const why = await shown.root.locator(`#${await blocked.getAttribute("aria-describedby")} > span`).innerText();
  assert.equal((await shown.row(spam.email).innerText()).split(why).length, 2, "the reason is said once");

  await shown.search(`bounce+${stem}`);
  await shown.button(/Cancel and invite another address/).click();
  await shown.root.getByRole("dialog").getByRole("button", { name: "Cancel invite" }).click();
  await shown.row(bounced.email).waitFor({ state: "detached" });
  await shown.root.getByLabel("Email addresses").waitFor();
  assert.equal(await shown.root.getByLabel("Email addresses").evaluate((field) => field === field.getRootNode().activeElement), true);
  await close(shown);
});

test("a language of a country is its language's, an unknown one English, and arrows go the way it is read", async () => {
  for (const [locale, title, refused] of [["de-CH", "Offene Einladungen", "„nobody“ ist keine E-Mail-Adresse"], ["tlh", "Pending Invites", "“nobody” is not understood as an email address"]]) {
    const shown = await part(browser, { attributes: { locale } });
    await shown.root.getByRole("heading", { name: title }).waitFor();
    await shown.root.locator("[data-action=invite]").click();
    await shown.root.locator("textarea").fill("nobody");
    await shown.root.locator("form [type=submit]").click();
    await shown.root.getByRole("alert").getByText(refused).waitFor();
    await close(shown);
  }
  const shown = await part(browser, { attributes: { locale: "ar" } });
  await shown.root.locator("[dir=rtl]").waitFor();
  const selected = () => shown.root.getByRole("tab", { selected: true }).getAttribute("id");
  await shown.root.locator("#tab-pending").focus();
  await shown.page.keyboard.press("ArrowLeft");
  assert.equal(await selected(), "tab-attention");
  await shown.page.keyboard.press("ArrowRight");
  assert.equal(await selected(), "tab-pending");
  await shown.page.keyboard.press("Alt+ArrowLeft"); // the browser's own way back
  assert.equal(await selected(), "tab-pending");
  await close(shown);
});
