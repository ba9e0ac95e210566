import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { Refusal, type Connection, type Invite, type Settings } from "@invites/client";
import { languages } from "virtual:languages";
import { Actions, type Place } from "./actions.ts";
import type { Desk } from "./desk.ts";
import { check, cross, warning } from "./icons.ts";
import { Form } from "./form.ts";
import type { Draft, Office } from "./invite-form.ts";
import { listView } from "./list-view.ts";
import { Question } from "./question.ts";
import { whyNot } from "./refusals.ts";
import { Roster, type Note } from "./roster.ts";
import { Service, type NewInvite, type Outcome } from "./service.ts";
import { sorted, sorts, type Sort } from "./sorts.ts";
import { styles } from "./styles.ts";
import { queries, tabsView, total, type Counts, type Tab } from "./tabs.ts";
import { Times } from "./times.ts";
import { inEnglish, wordsFor, type Words } from "./words.ts";

const minute = 60_000;
const noRoles: readonly string[] = [];

// PendingInvites is the Pending Invites part of an admin console.
//
// Properties: `api`, the origin of the invite service, "" for the page's own; `token`, a
// function that gives a bearer token or a promise of one; `locale`, a language tag, else the
// page's; `refreshEvery` in seconds, 0 for never; `level` of its heading.
// `draft`, what is written in the form and not sent, to be kept and put back.
// Events: `invites-changed` with {action, invites}, `signed-out` where a token was refused,
// `draft-changed` with the draft.
export class PendingInvites extends LitElement implements Office, Place, Desk {
  static override styles = styles;

  static override properties = {
    api: {},
    locale: {},
    refreshEvery: { type: Number, attribute: "refresh-every" },
    level: { type: Number },
    token: { attribute: false },
    draft: { attribute: false, noAccessor: true },
    words: { state: true },
    tab: { state: true },
    sort: { state: true },
    status: { state: true },
    said: { state: true },
    settings: { state: true },
    counts: { state: true },
    now: { state: true },
  };

  api = "";
  locale = "";
  refreshEvery = 15;
  level = 2;
  token: Connection["token"] = () => "";

  words: Words = inEnglish;
  private tab: Tab = "pending";
  private sort: Sort = "newest";
  status: Note | undefined;
  private said = "";
  private settings: Settings | undefined;
  counts: Counts | undefined;
  private now = 0;

  times = this.timesIn("en");
  readonly languages = ["en", ...Object.keys(languages)];

  service = this.connection();
  readonly form = new Form(this, this, () => this.partFailed());
  readonly question = new Question(this, () => this.partFailed());
  readonly actions = new Actions(this);
  private readonly rosters = {
    pending: this.roster("pending"),
    attention: this.roster("attention"),
    accepted: this.roster("accepted"),
  };
  private timers: ReturnType<typeof setInterval>[] = [];
  private searching: ReturnType<typeof setTimeout> | undefined;

  // refresh brings what is shown up to date, and moves nothing where somebody is at it. The
  // page may have signed the person in again: that their session is over would be news.
  async refresh(): Promise<void> {
    this.service.over = false;
    await this.look();
  }

  private async look(): Promise<void> {
    if (!this.settings) void this.learn();
    await this.list.refresh(this.isInUse(), rowOf(this.active)?.dataset.id);
    // An answer's date may have set the clock.
    if (Math.abs(this.service.clock.now() - this.now) > minute) this.tick();
  }

  // --- what it says and knows (Office, Place, Desk) ---------------------------------

  get roles(): readonly string[] {
    return this.settings?.roles ?? noRoles;
  }

  get resetURL(): string {
    return this.settings?.password_reset_url ?? "";
  }

  inviteAll(rows: NewInvite[]): Promise<Outcome[]> {
    return this.actions.inviteAll(rows);
  }

  // say tells those who do not see; the same words twice are told twice.
  say(text: string): void {
    this.said = this.said === text ? `${text}\u00a0` : text;
  }

  // draft is what is written in the form and not sent: a page that signs somebody in anew can
  // keep it, and put it back for the same person. undefined where nothing is written.
  get draft(): Draft | undefined {
    return this.form.draft;
  }

  set draft(draft: Draft | undefined) {
    const was = this.draft;
    this.form.clear();
    if (draft) void this.form.write(draft);
    else if (was) this.drafted(undefined);
    this.requestUpdate("draft", was);
  }

  drafted(draft: Draft | undefined): void {
    this.dispatchEvent(new CustomEvent("draft-changed", { detail: draft }));
  }

  private partFailed(): void {
    const text = this.words.text("state.notLoaded");
    this.status = { kind: "bad", text };
    this.say(text);
  }

  // --- life --------------------------------------------------------------------

  override connectedCallback(): void {
    super.connectedCallback();
    this.wind();
    document.addEventListener("visibilitychange", this.refreshQuietly);
    if (this.hasUpdated) void this.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.timers.forEach(clearInterval);
    clearTimeout(this.searching);
    document.removeEventListener("visibilitychange", this.refreshQuietly);
  }

