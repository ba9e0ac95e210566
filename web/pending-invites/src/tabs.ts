// The tabs: which invites each lists, how many those are, and how one is chosen.
import { html, nothing, type TemplateResult } from "lit";
import type { InvitePage } from "@invites/client";
import type { ListQuery } from "./service.ts";
import type { Words } from "./words.ts";

export const tabs = ["pending", "attention", "accepted"] as const;
export type Tab = (typeof tabs)[number];

export const queries: Record<Tab, ListQuery> = { pending: {}, attention: { attention: true }, accepted: { status: "accepted" } };

export type Counts = NonNullable<InvitePage["counts"]>;

// counted is how many invites a tab has, and whether there are more than were looked at.
const counted: Record<Tab, (counts: Counts) => [number, boolean]> = {
  pending: (counts) => [counts.open, counts.more_open],
  attention: (counts) => [counts.attention, counts.more_open],
  accepted: (counts) => [counts.accepted, counts.more_accepted],
};

// total is how many invites a tab has, or undefined where nobody knows exactly.
export function total(tab: Tab, counts: Counts | undefined): number | undefined {
  const [n, more] = counts ? counted[tab](counts) : [0, true];
  return more ? undefined : n;
}

// atLeast is "500+" where there are more.
function atLeast([n, more]: [number, boolean]): string {
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
        ${words.text(`tab.${tab}`)}${counts ? html`<span class="count">${atLeast(counted[tab](counts))}</span>` : nothing}
      </button>`,
    )}
  </div>`;
}
