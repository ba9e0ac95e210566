// What an admin does with <pending-invites>, on the running stack.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { close, part } from "./part.mjs";
import { address, age, api, invite, launch, link, mail, stack, tenant, until } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

for (const [width, height, colorScheme] of [[1200, 900, "light"], [1200, 900, "dark"], [390, 844, "light"], [390, 844, "dark"]]) {
  test(`an admin invites, is pointed to the invite that is there, resends with advice, and cancels after one question, at ${width} pixels, ${colorScheme}`, async () => {
    const email = address("story");
    const shown = await part(browser, { viewport: { width, height }, colorScheme });
    const { page, root, row, button } = shown;
    await button("Invite people").click();
    await root.getByLabel("Email addresses").fill(email);
    await button("Send invite").click();
    await row(email).filter({ hasText: /pending/i }).waitFor();
    assert.match(await shown.said(), new RegExp(`Invited ${email}`));
    const first = await link(email);

    await root.getByLabel("Email addresses").fill(email);
    await button("Send invite").click();
    await root.getByRole("form").getByText("This address has a pending invite. Resend that one to send a fresh link.").waitFor();
    await button(`Show this invite (${email})`).click();
    await page.waitForFunction((email) => document.querySelector("pending-invites").shadowRoot.activeElement?.getAttribute("aria-label") === `Resend the invite to ${email}`, email);
    await page.keyboard.press("Enter");
    await row(email).getByText("The links before it are dead").waitFor();
    await row(email).getByText(/spam folder/).waitFor();
    const second = await link(email, 2);
    assert.equal((await fetch(first)).status, 410);
    assert.equal((await fetch(second)).status, 200);
    assert.match(await row(email).innerText(), /Sent: 2×/);
    assert.match(await shown.said(), new RegExp(`Resent the invite to ${email}`));

    const cancel = button(`Cancel the invite to ${email}`);
    await cancel.click();
    const dialog = root.getByRole("dialog");
    await dialog.waitFor();
    assert.match(await dialog.innerText(), new RegExp(`${email}[^]*stops working at once`));
    assert.equal(await shown.active(), "Keep invite");
    await page.keyboard.press("Enter");
    assert.equal(await shown.active(), `Cancel the invite to ${email}`, "the focus comes back");
    assert.equal((await fetch(second)).status, 200, "nothing was cancelled");
    await cancel.click();
    await dialog.getByRole("button", { name: "Cancel invite" }).click();
    await row(email).waitFor({ state: "detached" });
    await root.getByText(`Cancelled the invite to ${email}. Its link is dead, and the address is free.`).first().waitFor();
    assert.match(await shown.active(), /^Resend the invite to|^Pending Invites$/, "the focus goes to the row that took its place");
    assert.equal((await fetch(second)).status, 410);
    assert.deepEqual((await shown.heard()).map(([, action]) => action), ["invite", "resend", "cancel"]);
    await close(shown);
  });
}

test("invite, resend and cancel go by keyboard alone", async () => {
  const email = address("keys");
  const shown = await part(browser);
  const { page, row } = shown;
  const tabTo = async (name, key = "Tab") => {
    for (let i = 0; i < 60; i++) {
      if (name.test(await shown.active())) return;
      await page.keyboard.press(key);
    }
    assert.fail(`Tab does not reach ${name}`);
  };
  await tabTo(/^Invite people$/);
  await page.keyboard.press("Enter");
  await page.keyboard.type(email);
  await page.keyboard.press("Enter");
  await row(email).waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await shown.active(), "Invite people", "the focus comes back from the form");
  await tabTo(new RegExp(`^Resend the invite to ${email}`));
  await page.keyboard.press("Enter");
  await row(email).getByText("The links before it are dead").waitFor();
  await link(email, 2);
  await tabTo(new RegExp(`^Cancel the invite to ${email}`));
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  assert.match(await shown.active(), /^Cancel the invite to/, "Escape keeps it");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.equal(await shown.active(), "Cancel invite");
  await page.keyboard.press("Enter");
  await row(email).waitFor({ state: "detached" });

  await tabTo(/^Pending\s*(\d|$)/, "Shift+Tab");
  await page.keyboard.press("ArrowRight");
  assert.match(await shown.active(), /^Needs attention/);
  await page.keyboard.press("End");
  assert.match(await shown.active(), /^Accepted/);
  await close(shown);
});

