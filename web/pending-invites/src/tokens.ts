// Tokens are what a list is made of: addresses, what was to be one, words, names in quotes, notes
// in brackets, and what stands between two people. A quote or bracket that is not closed is a
// sign like another, so that it swallows nobody.
import { addressIn, unspaced, type Found } from "./address.ts";
import type { Clean } from "./signs.ts";
import { isHost, isState, small, wordsOf } from "./names.ts";
import { ending, meaningOf, ties } from "./terms.ts";

export interface Token {
  // "between" is one of , ; | tab, line end or "and"; "colon" may follow a label or a name.
  readonly kind: "address" | "bad" | "word" | "quoted" | "note" | "between" | "colon";
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly found?: Found;
  // In brackets of its own, so that what stands before is its name.
  readonly boxed?: boolean;
}

const run = /[^\s,;|<>()[\]{}":]+/y;
const link = /[^\s<>"]+/y;
const scheme = /^[a-z][a-z\d+.-]{1,15}$/i;
const spelledAt = /[[({<]\s{0,3}(?:at|ät|@|arroba|chez)\s{0,3}[\])}>]/iy;
// jane at x dot example
const spelledOut = /[\w.+-]{1,64} at (?:[\w-]{1,63} dot ){1,4}[a-z]{2,63}(?![\w@])/iy;
// Exchange's own: /o=Acme/ou=Exchange Administrative Group/cn=Recipients/cn=jane
const distinguished = /\/o=[^;,<>"\n]{1,300}/iy;
// Two addresses that only a sign stands between, or a word of a script without spaces.
const signsBetween = new RegExp(`[/|&=。…·•・→+]|(?<=\\.[a-z]{2,63})[${unspaced}]{1,20}(?=[\\w.+-]{1,64}@)`, "iu");
// {jane,rick}@x.example, and <jane doe@x.example>.
const braced = /\{[^{}<>@\n]{1,200}\}@[^\s,;<>]{0,300}/y;
const spaced = /<([^<>@,;:"()\n]{0,100}@[^<>@,;:"()\n]{0,300})>/y;
// jane@[192.0.2.1]
const literal = /\[[^[\]\s]{0,60}\]/y;
const closer: Record<string, string> = { "<": ">", "(": ")", "[": "]", "{": "}" };

// tokens are those of a text, torn addresses in one piece.
export function tokens(doc: Clean, roles: ReadonlySet<string>): Token[] {
  return parted(joined(lexed(doc.text), doc.text, roles), roles);
}

function lexed(text: string): Token[] {
  const found: Token[] = [];
  const whole = text.trim();
  const quotes = new Quotes(text);
  const add = (kind: Token["kind"], start: number, end: number, more?: Partial<Token>) => {
    found.push({ kind, start, end, text: text.slice(start, end), ...more });
    return end;
  };

  const bracket = (start: number): number => {
    spelledAt.lastIndex = start;
    if (spelledAt.test(text)) return add("bad", start, spelledAt.lastIndex);
    const open = text[start] ?? "";
    const torn = open === "{" ? braced : spaced;
    torn.lastIndex = start;
    const [all, content = ""] = ("{<".includes(open) && torn.exec(text)) || [];
    if (all && (open === "{" || /\s/.test(content.trim()))) return add("bad", start, torn.lastIndex, content ? { text: content.trim(), boxed: true } : {});
    let end = start + 1;
    while (end < text.length && end - start < 200 && !'<>()[]{}"\n@'.includes(text[end] ?? "")) end++;
    const inside = text.slice(start + 1, end).trim();
    if (open === "{" || text[end] !== closer[open]) return start + 1;
    if (!inside) return open === "<" ? add("bad", start, end + 1) : end + 1;
    if (isHost(inside)) add("bad", start, end + 1, { text: inside, boxed: true });
    else if (open === "<" && !/^(?:\/(?!o=)|!)|:\/\//i.test(inside) && (found.at(-1)?.kind !== "address" || inside.includes("."))) add("bad", start, end + 1, { text: inside, boxed: true });
    else if (open === "[" && text[end + 1] === "(") add("quoted", start + 1, end);
    else add("note", start + 1, end);
    return end + 1;
  };

  const word = (start: number): number => {
    for (const other of [spelledOut, distinguished]) {
      other.lastIndex = start;
      if (other.test(text)) return add("bad", start, other.lastIndex);
    }
    run.lastIndex = start;
    if (!run.test(text)) return start + 1;
    let end = run.lastIndex;
    literal.lastIndex = end;
    if (text[end - 1] === "@" && literal.test(text)) end = literal.lastIndex;
    const read = text.slice(start, end);
    if (/^www\./i.test(read)) return add("note", start, end);
    if (text.startsWith("://", end) && scheme.test(read)) {
      link.lastIndex = start;
      link.test(text);
      return add("note", start, link.lastIndex);
    }
    // "b)" of a list.
    if (read.length === 1 && text[end] === ")" && text[start - 1] !== "(") return end;
    if (!read.includes("@")) {
      const tie = ties.has(read) && "address bad note between".includes(found.at(-1)?.kind ?? "between");
      return add(tie ? "between" : "word", start, end);
    }
    const label = read.indexOf("=") + 1;
    const from = label > 1 && (meaningOf(read.slice(0, label)) || /mail=$/i.test(read.slice(0, label))) ? start + label : start;
    const all = addressesIn(text.slice(from, end), read === whole);
    const boxed = isBoxed(text, start);
    if (!all) return add("bad", start, end, { boxed });
    all.forEach((one, index) => {
      if (index > 0) add("between", end, end);
      if (one.before && !one.before.includes("。")) found.push({ kind: "word", start, end: start + one.before.length, text: one.before });
      add("address", all.length > 1 ? end : from, end, { text: one.email, found: one, boxed });
    });
    return end;
  };

  // The end of a cell of several lines.
  let cell = 0;
  for (let at = 0; at < text.length; ) {
    const sign = text[at] ?? "";
    if (sign === " " || (sign === "\n" && at < cell)) at++;
    else if ("\n\t,;|".includes(sign)) at = add("between", at, at + 1);
    else if (sign === ":" && /\d:\d/.test(text.slice(at - 1, at + 2))) at++;
    else if (sign === ":") at = add("colon", at, at + 1);
    else if (sign === '"') {
      const end = quotes.end(at);
      const inside = text.slice(at + 1, end);
      if (end > 0 && (text[at - 1] === "\t" || text[end + 1] === "\t")) cell = end;
      if (end < 0 || inside.includes("@") || !inside.trim()) at++;
      else if (text[end + 1] === "@") {
        run.lastIndex = end + 1;
        run.test(text);
        at = add("bad", at, run.lastIndex);
      } else {
        add("quoted", at + 1, end);
        at = end + 1;
      }
    } else at = sign in closer ? bracket(at) : word(at);
  }
  return found;
}

// Quotes finds the ends of quotes: one opens at the beginning of a piece and closes at the end of
// one. Where another opens before, the first was a sign by itself (6", a forgotten one).
export class Quotes {
  // From here on none closes.
  private none = Infinity;
  constructor(private readonly text: string) {}

  // end is the place of the quote that closes the one at start, or -1.
  end(start: number): number {
    const { text } = this;
    if (!this.opens(start) || start >= this.none) return -1;
    for (let at = start + 1; (at = text.indexOf('"', at)) >= 0; at++) {
      if (text[at + 1] === '"' && at > start + 1) at++;
      else if (at + 1 === text.length || " \n\t,;|:<>)]}@".includes(text[at + 1] ?? "")) return at;
      else if (this.opens(at)) return -1;
    }
    this.none = start;
    return -1;
  }

  private opens(at: number): boolean {
    return at === 0 || " \n\t,;|:<([{=".includes(this.text[at - 1] ?? "");
  }
}

function isBoxed(text: string, start: number): boolean {
  let before = start - 1;
  while (before >= 0 && " '\"".includes(text[before] ?? "")) before--;
  return "<([".includes(text[before] ?? "-");
}

// addressesIn are those of a word with an @ in it: all that it holds, or undefined.
function addressesIn(word: string, alone: boolean): Found[] | undefined {
  const parts = word.indexOf("@") === word.lastIndexOf("@") ? [word] : word.length > 2000 ? [] : word.split(signsBetween).filter(Boolean);
  const all = parts.map((part) => addressIn(part, alone && parts.length === 1));
  return all.length > 0 && all.every((one) => one !== undefined) ? all : undefined;
}

// joined puts in one what was to be one address: jane@acme.co,⏎uk · jane@firma.com,pl · jane@acme.co uk ·
// jane. doe@x.example. It is refused, since a part of it is somebody else's address.
function joined(all: readonly Token[], text: string, roles: ReadonlySet<string>): Token[] {
  const result: Token[] = [];
  for (let at = 0; at < all.length; at++) {
    const token = all[at] as Token;
    const end = token.kind === "address" || (token.kind === "bad" && token.text.includes("@")) ? endOfTorn(all, at, text, roles) : at;
    const before = result.at(-1);
    if (token.kind === "address" && before && isTornBefore(before, token, text, result.at(-2))) {
      result.pop();
      result.push(bad(text, before, all[end] as Token));
    } else result.push(end > at ? bad(text, token, all[end] as Token) : token);
    at = end;
  }
  return result;
}

// parted puts a separator where the name of the next one follows an address that has its own, and
// before an address that a word ties to somebody without one.
function parted(all: readonly Token[], roles: ReadonlySet<string>): Token[] {
  const result: Token[] = [];
  let named = false;
  all.forEach((token, at) => {
    const next = all[at + 1];
    const tie = token.kind === "word" && ties.has(token.text) && next?.kind === "address" && !next.boxed;
    result.push(tie ? { ...token, kind: "between" } : token);
    if (token.kind === "between" || tie) named = false;
    else if (token.kind === "word" || token.kind === "quoted") named = true;
    const name = next && (next.kind === "quoted" || next.kind === "word") && /\p{L}/u.test(next.text) && small(wordsOf(next.text).slice(0, 1)) === 0 && !isState(next.text) && !roles.has(next.text.toLowerCase());
    const address = token.kind === "note" && next?.kind === "address" && !next.boxed && all[at - 1]?.kind === "address";
    if ((token.boxed && named && name) || address) {
      result.push({ kind: "between", start: token.end, end: token.end, text: "" });
      named = false;
    }
  });
  return result;
}

function bad(text: string, first: Token, last: Token): Token {
  return { kind: "bad", start: first.start, end: last.end, text: text.slice(first.start, last.end) };
}

// endOfTorn is the place of the last part of an address that begins at a place.
function endOfTorn(all: readonly Token[], at: number, text: string, roles: ReadonlySet<string>): number {
  const token = all[at] as Token;
  if (token.boxed && ">)]".includes(text[token.end] ?? "-")) return at;
  let next = at + 1;
  const glued = all[next]?.text === "," && all[next]?.start === token.end && all[next + 1]?.start === all[next]?.end;
  if (all[next]?.text === ",") next++;
  const lineEnd = next;
  while (all[next]?.text === "\n" && next - lineEnd < 4) next++;
  const rest = all[next];
  if (rest?.kind !== "word" || rest.text.length > 63 || (all[next + 1] && all[next + 1]?.kind !== "between") || roles.has(rest.text.toLowerCase())) return at;
  if (next > lineEnd) {
    return ending.test(rest.text.charAt(0).toLowerCase() + rest.text.slice(1)) ? next : at;
  }
  if (!glued && (ties.has(rest.text) || (next > at + 1 && isState(rest.text)))) return at;
  return ending.test(rest.text) || (token.kind === "bad" && /^[a-z\d-]*\.?[a-z.]+$/.test(rest.text) && !/\.[a-z]+$/.test(token.text)) ? next : at;
}

// isTornBefore reports whether a word is the beginning of the address behind it.
function isTornBefore(word: Token, address: Token, text: string, before: Token | undefined): boolean {
  if (word.kind !== "word" || address.boxed || (before && before.kind !== "between")) return false;
  const sign = text[address.start] ?? "";
  if (/[-.+_]/.test(sign) && word.text === word.text.toLowerCase() && word.text !== word.text.toUpperCase()) return true;
  if (!/^[\w.+-]+[.+_-]$/.test(word.text) || !/[a-z]/i.test(word.text)) return false;
  return !/^(?:[a-z]|dr|mrs?|ms|mme|prof|herr|frau|sra?|no|nr|ing|dipl|etc|[ivx]+)\.$/i.test(word.text) || /^[j-z]\.$/.test(word.text);
}
