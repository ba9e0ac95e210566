// Lines are how a list is laid out: what stands between two separators, and what of it is a label,
// a heading or a number in front.
import { sameAs } from "./address.ts";
import { isCourtesy, isHost, isPhrase, isState, small, wordsOf } from "./names.ts";
import type { Clean } from "./signs.ts";
import { meaningOf } from "./terms.ts";
import type { Token } from "./tokens.ts";

// Piece is what stands between two separators.
export interface Piece {
  readonly tokens: readonly Token[];
  readonly text: string;
  readonly addresses: readonly Token[];
  readonly bad: readonly Token[];
  // Words and names in quotes.
  readonly words: readonly Token[];
  // The separator before it, and as it is written with the blanks behind.
  readonly before: Token | undefined;
  readonly between: string;
}

export interface Line {
  readonly pieces: readonly Piece[];
  readonly tabs: boolean;
  readonly semicolons: boolean;
  // A line that is called something else than people: a subject, a date, a heading.
  readonly aside: boolean;
  // The sign that it ends with: "… wrote:", "Hi Jane,".
  readonly ended: string;
}

export function isText(piece: Piece): boolean {
  return piece.addresses.length + piece.bad.length === 0 && piece.words.length > 0 && !hostIn(piece.words);
}

export function isTitle(piece: Piece): boolean {
  return meaningOf(piece.text) !== undefined;
}

// isPerson reports whether a piece without an address was to be somebody: no title, telephone
// number, role or sentence.
export function isPerson({ text, words, bad }: Piece): boolean {
  if (bad.length > 0) return true;
  const said = wordsOf(text).filter((word) => !/^[AP]M$/i.test(word));
  if (said.length === 0 || words.length === 0 || (said.length > 5 && (small(said) > 0 || said.length > 8)) || isState(text) || meaningOf(text)) return false;
  if (/:$/.test(text) || (/[!?]$/.test(text) && (said.length < 2 || small(said) > 0)) || isPhrase(text) || (said.length > 2 && 2 * small(said) >= said.length)) return false;
  return !isCourtesy(said[0]) || (said.length > 1 && small(said) === 0 && !/[,.]$/.test(text));
}

export function hostIn(words: readonly Token[]): boolean {
  return words.some(({ text, kind }) => kind === "word" && isHost(text));
}

