// Who is signed in, for as long as the tab lives, and calls in their name.
import { hear, now } from "./clock.js";

const key = "session";

export function session() {
  const held = JSON.parse(sessionStorage.getItem(key) || "null");
  return held && Date.parse(held.ends) > now() ? held : null;
}

export const signOut = () => sessionStorage.removeItem(key);

export async function signIn(email, password) {
  sessionStorage.setItem(key, JSON.stringify(await call("POST", "/console/api/sign-in", { email, password })));
}

// Problem's message can be shown as it is.
export class Problem extends Error {
  constructor(status, message) {
    super(message || "That does not work right now. Try again in a moment.");
    this.status = status;
  }
}

// call resolves to what was answered or rejects with a Problem.
export async function call(method, path, body) {
  const held = session();
  const headers = {};
  if (held) headers.Authorization = "Bearer " + held.token;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store", credentials: "omit" });
  } catch {
    throw new Problem(0, "The local stack cannot be reached. Check that it is up, then try again.");
  }
  hear(response);
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, answer.detail);
  return answer;
}
