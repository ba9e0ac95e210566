// Addressee is somebody to invite, as the admin wrote them.
export interface Addressee {
  readonly email: string;
  readonly name?: string;
}

// addressees reads one address or many as they are pasted from a mail program or a sheet:
// one a line, or with commas or semicolons between them, each alone or with a name:
//
//	ana@example.com
//	Ana Silva <ana@example.com>; "Ortega, Tomás" <tomas@example.com>
//	Mei Tanaka,mei@example.com
//
// What holds no address is kept as it is, so that the API can say what is wrong with it: a name
// is never made of what looks like an address gone wrong. An address that comes twice is taken
// once.
export function addressees(text: string): Addressee[] {
  const found = new Map<string, Addressee>();
  for (const one of pieces(text).flatMap(read)) {
    const key = one.email.toLowerCase();
    if (!found.has(key)) found.set(key, one);
  }
  return [...found.values()];
}

const email = /[^\s<>,"()]+@[^\s<>,"()]+/g;
// Commas between two addressees, and not in a name in quotes.
const commas = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/;
// A word that was to be an address: "ana.example.com".
const host = /\w\.[a-z]{2,}(\s|$)/i;

// pieces are the parts of a text that hold one addressee, or several with blanks between.
function pieces(text: string): string[] {
  return text
    .split(/[\n;]+/)
    .flatMap((line) => {
      const parts = line.split(commas);
      const named = line.match(email)?.length === 1 && !parts.some((part) => !part.includes("@") && host.test(part));
      return named ? [line] : parts;
    })
    .filter((piece) => /[^\s,"<>]/.test(piece));
}

// read takes a name from before or behind the one address of a piece; of several, from before
// each that stands in <>.
function read(piece: string): Addressee[] {
  const all = [...piece.matchAll(email)];
  if (all.length === 0) return [{ email: piece.trim() }];
  let end = 0;
  return all.map((match) => {
    const [address] = match;
    const before = piece.slice(end, match.index);
    end = match.index + address.length;
    const name = all.length === 1 ? nameIn(piece.replace(address, "")) : before.endsWith("<") ? nameIn(before) : "";
    return name ? { email: address, name } : { email: address };
  });
}

function nameIn(rest: string): string {
  const name = rest.replace(/[<>"()\t]+/g, " ").replace(/\s+/g, " ").trim();
  return name.replace(/^[\s,:]+|[\s,:]+$/g, "");
}
