// How the invitee pages look and can be used, in every state, language and colour. The
// pages are those that the Lambdas render; pictures of them are left in
// .local/shots/pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, api, invite, launch, link, open, sideways, until, violations } from "./stack.mjs";
import { at, languages, northwind, rendered, serve, shots } from "./pages.mjs";

const widths = { phone: { width: 390, height: 780 }, desktop: { width: 1200, height: 860 } };
const long = {
  tenant: "Bayerische Gesellschaft für angewandte Verwaltungswissenschaften",
  inviter: "Maximiliane Friederike von Hohenstein-Wittgensteinberger",
  email: "maximiliane.friederike.von.hohenstein-wittgensteinberger@verwaltungswissenschaften.example",
  role: "Verwaltungsfachangestelltenvertretung",
};
const colors = ["#ffffff", "#000000", "#ffe14d", "#777777", "#ff2020", "#1c1f24", "#00e5a0", "#0b1a3a"];

let browser, pages;
const of = (test) => pages.flatMap((p, n) => (test(p) ? [n] : []));
before(async () => {
  pages = rendered([
    northwind,
    { ...northwind, logo: "" },
    ...languages.map((locale) => ({ ...northwind, ...long, locale })),
    ...colors.map((color) => ({ ...northwind, color, logo: "" })),
  ]);
  for (const p of pages) p.kind = ["own", "initial"][p.view] ?? (p.view < 2 + languages.length ? "long" : "colour");
  browser = await launch();
});
after(() => browser.close());

async function opened(options) {
  const page = await open(browser, options);
  page.asked = new Set();
  page.on("request", (r) => page.asked.add(new URL(r.url()).origin));
  await serve(page.context(), pages);
  return page;
}

test("axe finds nothing on any page at phone and desktop width, in light and dark, and no page runs or fetches more than its logo", async () => {
  const page = await opened();
  for (const n of of((p) => p.kind === "own")) {
    await page.goto(at(n));
    assert.equal(await page.evaluate(() => document.scripts.length), 0, pages[n].page);
    for (const [size, viewport] of Object.entries(widths)) {
      await page.setViewportSize(viewport);
      for (const colorScheme of ["light", "dark"]) {
        const what = `${pages[n].page}-${size}-${colorScheme}`;
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: `${shots}/${what}.png`, fullPage: true });
        assert.equal(await sideways(page), false, what);
        assert.deepEqual(await violations(page), [], what);
        for (const { height, width } of await page.locator("a, button").evaluateAll((all) => all.map((e) => e.getBoundingClientRect().toJSON()))) {
          assert.ok(Math.min(height, width) >= 44, `${what}: a target of ${width} by ${height}`);
        }
      }
    }
  }
  assert.deepEqual([...page.asked].sort(), ["https://app.example", new URL(at(0)).origin]);
  assert.deepEqual(page.wrong.filter((w) => !/status of 503/.test(w)), []);
});

test("every page in every language is read at 320 px without scrolling sideways, also from right to left, with the longest names", async () => {
  const page = await opened({ viewport: { width: 320, height: 640 } });
  for (const n of of((p) => p.kind === "long" || p.kind === "own")) {
    await page.goto(at(n));
    for (const dir of new Set([await page.evaluate(() => document.documentElement.dir), "rtl"])) {
      await page.evaluate((dir) => (document.documentElement.dir = dir), dir);
      assert.equal(await sideways(page), false, `${pages[n].page}, ${pages[n].header["Content-Language"]}, ${dir}`);
      const cut = await page.evaluate(() => [...document.querySelectorAll("main *")].filter((e) => {
        const { left, right, width } = e.getBoundingClientRect();
        return width && (left < 0 || right > innerWidth);
      }).map((e) => e.outerHTML));
      assert.deepEqual(cut, [], `${pages[n].page}, ${dir}`);
    }
  }
});

test("who invites to what and the button are on a phone's first screen, with the longest names in every language", async () => {
  const page = await opened({ viewport: widths.phone });
  for (const n of of((p) => p.page === "live" && p.kind !== "colour")) {
    await page.goto(at(n));
    const said = await page.locator("main").innerText();
    const { tenant, inviter } = pages[n].kind === "long" ? long : northwind;
    for (const name of [tenant, inviter]) assert.ok(said.includes(name), `${name} in ${said}`);
    const { y, height } = await page.locator("form button").boundingBox();
    assert.ok(y + height <= widths.phone.height, `${pages[n].header["Content-Language"]}: the button ends at ${y + height}`);
  }
});

