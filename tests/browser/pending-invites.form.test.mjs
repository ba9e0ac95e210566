// The form of <pending-invites>: its files, which come when they are used, what it shows
// before it sends, and that nothing that was typed is lost.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { close, part } from "./part.mjs";
import { pastes } from "./pastes.mjs";
import { address, api, invite, launch, link, mail, token, until } from "./stack.mjs";

const shots = fileURLToPath(new URL("../../.local/shots/pending-invites/", import.meta.url));
mkdirSync(shots, { recursive: true });

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const form = /\/pending-invites\.(invite-form|addressees)\.[^/]*\.js$/;
const dialog = /\/pending-invites\.dialog\.[^/]*\.js$/;
const field = ({ root }) => root.getByLabel("Email addresses");
const preview = ({ root }) => root.locator(".preview");

// openForm waits until the form itself is there, and not only its field.
async function openForm(shown) {
  await shown.button("Invite people").click();
  await shown.root.getByRole("form", { name: "Invite people" }).waitFor();
}

test("form, reader and dialogs are loaded when somebody comes near them, once", async () => {
  const loaded = [];
  const shown = await part(browser, { before: (page) => page.on("request", (request) => /part\/.*\.js/.test(request.url()) && loaded.push(new URL(request.url()).pathname.split("/").pop())) });
  assert.deepEqual(loaded, ["pending-invites.js"]);
  const names = () => loaded.map((name) => name.split(".")[1]).sort();
  await shown.root.getByLabel("Search").focus();
  await until("the dialog is on its way", () => loaded.length === 2);
  assert.deepEqual(names(), ["dialog", "js"]);
  await shown.button("Invite people").focus();
  await until("the form is on its way", () => loaded.length === 4);
  for (let n = 0; n < 2; n++) {
    await openForm(shown);
    await shown.button("Close").click();
  }
  await shown.root.getByRole("button", { name: /^Cancel the invite/ }).first().click();
  await shown.root.getByRole("dialog").waitFor();
  assert.deepEqual(names(), ["addressees", "dialog", "invite-form", "js"]);
  await close(shown);
});

test("a form that cannot be loaded is said, keeps what is typed, and comes with the next press", async () => {
  const shown = await part(browser);
  const email = address("typed");
  let refused = 0;
  await shown.page.route(form, (route) => (refused++, route.abort()));
  await shown.button("Invite people").click();
  await field(shown).fill(email);
  await shown.root.locator("[part~=status]").getByText("could not be loaded").waitFor();
  assert.match(await shown.said(), /could not be loaded.*press again/);
  const before = refused;
  await shown.button("Invite people").click();
  await until("it is asked for anew", () => refused > before);
  assert.equal(await field(shown).inputValue(), email);
  await shown.page.unroute(form);
  await openForm(shown);
  assert.equal(await field(shown).inputValue(), email);
  await shown.button("Send invite").click();
  await shown.row(email).waitFor();
  shown.page.wrong = [];
  await close(shown);
});

test("a question that cannot be asked changes nothing, is said, and is asked by the next press", async () => {
  const { email } = await invite(address("asked"));
  await link(email);
  const shown = await part(browser, { before: (page) => page.route(dialog, (route) => route.abort()) });
  await shown.search(email);
  await shown.button(`Cancel the invite to ${email}`).click();
  await shown.root.locator("[part~=status]").getByText("could not be loaded").waitFor();
  await shown.page.unroute(dialog);
  await shown.button(`Cancel the invite to ${email}`).click();
  await shown.root.getByRole("dialog").getByText(email).waitFor();
  await shown.root.getByRole("button", { name: "Cancel invite" }).click();
  await shown.row(email).waitFor({ state: "detached" });
  shown.page.wrong = [];
  await close(shown);
});

test("what is typed before the form is there is in it, and Enter counts", async () => {
  const shown = await part(browser);
  const email = address("early");
  let go;
  const gate = new Promise((resolve) => (go = resolve));
  await shown.page.route(form, async (route) => (await gate, route.continue()));
  await shown.button("Invite people").focus();
  await shown.page.keyboard.press("Enter");
  await shown.page.keyboard.type(email);
  await shown.page.keyboard.press("Enter");
  assert.equal(await shown.row(email).count(), 0);
  go();
  await shown.row(email).waitFor();
  assert.equal(await field(shown).inputValue(), "");
  await close(shown);
});

test("its file may be named with a query: what is refused is not taken for invited", async () => {
  const { email } = await invite(address("twice"));
  const loaded = [];
  const shown = await part(browser, { at: "/console/part/pending-invites.js?v=7", before: (page) => page.on("request", (request) => loaded.push(request.url())) });
  await openForm(shown);
  await field(shown).fill(email);
  await shown.button("Send invite").click();
  await shown.root.locator(".answers .bad").getByText("pending invite").waitFor();
  assert.equal(loaded.filter((url) => /\/pending-invites\.js/.test(url)).length, 1);
  await close(shown);
});

