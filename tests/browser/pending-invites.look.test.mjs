// How <pending-invites> looks and reads: every state, width, scheme and language.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { part } from "./part.mjs";
import { address, age, api, invite, launch, link, sideways, violations } from "./stack.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const shots = `${root}.local/shots/pending-invites/`;
mkdirSync(shots, { recursive: true });

// One stem for all, so that a search leaves few rows to look at.
const stem = `look${Date.now().toString(36)}`;
const bounced = `bounce+${stem}@simulator.amazonses.com`;

let browser;
before(async () => {
  browser = await launch();
  const late = await invite(`${stem}-late@example.com`, { name: "Tomás Ortega" });
  const done = await invite(`${stem}-done@example.com`, { name: "Mei Tanaka" });
  await link(late.email);
  age(late.id, "8d");
  await fetch(await link(done.email), { method: "POST", redirect: "manual" });
  const soon = await invite(`${stem}-soon@example.com`);
  await link(soon.email);
  age(soon.id, "156h");
  await invite(bounced);
  await invite(`${stem}-a-rather-long-name.that-hardly-fits@in-any-column-of-a-table.example.com`, { name: "Wilhelmina Featherstonehaugh-Cholmondeley" });
});
after(() => browser.close());

// The states, each by how to get there.
const states = {
  list: async () => {},
  bounced: async (shown) => {
    await shown.search(bounced);
    await shown.whole();
    await shown.row(bounced).filter({ hasText: "Bounced" }).waitFor();
  },
  attention: async (shown) => {
    await shown.root.getByRole("tab", { name: /Needs attention/ }).click();
    await shown.search(stem);
    await shown.whole();
    await shown.row(`${stem}-late`).waitFor();
  },
  accepted: async (shown) => {
    await shown.root.getByRole("tab", { name: /Accepted/ }).click();
    await shown.search(stem);
    await shown.whole();
    await shown.row(`${stem}-done`).waitFor();
  },
  selected: ({ root }) => root.getByLabel("Select all that are shown").check(),
  question: async ({ root }) => {
    await root.getByRole("button", { name: /^Cancel the invite/ }).first().click();
    await root.getByRole("dialog").waitFor();
  },
  form: async ({ root, button }) => {
    await button("Invite people").click();
    await root.getByLabel("Email addresses").fill(`nobody\n${address("form")}`);
    await button("Send invite").click();
    await root.getByRole("list", { name: "What became of each address" }).waitFor();
  },
  preview: async ({ root, button }) => {
    await button("Invite people").click();
    const rows = Array.from({ length: 12 }, (_, n) => `Wilhelmina Featherstonehaugh-Cholmondeley <w${n}.a-rather-long-name.that-hardly-fits@in-any-column-of-a-table.example.com>`);
    await root.getByLabel("Email addresses").fill(["nobody", ...rows, "Mei Tanaka <mei@example.com>"].join("\n"));
    await root.getByText("Will be invited: 13").waitFor();
  },
  "preview whole": async (shown) => {
    await states.preview(shown);
    await shown.button("Show all (14)").click();
    await shown.button("Show fewer").waitFor();
  },
  "not loaded": async ({ page, root, button }) => {
    await page.route("**/*.addressees.*.js", (route) => route.abort());
    await page.reload();
    await button("Invite people").click();
    await root.locator("[part~=status]").waitFor();
  },
  empty: async ({ root }) => {
    await root.getByLabel("Search").fill("nobody-begins-like-this");
    await root.locator("[part~=empty]").waitFor();
  },
  resent: async ({ root }) => {
    await root.getByRole("button", { name: `Resend the invite to ${stem}-a-rather` }).click();
    await root.getByText("The links before it are dead").first().waitFor();
  },
  failed: async ({ page, root }) => {
    await page.route("**/v1/invites?*", (route) => route.abort());
    await page.reload();
    await root.locator("[part~=error]").waitFor();
  },
  insist: async (shown) => {
    await states.bounced(shown);
    await shown.button(`Resend the invite to ${bounced}`).click();
    await shown.root.getByRole("dialog").waitFor();
  },
  release: async (shown) => {
    await states.accepted(shown);
    await shown.root.getByRole("button", { name: /^Release/ }).first().click();
    await shown.root.getByRole("dialog").waitFor();
  },
  settled: async (shown) => {
    const { id, email } = await invite(address(stem));
    await shown.page.evaluate(() => document.querySelector("pending-invites").refresh());
    await shown.row(email).waitFor();
    await api("POST", `/v1/invites/${id}/cancel`);
    await shown.page.evaluate(() => document.querySelector("pending-invites").refresh());
    await shown.row(email).filter({ hasText: "Cancelled" }).waitFor();
  },
  ended: async (shown) => {
    const { email } = await invite(address(stem));
    await shown.page.evaluate(() => document.querySelector("pending-invites").refresh());
    await shown.button(`Cancel the invite to ${email}`).click();
    await shown.root.getByRole("button", { name: "Cancel invite" }).click();
    await shown.root.locator("[part~=status]").waitFor();
  },
  loading: async ({ page, root }) => {
    await page.route("**/v1/invites?*", () => {});
    await page.reload();
    await root.locator("[part~=loading]").waitFor();
  },
};

