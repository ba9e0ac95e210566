// A list of people as it stands in a mail or a chat: one a line or several, in any of the ways to
// write a name beside an address, with sentences around them.
import { sameAs } from "./address.ts";
import type { Gathering } from "./gathering.ts";
import { endingName, hasInitial, isCourtesy, isHost, isName, isPhrase, isState, nameAmong, properName, resembles, small, wordsOf } from "./names.ts";
import { clean, type Clean } from "./signs.ts";
import { meaningOf } from "./terms.ts";
import { tokens, type Token } from "./tokens.ts";

// Piece is what stands between two separators.
interface Piece {
  readonly tokens: readonly Token[];
  readonly text: string;
  readonly addresses: readonly Token[];
  readonly bad: readonly Token[];
  // Words and names in quotes.
  readonly words: readonly Token[];
  // The separator before it, with the blanks behind that.
  readonly between: string;
}

interface Line {
  readonly pieces: readonly Piece[];
  readonly tabs: boolean;
  readonly semicolons: boolean;
  // A line that is called something else than people: a subject, a date, a heading.
  readonly aside: boolean;
  // The sign that it ends with: "… wrote:", "Hi Jane,".
  readonly ended: string;
}

const signedOff = /^(?:thanks|thank|thx|regards|best|cheers|sincerely|kind|gruß|grüße|viele|mit|danke|merci|cordialement|gracias|saludos|grazie|saluti|cordiali|groeten|pozdrawiam|dziękuję|obrigad[oa])$/i;

export function readList(text: string, gathering: Gathering): void {
  const doc = clean(text);
  const lines = linesOf(doc, unnumbered(tokens(doc, new Set(gathering.roles.keys()))));
  const table = isTable(lines);
  const turns = takesTurns(lines);
  let signature = false;
  let name: Piece | undefined;
  for (const line of lines) {
    const reader = new LineReader(doc, line, gathering);
    const [only] = line.pieces;
    const people = line.pieces.some(({ addresses }) => addresses.length > 0);
    const [address] = only?.addresses ?? [];
    if (line.pieces.length === 1 && only && isTitle(only)) continue;
    // A name on the line before is the person's who is on this one, where that is certain.
    if (name) {
      const here = line.pieces.length === 1 && only && only.words.length === 0 && only.addresses.length === 1 && address;
      if (here && (turns || doc.text[address.start - 1] === "<" || resembles(name.text, address.text))) {
        gathering.invite(address, doc.written(address.start, address.end), name.text);
        name = undefined;
        continue;
      }
      gathering.refuse(written(doc, name));
      name = undefined;
    }
    if (people) signature = false;
    if (!people && signedOff.test(wordsOf(only?.text ?? "")[0]?.replace(/[,.!]+$/, "") ?? "")) signature = true;
    if (line.aside || (signature && !line.pieces.some(({ bad }) => bad.length > 0))) continue;
    if (line.pieces.length === 1 && only && only.addresses.length + only.bad.length === 0) {
      if (isPerson(only) && !(/[,:!]/.test(line.ended) && isCourtesy(wordsOf(only.text)[0]))) name = only;
    } else if (line.tabs || table) reader.row();
    else reader.people();
  }
  if (name) gathering.refuse(written(doc, name));
}

// LineReader reads one line of several pieces, or of one with an address.
class LineReader {
  private readonly prose: boolean;

  constructor(
    private readonly doc: Clean,
    private readonly line: Line,
    private readonly gathering: Gathering,
  ) {
    const words = line.pieces.flatMap((piece) => (piece.addresses.some(({ boxed }) => boxed) ? [] : wordsOf(piece.text).filter((word) => !word.includes("@"))));
    this.prose = !line.tabs && (line.ended === ":" || line.pieces.some((piece) => isCourtesy(wordsOf(piece.text)[0])) || small(words.filter((word) => !isState(word))) > 2);
  }

