import type { Refusal } from "@invites/client";
import type { Words } from "./words.ts";

// whyNot says in the reader's language why a call was refused and what to do. What the API
// alone can say, it says in its own words.
export function whyNot(refusal: Refusal, words: Words): string {
  const { status, problem, retryAfter } = refusal;
  switch (status) {
    case 0:
      return words.text("refused.unreachable");
    case 401:
      return words.text("refused.signedOut");
    case 403:
      return words.text("refused.forbidden");
    case 404:
      return words.text("refused.gone");
    case 412:
      return words.text("refused.changed");
    case 429:
      return words.text("refused.throttled");
  }
  switch (problem.code) {
    case "already_accepted":
      return words.text("refused.active");
    case "cannot_send":
      return (problem.reason && words.of(`reason.${problem.reason}`)) || refusal.message;
  }
  const said = problem.code && words.of(`refused.${problem.code}`, { seconds: retryAfter ?? 5 });
  if (said) return said;
  if (status >= 500) {
    return words.text("refused.unsure", { request: problem.request_id ?? "-" });
  }
  const fields = (problem.errors ?? []).map((field) => field.detail).filter((detail) => detail !== refusal.message);
  return [refusal.message, ...fields].join(" ");
}
