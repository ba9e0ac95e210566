// A list of people as it stands in a mail or a chat: one a line or several, in any of the ways to
// write a name beside an address, with sentences around them.
import type { Gathering } from "./gathering.ts";
import { isPerson, isTable, isText, isTitle, hostIn, lineOf, linesOf, phrase, takesTurns, unnumbered, written, type Line, type Piece } from "./lines.ts";
import { endingName, hasInitial, isCourtesy, isHost, isJob, isName, isState, nameAmong, properName, resembles, small, wordsOf } from "./names.ts";
import { clean, type Clean } from "./signs.ts";
import { meaningOf, ties } from "./terms.ts";
import { tokens, type Token } from "./tokens.ts";

const signedOff = /^(?:thanks|thank|thx|regards|best|cheers|sincerely|kind|gruß|grüße|viele|mit|danke|merci|cordialement|gracias|saludos|grazie|saluti|cordiali|groeten|pozdrawiam|dziękuję|obrigad[oa])$/i;

// readList invites the people in a text, line by line.
export function readList(text: string, gathering: Gathering): void {
  const doc = clean(text);
  const lines = linesOf(doc, unnumbered(tokens(doc, new Set(gathering.roles.keys()))));
  const table = isTable(lines);
  const turns = takesTurns(lines);
  const colons = lines.some(({ pieces: [one] }) => one?.addresses.length === 1 && one.words.length > 0 && one.tokens.some(({ kind }) => kind === "colon"));
  let signature = false;
  // A name by itself on the line before.
  let name: Piece | undefined;
  // The lines of a card: what somebody is stands between the name and the address, or below.
  let card = false;
  for (const line of lines) {
    const [only, more] = line.pieces;
    if (!only || (!more && isTitle(only))) continue;
    const alone = !more && !line.aside && only.words.length === 0 && only.addresses.length === 1 ? only.addresses[0] : undefined;
    if (name && alone && (turns || card || doc.text[alone.start - 1] === "<" || resembles(name.text, alone.text))) {
      gathering.invite(alone, doc.written(alone.start, alone.end), phrase(doc, name.tokens));
      name = undefined;
      card = true;
      continue;
    }
    const meant = line.pieces.some(({ addresses, bad }) => addresses.length + bad.length > 0);
    if (!more && !meant && !line.ended.match(/[,:!]/) && (name || card) && (isJob(only.text) || (name && !isPerson(only)))) {
      card ||= isJob(only.text);
      continue;
    }
    if (name) gathering.refuse(written(doc, name));
    name = undefined;
    card = meant;
    signature = !meant && (signature || signedOff.test(wordsOf(only.text)[0]?.replace(/[,.!]+$/, "") ?? ""));
    // "Rick:" among lines like "Jane: jane@x.example".
    if (line.aside && colons && isName(only.text.replace(/:$/, ""))) gathering.refuse(written(doc, only));
    // A message's own id, or the mailbox of its bounces.
    if (line.aside) for (const { text: email } of line.pieces.flatMap(({ addresses }) => addresses)) gathering.other(email);
    if (line.aside || signature) continue;
    if (!more && !meant) {
      const greeting = /[,:!]/.test(line.ended) && isCourtesy(wordsOf(only.text)[0]);
      if (isPerson(only) && !greeting) name = only;
    } else if (line.tabs || table) new LineReader(doc, line, gathering).row(table);
    else new LineReader(doc, line, gathering).people();
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
  row(table = false): void {
    const { pieces } = this.line;
    const all = pieces.flatMap(({ addresses }) => addresses);
    const texts = pieces.filter(({ addresses, words }) => addresses.length === 0 && words.length > 0);
    const own = pieces.filter(({ addresses, words }) => addresses.length > 0 && words.length > 0);
    if (all.length > 1 && (texts.length === 0 || own.length > 1)) return this.people();
    if (all.length > 1 && texts.length === all.length && this.takesTurns() && (all.length > 2 || this.isPairs())) return this.pairs();
    const at = pieces.findIndex(({ addresses }) => addresses.length > 0);
    const piece = pieces[at];
    const [first, ...rest] = all;
    if (!piece || !first) {
      if (pieces.some(({ bad }) => bad.length > 0) || !pieces.some(isTitle)) this.refuseLine();
      return;
    }
    const [text] = texts;
    // "jane,doe@x.example" may be one address with a comma in it.
    if (!table && pieces.length === 2 && text?.words[0] && piece.between === "," && text.words.length === 1 && this.isTorn(text.words[0], first)) return this.refuseWhole();
    const role = this.roleAmong(pieces, at, first);
    const cells = pieces.map((one) => (one === role ? "" : one.words.length > 0 && one.bad.length === 0 ? one.text : ""));
    const name = piece.words.length > 0 ? this.nameIn(piece, first) : nameAmong(cells, at, first.text);
    this.invite(first, name, role?.text);
    // Who stands in a line of cells, and is not the one whose address it has: "jane,rick,ann@x.example".
    if (!name && !role && !table && !this.line.tabs) for (const one of texts) if (pieces.length === 2 || /^[\p{L}.'’ -]+$/u.test(one.text)) this.refuse(one);
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
    const boxed = pieces.some((piece) => this.isNamed(piece));
    const bare = pieces.filter(({ addresses, words }) => addresses.length === 1 && words.length === 0);
    const [first] = bare;
    const texts = pieces.filter(isText);
    // Google puts the addresses of a person in one cell.
    if (texts.length > 0 && pieces.some(({ addresses, text }) => addresses.length > 1 && text.includes(" ::: "))) return this.row();
    if (first && texts.length > 0 && bare.length + texts.length === pieces.length && !boxed && !this.prose) {
      if (bare.length > 1 && bare.length === texts.length && this.takesTurns()) return this.pairs();
      if (this.isOwn(bare.length > 1 ? pieces.slice(0, pieces.indexOf(first) + 1) : pieces, first)) return this.row();
    }
    let names: Piece[] = [];
    for (const piece of pieces) {
      const named = this.isNamed(piece) && /^[,|]/.test(piece.between);
      if (isText(piece) && boxed && (names.length === 0 || /^[,|]/.test(piece.between))) {
        names.push(piece);
        continue;
      }
      const [address] = piece.addresses;
      // Jane Doe | Acme | Sales <jane@x.example>
      const own = named && piece.between.startsWith("|") ? names.find(({ text }) => resembles(text, address?.text ?? "")) : undefined;
      const before = own?.text ?? (named && piece.between.startsWith(",") ? this.family(names, piece) : "");
      for (const name of own ? [] : before ? names.slice(0, -1) : names) this.refuse(name);
      names = [];
      this.piece(piece, before);
    }
    for (const name of names) this.refuse(name);
  }

  // isNamed reports whether a piece has a name and its address.
  private isNamed({ addresses: [address], words: [word] }: Piece): boolean {
    return address !== undefined && word !== undefined && (address.boxed || (word.end <= address.start && !this.prose));
  }

  // isOwn reports whether the texts in a line are one person's whose address stands there alone:
  // by the mailbox, by the order of name and address, or as cells without a blank between them.
  private isOwn(pieces: readonly Piece[], piece: Piece): boolean {
    const [address] = piece.addresses;
    const texts = pieces.filter((one) => one !== piece);
    if (texts.length === 0 || !address) return false;
    return (
      texts.some(({ text }) => resembles(text, address.text) || this.gathering.roles.has(text.trim().toLowerCase()) || isState(text)) ||
      (pieces.at(-1) === piece && this.line.pieces.length === pieces.length && (texts.length === 1 || texts.every(({ words }) => words.length === 1))) ||
      pieces.every(({ between }, index) => index === 0 || !/^[,;] /.test(between))
    );
  }

  // takesTurns reports whether a name and an address follow each other.
  private takesTurns(): boolean {
    const { pieces } = this.line;
    return pieces.every((piece, index) => isText(piece) === (isText(pieces[0] as Piece) === (index % 2 === 0)));
  }

  private isPairs(): boolean {
    const { pieces } = this.line;
    const texts = pieces.filter(isText);
    return pieces.flatMap(({ addresses }) => addresses).every(({ text }, index) => resembles(texts[index]?.text ?? "", text));
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
    if (!last || !address || /[\d\u0590-\u08ff\u3040-\u9fff\uac00-\ud7af]/.test(last.text)) return "";
    const here = wordsOf(this.nameIn(piece, address)).length;
    const there = wordsOf(last.text).length;
    return here === 1 || there === 1 || this.line.semicolons || resembles(last.text, address.text) ? last.text : "";
  }

  // piece reads what stands between two separators by itself.
  private piece(piece: Piece, family: string): void {
    const { addresses, bad, words, text } = piece;
    const boxed = addresses.filter((one) => one.boxed);
    // Behind an address, one in < > is meant and one in ( ) is another.
    const [first] = boxed.length > 0 && (words.length > 0 || this.doc.text[(boxed[0]?.start ?? 0) - 1] === "<") ? boxed : addresses;
    if (!first) {
      const whole = bad.length > 0 && bad.every((one) => !one.boxed && !/[^@\s]@\S*[^@\s]/.test(one.text));
      if (bad.length === 0 || whole) return bad.length > 0 || hostIn(words) ? this.gathering.refuse(written(this.doc, piece)) : this.refuse(piece);
      for (const one of bad) this.refuseBad(one);
      return;
    }
    // "jane doe@x.example" may be one address with a space in it.
    if (words.length === 1 && addresses.length === 1 && !first.boxed && words[0] && words[0].end < first.start && piece.tokens.length === 2 && this.isTorn(words[0], first)) {
      return this.gathering.refuse(written(this.doc, piece));
    }
    const prose = this.prose || (words.some(({ end }) => end <= first.start) && words.some(({ start, text: word }) => start >= first.end && !isState(word) && !this.gathering.roles.has(word.toLowerCase())));
    const hosts = words.filter(({ text: word }) => isHost(word));
    if (hosts.length > 0 && small(wordsOf(text).filter((word) => !/[@.]/.test(word))) === 0) for (const host of hosts) this.gathering.refuse(host.text);
    for (const one of bad) if ((!first.boxed || /[^@\s]@[^@\s]/.test(one.text) || one.boxed) && !(one.boxed && words.length > 0 && /^@[\w.-]+$/.test(one.text))) this.refuseBad(one);
    const name = this.without(prose && !first.boxed ? "" : this.nameIn(piece, first), first);
    this.invite(first, !family || !name ? name : piece.between.startsWith("|") ? family : `${family}, ${name}`, this.roleBehind(piece, first)?.text);
    for (const one of addresses) {
      if (one === first) continue;
      const shown = addresses.length === 2 && !addresses[0]?.boxed && addresses[1]?.boxed;
      if ((name && !prose) || shown) this.gathering.other(one.text);
      else this.invite(one, "");
    }
  }

  // without takes who is named with somebody out of the name: "Jane Doe and Rick Roe <rick@x.example>".
  private without(name: string, address: Token): string {
    const words = name.split(" ");
    const tie = words.findLastIndex((word) => ties.has(word));
    const [one, two] = [words.slice(0, Math.max(0, tie)).join(" "), words.slice(tie + 1).join(" ")];
    if (wordsOf(one).length < 2 || wordsOf(two).length < 2 || !isName(one) || resembles(one, address.text) || !resembles(two, address.text)) return name;
    this.gathering.refuse(one);
    return two;
  }

  private isTorn(word: Token, address: Token): boolean {
    const { text } = word;
    return (
      /^\s*,?$/.test(this.doc.text.slice(word.end, address.start)) && !this.gathering.roles.has(text) &&
      /^[a-z]+$/.test(text) && !isCourtesy(text) && !isState(text) && !meaningOf(text) && !resembles(text, address.text) && !hasInitial(text, address.text)
    );
  }

  // nameIn is the name beside an address: before it, else behind it or in a note.
  private nameIn(piece: Piece, address: Token): string {
    const before = properName(phrase(this.doc, piece.tokens.filter(({ end }) => end <= address.start)));
    if (address.boxed && before) return this.prose ? endingName(before) : before;
    if (isName(before) && small(wordsOf(before)) === 0) return before;
    if (before) return "";
    const behind = phrase(this.doc, piece.tokens.filter(({ start, text }) => start >= address.end && !this.gathering.roles.has(text.toLowerCase())));
    if (isName(behind) && (address.boxed || small(wordsOf(behind)) === 0)) return behind;
    const note = piece.tokens.find(({ kind }) => kind === "note")?.text ?? "";
    return !behind && isName(note) && small(wordsOf(note)) === 0 ? note : "";
  }

  private roleBehind(piece: Piece, address: Token): Token | undefined {
    const [behind, more] = piece.tokens.filter(({ start, text }) => start >= address.end && /\p{L}/u.test(text));
    return behind && !more && this.gathering.roles.has(behind.text.toLowerCase()) ? behind : undefined;
  }

  // roleAmong is the cell that names a role: behind the address, or beside a name.
  private roleAmong(pieces: readonly Piece[], at: number, address: Token): Piece | undefined {
    const names = ({ text, addresses }: Piece) => addresses.length === 0 && this.gathering.roles.has(text.trim().toLowerCase());
    return pieces.find((piece, index) => index > at && names(piece)) ?? pieces.find((piece) => names(piece) && !resembles(piece.text, address.text));
  }

  private invite(address: Token, name: string, role?: string): void {
    this.gathering.invite(address, this.doc.written(address.start, address.end), name, role && this.gathering.roles.get(role.trim().toLowerCase()));
  }

  private refuseBad(one: Token): void {
    this.gathering.refuse(one.boxed ? one.text : this.doc.written(one.start, one.end));
  }

  // refuse shows who was named without an address; in a sentence only who is surely somebody.
  private refuse(piece: Piece): void {
    const { text, words } = piece;
    if (isPerson(piece) && (!this.prose || (this.line.ended !== ":" && words.length > 1 && isName(text) && small(wordsOf(text)) === 0))) this.gathering.refuse(written(this.doc, piece));
  }

  private refuseLine(): void {
    if (this.line.pieces.some((piece) => isPerson(piece) || piece.bad.length > 0)) this.refuseWhole();
  }

  private refuseWhole(): void {
    const [first, last] = [this.line.pieces[0]?.tokens[0], this.line.pieces.at(-1)?.tokens.at(-1)];
    if (first && last) this.gathering.refuse(this.doc.written(first.start, last.end));
  }
}
