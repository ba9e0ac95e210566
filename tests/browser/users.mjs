// What the tests of the Users page share: who is shown there, and its panel.
import { open, signIn } from "./stack.mjs";

export const user = (page, email) => page.getByRole("table", { name: "Active users" }).getByRole("row").filter({ hasText: email });
export const panel = (page) => page.getByRole("complementary", { name: "On this machine only" });

// looked waits until the page has looked around once. Which users it shows then, only the
// newest or all, is the doing of the tests before.
export const looked = (page) => page.getByRole("table", { name: "Active users" }).getByRole("rowheader").first().waitFor();

// signedIn is a console that has looked around once.
export async function signedIn(browser, options, id = "acme") {
  const page = await open(browser, options);
  await signIn(page, id);
  await looked(page);
  return page;
}

// choose picks an invite for the panel's tools.
export async function choose(page, row) {
  await page.locator(`#which option[value="${row.id}"]`).waitFor({ state: "attached" });
  await page.getByLabel("Which invite").selectOption(row.id);
}

// press presses one of the tools and returns what it says came of it.
export async function press(page, button, said) {
  await panel(page).getByRole("button", { name: button, exact: true }).click();
  await page.waitForFunction((id) => !/^$|^Working/.test(document.getElementById(id).textContent), said);
  return page.locator(`#${said}`).innerText();
}
