// InviteForm is where one address or many are invited: before sending it shows who that will
// be, and afterwards what became of each.
import type { CSSResult, ReactiveElement } from "lit";
import type { Refusal } from "@invites/client";
import type { Addressee, Reading } from "./addressees.ts";
import { answersView, type Answer } from "./answers.ts";
import { nameOf, written } from "./drafts.ts";
import { formStyles } from "./form-styles.ts";
import type { Drawn, Kit } from "./parts.ts";
import { Preview, short } from "./preview.ts";
import type { NewInvite, Outcome } from "./service.ts";
import type { Words } from "./words.ts";

export { texts } from "virtual:texts/form";

// What the form needs of the element around it.
export interface Office {
  readonly words: Words;
  readonly roles: readonly string[];
  readonly languages: readonly string[];
  readonly resetURL: string;
  // inviteAll answers each row in its place.
  inviteAll(rows: NewInvite[]): Promise<Outcome[]>;
  // point leads to the invite that is in the way.
  point(id: string): void;
  say(text: string): void;
  // drafted is told what is written now, or undefined where nothing is.
  drafted(draft: Draft | undefined): void;
  formClosed(): void;
}

// Draft is what was written and not sent. role and language are for those that have none of
// their own.
export interface Draft {
  readonly addresses?: string;
  readonly name?: string;
  readonly role?: string;
  readonly language?: string;
}

// The form invites so many at once: what a person can still look through.
const most = 1_000;

// The field has as many lines as its text, up to so many.
const tallest = 8;

export class InviteForm {
  open = false;
  readonly styles: CSSResult;
  private busy = false;
  private over = false;
  private text = "";
  private name = "";
  private role = "";
  private language = "";
  private answers: readonly Answer[] = [];
  private problem = "";
  private readonly preview: Preview;
  private known: { readonly text: string; readonly roles: readonly string[]; readonly reading: Reading } | undefined;

  constructor(
    private readonly kit: Kit,
    private readonly read: (text: string, roles: readonly string[]) => Reading,
    private readonly host: ReactiveElement,
    private readonly office: Office,
  ) {
    this.styles = formStyles(kit);
    this.preview = new Preview(kit, () => host.requestUpdate());
  }

  get draft(): Draft | undefined {
    const { text, name, role, language } = this;
    return text.trim() || name.trim() ? { addresses: text, name, role, language } : undefined;
  }

  // show opens the form, with a draft where one is given.
  show(draft?: Draft): void {
    this.open = true;
    if (draft) {
      this.text = draft.addresses ?? "";
      this.name = draft.name ?? "";
      this.role = draft.role ?? "";
      this.language = draft.language ?? "";
      this.office.drafted(this.draft);
    }
    this.answers = [];
    this.problem = "";
    this.host.requestUpdate();
  }

  focus(): void {
    this.field?.focus();
  }

  close(): void {
    this.open = false;
    this.answers = [];
    this.host.requestUpdate();
    this.office.formClosed();
  }

  // leave is for another person's turn: what comes of a call that is under way is not said.
  leave(): void {
    this.over = true;
  }

  private get field(): HTMLTextAreaElement | null {
    return this.host.renderRoot.querySelector("textarea");
  }

  // reading is read once for each change of the text.
  private get reading(): Reading {
    const { text } = this;
    const { roles } = this.office;
    if (this.known?.text !== text || this.known.roles !== roles) this.known = { text, roles, reading: this.read(text, roles) };
    return this.known.reading;
  }

  // single reports whether one address is written, or is about to be.
  private get single(): boolean {
    const { people, refused } = this.reading;
    return people.length + refused.length <= 1;
  }

  view(): Drawn {
    const { html, nothing, warning } = this.kit;
    if (!this.open) return this.kit.nothing;
    const { words, roles, languages } = this.office;
    const { reading, single, busy } = this;
    const n = reading.people.length;
    return html`<form class="form" part="form" novalidate aria-label=${words.text("form.title")} @submit=${this.submitted} @keydown=${this.escape}>
      <div class="fields">
        <div class="grow">
          <label for="addresses">${words.text("form.addresses")}</label>
          <textarea
            id="addresses"
            name="addresses"
            rows=${Math.min(this.text.trimEnd().split("\n").length, tallest)}
            spellcheck="false"
            autocapitalize="off"
            autocomplete="off"
            aria-describedby="addresses-hint addresses-problem"
            aria-invalid=${this.problem !== ""}
            ?readonly=${busy}
            .value=${this.text}
            @input=${this.typed}
            @paste=${this.pasted}
            @keydown=${this.enter}
          ></textarea>
          <p class="soft" id="addresses-hint">${words.text("form.hint")}</p>
        </div>
        ${single
          ? html`<div>
              <label for="name">${words.text("form.name")}</label>
              <input id="name" name="name" autocomplete="off" maxlength="80" ?readonly=${busy} .value=${this.name} @input=${this.typed} />
            </div>`
          : nothing}
        <div>
          <label for="role">${words.text("form.role")}</label>
          <select id="role" name="role" @change=${this.typed}>
            ${roles.map((role) => html`<option value=${role} ?selected=${role === this.role}>${role}</option>`)}
          </select>
        </div>
        <div>
          <label for="language">${words.text("form.language")}</label>
          <select id="language" name="language" @change=${this.typed}>
            <option value="">${words.text("form.language.default")}</option>
            ${languages.map((tag) => html`<option value=${tag} ?selected=${tag === this.language}>${words.language(tag)}</option>`)}
          </select>
        </div>
      </div>
      ${this.preview.view(reading, words, single, (person) => this.row(person))}
      <p class="hint bad" id="addresses-problem" role="alert" ?hidden=${!this.problem}>${warning}<span>${this.problem}</span></p>
      <div class="buttons">
        <button type="submit" class="primary" part="button primary" aria-disabled=${busy}>
          ${busy ? words.text("form.sending") : n <= 1 ? words.text("form.send") : words.text("form.sendMany", { n })}
        </button>
        <button type="button" class="quiet" part="button" @click=${() => this.close()}>${words.text("form.close")}</button>
      </div>
      ${answersView(this.kit, this.answers, this.office, (row) => void this.insist(row))}
    </form>`;
  }

