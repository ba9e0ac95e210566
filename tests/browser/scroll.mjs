// Measures <pending-invites> with 10,000 invites: `npm run scroll`, on a stack that is up.
// The list's answers are made here, since what is measured is the drawing: frames that take
// longer than 50 ms while the list is scrolled from end to end, and its updates.
import { part } from "./part.mjs";
import { api, launch } from "./stack.mjs";

const total = 10_000;
const browser = await launch();
const [one] = (await api("GET", "/v1/invites?page_size=100")).invites;
if (!one) throw new Error("there is no invite to take for a pattern: make one first");
const invites = Array.from({ length: total }, (_, i) => ({
  ...one,
  id: `inv_${String(i).padStart(31, "0")}`,
  email: `person-${i}@example.com`,
  created_at: new Date(Date.now() - i * 1000).toISOString(),
}));
const shown = await part(browser, { wait: false });
const { page } = shown;
await page.route("**/v1/invites?*", (route) => {
  const query = new URL(route.request().url()).searchParams;
  const from = Number(query.get("page_token") ?? 0);
  const to = from + Number(query.get("page_size"));
  return route.fulfill({ json: { invites: invites.slice(from, to), next_page_token: to < total ? String(to) : null } });
});
await page.reload();
await shown.row("person-0@").waitFor();
await page.evaluate(async (total) => {
  const part = document.querySelector("pending-invites").shadowRoot;
  const rows = () => part.querySelectorAll(".rows [role=row]").length;
  while (rows() < total) {
    const before = rows();
    part.querySelector("[data-action=more]").click();
    while (rows() === before) await new Promise((done) => setTimeout(done, 5));
  }
}, total);
const measured = await page.evaluate(async () => {
  const tasks = [];
  new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
  const frames = [];
  const frame = () => new Promise(requestAnimationFrame);
  scrollTo(0, 0);
  await frame();
  const step = document.documentElement.scrollHeight / 300;
  for (let i = 0, last = performance.now(); i < 300; i++) {
    scrollBy(0, step);
    const now = await frame();
    frames.push(now - last);
    last = now;
  }
  await new Promise((done) => setTimeout(done, 200));
  frames.sort((a, b) => a - b);
  const at = (share) => Math.round(frames[Math.min(frames.length - 1, Math.floor(frames.length * share))]);
  return { rows: document.querySelector("pending-invites").shadowRoot.querySelectorAll(".rows [role=row]").length, frames: frames.length, median: at(0.5), p95: at(0.95), longest: at(1), tasksOver50ms: tasks.length, longestTask: Math.round(Math.max(0, ...tasks)) };
});
console.log(`scrolled end to end, milliseconds: ${JSON.stringify(measured)}`);
await browser.close();
