// What somebody who installs the built client has: read by the compiler alone.
import { answer, connect, Refusal, type Client, type Invite, type InvitePage, type Problem, type Result, type Settings } from "../dist/index.js";

const invites: Client = connect({ api: "", token: () => "x" });

const page: InvitePage = await answer(invites.GET("/v1/invites", { params: { query: { status: "pending", q: "ana" } } }));
const row: Invite | undefined = page.invites[0];
export const name: string | undefined = row?.email;
const { results } = await answer(invites.POST("/v1/invites/batch", { body: { invites: [{ email: "ana@example.com" }] } }));
export const first: Result | undefined = results[0];
const etag = "x";
export const settings: Settings = await answer(
  invites.PUT("/v1/settings", { params: { header: { "If-Match": etag } }, body: { name: "Acme" } }),
);
export const code = (cause: Refusal): Problem["code"] | undefined => cause.problem.code;

// @ts-expect-error There is no such path.
invites.GET("/v1/nothing");
// @ts-expect-error An invite needs an address.
invites.POST("/v1/invites", { body: { name: "Ana" } });
// @ts-expect-error There is no such status.
invites.GET("/v1/invites", { params: { query: { status: "lost" } } });
