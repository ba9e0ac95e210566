// InviteForm is where one address or many are invited, with what became of each.
import { html, nothing, type ReactiveController, type ReactiveElement, type TemplateResult } from "lit";
import { Refusal } from "@invites/client";
import type { Addressee, read } from "./addressees.ts";
import { check, warning } from "./icons.ts";
import { whyNot } from "./refusals.ts";
import { mostAtOnce, type NewInvite, type Outcome } from "./service.ts";
import type { Words } from "./words.ts";

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
  formClosed(): void;
}

interface Answer {
  readonly row: NewInvite;
  readonly outcome: Outcome;
}

// The form invites so many at once: what a person can still look through.
const most = 10 * mostAtOnce;

export class InviteForm implements ReactiveController {
  open = false;
  private busy = false;
  private text = "";
  private answers: readonly Answer[] = [];
  private problem = "";
  // The reader of what is pasted: a file of its own, loaded with the first form.
  private read: typeof read | undefined;

  constructor(
    private readonly host: ReactiveElement,
    private readonly office: Office,
  ) {
    host.addController(this);
  }

  hostConnected(): void {}

  // show opens the form for an address and puts the focus in it.
  async show(text = ""): Promise<void> {
    this.read ??= (await import("./addressees.ts")).read;
    this.open = true;
    if (text) this.text = text;
    this.answers = [];
    this.problem = "";
    this.host.requestUpdate();
    await this.host.updateComplete;
    this.field?.focus();
  }

  close(): void {
    this.open = false;
    this.answers = [];
    this.host.requestUpdate();
    this.office.formClosed();
  }

  private get field(): HTMLTextAreaElement | null {
    return this.host.renderRoot.querySelector("textarea");
  }

  // addressees are those whom the API is asked to invite; it says what is wrong with the refused.
  private addressees(): Addressee[] {
    const { people = [], refused = [] } = this.read?.(this.text, this.office.roles) ?? {};
    return [...people, ...refused.map((email) => ({ email }))];
  }

  view(): TemplateResult | typeof nothing {
    if (!this.open) return nothing;
    const { words, roles, languages } = this.office;
    const many = this.addressees();
    const single = many.length <= 1;
    return html`<form class="form" part="form" novalidate aria-label=${words.text("form.title")} @submit=${this.submitted} @keydown=${this.escape}>
      <div class="fields">
        <div class="grow">
          <label for="addresses">${words.text("form.addresses")}</label>
          <textarea
            id="addresses"
            name="addresses"
            rows=${single ? 1 : Math.min(many.length, 8)}
            spellcheck="false"
            autocapitalize="off"
            autocomplete="off"
            aria-describedby="addresses-hint addresses-problem"
            aria-invalid=${this.problem !== ""}
            .value=${this.text}
            @input=${this.typed}
            @keydown=${this.enter}
          ></textarea>
          <p class="soft" id="addresses-hint">${words.text("form.hint")}</p>
        </div>
        ${single
          ? html`<div>
              <label for="name">${words.text("form.name")}</label>
              <input id="name" name="name" autocomplete="off" maxlength="80" />
            </div>`
          : nothing}
        <div>
          <label for="role">${words.text("form.role")}</label>
          <select id="role" name="role">
            ${roles.map((role) => html`<option value=${role}>${role}</option>`)}
          </select>
        </div>
        <div>
          <label for="language">${words.text("form.language")}</label>
          <select id="language" name="language">
            <option value="">${words.text("form.language.default")}</option>
            ${languages.map((tag) => html`<option value=${tag}>${languageName(tag)}</option>`)}
          </select>
        </div>
      </div>
      <p class="hint bad" id="addresses-problem" role="alert" ?hidden=${!this.problem}>${warning}<span>${this.problem}</span></p>
      <div class="buttons">
        <button type="submit" class="primary" part="button primary" aria-disabled=${this.busy}>
          ${this.busy
            ? words.text("form.sending")
            : single
              ? words.text("form.send")
              : words.text("form.sendMany", { n: many.length })}
        </button>
        <button type="button" class="quiet" part="button" @click=${() => this.close()}>${words.text("form.close")}</button>
      </div>
      ${this.answers.length > 0
        ? html`<ul class="answers" aria-label=${words.text("form.answers")}>
            ${this.answers.map((answer) => this.answerView(answer))}
          </ul>`
        : nothing}
    </form>`;
  }

