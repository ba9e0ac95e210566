// People in JSON, as an API, an export or a program prints them.
import type { Gathering } from "./gathering.ts";
import { readList } from "./list.ts";
import { isName, small, wordsOf } from "./names.ts";
import { readRecord, type Fact } from "./records.ts";
import { meaningOf } from "./terms.ts";

// deepest bounds how far objects are looked into.
const deepest = 12;

// readJSON reads a JSON text, lines of JSON or Python's way to write the same, and reports whether
// the text was one.
export function readJSON(written: string, gathering: Gathering): boolean {
  const text = written.trim();
  if (!/^[[{]/.test(text)) return false;
  const value = parsed(text) ?? parsed(`[${text.split("\n").filter((line) => line.trim()).join(",")}]`) ?? parsed(doubleQuoted(text));
  if (typeof value !== "object") return false;
  visit(value, gathering, 0);
  return true;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function doubleQuoted(text: string): string {
  return text
    .replace(/'((?:[^'\\\n]|\\.)*)'/g, (_, inside: string) => JSON.stringify(inside))
    .replace(/\b(?:None|True|False)\b/g, (word) => (word === "None" ? "null" : word.toLowerCase()));
}

// visit reads the people in a value: an object is one where it holds facts of a person.
function visit(value: unknown, gathering: Gathering, depth: number): void {
  if (depth > deepest || value === null) return;
  if (typeof value === "string") return readList(value, gathering);
  if (typeof value !== "object") return;
  if (Array.isArray(value)) {
    for (const one of value) visit(one, gathering, depth + 1);
    return;
  }
  const entries = Object.entries(value);
  const addressed = entries.every(([key]) => key.includes("@"));
  if (entries.length > 0 && (addressed || entries.every(([key, one]) => isName(key) && small(wordsOf(key)) === 0 && typeof one === "string" && one.includes("@")))) {
    for (const [key, one] of entries) {
      const text = typeof one === "string" ? one : "";
      readRecord(addressed ? [{ meaning: "email", text: key }, { meaning: gathering.roles.has(text.toLowerCase()) ? "role" : "name", text }] : [{ meaning: "name", text: key }, { meaning: "email", text }], key, gathering);
    }
    return;
  }
  const facts: Fact[] = [];
  const apart: unknown[] = [];
  collect(value as Record<string, unknown>, facts, apart, depth);
  const people = facts.some(({ meaning, text }) => text.includes("@") || (meaning === "email" && text));
  const named = facts.filter(({ meaning }) => meaning === "name" || meaning === "first" || meaning === "last");
  if (people || (named.length > 0 && apart.length === 0)) readRecord(facts, named.map(({ text }) => text).join(" "), gathering);
  for (const one of apart) visit(one, gathering, depth + 1);
}

// collect takes the facts of an object and of those in it (SCIM's name, a profile), and lays apart
// what are people of their own.
function collect(object: Record<string, unknown>, facts: Fact[], apart: unknown[], depth: number): void {
  const inner = Object.values(object).filter((value) => isObject(value) && Object.values(value).some((one) => typeof one === "string" && one.includes("@")));
  for (const [key, value] of Object.entries(object)) {
    const meaning = meaningOf(key);
    if (typeof value === "string") facts.push({ meaning, text: value });
    else if (Array.isArray(value) && (meaning === "email" || meaning === "spare")) facts.push(...mails(value).map((text) => ({ meaning, text })));
    else if (Array.isArray(value) || inner.length > 1) {
      if (value && typeof value === "object") apart.push(value);
    } else if (isObject(value) && depth < deepest) collect(value, facts, apart, depth + 1);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// mails are the addresses of one person, the primary one first (RFC 7643 4.1.2).
function mails(values: readonly unknown[]): string[] {
  const all = values.flatMap((value) => {
    const { value: text = "", email = text, primary } = (typeof value === "string" ? { value } : (value ?? {})) as { value?: unknown; email?: unknown; primary?: unknown };
    return typeof email === "string" ? { text: email, primary: primary === true } : [];
  });
  return [...all.filter(({ primary }) => primary), ...all.filter(({ primary }) => !primary)].map(({ text }) => text);
}