export function written(doc: Clean, { tokens: all }: Piece): string {
  // Without a list mark.
  const [first, last] = [all.find(({ kind, text }) => kind !== "word" || /[\p{L}\p{N}]/u.test(text)), all.at(-1)];
  if (!first || !last) return "";
  // With the bracket behind, where it began within.
  const open = "<([{".indexOf(/[<([{][^<([{]*$/.exec(doc.text.slice(first.start, last.end))?.[0][0] ?? "-");
  return doc.written(first.start, doc.text[last.end] === ">)]}"[open] ? last.end + 1 : last.end);
}

// phrase is what some tokens say behind a colon, with the signs between them, up to a dash.
export function phrase(doc: Clean, all: readonly Token[]): string {
  let said = "";
  let end = -1;
  const colon = all.findLastIndex(({ kind }) => kind === "colon");
  for (const token of colon + 1 < all.length ? all.slice(colon + 1) : all) {
    const handle = token.kind === "bad" && !said && /^@\p{L}/u.test(token.text);
    if (/^\S*=$/.test(token.text) && (token.text.length > 1 || small(wordsOf(said)) === wordsOf(said).length)) {
      // ADMIN_EMAIL="…", authors = […]
      said = "";
      end = -1;
    } else if (token.kind === "colon" || (said && /^[-–—>|•·=→]+$/.test(token.text))) {
      if (said) break;
    } else if (token.kind === "word" || token.kind === "quoted" || handle) {
      const gap = end < 0 ? "" : doc.text.slice(end, token.start);
      said += (/[(@<[]/.test(gap) ? " " : gap) + token.text.replace(/^@/, "");
      end = token.end;
    } else if (token.kind === "note") end = end < 0 ? end : Math.max(end, token.end);
  }
  return said.trim();
}

// linesOf are the lines of a text that hold something.
export function linesOf(doc: Clean, all: readonly Token[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (let at = 0; at <= all.length; at++) {
    if (at < all.length && all[at]?.text !== "\n") continue;
    const line = lineOf(doc, all.slice(start, at));
    if (line.pieces.length > 0) lines.push(line);
    start = at + 1;
  }
  return lines;
}

export function lineOf(doc: Clean, all: readonly Token[]): Line {
  const { rest, aside } = unlabelled(all, doc);
  const tabs = rest.some(({ text }, index) => text === "\t" && index > 0);
  // A comma with a blank is in a name where another sign is between the cells.
  const named = rest.some(({ text, end }, index) => text === ";" || (text === "," && rest[index + 1]?.start === end));
  const semicolons = rest.some(({ text }) => text === ";");
  const pieces: Piece[] = [];
  let start = 0;
  for (let at = 0; at <= rest.length; at++) {
    const token = rest[at];
    if (token && (token.kind !== "between" || (tabs && token.text !== "\t"))) continue;
    const piece = pieceOf(doc, rest.slice(start, at), rest[start - 1]);
    const last = pieces.at(-1);
    if (last && piece && named && isFamily(last, piece)) pieces[pieces.length - 1] = pieceOf(doc, [...last.tokens, ...piece.tokens], last.before) ?? piece;
    else if (piece) pieces.push(piece);
    start = at + 1;
  }
  return { pieces, tabs: tabs && pieces.length > 1, semicolons, aside, ended: doc.text[(all.at(-1)?.end ?? 0) - 1] ?? "" };
}

// isFamily reports whether two pieces are a family name and a given one: "van der Berg, Jan".
function isFamily(one: Piece, two: Piece): boolean {
  return two.between.startsWith(", ") && isText(one) && isText(two) && (one.words.length === 1 || two.words.length === 1) && one.tokens.length + two.tokens.length < 7;
}

function pieceOf(doc: Clean, all: readonly Token[], between: Token | undefined): Piece | undefined {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || all.every(({ kind, text }) => (kind === "word" || kind === "note") && !/\p{L}/u.test(text))) return undefined;
  return {
    tokens: all,
    text: doc.text.slice(first.start, last.end),
    addresses: [...new Map(all.flatMap((one) => (one.kind === "address" ? [[one.text, one] as const] : [])).reverse()).values()].reverse(),
    bad: all.filter(({ kind }) => kind === "bad"),
    words: all.filter(({ kind, text }) => (kind === "word" || kind === "quoted") && /\p{L}/u.test(text)),
    before: between,
    between: between ? doc.text.slice(between.start, first.start) : "",
  };
}

// unlabelled drops what a line or a part of it is called: "To:", "E-mail:", and "Team:" where
// several follow.
function unlabelled(all: readonly Token[], doc: Clean): { rest: readonly Token[]; aside: boolean } {
  const lastColon = all.findLast(({ kind }) => kind === "colon");
  if (!lastColon) return { rest: all, aside: false };
  const addressed = all.some(({ kind }) => kind === "address" || kind === "bad");
  const behind = new Set(all.flatMap(({ found, start }) => (found && start > lastColon.start ? sameAs(found.email) : [])));
  let rest: Token[] = [];
  let aside = !addressed && all.at(-1) === lastColon;
  let since = 0;
  for (const token of all) {
    if (token.kind === "colon") {
      const meaning = labelBefore(rest, since, token, doc, addressed);
      if (meaning) rest.length -= meaning.words;
      else if (token === lastColon && behind.size > 1) rest = rest.slice(0, since);
      else rest.push(token);
      if (meaning?.aside) aside = true;
    } else rest.push(token);
    if (token.kind === "colon" || token.kind === "between") since = rest.length;
  }
  return { rest, aside };
}

// labelBefore counts the words of a label before a colon.
function labelBefore(before: readonly Token[], since: number, colon: Token, doc: Clean, addressed: boolean): { words: number; aside: boolean } | undefined {
  for (let words = Math.min(4, before.length - since); words > 0; words--) {
    const meaning = meaningOf(doc.text.slice(before[before.length - words]?.start, colon.start));
    if (meaning) return { words, aside: meaning === "machine" || (meaning === "matter" && !addressed) };
  }
  return undefined;
}

// isTable reports whether lines without tabs are the rows of a sheet: several cells in each,
// with the address in the same place.
export function isTable(lines: readonly Line[]): boolean {
  const place = ({ pieces }: Line) => pieces.findIndex(({ addresses }) => addresses.length > 0);
  const at = lines[0] ? place(lines[0]) : -1;
  return (
    lines.length > 1 && at >= 0 &&
    lines.every((line) => line.pieces.length > 1 && place(line) === at && !line.pieces.some(({ addresses, words }) => addresses.length > 0 && words.length > 0))
  );
}

// takesTurns reports whether names and addresses stand on lines of their own, one after another.
export function takesTurns(lines: readonly Line[]): boolean {
  return (
    lines.length > 3 && lines.length % 2 === 0 &&
    lines.every(({ pieces: [one, ...more] }, index) => one && more.length === 0 && (index % 2 === 0 ? isText(one) : one.addresses.length === 1 && one.words.length === 0))
  );
}

// unnumbered takes the number off addresses that are counted: "1.jane@x.example", "2.rick@…".
export function unnumbered(all: readonly Token[]): readonly Token[] {
  const counted = /^(\d{1,4})[._-](?=\w)/;
  const first = all.filter(({ kind }, index) => kind === "address" && (index === 0 || all[index - 1]?.text === "\n"));
  if (first.length < 2 || !first.every(({ text }, index) => Number(counted.exec(text)?.[1]) === index + 1)) return all;
  const counts = new Set(first);
  return all.map((token) => {
    const { found } = token;
    if (!counts.has(token) || !found) return token;
    const email = token.text.replace(counted, "");
    return { ...token, text: email, found: { ...found, email, changed: true } };
  });
}