  private readonly typed = (event: Event): void => {
    const { name, value } = event.target as HTMLTextAreaElement | HTMLInputElement | HTMLSelectElement;
    if (name === "addresses") this.text = value;
    else if (name === "name") this.name = value;
    else if (name === "role") this.role = value;
    else this.language = value;
    this.problem = "";
    this.office.drafted(this.draft);
    this.host.requestUpdate();
  };

  // pasted tells those who do not see it what a list was read as.
  private readonly pasted = (): void => {
    void new Promise((done) => setTimeout(done)).then(() => {
      const { people, refused } = this.reading;
      if (!this.single) this.office.say(this.office.words.text("said.read", { n: people.length, refused: refused.length }));
    });
  };

  // Enter sends where one address is written; a line more is for those who paste many.
  private readonly enter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || !this.single || !this.text.trim()) return;
    event.preventDefault();
    this.field?.form?.requestSubmit();
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !this.busy && !event.isComposing) this.close();
  };

  private readonly submitted = (event: Event): void => {
    event.preventDefault();
    const { words } = this.office;
    const { people, refused } = this.reading;
    const [first] = refused;
    if (people.length > most) return this.refuse(words.text("form.tooMany", { n: people.length, most }));
    if (people.length > 0) return void this.invite(people, refused);
    if (first === undefined) return this.refuse(words.text("form.empty"));
    this.refuse(words.text("form.mend", { text: short(first), example: "ana@example.com" }));
    const at = this.text.indexOf(first);
    if (at >= 0) this.field?.setSelectionRange(at, at + first.length);
  };

  // row is what the API is told of somebody: what their own cells say, and else what is
  // chosen for all.
  private row(person: Addressee): NewInvite {
    const name = nameOf((this.single && this.name.trim()) || person.name);
    const role = person.role ?? (this.role || this.office.roles[0]);
    return { email: person.email, ...(name && { name }), ...(role && { role }), ...(this.language && { locale: this.language }) };
  }

  private refuse(problem: string): void {
    this.problem = problem;
    this.host.requestUpdate();
    this.focus();
  }

  private async invite(people: readonly Addressee[], refused: readonly string[]): Promise<void> {
    const { Refusal, whyNot } = this.kit;
    const { words } = this.office;
    const rows = people.map((person) => this.row(person));
    const answers = await this.send(rows);
    if (!answers) return;
    const failed = answers.filter(({ outcome }) => outcome instanceof Refusal);
    const made = answers.filter(({ outcome }) => !(outcome instanceof Refusal));
    this.answers = [...refused.map((email) => ({ email })), ...failed, ...made];
    const [only] = answers;
    this.office.say(
      rows.length === 1 && only && refused.length === 0
        ? only.outcome instanceof Refusal
          ? `${only.email}: ${whyNot(only.outcome, words)}`
          : words.text("said.invited", { email: only.email })
        : words.text("said.invitedMany", { n: made.length, failed: failed.length + refused.length }),
    );
    this.focus();
  }

  // insist sends to one of those that were refused, in spite of what is known of the address.
  private async insist(row: NewInvite): Promise<void> {
    const { Refusal, whyNot } = this.kit;
    const { words } = this.office;
    const [now] = (await this.send([row])) ?? [];
    if (!now) return;
    const { email, outcome } = now;
    this.answers = this.answers.map((answer) => (answer.email === email ? now : answer));
    this.office.say(outcome instanceof Refusal ? `${email}: ${whyNot(outcome, words)}` : words.text("said.invited", { email }));
    this.focus();
  }

  // send invites, and takes those who are invited out of the field: everybody else stays in it,
  // so that nothing that was written is lost.
  private async send(rows: NewInvite[]): Promise<Answer[] | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.problem = "";
    this.host.requestUpdate();
    const { Refusal, whyNot } = this.kit;
    try {
      const outcomes = await this.office.inviteAll(rows);
      if (this.over) return undefined;
      const answers = rows.map((row, index): Answer => ({ email: row.email, row, outcome: outcomes[index] as Outcome }));
      const invited = new Set(answers.filter(({ outcome }) => !(outcome instanceof Refusal)).map(({ email }) => email));
      this.take(invited);
      return answers;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.problem = whyNot(refusal as Refusal, this.office.words);
      return undefined;
    } finally {
      this.busy = false;
      this.host.requestUpdate();
    }
  }

  // take takes out of the field those who are invited.
  private take(invited: ReadonlySet<string>): void {
    const { people, refused } = this.reading;
    const left = people.filter(({ email }) => !invited.has(email));
    if (left.length === people.length) return;
    this.text = written(left, refused, (line) => this.read(line, this.office.roles));
    if (left.length + refused.length === 0) this.name = "";
    this.office.drafted(this.draft);
  }
}
