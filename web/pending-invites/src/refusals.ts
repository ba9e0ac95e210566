import type { Refusal } from "@invites/client";
import type { Words } from "./words.ts";

// What a status says whatever the API's words.
const byStatus: Partial<Record<number, `refused.${string}`>> = {
  0: "refused.unreachable",
  401: "refused.signedOut",
  403: "refused.forbidden",
  404: "refused.gone",
  412: "refused.changed",
  429: "refused.throttled",
};

// whyNot says in the reader's language why a call was refused and what to do. What the API
// alone can say, it says in its own words.
export function whyNot(refusal: Refusal, words: Words): string {
  const { status, problem, retryAfter } = refusal;
  if (problem.code === "already_accepted") return words.text("refused.active");
  if (problem.code === "cannot_send") return (problem.reason && words.of(`reason.${problem.reason}`)) || refusal.message;
  const address = problem.code === "address_unmailable" || problem.errors?.some((field) => field.pointer === "/email");
  const key = byStatus[status] ?? `refused.${address ? "address" : problem.code}`;
  const said = words.of(key, { seconds: retryAfter ?? 5 });
  if (said) return said;
  if (status >= 500) {
    return words.text("refused.unsure", { request: problem.request_id ?? "-" });
  }
  const fields = (problem.errors ?? []).map((field) => field.detail).filter((detail) => detail !== refusal.message);
  return [refusal.message, ...fields].join(" ");
}
