import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, api, invite, launch, mail, open, sideways, stack, tenant, until, violations } from "./stack.mjs";

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

// parts reads the mail as it was sent: its two parts decoded, and the bytes of all.
async function parts({ id }) {
  const raw = await (await fetch(`${stack.mailbox}api/messages/${id}/raw`)).text();
  const boundary = /boundary="?([^";\r\n]+)/.exec(raw)[1];
  const found = { bytes: raw.length };
  for (const part of raw.split(`--${boundary}`).slice(1, -1)) {
    const at = part.indexOf("\r\n\r\n");
    const [head, body] = [part.slice(0, at), part.slice(at + 4)];
    const decoded = /base64/i.test(head)
      ? Buffer.from(body, "base64")
      : Buffer.from(body.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1");
    found[/text\/html/i.test(head) ? "html" : "text"] = decoded.toString("utf8");
  }
  return found;
}

// read opens the mail's HTML as a mail program shows it: without script, and with
// nothing fetched but the mail itself.
async function read(message, { width, colorScheme = "light" }) {
  const page = await open(browser, { colorScheme, viewport: { width, height: 800 }, bypassCSP: true });
  page.fetched = [];
  page.on("request", (r) => page.fetched.push(r.url()));
  await page.goto(`${stack.mailbox}${message.id}/html`);
  return page;
}

const sent = {};
before(async () => {
  const plain = await invite(address("mail"), { name: "Mei Tanaka" });
  const long = await invite(`${"a-long-name".repeat(4)}-${address("mail")}`, { name: "Maximiliane Wolkenstein-Trostburg", locale: "de" });
  const right = await invite(address("right"), { name: "ليلى حداد", locale: "ar" });
  for (const [name, row] of [["in English", plain], ["long and in German", long], ["in Arabic", right]]) {
    sent[name] = { row, message: await mail(row.email) };
  }
});

test("the mail is read on a phone and on a desktop, in light and dark, and axe finds nothing", async () => {
  for (const [name, { message }] of Object.entries(sent)) {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [320, 390, 1000]) {
        const page = await read(message, { width, colorScheme });
        const where = `${name}, ${colorScheme}, ${width}`;
        assert.equal(await sideways(page), false, where);
        assert.deepEqual(await violations(page), [], where);
        const dark = colorScheme === "dark";
        const ground = (selector) => page.locator(selector).first().evaluate((e) => getComputedStyle(e).backgroundColor);
        assert.equal(await ground("body"), dark ? "rgb(17, 19, 23)" : "rgb(243, 244, 246)", where);
        assert.equal(await ground(".frame"), dark ? "rgb(17, 19, 23)" : "rgb(243, 244, 246)", where);
        assert.equal(await ground(".card table"), dark ? "rgb(28, 31, 36)" : "rgb(255, 255, 255)", where);
        assert.deepEqual([page.fetched, page.wrong], [[page.url()], []], `${where}: nothing is fetched`);
        await page.context().close();
      }
    }
  }
});

test("one button of a finger's size leads to the invite, and is as wide as a phone", async () => {
  for (const { message } of Object.values(sent)) {
    for (const width of [320, 390, 1000]) {
      const page = await read(message, { width });
      const button = page.locator(".edge a");
      assert.equal(await button.count(), 1);
      assert.equal(await page.locator("img, svg, video, [background]").count(), 0);
      const box = await button.boundingBox();
      assert.ok(box.height >= 44, `${box.height} pixels high`);
      assert.equal(box.width > width - 60, width < 480, `${box.width} wide on ${width}`);
      // Seen without scrolling, and in the tenant's colour.
      assert.ok(box.y + box.height < 640, `it ends at ${box.y + box.height}`);
      const { brand_color } = await api("GET", "/v1/settings");
      const [r, g, b] = brand_color.match(/\w\w/g).map((hex) => parseInt(hex, 16));
      assert.equal(await button.evaluate((e) => getComputedStyle(e).backgroundColor), `rgb(${r}, ${g}, ${b})`);
      assert.match(await button.getAttribute("href"), new RegExp(`^${stack.api}/i/[^/]+$`));
      await page.context().close();
    }
  }
});

test("it is small, Outlook's comments arrive, and both parts have the same link and facts", async () => {
  for (const [name, { row, message }] of Object.entries(sent)) {
    const { bytes, html, text } = await parts(message);
    assert.ok(bytes < 20_000, `${name}: ${bytes} bytes`);
    assert.ok(html.match(/<!--\[if mso/g).length >= 8 && html.match(/<!--\[if mso/g).length === html.match(/<!\[endif\]-->/g).length, name);
    const page = await read(message, { width: 1000 });
    const links = await page.locator("a").evaluateAll((all) => all.map((a) => a.href));
    assert.equal(links.length, 3);
    assert.equal(links[0], links[1], "button and plain link");
    for (const link of new Set(links)) assert.ok(text.split(/\r?\n/).includes(link), `${name}: ${link} is no line of\n${text}`);
    assert.deepEqual(message.links, [links[0], links[2]], "and there are no others");
    const shown = (await page.locator("body").innerText()).replace(/\s+/g, " ");
    const facts = [tenant("acme").name, row.invited_by.name, row.invited_by.email, row.role, row.email, row.name, "UTC"];
    for (const fact of facts) for (const part of [shown, text]) assert.ok(part.includes(fact), `${name}: ${fact} is missing in ${part}`);
    await page.context().close();
  }
});

test("its link opens the invite's page", async () => {
  const page = await read(sent["in English"].message, { width: 390 });
  const [opened] = await Promise.all([page.context().waitForEvent("page"), page.locator(".edge a").click()]);
  await until("the page is there", () => opened.locator("form button").count());
  assert.match(await opened.locator("main").innerText(), new RegExp(sent["in English"].row.email.replace(/[.+]/g, "\\$&")));
});
