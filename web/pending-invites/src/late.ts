// What is said of a press that came too late.
import type { Invite } from "@invites/client";
import type { Key } from "./words.ts";

const endings: Partial<Record<Invite["status"], Key>> = {
  cancelled: "late.cancelled",
  released: "late.released",
};

// late is who was faster, told by what has become of an invite, or undefined where nothing has.
// The invitee alone accepts, and time alone runs out. All else is somebody else's doing, or the
// reader's own elsewhere; mine tells that an earlier press here may have done it after all.
export function late(before: Invite, now: Invite, mine: boolean): Key | undefined {
  if (now.etag === before.etag) return undefined;
  if (now.status === "accepted" && before.status !== "accepted") return "late.accepted";
  if (mine) return "late.mine";
  if (now.status !== before.status && endings[now.status]) return endings[now.status];
  if (now.send_count !== before.send_count) return "late.resent";
  return now.status === "expired" ? "late.expired" : "refused.changed";
}
