// Roster is one tab's list: the pages that were loaded, kept current without anything
// jumping under the reader's hand.
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { Refusal, type Invite, type InvitePage } from "@invites/client";
import type { ListQuery } from "./service.ts";
import type { Counts } from "./tabs.ts";

// Row is an invite and what is going on with it here. Rows are never changed but replaced,
// so that what is drawn can be compared by identity.
export interface Row {
  readonly invite: Invite;
  readonly busy: boolean;
  readonly selected: boolean;
  // The invite is no longer in this list. It stays where it was until the list is asked
  // for anew, so that nothing moves.
  readonly settled: boolean;
  readonly note?: Note | undefined;
}

// Note stays until the next press or until it is closed.
export interface Note {
  readonly kind: "good" | "bad";
  readonly text: string;
  readonly link?: { readonly text: string; readonly href: string } | undefined;
}

export type List = (query: ListQuery, signal?: AbortSignal) => Promise<InvitePage>;

// A page holds what matches of so many invites. A search looks through the most that the API
// allows, and through so many pages without a match before it asks whether to go on.
const pageSize = 50;
const searchSize = 100;
const pagesWithoutMatch = 20;

// A refresh asks for so many pages anew, and for so many rows that it looked for and did not
// find in them.
const pagesRefreshed = 2;
const missingAsked = 20;

export class Roster implements ReactiveController {
  rows: readonly Row[] = [];
  next = "";
  state: "new" | "loading" | "ready" = "new";
  // Why the list could not be had; the rows before it stay.
  refusal: Refusal | undefined;
  // Rows that a refresh found and that are not shown, because somebody is at the list.
  waiting: readonly Invite[] = [];