test("many pasted addresses get an answer each, and what was refused stays to be mended", async () => {
  const [ana, tom, old] = [address("ana"), address("tom"), await invite(address("old"))];
  const shown = await part(browser);
  const { root, row, button } = shown;
  await button("Invite people").click();
  await root.getByLabel("Email addresses").fill(`Ana Silva <${ana}>; "Ortega, Tom" <${tom}>\nnobody\n${old.email}, ${ana.toUpperCase()}`);
  const shownBefore = await root.getByRole("group", { name: "How this was read" }).first().innerText();
  for (const said of ["Will be invited: 3", ana, "Ana Silva", tom, old.email, "Not understood: 1", "nobody"]) assert.ok(shownBefore.includes(said), `${said}: ${shownBefore}`);
  await button("Send invites (3)").click();
  const answers = root.getByRole("list", { name: "What became of each address" });
  await answers.waitFor();
  const text = await answers.innerText();
  for (const email of [ana, tom]) assert.ok(text.includes(`${email}: invited`), text);
  assert.match(text, /nobody: not understood as an email address/);
  assert.ok(text.includes(`${old.email}: This address has a pending invite`), text);
  assert.equal(await root.getByLabel("Email addresses").inputValue(), `nobody\n${old.email}`);
  assert.match(await row(ana).innerText(), /Ana Silva/);
  assert.match(await row(tom).innerText(), /Ortega, Tom/);
  assert.match(await shown.said(), /Invited: 2\. Not invited: 2\./);
  await close(shown);
});

test("many selected invites are resent and cancelled at once", async () => {
  const stem = `many${Date.now().toString(36)}`;
  const rows = await Promise.all([1, 2, 3].map((n) => invite(`${stem}-${n}@example.com`)));
  for (const { email } of rows) await link(email);
  const shown = await part(browser);
  const { root, row, button } = shown;
  await shown.search(stem);
  await root.getByLabel("Select all that are shown").check();
  await root.getByText("Selected: 3").first().waitFor();
  await button("Resend (3)").click();
  await root.getByText("Resent: 3. Not resent: 0.").first().waitFor();
  for (const { email } of rows) await link(email, 2);
  for (const { email } of rows) await root.getByLabel(`Select ${email}`).check();
  await button("Cancel invites (3)").click();
  const dialog = root.getByRole("dialog");
  for (const { email } of rows) assert.ok((await dialog.innerText()).includes(email));
  assert.equal(await shown.active(), "Keep invites");
  await dialog.getByRole("button", { name: "Cancel invites (3)" }).click();
  await root.getByText("Cancelled: 3. Not cancelled: 0.").first().waitFor();
  assert.equal(await row(stem).count(), 0);
  await close(shown);
});

test("an expired invite is revived; an accepted one cannot be resent, says why, and can be released", async () => {
  const late = await invite(address("late"));
  await link(late.email);
  age(late.id, "8d");
  const done = await invite(address("done"));
  await fetch(await link(done.email), { method: "POST", redirect: "manual" });
  const shown = await part(browser);
  const { page, root, row, button } = shown;
  await root.getByRole("tab", { name: /Needs attention/ }).click();
  await shown.search(late.email);
  await row(late.email).filter({ hasText: /expired/i }).waitFor();
  await button(`Resend the invite to ${late.email}`).click();
  await row(late.email).filter({ hasText: /pending/i }).waitFor();

  await root.getByRole("tab", { name: /Accepted/ }).click();
  await shown.search(done.email);
  const resend = row(done.email).getByRole("button", { name: /resend/i });
  assert.equal(await resend.getAttribute("aria-disabled"), "true");
  const why = await root.locator(`[id="${await resend.getAttribute("aria-describedby")}"]`).innerText();
  assert.match(why, /is active now: use password reset/);
  const posts = [];
  page.on("request", (r) => r.method() === "POST" && posts.push(r.url()));
  await resend.click({ force: true });
  assert.equal(await row(done.email).getByRole("link", { name: "Password reset" }).getAttribute("href"), (await api("GET", "/v1/settings")).password_reset_url);
  assert.deepEqual(posts, []);
  await button(`Release the address ${done.email}`).click();
  await shown.root.getByRole("dialog").waitFor();
  assert.equal(await shown.active(), "Keep it");
  await root.getByRole("button", { name: "Release address" }).click();
  await row(done.email).waitFor({ state: "detached" });
  assert.equal((await api("GET", `/v1/invites/${done.id}`)).status, "released");
  await close(shown);
});

