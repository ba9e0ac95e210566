// What is pasted into the form, read: see read. Loaded when the form opens.
import { Gathering } from "./gathering.ts";
import { readJSON } from "./json.ts";
import { readList } from "./list.ts";
import { readLabelled, readTable } from "./records.ts";
import { readCards, readEvents } from "./vcard.ts";

// Addressee is somebody to invite.
export interface Addressee {
  readonly email: string;
  readonly name?: string;
  // One of the roles that may be given, where the text names it.
  readonly role?: string;
  // What was written, where signs of the address itself were dropped or changed.
  readonly typed?: string;
}

// Reading is what a text says. Nobody in it is lost: who is not among people stands in refused,
// as written, to be mended there, or in others, the further addresses of somebody who is invited.
export interface Reading {
  readonly people: readonly Addressee[];
  readonly refused: readonly string[];
  readonly others: readonly string[];
}

// read finds the people in a text as it is pasted from a mail program, a sheet, an export or a
// chat: each once, in order. It takes time linear in the text.
export function read(text: string, roles: readonly string[] = []): Reading {
  const gathering = new Gathering(roles);
  if (!readCards(text, gathering) && !readEvents(text, gathering) && !readJSON(text, gathering) && !readTable(text, gathering) && !readLabelled(text, gathering)) readList(text, gathering);
  // Where nobody was found, all of it is to be mended.
  if (gathering.empty) for (const line of text.split(/[\n\r]+/)) if (/[\p{L}\p{N}@]/u.test(line)) gathering.refuse(line.trim());
  return gathering.reading;
}
