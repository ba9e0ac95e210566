import { html, nothing, type TemplateResult } from "lit";
import type { Invite } from "@invites/client";
import type { Desk } from "./desk.ts";
import { check, clock, cross, deliveryIcon, idea, warning } from "./icons.ts";
import type { Row } from "./roster.ts";
import type { Key } from "./words.ts";

// The columns, in their order. The last is drawn as a line of its own below the others.
export const columns: Key[] = [
  "column.select",
  "column.invited",
  "column.role",
  "column.by",
  "column.sent",
  "column.expires",
  "column.mail",
  "column.actions",
  "column.advice",
];

// rowView draws one invite. Text goes in as text: nothing that a name holds becomes markup.
export function rowView(row: Row, desk: Desk): TemplateResult {
  const { invite } = row;
  const { words } = desk;
  const picked = (event: Event) => desk.actions.select(invite.id, (event.target as HTMLInputElement).checked);
  return html`<div
    role="row"
    part="row"
    class="row ${row.settled ? "settled" : ""} ${row.selected ? "picked" : ""}"
    data-id=${invite.id}
    aria-busy=${row.busy}
  >
    <div role="cell" class="pick">
      ${can(row)
        ? html`<label class="target"
            ><input
              type="checkbox"
              .checked=${row.selected}
              @change=${picked}
              aria-label=${words.text("select.one", { email: invite.email })}
          /></label>`
        : nothing}
    </div>
    <div role="rowheader" class="who" part="address">
      <bdi class="address">${address(invite.email)}</bdi>
      ${invite.name ? html`<span class="soft line"><bdi>${invite.name}</bdi></span>` : nothing}
    </div>
    <div role="cell" class="fact role">${label("column.role", desk)}<bdi>${invite.role}</bdi></div>
    <div role="cell" class="fact by">
      ${label("column.by", desk)}<bdi>${invite.invited_by.name || invite.invited_by.email || words.text("by.nobody")}</bdi>
    </div>
    <div role="cell" class="fact sent">${label("column.sent", desk)}<span>${sent(invite, desk)}</span></div>
    <div role="cell" class="fact expires">${label("column.expires", desk)}<span>${standing(invite, desk)}</span></div>
    <div role="cell" class="fact mail">${label("column.mail", desk)}<span>${delivery(invite, desk)}</span></div>
    <div role="cell" class="actions">${row.settled ? nothing : actions(row, desk)}</div>
    <div role="cell" class="aside">${asked(invite, desk)} ${advice(row, desk)} ${note(row, desk)}</div>
  </div>`;
}

// can tells whether anything can be done with a row among others.
export function can({ invite, settled }: Row): boolean {
  return !settled && (invite.can_cancel || invite.can_resend);
}

// label is the column's name where a narrow place leaves no room for the head. It is in the
// head for those who do not see.
function label(key: Key, { words }: Desk): TemplateResult {
  return html`<span class="label" aria-hidden="true">${words.text(key)}</span>`;
}

// address breaks before its @ where it does not fit in one line.
function address(email: string): TemplateResult {
  const at = email.lastIndexOf("@");
  return html`${email.slice(0, at)}<wbr />${email.slice(at)}`;
}

function time(at: string, { times }: Desk): TemplateResult {
  return html`<time datetime=${at} title=${times.exact(at)}>${times.relative(at)}</time>`;
}

function sent(invite: Invite, desk: Desk): TemplateResult {
  const { words } = desk;
  const count = invite.send_count > 1 ? words.text("sent.count", { n: invite.send_count }) : nothing;
  const reminders = invite.reminder_count > 0 ? words.text("sent.reminders", { n: invite.reminder_count }) : nothing;
  return html`${invite.last_sent_at ? time(invite.last_sent_at, desk) : words.text("sent.never")}
    <span class="soft line">${count}</span><span class="soft line">${reminders}</span>`;
}

function standing(invite: Invite, desk: Desk): TemplateResult {
  const status = invite.attention === "expiring" ? "expiring" : invite.status;
  const at = status === "accepted" ? invite.accepted_at : status === "cancelled" || status === "released" ? null : invite.expires_at;
  return html`<span class="badge ${status}">${desk.words.of(`status.${status}`) ?? status}</span>${at
      ? html`<span class="soft line">${time(at, desk)}</span>`
      : nothing}`;
}

function delivery(invite: Invite, desk: Desk): TemplateResult {
  const { status, code, reason, sender } = invite.delivery;
  const { words } = desk;
  // What the advice says already is not said twice.
  const why = code && !invite.advice ? (words.of(`reason.${code}`) ?? reason) : undefined;
  return html`<span class="delivery ${status}" part="delivery">${deliveryIcon(status)}<span>${(code && words.of(`delivery.${code}`)) ?? words.of(`delivery.${status}`) ?? status}</span></span>
    ${why ? html`<span class="soft line">${why}</span>` : nothing}
    ${sender ? html`<span class="soft line">${words.text("mail.from")} <bdi>${address(sender)}</bdi></span>` : nothing}`;
}

