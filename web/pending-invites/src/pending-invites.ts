import { LitElement, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import { Refusal, type Connection, type Invite, type InvitePage, type Settings } from "@invites/client";
import { languages } from "virtual:languages";
import type { Desk } from "./desk.ts";
import { check, cross, warning } from "./icons.ts";
import { InviteForm, type Office } from "./invite-form.ts";
import { Question, type Asked } from "./question.ts";
import { whyNot } from "./refusals.ts";
import { Roster, type Note, type Row } from "./roster.ts";
import { can, columns, rowView } from "./row-view.ts";
import { Presses, Service, type ListQuery, type NewInvite, type Outcome } from "./service.ts";
import { styles } from "./styles.ts";
import { Times } from "./times.ts";
import { inEnglish, wordsFor, type Key, type Words } from "./words.ts";

const tabs = ["pending", "attention", "accepted"] as const;
type Tab = (typeof tabs)[number];

const queries: Record<Tab, ListQuery> = { pending: {}, attention: { attention: true }, accepted: { status: "accepted" } };

type Counts = NonNullable<InvitePage["counts"]>;

// How many invites a tab has, "500+" where there are more than were looked at.
const counted: Record<Tab, (counts: Counts) => string> = {
  pending: (counts) => atLeast(counts.open, counts.more_open),
  attention: (counts) => atLeast(counts.attention, counts.more_open),
  accepted: (counts) => atLeast(counts.accepted, counts.more_accepted),
};

function atLeast(n: number, more: boolean): string {
  return more ? `${n}+` : String(n);
}

const sorts = ["newest", "address", "sent", "expires"] as const;
type Sort = (typeof sorts)[number];

// Rows are drawn in chunks: where nothing of a chunk has changed it is not looked at, and
// where it is out of sight the browser leaves it out (content-visibility).
const chunkSize = 50;

// What is asked before one invite is changed: title, text, and the words for no and yes.
const questions = {
  cancel: ["cancel.title", "cancel.text", "cancel.no", "cancel.yes"],
  release: ["release.title", "release.text", "release.no", "release.yes"],
  insist: ["insist.title", "insist.text", "insist.no", "insist.yes"],
} satisfies Record<string, Key[]>;

// How long a mail that is on its way is watched, in milliseconds, and how often.
const watchFor = 20_000;
const watchEvery = 1_000;

const minute = 60_000;

// PendingInvites is the Pending Invites part of an admin console.
//
// Properties: `api`, the origin of the invite service, "" for the page's own; `token`, a
// function that gives a bearer token or a promise of one; `locale`, a language tag, else the
// page's; `refreshEvery` in seconds, 0 for never; `level` of its heading.
// Events: `invites-changed` with {action, invites}, `signed-out` where a token was refused.
export class PendingInvites extends LitElement implements Office, Desk {
  static override styles = styles;
  static override shadowRootOptions = { ...LitElement.shadowRootOptions, delegatesFocus: false };

  static override properties = {
    api: {},
    locale: {},
    refreshEvery: { type: Number, attribute: "refresh-every" },
    level: { type: Number },
    token: { attribute: false },
    words: { state: true },
    tab: { state: true },
    sort: { state: true },
    status: { state: true },
    said: { state: true },
    settings: { state: true },
    counts: { state: true },
    now: { state: true },
    working: { state: true },
  };

  api = "";
  locale = "";
  refreshEvery = 15;
  level = 2;
  token: Connection["token"] = () => "";

  words: Words = inEnglish;
  private tab: Tab = "pending";
  private sort: Sort = "newest";
  private status: Note | undefined;
  private said = "";
  private settings: Settings | undefined;
  private counts: Counts | undefined;
  private now = Date.now();
  private working = false;

  times = new Times("en");
  readonly languages = ["en", ...Object.keys(languages)];

  private service = this.connection();
  private readonly presses = new Presses();
  private readonly form = new InviteForm(this, this);
  private readonly question = new Question(this);
  private readonly rosters = {
    pending: this.roster("pending"),
    attention: this.roster("attention"),
    accepted: this.roster("accepted"),
  };
  private timers: ReturnType<typeof setInterval>[] = [];
  private searching: ReturnType<typeof setTimeout> | undefined;

  // refresh brings what is shown up to date, without moving anything.
  async refresh(): Promise<void> {
    await this.list.refresh(this.isInUse());
    await this.count();
  }

  // --- what it says and knows (Office, Desk) ---------------------------------

  get roles(): readonly string[] {
    return this.settings?.roles ?? [];
  }

  get resetURL(): string {
    return this.settings?.password_reset_url ?? "";
  }

  // say tells those who do not see; the same words twice are told twice.
  say(text: string): void {
    this.said = this.said === text ? `${text}\u00a0` : text;
  }

  // --- life --------------------------------------------------------------------

  override connectedCallback(): void {
    super.connectedCallback();
    this.timers = [setInterval(() => this.tick(), minute)];
    if (this.refreshEvery > 0) this.timers.push(setInterval(() => this.refreshQuietly(), this.refreshEvery * 1000));
    document.addEventListener("visibilitychange", this.refreshQuietly);
    if (this.hasUpdated) void this.start();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.timers.forEach(clearInterval);
    clearTimeout(this.searching);
    document.removeEventListener("visibilitychange", this.refreshQuietly);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("api") || changed.has("token")) this.service = this.connection();
    if (changed.has("locale") || !this.hasUpdated) void this.speak();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has("api") || changed.has("token")) void this.start();
  }

  // start asks for everything anew: another place, or another person.
  private async start(): Promise<void> {
    this.status = undefined;
    await Promise.all([this.list.load(), this.learn(), this.count()]);
    this.checkSignedOut(this.list.refusal);
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
    this.times = new Times(words === inEnglish && !tag.startsWith("en") ? "en" : tag);
    this.words = words;
  }

  private async count(): Promise<void> {
    try {
      this.counts = (await this.service.list({ counts: true, page_size: 1 })).counts;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
    }
  }

  private connection(): Service {
    return new Service({ api: this.api, token: () => this.token() });
  }

  private roster(tab: Tab): Roster {
    return new Roster(
      this,
      queries[tab],
      (query, signal) => this.service.list(query, signal),
      (id) => this.service.get(id),
    );
  }

  private get list(): Roster {
    return this.rosters[this.tab];
  }

  private tick(): void {
    this.now = Date.now();
  }

  private readonly refreshQuietly = (): void => {
    if (document.hidden || this.question.isOpen || this.working || !this.isConnected) return;
    void this.refresh();
  };

  // isInUse tells whether somebody is about to press something in the list.
  private isInUse(): boolean {
    const rows = this.find(".rows");
    return Boolean(rows?.matches(":hover") || rows?.contains(this.shadowRoot?.activeElement ?? null));
  }

  // --- one invite ----------------------------------------------------------------

  resend(id: string): void {
    void this.resendOnce(id);
  }

  private async resendOnce(id: string): Promise<void> {
    const row = this.list.row(id);
    if (!row) return;
    const { words } = this;
    const { email, resend_confirm: confirm, delivery } = row.invite;
    if (confirm) {
      const reason = (delivery.code && words.of(`reason.${delivery.code}`)) || delivery.reason || "";
      if (!(await this.sure("insist", email, { text: words.text("insist.text", { reason }) }))) return;
    }
    await this.act(id, `resend ${id}`, (invite, key) => this.service.resend(invite, key, confirm ?? undefined), (now) => {
      this.list.put(now, { settled: false, note: { kind: "good", text: words.text("note.resent") } });
      this.say(words.text("said.resent", { email: now.email }));
      this.changed("resend", [now]);
      void this.watch(now.id);
    });
  }

  cancel(id: string): void {
    void this.endOnce(id, "cancel");
  }

  release(id: string): void {
    void this.endOnce(id, "release");
  }

  private async endOnce(id: string, how: "cancel" | "release"): Promise<void> {
    const invite = this.list.row(id)?.invite;
    if (invite && (await this.sure(how, invite.email))) await this.end(id, how);
  }

  // sure asks once before one invite is changed, in the words of what is to be done.
  private sure(what: keyof typeof questions, email: string, other: Partial<Asked> = {}): Promise<boolean> {
    const [title, text, no, yes] = questions[what].map((key) => this.words.text(key)) as [string, string, string, string];
    return this.question.ask({ title, text, about: [email], no, yes, ...other });
  }

  // end takes an invite out of the list. The focus goes to the row that takes its place.
  private async end(id: string, how: "cancel" | "release"): Promise<boolean> {
    const call = (invite: Invite, key: string) => this.service[how](invite, key);
    return this.act(id, `${how} ${id}`, call, async (now) => {
      const place = this.shown.findIndex((row) => row.invite.id === id);
      this.list.remove(id);
      const text = this.words.text(how === "cancel" ? "said.cancelled" : "said.released", { email: now.email });
      this.status = { kind: "good", text };
      this.say(text);
      this.changed(how, [now]);
      void this.count();
      await this.updateComplete;
      this.focusRow(place);
    });
  }

  correct(invite: Invite, email: string | undefined): void {
    void this.correctOnce(invite, email);
  }

  // correctOnce mends an address: cancel, then invite the right one.
  private async correctOnce(invite: Invite, email: string | undefined): Promise<void> {
    const { words } = this;
    const other = email ? { text: words.text("correct.text", { email }), yes: words.text("correct.yes") } : { text: words.text("correct.other") };
    if (!(await this.sure("cancel", invite.email, other)) || !(await this.end(invite.id, "cancel"))) return;
    if (!email) return this.form.show();
    const { name, role, locale } = invite;
    const [outcome] = await this.inviteAll([{ email, ...(name && { name }), ...(role && { role }), ...(locale && { locale }) }]);
    if (outcome instanceof Refusal) {
      this.status = { kind: "bad", text: `${email}: ${whyNot(outcome, words)}` };
      return this.form.show(email);
    }
    const text = words.text("said.corrected", { from: invite.email, to: email });
    this.status = { kind: "good", text };
    this.say(text);
  }

  copy(id: string, text: string): void {
    const done = (kind: Note["kind"], key: Key) => {
      this.list.change(id, { note: { kind, text: kind === "good" ? this.words.text(key) : `${this.words.text(key)} ${text}` } });
      this.say(this.words.text(key));
    };
    navigator.clipboard.writeText(text).then(
      () => done("good", "note.copied"),
      () => done("bad", "note.notCopied"),
    );
  }

  select(id: string, selected: boolean): void {
    this.list.select(new Set([id]), selected);
  }

  closeNote(id: string): void {
    this.list.change(id, { note: undefined });
    this.focusIn(id, "resend");
  }

  // act does one thing to one invite and resolves to whether it worked. A call that failed
  // leaves the row as it is, or as somebody else has made it, and says why.
  private async act(
    id: string,
    press: string,
    call: (invite: Invite, key: string) => Promise<Invite>,
    done: (now: Invite) => void | Promise<void>,
  ): Promise<boolean> {
    const row = this.list.row(id);
    if (!row || row.busy) return false;
    const list = this.list;
    list.change(id, { busy: true, note: undefined });
    this.status = undefined;
    this.say(this.words.text("said.working", { email: row.invite.email }));
    try {
      const now = await this.presses.once(press, (key) => call(row.invite, key));
      list.change(id, { busy: false });
      await done(now);
      return true;
    } catch (refusal) {
      list.change(id, { busy: false });
      if (!(refusal instanceof Refusal)) throw refusal;
      await this.refused(list, id, refusal);
      return false;
    }
  }

  private async refused(list: Roster, id: string, refusal: Refusal): Promise<void> {
    const { words } = this;
    const text = whyNot(refusal, words);
    const email = list.row(id)?.invite.email ?? "";
    const link = refusal.problem.code === "already_accepted" && this.resetURL ? { text: words.text("action.reset"), href: this.resetURL } : undefined;
    const note: Note = link ? { kind: "bad", text, link } : { kind: "bad", text };
    this.say(words.text("said.refused", { email, reason: text }));
    if (this.checkSignedOut(refusal)) return list.change(id, { note });
    if (refusal.status === 404) return list.change(id, { note, settled: true });
    if (refusal.status === 412 || refusal.status === 409) {
      try {
        const invite = await this.service.get(id);
        return list.put(invite, { note, settled: invite.status !== "pending" && invite.status !== "expired" && this.tab !== "accepted" });
      } catch (later) {
        if (!(later instanceof Refusal)) throw later;
      }
    }
    list.change(id, { note });
  }

  // watch follows a mail until something became of it.
  private async watch(id: string): Promise<void> {
    for (const end = Date.now() + watchFor; Date.now() < end && this.isConnected; ) {
      await new Promise((done) => setTimeout(done, watchEvery));
      const row = this.list.row(id);
      if (!row) return;
      if (row.busy) continue;
      try {
        const invite = await this.service.get(id);
        this.list.change(id, { invite });
        if (!["queued", "sending", "sent"].includes(invite.delivery.status)) return;
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        return; // the next refresh tells
      }
    }
  }

  // --- many ------------------------------------------------------------------------

  async inviteAll(rows: NewInvite[]): Promise<Outcome[]> {
    const press = `invite ${JSON.stringify(rows)}`;
    const [only] = rows;
    const outcomes =
      rows.length === 1 && only
        ? [await this.presses.once(press, (key) => this.service.invite(only, key)).catch(outcomeOf)]
        : await this.presses.once(press, (key) => this.service.inviteMany(rows, key));
    const made = outcomes.filter((outcome): outcome is Invite => !(outcome instanceof Refusal));
    if (this.tab !== "accepted") for (const invite of made) this.rosters.pending.put(invite);
    const over = outcomes.find((outcome): outcome is Refusal => outcome instanceof Refusal && outcome.status === 401);
    this.checkSignedOut(over);
    if (made.length > 0) {
      this.changed("invite", made);
      void this.count();
      for (const invite of made.slice(0, 5)) void this.watch(invite.id);
    }
    return outcomes;
  }

  private async resendSelected(): Promise<void> {
    await this.many("resend", this.list.selected, (ids, key) => this.service.resendMany(ids, key));
  }

  private async cancelSelected(): Promise<void> {
    const rows = this.list.selected;
    const { words } = this;
    const named = rows.slice(0, 5).map((row) => row.invite.email);
    const sure = await this.question.ask({
      title: words.text("cancel.titleMany", { n: rows.length }),
      text: words.text("cancel.text"),
      about: named,
      ...(rows.length > named.length && { more: words.text("cancel.more", { n: rows.length - named.length }) }),
      no: words.text("cancel.noMany"),
      yes: words.text("cancel.yesMany", { n: rows.length }),
    });
    if (sure) await this.many("cancel", rows, (ids, key) => this.service.cancelMany(ids, key));
  }

  private async many(action: "resend" | "cancel", rows: readonly Row[], call: (ids: string[], key: string) => Promise<Outcome[]>): Promise<void> {
    if (this.working || rows.length === 0) return;
    this.working = true;
    this.status = undefined;
    const { list, words } = this;
    const ids = rows.map((row) => row.invite.id);
    for (const id of ids) list.change(id, { busy: true });
    try {
      const outcomes = await this.presses.once(`${action} ${ids.join(" ")}`, (key) => call(ids, key));
      let failed = 0;
      const done: Invite[] = [];
      for (const [index, id] of ids.entries()) {
        const outcome = outcomes[index];
        if (!outcome || outcome instanceof Refusal) {
          failed++;
          const text = outcome ? whyNot(outcome, words) : words.text("refused.unsure", { request: "-" });
          list.change(id, { busy: false, note: { kind: "bad", text } });
          this.checkSignedOut(outcome);
          continue;
        }
        done.push(outcome);
        if (action === "cancel") list.remove(id);
        else list.put(outcome, { busy: false, selected: false, note: { kind: "good", text: words.text("note.resent") } });
      }
      const key: Key = action === "cancel" ? "said.cancelledMany" : "said.resentMany";
      const text = words.text(key, { n: done.length, failed });
      this.status = { kind: failed ? "bad" : "good", text };
      this.say(text);
      if (done.length > 0) {
        this.changed(action, done);
        void this.count();
        for (const invite of action === "resend" ? done.slice(0, 5) : []) void this.watch(invite.id);
      }
    } finally {
      for (const id of ids) if (list.row(id)?.busy) list.change(id, { busy: false });
      this.working = false;
    }
    await this.updateComplete;
    this.find("#heading")?.focus();
  }

  // --- moving about ------------------------------------------------------------------

  // point leads to the invite that is in the way, wherever in the list it is.
  point(id: string): void {
    void this.pointTo(id);
  }

  private async pointTo(id: string): Promise<void> {
    this.tab = "pending";
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

  private focusRow(place: number): void {
    const rows = this.renderRoot.querySelectorAll<HTMLElement>("[data-id]");
    const row = rows[Math.min(place, rows.length - 1)];
    const target = row?.querySelector<HTMLElement>("[data-action=resend]") ?? this.find("#heading");
    target?.focus();
  }

  private focusIn(id: string, action: string): void {
    const row = this.find(`[data-id="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: "nearest" });
    row?.querySelector<HTMLElement>(`[data-action=${action}]`)?.focus();
  }

  private open(tab: Tab): void {
    this.tab = tab;
    this.status = undefined;
    const { list } = this;
    if (list.state === "new") void list.load().then(() => this.checkSignedOut(list.refusal));
    else void this.refresh();
  }

  private readonly tabKeys = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const forward = this.words.dir === "rtl" ? -1 : 1;
    const at = tabs.indexOf(this.tab);
    const to = step ? (at + step * forward + tabs.length) % tabs.length : { Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.open(tabs[to] as Tab);
    void this.updateComplete.then(() => this.find(`#tab-${this.tab}`)?.focus());
  };

  private readonly searched = (event: Event): void => {
    const text = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.searching);
    this.searching = setTimeout(() => void this.search(text), 300);
  };

  private async search(text: string): Promise<void> {
    const { list } = this;
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

  private get shown(): readonly Row[] {
    const { rows } = this.list;
    if (this.sort === "newest") return rows;
    return [...rows].sort(orders[this.sort]);
  }

  private checkSignedOut(refusal: Refusal | undefined): boolean {
    if (refusal?.status !== 401) return false;
    this.dispatchEvent(new CustomEvent("signed-out", { bubbles: true, composed: true }));
    return true;
  }

  private changed(action: string, invites: Invite[]): void {
    this.dispatchEvent(new CustomEvent("invites-changed", { bubbles: true, composed: true, detail: { action, invites } }));
  }

  // --- what is drawn -------------------------------------------------------------------

  protected override render(): TemplateResult {
    const { words, list } = this;
    const busy = list.state === "loading";
    return html`<div class="root" dir=${words.dir} lang=${words.tag} part="root">
      <div class="head">
        <div role="heading" aria-level=${this.level} class="title" id="heading" part="title" tabindex="-1">${words.text("title")}</div>
        <button
          type="button"
          class="primary"
          part="button primary"
          data-action="invite"
          aria-expanded=${this.form.open}
          @click=${() => (this.form.open ? this.form.close() : void this.form.show())}
        >
          ${words.text("action.invite")}
        </button>
      </div>
      ${this.form.view()}
      <div class="bar">
        <div role="tablist" aria-labelledby="heading" part="tabs" @keydown=${this.tabKeys}>
          ${tabs.map((tab) => this.tabView(tab))}
        </div>
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
        </div>
      </div>
      <div class="panel" id="panel" role="tabpanel" aria-labelledby="tab-${this.tab}" aria-busy=${busy}>
        ${this.statusView()} ${this.manyView()} ${this.listView(busy)}
      </div>
      ${this.question.view()}
      <div class="unseen" role="status" aria-live="polite">${this.said}</div>
    </div>`;
  }

  private tabView(tab: Tab): TemplateResult {
    const current = tab === this.tab;
    const count = this.counts && counted[tab](this.counts);
    return html`<button
      type="button"
      role="tab"
      part="tab"
      id="tab-${tab}"
      aria-selected=${current}
      aria-controls="panel"
      tabindex=${current ? 0 : -1}
      @click=${() => this.open(tab)}
    >
      ${this.words.text(`tab.${tab}`)}${count === undefined ? nothing : html`<span class="count">${count}</span>`}
    </button>`;
  }

  private statusView(): TemplateResult | typeof nothing {
    const { status, words, list } = this;
    return html`${list.waiting.length > 0
      ? html`<p class="hint note">
          <span>${words.text("waiting", { n: list.waiting.length })}</span>
          <button type="button" class="small" @click=${() => list.show()}>${words.text("waiting.show")}</button>
        </p>`
      : nothing}
    ${status
      ? html`<p class="hint note ${status.kind}" part="status">
          ${status.kind === "good" ? check : warning}<span>${status.text}</span>
          <button type="button" class="icon-only" aria-label=${words.text("status.close")} @click=${() => (this.status = undefined)}>${cross}</button>
        </p>`
      : nothing}`;
  }

  private manyView(): TemplateResult | typeof nothing {
    const { words, list, working } = this;
    const n = list.selected.length;
    if (n === 0) return nothing;
    return html`<div class="many" role="group" aria-label=${words.text("many")} part="many">
      <span>${words.text("many.selected", { n })}</span>
      <button type="button" part="button" aria-disabled=${working} @click=${() => !working && void this.resendSelected()}>${words.text("many.resend", { n })}</button>
      <button type="button" part="button" class="quiet" aria-disabled=${working} @click=${() => !working && void this.cancelSelected()}>
        ${words.text("many.cancel", { n })}
      </button>
      <button type="button" part="button" class="quiet" @click=${() => this.selectAll(false)}>${words.text("many.none")}</button>
    </div>`;
  }

  private listView(busy: boolean): TemplateResult {
    const { words, list } = this;
    if (list.refusal && (list.rows.length === 0 || list.refusal.status === 401 || list.refusal.status === 403)) {
      return html`<div class="state" part="state error" role="alert">
        ${warning}
        <p>${list.refusal.status === 403 ? words.text("state.forbidden") : whyNot(list.refusal, words)}</p>
        ${list.refusal.status === 403 || list.refusal.status === 401
          ? nothing
          : html`<button type="button" part="button" @click=${() => void list.load()}>${words.text("state.again")}</button>`}
      </div>`;
    }
    if (list.state === "new" || (busy && list.rows.length === 0)) {
      return html`<div class="state" part="state loading">
        <p>${words.text("state.loading")}</p>
        <div class="bones" aria-hidden="true"><div></div><div></div><div></div></div>
      </div>`;
    }
    const rows = this.shown;
    if (rows.length === 0) {
      const key: Key = list.next ? "state.moreToSearch" : list.search ? "state.noMatch" : `state.empty.${this.tab}`;
      return html`<div class="state" part="state empty"><p>${words.text(key, { q: list.search })}</p></div>
        ${this.moreView(busy)}`;
    }
    const chunks = Array.from({ length: Math.ceil(rows.length / chunkSize) }, (_, index) => rows.slice(index * chunkSize, (index + 1) * chunkSize));
    return html`${list.refusal ? html`<p class="hint note bad" role="alert">${warning}<span>${whyNot(list.refusal, words)}</span></p>` : nothing}
      <div role="table" class="table ${this.tab}" part="table" aria-labelledby="heading" aria-colcount=${columns.length}>
        <div role="rowgroup" class="columns">
          <div role="row" class="row">${columns.map((key) => this.columnView(key))}</div>
        </div>
        <div class="rows" role="rowgroup">
          ${repeat(
            chunks,
            (chunk, index) => (this.sort === "newest" ? chunk[0]?.invite.id : index),
            (chunk, index) =>
              html`<div class="chunk" role="presentation">
                ${guard([words, this.times, this.resetURL, index < 2 ? this.now : 0, ...chunk], () =>
                  repeat(
                    chunk,
                    (row) => row.invite.id,
                    (row) => rowView(row, this),
                  ),
                )}
              </div>`,
          )}
        </div>
      </div>
      ${this.moreView(busy)}`;
  }

  private columnView(key: Key): TemplateResult {
    const { words, list } = this;
    const name = key.slice("column.".length);
    if (key !== "column.select") return html`<div role="columnheader" class=${headClass[name] ?? name}>${words.text(key)}</div>`;
    const all = list.rows.filter(can);
    const chosen = list.selected.length;
    return html`<div role="columnheader" class="pick">
      <label class="target"
        ><input
          type="checkbox"
          .checked=${chosen > 0 && chosen === all.length}
          .indeterminate=${chosen > 0 && chosen < all.length}
          ?disabled=${all.length === 0}
          @change=${(event: Event) => this.selectAll((event.target as HTMLInputElement).checked)}
          aria-label=${words.text("select.all")}
        /><span class="label" aria-hidden="true">${words.text("select.all")}</span></label
      >
    </div>`;
  }

  private selectAll(selected: boolean): void {
    const { list } = this;
    list.select(new Set(list.rows.filter(can).map((row) => row.invite.id)), selected);
    this.say(this.words.text("many.selected", { n: list.selected.length }));
  }

  private moreView(busy: boolean): TemplateResult | typeof nothing {
    const { words, list } = this;
    if (!list.next) return nothing;
    return html`<p class="more">
      <button type="button" part="button more" data-action="more" aria-disabled=${busy} @click=${() => !busy && void this.more()}>
        ${words.text(busy ? "state.loading" : "more")}
      </button>
      ${this.sort === "newest" ? nothing : html`<span class="soft">${words.text("sort.note")}</span>`}
    </p>`;
  }
}

// Where a column's class is not its name.
const headClass: Partial<Record<string, string>> = { invited: "who", advice: "unseen" };

const orders: Record<Exclude<Sort, "newest">, (a: Row, b: Row) => number> = {
  address: (a, b) => a.invite.email.localeCompare(b.invite.email),
  sent: (a, b) => (b.invite.last_sent_at ?? "").localeCompare(a.invite.last_sent_at ?? ""),
  expires: (a, b) => a.invite.expires_at.localeCompare(b.invite.expires_at),
};

function outcomeOf(refusal: unknown): Refusal {
  if (refusal instanceof Refusal) return refusal;
  throw refusal;
}
