// Tells the story of the product in the pictures of the README: `npm run screenshots`, on a
// fresh stack.
import { fileURLToPath } from "node:url";
import { age, api, invite, invitesIn, launch, link, mail, open, signIn, stack, tenant, token, until } from "./stack.mjs";

const into = (name) => fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));
const phone = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1 };
const desktop = { viewport: { width: 1360, height: 1120 }, deviceScaleFactor: 1 };

const state = async (row) => api("GET", `/v1/invites/${row.id}`);
const delivered = (row, as = "delivered") => until(`${row.email} is ${as}`, async () => (await state(row)).delivery.status === as);
async function invited(email, name, ago, more = {}) {
  const row = await invite(email, { name, ...more });
  await delivered(row);
  if (ago) age(row.id, ago);
  return row;
}
const post = (url) => fetch(url, { method: "POST" }); // as the page's own button does

const browser = await launch();
const shots = [];
async function shoot(name, page, target = page, options = {}) {
  await page.evaluate(() => document.activeElement?.blur());
  await target.screenshot({ path: into(name), ...options });
  shots.push(name);
}
async function console(options, scene, row) {
  const page = await open(browser, options);
  await page.addInitScript((held) => Object.entries(held).forEach(([key, value]) => localStorage.setItem(key, value)), scene);
  await signIn(page);
  await page.getByRole("table", { name: "Active users" }).getByText(tenant("acme").admin.email).waitFor();
  await invitesIn(page).getByRole("button", { name: "Invite people" }).waitFor();
  if (row) await invitesIn(page).getByRole("row").filter({ hasText: row.email }).waitFor();
  await page.locator("#which").getByText(row ? row.email : "None is open").waitFor({ state: "attached" });
  return page;
}

// What a newcomer sees first.
let page = await console(desktop, {});
await shoot("newcomer", page);
await page.context().close();

// Everybody has a part in the story; who is invited last stands on top.
const noor = await invited("noor.haddad@example.com", "Noor Haddad", "26h");
await fetch(await link(noor.email), { method: "POST", redirect: "manual" }); // accepts, and leaves the set-up for later
const carla = await invited("carla.rossi@example.com", "Carla Rossi", "9d");
await post(`${await link(carla.email)}/ask`);
await invited("mei.tanaka@example.com", "Mei Tanaka", "8d");
await invited("priya.nair@gmial.com", "Priya Nair", "3h");
const jonas = await invited("jonas.weber@example.com", "Jonas Weber", "50m");
await fetch(`${stack.console}api/bounce`, { method: "POST", headers: { Authorization: `Bearer ${token("acme")}` }, body: JSON.stringify({ id: jonas.id }) });
await delivered(jonas, "bounced");
const tomas = await invited("tomas.ortega@example.com", "Tomás Ortega", "2d", { role: "admin" });
const superseded = await link(tomas.email);
await api("POST", `/v1/invites/${tomas.id}/resend`);
await delivered(tomas);
const ana = await invited("ana.silva@example.com", "Ana Silva", "20m");
const lea = await invited("lea.martin@example.com", "Léa Martin");

// The invitee: the mail, the live page, accepted and on to the product's set-up.
page = await open(browser, phone);
await page.goto(`${stack.mailbox}${(await mail(lea.email)).id}/html`);
await shoot("mail", page);
const leas = await link(lea.email);
await page.goto(leas);
await shoot("invitee", page);
await page.locator("form button").first().click();
await page.waitForURL(`${stack.product}/**`);
await shoot("set-up", page);
await page.goto(leas);
await shoot("already-accepted", page);
await page.goto(superseded);
await shoot("dead-link", page);
await page.context().close();

// The admin: Lea is Active by the event, and each row says what is up.
page = await console(desktop, { steps: "dismissed" }, ana);
await page.getByRole("table", { name: "Active users" }).getByRole("row").filter({ hasText: /Léa.*Active.*Finished/s }).waitFor();
await shoot("console", page);
await invitesIn(page).getByRole("tab", { name: /attention/i }).click();
await invitesIn(page).getByRole("row").filter({ hasText: jonas.email }).waitFor();
await invitesIn(page).getByRole("row").filter({ hasText: carla.email }).waitFor();
await shoot("needs-attention", page, page.getByRole("region", { name: "Invites", exact: true }));
await page.context().close();

// A list out of a sheet and a mail program, as the form has read it.
page = await console({ ...desktop, viewport: { width: 1360, height: 900 } }, { steps: "dismissed", panel: "closed" });
await invitesIn(page).getByRole("button", { name: "Invite people" }).click();
await invitesIn(page).getByLabel("Email addresses").fill("Jane Doe\tjane.doe@example.com\tadmin\nRick Roe\trick.roe@example.com\tmember\n• sofia.rossi@example.com\nJonas Weber");
await invitesIn(page).getByText(/^Not understood: 1/).waitFor();
await shoot("pasted", page, invitesIn(page).getByRole("form"));
await page.context().close();

page = await console({ ...phone, colorScheme: "dark" }, { steps: "dismissed", panel: "closed" }, ana);
await invitesIn(page).evaluate((part) => part.scrollIntoView());
await shoot("console-phone", page);
await browser.close();
process.stdout.write(`docs/images: ${shots.join(", ")}\n`);