test("a mistyped address is mended by its advice", async () => {
  const typed = address("typo").replace("@example.com", "@gmial.com");
  const right = typed.replace("@gmial.com", "@gmail.com");
  await invite(typed, { name: "Ty" });
  await link(typed);
  const shown = await part(browser);
  // What arrived is not doubted, and here everything arrives at once: the row is shown as it is
  // until then.
  await shown.page.route("**/v1/invites?**", async (route) => {
    const response = await route.fetch();
    const list = await response.json();
    for (const row of list.invites.filter((row) => row.email === typed)) {
      row.delivery = { ...row.delivery, status: "sent" };
      row.advice = { code: "mistyped", message: `Did you mean ${right}?`, action: "cancel_and_invite", email: right };
    }
    await route.fulfill({ response, json: list });
  });
  await shown.search(typed);
  await shown.row(typed).getByRole("button", { name: new RegExp(`Cancel and invite ${right}`) }).click();
  assert.match(await shown.root.getByRole("dialog").innerText(), new RegExp(`${typed}[^]*${right}`));
  await shown.root.getByRole("button", { name: "Cancel and invite", exact: true }).click();
  await shown.row(right).waitFor();
  assert.match(await shown.row(right).innerText(), /Ty/);
  assert.equal(await shown.row(typed).count(), 0);
  await close(shown);
});

test("a mail that bounced is told in words, and another one goes out only after a question", async () => {
  const { email } = await invite(address("bounce").replace(/^(.*)@.*/, "bounce+$1@simulator.amazonses.com"));
  const shown = await part(browser, { attributes: { "refresh-every": "1" } });
  await shown.search(email);
  await shown.row(email).filter({ hasText: "Bounced" }).waitFor();
  await shown.button(`Resend the invite to ${email}`).click();
  await shown.root.getByRole("dialog").waitFor();
  assert.equal(await shown.active(), "Do not send");
  await shown.root.getByRole("button", { name: "Send it all the same" }).click();
  await shown.row(email).filter({ hasText: "Sent: 2×" }).waitFor();
  await close(shown);
});

test("who was slower is told so, sees the invite as it is now, and can press again", async () => {
  const made = await invite(address("race"));
  await link(made.email);
  const shown = await part(browser);
  await shown.search(made.email);
  await api("POST", `/v1/invites/${made.id}/resend`);
  const cancel = async () => {
    await shown.button(`Cancel the invite to ${made.email}`).click();
    await shown.root.getByRole("button", { name: "Cancel invite" }).click();
  };
  await cancel();
  await shown.row(made.email).getByText(/^Somebody else .* has already resent this invite/).waitFor();
  assert.match(await shown.row(made.email).innerText(), /Sent: 2×/);
  assert.equal((await api("GET", `/v1/invites/${made.id}`)).status, "pending");
  await cancel();
  await shown.row(made.email).waitFor({ state: "detached" });

  const both = await invite(address("both"));
  await link(both.email);
  await shown.search(both.email);
  await shown.row(both.email).waitFor();
  await api("POST", `/v1/invites/${both.id}/cancel`);
  await shown.button(`Resend the invite to ${both.email}`).click();
  const told = shown.row(both.email).locator("[part~=note]");
  await told.waitFor();
  assert.match(await told.innerText(), /^Somebody else \(or you, in another window\) has already cancelled this invite/, "what cannot be pressed again is not offered again");
  assert.match(await shown.said(), /Somebody else .*has already cancelled/, "what is said aloud is what is written");
  assert.equal(await shown.row(both.email).getByRole("button", { name: /^Resend/ }).count(), 0);

  const joined = await invite(address("joined"));
  const url = await link(joined.email);
  await shown.search(joined.email);
  await shown.row(joined.email).waitFor();
  await fetch(url, { method: "POST", redirect: "manual" });
  await shown.button(`Resend the invite to ${joined.email}`).click();
  const active = shown.row(joined.email).locator("[part~=note]");
  await active.filter({ hasText: `${joined.email} has accepted in the meantime and is active now: use password reset.` }).waitFor();
  assert.match(await active.getByRole("link", { name: "Password reset" }).getAttribute("href"), /\/reset/);
  await close(shown);
});

