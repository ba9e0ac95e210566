// Where an accept leads in a browser, when the product's set-up page sends people on to a
// host that the service has never heard of, as every sign-in through an identity provider
// does. Three hosts: the product's, which AllowedUrlHosts names, the provider's, and the one
// that the provider leads to. All are of this machine: Chromium looks for *.localhost there.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { address, api, invite, launch, link, open, stack, until } from "./stack.mjs";

const query = "?b=1;c=2&a=%zz&&empty=&b=1&f[]=(x)|{y}&e=%c3%A9+%20";
const as = { as: "globex" };
const servers = [];
let product, provider, home, asked = [], held, settings, browser;

// host serves a host of this machine and returns its origin.
async function host(name, port, answer) {
  const server = createServer((request, response) => {
    if (request.url === "/favicon.ico") return response.writeHead(404).end();
    asked.push({ host: name, url: request.url, referer: request.headers.referer });
    answer(request, response);
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  servers.push(server);
  return `http://${name}:${server.address().port}`;
}
const to = (response, url) => response.writeHead(302, { Location: url }).end();
const asks = (name) => asked.filter((a) => a.host === name);

before(async () => {
  home = await host("home.localhost", 0, (request, response) => {
    response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html><title>Account</title><h1>Your account</h1>");
  });
  provider = await host("provider.localhost", 0, (request, response) => to(response, `${home}/account${new URL(request.url, home).search}`));
  product = await host("localhost", Number(new URL(stack.api).port) + 2, (request, response) => {
    if (held && !held.response) held.response = response;
    else to(response, `${provider}/sign-in${new URL(request.url, home).search}`);
  });
  settings = await api("GET", "/v1/settings", undefined, as);
  const changed = await api("PUT", "/v1/settings", { ...settings, setup_url: `${product}/set-up${query}` }, as);
  assert.equal(changed.setup_url, `${product}/set-up${query}`);
  const probe = await invited("probe");
  await until("the settings are known to who accepts", async () =>
    (await fetch(probe.url, { method: "POST", redirect: "manual" })).headers.get("location").startsWith(product));
  // People's browsers keep pages to go back to; Playwright's does not unless told.
  browser = await launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] });
});
after(async () => {
  await browser?.close();
  if (settings) await api("PUT", "/v1/settings", settings, as);
  for (const server of servers) server.closeAllConnections(), server.close();
});

// invited is somebody with an invite of globex, and its link.
async function invited(name) {
  const row = await api("POST", "/v1/invites", { email: address(name) }, as);
  return { ...row, url: await link(row.email) };
}
const status = async ({ id }) => (await api("GET", `/v1/invites/${id}`, undefined, as)).status;

// leads presses a button and returns the code that the person has arrived with, past three
// hosts none of which is told of the link.
async function leads(page, row, button) {
  asked = [];
  await page.getByRole("button", { name: button }).click();
  await page.waitForURL(`${home}/**`);
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  assert.deepEqual(asked.map((a) => a.host), ["localhost", "provider.localhost", "home.localhost"]);
  assert.deepEqual(asked.map((a) => a.referer), [undefined, undefined, undefined]);
  const [, code] = asked[0].url.split("&code=");
  assert.equal(asked[0].url, `/set-up${query}&invite=${row.id}&code=${code}`);
  assert.equal(page.url(), home + asked[0].url.replace("/set-up", "/account"));
  return code;
}

for (const javaScriptEnabled of [true, false]) {
  test(`an invitee arrives wherever the product leads, and Back and reload press nothing, ${javaScriptEnabled ? "with" : "without"} script`, async () => {
    const row = await invited("leads");
    const page = await open(browser, { javaScriptEnabled });
    await page.goto(row.url);
    const first = await leads(page, row, "Accept invitation");
    assert.equal(await status(row), "accepted");

    asked = [];
    await page.reload();
    assert.deepEqual(asked.map((a) => a.host), ["home.localhost"]);

    const back = await page.goBack();
    assert.equal(page.url(), row.url);
    assert.equal(await page.title(), "You have already accepted");
    assert.deepEqual([back.request().method(), back.headers().refresh], ["GET", undefined], "nothing leads away from here again");
    await page.goForward();
    assert.ok(page.url().startsWith(home));
    await page.goBack();
    await page.reload();
    assert.equal(await page.title(), "You have already accepted");
    assert.equal(asks("localhost").length, 0);

    assert.notEqual(await leads(page, row, "Continue to set-up"), first, "a fresh code");
    await page.goBack();
    await page.goBack();
    assert.equal(page.url(), "about:blank", "our page is in the history once");
    assert.deepEqual(page.wrong, []);
  });
}

test("a double press arrives like any other", async () => {
  const row = await invited("double");
  const page = await open(browser);
  await page.goto(row.url);
  await page.getByRole("button", { name: "Accept invitation" }).dblclick();
  await page.waitForURL(`${home}/**`);
  assert.equal(await status(row), "accepted");
  await page.goBack();
  assert.equal(await page.title(), "You have already accepted");
  assert.deepEqual(page.wrong, []);
});

test("while the product does not answer, a page says what has happened", async () => {
  const row = await invited("slow");
  const page = await open(browser);
  const cdp = await page.context().newCDPSession(page);
  await page.goto(row.url);
  held = {};
  await page.getByRole("button", { name: "Accept invitation" }).click();
  await until("the product is asked", () => held.response);
  // Chromium lets nobody look into a page that is about to be left, but tells its title.
  const { entries, currentIndex } = await cdp.send("Page.getNavigationHistory");
  assert.deepEqual([entries[currentIndex].url, entries[currentIndex].title], [row.url, "You’re in"]);
  const { response } = held;
  held = undefined;
  to(response, home);
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  assert.deepEqual(page.wrong, []);
});

test("a browser that does not leave the page by itself has a link there", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const row = await invited("link");
    const page = await open(browser, { colorScheme, javaScriptEnabled: colorScheme === "light", viewport: { width: 390, height: 780 } });
    await page.route(row.url, async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      const response = await route.fetch();
      const { refresh, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    await page.goto(row.url);
    await page.getByRole("button", { name: "Accept invitation" }).click();
    await page.getByRole("heading", { name: "You’re in" }).waitFor();
    asked = [];
    await page.getByRole("link", { name: "Continue to set-up" }).click();
    await page.getByRole("heading", { name: "Your account" }).waitFor();
    assert.ok(asked[0].url.startsWith(`/set-up${query}&invite=${row.id}&code=`), asked[0].url);
    assert.deepEqual(page.wrong, []);
  }
});

// The reason for all this, and what shows that the tests above could fail.
test("Chromium follows no redirect of a form past the hosts of its policy", async () => {
  const row = await invited("redirect");
  const page = await open(browser);
  await page.goto(row.url);
  await page.route(row.url, (route) => route.continue({ headers: { ...route.request().headers(), accept: "*/*" } }));
  asked = [];
  await page.getByRole("button", { name: "Accept invitation" }).click();
  await until("the policy is held against the chain", () => page.wrong.some((w) => /form-action/.test(w)));
  assert.deepEqual(asked.map((a) => a.host), ["localhost"]);
  assert.equal(page.url(), row.url);
  assert.equal(await status(row), "accepted", "and the person has no word of it");
});