test("twenty pastes are read as their writers meant them", async () => {
  const shown = await part(browser, { viewport: { width: 1500, height: 900 } });
  await shown.page.evaluate(async (texts) => {
    const first = document.querySelector("pending-invites");
    const page = document.querySelector("main");
    page.style = "display: grid; grid-template-columns: 1fr 1fr; gap: 12px; align-items: start";
    for (const [name, text] of texts) {
      const one = document.createElement("pending-invites");
      one.setAttribute("refresh-every", "0");
      one.setAttribute("locale", "en");
      one.token = first.token;
      one.draft = { addresses: text };
      one.id = name;
      page.append(one);
    }
    first.remove();
  }, pastes.map(({ name, pasted }) => [name, pasted]));
  for (const { name, want, refused = [], others = [] } of pastes) {
    const one = shown.page.locator(`#${name}`);
    await one.locator("#role option").first().waitFor({ state: "attached" });
    const got = await one.evaluate((part) => {
      for (const other of part.shadowRoot.querySelectorAll(".root > :not(form)")) other.hidden = true; // for the picture
      const lines = (selector) => [...part.shadowRoot.querySelectorAll(selector)].map((line) => line.textContent.trim());
      const people = [...part.shadowRoot.querySelectorAll(".people li")].map((line) => [line.querySelector(".address"), ...line.querySelectorAll(":scope > bdi")].map((cell) => cell.textContent.trim()));
      return { lead: lines(".lead").find((line) => line.startsWith("Will be")), people, refused: lines(".refused li"), others: lines(".others li"), send: lines("[type=submit]")[0] };
    });
    assert.equal(got.lead, want.length > 0 ? `Will be invited: ${want.length}` : undefined, name);
    if (want.length > 1) assert.equal(got.send, `Send invites (${want.length})`, name);
    assert.deepEqual(got.people.map(([email]) => email), want.slice(0, 8).map(({ email }) => email), name);
    for (const [at, { name: called, role }] of want.slice(0, 8).entries()) {
      if (called) assert.equal(got.people[at][1], called, name);
      assert.equal(got.people[at][2], role ?? "member", name);
    }
    assert.deepEqual(got.refused, refused, name);
    assert.deepEqual(got.others, others, name);
  }
  await shown.page.screenshot({ path: `${shots}twenty-pastes.png`, fullPage: true });
  await close(shown);
});

test("a long list is shown in part, and whole where that is asked", async () => {
  const shown = await part(browser, { before: (page) => page.route("**/v1/invites/batch", (route) => route.abort()) });
  await openForm(shown);
  await field(shown).fill(Array.from({ length: 100 }, (_, n) => `u${n}@example.com`).join("\n"));
  const lines = preview(shown).locator(".people li");
  assert.equal(await lines.count(), 8);
  await shown.button("Show all (100)").click();
  assert.equal(await lines.count(), 100);
  const box = await preview(shown).boundingBox();
  assert.ok(box.height < 500, `${box.height}`);
  await shown.button("Show fewer").click();
  assert.equal(await lines.count(), 8);
  await field(shown).fill(Array.from({ length: 1_001 }, (_, n) => `u${n}@example.com`).join("\n"));
  await shown.button("Send invites (1001)").click();
  await shown.root.getByRole("alert").getByText("Invite at most 1000 at once").waitFor();
  await close(shown);
});

test("one address needs no preview; what is not one is said, and led to, only once it is sent", async () => {
  const shown = await part(browser);
  await openForm(shown);
  await field(shown).fill("ana@example.com");
  assert.equal(await preview(shown).count(), 0);
  await field(shown).fill("nobody");
  assert.equal(await preview(shown).count(), 0);
  const posts = [];
  shown.page.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
  await shown.button("Send invite").click();
  await shown.root.getByRole("alert").getByText("“nobody” is not understood as an email address").waitFor();
  const selected = await field(shown).evaluate((area) => [area === area.getRootNode().activeElement, area.value.slice(area.selectionStart, area.selectionEnd)]);
  assert.deepEqual(selected, [true, "nobody"]);
  assert.deepEqual(posts, []);
  await close(shown);
});

test("who is sent to in spite of what is known leaves the field, and the others stay in it", async () => {
  const listed = `suppressionlist+${Date.now().toString(36)}@simulator.amazonses.com`;
  const { email: there } = await invite(address("there"));
  const { id } = await invite(listed);
  await until("it was not sent", async () => (await api("GET", `/v1/invites/${id}`)).delivery.status === "suppressed");
  await api("POST", `/v1/invites/${id}/cancel`);
  const shown = await part(browser);
  await openForm(shown);
  await field(shown).fill(`nobody\nJo <${listed}>\n${there}`);
  await shown.button("Send invites (2)").click();
  await shown.root.getByRole("list", { name: "What became of each address" }).waitFor();
  assert.equal(await field(shown).inputValue(), `nobody\nJo <${listed}>\n${there}`, "nobody was invited, so nothing is changed");
  await shown.button(`Send it all the same (${listed})`).click();
  await shown.root.locator(".answers .good").getByText(`${listed}: invited`).waitFor();
  assert.equal(await field(shown).inputValue(), `nobody\n${there}`);
  await shown.row(listed).filter({ hasText: "Jo" }).waitFor();
  await close(shown);
});

