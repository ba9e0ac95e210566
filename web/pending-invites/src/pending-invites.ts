import { LitElement, html } from "lit";

// PendingInvites is the Pending Invites table of an admin console.
export class PendingInvites extends LitElement {
  override render() {
    return html`<slot></slot>`;
  }
}

customElements.define("pending-invites", PendingInvites);
