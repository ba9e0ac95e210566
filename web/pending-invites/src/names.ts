// Names of people: what of the text beside an address is one, and how it reads.
import { courtesies, jobs, meaningOf, particles, states } from "./terms.ts";

// The API takes names of so many characters. A longer one was none: nobody is greeted by it.
const longest = 80;
// Signs before it and the marks of a list. ㈱ is part of a company's name, and 't of a family's.
const lead = /^(?:(?!['’]t\s)[^\p{L}\p{Nd}㈀-㏿]|\d{1,4}(?:\.\d{1,3})*(?:[.)](?=\p{L})|[.)]?(?=\s))|[a-z][.)](?=\s))+/u;
const trail = /[\s,;:|/*_`"'‘’“”<>=~•·→–—-]$/;

// properName is a name without the signs around it, or "" where nothing is left that a mail could
// be addressed with.
export function properName(written: string): string {
  // The last two are a mail header's way to write other letters, and the time of a message.
  if (written.length > 500 || /=\?[\w-]+\?[bq]\?/i.test(written)) return "";
  let name = written.replaceAll('""', '"').replace(/\s+\d\d?:\d\d(?::\d\d)?(?:\s*[AP]M)?$/i, "").replace(/\s+/g, " ").replace(lead, "");
  while (trail.test(name)) name = name.slice(0, -1);
  name = name.replace(/(?<=\S)様$|\s(?:様|さま|殿|氏|さん|先生|님)$/, "").trim();
  return /\p{L}/u.test(name) && !/[@\ufffd\p{Cs}]/u.test(name) && [...name].length <= longest ? name : "";
}

export const wordsOf = (text: string): string[] => text.split(/\s+/).filter((word) => /\p{L}/u.test(word));

// small counts the words that a name would not have in small letters.
export function small(words: readonly string[]): number {
  return words.filter((word) => /^\P{L}*\p{Ll}/u.test(word) && !particles.has(word)).length;
}

export function isCourtesy(word = ""): boolean {
  return /^[请請]/.test(word) || courtesies.has(word.toLowerCase().replace(/[,.!:]+$/, ""));
}

// isName reports whether a text by itself reads as somebody's name.
export function isName(text: string): boolean {
  if (text.length > longest) return false;
  const words = wordsOf(text);
  return words.length > 0 && words.length < 6 && !/[\d@。!?=]|:\/\//.test(text) && !isState(text) && !meaningOf(text) && !isCourtesy(words[0]) && !isPhrase(text);
}

// endingName is the name that a sentence ends with.
export function endingName(text: string): string {
  const words = text.split(/\s+/);
  return words.slice(words.findLastIndex((word) => small([word]) > 0 || /\d|^[AP]M$/.test(word)) + 1).join(" ") || text;
}

// isPhrase reports whether a text is a sentence of a script without spaces.
export function isPhrase(text: string): boolean {
  return /[\u3040-\u309f]{7}|[\u3040-\u30ff\u3400-\u9fff]{12}|。/.test(text);
}

// isHost reports whether a word was to be an address: ana.example.com, ana#example.com.
export function isHost(word: string): boolean {
  return word.length < 254 && /^[\w+-]+(?:[.#][\w-]+)*\.[a-z]{2,}$/.test(word);
}

// isState reports whether a cell says what somebody is or does, and not who.
export function isState(text: string): boolean {
  return states.has(text.trim().toLowerCase());
}

// isJob reports whether a line says what somebody does, or for whom.
export function isJob(text: string): boolean {
  return text.length < 100 && jobs.test(text);
}

// resembles reports whether a mailbox is named after a name.
export function resembles(name: string, email: string): boolean {
  const local = email.slice(0, email.indexOf("@")).toLowerCase();
  return name
    .toLowerCase()
    .normalize("NFD")
    .split(/[^a-z\d]+/)
    .some((word) => word.length > 2 && local.includes(word));
}

export function hasInitial(name: string, email: string): boolean {
  return name.charAt(0).toLowerCase() === email.charAt(0).toLowerCase();
}

// nameAmong picks somebody's name out of the other cells of a row: the one that the mailbox is
// named after, two neighbours of a word each (given and family name), else the nearest to the
// address with more than a word.
export function nameAmong(cells: readonly string[], at: number, email: string): string {
  const named = cells.map((cell, index) => ({ cell: properName(cell), index, words: wordsOf(cell).length })).filter(({ cell, index }) => index !== at && isName(cell));
  const likely = named.filter(({ cell }) => small(wordsOf(cell)) === 0 || resembles(cell, email));
  const pair = (n: number) => {
    const [one, two] = [likely[n], likely[n + 1]];
    return one?.words === 1 && two?.words === 1 && two.index === one.index + 1 ? `${one.cell} ${two.cell}` : "";
  };
  const whole = likely.find(({ cell, words }) => words > 1 && resembles(cell, email));
  if (whole) return whole.cell;
  const alike = likely.findIndex(({ cell }) => resembles(cell, email));
  if (alike >= 0) return pair(alike) || pair(alike - 1) || (likely[alike]?.cell ?? "");
  const several = likely.filter(({ words }) => words > 1).sort((a, b) => Math.abs(a.index - at) - Math.abs(b.index - at));
  return several[0]?.cell ?? (pair(0) || (likely.length === 1 ? (likely[0]?.cell ?? "") : ""));
}