test("a press that came too late names nobody where time has run out, and the reader where it may have been their own press", async () => {
  const ended = await invite(address("ended"));
  await link(ended.email);
  const shown = await part(browser);
  await shown.search(ended.email);
  age(ended.id, "8d");
  await shown.button(`Cancel the invite to ${ended.email}`).click();
  await shown.root.getByRole("button", { name: "Cancel invite" }).click();
  await shown.row(ended.email).getByText(/^This invite has expired in the meantime/).waitFor();
  assert.doesNotMatch(await shown.row(ended.email).innerText(), /Somebody else/);

  const mine = await invite(address("mine"));
  await link(mine.email);
  await shown.search(mine.email);
  await shown.page.route("**/resend", async (route) => (await route.fetch(), route.abort())); // it is done, and nobody hears of it
  await shown.button(`Resend the invite to ${mine.email}`).click();
  await shown.row(mine.email).getByText(/not known whether this was done/).waitFor();
  await shown.button(`Cancel the invite to ${mine.email}`).click();
  await shown.root.getByRole("button", { name: "Cancel invite" }).click();
  await shown.row(mine.email).getByText(/maybe because of your own earlier press/).waitFor();
  await shown.row(mine.email).filter({ hasText: "Sent: 2×" }).waitFor();
  await shown.page.unroute("**/resend");

  const stem = `slower${Date.now().toString(36)}`;
  const rows = await Promise.all([1, 2].map((n) => invite(`${stem}-${n}@example.com`)));
  for (const { email } of rows) await link(email);
  await shown.search(stem);
  await shown.root.getByLabel("Select all that are shown").check();
  await api("POST", `/v1/invites/${rows[0].id}/cancel`);
  await shown.button("Resend (2)").click();
  await shown.row(rows[0].email).getByText(/^Somebody else .* has already cancelled this invite/).waitFor();
  await shown.row(rows[1].email).filter({ hasText: "Sent: 2×" }).waitFor();
  shown.page.wrong = [];
  await close(shown);
});

test("a call whose answer is lost leaves the row as it was, and pressed again is the same press", async () => {
  const made = await invite(address("lost"));
  await link(made.email);
  const shown = await part(browser);
  const { page, row, button } = shown;
  await shown.search(made.email);
  const sent = [];
  let lose = true;
  await page.route("**/resend", async (route) => {
    const headers = route.request().headers();
    sent.push([headers["idempotency-key"], headers["if-match"]]);
    const response = await route.fetch(); // it is done, and nobody hears of it
    return lose ? route.abort() : route.fulfill({ response });
  });
  const resend = () => button(`Resend the invite to ${made.email}`).click();
  await resend();
  await row(made.email).getByText(/not known whether this was done/).waitFor();
  assert.doesNotMatch(await row(made.email).innerText(), /Sent: 2×/);
  lose = false;
  await resend();
  await row(made.email).filter({ hasText: "Sent: 2×" }).waitFor();
  await link(made.email, 2);
  const again = await api("GET", `/v1/invites/${made.id}`);
  assert.equal(again.send_count, 2);
  await until("the first mail's notice", async () => (await api("GET", `/v1/invites/${made.id}`)).delivery.status === "delivered");
  await resend();
  await row(made.email).filter({ hasText: "Sent: 3×" }).waitFor();
  const [[first, etag], [second, sameTag], [third, nextTag]] = sent;
  assert.equal(second, first);
  assert.equal(sameTag, etag);
  assert.equal(etag, made.etag);
  assert.notEqual(third, first, "an answered press is over");
  assert.equal(nextTag, again.etag);
  shown.page.wrong = [];
  await close(shown);
});

