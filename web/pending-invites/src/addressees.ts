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
// What holds no address is kept as it is, so that the API can say what is wrong with it. An
// address that comes twice is taken once.
export function addressees(text: string): Addressee[] {
  const found = new Map<string, Addressee>();
  for (const piece of pieces(text)) {
    const emails = piece.match(/[^\s<>,"()]+@[^\s<>,"()]+/g) ?? [piece.trim()];
    const name = emails.length === 1 ? nameIn(piece.replace(emails[0] ?? "", "")) : "";
    for (const email of emails) {
      const key = email.toLowerCase();
      if (!found.has(key)) found.set(key, name ? { email, name } : { email });
    }
  }
  return [...found.values()];
}

// pieces are the parts of a text that hold one addressee, or several with blanks between.
function pieces(text: string): string[] {
  return text
    .split(/[\n;]+/)
    .flatMap((line) => (line.split("@").length > 2 ? line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/) : [line]))
    .filter((piece) => /[^\s,"<>]/.test(piece));
}

function nameIn(rest: string): string {
  const name = rest.replace(/[<>"()\t]+/g, " ").replace(/\s+/g, " ").trim();
  return name.replace(/^[\s,:]+|[\s,:]+$/g, "");
}
