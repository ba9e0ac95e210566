// Makes the pictures of docs/mail.md: `npm run mail-screenshots`, on a fresh stack.
import { fileURLToPath } from "node:url";
import { invite, launch, mail, open, stack } from "./stack.mjs";

const email = "mei.tanaka@example.com";
await invite(email, { name: "Mei Tanaka" }).catch(() => null); // she may be invited already
const { id } = await mail(email);

const browser = await launch();
for (const [name, width, colorScheme] of [["mail-phone", 390, "light"], ["mail-phone-dark", 390, "dark"], ["mail-desktop", 1000, "light"]]) {
  const page = await open(browser, { viewport: { width, height: 600 }, colorScheme });
  await page.goto(`${stack.mailbox}${id}/html`);
  await page.screenshot({ path: fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url)), fullPage: true });
}
await browser.close();
