// The tabs: which invites each lists, how many those are, and how one is chosen.
import { html, nothing, type TemplateResult } from "lit";
import type { InvitePage } from "@invites/client";
import type { ListQuery } from "./service.ts";
import type { Words } from "./words.ts";

export const tabs = ["pending", "attention", "accepted"] as const;
export type Tab = (typeof tabs)[number];

export const queries: Record<Tab, ListQuery> = { pending: {}, attention: { attention: true }, accepted: { status: "accepted" } };

export type Counts = NonNullable<InvitePage["counts"]>;

// How many invites a tab has, "500+" where there are more than were looked at.
const counted: Record<Tab, (counts: Counts) => string> = {
  pending: (counts) => atLeast(counts.open, counts.more_open),
  attention: (counts) => atLeast(counts.attention, counts.more_open),
  accepted: (counts) => atLeast(counts.accepted, counts.more_accepted),
};

function atLeast(n: number, more: boolean): string {
  return more ? `${n}+` : String(n);
}

// tabsView draws them. Arrow keys, Home and End choose one as a press does, and go there.
export function tabsView(now: Tab, counts: Counts | undefined, words: Words, open: (tab: Tab) => Promise<HTMLElement | null>): TemplateResult {
  const keys = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const forward = words.dir === "rtl" ? -1 : 1;
    const at = tabs.indexOf(now);
    const to = step ? (at + step * forward + tabs.length) % tabs.length : { Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    void open(tabs[to] as Tab).then((tab) => tab?.focus());
  };
  return html`<div role="tablist" aria-labelledby="heading" part="tabs" @keydown=${keys}>
    ${tabs.map(
      (tab) => html`<button
        role="tab"
        part="tab"
        id="tab-${tab}"
        aria-selected=${tab === now}
        aria-controls="panel"
        tabindex=${tab === now ? 0 : -1}
        @click=${() => void open(tab)}
      >
        ${words.text(`tab.${tab}`)}${counts ? html`<span class="count">${counted[tab](counts)}</span>` : nothing}
      </button>`,
    )}
  </div>`;
}