for (const [width, height] of [[1200, 900], [390, 844]]) {
  test(`axe finds nothing in any state, at ${width} pixels, light and dark`, async () => {
    for (const [name, reach] of Object.entries({ ...states, "no permission": null })) {
      const shown = await part(browser, { viewport: { width, height }, who: reach ? "admin" : "viewer" });
      if (reach) {
        await shown.search(stem);
        await reach(shown);
      }
      for (const colorScheme of ["light", "dark"]) {
        await shown.page.emulateMedia({ colorScheme });
        assert.deepEqual(await violations(shown.page), [], `${name}, ${colorScheme}`);
        assert.equal(await sideways(shown.page), false, name);
        await shown.page.screenshot({ path: `${shots}${name}-${width}-${colorScheme}.png`, animations: "disabled" });
      }
      await shown.page.context().close();
    }
  });
}

test("at 400 % it is read without scrolling sideways, and every target has 24 pixels", async () => {
  for (const width of [320, 700, 1200]) {
    const shown = await part(browser, { viewport: { width, height: 800 } });
    await shown.button("Invite people").click();
    assert.equal(await sideways(shown.page), false, `${width}`);
    const small = await shown.page.evaluate(() =>
      [...document.querySelector("pending-invites").shadowRoot.querySelectorAll("button, select, textarea, input:not([type=checkbox]), label:has(> input[type=checkbox])")]
        .map((target) => [target.outerHTML.slice(0, 90), target.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && (box.width < 24 || box.height < 24))
        .map(([html]) => html));
    assert.deepEqual(small, [], `${width}`);
    await shown.page.context().close();
  }
});

const facts = ["who", "role", "by", "sent", "expires", "mail", "actions"];

// misplaced names what lies on something else in its row, and the buttons whose words do
// not fit them.
const misplaced = (page) =>
  page.evaluate((facts) => {
    const wrong = [];
    for (const row of document.querySelector("pending-invites").shadowRoot.querySelectorAll(".rows [role=row]")) {
      const boxes = facts.map((fact) => [fact, row.querySelector(`.${fact}`).getBoundingClientRect()]);
      boxes.forEach(([name, a], at) => {
        for (const [other, b] of boxes.slice(at + 1)) {
          if (a.right > b.left + 1 && b.right > a.left + 1 && a.bottom > b.top + 1 && b.bottom > a.top + 1) wrong.push(`${name} on ${other}`);
        }
      });
      for (const button of row.querySelectorAll("button")) if (button.scrollWidth > button.clientWidth) wrong.push(button.textContent.trim());
    }
    return [...new Set(wrong)];
  }, facts);

test("a row tells the same at every width, each thing in a place of its own", async () => {
  const row = await invite(address("facts"), { name: "Ana" });
  for (const width of [1300, 950, 824, 680, 620, 390]) {
    const shown = await part(browser, { viewport: { width, height: 800 } });
    await shown.search(row.email);
    for (const fact of facts) assert.equal(await shown.row(row.email).locator(`[role].${fact}`).isVisible(), true, `${fact} at ${width}`);
    assert.match(await shown.row(row.email).innerText(), new RegExp(`${row.role}[^]*${row.invited_by.name}`), `${width}`);
    assert.deepEqual(await misplaced(shown.page), [], `${width}`);
    await shown.page.context().close();
  }
});

test("a name written the other way begins where its address begins", async () => {
  for (const [locale, name, edge] of [["ar", "Ana", ({ x, width }) => x + width], ["en", "ليلى", ({ x }) => x]]) {
    const row = await invite(address("way"), { name });
    const shown = await part(browser, { attributes: { locale }, viewport: { width: 1300, height: 800 } });
    await shown.search(row.email, JSON.parse(readFileSync(`${root}shared/locale/${locale}.json`, "utf8"))["console.search"]);
    const [first, second] = await Promise.all([row.email, name].map((text) => shown.row(row.email).locator("bdi").filter({ hasText: text }).first().boundingBox()));
    assert.ok(Math.abs(edge(first) - edge(second)) < 2, `${locale}: the address begins at ${edge(first)}, the name at ${edge(second)}`);
    await shown.page.context().close();
  }
});

test("nothing turns where less motion is wanted", async () => {
  for (const [reducedMotion, turning] of [["no-preference", 1], ["reduce", 0]]) {
    const shown = await part(browser, { reducedMotion });
    await shown.page.route("**/resend", () => {});
    await shown.root.getByRole("button", { name: /^Resend the invite/ }).first().click();
    await shown.root.locator("[role=row][aria-busy=true]").waitFor();
    const running = await shown.page.evaluate(() => document.querySelector("pending-invites").shadowRoot.getAnimations().length);
    assert.equal(running, turning, reducedMotion);
    await shown.page.context().close();
  }
});

const languages = readdirSync(`${root}shared/locale`).map((name) => /^([a-z]+)\.json$/.exec(name)?.[1]).filter(Boolean);

test("every language is said whole, in its direction, with names that hold the visible words", async () => {
  const english = JSON.parse(readFileSync(`${root}shared/locale/en.json`, "utf8"));
  for (const tag of languages) {
    const texts = JSON.parse(readFileSync(`${root}shared/locale/${tag}.json`, "utf8"));
    const shown = await part(browser, { attributes: { locale: tag }, viewport: { width: 1200, height: 900 } });
    await shown.root.getByText(texts["console.title"], { exact: true }).waitFor();
    await shown.search(stem, texts["console.search"]);
    const seen = await shown.page.evaluate(() => {
      const part = document.querySelector("pending-invites").shadowRoot;
      return {
        text: part.querySelector(".root").textContent,
        lang: part.querySelector(".root").lang,
        direction: getComputedStyle(part.querySelector(".root")).direction,
        names: [...part.querySelectorAll("button[aria-label]")].map((b) => [b.getAttribute("aria-label"), b.textContent.trim()]),
      };
    });
    assert.equal(seen.lang, tag);
    assert.equal(seen.direction, tag === "ar" ? "rtl" : "ltr", tag);
    assert.doesNotMatch(seen.text, /\{\w+\}|undefined|console\./, tag);
    for (const [name, words] of seen.names) assert.ok(name.toLowerCase().includes(words.toLowerCase()), `${tag}: ${name} does not hold ${words}`);
    if (tag !== "en") assert.ok(!seen.text.includes(english["console.column.invited"]), tag);
    assert.deepEqual(await violations(shown.page), [], tag);
    assert.equal(await sideways(shown.page), false, tag);
    for (const width of [1200, 824, 680, 320]) {
      await shown.page.setViewportSize({ width, height: 900 });
      assert.equal(await sideways(shown.page), false, `${tag} at ${width}`);
      assert.deepEqual(await misplaced(shown.page), [], `${tag} at ${width}`);
      await shown.page.screenshot({ path: `${shots}list-${tag}-${width}.png` });
    }
    await shown.page.context().close();
  }
});

test("the rules of a hostile page do not break it, and its own do not get out", async () => {
  const css = `
    * { all: unset !important; display: inline !important; color: red !important; font-size: 40px !important; }
    html { font-size: 5px; letter-spacing: 9px; text-transform: uppercase; line-height: 4; direction: rtl; visibility: hidden; word-spacing: 3em; }
    button, input, .row, .table, [role=row], dialog { display: none !important; position: fixed; }
    pending-invites { float: left; opacity: .01; writing-mode: vertical-rl; }
    p.host { display: block !important }`;
  const calm = await part(browser);
  const shown = await part(browser, { css, body: `<p class="host hint note badge">host</p><button class="primary">host</button>` });
  const look = (page) =>
    page.evaluate(() => {
      const part = document.querySelector("pending-invites").shadowRoot;
      const style = (selector) => {
        const s = getComputedStyle(part.querySelector(selector));
        return [s.display, s.fontSize, s.color, s.letterSpacing, s.textTransform, s.direction, s.visibility, s.opacity, s.writingMode, s.position].join(" ");
      };
      return Object.fromEntries([".root", ".title", "button.primary", ".rows .row", ".address", "[role=tab]"].map((s) => [s, style(s)]));
    });
  assert.deepEqual(await look(shown.page), await look(calm.page));
  await shown.root.getByRole("button", { name: /^Cancel the invite/ }).first().click();
  await shown.root.getByRole("button", { name: "Keep invite" }).waitFor();
  await shown.page.keyboard.press("Escape");
  await shown.page.screenshot({ path: `${shots}hostile.png` });
  const host = await calm.page.evaluate(() => {
    const p = document.createElement("p");
    p.className = "host hint note badge row primary";
    p.textContent = "host";
    document.querySelector("main").prepend(p);
    const s = getComputedStyle(p);
    return [s.display, s.borderTopWidth, s.backgroundColor];
  });
  assert.deepEqual(host, ["block", "0px", "rgba(0, 0, 0, 0)"]);
  for (const { page } of [calm, shown]) await page.context().close();
});

test("a console's variables and parts change its look", async () => {
  const css = "pending-invites { --pending-invites-accent: rgb(109, 40, 217); --pending-invites-radius: 0px } pending-invites::part(title) { font-size: 30px }";
  const shown = await part(browser, { css });
  const look = await shown.page.evaluate(() => {
    const part = document.querySelector("pending-invites").shadowRoot;
    const button = getComputedStyle(part.querySelector("button.primary"));
    return [button.backgroundColor, button.borderTopLeftRadius, getComputedStyle(part.querySelector(".title")).fontSize];
  });
  assert.deepEqual(look, ["rgb(109, 40, 217)", "0px", "30px"]);
  await shown.page.context().close();
});

test("the file that everybody loads, with Lit in it, is under 25 kB gzipped, and what is loaded when used is not in it", () => {
  const folder = `${root}web/pending-invites/dist/`;
  const entry = readFileSync(`${folder}pending-invites.js`, "utf8");
  const bytes = gzipSync(entry, { level: 9 }).length;
  assert.ok(bytes < 25_000, `${bytes} bytes`);
  const needs = (code) => code.match(/\b(?:from|import)\s*"\.?\/[^"]*"/g) ?? [];
  assert.deepEqual(needs(entry), []);
  for (const [name, own, most] of [["invite-form", "addresses-problem", 6_000], ["addressees", "", 20_000], ["dialog", "question-title", 1_500]]) {
    const files = readdirSync(folder).filter((file) => file.startsWith(`pending-invites.${name}.`));
    assert.equal(files.length, 1, `${name}: ${files}`);
    const part = readFileSync(folder + files[0], "utf8");
    assert.deepEqual(needs(part), [], `${name} must not load the component a second time`);
    if (own) assert.ok(!entry.includes(own), `${name} is in the file that everybody loads`);
    const { length } = gzipSync(part, { level: 9 });
    assert.ok(length < most, `${name}: ${length} bytes`);
  }
});
