// What is drawn of a list: its rows below their head, or why there are none.
import { html, nothing, type TemplateResult } from "lit";
import { guard } from "lit/directives/guard.js";
import { repeat } from "lit/directives/repeat.js";
import type { Refusal } from "@invites/client";
import type { Desk } from "./desk.ts";
import { warning } from "./icons.ts";
import { whyNot } from "./refusals.ts";
import type { Roster, Row } from "./roster.ts";
import { can, columns, rowView } from "./row-view.ts";
import type { Tab } from "./tabs.ts";
import type { Key, Words } from "./words.ts";

// Listed is a list as it is to be drawn.
export interface Listed {
  readonly tab: Tab;
  readonly list: Roster;
  // The list's rows as they are sorted.
  readonly rows: readonly Row[];
  // How many the list has, if that is known.
  readonly total: number | undefined;
  // The minute, in milliseconds: times are told from there.
  readonly now: number;
  readonly desk: Desk;
  selectAll(selected: boolean): void;
  more(): void;
}

// Rows are drawn in chunks: where nothing of a chunk has changed it is not looked at, and
// where it is out of sight the browser leaves it out (content-visibility). How long ago things
// were is told anew each minute in the first two, in the others when something changes.
const chunkSize = 50;

export function listView(listed: Listed): TemplateResult {
  const { list, rows, desk, tab } = listed;
  const { refusal } = list;
  const { words } = desk;
  const mayNot = refusal?.status === 401 || refusal?.status === 403;
  if (refusal && (list.rows.length === 0 || mayNot)) {
    return html`<div class="state" part="state error" role="alert">
      ${warning}
      <p>${unread(refusal, words)}</p>
      ${mayNot ? nothing : html`<button part="button" @click=${() => void list.load()}>${words.text("state.again")}</button>`}
    </div>`;
  }
  if (list.state === "new" || (list.state === "loading" && list.rows.length === 0)) {
    return html`<div class="state" part="state loading">
      <p>${words.text("state.loading")}</p>
      <div class="bones" aria-hidden="true"><div></div><div></div><div></div></div>
    </div>`;
  }
  if (rows.length === 0) {
    const key: Key = list.next && listed.total !== 0 ? "state.moreToSearch" : list.search ? "state.noMatch" : `state.empty.${tab}`;
    return html`<div class="state" part="state empty"><p>${words.text(key, { q: list.search })}</p></div>
      ${moreView(listed)}`;
  }
  return html`${refusal ? html`<p class="hint note bad" role="alert">${warning}<span>${unread(refusal, words)}</span></p>` : nothing}
    <div role="table" class="table" part="table" aria-labelledby="heading">
      <div role="rowgroup" class="columns">
        <div role="row" class="row">${columns.map((key) => columnView(key, listed))}</div>
      </div>
      <div class="rows" role="rowgroup">${rowsView(listed)}</div>
    </div>
    ${moreView(listed)}`;
}

// unread says why the list could not be had: nothing was to be done that may have been done.
function unread(refusal: Refusal, words: Words): string {
  if (refusal.unsure) return words.text("state.failed");
  return refusal.status === 403 ? words.text("state.forbidden") : whyNot(refusal, words);
}

function rowsView({ rows, now, desk }: Listed): TemplateResult[] {
  const chunks = Array.from({ length: Math.ceil(rows.length / chunkSize) }, (_, index) => rows.slice(index * chunkSize, (index + 1) * chunkSize));
  return chunks.map(
    (chunk, index) =>
      html`<div class="chunk">
        ${guard([desk.words, desk.times, desk.resetURL, index < 2 ? now : 0, ...chunk], () =>
          repeat(
            chunk,
            (row) => row.invite.id,
            (row) => rowView(row, desk),
          ),
        )}
      </div>`,
  );
}

// Where a column's class is not its name.
const headClass: Partial<Record<string, string>> = { invited: "who", advice: "unseen" };

function columnView(key: Key, { list, desk: { words }, selectAll }: Listed): TemplateResult {
  const name = key.slice("column.".length);
  if (key !== "column.select") return html`<div role="columnheader" class=${headClass[name] ?? name}>${words.text(key)}</div>`;
  const all = list.rows.filter(can);
  const chosen = list.selected.length;
  return html`<div role="columnheader" class="pick">
    <label class="target"
      ><input
        type="checkbox"
        .checked=${chosen > 0 && chosen === all.length}
        .indeterminate=${chosen > 0 && chosen < all.length}
        ?disabled=${all.length === 0}
        @change=${(event: Event) => selectAll((event.target as HTMLInputElement).checked)}
        aria-label=${words.text("select.all")}
      /><span class="label" aria-hidden="true">${words.text("select.all")}</span></label
    >
  </div>`;
}

function moreView({ list, total, desk: { words }, more }: Listed): TemplateResult | typeof nothing {
  if (!list.next || list.rows.filter((row) => !row.settled).length >= (total ?? Number.POSITIVE_INFINITY)) return nothing;
  const busy = list.state === "loading";
  return html`<p class="more">
    <button part="button more" data-action="more" aria-disabled=${busy} @click=${() => !busy && more()}>
      ${words.text(busy ? "state.loading" : "more")}
    </button>
  </p>`;
}
