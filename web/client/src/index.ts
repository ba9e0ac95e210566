// The invite service's API, typed by its OpenAPI. [connect] gives one method per HTTP
// method, by path; [answer] turns what comes back into the answer or a [Refusal].
//
//	const invites = connect({ api: "https://api.example.com", token: () => session.idToken });
//	const page = await answer(invites.GET("/v1/invites"));
import type { Client as Fetch } from "openapi-fetch";
import type { components, paths } from "./schema.ts";

export type { components, operations, paths } from "./schema.ts";

type Schemas = components["schemas"];
export type Invite = Schemas["Invite"];
export type InvitePage = Schemas["InvitePage"];
export type Problem = Schemas["Problem"];
export type Result = Schemas["Result"];
export type Settings = Schemas["Settings"];

// Client has GET, POST and PUT, each taking a path of the API and what it needs.
// The types are those of openapi-fetch; its run time would be a tenth of <pending-invites>
// for what this API does not use.
export type Client = Pick<Fetch<paths>, "GET" | "POST" | "PUT">;

export interface Connection {
  // The API's origin; "" for the page's own.
  api: string;
  // What gives a bearer token; asked before each call, so that it can be a fresh one.
  token: () => string | Promise<string>;
  fetch?: (request: Request) => Promise<Response>;
}

// connect never throws. A call of the client resolves to whatever was answered; it
// rejects where nothing was: with a [Refusal] of status 0, or with what an aborted
// signal gave as its reason. Nothing is repeated: a caller that does sends the same
// Idempotency-Key again.
export function connect({ api, token, fetch = (request) => globalThis.fetch(request) }: Connection): Client {
  const bearer = async (signal: AbortSignal | undefined): Promise<string> => {
    try {
      return await token();
    } catch (cause) {
      if (cause instanceof Refusal || signal?.aborted) throw cause;
      throw new Refusal(0, { code: "no_token", detail: "You could not be signed in." }, undefined, { cause });
    }
  };
  const method = (method: string) => async (path: string, { params = {}, body, signal }: Init = {}): Promise<Answered> => {
    const headers = new Headers(given(params.header));
    headers.set("Authorization", `Bearer ${await bearer(signal)}`);
    if (body !== undefined) headers.set("Content-Type", "application/json");
    const query = new URLSearchParams(given(params.query)).toString();
    const request = new Request(api + path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params.path?.[name] ?? "")) + (query && `?${query}`), {
      method,
      headers,
      cache: "no-store",
      credentials: "omit",
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    let response: Response;
    try {
      response = await fetch(request);
    } catch (cause) {
      throw unanswered(cause, request.signal.aborted);
    }
    if (response.ok) return { data: await response.json(), response };
    const text = await response.text();
    try {
      return { error: JSON.parse(text), response };
    } catch {
      return { error: text, response };
    }
  };
  return { GET: method("GET"), POST: method("POST"), PUT: method("PUT") } as unknown as Client;
}

// What a call of the client takes and gives, whatever its types say beyond that.
interface Init {
  params?: { path?: Values; query?: Values; header?: Values };
  body?: unknown;
  signal?: AbortSignal;
}
type Values = Record<string, string>;
interface Answered {
  data?: unknown;
  error?: unknown;
  response: Response;
}

// given are the values that are there: a parameter may be left out by undefined.
function given(values: Values = {}): [string, string][] {
  return Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
}

// Refusal is an answer that is none of success: what the API says in RFC 9457's form,
// or status 0 where nobody answered. Its message can be shown to an admin.
export class Refusal extends Error {
  override name = "Refusal";

  constructor(
    readonly status: number,
    // Partial where it is the gateway's own answer and not the service's. With status 0
    // its code is "unreachable", "unreadable" or "no_token".
    readonly problem: Partial<Problem>,
    // Seconds to wait before a repeat, where the answer says so.
    readonly retryAfter?: number,
    options?: ErrorOptions,
  ) {
    super(problem.detail || problem.title || said[status] || `The service answered ${status}.`, options);
  }

  // unsure tells that the call may have taken effect: repeat it with its key.
  get unsure(): boolean {
    return this.status >= 500 || (this.status === 0 && this.problem.code !== "no_token");
  }
}

// What the gateway's own answers mean, which say it in fewer words.
const said: Record<number, string> = {
  401: "You are signed out. Sign in again.",
  413: "That is too much for one call.",
  429: "That was too much at once. Try again in a moment.",
  503: "The service is busy. Try again in a moment.",
};

// answer resolves to the body of a success and rejects with a [Refusal] otherwise, or
// with an aborted signal's reason.
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let got;
  try {
    got = await call;
  } catch (cause) {
    if (cause instanceof SyntaxError) {
      throw new Refusal(0, { code: "unreadable", detail: "The service's answer could not be read." }, undefined, { cause });
    }
    // What broke off while it was read is a TypeError, and a reason hardly ever is.
    throw unanswered(cause, !(cause instanceof TypeError));
  }
  const { data, error, response } = got;
  if (response.ok) return data as T;
  const problem = error && typeof error === "object" ? (error as Partial<Problem>) : {};
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  throw new Refusal(response.status, problem, Number.isFinite(wait) ? wait : undefined);
}

// unanswered is what a call rejects with whose fetch, or the reading of its answer,
// failed: a [Refusal], but for the reason that somebody gave for aborting it.
function unanswered(cause: unknown, aborted: boolean): unknown {
  const late = cause instanceof DOMException && cause.name === "TimeoutError";
  if (cause instanceof Refusal || (aborted && !late)) return cause;
  const detail = late ? "The service did not answer in time." : "The service cannot be reached.";
  return new Refusal(0, { code: "unreachable", detail }, undefined, { cause });
}
