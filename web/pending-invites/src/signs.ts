// Signs are what a text is written with. Before it is read, the ways to write one and the same
// sign become one: line ends, spaces, full-width forms, quotes and brackets of other scripts,
// HTML, mailto: links. What nobody sees is dropped.

// Clean is a text after that, with the way back to what was written.
export interface Clean {
  readonly text: string;
  // written is what stood for text.slice(start, end).
  written(start: number, end: number): string;
}

const alike: Record<string, string> = {};
for (const [sign, others] of [
  ["\n", "\r\v\f\x85\u2028\u2029"],
  [" ", "\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"],
  ['"', "“”„‟«»「」『』《》｢｣〝〞"],
  ["<", "〈‹⟨"],
  [">", "〉›⟩"],
  ["[", "【〔〖"],
  ["]", "】〕〗"],
  [",", "、،､﹐﹑"],
  [";", "؛﹔"],
  [":", "﹕"],
  ["@", "﹫"],
] as const) {
  for (const other of others) alike[other] = sign;
}
const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: " ", commat: "@", period: "." };

// Each part looks at a bounded piece, save for the address of a link, which nothing reads twice.
const signs = new RegExp(
  [
    "\\r\\n",
    // What nobody sees.
    "[\\0\\xad\\u034f\\u061c\\u180e\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufe0f\\ufeff]",
    "[\\x01-\\x08\\x0e-\\x1f\\x7f-\\x9f]",
    `[${Object.keys(alike).join("")}]`,
    "[\\uff01-\\uff5e]",
    "\\[?cid:[^\\s\\]]{1,200}\\]?", // a picture in Outlook's text
    "&(?:[a-z]{2,6}|#\\d{1,6}|#x[\\da-f]{1,6});",
    "=[A-Z\\xc0-\\xdd._]{4,20}\\((?=\\s{0,3}\")", // =HYPERLINK(
    "<(?:mailto:)?[^\\s|<>]*@[^\\s|<>]*\\|[^<>\\n]{0,200}>", // Slack's
    '<a\\s[^<>]{0,300}?href=["\']?mailto:[^<>"\'\\s]{0,900}[^<>]{0,300}>',
    "<\\/?(?:a|abbr|article|b|blockquote|body|br|center|code|dd|div|dl|dt|em|font|h[1-6]|head|hr|html|i|img|li|ol|p|pre|s|section|small|span|strong|table|tbody|td|th|thead|tr|u|ul)(?:[\\s/][^<>]{0,500})?>",
    // With the title that Markdown has behind a link.
    'mailto:[^\\s<>()[\\]"|,;]*(?:[,;][^\\s<>()[\\]"|,;]+)*(?:\\s"[^"\\n]{0,200}"(?=\\)))?',
  ].join("|"),
  "gi",
);

export function clean(written: string): Clean {
  const parts: Part[] = [];
  let text = "";
  let done = 0;
  const add = (part: string, from: number, to: number, same: boolean) => {
    if (part) parts.push({ here: text.length, from, to, same });
    text += part;
    done = to;
  };
  for (const { 0: sign, index } of written.matchAll(signs)) {
    const means = meaning(sign, written, index);
    if (means === sign) continue;
    add(written.slice(done, index), done, index, true);
    add(means, index, index + sign.length, sign.length === 1);
  }
  add(written.slice(done), done, written.length, true);
  return {
    text,
    written(start, end) {
      const first = partAt(parts, start);
      const last = partAt(parts, end - 1);
      if (!first || !last || start >= end) return "";
      return written.slice(first.same ? first.from + start - first.here : first.from, last.same ? last.from + end - last.here : last.to).trim();
    },
  };
}

// Part is a piece of the cleaned text, which begins here, and of what was written; the same where
// sign stands for sign.
interface Part {
  readonly here: number;
  readonly from: number;
  readonly to: number;
  readonly same: boolean;
}

// partAt is the last part that begins at a place or before.
function partAt(parts: readonly Part[], place: number): Part | undefined {
  let low = 0;
  for (let high = parts.length; high - low > 1; ) {
    const middle = (low + high) >> 1;
    if ((parts[middle]?.here ?? 0) <= place) low = middle;
    else high = middle;
  }
  return parts[low];
}

function meaning(sign: string, text: string, index: number): string {
  const code = sign.charCodeAt(0);
  if (sign.length === 1) {
    // Inside a word of Persian or Sinhala a joiner is a letter's shape, and part of a name.
    if (code === 0x200c || code === 0x200d) return text.charCodeAt(index - 1) > 0x590 && text.charCodeAt(index + 1) > 0x590 ? sign : "";
    if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0);
    return alike[sign] ?? (code && (code < 32 || (code > 126 && code < 160)) ? " " : "");
  }
  if (sign[0] === "\r") return "\n";
  if (sign[0] === "=" || /^\[?cid:/i.test(sign)) return "";
  if (sign[0] === "&") return entity(sign.slice(1, -1).toLowerCase()) ?? sign;
  if (sign[0] !== "<") return linked(sign.slice(7));
  const tag = sign.toLowerCase();
  const label = sign.slice(sign.indexOf("|") + 1, -1);
  if (/^<(?:mailto:)?[^\s|]*@[^\s|]*\|/.test(tag)) {
    const to = sign.slice(tag.startsWith("<mailto:") ? 8 : 1, sign.indexOf("|"));
    return label.includes("@") ? `<${linked(to)}>` : `${label} <${linked(to)}>`;
  }
  const to = /mailto:([^<>"'\s]*)/i.exec(sign);
  if (to) return `<${linked(to[1] ?? "")}> "`;
  if (/^<t[dh]\b/.test(tag)) return "\t";
  // What a link is called may hold commas.
  return tag === "</a>" ? '",' : /^<\/?(?:a|abbr|b|code|em|font|i|img|s|small|span|strong|t[dh]|u)\b/.test(tag) ? "" : "\n";
}

function entity(name: string): string | undefined {
  if (name[0] !== "#") return entities[name];
  const code = Number(name[1] === "x" ? `0${name.slice(1)}` : name.slice(1));
  return code > 0x10ffff ? undefined : code < 32 ? " " : (alike[String.fromCodePoint(code)] ?? String.fromCodePoint(code));
}

// linked are the addresses of a mailto: link (RFC 6068): those before the ?, and its to, cc and
// bcc. Its subject and body invite nobody.
function linked(link: string): string {
  const [to = "", query = ""] = link.replace(/\s.*/, "").replaceAll("&amp;", "&").split("?", 2);
  const more = query.split("&").flatMap((field) => (/^b?cc=|^to=/i.test(field) ? field.slice(field.indexOf("=") + 1) : []));
  return [to, ...more].filter(Boolean).map(decoded).join(", ");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text).replace(/\s/g, " ");
  } catch {
    return text;
  }
}
