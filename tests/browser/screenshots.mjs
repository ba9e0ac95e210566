// Makes the pictures of the README: `npm run screenshots`, on a fresh stack.
import { fileURLToPath } from "node:url";
import { address, age, api, invite, launch, link, open, signIn, stack, until } from "./stack.mjs";

const into = (name) => fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));
const browser = await launch();
const phone = { viewport: { width: 390, height: 780 }, deviceScaleFactor: 1 };

const people = [["Ana Silva", "ana.silva"], ["Tomás Ortega", "tomas"], ["Mei Tanaka", "mei.tanaka"], ["Jonas Weber", "jonas.weber"]];
const made = [];
for (const [name, box] of people) {
  const email = address(box).replace(/-\w+@/, "@");
  made.push(await invite(email, { name }).catch(() => null));
}
const rows = (await api("GET", "/v1/invites?page_size=100")).invites;
const at = (box) => rows.find((r) => r.email.startsWith(box));
await link(at("tomas").email);
if (at("tomas").send_count < 2) await api("POST", `/v1/invites/${at("tomas").id}/resend`);
await link(at("jonas.weber").email);
if (at("jonas.weber").status === "pending") age(at("jonas.weber").id, "8d");
const live = await link(at("ana.silva").email);

let page = await open(browser, { viewport: { width: 1200, height: 900 } });
await signIn(page);
await page.locator("#rows tr").first().waitFor();
await until("the mails have left", async () => {
  await page.getByRole("button", { name: "Refresh" }).click();
  return !/queued|sending/i.test(await page.locator("#rows").innerText());
});
await page.screenshot({ path: into("console") });

page = await open(browser, phone);
await page.goto(live);
await page.screenshot({ path: into("invitee") });
await page.goto(`${stack.api}/i/none`);
await page.screenshot({ path: into("dead-link") });

const listed = await (await fetch(`${stack.mailbox}api/messages?to=${encodeURIComponent(at("ana.silva").email)}`)).json();
const mail = (listed.messages ?? listed)[0];
page = await open(browser, { viewport: { width: 390, height: 780 } });
await page.goto(`${stack.mailbox}${mail.id}/html`);
await page.screenshot({ path: into("mail") });
await browser.close();
