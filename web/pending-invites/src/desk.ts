// What a row knows of the element: its words, and what its buttons do.
import type { Invite } from "@invites/client";
import type { Times } from "./times.ts";
import type { Words } from "./words.ts";

export interface Desk {
  readonly words: Words;
  readonly times: Times;
  // Where the tenant's users reset their password; "" where nobody knows.
  readonly resetURL: string;
  readonly actions: Buttons;
}

export interface Buttons {
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
