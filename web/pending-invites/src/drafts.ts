// How people are written who stay in the form.
import type { Addressee, Reading } from "./addressees.ts";

// What the API takes as a name (contract): so many characters, and no control characters.
const longest = 80;

// nameOf is a name that the API takes, or none: nobody is refused for a name that was read out
// of a list.
export function nameOf(name = ""): string | undefined {
  const plain = name.replace(/[\p{Cc}\uFFFD]+/gu, " ").trim();
  return plain && [...plain].length <= longest ? plain : undefined;
}

// written is a text that reads as those people again, one a line, below what is not understood.
export function written(people: readonly Addressee[], refused: readonly string[], read: (line: string) => Reading): string {
  return [...refused, ...people.map((person) => line(person, read))].join("\n");
}

// line is the fullest way to write somebody that is read as the same person.
function line(person: Addressee, read: (line: string) => Reading): string {
  const { email, name = "", role } = person;
  const quoted = /^[^",;<>()[\]\t]*$/.test(name) ? name : `"${name.replace(/"/g, "'")}"`;
  const ways = [role ? [name, email, role].filter(Boolean).join("\t") : "", name ? `${quoted} <${email}>` : ""];
  return ways.find((way) => way && same(person, read(way))) ?? (name ? `${quoted} <${email}>` : email);
}

function same({ email, name, role }: Addressee, { people, refused, others }: Reading): boolean {
  const [one] = people;
  return people.length === 1 && refused.length + others.length === 0 && one?.email === email && one.name === name && one.role === role;
}
