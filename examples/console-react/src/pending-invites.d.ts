// What JSX has to know of <pending-invites>.
import type { HTMLAttributes, Ref } from "react";

export interface PendingInvitesElement extends HTMLElement {
  api: string;
  locale: string;
  token: () => string | Promise<string>;
  refresh(): Promise<void>;
}

interface Props extends HTMLAttributes<PendingInvitesElement> {
  ref?: Ref<PendingInvitesElement>;
  // The service's origin; "" for the page's own.
  api?: string;
  // A language tag; the page's where there is none.
  locale?: string;
  // Gives a bearer token; asked before each call.
  token: () => string | Promise<string>;
  // React listens to an element's own events by "on" and the event's name.
  "oninvites-changed"?: (event: CustomEvent<{ action: string; invites: { id: string; email: string }[] }>) => void;
  "onsigned-out"?: (event: Event) => void;
}

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "pending-invites": Props;
    }
  }
}

declare global {
  interface ImportMetaEnv {
    readonly INVITES_API: string;
  }
  interface ImportMeta {
    readonly env: ImportMetaEnv;
  }
}