  private wind(): void {
    this.timers.forEach(clearInterval);
    this.timers = [setInterval(() => this.tick(), minute)];
    if (this.refreshEvery > 0) this.timers.push(setInterval(this.refreshQuietly, this.refreshEvery * 1000));
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("api") || changed.has("token")) {
      this.forget();
      if (this.hasUpdated && !changed.has("draft")) this.draft = undefined;
    }
    if (changed.has("locale") || !this.hasUpdated) void this.speak();
  }

  // update keeps the focus in place: where what had it is drawn no more, it goes to the same
  // row, the one that has taken its place, or the heading.
  protected override update(changed: PropertyValues<this>): void {
    const had = this.active;
    const row = rowOf(had);
    const at = row ? this.rows().indexOf(row) : -1;
    super.update(changed);
    if (!had || had.isConnected) return;
    const next = row?.isConnected ? row : this.rows()[Math.min(at, this.rows().length - 1)];
    (next?.querySelector<HTMLElement>("[data-action=close], [data-action=resend]") ?? this.find("#heading"))?.focus();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("api") || changed.has("token")) void this.start();
    if (changed.has("refreshEvery")) this.wind();
  }

  // start asks for everything anew.
  private async start(): Promise<void> {
    await Promise.all([this.list.load(), this.learn()]);
  }

  // forget is for another place, or another person: nothing of the one before is shown.
  private forget(): void {
    this.service = this.connection();
    for (const list of Object.values(this.rosters)) list.clear();
    this.settings = this.counts = this.status = undefined;
  }

  private async learn(): Promise<void> {
    try {
      this.settings = await this.service.settings();
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal; // the list says what is wrong
    }
  }

  private async speak(): Promise<void> {
    const page = this.closest("[lang]")?.getAttribute("lang");
    const tag = this.locale || page || navigator.language || "en";
    const words = await wordsFor(tag);
    if (tag !== (this.locale || page || navigator.language || "en")) return;
    this.times = this.timesIn(words.tag);
    this.words = words;
  }

  private timesIn(tag: string): Times {
    return new Times(tag, () => this.service.clock.now());
  }

  private connection(): Service {
    const service = new Service({ api: this.api, token: () => this.token() }, () => {
      if (service === this.service) this.dispatchEvent(new CustomEvent("signed-out", { bubbles: true, composed: true }));
    });
    return service;
  }

  private roster(tab: Tab): Roster {
    return new Roster(
      this,
      queries[tab],
      (query, signal) => this.service.list(query, signal),
      (id) => this.service.get(id),
      (counts) => {
        if (tab === this.tab) this.counts = counts;
        return total(tab, counts);
      },
    );
  }

  get pending(): Roster {
    return this.rosters.pending;
  }

  get list(): Roster {
    return this.rosters[this.tab];
  }

  private tick(): void {
    this.now = this.service.clock.now();
  }

  private readonly refreshQuietly = (): void => {
    if (document.hidden || this.question.isOpen || this.actions.working || !this.isConnected) return;
    void this.look();
  };

  // isInUse tells whether somebody is about to press something in the list.
  private isInUse(): boolean {
    const rows = this.find(".rows");
    return Boolean(rows?.matches(":hover") || rows?.contains(this.active));
  }

  // --- moving about ------------------------------------------------------------------

  // point leads to the invite that is in the way, wherever in the list it is.
  point(id: string): void {
    void this.pointTo(id);
  }

  private async pointTo(id: string): Promise<void> {
    await this.open("pending");
    if (!this.list.row(id)) {
      try {
        const invite = await this.service.get(id);
        await this.list.load(invite.email);
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        this.status = { kind: "bad", text: whyNot(refusal, this.words) };
      }
    }
    await this.updateComplete;
    this.focusIn(id, "resend");
  }

  formClosed(): void {
    void this.updateComplete.then(() => this.find("[data-action=invite]")?.focus());
  }

  private find(selector: string): HTMLElement | null {
    return this.renderRoot.querySelector(selector);
  }

  private rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>("[data-id]")];
  }

  // active is what has the focus here.
  private get active(): Element | null {
    return this.shadowRoot?.activeElement ?? null;
  }

  focusIn(id: string, action: string): void {
    const row = this.find(`[data-id="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: "nearest" });
    row?.querySelector<HTMLElement>(`[data-action=${action}]`)?.focus();
  }

  // open shows a tab, with what is searched for, and resolves to it once it is drawn.
  private async open(tab: Tab): Promise<HTMLElement | null> {
    const { search } = this.list;
    this.tab = tab;
    this.status = undefined;
    const { list } = this;
    if (list.state === "new" || list.search !== search) void list.load(search);
    else void this.look();
    await this.updateComplete;
    return this.find(`#tab-${tab}`);
  }

  private readonly searched = (event: Event): void => {
    const text = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.searching);
    this.searching = setTimeout(() => void this.search(text), 300);
  };

  private async search(text: string): Promise<void> {
    const { list } = this;
    this.status = undefined;
    await list.load(text);
    if (list === this.list && !list.refusal) this.say(this.words.text("said.found", { n: list.rows.length }));
  }

  private async more(): Promise<void> {
    const [first, ...others] = await this.list.more();
    this.say(this.words.text("said.more", { n: first ? others.length + 1 : 0 }));
    if (!first || this.sort !== "newest") return;
    await this.updateComplete;
    this.focusIn(first.invite.id, "resend");
  }

  changed(action: string, invites: Invite[]): void {
    void this.list.count();
    this.dispatchEvent(new CustomEvent("invites-changed", { bubbles: true, composed: true, detail: { action, invites } }));
  }

  // --- what is drawn -------------------------------------------------------------------

  protected override render(): TemplateResult {
    const { words, list } = this;
    const busy = list.state === "loading";
    const shut = list.refusal?.status === 403;
    return html`<div class="root" dir=${words.dir} lang=${words.tag} part="root" @pointerenter=${this.question.warm} @focusin=${this.question.warm}>
      <div class="head">
        <div role="heading" aria-level=${this.level} class="title" id="heading" part="title" tabindex="-1">${words.text("title")}</div>
        <button
          class="primary"
          part="button primary"
          data-action="invite"
          ?hidden=${shut}
          aria-expanded=${this.form.open}
          @pointerenter=${this.form.warm}
          @focus=${this.form.warm}
          @click=${() => (this.form.open ? this.form.close() : void this.form.show())}
        >
          ${words.text("action.invite")}
        </button>
      </div>
      ${this.form.view()}
      <div class="bar" ?hidden=${shut}>
        ${tabsView(this.tab, this.counts, words, (tab) => this.open(tab))}
        <div class="tools">
          <label>
            <span>${words.text("search")}</span>
            <input type="search" name="q" autocomplete="off" .value=${list.search} placeholder=${words.text("search.hint")} @input=${this.searched} />
          </label>
          <label>
            <span>${words.text("sort")}</span>
            <select name="sort" @change=${(event: Event) => (this.sort = (event.target as HTMLSelectElement).value as Sort)}>
              ${sorts.map((sort) => html`<option value=${sort} ?selected=${sort === this.sort}>${words.text(`sort.${sort}`)}</option>`)}
            </select>
          </label>
          ${this.sort === "newest" || !list.next ? nothing : html`<span class="soft">${words.text("sort.note")}</span>`}
        </div>
      </div>
      <div class="panel" id="panel" role="tabpanel" aria-labelledby="tab-${this.tab}" aria-busy=${busy}>
        <div class="over">${this.manyView()} ${this.waitingView()}</div>
        ${listView({
          tab: this.tab,
          list,
          rows: sorted(list.rows, this.sort),
          total: total(this.tab, this.counts),
          now: this.now,
          desk: this,
          selectAll: (selected) => this.actions.selectAll(selected),
          more: () => void this.more(),
        })}
        <div class="foot">${this.statusView()}</div>
      </div>
      ${this.question.view()}
      <div class="unseen" role="status" aria-live="polite">${this.said}</div>
    </div>`;
  }

  // What comes while somebody is at the list lies over its head or below it, so that no row
  // moves away under a hand.
  private waitingView(): TemplateResult | typeof nothing {
    const { words, list } = this;
    if (list.waiting.length === 0) return nothing;
    return html`<p class="hint note">
      <span>${words.text("waiting", { n: list.waiting.length })}</span>
      <button class="small" @click=${() => list.show()}>${words.text("waiting.show")}</button>
    </p>`;
  }

  private statusView(): TemplateResult | typeof nothing {
    const { status, words } = this;
    if (!status) return nothing;
    return html`<p class="hint note ${status.kind}" part="status">
      ${status.kind === "good" ? check : warning}<span>${status.text}</span>
      <button class="icon-only" aria-label=${words.text("status.close")} @click=${() => (this.status = undefined)}>${cross}</button>
    </p>`;
  }

  private manyView(): TemplateResult | typeof nothing {
    const { words, list, actions } = this;
    const n = list.selected.length;
    if (n === 0) return nothing;
    return html`<div class="many" role="group" aria-label=${words.text("many")} part="many">
      <span>${words.text("many.selected", { n })}</span>
      <button part="button" aria-disabled=${actions.working} @click=${() => !actions.working && void actions.resendSelected()}>${words.text("many.resend", { n })}</button>
      <button part="button" class="quiet" aria-disabled=${actions.working} @click=${() => !actions.working && void actions.cancelSelected()}>
        ${words.text("many.cancel", { n })}
      </button>
      <button part="button" class="quiet" @click=${() => actions.selectAll(false)}>${words.text("many.none")}</button>
    </div>`;
  }
}

function rowOf(element: Element | null): HTMLElement | null | undefined {
  return element?.closest<HTMLElement>("[data-id]");
}