  // row takes the first address of a row, and its name and role out of the other cells.
  row(): void {
    const { pieces } = this.line;
    const all = pieces.flatMap(({ addresses }) => addresses);
    const texts = pieces.filter(({ addresses, words }) => addresses.length === 0 && words.length > 0);
    const own = pieces.filter(({ addresses, words }) => addresses.length > 0 && words.length > 0);
    if (all.length > 1 && (texts.length === 0 || own.length > 1)) return this.people();
    const at = pieces.findIndex(({ addresses }) => addresses.length > 0);
    const piece = pieces[at];
    const [first, ...rest] = all;
    if (!piece || !first) {
      if (pieces.some(({ bad }) => bad.length > 0) || !pieces.some(isTitle)) this.refuseLine();
      return;
    }
    const role = this.roleAmong(pieces, at, first);
    const cells = pieces.map((one) => (one === role ? "" : one.words.length > 0 && one.bad.length === 0 ? one.text : ""));
    this.invite(first, piece.words.length > 0 ? this.nameIn(piece, first) : nameAmong(cells, at, first.text), role?.text);
    for (const { text } of rest) this.gathering.other(text);
    // A handle or a guest's login is in such a row for its own sake.
    for (const one of pieces.flatMap(({ bad }) => bad)) if (!/^@[\w-]*$|#EXT#@/i.test(one.text)) this.refuseBad(one);
  }

  // people takes every piece by itself, save where a name and its address are two pieces.
  people(): void {
    const { pieces } = this.line;
    if (this.line.tabs) {
      for (const { tokens: all } of pieces) new LineReader(this.doc, lineOf(this.doc, all), this.gathering).people();
      return;
    }
    const boxed = pieces.some(({ addresses, words }) => addresses.some((one) => one.boxed) && words.length > 0);
    const bare = pieces.filter(({ addresses, words }) => addresses.length > 0 && words.length === 0);
    const texts = pieces.filter((piece) => isText(piece));
    const plain = bare.length > 0 && bare.length + texts.length === pieces.length && texts.length > 0 && bare.every(({ addresses }) => addresses.length === 1);
    if (texts.length > 0 && pieces.some(({ addresses, text }) => addresses.length > 1 && text.includes(" ::: "))) return this.row();
    if (!boxed && plain && !this.prose) {
      if (bare.length === 1 && this.isOwn(pieces, bare[0] as Piece)) return this.row();
      if (bare.length > 1) {
        const turns = pieces.every((piece, index) => isText(piece) === isText(pieces[index % 2] as Piece)) && pieces.length === 2 * bare.length && isText(pieces[0] as Piece) !== isText(pieces[1] as Piece);
        if (turns) return this.pairs();
        if (this.isOwn(pieces.slice(0, pieces.indexOf(bare[0] as Piece) + 1), bare[0] as Piece)) return this.row();
      }
    }
    let names: Piece[] = [];
    for (const piece of pieces) {
      const [first] = piece.addresses;
      const named = first?.boxed && piece.words.length > 0 && /^[,|]/.test(piece.between);
      if (isText(piece) && boxed && (names.length === 0 || piece.between.startsWith(","))) {
        names.push(piece);
        continue;
      }
      const before = named ? this.family(names, piece) : "";
      for (const name of before ? names.slice(0, -1) : names) this.refuse(name);
      names = [];
      this.piece(piece, before);
    }
    for (const name of names) this.refuse(name);
  }

  // isOwn reports whether the texts in a line are one person's whose address stands there alone:
  // by the mailbox, by the order of name and address, or as cells without a blank between them.
  private isOwn(pieces: readonly Piece[], piece: Piece): boolean {
    const [address] = piece.addresses;
    const texts = pieces.filter((one) => one !== piece);
    if (texts.length === 0 || !address) return false;
    return (
      texts.some(({ text }) => resembles(text, address.text) || this.gathering.roles.has(text.trim().toLowerCase()) || isState(text)) ||
      pieces.at(-1) === piece && this.line.pieces.length === pieces.length ||
      pieces.every(({ between }, index) => index === 0 || !/^[,;] /.test(between))
    );
  }

  private pairs(): void {
    const { pieces } = this.line;
    for (let at = 0; at + 1 < pieces.length; at += 2) {
      const [one, two] = [pieces[at] as Piece, pieces[at + 1] as Piece];
      const [name, address] = isText(one) ? [one, two.addresses[0]] : [two, one.addresses[0]];
      if (address) this.invite(address, name.text);
    }
  }

  // family is the family name before a comma, or a title behind it, where it belongs to the name in
  // a piece: "Doe, Jane <…>". Two names of two words are two people.
  private family(names: readonly Piece[], piece: Piece): string {
    const last = names.at(-1);
    const [address] = piece.addresses;
    if (!last || !address || /[\d\u3040-\u9fff\uac00-\ud7af]/.test(last.text)) return "";
    if (piece.between.startsWith("|")) return resembles(last.text, address.text) ? last.text : "";
    const here = wordsOf(this.nameIn(piece, address)).length;
    const there = wordsOf(last.text).length;
    return here === 1 || there === 1 || this.line.semicolons || resembles(last.text, address.text) ? last.text : "";
  }

  // piece reads what stands between two separators by itself.
  private piece(piece: Piece, family: string): void {
    const { addresses, bad, words, text } = piece;
    const boxed = addresses.filter((one) => one.boxed);
    const [first] = boxed.length > 0 ? boxed : addresses;
    if (!first) {
      const whole = bad.length > 0 && bad.every((one) => !one.boxed && !/[^@\s]@\S*[^@\s]/.test(one.text));
      if (bad.length === 0 || whole) return bad.length > 0 || hostIn(words) ? this.gathering.refuse(written(this.doc, piece)) : this.refuse(piece);
      for (const one of bad) this.refuseBad(one);
      return;
    }
    // "jane doe@x.example" may be one address with a space in it.
    if (words.length === 1 && addresses.length === 1 && !first.boxed && words[0] && words[0].end < first.start && this.isTorn(words[0], first, piece)) {
      return this.gathering.refuse(written(this.doc, piece));
    }
    const prose = this.prose || (words.some(({ end }) => end <= first.start) && words.some(({ start, text: word }) => start >= first.end && !isState(word) && !this.gathering.roles.has(word.toLowerCase())));
    const hosts = words.filter(({ text: word }) => isHost(word));
    if (hosts.length > 0 && small(wordsOf(text).filter((word) => !/[@.]/.test(word))) === 0) for (const host of hosts) this.gathering.refuse(host.text);
    for (const one of bad) if (!first.boxed || /[^@\s]@[^@\s]/.test(one.text) || one.boxed) this.refuseBad(one);
    const name = prose && !first.boxed ? "" : this.nameIn(piece, first);
    this.invite(first, !family || !name ? name : piece.between.startsWith("|") ? family : `${family}, ${name}`, this.roleBehind(piece, first)?.text);
    for (const one of addresses) {
      if (one === first) continue;
      const shown = first.boxed && !one.boxed && addresses.length === 2 && one.end <= first.start;
      if ((name && !prose) || shown) this.gathering.other(one.text);
      else this.invite(one, "");
    }
  }

  private isTorn(word: Token, address: Token, piece: Piece): boolean {
    const { text } = word;
    return (
      this.doc.text.slice(word.end, address.start).trim() === "" && piece.tokens.length === 2 &&
      /^[a-z]+$/.test(text) && !isCourtesy(text) && !isState(text) && !meaningOf(text) && !resembles(text, address.text) && !hasInitial(text, address.text)
    );
  }

  // nameIn is the name beside an address: before it, else behind it or in a note.
  private nameIn(piece: Piece, address: Token): string {
    const before = properName(this.phrase(piece.tokens.filter(({ end }) => end <= address.start)));
    if (address.boxed && before) return this.prose ? endingName(before) : before;
    if (isName(before) && small(wordsOf(before)) === 0) return before;
    if (before) return "";
    const behind = this.phrase(piece.tokens.filter(({ start, text }) => start >= address.end && !this.gathering.roles.has(text.toLowerCase())));
    if (isName(behind) && (address.boxed || small(wordsOf(behind)) === 0)) return behind;
    const note = piece.tokens.find(({ kind }) => kind === "note")?.text ?? "";
    return !behind && isName(note) && small(wordsOf(note)) === 0 ? note : "";
  }

  // phrase is what some tokens say behind a colon, with the signs between them, up to a dash.
  private phrase(all: readonly Token[]): string {
    let phrase = "";
    let end = -1;
    const colon = all.findLastIndex(({ kind }) => kind === "colon");
    for (const token of colon + 1 < all.length ? all.slice(colon + 1) : all) {
      if (token.kind === "colon" || (phrase && /^[-–—>|•·=→]+$/.test(token.text))) {
        if (phrase) break;
      } else if (token.kind === "word" || token.kind === "quoted") {
        const gap = end < 0 ? "" : this.doc.text.slice(end, token.start);
        phrase += (/[(@<[]/.test(gap) ? " " : gap) + token.text;
        end = token.end;
      } else if (token.kind === "note") end = end < 0 ? end : Math.max(end, token.end);
    }
    return phrase.trim();
  }

  private roleBehind(piece: Piece, address: Token): Token | undefined {
    const [behind, more] = piece.tokens.filter(({ start, text }) => start >= address.end && /\p{L}/u.test(text));
    return behind && !more && this.gathering.roles.has(behind.text.toLowerCase()) ? behind : undefined;
  }

  // roleAmong is the cell that names a role: behind the address, or beside a name.
  private roleAmong(pieces: readonly Piece[], at: number, address: Token): Piece | undefined {
    const named = pieces.filter(({ text, addresses }) => addresses.length === 0 && this.gathering.roles.has(text.trim().toLowerCase()));
    return named.find((piece) => pieces.indexOf(piece) > at) ?? named.find(({ text }) => !resembles(text, address.text));
  }

  private invite(address: Token, name: string, role?: string): void {
    this.gathering.invite(address, this.doc.written(address.start, address.end), name, role && this.gathering.roles.get(role.trim().toLowerCase()));
  }

  private refuseBad(one: Token): void {
    this.gathering.refuse(one.boxed ? one.text : this.doc.written(one.start, one.end));
  }

  private refuse(piece: Piece): void {
    if (isPerson(piece) && !this.prose) this.gathering.refuse(written(this.doc, piece));
  }

  private refuseLine(): void {
    const [first, last] = [this.line.pieces[0]?.tokens[0], this.line.pieces.at(-1)?.tokens.at(-1)];
    if (first && last && this.line.pieces.some((piece) => isPerson(piece) || piece.bad.length > 0)) this.gathering.refuse(this.doc.written(first.start, last.end));
  }
}

function isText(piece: Piece): boolean {
  return piece.addresses.length + piece.bad.length === 0 && piece.words.length > 0 && !hostIn(piece.words);
}

function isTitle(piece: Piece): boolean {
  return meaningOf(piece.text) !== undefined;
}

// isPerson reports whether a piece without an address was to be somebody: no title, telephone
// number, role or sentence.
function isPerson({ text, words, bad }: Piece): boolean {
  if (bad.length > 0) return true;
  const said = wordsOf(text);
  if (said.length === 0 || words.length === 0 || said.length > 5 || isState(text) || meaningOf(text)) return false;
  if (/[!?:]$/.test(text) || isPhrase(text) || (said.length > 2 && 2 * small(said) >= said.length)) return false;
  return !isCourtesy(said[0]) || (said.length > 1 && small(said) === 0 && !/[,.]$/.test(text));
}

function hostIn(words: readonly Token[]): boolean {
  return words.some(({ text, kind }) => kind === "word" && isHost(text));
}

function written(doc: Clean, { tokens: all }: Piece): string {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last) return "";
  // With the bracket behind, where it began within.
  const open = "<([{".indexOf(/[<([{][^<([{]*$/.exec(doc.text.slice(first.start, last.end))?.[0][0] ?? "-");
  return doc.written(first.start, doc.text[last.end] === ">)]}"[open] ? last.end + 1 : last.end);
}

// linesOf are the lines of a text that hold something.
function linesOf(doc: Clean, all: readonly Token[]): Line[] {
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

function lineOf(doc: Clean, all: readonly Token[]): Line {
  const { rest, aside } = unlabelled(all, doc);
  const tabs = rest.some(({ text }, index) => text === "\t" && index > 0);
  const pieces: Piece[] = [];
  let start = 0;
  for (let at = 0; at <= rest.length; at++) {
    const token = rest[at];
    if (token && (token.kind !== "between" || (tabs && token.text !== "\t"))) continue;
    const piece = pieceOf(doc, rest.slice(start, at), rest[start - 1]);
    if (piece) pieces.push(piece);
    start = at + 1;
  }
  return { pieces, tabs: tabs && pieces.length > 1, semicolons: rest.some(({ text }) => text === ";"), aside, ended: doc.text[(all.at(-1)?.end ?? 0) - 1] ?? "" };
}

function pieceOf(doc: Clean, all: readonly Token[], between: Token | undefined): Piece | undefined {
  const [first, last] = [all[0], all.at(-1)];
  if (!first || !last || all.every(({ kind, text }) => kind === "word" && !/\p{L}/u.test(text))) return undefined;
  return {
    tokens: all,
    text: doc.text.slice(first.start, last.end),
    addresses: [...new Map(all.flatMap((one) => (one.kind === "address" ? [[one.text, one] as const] : [])).reverse()).values()].reverse(),
    bad: all.filter(({ kind }) => kind === "bad"),
    words: all.filter(({ kind, text }) => (kind === "word" || kind === "quoted") && /\p{L}/u.test(text)),
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
      const meaning = labelBefore(rest, since, token, doc);
      if (meaning) rest.length -= meaning.words;
      else if (token === lastColon && behind.size > 1) rest = rest.slice(0, since);
      else rest.push(token);
      if (meaning?.matter && !addressed) aside = true;
    } else rest.push(token);
    if (token.kind === "colon" || token.kind === "between") since = rest.length;
  }
  return { rest, aside };
}

// labelBefore counts the words of a label before a colon.
function labelBefore(before: readonly Token[], since: number, colon: Token, doc: Clean): { words: number; matter: boolean } | undefined {
  for (let words = Math.min(4, before.length - since); words > 0; words--) {
    const meaning = meaningOf(doc.text.slice(before[before.length - words]?.start, colon.start));
    if (meaning) return { words, matter: meaning === "matter" };
  }
  return undefined;
}

// isTable reports whether lines without tabs are the rows of a sheet: several cells in each,
// with the address in the same place.
function isTable(lines: readonly Line[]): boolean {
  const place = ({ pieces }: Line) => pieces.findIndex(({ addresses }) => addresses.length > 0);
  const at = lines[0] ? place(lines[0]) : -1;
  return (
    lines.length > 1 && at >= 0 &&
    lines.every((line) => line.pieces.length > 1 && place(line) === at && !line.pieces.some(({ addresses, words }) => addresses.length > 0 && words.length > 0))
  );
}

// takesTurns reports whether names and addresses stand on lines of their own, one after another.
function takesTurns(lines: readonly Line[]): boolean {
  return (
    lines.length > 3 && lines.length % 2 === 0 &&
    lines.every(({ pieces: [one, ...more] }, index) => one && more.length === 0 && (index % 2 === 0 ? isText(one) : one.addresses.length === 1 && one.words.length === 0))
  );
}

// unnumbered takes the number off addresses that are counted: "1.jane@x.example", "2.rick@…".
function unnumbered(all: readonly Token[]): readonly Token[] {
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