function actions(row: Row, desk: Desk): TemplateResult {
  const { invite, busy } = row;
  const { words } = desk;
  const { email, id } = invite;
  const why = `why-${id}`;
  const open = invite.can_resend && !busy;
  return html`<span class="buttons">
      <button
        part="button resend"
        data-action="resend"
        aria-label=${words.text("action.resend.name", { email })}
        aria-disabled=${!open}
        aria-describedby=${invite.can_resend ? nothing : invite.advice ? `advice-${id}` : why}
        @click=${() => open && desk.actions.resend(id)}
      >
        ${words.text("action.resend")}
      </button>
      ${invite.can_cancel
        ? html`<button
            class="quiet"
            part="button cancel"
            data-action="cancel"
            aria-label=${words.text("action.cancel.name", { email })}
            aria-disabled=${busy}
            @click=${() => !busy && desk.actions.cancel(id)}
          >
            ${words.text("action.cancel")}
          </button>`
        : nothing}
      ${invite.status === "accepted"
        ? html`<button
            class="quiet"
            part="button release"
            data-action="release"
            aria-label=${words.text("action.release.name", { email })}
            aria-disabled=${busy}
            @click=${() => !busy && desk.actions.release(id)}
          >
            ${words.text("action.release")}
          </button>`
        : nothing}
    </span>
    ${invite.can_resend || invite.advice ? nothing : html`<span class="soft line" id=${why}>${blocked(invite, desk)}</span>`}`;
}

function blocked(invite: Invite, desk: Desk): TemplateResult {
  const { words, resetURL } = desk;
  if (invite.status !== "accepted") return html`${(invite.delivery.code && words.of(`reason.${invite.delivery.code}`)) || invite.resend_blocked_reason}`;
  return html`${words.text("refused.active")} ${resetLink(resetURL, words.text("action.reset"))}`;
}

function resetLink(url: string, text: string): TemplateResult | typeof nothing {
  if (!/^https?:/.test(url)) return nothing;
  return html`<a href=${url} target="_blank" rel="noreferrer">${text}</a>`;
}

function asked(invite: Invite, desk: Desk): TemplateResult | typeof nothing {
  const at = invite.renewal_requested_at;
  if (!at) return nothing;
  return html`<p class="hint asked">${clock}<span>${desk.words.text("asked")} ${time(at, desk)}</span></p>`;
}

function advice(row: Row, desk: Desk): TemplateResult | typeof nothing {
  const { advice: say, email, name, id, delivery: mail } = row.invite;
  const { words } = desk;
  if (!say || row.settled) return nothing;
  const sender = mail.sender ?? words.text("mail.sender");
  const code = say.code === "wrong_address" && say.email ? "mistyped" : say.code;
  const known = code !== "mistyped" && mail.code ? (words.of(`reason.${mail.code}`) ?? say.message) : undefined;
  const text = known ?? words.of(`advice.${code}`, { email: say.email ?? email, sender }) ?? say.message;
  const press = (key: Key, values: Record<string, string>, action: () => void) => html`<button
    class="small"
    part="button advice"
    data-action="advice"
    aria-disabled=${row.busy}
    aria-label=${`${words.text(key, values)} (${email})`}
    @click=${() => !row.busy && action()}
  >
    ${words.text(key, values)}
  </button>`;
  const way = (): TemplateResult | typeof nothing => {
    switch (say.action) {
      case "cancel_and_invite":
        return say.email
          ? press("advice.correct", { email: say.email }, () => desk.actions.correct(row.invite, say.email))
          : press("advice.other", {}, () => desk.actions.correct(row.invite, undefined));
      case "reset_password":
        return resetLink(desk.resetURL, words.text("action.reset"));
      case "ask_person":
        return press("advice.copy", {}, () => desk.actions.copy(id, words.text("advice.note", { name: name || email, sender })));
      case "tell_operator":
        return press("advice.details", {}, () => desk.actions.copy(id, [id, email, mail.status, mail.code, mail.at].filter(Boolean).join("\n")));
      default:
        return nothing; // a resend has its button, and to wait takes none
    }
  };
  return html`<p class="hint advice" part="advice" id="advice-${id}">${idea}<span>${text}</span>${way()}</p>`;
}

function note(row: Row, desk: Desk): TemplateResult | typeof nothing {
  const said = row.note;
  if (!said) return nothing;
  const { email, id } = row.invite;
  return html`<p class="hint note ${said.kind}" part="note">
    ${said.kind === "good" ? check : warning}<span>${said.text} ${said.link ? resetLink(said.link.href, said.link.text) : nothing}</span>
    <button
      class="icon-only"
      data-action="close"
      aria-label=${desk.words.text("note.close", { email })}
      @click=${() => desk.actions.closeNote(id)}
    >
      ${cross}
    </button>
  </p>`;
}
