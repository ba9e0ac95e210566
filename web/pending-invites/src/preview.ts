// Preview shows before sending how a text was read: who will be invited and as what, what is
// not understood, and which addresses are left out.
import type { TemplateResult } from "lit";
import type { Addressee, Reading } from "./addressees.ts";
import type { Drawn, Kit } from "./parts.ts";
import type { NewInvite } from "./service.ts";
import type { Words } from "./words.ts";

// So many of each are shown until all are asked for, and so much of one.
const few = 8;
const longest = 120;

export class Preview {
  private whole = false;

  constructor(
    private readonly kit: Kit,
    private readonly changed: () => void,
  ) {}

  // single tells that one address is written, or is about to be; row is what is sent for
  // somebody.
  view({ people, refused, others }: Reading, words: Words, single: boolean, row: (person: Addressee) => NewInvite): Drawn {
    const { html, nothing, warning } = this.kit;
    // Of one address as it is written there is nothing to say, nor of one that is not whole yet.
    const plain = single && others.length === 0 && !people.some(({ name, role, typed }) => name || role || typed);
    const n = Math.max(people.length, refused.length, others.length);
    if (n <= few) this.whole = false;
    if (plain) return this.kit.nothing;
    const most = this.whole ? n : few;
    const list = (all: readonly string[]) => all.slice(0, most).map((one) => html`<li><bdi>${short(one)}</bdi></li>`);
    return html`<div class="preview" part="preview" role="group" aria-label=${words.text("form.preview")}>
      <div class=${this.whole ? "scroll" : nothing} tabindex=${this.whole ? 0 : nothing}>
        ${refused.length > 0 && !single
          ? html`<p class="lead hint bad">${warning}<span>${words.text("form.refused", { n: refused.length })}</span></p>
              <ul class="refused">
                ${list(refused)}
              </ul>`
          : nothing}
        ${people.length > 0
          ? html`<p class="lead">${words.text("form.people", { n: people.length })}</p>
              <ul class="people">
                ${people.slice(0, most).map((person) => this.person(person, row(person), words))}
              </ul>`
          : nothing}
        ${others.length > 0
          ? html`<p class="lead">${words.text("form.others", { n: others.length })}</p>
              <ul class="others">
                ${list(others)}
              </ul>`
          : nothing}
      </div>
      ${n > few
        ? html`<button type="button" class="small" aria-expanded=${this.whole} @click=${this.turn}>
            ${this.whole ? words.text("form.fewer") : words.text("form.all", { n: people.length + refused.length + others.length })}
          </button>`
        : nothing}
    </div>`;
  }

  private person({ typed }: Addressee, { email, name, role }: NewInvite, words: Words): TemplateResult {
    const { html, nothing } = this.kit;
    return html`<li>
      <span class="whom"
        ><bdi class="address">${email}</bdi>${typed ? html`<span class="soft line">${words.text("form.typed")} <bdi>${short(typed)}</bdi></span>` : nothing}</span
      >
      <bdi>${name}</bdi>
      <bdi>${role ? html`<span class="badge">${role}</span>` : nothing}</bdi>
    </li>`;
  }

  private readonly turn = (): void => {
    this.whole = !this.whole;
    this.changed();
  };
}

// short is enough of a text to know it by.
export function short(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)} …` : text;
}
