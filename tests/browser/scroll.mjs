// Scrolls <pending-invites> with 10,000 invites from end to end: `npm run scroll`, on a stack
// that is up. Prints what the frames and the page's tasks took, and fails where a task took
// more than 50 ms. It is no test of `npm test`, because on a busy machine any task may: how
// long a task had the processor tells the component's share. A frame may also be late where
// the browser's other threads had to wait.
// The list's answers are made here, since what is measured is the drawing.
import { part } from "./part.mjs";
import { address, invite, launch } from "./stack.mjs";

const total = 10_000;
const browser = await launch();
const one = await invite(address("scroll"));
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
await browser.startTracing(page, { categories: ["-*", "disabled-by-default-devtools.timeline"] });
const { rows, frames } = await page.evaluate(async () => {
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
  return { rows: document.querySelector("pending-invites").shadowRoot.querySelectorAll(".rows [role=row]").length, frames };
});
const { traceEvents } = JSON.parse(await browser.stopTracing());
await browser.close();

const thread = ({ pid, tid }) => `${pid} ${tid}`;
const pages = new Set(traceEvents.filter((e) => e.args?.name === "CrRendererMain").map(thread));
// Microseconds: dur by the clock, tdur on the processor. The task that ends the trace has none.
const tasks = traceEvents.filter((e) => e.name === "RunTask" && e.dur !== undefined && pages.has(thread(e)));
const took = tasks.map((e) => e.dur / 1000);
const worked = tasks.map((e) => (e.tdur ?? e.dur) / 1000);
const over = (times) => times.filter((ms) => ms > 50).length;
const longest = (times) => Math.round(Math.max(...times));
frames.sort((a, b) => a - b);
console.log(
  `${rows} rows, ${frames.length} frames: median ${Math.round(frames[frames.length / 2])} ms, longest ${longest(frames)}, ${over(frames)} over 50; ` +
    `${tasks.length} tasks: longest ${longest(took)} ms, ${over(took)} over 50; on the processor longest ${longest(worked)}, ${over(worked)} over 50`,
);
if (rows !== total || tasks.length === 0) {
  console.error(`nothing is proved: ${rows} of ${total} invites were there, and ${tasks.length} tasks were seen`);
  process.exitCode = 1;
} else if (over(took) > 0) {
  console.error(over(worked) > 0 ? "a task blocked the page for more than 50 ms" : "a task took more than 50 ms, but waited for the processor: try again on a quieter machine");
  process.exitCode = 1;
}
