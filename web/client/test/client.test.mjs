import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { answer, connect, Refusal } from "../dist/index.js";

// A real server, whose answer each test sets.
let origin, reply, asked;
const server = createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  asked.push({ method: request.method, url: request.url, headers: request.headers, body });
  await reply(response, request);
});
const says = (status, body, headers = { "Content-Type": "application/json" }) => (reply = (response) => response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body)));

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => (server.closeAllConnections(), server.close()));
beforeEach(() => (asked = []));

const client = (more = {}) => connect({ api: origin, token: () => "t", ...more });
const refused = (call) => answer(call).then(() => assert.fail("it resolved"), (cause) => (assert.ok(cause instanceof Refusal, String(cause)), cause));

test("a success is its body, and the call is what the API expects", async () => {
  says(200, { id: "inv_1", status: "pending" });
  const got = await answer(client().POST("/v1/invites/{id}/resend", {
    params: { path: { id: "inv_1" }, header: { "Idempotency-Key": "k", "If-Match": "\"e\"", "Invite-Tenant": "acme" } },
    body: { confirm: "bounced" },
  }));
  assert.deepEqual(got, { id: "inv_1", status: "pending" });
  const [{ method, url, headers, body }] = asked;
  assert.deepEqual([method, url, body], ["POST", "/v1/invites/inv_1/resend", '{"confirm":"bounced"}']);
  assert.equal(headers.authorization, "Bearer t");
  assert.equal(headers["content-type"], "application/json");
  assert.deepEqual([headers["idempotency-key"], headers["if-match"], headers["invite-tenant"]], ["k", "\"e\"", "acme"]);
});

test("what is asked for by query and path is escaped", async () => {
  says(200, { invites: [], next_page_token: null });
  await answer(client().GET("/v1/invites", { params: { query: { q: "a+b&c@example.com", page_size: 100 } } }));
  await answer(client().GET("/v1/invites/{id}", { params: { path: { id: "../settings" } } }));
  assert.equal(new URL(asked[0].url, origin).searchParams.get("q"), "a+b&c@example.com");
  assert.equal(asked[1].url, "/v1/invites/..%2Fsettings");
});

test("the token is asked before each call", async () => {
  says(200, {});
  let n = 0;
  const invites = client({ token: async () => `t${++n}` });
  await answer(invites.GET("/v1/settings"));
  await answer(invites.GET("/v1/settings"));
  assert.deepEqual(asked.map((a) => a.headers.authorization), ["Bearer t1", "Bearer t2"]);
});

test("a token that cannot be had is a refusal, with its cause, and nothing was sent", async () => {
  const lost = new Error("the session is over");
  const cause = await refused(client({ token: () => Promise.reject(lost) }).GET("/v1/settings"));
  assert.deepEqual([cause.status, cause.problem.code, cause.unsure, cause.cause], [0, "no_token", false, lost]);
  assert.deepEqual(asked, []);
  const own = new Refusal(401, { detail: "Sign in." });
  assert.equal(await refused(client({ token: () => { throw own; } }).GET("/v1/settings")), own);
});

test("a problem document is a refusal with all it says", async () => {
  const problem = { type: "about:blank", title: "Conflict", status: 409, detail: "Resend it instead.", code: "already_pending", request_id: "r", invite_id: "inv_1" };
  says(409, problem, { "Content-Type": "application/problem+json" });
  const cause = await refused(client().POST("/v1/invites", { body: { email: "ana@example.com" } }));
  assert.deepEqual(cause.problem, problem);
  assert.deepEqual([cause.status, cause.message, cause.unsure, cause.retryAfter, cause.name], [409, "Resend it instead.", false, undefined, "Refusal"]);
});

test("the gateway's own bodies are told in words", async () => {
  says(401, { message: "Unauthorized" });
  assert.match((await refused(client().GET("/v1/settings"))).message, /sign in/i);
  says(429, { message: "Too Many Requests" });
  assert.match((await refused(client().GET("/v1/settings"))).message, /try again/i);
  says(502, "<h1>Bad gateway</h1>", { "Content-Type": "text/html" });
  const cause = await refused(client().GET("/v1/settings"));
  assert.deepEqual([cause.status, cause.message, cause.problem, cause.unsure], [502, "The service answered 502.", {}, true]);
  says(500, "");
  assert.equal((await refused(client().GET("/v1/settings"))).status, 500);
});

test("Retry-After is told in seconds where it is there", async () => {
  says(503, { detail: "Later." }, { "Content-Type": "application/problem+json", "Retry-After": "7" });
  const cause = await refused(client().GET("/v1/settings"));
  assert.deepEqual([cause.retryAfter, cause.unsure], [7, true]);
  says(503, { detail: "Later." }, { "Retry-After": "Tue, 24 Nov 2026 10:00:00 GMT" });
  assert.equal((await refused(client().GET("/v1/settings"))).retryAfter, undefined);
});

test("where nobody answers, the refusal has status 0 and is unsure", async () => {
  const closed = createServer();
  await once(closed.listen(0, "127.0.0.1"), "listening");
  const { port } = closed.address();
  closed.close();
  const cause = await refused(client({ api: `http://127.0.0.1:${port}` }).GET("/v1/settings"));
  assert.deepEqual([cause.status, cause.problem.code, cause.unsure, cause.message], [0, "unreachable", true, "The service cannot be reached."]);
  assert.ok(cause.cause instanceof TypeError);
});

test("an answer that is cut off or is no JSON is a refusal", async () => {
  reply = (response) => (response.writeHead(200, { "Content-Length": 100 }), response.write('{"id":', () => response.destroy()));
  const cut = await refused(client().GET("/v1/settings"));
  assert.deepEqual([cut.status, cut.problem.code, cut.unsure], [0, "unreachable", true]);
  says(200, "<p>Sign in to the network</p>", { "Content-Type": "text/html" });
  const portal = await refused(client().GET("/v1/settings"));
  assert.deepEqual([portal.status, portal.problem.code, portal.unsure], [0, "unreadable", true]);
});

test("an aborted call rejects with the AbortError, before, during and after the headers", async () => {
  const aborted = async (signal, then = () => {}) => {
    const call = answer(client().GET("/v1/settings", { signal }));
    then();
    await assert.rejects(call, { name: "AbortError" });
  };
  await aborted(AbortSignal.abort());
  let stop = new AbortController();
  reply = () => stop.abort();
  await aborted(stop.signal);
  stop = new AbortController();
  reply = (response) => (response.writeHead(200, { "Content-Length": 100 }), response.write("{", () => setTimeout(() => stop.abort(), 50)));
  await aborted(stop.signal);
});

test("a reason that an aborted signal was given is what the call rejects with", async () => {
  const reason = new Error("the page was left");
  const stop = new AbortController();
  reply = () => stop.abort(reason);
  await assert.rejects(answer(client().GET("/v1/settings", { signal: stop.signal })), reason);
});

test("a time limit is an answer that did not come", async () => {
  reply = () => {};
  const cause = await refused(client().GET("/v1/settings", { signal: AbortSignal.timeout(50) }));
  assert.deepEqual([cause.status, cause.message, cause.unsure], [0, "The service did not answer in time.", true]);
});