test("a name that no mail can carry keeps nobody from being invited", async () => {
  const email = address("long");
  const shown = await part(browser);
  await openForm(shown);
  await field(shown).fill(`Jane ${"x".repeat(90)} <${email}>`);
  await shown.button("Send invite").click();
  await shown.row(email).waitFor();
  await mail(email);
  await close(shown);
});

test("a draft is told, put back whole, and gone with the person", async () => {
  const email = address("draft");
  const shown = await part(browser);
  const drafts = () => shown.page.evaluate(() => globalThis.drafts);
  await shown.page.evaluate(() => {
    globalThis.drafts = [];
    document.querySelector("pending-invites").addEventListener("draft-changed", ({ detail }) => drafts.push(detail));
  });
  await openForm(shown);
  await field(shown).fill(email);
  await shown.root.getByLabel("Name (optional)").fill("Dee");
  await shown.root.getByLabel("Role").selectOption("admin");
  await shown.root.getByLabel("Language of the mail").selectOption("de");
  const draft = { addresses: email, name: "Dee", role: "admin", language: "de" };
  assert.deepEqual((await drafts()).at(-1), draft);
  assert.deepEqual(await shown.page.evaluate(() => document.querySelector("pending-invites").draft), draft);

  // In an element of its own, written before the element's file is there.
  await shown.page.evaluate((draft) => {
    const old = document.querySelector("pending-invites");
    const part = document.createElement("pending-invites");
    part.setAttribute("refresh-every", "0");
    part.setAttribute("locale", "en");
    part.token = old.token;
    part.draft = draft;
    part.addEventListener("draft-changed", ({ detail }) => drafts.push(detail));
    old.replaceWith(part);
  }, draft);
  await shown.root.getByLabel("Name (optional)").waitFor();
  await until("the roles are there", () => shown.root.getByLabel("Role").evaluate((role) => role.value === "admin"));
  assert.equal(await shown.root.getByLabel("Language of the mail").inputValue(), "de");
  await shown.button("Send invite").click();
  await shown.row(email).filter({ hasText: "Dee" }).filter({ hasText: "admin" }).waitFor();
  assert.equal((await drafts()).at(-1) ?? null, null, "what is sent is no draft");

  await field(shown).fill("secret@example.com");
  await shown.page.evaluate(async (other) => {
    const part = document.querySelector("pending-invites");
    part.token = async () => other;
    await part.updateComplete;
  }, token("globex"));
  await field(shown).waitFor({ state: "detached" });
  assert.equal((await drafts()).at(-1) ?? null, null);
  await openForm(shown);
  assert.equal(await field(shown).inputValue(), "");
  await close(shown);
});

test("times are counted by the service's clock, whatever the browser's says", async () => {
  const { email } = await invite(address("clock"));
  await link(email);
  const texts = [];
  for (const hours of [0, 2, -2, 72, -72, 24 * 400]) {
    const shown = await part(browser, {
      before: (page) => page.addInitScript((off) => {
        const Real = Date;
        globalThis.Date = class extends Real {
          constructor(...given) {
            super(...(given.length > 0 ? given : [Real.now() + off]));
          }
          static now = () => Real.now() + off;
        };
      }, hours * 3_600_000),
    });
    await shown.search(email);
    texts.push(await shown.row(email).locator(".expires").innerText());
    await close(shown);
  }
  assert.match(texts[0], /Pending\s+in 7 days/);
  assert.deepEqual(new Set(texts).size, 1, JSON.stringify(texts));
});

test("a language tag is read however it is written, and an impossible one breaks nothing", async () => {
  const { email } = await invite(address("tag"));
  for (const [locale, title, when, lang] of [
    ["de_DE", "Offene Einladungen", "in 7 Tagen", "de-DE"],
    ["pt_BR", "Convites pendentes", "em 7 dias", "pt-BR"],
    ["DE", "Offene Einladungen", "in 7 Tagen", "de"],
    ["de_DE.UTF-8", "Offene Einladungen", "in 7 Tagen", "de-DE"],
    ["zh_Hant_TW", "Pending Invites", "in 7 days", "en"],
    ["en-", "Pending Invites", "in 7 days", "en"],
    ["en_GB", "Pending Invites", "in 7 days", "en-GB"],
    ["x", "Pending Invites", "in 7 days", "en"],
    ["constructor", "Pending Invites", "in 7 days", "en"],
    ["de-", "Offene Einladungen", "in 7 Tagen", "de"],
  ]) {
    const shown = await part(browser, { attributes: { locale } });
    await shown.root.getByRole("heading", { name: title }).waitFor();
    await shown.row(email).locator(".expires").getByText(when).waitFor();
    assert.equal(await shown.root.locator(".root").getAttribute("lang"), lang, locale);
    await shown.root.locator("[data-action=invite]").click();
    await shown.root.locator("#language option", { hasText: "Deutsch" }).waitFor({ state: "attached" });
    await close(shown);
  }
});
