// The examples of a console, served where the local stack allows them and used as their
// READMEs say.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { address, api, invite, launch, open, stack, token, until, violations } from "./stack.mjs";

const folder = (path) => fileURLToPath(new URL(`../../${path}/`, import.meta.url));
const part = folder("web/pending-invites/dist");
const react = folder("examples/console-react");
const port = Number(new URL(stack.api).port) + 2;
const types = { ".html": "text/html", ".js": "text/javascript" };

let browser;
before(async () => {
  execFileSync("npm", ["ci", "--silent"], { cwd: react });
  execFileSync("npm", ["run", "--silent", "build"], { cwd: react, stdio: ["ignore", "ignore", "inherit"] });
  browser = await launch();
});
after(() => browser.close());

// serve serves folders by the beginning of a path, with this stack for the local one.
async function serve(t, places) {
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const [prefix, place] = places.find(([prefix]) => path.startsWith(prefix));
    const file = join(place, path === "/" ? "index.html" : path.slice(prefix.length));
    if (!existsSync(file)) return response.writeHead(404).end();
    const text = readFileSync(file, "utf8");
    response.writeHead(200, { "Content-Type": types[extname(file)] ?? "text/plain" });
    response.end(text.replace("http://localhost:8080", stack.api));
  });
  await new Promise((resolve) => server.listen(port, "localhost", resolve));
  t.after(() => (server.closeAllConnections(), server.close()));
  return `http://localhost:${port}/`;
}

// visit opens an example as somebody who has not signed in: it asks the service nothing, and
// says nothing of a sign-in that has ended.
async function visit(t, ...places) {
  const page = await open(browser);
  const asked = [];
  page.on("request", (r) => r.url().startsWith(stack.api) && asked.push(r.url()));
  await page.goto(await serve(t, places), { waitUntil: "networkidle" });
  assert.deepEqual(asked, []);
  assert.doesNotMatch(await page.locator("body").innerText(), /signed out|again/i);
  return page;
}

async function signIn(page, as) {
  await page.getByLabel("Bearer token").fill(as);
  await page.getByRole("button", { name: "Sign in" }).click();
}

// use signs in, and finds an invite in the part and the roles to invite as.
async function use(page) {
  const row = await invite(address("example"));
  await signIn(page, token("acme"));
  await page.getByText(row.email).first().waitFor();
  await page.getByRole("button", { name: "Invite people" }).click();
  const { roles } = await api("GET", "/v1/settings");
  await until("the form has the tenant's roles", async () =>
    isDeepStrictEqual(await page.getByLabel("Role", { exact: true }).locator("option").allInnerTexts(), roles));
  await page.keyboard.press("Escape");
  return row;
}

// story uses the part, and cancels the invite there.
async function story(page, told) {
  const row = await use(page);
  assert.deepEqual(await violations(page), []);
  await page.getByRole("button", { name: `Cancel the invite to ${row.email}` }).click();
  await page.getByRole("button", { name: "Cancel invite", exact: true }).click();
  await until("the page is told", () => told(row));
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).status, "cancelled");
  assert.deepEqual(page.wrong, []);
}

const html = [["/part/", part], ["/", folder("examples/console-html")]];
const jsx = [["/", `${react}dist`]];

test("plain HTML: the part is another origin's, takes the token of the box, and tells what was done", async (t) => {
  const page = await visit(t, ...html);
  const told = [];
  page.on("console", (m) => m.type() === "info" && told.push(m.text()));
  await story(page, () => told.some((text) => /^cancel.* 1$/.test(text)));
});

test("React: the element takes its properties and its events from JSX", async (t) => {
  const page = await visit(t, ...jsx);
  await story(page, async ({ email }) => new RegExp(`^cancel.*: ${email.replaceAll(".", "\\.")}$`).test(await page.locator("#done").innerText()));
});

for (const [name, places] of [["plain HTML", html], ["React", jsx]]) {
  test(`${name}: a token that is refused brings the sign-in back, and another one is taken`, async (t) => {
    const page = await visit(t, ...places);
    await Promise.all([page.waitForResponse((r) => r.status() === 401), signIn(page, "x.y.z")]);
    await page.locator("pending-invites").waitFor({ state: "detached" });
    await use(page);
    assert.deepEqual(page.wrong, []);
  });
}
