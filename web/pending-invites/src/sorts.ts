// The orders in which the rows that were loaded can be shown.
import type { Row } from "./roster.ts";

export const sorts = ["newest", "address", "sent", "expires"] as const;
export type Sort = (typeof sorts)[number];

const orders: Record<Exclude<Sort, "newest">, (a: Row, b: Row) => number> = {
  address: (a, b) => a.invite.email.localeCompare(b.invite.email),
  sent: (a, b) => (b.invite.last_sent_at ?? "").localeCompare(a.invite.last_sent_at ?? ""),
  expires: (a, b) => a.invite.expires_at.localeCompare(b.invite.expires_at),
};

// sorted leaves the newest first, as the API lists them.
export function sorted(rows: readonly Row[], sort: Sort): readonly Row[] {
  return sort === "newest" ? rows : [...rows].sort(orders[sort]);
}