  private answerView({ row, outcome }: Answer): TemplateResult {
    const { words } = this.office;
    if (!(outcome instanceof Refusal)) {
      return html`<li class="good">${check}<span><bdi>${row.email}</bdi>: ${words.text("form.invited")}</span></li>`;
    }
    const { problem } = outcome;
    const inTheWay = problem.invite_id;
    return html`<li class="bad">
      ${warning}<span><bdi>${row.email}</bdi>: ${whyNot(outcome, words)}</span>
      ${problem.code === "already_pending" && inTheWay
        ? html`<button
            type="button"
            class="small"
            aria-label=${`${words.text("form.show")} (${row.email})`}
            @click=${() => this.office.point(inTheWay)}
          >
            ${words.text("form.show")}
          </button>`
        : nothing}
      ${problem.code === "already_accepted" && /^https?:/.test(this.office.resetURL)
        ? html`<a href=${this.office.resetURL} target="_blank" rel="noreferrer">${words.text("action.reset")}</a>`
        : nothing}
      ${problem.code === "cannot_send" && problem.confirm
        ? html`<button
            type="button"
            class="small"
            aria-label=${`${words.text("insist.yes")} (${row.email})`}
            @click=${() => this.send([{ ...row, confirm: problem.confirm ?? "" }])}
          >
            ${words.text("insist.yes")}
          </button>`
        : nothing}
    </li>`;
  }

  private readonly typed = (event: Event): void => {
    this.text = (event.target as HTMLTextAreaElement).value;
    this.problem = "";
    this.host.requestUpdate();
  };

  // Enter sends where one address is written; a line more is for those who paste many.
  private readonly enter = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || this.addressees().length !== 1) return;
    event.preventDefault();
    this.field?.form?.requestSubmit();
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key === "Escape" && !this.busy && !event.isComposing) this.close();
  };

  private readonly submitted = (event: Event): void => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const value = (name: string) => String(form.get(name) ?? "").trim();
    const people = this.addressees();
    const { words } = this.office;
    if (people.length === 0) return this.refuse(words.text("form.empty"));
    if (people.length > most) return this.refuse(words.text("form.tooMany", { n: people.length, most }));
    const single = people.length === 1;
    void this.send(
      people.map((person: Addressee): NewInvite => {
        const name = (single && value("name")) || person.name;
        return {
          email: person.email,
          ...(name && { name }),
          ...(value("role") && { role: value("role") }),
          ...(value("language") && { locale: value("language") }),
        };
      }),
    );
  };

  private refuse(problem: string): void {
    this.problem = problem;
    this.host.requestUpdate();
    this.field?.focus();
  }

  // send invites; the addresses that were refused stay in the field, so that nothing that was
  // written is lost.
  private async send(rows: NewInvite[]): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = "";
    this.host.requestUpdate();
    const { words } = this.office;
    try {
      const outcomes = await this.office.inviteAll(rows);
      const answers = rows.map((row, index): Answer => ({ row, outcome: outcomes[index] as Outcome }));
      const failed = answers.filter(({ outcome }) => outcome instanceof Refusal);
      this.answers = answers;
      this.text = failed.map(({ row }) => (row.name && rows.length > 1 ? `${row.name} <${row.email}>` : row.email)).join("\n");
      if (failed.length === 0) {
        const name = this.field?.form?.elements.namedItem("name");
        if (name instanceof HTMLInputElement) name.value = "";
      }
      const [only] = rows;
      this.office.say(
        rows.length === 1 && only
          ? failed[0]
            ? `${only.email}: ${whyNot(failed[0].outcome as Refusal, words)}`
            : words.text("said.invited", { email: only.email })
          : words.text("said.invitedMany", { n: answers.length - failed.length, failed: failed.length }),
      );
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      this.problem = whyNot(refusal, words);
    } finally {
      this.busy = false;
      this.host.requestUpdate();
    }
    this.field?.focus();
  }
}

function languageName(tag: string): string {
  return new Intl.DisplayNames([tag], { type: "language" }).of(tag) ?? tag;
}
