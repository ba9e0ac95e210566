// Small things that every part of the page needs.
import { now } from "./clock.js";

export const $ = (id) => document.getElementById(id);

// element makes one. Text goes in as text: nothing that a name or an address holds becomes
// markup.
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// write changes a text where it differs, so that nobody is told the same twice.
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

// keyed makes the children of a list those of the items, in their order. A child that is
// there already stays and is only updated; one that holds the focus stays until it has lost it.
export function keyed(list, items, key, make, update) {
  const have = new Map([...list.children].map((node) => [node.dataset.key, node]));
  let before = null;
  for (const item of items) {
    const name = key(item);
    const node = have.get(name) ?? make(item);
    have.delete(name);
    node.dataset.key = name;
    update(node, item);
    const place = before ? before.nextElementSibling : list.firstElementChild;
    if (node !== place) list.insertBefore(node, place);
    before = node;
  }
  for (const node of have.values()) if (!node.contains(document.activeElement)) node.remove();
}

const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

// moment keeps a time element relative, with the exact time on hover.
export function moment(node, at) {
  const when = new Date(at);
  if (node.dateTime !== at) {
    node.dateTime = at;
    node.title = exact.format(when);
  }
  write(node, fromNow(when));
}

function fromNow(at) {
  const seconds = (at - now()) / 1000;
  for (const [unit, size] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.round(seconds / size), unit);
  }
  return "just now";
}
