// What became of each address that was sent.
import type { TemplateResult } from "lit";
import type { Office } from "./invite-form.ts";
import type { Drawn, Kit } from "./parts.ts";
import { short } from "./preview.ts";
import type { NewInvite, Outcome } from "./service.ts";

// Answer is what became of one address, or of something that was not understood as one.
export interface Answer {
  readonly email: string;
  readonly row?: NewInvite;
  readonly outcome?: Outcome;
}

// answersView draws them. insist sends in spite of what is known of an address.
export function answersView(kit: Kit, answers: readonly Answer[], office: Office, insist: (row: NewInvite) => void): Drawn {
  if (answers.length === 0) return kit.nothing;
  return kit.html`<ul class="answers" tabindex="0" aria-label=${office.words.text("form.answers")}>
    ${answers.map((answer) => answerView(kit, answer, office, insist))}
  </ul>`;
}

function answerView({ Refusal, check, html, nothing, warning, whyNot }: Kit, { email, row, outcome }: Answer, office: Office, insist: (row: NewInvite) => void): TemplateResult {
  const { words, resetURL } = office;
  if (!row || !outcome) {
    return html`<li class="hint bad">${warning}<span><bdi>${short(email)}</bdi>: ${words.text("form.notAddress")}</span></li>`;
  }
  if (!(outcome instanceof Refusal)) {
    return html`<li class="hint good">${check}<span><bdi>${email}</bdi>: ${words.text("form.invited")}</span></li>`;
  }
  const { code, confirm, invite_id: inTheWay } = outcome.problem;
  const press = (text: string, action: () => void) => html`<button type="button" class="small" aria-label=${`${text} (${email})`} @click=${action}>${text}</button>`;
  return html`<li class="hint bad">
    ${warning}<span><bdi>${email}</bdi>: ${whyNot(outcome, words)}</span>
    ${code === "already_pending" && inTheWay ? press(words.text("form.show"), () => office.point(inTheWay)) : nothing}
    ${code === "already_accepted" && /^https?:/.test(resetURL)
      ? html`<a href=${resetURL} target="_blank" rel="noreferrer">${words.text("action.reset")}</a>`
      : nothing}
    ${code === "cannot_send" && confirm ? press(words.text("insist.yes"), () => insist({ ...row, confirm })) : nothing}
  </li>`;
}
