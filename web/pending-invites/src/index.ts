export { PendingInvites } from "./pending-invites.ts";
