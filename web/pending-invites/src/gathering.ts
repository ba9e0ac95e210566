// Gathering is what has been read so far: each person once, in the order of the text.
import { sameAs } from "./address.ts";
import type { Addressee, Reading } from "./addressees.ts";
import { properName } from "./names.ts";
import type { Token } from "./tokens.ts";

export class Gathering {
  readonly roles: ReadonlyMap<string, string>;
  private readonly people = new Map<string, Addressee>();
  private readonly refused = new Set<string>();
  private readonly others = new Map<string, string>();

  constructor(roles: readonly string[]) {
    this.roles = new Map(roles.map((role) => [role.toLowerCase(), role]));
  }

  // invite takes an address with what is known of the person. Where it comes twice, the first
  // stays, with what it did not say yet.
  invite(address: Token, written: string, name = "", role?: string): void {
    const email = address.text;
    const key = sameAs(email);
    const proper = properName(name);
    const changed = address.found?.changed || written.replace(/[.,:;!?。…．！？]+$/, "") !== email;
    this.people.set(key, {
      email,
      ...(proper && { name: proper }),
      ...(role && { role }),
      // Of a link or of HTML the address itself was not changed.
      ...(changed && written && !/mailto:|[<&]/i.test(written) && { typed: written }),
      ...this.people.get(key),
    });
  }

  // other is an address in the row of somebody who is invited at another.
  other(email: string): void {
    this.others.set(sameAs(email), email);
  }

  refuse(written: string): void {
    if (written) this.refused.add(written);
  }

  get empty(): boolean {
    return this.people.size + this.refused.size === 0;
  }

  get reading(): Reading {
    return {
      people: [...this.people.values()],
      refused: [...this.refused],
      others: [...this.others].flatMap(([key, email]) => (this.people.has(key) ? [] : email)),
    };
  }
}
