import { PendingInvites } from "./pending-invites.ts";

export { PendingInvites };

declare global {
  interface HTMLElementTagNameMap {
    "pending-invites": PendingInvites;
  }
}

// A page that loads the file twice, of two versions say, keeps the first.
if (!customElements.get("pending-invites")) customElements.define("pending-invites", PendingInvites);
