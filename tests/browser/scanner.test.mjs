// A mail scanner with a browser of its own: it runs script, follows every link and presses
// every button of what it reaches. Afterwards the person must still get in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, age, api, invite, launch, link, mail, open, stack, until } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

// scan goes through some addresses as a scanner does and returns what it pressed, each
// "title: button". On each page it presses what it has not pressed yet and goes on with
// what that leads to. Links lead it further, as far as they stay on our origins.
async function scan(...addresses) {
  const pressed = [], followed = new Set(addresses);
  const page = await open(browser);
  for (const url of followed) {
    await page.goto(url);
    for (let next = true; next; ) {
      for (const href of await page.locator("a[href]").evaluateAll((all) => all.map((a) => a.href))) {
        if ([stack.api, stack.product].includes(new URL(href).origin)) followed.add(href);
      }
      next = false;
      const title = await page.title();
      for (const button of await page.locator("button, input[type=submit]").all()) {
        const name = `${title}: ${await button.innerText()}`;
        if (pressed.includes(name)) continue;
        pressed.push(name);
        const answer = page.waitForResponse((r) => r.request().isNavigationRequest());
        await Promise.all([page.waitForEvent("load"), answer, button.click()]);
        if ((await answer).headers().refresh) await page.waitForURL((at) => String(at) !== url); // it is led on
        next = true;
        break;
      }
    }
  }
  assert.deepEqual(page.wrong, []);
  await page.context().close();
  return { pressed, followed: [...followed] };
}

// getIn is the person, who opens the link, presses the first button, and is set up.
async function getIn(url, row, title) {
  const page = await open(browser);
  await page.goto(url);
  assert.match(await page.title(), title);
  await page.locator("form button").first().click();
  await page.waitForURL(`${stack.product}/**`);
  const said = await page.locator("body").innerText();
  assert.ok(said.includes(row.email) && said.includes(row.role), said);
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).status, "accepted");
  await page.context().close();
  return said;
}

const optOutLink = async (email) => (await mail(email)).links.find((l) => l.includes("/o/"));

test("a scanner that presses everything a mail leads to, three times, locks nobody out", async () => {
  const row = await invite(address("pressed"));
  const url = await link(row.email);
  const { links } = await mail(row.email);
  const scans = [];
  for (let i = 0; i < 3; i++) scans.push(await scan(...links));
  for (const name of ["Invitation to Acme: Accept invitation", "Don’t let Acme invite you?: Stop these invitations", "You have opted out: Allow invitations again"]) {
    assert.ok(scans[0].pressed.includes(name), `${name} in ${scans[0].pressed}`);
  }
  for (const { pressed } of scans.slice(1)) assert.ok(pressed.includes("You have already accepted: Continue to set-up"), pressed);
  assert.ok(scans[1].followed.some((u) => u.endsWith("/sign-in")) && scans[1].followed.some((u) => u.endsWith("/reset")), scans[1].followed);
  await getIn(url, row, /already accepted/);
  await getIn(url, row, /already accepted/); // and whenever they come back
});

test("an account is made only for who brings the code, whoever has pressed before", async () => {
  const row = await invite(address("code"));
  const url = await link(row.email);
  let setUp;
  for (let i = 0; i < 7; i++) { // more often than codes are kept
    const response = await fetch(url, { method: "POST", redirect: "manual" });
    assert.equal(response.status, 303);
    setUp = new URL(response.headers.get("location"));
  }
  const page = await open(browser);
  const code = setUp.searchParams.get("code");
  for (const wrong of [null, code.replace(/.$/, (c) => (c === "A" ? "B" : "A")), row.id]) {
    const without = new URL(setUp);
    if (wrong) without.searchParams.set("code", wrong);
    else without.searchParams.delete("code");
    const response = await page.goto(String(without));
    assert.equal(response.status(), 410, String(without));
    assert.ok(!(await page.locator("body").innerText()).includes(row.email));
  }
  assert.match(await getIn(url, row, /already accepted/), /account has been made/, "nobody had one before");
});

test("a scanner on the opt-out pages takes neither the invite nor the way back", async () => {
  const row = await invite(address("out"));
  const url = await link(row.email);
  const out = await optOutLink(row.email);
  for (let i = 0; i < 2; i++) assert.ok((await scan(out)).pressed.length > 0);
  const page = await open(browser);
  await page.goto(out);
  if ((await page.title()) === "You have opted out") await page.getByRole("button", { name: "Allow invitations again" }).click();
  await page.goto(out);
  assert.match(await page.title(), /^Don’t let Acme invite you/);
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).can_resend, true);
  await scan(out);
  await getIn(url, row, /^Invitation to Acme/); // also while opted out
});

test("a scanner on dead links takes nothing from the newest one, nor from the admin's resend", async () => {
  const row = await invite(address("dead"));
  const first = await link(row.email);
  const settled = () => until("the mail is settled", async () => {
    const now = await api("GET", `/v1/invites/${row.id}`);
    return !["queued", "sending"].includes(now.delivery.status) && now;
  });
  await settled();
  await api("POST", `/v1/invites/${row.id}/resend`);
  const second = await link(row.email, 2);
  const before = await (await fetch(first)).text();
  const asked = "This invite link has expired: Ask for a new invite";
  for (let i = 0; i < 2; i++) assert.deepEqual((await scan(first, `${stack.api}/i/${"0".repeat(65)}`)).pressed, [asked]);
  assert.equal(await (await fetch(first)).text(), before);
  assert.equal((await fetch(second)).status, 200);

  await settled();
  age(row.id, "8d");
  for (let i = 0; i < 2; i++) await scan(first, second);
  const now = await api("GET", `/v1/invites/${row.id}`);
  assert.deepEqual([now.status, now.send_count], ["expired", 2]);
  assert.equal(await (await fetch(second)).text(), before, "every dead link has the one page");
  await api("POST", `/v1/invites/${row.id}/resend`);
  await getIn(await link(row.email, 3), row, /^Invitation to Acme/);
});
