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
  readonly link?: { readonly text: string; readonly href: string };
}

// Host is drawn anew when something changes, and is told how many invites match what is
// searched for.
export interface Host extends ReactiveControllerHost {
  counts: Counts | undefined;
}

export type List = (query: ListQuery, signal?: AbortSignal) => Promise<InvitePage>;

// A page holds what matches of so many invites. A search looks through the most that the API
// allows, and through so many pages without a match before it asks whether to go on.
const pageSize = 50;
const searchSize = 100;
const pagesWithoutMatch = 20;

// A refresh asks for so many pages anew, and for so many rows that were in them and are not
// any more.
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

  constructor(
    private readonly host: Host,
    private readonly base: ListQuery,
    private readonly list: List,
    private readonly get: (id: string) => Promise<Invite>,
  ) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.asking?.abort();
    if (this.state === "loading") this.state = "new";
  }

  get search(): string {
    return this.query.q ?? "";
  }

  // holds tells whether an invite is one of this list's, by its status.
  holds({ status }: Invite): boolean {
    return this.base.status ? status === this.base.status : status === "pending" || status === "expired";
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

  // refresh brings the rows up to date where they are. New ones come on top, or wait where
  // somebody is at the list. It says nothing where it does not work: the next one may.
  async refresh(hold: boolean): Promise<void> {
    if (this.state !== "ready" || this.asking) return;
    const asked = this.query;
    const found: Invite[] = [];
    let token = "";
    try {
      for (let page = 0; page < pagesRefreshed; page++) {
        const got = await this.list({ ...asked, page_size: searchSize, ...from(token) });
        this.host.counts = got.counts ?? this.host.counts;
        found.push(...got.invites);
        token = got.next_page_token ?? "";
        if (!token) break;
      }
      if (asked !== this.query || this.asking) return;
      const now = new Map(found.map((invite) => [invite.id, invite]));
      const until = token ? (found.at(-1)?.created_at ?? "") : "";
      const missing = this.rows
        .filter((row) => !row.settled && !now.has(row.invite.id) && (!until || row.invite.created_at > until))
        .slice(0, missingAsked);
      const gone = new Map(await Promise.all(missing.map(async (row) => [row.invite.id, await this.became(row)] as const)));
      if (asked !== this.query || this.asking) return;
      const known = new Set(this.rows.map((row) => row.invite.id));
      this.rows = this.rows.map((row) => {
        const id = row.invite.id;
        if (row.busy) return row;
        if (gone.has(id)) return { ...row, invite: gone.get(id) ?? row.invite, settled: true, selected: false };
        return updated(row, now.get(id));
      });
      const added = found.filter((invite) => !known.has(invite.id) && this.isNewer(invite));
      this.waiting = hold ? added : [];
      if (!hold) this.rows = [...added.map((invite) => fresh(invite)), ...this.rows];
      this.refusal = undefined;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      if (refusal.status === 401 || refusal.status === 403) this.refusal = refusal;
    }
    this.host.requestUpdate();
  }

  // count brings the host's counts up to date, and nothing else.
  async count(): Promise<void> {
    try {
      this.host.counts = (await this.list({ ...this.query, page_size: 1, ...from("") })).counts;
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal; // the next refresh tells
    }
  }

  // show puts the rows that wait on top.
  show(): void {
    this.rows = [...this.waiting.map((invite) => fresh(invite)), ...this.rows];
    this.waiting = [];
    this.host.requestUpdate();
  }

  // change replaces what is said of one row.
  change(id: string, change: Partial<Row>): void {
    this.rows = this.rows.map((row) => (row.invite.id === id ? { ...row, ...change } : row));
    this.host.requestUpdate();
  }

  // put shows an invite as it is now, on top where it was not in the list.
  put(invite: Invite, change: Partial<Row> = {}): void {
    if (this.row(invite.id)) this.change(invite.id, { invite, ...change });
    else if (this.state === "ready") {
      this.rows = [{ ...fresh(invite), ...change }, ...this.rows];
      this.host.requestUpdate();
    }
  }

  remove(id: string): void {
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
    const filtered = Object.keys(this.query).length > 0;
    let page: InvitePage;
    for (let left = pagesWithoutMatch; ; left--) {
      page = await this.list({ ...this.query, page_size: filtered ? searchSize : pageSize, ...from(token) }, signal);
      signal.throwIfAborted();
      this.host.counts = page.counts ?? this.host.counts;
      token = page.next_page_token ?? "";
      if (page.invites.length > 0 || !token || left <= 1) return page;
    }
  }

  // became is what an invite that left the list is now, or undefined where it is nothing.
  private async became(row: Row): Promise<Invite | undefined> {
    try {
      return await this.get(row.invite.id);
    } catch (refusal) {
      if (refusal instanceof Refusal) return undefined;
      throw refusal;
    }
  }

  private isNewer(invite: Invite): boolean {
    const first = this.rows.find((row) => !row.settled);
    return !first || invite.created_at >= first.invite.created_at;
  }
}

// from begins a query at a page. The first one has the counts with it.
function from(token: string): ListQuery {
  return token ? { page_token: token } : { counts: true };
}

function fresh(invite: Invite, selected = false): Row {
  return { invite, selected, busy: false, settled: false };
}

// updated keeps the row itself where nothing of the invite has changed.
function updated(row: Row, invite: Invite | undefined): Row {
  return invite && JSON.stringify(invite) !== JSON.stringify(row.invite) ? { ...row, invite, settled: false } : row;
}
