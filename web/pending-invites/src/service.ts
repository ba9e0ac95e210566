// What the component asks of the API. Each call resolves to what the API answered or
// rejects with a Refusal.
import {
  Refusal,
  answer,
  connect,
  type Client,
  type Connection,
  type Invite,
  type InvitePage,
  type Result,
  type Settings,
  type operations,
} from "@invites/client";
import { Clock } from "./clock.ts";

export type ListQuery = NonNullable<operations["listInvites"]["parameters"]["query"]>;
export type NewInvite = { email: string; name?: string; role?: string; locale?: string; confirm?: string };

// A call of many takes so many rows (contract).
export const mostAtOnce = 100;

export class Service {
  private readonly client: Client;
  readonly clock = new Clock();

  // Whether it was told that the token was refused.
  over = false;

  // signedOut is called where the token was refused, once until it is taken again.
  constructor(
    connection: Connection,
    private readonly signedOut: () => void,
  ) {
    this.client = connect({
      ...connection,
      fetch: async (request) => {
        const asked = performance.now();
        const response = await fetch(request);
        this.clock.hear(response.headers.get("Date"), asked, performance.now());
        return response;
      },
    });
  }

  private async answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
    try {
      const got = await answer(call);
      this.over = false;
      return got;
    } catch (refusal) {
      if (refusal instanceof Refusal && refusal.status === 401 && !this.over) {
        this.over = true;
        this.signedOut();
      }
      throw refusal;
    }
  }

  list(query: ListQuery, signal?: AbortSignal): Promise<InvitePage> {
    return this.answer(this.client.GET("/v1/invites", { params: { query }, ...(signal && { signal }) }));
  }

  get(id: string): Promise<Invite> {
    return this.answer(this.client.GET("/v1/invites/{id}", { params: { path: { id } } }));
  }

  settings(): Promise<Settings> {
    return this.answer(this.client.GET("/v1/settings"));
  }

  invite(body: NewInvite, key: string): Promise<Invite> {
    return this.answer(this.client.POST("/v1/invites", { params: { header: { "Idempotency-Key": key } }, body }));
  }

  // inviteMany, resendMany and cancelMany answer each row in its place.
  inviteMany(invites: NewInvite[], key: string): Promise<Outcome[]> {
    return this.many(
      invites,
      (part) => this.client.POST("/v1/invites/batch", { params: { header: { "Idempotency-Key": key } }, body: { invites: part } }),
    );
  }

  // resend, cancel and release refuse to act on a row that somebody else has changed (If-Match).
  resend(invite: Invite, key: string, confirm?: string): Promise<Invite> {
    return this.one("resend", invite, key, confirm ? { confirm } : undefined);
  }

  cancel(invite: Invite, key: string): Promise<Invite> {
    return this.one("cancel", invite, key);
  }

  release(invite: Invite, key: string): Promise<Invite> {
    return this.one("release", invite, key);
  }

  resendMany(ids: string[], key: string): Promise<Outcome[]> {
    return this.each("resend", ids, key);
  }

  cancelMany(ids: string[], key: string): Promise<Outcome[]> {
    return this.each("cancel", ids, key);
  }

  private one(what: "resend" | "cancel" | "release", { id, etag }: Invite, key: string, body?: { confirm: string }): Promise<Invite> {
    const params = { path: { id }, header: { "Idempotency-Key": key, "If-Match": etag } };
    return this.answer(this.client.POST(`/v1/invites/{id}/${what}` as const, { params, ...(body && { body }) }));
  }

  private each(what: "resend" | "cancel", ids: string[], key: string): Promise<Outcome[]> {
    const params = { header: { "Idempotency-Key": key } };
    return this.many(ids, (part) => this.client.POST(`/v1/invites/${what}` as const, { params, body: { ids: part } }));
  }

  // many makes as many calls as the rows need, one after the other. A key stands for each
  // row of its own, so one serves all of them. A call that is refused is each of its rows'
  // answer, and the calls after it are made all the same.
  private async many<T>(
    rows: T[],
    call: (part: T[]) => Promise<{ data?: { results: Result[] }; error?: unknown; response: Response }>,
  ): Promise<Outcome[]> {
    const all: Outcome[] = [];
    for (let first = 0; first < rows.length; first += mostAtOnce) {
      const part = rows.slice(first, first + mostAtOnce);
      try {
        const { results } = await this.answer(call(part));
        all.push(...results.map(outcomeOf));
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        all.push(...part.map(() => refusal));
      }
    }
    return all;
  }
}

// Outcome is what became of one row of a call of many: the invite, or why not.
export type Outcome = Invite | Refusal;

function outcomeOf({ status, invite, problem }: Result): Outcome {
  return invite ?? new Refusal(status, problem ?? {}, problem?.retry_after);
}

// Presses gives each press an Idempotency-Key. A press that is repeated because nobody knows
// what became of it is the same press, and keeps its key until there was an answer.
export class Presses {
  private readonly keys = new Map<string, string>();

  // unsure reports whether a press on an invite may have taken effect without an answer.
  unsure(id: string): boolean {
    return [...this.keys.keys()].some((press) => press.split(" ").includes(id));
  }

  async once<T>(press: string, call: (key: string) => Promise<T>): Promise<T> {
    const key = this.keys.get(press) ?? crypto.randomUUID();
    this.keys.set(press, key);
    try {
      const got = await call(key);
      const unsure = Array.isArray(got) && got.some((one) => one instanceof Refusal && one.unsure);
      if (!unsure) this.keys.delete(press);
      return got;
    } catch (refusal) {
      if (!(refusal instanceof Refusal && refusal.unsure)) this.keys.delete(press);
      throw refusal;
    }
  }
}