test("whatever colour a tenant sets, words can be read and the button's edge can be seen, in light and dark", async () => {
  const page = await opened({ viewport: widths.phone });
  for (const n of of((p) => p.kind === "colour" && ["accepted", "opted-out"].includes(p.page))) {
    await page.goto(at(n));
    for (const colorScheme of ["light", "dark"]) {
      const what = `${pages[n].page}-${colors[pages[n].view - 2 - languages.length].slice(1)}-${colorScheme}`;
      await page.emulateMedia({ colorScheme });
      if (pages[n].page === "accepted") await page.screenshot({ path: `${shots}/${what}.png` });
      assert.deepEqual(await violations(page, ["color-contrast"]), [], what);
      const [edge, ground] = await page.locator("button").evaluate((b) => [getComputedStyle(b).borderTopColor, getComputedStyle(b).getPropertyValue("--ground")]);
      const seen = contrast(rgb(edge), rgb(ground));
      assert.ok(seen >= 3, `${what}: edge ${edge} on ${ground} has ${seen}`);
    }
  }
});

// rgb reads a colour as style sheets and browsers write it.
const rgb = (color) => (color.match(/^#/) ? color.slice(1).match(/../g).map((c) => parseInt(c, 16)) : color.match(/\d+/g).slice(0, 3).map(Number));
const luminance = (color) => {
  const [r, g, b] = color.map((c) => ((c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [hi, lo] = [luminance(a), luminance(b)].sort((a, b) => b - a);
  return (hi + 0.05) / (lo + 0.05);
};

test("a page runs in the direction of its language's script, and axe finds nothing in any language", async () => {
  const page = await opened({ viewport: widths.desktop });
  for (const n of of((p) => p.page === "live" && p.kind !== "colour")) {
    await page.goto(at(n));
    const own = await page.evaluate(() => document.documentElement.dir);
    assert.match(own, /^(ltr|rtl)$/);
    assert.deepEqual(await violations(page), [], pages[n].header["Content-Language"]);
    for (const dir of new Set([own, "rtl"])) {
      await page.evaluate((dir) => (document.documentElement.dir = dir), dir);
      const start = dir === "rtl" ? "right" : "left";
      const edges = await page.evaluate((start) => {
        const of = (css) => document.querySelector(css).getBoundingClientRect()[start];
        return { head: of(".head"), mark: of(".head > *"), sign: of(".sign"), label: of("dt"), facts: of("dl"), value: of("dd") };
      }, start);
      const before = (a, b) => (dir === "rtl" ? edges[a] > edges[b] : edges[a] < edges[b]);
      assert.equal(edges.mark, edges.head, `${dir}: the logo stands where reading begins`);
      assert.equal(edges.label, edges.facts, `${dir}: so does a label`);
      assert.ok(before("mark", "sign") && before("label", "value"), `${dir}: ${JSON.stringify(edges)}`);
      if (pages[n].kind === "own") await page.screenshot({ path: `${shots}/live-${dir}.png` });
    }
  }
});

test("on paper the facts are black on white, the button is an outline, and the secret address is not printed", async () => {
  const page = await opened({ viewport: { width: 794, height: 1123 }, colorScheme: "dark" });
  await page.emulateMedia({ media: "print" });
  for (const n of of((p) => p.kind === "own" || p.kind === "initial")) {
    const name = `${pages[n].page} (${pages[n].kind})`;
    await page.goto(at(n));
    if (pages[n].kind === "own") await page.screenshot({ path: `${shots}/${pages[n].page}-print.png` });
    for (const style of await page.locator("main, main *:not(svg *):not(img)").evaluateAll((all) => all.map((e) => {
      const { color, backgroundColor, backgroundImage } = getComputedStyle(e);
      return { tag: e.tagName, class: e.className, color, backgroundColor, backgroundImage };
    }))) {
      const on = style.backgroundColor.match(/, 0(\.\d+)?\)$/) ? [255, 255, 255] : rgb(style.backgroundColor);
      assert.ok(contrast(rgb(style.color), on) >= 7 && luminance(on) > 0.7 && style.backgroundImage === "none", `${name}: ${JSON.stringify(style)}`);
    }
  }
  await page.emulateMedia({ media: null });
  // What a browser adds to paper, the address of the page among it, it writes into the
  // margins: a page without any has no room for it.
  const [live] = of((p) => p.kind === "own" && p.page === "live");
  const cdp = await page.context().newCDPSession(page);
  const paper = async (displayHeaderFooter) => (await cdp.send("Page.printToPDF", { displayHeaderFooter })).data.length;
  await page.goto(at(live));
  assert.equal(await paper(true), await paper(false), "a header or footer of the browser is printed");
  pages.push({ ...pages[live], body: pages[live].body.replace("@page{margin:0}", ""), header: {} });
  await page.goto(at(pages.length - 1));
  assert.notEqual(await paper(true), await paper(false), "this way of looking would find none");
  pages.pop();
});

test("forced colours keep every control's edge, and nothing moves for those who want no motion", async () => {
  const page = await opened({ viewport: widths.phone, forcedColors: "active", reducedMotion: "reduce" });
  const moves = () => page.locator("main, main *").evaluateAll((all) => all.filter((e) => {
    const { transitionDuration, animationName } = getComputedStyle(e);
    return parseFloat(transitionDuration) > 0 || animationName !== "none";
  }).length);
  for (const n of of((p) => p.kind === "initial")) {
    await page.goto(at(n));
    await page.screenshot({ path: `${shots}/${pages[n].page}-forced-colors.png` });
    for (const [edge, ground, width] of await page.locator("button, .main a, .note, .initial, .sign").evaluateAll((all) =>
      all.map((e) => [getComputedStyle(e).borderTopColor, getComputedStyle(document.body).backgroundColor, getComputedStyle(e).borderTopWidth]))) {
      assert.ok(contrast(rgb(edge), rgb(ground)) >= 3 && parseFloat(width) >= 1, `${pages[n].page}: ${edge} on ${ground}`);
    }
    assert.equal(await moves(), 0, pages[n].page);
  }
  await page.emulateMedia({ reducedMotion: "no-preference" });
  await page.goto(at(of((p) => p.page === "live")[0]));
  assert.ok((await moves()) > 0, "something moves for the others, so this could fail");
});

test("the page of a link that is not complete says how to copy it, in light, in dark and from right to left", async () => {
  const page = await opened({ viewport: widths.phone });
  for (const [locale, title] of [["en", "This link is not complete"], ["ar", "هذا الرابط غير مكتمل"]]) {
    await page.goto(at(of((p) => p.page === "incomplete" && p.header["Content-Language"] === locale)[0]));
    assert.equal(await page.locator("h1").innerText(), title);
    assert.equal(await page.locator("button, a").count(), 0, "nobody would see what is asked for here");
    assert.equal(await page.evaluate(() => document.documentElement.dir), locale === "ar" ? "rtl" : "ltr");
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: `${shots}/incomplete-${locale}-${colorScheme}.png` });
      assert.deepEqual(await violations(page), [], `${locale}, ${colorScheme}`);
      const { bottom } = await page.locator("main > :last-child").evaluate((e) => e.getBoundingClientRect().toJSON());
      assert.ok(bottom <= widths.phone.height, `${locale}: what to do ends at ${bottom}`);
    }
  }
});

test("a link opens its invite whatever is glued to it, and one that was cut the page that says so", async () => {
  const row = await invite(address("glued"));
  const url = await link(row.email);
  const page = await open(browser, { locale: "de-DE" });
  for (const glued of ["/", ".", ")", "*", "を開く", "%20", "/?utm_source=mail"]) {
    assert.equal((await page.goto(url + glued)).status(), 200, glued);
    assert.ok((await page.locator("main").innerText()).includes(row.email), glued);
  }
  for (const cut of [url.slice(0, -1), `${url.slice(0, -30)}/`, `${url.slice(0, -1)}?ask=1`]) {
    assert.equal((await page.goto(cut)).status(), 410);
    await page.getByRole("heading", { name: "Dieser Link ist nicht vollständig" }).waitFor();
    assert.equal(await page.locator("form").count(), 0);
  }
  await page.goto(`${url}/を開く`);
  await page.locator("form button").click();
  await page.waitForURL((u) => u.searchParams.get("invite") === row.id);
  assert.equal((await api("GET", `/v1/invites/${row.id}`)).status, "accepted");
});

test("the page of the deployed stack is in the language of the invite", async () => {
  const made = [];
  for (const locale of languages) made.push([locale, await invite(address(`in-${locale}`), { locale })]);
  const page = await open(browser, { viewport: { width: 320, height: 640 } });
  for (const [locale, { email }] of made) {
    const response = await page.goto(await link(email));
    assert.equal(response.headers()["content-language"], locale);
    const { lang, dir } = await page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir }));
    const expected = pages.find((p) => p.header["Content-Language"] === locale).body.match(/dir="(\w+)"/)[1];
    assert.deepEqual([lang, dir], [locale, expected]);
    assert.equal(await sideways(page), false, locale);
    assert.ok((await page.locator("main").innerText()).includes(email));
  }
  assert.deepEqual(page.wrong, []);
});