test("nothing moves while a call is under way, nor by what is said of the last one, nor by selecting", async () => {
  const stem = `calm${Date.now().toString(36)}`;
  const [ended, ...rows] = await Promise.all(["0", "1", "2"].map((n) => invite(`${stem}-${n}@example.com`)));
  for (const { email } of rows) await link(email);
  const shown = await part(browser);
  await shown.search(stem);
  const boxes = async () => {
    const all = rows.map(({ email }) => shown.row(email).boundingBox());
    return Object.fromEntries((await Promise.all(all)).map((box, n) => [rows[n].email, box]));
  };
  await shown.button(`Cancel the invite to ${ended.email}`).click();
  await shown.root.getByRole("button", { name: "Cancel invite" }).click();
  await shown.root.locator("[part~=status]").waitFor();
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  await shown.page.route("**/resend", async (route) => (await gate, route.continue()));
  const before = await boxes();
  await shown.button(`Resend the invite to ${rows[1].email}`).click();
  await shown.root.locator(".rows [role=row][aria-busy=true]").waitFor();
  assert.deepEqual(await boxes(), before);
  assert.equal(await shown.button(`Resend the invite to ${rows[1].email}`).getAttribute("aria-disabled"), "true");
  await shown.button("Close this message").click();
  assert.deepEqual(await boxes(), before);
  await shown.root.getByLabel(`Select ${rows[0].email}`).check();
  await shown.button("Select none").waitFor();
  assert.deepEqual(await boxes(), before);
  go();
  await shown.row(rows[1].email).getByText("The links before it are dead").waitFor();
  await close(shown);
});

test("it refreshes by itself, steals no focus, and lets nothing jump", async () => {
  const stem = `self${Date.now().toString(36)}`;
  const kept = await invite(`${stem}-1@example.com`);
  const gone = await invite(`${stem}-2@example.com`);
  for (const { email } of [kept, gone]) await link(email);
  const shown = await part(browser, { attributes: { "refresh-every": "1" } });
  await shown.search(stem);
  const name = `Resend the invite to ${kept.email}`;
  await shown.button(name).focus();
  const top = (await shown.row(kept.email).boundingBox()).y;
  await api("POST", `/v1/invites/${gone.id}/cancel`);
  const fresh = await invite(`${stem}-3@example.com`);
  await shown.row(gone.email).filter({ hasText: "Cancelled" }).waitFor();
  await shown.root.getByText("New invites: 1").waitFor();
  assert.equal((await shown.row(kept.email).boundingBox()).y, top);
  assert.equal(await shown.row(fresh.email).count(), 0);
  assert.equal(await shown.active(), name);
  await shown.root.getByRole("button", { name: "Show", exact: true }).click();
  await shown.row(fresh.email).waitFor();
  await close(shown);
});

test("a long list comes page by page, keeps its place, and loses nothing", async () => {
  const stem = `page${Date.now().toString(36)}`;
  const made = Array.from({ length: 60 }, (_, i) => ({ email: `${stem}-${i}@example.com` }));
  await api("POST", "/v1/invites/batch", { invites: made }, { as: "globex" });
  const shown = await part(browser, { as: "globex" });
  const rows = shown.root.locator(".rows [role=row]");
  assert.equal(await rows.count(), 50);
  const last = await rows.nth(49).textContent();
  await shown.button("Show more").click();
  await shown.page.waitForFunction(() => document.querySelector("pending-invites").shadowRoot.querySelectorAll(".rows [role=row]").length >= 60);
  assert.equal(await rows.nth(49).textContent(), last);
  assert.match(await shown.active(), /^Resend the invite to/);
  for (const { email } of made) assert.equal(await shown.row(email).count() >= 1, true, email);
  await shown.root.getByRole("tab", { name: /Accepted/ }).click();
  await shown.root.getByRole("tab", { name: /Pending/ }).click();
  assert.ok((await rows.count()) >= 60, "the tab has kept its pages");

  const note = shown.root.getByText("Only the invites shown are sorted.");
  const partly = (await shown.button("Show more").count()) === 1;
  await shown.root.getByLabel("Sort by").selectOption("address");
  assert.equal(await note.count(), partly ? 1 : 0);
  const emails = await shown.root.locator(".rows .address").allTextContents(); // what is out of sight has no innerText
  assert.deepEqual(emails, [...emails].sort((a, b) => a.localeCompare(b)));
  await close(shown);
});

