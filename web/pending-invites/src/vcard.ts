// vCards of versions 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350), and calendars (RFC 5545).
import type { Gathering } from "./gathering.ts";
import { readList } from "./list.ts";
import { readRecord, type Fact } from "./records.ts";

interface Property {
  readonly name: string;
  readonly parameters: string;
  readonly value: string;
}

// readCards reads the cards in a text, and what stands between them as a list. It reports whether
// there was one.
export function readCards(written: string, gathering: Gathering): boolean {
  const lines = written.split(/\r\n|\r|\n/);
  const begins = (line: string) => /^\s*BEGIN:VCARD\s*$/i.test(line.slice(0, 100));
  if (!lines.some(begins)) return false;
  let card: string[] | undefined;
  let around: string[] = [];
  const flush = () => {
    readList(around.join("\n"), gathering);
    around = [];
    if (card) readCard(unfolded(card), gathering);
    card = undefined;
  };
  for (const line of lines) {
    if (begins(line)) {
      flush();
      card = [];
    } else if (/^\s*END:VCARD\s*$/i.test(line.slice(0, 100))) flush();
    else (card ?? around).push(line);
  }
  flush();
  return true;
}

// readEvents reads who is asked to a meeting, and what stands around it as a list. It reports
// whether anybody was. A room is shown and not invited.
export function readEvents(written: string, gathering: Gathering): boolean {
  const lines = written.split(/\r\n|\r|\n/);
  const asks = (line: string) => /^\s*(?:ATTENDEE|ORGANIZER)[;:]/.test(line.slice(0, 100));
  if (!lines.some(asks)) return false;
  const whole = lines.some((line) => /^\s*BEGIN:V(?:CALENDAR|EVENT)/.test(line.slice(0, 100)));
  for (const line of unfolded(lines)) {
    const { parameters = "", value = "" } = propertyOf(line) ?? {};
    const [, quoted, name = quoted ?? ""] = /(?:^|;)CN=(?:"([^"]*)"|([^;]*))/i.exec(parameters) ?? [];
    if (!asks(line)) {
      if (!/^\s*[A-Z][A-Z-]+[;:]/.test(line.slice(0, 100)) || (!whole && line.includes("@"))) readList(line, gathering);
    } else if (/(?:^|;)CUTYPE=R/i.test(parameters)) gathering.other(value.replace(/^mailto:/i, ""));
    else readRecord([{ meaning: "email", text: value }, { meaning: "name", text: name }], `${name} ${value}`.trim(), gathering);
  }
  return true;
}

// unfolded puts the lines of a property in one: a folded one goes on behind a blank, and one in
// quoted-printable behind a = at its end.
function unfolded(lines: readonly string[]): string[] {
  const whole: string[][] = [];
  let soft = false;
  for (const line of lines) {
    const last = whole.at(-1);
    if (last && soft) last.push(line.trimStart());
    else if (last && /^[ \t]/.test(line)) last.push(line.slice(1));
    else whole.push([line]);
    const property = whole.at(-1) ?? [];
    soft = line.endsWith("=") && /;(?:ENCODING=)?QUOTED-PRINTABLE/i.test((property[0] ?? "").slice(0, 200));
    if (soft) property[property.length - 1] = (property.at(-1) ?? "").slice(0, -1);
  }
  return whole.map((parts) => parts.join(""));
}

function readCard(lines: readonly string[], gathering: Gathering): void {
  const properties = lines.flatMap((line) => propertyOf(line) ?? []);
  const values = (name: string) => properties.filter((one) => one.name === name && one.value.trim());
  const mails = values("EMAIL").sort((one, other) => preference(one) - preference(other));
  const [family = "", given = "", middle = ""] = (values("N")[0]?.value ?? "").split(/(?<!\\);/).map(unescaped);
  const full = unescaped(values("FN")[0]?.value ?? "") || [given, middle, family].filter(Boolean).join(" ") || unescaped(values("ORG")[0]?.value ?? "");
  const facts: Fact[] = mails.map(({ value }) => ({ meaning: "email", text: unescaped(value) }));
  facts.push({ meaning: "name", text: full });
  for (const { value } of values("ROLE")) facts.push({ meaning: "role", text: unescaped(value) });
  readRecord(facts, full, gathering);
}

// propertyOf reads "item1.EMAIL;TYPE=WORK:jane@x.example"; a colon in quotes is a parameter's.
function propertyOf(line: string): Property | undefined {
  let quoted = false;
  let colon = 0;
  while (colon < line.length && (line[colon] !== ":" || quoted)) if (line[colon++] === '"') quoted = !quoted;
  if (colon === line.length) return undefined;
  const [name = "", ...parameters] = line.slice(0, colon).split(";");
  const read = parameters.join(";");
  const value = line.slice(colon + 1);
  return {
    name: name.slice(name.indexOf(".") + 1).trim().toUpperCase(),
    parameters: read,
    value: /QUOTED-PRINTABLE/i.test(read) ? unprinted(value, /CHARSET="?([\w-]+)/i.exec(read)?.[1] ?? "utf-8") : value,
  };
}

// preference orders addresses: PREF=1 of 4.0 first, the PREF of older versions like it.
function preference({ parameters }: Property): number {
  const pref = /(?:^|;)PREF="?(\d{1,3})/i.exec(parameters)?.[1];
  return pref ? Number(pref) : /\bPREF\b/i.test(parameters) ? 0 : 101;
}

function unescaped(value: string): string {
  return value.replace(/\\([nN,;:\\])/g, (_, sign: string) => (/n/i.test(sign) ? " " : sign)).trim();
}

function unprinted(value: string, charset: string): string {
  const bytes: number[] = [];
  for (let at = 0; at < value.length; at++) {
    const hex = value[at] === "=" ? value.slice(at + 1, at + 3) : "";
    if (/^[\da-f]{2}$/i.test(hex)) {
      bytes.push(parseInt(hex, 16));
      at += 2;
    } else bytes.push(...new TextEncoder().encode(value[at]));
  }
  try {
    return new TextDecoder(charset).decode(new Uint8Array(bytes));
  } catch {
    return value;
  }
}