  private query: ListQuery = {};
  private asking: AbortController | undefined;
  // When each invite was last changed here, by the number of the change: a refresh that began
  // before it knows less of it.
  private readonly touched = new Map<string, number>();
  private changes = 0;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly base: ListQuery,
    private readonly list: List,
    private readonly get: (id: string) => Promise<Invite>,
    // Takes how many invites each tab has of what is searched for here, and tells how many
    // this list has, if that is known.
    private readonly counted: (counts: Counts) => number | undefined,
  ) {
    host.addController(this);
  }

  // What was asked and not answered yet is asked for anew when the element is back.
  hostDisconnected(): void {
    this.stop();
    if (this.state === "loading") this.state = "new";
  }

  private stop(): void {
    this.asking?.abort();
    this.asking = undefined;
  }

  // clear forgets everything: what was shown was another person's.
  clear(): void {
    this.stop();
    this.state = "new";
    this.rows = this.waiting = [];
    this.query = {};
    this.next = "";
    this.refusal = undefined;
  }

  get search(): string {
    return this.query.q ?? "";
  }

  // holds tells whether an invite is one of this list's.
  holds({ status, attention }: Invite): boolean {
    if (this.base.status) return status === this.base.status;
    return (status === "pending" || status === "expired") && (!this.base.attention || Boolean(attention));
  }

  row(id: string): Row | undefined {
    return this.rows.find((row) => row.invite.id === id);
  }

  // load asks for the list from its beginning; what is drawn stays until the answer.
  async load(search = this.search): Promise<void> {
    this.query = search ? { ...this.base, q: search } : { ...this.base };
    await this.ask(async (signal) => {
      const page = await this.page("", signal);
      const selected = new Set(this.selected.map((row) => row.invite.id));
      this.rows = page.invites.map((invite) => fresh(invite, selected.has(invite.id)));
      this.next = page.next_page_token ?? "";
      this.waiting = [];
    });
  }

  // more adds the next page and resolves to its rows.
  async more(): Promise<readonly Row[]> {
    let added: Row[] = [];
    await this.ask(async (signal) => {
      const page = await this.page(this.next, signal);
      const known = new Set(this.rows.map((row) => row.invite.id));
      added = page.invites.filter((invite) => !known.has(invite.id)).map((invite) => fresh(invite));
      this.rows = [...this.rows, ...added];
      this.next = page.next_page_token ?? "";
    });
    return added;
  }

  // refresh brings the rows up to date where they are. New ones come to their places, or wait
  // where somebody is at the list (hold); the row at which somebody is stays as it is. It says
  // nothing where it does not work: the next one may.
  async refresh(hold: boolean, at = ""): Promise<void> {
    if (this.refusal && this.rows.length === 0) return this.load();
    if (this.state !== "ready" || this.asking) return;
    const asked = this.query;
    const over = (): boolean => asked !== this.query || this.asking !== undefined;
    const found: Invite[] = [];
    let token = "";
    let counts: Counts | undefined;
    const began = this.changes;
    const newer = (id: string): boolean => (this.touched.get(id) ?? 0) > began;
    try {
      for (let page = 0; page < pagesRefreshed; page++) {
        const got = await this.list({ ...asked, page_size: searchSize, ...from(token) });
        counts ??= got.counts;
        found.push(...got.invites);
        token = got.next_page_token ?? "";
        if (!token) break;
      }
      if (over()) return;
      const now = new Map<string, Invite | undefined>(found.map((invite) => [invite.id, invite]));
      await Promise.all(this.missing(found, token).map(async ({ invite }) => now.set(invite.id, await this.became(invite))));
      if (over()) return;
      if (counts) this.counted(counts);
      this.rows = this.rows.map((row) => {
        const { id } = row.invite;
        return row.busy || !now.has(id) || newer(id) ? row : this.updated(row, now.get(id), id === at);
      });
      const added = found.filter((invite) => !this.row(invite.id) && !newer(invite.id) && this.reaches(invite));
      if (hold) this.waiting = added;
      else this.add(added);
      this.refusal = undefined;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (refusal.status === 401 || refusal.status === 403) this.refusal = refusal;
    }
    this.host.requestUpdate();
  }

  // missing are rows that a refresh has not found where it looked. A list that is searched or
  // filtered may stand behind what it looked at, and is short: there each row is looked for.
  private missing(found: readonly Invite[], token: string): readonly Row[] {
    const known = new Set(found.map((invite) => invite.id));
    const until = found.at(-1)?.created_at;
    const looked = ({ created_at }: Invite): boolean => !token || this.filtered || (until !== undefined && created_at > until);
    return this.rows.filter(({ invite, settled }) => !settled && !known.has(invite.id) && looked(invite)).slice(0, missingAsked);
  }

  // updated is a row whose invite was asked for: the row itself where nothing has changed.
  private updated(row: Row, invite: Invite | undefined, kept: boolean): Row {
    const settled = !(invite && this.holds(invite)) && (row.settled || !kept);
    if (settled === row.settled && (!invite || JSON.stringify(invite) === JSON.stringify(row.invite))) return row;
    return { ...row, invite: invite ?? row.invite, settled, selected: row.selected && !settled, note: stillTrue(row, invite) };
  }

  // bring shows an invite as it is now, where it is in the list.
  bring(invite: Invite): void {
    const { id } = invite;
    this.touch(id);
    this.rows = this.rows.map((row) => (row.invite.id === id ? this.updated(row, invite, true) : row));
    this.host.requestUpdate();
  }

  // count brings the counts up to date, and nothing else.
  async count(): Promise<void> {
    const asked = this.query;
    try {
      const { counts } = await this.list({ ...asked, page_size: 1, ...from("") });
      if (counts && asked === this.query) this.counted(counts);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal; // the next refresh tells
    }
  }

  // show puts the rows that wait to their places.
  show(): void {
    this.add(this.waiting);
    this.waiting = [];
    this.host.requestUpdate();
  }

  // add puts invites to their places: the newest come first.
  private add(invites: readonly Invite[]): void {
    if (invites.length === 0) return;
    const rows = [...invites.filter((invite) => !this.row(invite.id)).map((invite) => fresh(invite)), ...this.rows];
    this.rows = rows.sort((a, b) => b.invite.created_at.localeCompare(a.invite.created_at));
  }

  // change replaces what is said of one row.
  change(id: string, change: Partial<Row>): void {
    this.touch(id);
    this.rows = this.rows.map((row) => (row.invite.id === id ? { ...row, ...change } : row));
    this.host.requestUpdate();
  }

  // put shows an invite as it is now, on top where it was not in the list.
  put(invite: Invite, change: Partial<Row> = {}): void {
    if (this.row(invite.id)) this.change(invite.id, { invite, ...change });
    else if (this.state === "ready") {
      this.touch(invite.id);
      this.rows = [{ ...fresh(invite), ...change }, ...this.rows];
      this.host.requestUpdate();
    }
  }

  remove(id: string): void {
    this.touch(id);
    this.rows = this.rows.filter((row) => row.invite.id !== id);
    this.host.requestUpdate();
  }

  get selected(): readonly Row[] {
    return this.rows.filter((row) => row.selected);
  }

  select(ids: ReadonlySet<string>, selected: boolean): void {
    this.rows = this.rows.map((row) =>
      ids.has(row.invite.id) && row.selected !== selected && !row.settled ? { ...row, selected } : row,
    );
    this.host.requestUpdate();
  }

  // ask makes the only call of the moment: an answer to what was asked before is not drawn.
  private async ask(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.asking?.abort();
    const mine = new AbortController();
    this.asking = mine;
    this.state = "loading";
    this.host.requestUpdate();
    try {
      await work(mine.signal);
      this.refusal = undefined;
    } catch (refusal) {
      if (mine.signal.aborted) return;
      if (!(refusal instanceof Refusal)) throw refusal;
      this.refusal = refusal;
    } finally {
      if (this.asking === mine) {
        this.asking = undefined;
        this.state = "ready";
        this.host.requestUpdate();
      }
    }
  }

  // page is the next page that holds something.
  private async page(token: string, signal: AbortSignal): Promise<InvitePage> {
    const asked = this.query;
    let page: InvitePage;
    let total: number | undefined;
    for (let left = pagesWithoutMatch; ; left--) {
      page = await this.list({ ...this.query, page_size: this.filtered ? searchSize : pageSize, ...from(token) }, signal);
      signal.throwIfAborted();
      if (page.counts && asked === this.query) total = this.counted(page.counts);
      token = page.next_page_token ?? "";
      if (page.invites.length > 0 || !token || total === 0 || left <= 1) return page;
    }
  }

  private touch(id: string): void {
    this.touched.set(id, ++this.changes);
  }

  private get filtered(): boolean {
    return Object.keys(this.query).length > 0;
  }

  // became is what an invite is now, or undefined where there is none any more.
  private async became({ id }: Invite): Promise<Invite | undefined> {
    try {
      return await this.get(id);
    } catch (refusal) {
      if (refusal instanceof Refusal && refusal.status === 404) return undefined;
      throw refusal;
    }
  }

  // reaches tells whether an invite belongs among the rows that were loaded.
  private reaches(invite: Invite): boolean {
    const last = this.rows.at(-1);
    return !this.next || !last || invite.created_at >= last.invite.created_at;
  }
}

// from begins a query at a page. The first one has the counts with it.
function from(token: string): ListQuery {
  return token ? { page_token: token } : { counts: true };
}

function fresh(invite: Invite, selected = false): Row {
  return { invite, selected, busy: false, settled: false };
}

// stillTrue is a row's note, unless it praises what has come to nothing since.
function stillTrue({ note, invite: before }: Row, now: Invite | undefined): Note | undefined {
  const spoilt = now && (now.status !== before.status || ["bounced", "complained", "suppressed", "failed"].includes(now.delivery.status));
  return spoilt && note?.kind === "good" ? undefined : note;
}
