// An address as it stands in a list: what of the signs around it is no part of it, whether it is
// one at all, and which others are the same.

// Found is an address, and where in a word it was, with the signs that were dropped around it.
export interface Found {
  readonly email: string;
  // before is a word of another script that was glued to it.
  readonly before: string;
  // Reports whether a sign was dropped that an address may hold.
  readonly changed: boolean;
}

// longest bounds what is looked at; an address has 254 characters.
const longest = 500;
const edge = /[\p{L}\p{M}\p{Nd}]/u;
// Words run on without a space in these scripts, which no mailbox's name is written in here.
export const unspaced = "\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Arabic}\\p{Script=Hebrew}ー";
const glued = new RegExp(`^[${unspaced}]+[/・]?(?=[\\w])`, "u");
const gluedBehind = new RegExp(`(\\.[a-z]{2,63})[${unspaced}]{1,63}$`, "iu");
// An atom of RFC 5322 may hold #/=?*!|^\`{}$%~ as well. Within a list they are signs between two
// things far more often than part of a mailbox's name.
const usual = /^[\w&'+-]+(?:\.[\w&'+-]+)*$/;
const anything = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const label = /^[\p{L}\p{Nd}](?:[\p{L}\p{M}\p{Nd}\u200c\u200d-]{0,61}[\p{L}\p{M}\p{Nd}])?$/u;

// addressIn reads a word with one @ in it. Alone in the text it may hold every sign that an
// address may: there are no two things that one could stand between.
export function addressIn(word: string, alone: boolean): Found | undefined {
  if (word.length > longest || word.indexOf("@") !== word.lastIndexOf("@")) return undefined;
  const bare = trimmed(word);
  const before = glued.exec(bare)?.[0] ?? "";
  const at = bare.indexOf("@");
  const local = bare.slice(before.length, at);
  const domain = bare.slice(at + 1).replaceAll("。", ".").replace(gluedBehind, "$1");
  const email = `${local}@${domain}`;
  // logo@2x.png
  if (/\.(?:png|jpe?g|gif|svg|webp|pdf)$/i.test(domain)) return undefined;
  if (!(alone ? anything : usual).test(local) || local.length > 64 || email.length > 254 || /#EXT#$/i.test(local) || !isDomain(domain)) return undefined;
  // A full stop behind an address is a sentence's.
  const changed = word.replace(/[.,:;!?。…]+$/, "") !== email;
  return { email, before, changed };
}

// trimmed takes off list marks, quotes, emphasis and typographic signs; an address does not end
// in a sign, and seldom begins with one. An underscore is a mailbox's unless it is around both.
function trimmed(word: string): string {
  const chars = [...word.replace(/['’]s$/, "")];
  let end = chars.length;
  while (end > 0 && !edge.test(chars[end - 1] ?? "")) end--;
  const around = chars.slice(end).includes("_");
  let start = 0;
  const keep = (sign: string) => edge.test(sign) || sign === "." || sign === "@" || (sign === "_" && !around);
  while (start < end && !keep(chars[start] ?? "")) start++;
  return chars.slice(start, end).join("");
}

// isDomain knows the shape of one. A letter that Unicode holds to be a way to write another one
// (ª, ﬁ, ㎏) is refused: the API would read the other one.
function isDomain(domain: string): boolean {
  const labels = domain.split(".");
  const last = labels.at(-1) ?? "";
  return labels.length > 1 && labels.every((one) => label.test(one)) && /\D/.test(last) && domain.normalize("NFKC") === domain.normalize("NFC");
}

// A browser that takes ß for ss would make one of two domains.
const exact = hostOf("ß.example") === "xn--zca.example";

function hostOf(domain: string): string {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return domain;
  }
}

// sameAs is equal for two spellings of one address, and is for nothing else than to compare.
export function sameAs(email: string): string {
  const [local = "", domain = ""] = email.toLowerCase().normalize("NFC").split("@");
  if (/^[\w.-]*$/.test(domain) && !domain.includes("xn--")) return `${local}@${domain}`;
  return `${local}@${exact || !/[ßς\u200c\u200d]/.test(domain) ? hostOf(domain) : domain}`;
}
