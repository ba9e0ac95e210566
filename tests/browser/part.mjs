// A console of nobody's around <pending-invites>: a page of the test's own at the stack's
// origin, so that the part is tried without the demo console.
import assert from "node:assert/strict";
import { open, stack, token } from "./stack.mjs";

const escape = (text) => text.replace(/[&"<]/g, (c) => `&#${c.charCodeAt(0)};`);

// part opens a page with one <pending-invites> and returns what a test touches of it.
// at is the address of its file; before is done to the page before anything is loaded.
export async function part(browser, { as = "acme", who = "admin", attributes = {}, css = "", body = "", at = "/console/part/pending-invites.js", before = () => {}, wait = true, ...options } = {}) {
  const page = await open(browser, { viewport: { width: 1200, height: 900 }, ...options });
  const written = Object.entries({ "refresh-every": "0", locale: "en", ...attributes }).map(([k, v]) => ` ${k}="${escape(v)}"`).join("");
  await page.route(`${stack.api}/console/host`, (route) =>
    route.fulfill({
      contentType: "text/html; charset=utf-8",
      body: `<!doctype html><html lang="en"><title>Users</title><meta name="viewport" content="width=device-width">
        <style>:root{color-scheme:light dark}body{margin:0}main{padding:12px;font-family:sans-serif}${css}</style>
        <main><h1>Users</h1>${body}<pending-invites${written}></pending-invites></main>
        <script type="module">
          import "${at}";
          const part = document.querySelector("pending-invites");
          globalThis.heard = [];
          for (const name of ["invites-changed", "signed-out"]) part.addEventListener(name, (e) => heard.push([name, e.detail?.action]));
          part.token = async () => ${JSON.stringify(typeof who === "object" ? who.token : token(as, who))};
        </script>`,
    }));
  await before(page);
  await page.goto(`${stack.api}/console/host`);
  const root = page.locator("pending-invites");
  const part = {
    page,
    root,
    row: (email) => root.locator(".rows [role=row]").filter({ has: page.locator(".address", { hasText: email }) }),
    button: (name) => root.getByRole("button", { name }),
    said: () => root.getByRole("status").innerText(),
    heard: () => page.evaluate(() => globalThis.heard),
    // active is what has the focus, by what it is called.
    active: () => page.evaluate(() => {
      let at = document.activeElement;
      while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
      return at?.getAttribute("aria-label") ?? at?.textContent.trim() ?? "";
    }),
    async search(text, label = "Search") {
      await root.getByLabel(label, { exact: true }).fill(text);
      await page.waitForFunction(
        (text) => {
          const part = document.querySelector("pending-invites").shadowRoot;
          const rows = [...part.querySelectorAll(".rows .address")];
          return part.querySelector(".panel").getAttribute("aria-busy") === "false" && rows.every((row) => row.textContent.startsWith(text));
        },
        text);
    },
    // whole goes on until the list is there whole: a page of a filtered one may be short.
    async whole() {
      const settled = () => page.waitForFunction(() => document.querySelector("pending-invites").shadowRoot.querySelector(".panel").getAttribute("aria-busy") === "false");
      for (const more = part.button("Show more"); await more.count(); await settled()) await more.click();
    },
  };
  if (wait) await root.locator(".rows [role=row], [part~=empty], [part~=error]").first().waitFor();
  return part;
}

// close ends a part's page, in which nothing may have gone wrong.
export async function close({ page }) {
  assert.deepEqual(page.wrong, []);
  await page.unrouteAll({ behavior: "ignoreErrors" }); // what is asked for while a page closes is nobody's
  await page.context().close();
}
