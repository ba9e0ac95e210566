// What the tests know of the running stack: sign-ins, the API, the mailbox, Chromium.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));

if (!existsSync(`${root}/.local/stack.json`)) throw new Error("no stack is running: start one with `make up`");
export const stack = JSON.parse(readFileSync(`${root}/.local/stack.json`, "utf8"));
export const tenant = (id) => stack.tenants.find((t) => t.id === id);

const make = (...args) => execFileSync("make", ["-s", ...args], { cwd: root, encoding: "utf8" }).trim();
const tokens = {};
export const token = (id, as = "admin") => (tokens[`${id} ${as}`] ??= make("token", `TENANT=${id}`, `AS=${as}`));
export const age = (invite, by) => make("age", `INVITE=${invite}`, `BY=${by}`);

let count = 0;
export const address = (name) => `${name}-${Date.now().toString(36)}${count++}@example.com`;

// api calls the admin API and throws where the answer is not the one expected.
export async function api(method, path, body, { as = "acme", status } = {}) {
  const response = await fetch(stack.api + path, {
    method,
    headers: { Authorization: `Bearer ${token(as)}`, ...(body && { "Content-Type": "application/json" }) },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (status ? response.status !== status : !response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}
export const invite = (email, more = {}) => api("POST", "/v1/invites", { email, ...more });

// A correct service on a busy machine is slow, not wrong: how long a test waits for a fact ends
// what would hang, and decides nothing else.
const patience = 10 * 60_000;

// until repeats a check until it returns something true.
export async function until(what, check) {
  for (const end = Date.now() + patience; ; await new Promise((r) => setTimeout(r, 100))) {
    const got = await check();
    if (got) return got;
    if (Date.now() > end) throw new Error(`not within ${patience / 60_000} minutes: ${what}`);
  }
}

// mail waits for the n-th mail to an address and returns it.
export const mail = (email, n = 1) =>
  until(`mail ${n} to ${email}`, async () => {
    const listed = await (await fetch(`${stack.mailbox}api/messages?to=${encodeURIComponent(email)}`)).json();
    const mails = listed.messages ?? listed;
    return mails.length >= n && mails[0];
  });

// link waits for the n-th mail to an address and returns the invite's link in it.
export const link = async (email, n = 1) => (await mail(email, n)).links.find((l) => l.includes("/i/"));

export const launch = (options = {}) =>
  chromium.launch({
    ...options,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });

// open makes a page that keeps what goes wrong in it: script errors, refusals of the
// content security policy, and error messages of the browser.
export async function open(browser, options = {}) {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  page.wrong = [];
  page.on("pageerror", (e) => page.wrong.push(String(e)));
  page.on("console", (m) => m.type() === "error" && !/status of 4\d\d/.test(m.text()) && page.wrong.push(m.text()));
  return page;
}

export async function signIn(page, id = "acme", as = "admin") {
  const who = tenant(id)[as];
  await page.goto(stack.console);
  await page.getByLabel("Email").first().fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

// invitesIn is <pending-invites> in a page, inviteRow the row of an address there.
export const invitesIn = (page) => page.locator("pending-invites");
export const inviteRow = (page, email) => invitesIn(page).getByRole("row").filter({ hasText: email });

// showInvite searches for one address, so that other tests' rows are out of the way, and
// returns its row.
export async function showInvite(page, email) {
  await invitesIn(page).getByLabel("Search").fill(email);
  await inviteRow(page, email).waitFor();
  return inviteRow(page, email);
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// violations runs axe by the rules of WCAG 2.2 A and AA, or by those that are named. The
// pages' own policy forbids script, so it is injected by the debugger, past the policy.
export async function violations(page, runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate((runOnly) => axe.run(document, { runOnly }), runOnly);
  return violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target).join(", ")}`);
}

// sideways tells whether a page must be scrolled sideways to be read.
export const sideways = (page) => page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