test("a search finds what stands behind pages of others", async () => {
  const old = await api("POST", "/v1/invites", { email: address("behind") }, { as: "globex" });
  await link(old.email);
  age(old.id, "8d");
  await api("POST", "/v1/invites/batch", { invites: Array.from({ length: 60 }, () => ({ email: address("newer") })) }, { as: "globex" });
  const shown = await part(browser, { as: "globex" });
  assert.equal(await shown.row(old.email).count(), 0);
  await shown.search(old.email);
  await shown.row(old.email).filter({ hasText: "Expired" }).waitFor();
  await shown.root.getByLabel("Search").fill("nobody-begins-like-this");
  await shown.root.getByText("No invite begins with “nobody-begins-like-this”.").waitFor();
  await close(shown);
});

test("what is searched for goes with the tabs, and their numbers are of it", async () => {
  const stem = `both${Date.now().toString(36)}`;
  const accepted = await invite(`${stem}-in@example.com`);
  await fetch(await link(accepted.email), { method: "POST", redirect: "manual" });
  const asked = [];
  const shown = await part(browser);
  shown.page.on("request", (request) => request.url().includes("/v1/invites?") && asked.push(request.url()));
  await shown.root.getByLabel("Search").fill(stem);
  await shown.root.getByText("No invite begins with").waitFor();
  await shown.root.getByRole("tab", { name: "Pending 0", exact: true }).waitFor();
  assert.equal(asked.filter((url) => url.includes("counts=true")).length, 1, "the list and its numbers are one call");
  assert.equal(asked.filter((url) => !/counts=true|page_token=/.test(url)).length, 0, `${asked}`);
  await shown.root.getByRole("tab", { name: "Accepted 1", exact: true }).click();
  await shown.row(accepted.email).waitFor();
  assert.equal(await shown.root.locator(".rows [role=row]").count(), 1);
  assert.equal(await shown.root.getByLabel("Search").inputValue(), stem);
  await close(shown);
});

test("who may not, who is signed out and who has no network is told what to do", async () => {
  let shown = await part(browser, { who: "viewer" });
  assert.match(await shown.root.getByRole("alert").first().innerText(), /permission/i);
  for (const useless of [shown.button("Invite people"), shown.root.getByRole("tab"), shown.root.getByLabel("Search")]) assert.equal(await useless.first().isVisible(), false);
  await close(shown);

  shown = await part(browser, { who: { token: "none" } });
  assert.match(await shown.root.locator("[part~=error]").innerText(), /Sign in again/);
  assert.ok((await shown.heard()).some(([name]) => name === "signed-out"));
  await close(shown);

  shown = await part(browser, { wait: false });
  await shown.page.route("**/v1/invites?*", (route) => route.abort());
  await shown.page.reload();
  await shown.button("Try again").waitFor();
  assert.match(await shown.root.locator("[part~=error]").innerText(), /could not be loaded/);
  await shown.page.unroute("**/v1/invites?*");
  await shown.button("Try again").click();
  await shown.root.locator(".rows [role=row]").first().waitFor();
  shown.page.wrong = [];
  await close(shown);
});

test("an invite is written in the language that was chosen", async () => {
  const email = address("sprache");
  const shown = await part(browser);
  await shown.button("Invite people").click();
  await shown.root.getByLabel("Email addresses").fill(email);
  await shown.root.getByLabel("Language of the mail").selectOption("de");
  await shown.root.getByLabel("Role").selectOption("admin");
  await shown.button("Send invite").click();
  await shown.row(email).filter({ hasText: "admin" }).waitFor();
  assert.match((await mail(email)).subject, /Einladung/);
  assert.equal(tenant("acme").id, "acme");
  await close(shown);
});
