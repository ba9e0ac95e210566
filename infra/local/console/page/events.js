// What the product's backend heard from the bus.
import { $, element, keyed, write } from "./dom.js";

const shown = 6;

const effects = {
  activated: "made a user Active",
  deactivated: "took a user away",
  noted: "noted",
  older: "ignored: older than what was known",
  repeated: "ignored: came before",
};

export function showEvents(events) {
  $("events-none").hidden = events.length > 0;
  // An event that came twice is two lines.
  const seen = {};
  const lines = [...events].reverse().map((event) => ({ ...event, line: `${event.id} ${(seen[event.id] = (seen[event.id] ?? 0) + 1)}` }));
  keyed($("events"), lines.reverse().slice(0, shown), (event) => event.line, make, () => {});
}

export function forgetEvents() {
  $("events").replaceChildren();
}

function make(event) {
  const row = element("li", {}, element("code", {}, event.type), element("span", { class: "soft line" }));
  write(row.lastElementChild, `${event.email || "the tenant"} · version ${event.version} · ${effects[event.effect] ?? event.effect}`);
  if (event.effect === "activated" || event.effect === "deactivated") row.classList.add("tells");
  return row;
}
