// What the console asks of the service. Every call resolves to what the service
// answered or rejects with a Problem, whose text can be shown as it is.

export class Problem extends Error {
  constructor(status, body, requestId) {
    super(body.detail || body.message || body.title || "The service does not answer right now. Try again in a moment.");
    this.status = status;
    this.code = body.code || "";
    this.inviteId = body.invite_id || "";
    this.passwordResetUrl = body.password_reset_url || "";
    this.fields = body.errors || [];
    this.requestId = body.request_id || requestId || "";
  }
}

// The session lives as long as the tab.
const session = {
  get: () => JSON.parse(sessionStorage.getItem("session") || "null"),
  set: (value) => sessionStorage.setItem("session", JSON.stringify(value)),
};

export function signedIn() {
  const held = session.get();
  return held && Date.parse(held.ends) > Date.now() ? held : null;
}

export function signOut() {
  sessionStorage.removeItem("session");
}

export async function signIn(email, password) {
  const answer = await call("POST", "/console/api/sign-in", { email, password }, {});
  session.set({ token: answer.token, ends: answer.ends, email });
}

export const settings = () => authorized("GET", "/v1/settings");

export const list = (query) => authorized("GET", "/v1/invites?" + new URLSearchParams(query));

export const get = (id) => authorized("GET", "/v1/invites/" + encodeURIComponent(id));

export const invite = (body, key) => authorized("POST", "/v1/invites", body, { "Idempotency-Key": key });

// resend sends in spite of a mail that did not arrive where the row demands that.
export const resend = (row, key) =>
  change(row, "resend", key, row.resend_confirm ? { confirm: row.resend_confirm } : undefined);

export const cancel = (row, key) => change(row, "cancel", key);

// change refuses to act on a row that somebody else has changed meanwhile.
function change(row, what, key, body) {
  const path = `/v1/invites/${encodeURIComponent(row.id)}/${what}`;
  return authorized("POST", path, body, { "Idempotency-Key": key, "If-Match": row.etag });
}

function authorized(method, path, body, headers = {}) {
  const held = signedIn();
  if (!held) {
    return Promise.reject(new Problem(401, { detail: "Your session is over. Sign in again." }));
  }
  return call(method, path, body, { ...headers, Authorization: "Bearer " + held.token });
}

async function call(method, path, body, headers) {
  const options = { method, headers, cache: "no-store", credentials: "omit" };
  if (body !== undefined) {
    options.headers = { ...headers, "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Problem(0, { detail: "The service cannot be reached. Check that the local stack is up, then try again." });
  }
  const text = await response.text();
  let parsed = {};
  try {
    parsed = JSON.parse(text);
  } catch {
    // Not JSON: the Problem below has a text of its own.
  }
  if (!response.ok) {
    throw new Problem(response.status, parsed, response.headers.get("Apigw-Requestid"));
  }
  return parsed;
}