test("who accepts where there is no set-up page is in, and shown the way to sign in", async () => {
  const settings = await api("GET", "/v1/settings", undefined, { as: "globex" });
  const [probe, row] = [await api("POST", "/v1/invites", { email: address("probe") }, { as: "globex" }), await api("POST", "/v1/invites", { email: address("in") }, { as: "globex" })];
  const [first, url] = [await link(probe.email), await link(row.email)];
  try {
    await api("PUT", "/v1/settings", { ...settings, setup_url: "" }, { as: "globex" });
    await until("the settings are known to who accepts", async () => (await fetch(first, { method: "POST", redirect: "manual" })).status === 200);
    const page = await open(browser, { viewport: widths.phone, javaScriptEnabled: false });
    await page.goto(url);
    await page.locator("form button").click();
    await page.getByRole("heading", { name: "You’re in" }).waitFor();
    assert.ok((await page.locator("main").innerText()).includes(row.email));
    await page.getByRole("link", { name: "Sign in" }).click();
    await page.waitForURL(settings.sign_in_url);
    assert.equal((await api("GET", `/v1/invites/${row.id}`, undefined, { as: "globex" })).status, "accepted");
    assert.deepEqual(page.wrong, []);
  } finally {
    await api("PUT", "/v1/settings", settings, { as: "globex" });
  }
});
