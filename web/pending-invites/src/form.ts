// Form is where people are invited. What is drawn of it, and what reads a list that is pasted
// into it, are parts; until they are there it is a field that loses nothing that is typed.
import { html, nothing, type ReactiveElement } from "lit";
import loadReader from "virtual:part/addressees";
import loadForm from "virtual:part/invite-form";
import type { Draft, InviteForm, Office } from "./invite-form.ts";
import { Part, kit, wear, type Drawn } from "./parts.ts";
import { learn } from "./words.ts";

const form = new Part(loadForm);
const reader = new Part(loadReader);

export class Form {
  private made: InviteForm | undefined;
  // What is to stand in the form once it is there, and whether it is to be sent then.
  private waiting: Draft | undefined;
  private entered = false;
  // Which call is under way: clearing the form is a newer one.
  private turn = 0;

  // failed is told where the parts could not be loaded.
  constructor(
    private readonly host: ReactiveElement,
    private readonly office: Office,
    private readonly failed: () => void,
  ) {}

  readonly warm = (): void => {
    form.warm();
    reader.warm();
  };

  get open(): boolean {
    return this.made?.open ?? false;
  }

  // draft is what was written and not sent, or undefined where nothing was.
  get draft(): Draft | undefined {
    return this.waiting?.addresses ? this.waiting : this.made?.draft;
  }

  // show opens the form, with an address where one is given, and puts the focus in it.
  async show(addresses = ""): Promise<void> {
    if (addresses) this.waiting = { ...this.draft, addresses };
    await this.fill(true);
  }

  // write puts a draft into the form, without the focus.
  async write(draft: Draft): Promise<void> {
    this.waiting = draft;
    await this.fill(false);
  }

  private async fill(focus: boolean): Promise<void> {
    const turn = ++this.turn;
    if (!this.made) {
      this.waiting ??= {};
      this.host.requestUpdate();
      if (focus) await this.focus();
    }
    try {
      const [{ InviteForm, texts }, { read }] = await Promise.all([form.load(), reader.load()]);
      if (turn !== this.turn) return;
      if (!this.made) {
        learn(texts);
        this.made = new InviteForm(kit, read, this.host, this.office);
        wear(this.host, this.made.styles);
      }
    } catch {
      if (turn === this.turn) this.failed();
      return;
    }
    const { field } = this;
    const at = field?.matches(":focus") ? field.selectionStart : -1;
    this.made.show(this.waiting);
    this.waiting = undefined;
    if (focus || at >= 0) await this.focus();
    if (at >= 0) this.field?.setSelectionRange(at, at);
    if (this.entered) this.field?.form?.requestSubmit();
    this.entered = false;
  }

  private get field(): HTMLTextAreaElement | null {
    return this.host.renderRoot.querySelector("textarea");
  }

  private async focus(): Promise<void> {
    await this.host.updateComplete;
    this.field?.focus();
  }

  close(): void {
    this.made?.close();
  }

  // clear forgets what was written: it was another person's.
  clear(): void {
    this.turn++;
    this.made?.leave();
    this.waiting = this.made = undefined;
    this.entered = false;
    this.host.requestUpdate();
  }

  view(): Drawn {
    if (this.made || !this.waiting) return this.made?.view() ?? nothing;
    return html`<form class="form" part="form" aria-busy="true">
      <label for="addresses">${this.office.words.text("form.addresses")}</label>
      <textarea id="addresses" rows="1" .value=${this.waiting.addresses ?? ""} @input=${this.typed} @keydown=${this.enter}></textarea>
    </form>`;
  }

  private readonly typed = (event: Event): void => {
    this.waiting = { ...this.waiting, addresses: (event.target as HTMLTextAreaElement).value };
    this.office.drafted(this.draft);
  };

  // Who has pressed Enter before the form was there has pressed it.
  private readonly enter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.entered = true;
  };
}
