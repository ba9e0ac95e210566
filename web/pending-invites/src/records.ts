// Records are people of whom each fact has a name: the rows of an export under their header, the
// objects of a JSON file, cards, lines like "Email: …".
import type { Gathering } from "./gathering.ts";
import { readList } from "./list.ts";
import { isHost, nameAmong, properName } from "./names.ts";
import { clean } from "./signs.ts";
import { meaningOf, type Meaning } from "./terms.ts";
import { Quotes, tokens, type Token } from "./tokens.ts";

export interface Fact {
  readonly meaning: Meaning | undefined;
  readonly text: string;
}

interface Cell {
  readonly start: number;
  readonly end: number;
}

// readRecord invites the person that some facts are about, at the first address of the best kind
// that holds one; written is what is refused where none does.
export function readRecord(facts: readonly Fact[], written: string, gathering: Gathering): void {
  const of = (...all: (Meaning | undefined)[]) => facts.filter(({ meaning }) => all.includes(meaning));
  const mails = of("email");
  const unknown = facts.filter(({ meaning, text }) => text.includes("@") && !["email", "login", "spare"].includes(meaning ?? ""));
  const read = [mails, of("login"), of("spare"), unknown].map((kind) => kind.map(({ text }) => addressesOf(text)));
  const kinds = mails.length > 0 ? read.slice(0, 3) : read;
  const bad = (kinds[0] ?? []).flatMap((one) => one.bad);
  const all = read.flat().flatMap(({ addresses }) => addresses);
  const [first] = bad.length > 0 && !kinds[0]?.some(({ addresses }) => addresses.length > 0) ? [] : kinds.flat().flatMap(({ addresses }) => addresses);
  for (const one of bad) gathering.refuse(one);
  for (const { token } of all) if (token !== first?.token) gathering.other(token.text);
  if (first) {
    const own = first.token.boxed ? mails.map(({ text }) => properName(text.slice(0, text.search(/[<([]/)))).find(Boolean) : "";
    const role = of("role").map(({ text }) => gathering.roles.get(text.trim().toLowerCase())).find(Boolean);
    gathering.invite(first.token, first.written, nameOf(of) || nameBeside(facts) || own, role);
  } else if (bad.length === 0) {
    const named = of("name", "first", "last", "shown", "email", "login");
    if ((named.length > 0 ? named : facts).some(({ text }) => /[\p{L}@]/u.test(text))) gathering.refuse(written);
  }
}

function addressesOf(text: string): { addresses: { token: Token; written: string }[]; bad: string[] } {
  if (!text.includes("@")) return { addresses: [], bad: isHost(text) ? [text] : [] };
  const doc = clean(text);
  const all = tokens(doc, new Set());
  const addresses = all.flatMap((token) => (token.kind === "address" ? { token, written: doc.written(token.start, token.end) } : []));
  const bad = all.flatMap(({ kind, start, end }) => (kind === "bad" && !/#EXT#@/i.test(doc.text.slice(start, end)) ? doc.written(start, end) : []));
  // "jane @x.example": all of it is to be mended.
  return { addresses, bad: bad.length > 0 && addresses.length === 0 && bad.every((one) => one.startsWith("@") || one.endsWith("@")) ? [text.trim()] : bad };
}

// nameOf puts a name together. "Name" beside a given name alone is the family's ("Nom, Prénom"),
// and the given one beside a family name alone ("Nome, Cognome").
function nameOf(of: (meaning: Meaning) => readonly Fact[]): string {
  const [name = "", first = "", last = "", shown = ""] = (["name", "first", "last", "shown"] as const).map((meaning) => of(meaning).map(({ text }) => properName(clean(text).text)).find(Boolean) ?? "");
  const has = (part: string) => name.split(" ").includes(part);
  if (name && (first ? last || has(first) : !last || has(last))) return name;
  const [given, family] = [first || name, last || name];
  if (given && family && given !== family) return /[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/.test(family) ? `${family} ${given}` : `${given} ${family}`;
  // A "user name" may be a person's.
  return given || family || shown || (of("login").map(({ text }) => (text.trim().includes(" ") ? properName(text) : "")).find(Boolean) ?? "");
}

// nameBeside is the name in a column whose title says nothing.
function nameBeside(facts: readonly Fact[]): string {
  const at = facts.findIndex(({ meaning }) => meaning === "email");
  const cells = facts.map(({ meaning, text }) => (meaning ? "" : text));
  return at < 0 ? "" : nameAmong(cells, at, facts[at]?.text ?? "");
}

// readTable reads a sheet with a header, which a few lines may stand before, and reports whether
// the text was one.
export function readTable(written: string, gathering: Gathering): boolean {
  const doc = clean(written);
  const header = headerIn(doc.text);
  if (!header) return false;
  const { titles, sign, start, end } = header;
  const above = doc.written(0, start);
  if (above.includes("@")) readList(above, gathering);
  const title = doc.text.slice(start, end).trim();
  for (const cells of rowsOf(doc.text, sign, end)) {
    const [first, last] = [cells[0], cells.at(-1)];
    if (!first || !last) continue;
    const row = doc.written(first.start, last.end);
    if (!row || row === title) continue;
    const facts = cells.map(({ start: from, end: to }, index) => ({ meaning: titles[index], text: unquoted(doc.written(from, to)) }));
    // A comma that is not in quotes moves what is behind it.
    const moved = !facts.some(({ meaning, text }) => meaning === "email" && text.includes("@")) && (cells.length > titles.length || facts.some(({ meaning, text }) => meaning === "name" && text.includes("@")));
    if (cells.length === 1 || moved) readList(row, gathering);
    else if (facts.some(({ text }) => /[\p{L}@]/u.test(text))) readRecord(facts, row, gathering);
  }
  return true;
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

interface Header {
  readonly titles: readonly (Meaning | undefined)[];
  readonly sign: string;
  readonly start: number;
  readonly end: number;
}

// headerIn is the first line, of those that a header may stand in, whose cells are titles, one of
// them an address's.
function headerIn(text: string): Header | undefined {
  let start = 0;
  for (let line = 0; line < 30 && start < text.length; line++) {
    const stop = text.indexOf("\n", start);
    const end = stop < 0 ? text.length : stop;
    const read = end - start < 8000 ? text.slice(start, end) : "";
    const headers = read.includes("@") ? [] : ["\t", ";", ",", "|"].flatMap((sign) => (read.includes(sign) ? { sign, titles: titlesOf(read, sign) } : []));
    const best = headers.reduce((one, other) => (known(other.titles) > known(one.titles) ? other : one), headers[0] ?? { sign: "", titles: [] });
    const next = text.slice(end + 1, end + 8000).trimStart().split("\n", 1)[0] ?? "";
    const addressed = best.titles.some((meaning) => meaning === "email" || meaning === "login" || meaning === "spare");
    if (addressed && (known(best.titles) > 1 || next.split(best.sign).length >= best.titles.length)) return { ...best, start, end };
    start = end + 1;
  }
  return undefined;
}

function titlesOf(line: string, sign: string): (Meaning | undefined)[] {
  const [cells = []] = rowsOf(line, sign, 0);
  return cells.map(({ start, end }) => columnMeaning(unquoted(line.slice(start, end).trim())));
}

// A column is called what a line is, save for "To" and its like.
function columnMeaning(title: string): Meaning | undefined {
  const meaning = meaningOf(title);
  return meaning === "line" ? undefined : meaning;
}

const known = (titles: readonly unknown[]) => titles.filter(Boolean).length;

// rowsOf are the cells of each line (RFC 4180, with any sign between). A quote that does not close
// at the end of a cell is part of the cell.
function* rowsOf(text: string, sign: string, from: number): Generator<Cell[]> {
  const quotes = new Quotes(text);
  let cells: Cell[] = [];
  let start = from;
  for (let at = from; at <= text.length; ) {
    let open = at;
    while (text[open] === " ") open++;
    if (text[open] === '"') {
      const close = quotes.end(open);
      if (close > 0) at = close + 1;
      else at = open + 1;
    }
    while (at < text.length && text[at] !== sign && text[at] !== "\n") at++;
    cells.push({ start, end: at });
    if (text[at] !== sign) {
      yield cells;
      cells = [];
    }
    at++;
    start = at;
  }
}

// readLabelled reads lines like "Name: …" and "Email: …", a person until a label comes again or a
// line is empty, and reports whether the text was made of them.
export function readLabelled(written: string, gathering: Gathering): boolean {
  const lines = clean(written).text.split("\n").map((line) => ({ line, fact: labelled(line) }));
  const has = (...all: Meaning[]) => lines.some(({ fact }) => fact?.meaning && all.includes(fact.meaning));
  if (!has("email") || !has("name", "first", "last", "shown")) return false;
  let facts: Fact[] = [];
  const flush = () => {
    if (facts.length > 0) readRecord(facts, facts.map(({ text }) => text).join(" "), gathering);
    facts = [];
  };
  for (const { line, fact } of lines) {
    if (!fact || facts.some(({ meaning }) => meaning && meaning !== "email" && meaning === fact.meaning)) flush();
    if (fact) facts.push(fact);
    else if (line.includes("@") || /^\s*\S+(?: \S+){0,3}\s*$/.test(line.slice(0, 200))) readList(line, gathering);
  }
  flush();
  return true;
}

// labelled is the fact in a line, with its marks (YAML, LDIF, a table of a mail) taken off.
function labelled(line: string): Fact | undefined {
  const sign = line.search(/[:=\t]/);
  const title = sign < 0 || sign > 60 ? "" : line.slice(0, sign);
  const meaning = title.includes("@") ? undefined : columnMeaning(title);
  if (meaning || (/^\s*[a-z]\w*$/i.test(title) && line[sign] === ":" && !line.includes("@"))) return { meaning, text: line.slice(sign).replace(/^[:=\t\s]+/, "").trim() };
  return undefined;
}
