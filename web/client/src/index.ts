// The invite service's API, typed by its OpenAPI. [connect] gives one method per HTTP
// method, by path; [answer] turns what comes back into the answer or a [Refusal].
//
//	const invites = connect({ api: "https://api.example.com", token: () => session.idToken });
//	const page = await answer(invites.GET("/v1/invites"));
import createClient, { type Client as Fetch } from "openapi-fetch";
import type { components, paths } from "./schema.ts";

export type { components, operations, paths } from "./schema.ts";

type Schemas = components["schemas"];
export type Invite = Schemas["Invite"];
export type InvitePage = Schemas["InvitePage"];
export type Problem = Schemas["Problem"];
export type Result = Schemas["Result"];
export type Settings = Schemas["Settings"];

// Client has GET, POST and PUT, each taking a path of the API and what it needs.
export type Client = Fetch<paths>;

export interface Connection {
  // The API's origin; "" for the page's own.
  api: string;
  // What gives a bearer token; asked before each call, so that it can be a fresh one.
  token: () => string | Promise<string>;
  fetch?: (request: Request) => Promise<Response>;
}

// connect never throws; a call rejects only where nothing was answered.
export function connect({ api, token, fetch }: Connection): Client {
  const client = createClient<paths>({
    baseUrl: api,
    cache: "no-store",
    credentials: "omit",
    ...(fetch && { fetch }),
  });
  client.use({
    async onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${await token()}`);
      return request;
    },
  });
  return client;
}

// Refusal is an answer that is none of success: what the API says in RFC 9457's form,
// or status 0 where nobody answered. Its message can be shown to an admin.
export class Refusal extends Error {
  override name = "Refusal";

  constructor(
    readonly status: number,
    // Partial where it is the gateway's own answer and not the service's.
    readonly problem: Partial<Problem>,
    // Seconds to wait before a repeat, where the answer says so.
    readonly retryAfter?: number,
    options?: ErrorOptions,
  ) {
    super(problem.detail || problem.title || `The service answered ${status}.`, options);
  }

  // unsure tells that the call may have taken effect: repeat it with its key.
  get unsure(): boolean {
    return this.status === 0 || this.status >= 500;
  }
}

// answer resolves to the body of a success and rejects with a [Refusal] otherwise.
export async function answer<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  let got;
  try {
    got = await call;
  } catch (cause) {
    if (cause instanceof Refusal) throw cause; // of a token function
    throw new Refusal(0, { detail: "The service cannot be reached." }, undefined, { cause });
  }
  const { data, error, response } = got;
  if (response.ok) return data as T;
  const problem = error && typeof error === "object" ? (error as Partial<Problem>) : {};
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  throw new Refusal(response.status, problem, Number.isFinite(wait) ? wait : undefined);
}
