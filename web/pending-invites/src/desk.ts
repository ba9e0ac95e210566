// What the views know of the element: its words, and what can be pressed.
import type { Invite } from "@invites/client";
import type { Times } from "./times.ts";
import type { Words } from "./words.ts";

export interface Desk {
  readonly words: Words;
  readonly times: Times;
  // Where the tenant's users reset their password; "" where nobody knows.
  readonly resetURL: string;

  resend(id: string): void;
  cancel(id: string): void;
  release(id: string): void;
  // correct cancels an invite and invites another address in its place, or opens the form for
  // it where none is known.
  correct(invite: Invite, email: string | undefined): void;
  copy(id: string, text: string): void;
  select(id: string, selected: boolean): void;
  closeNote(id: string): void;
}
