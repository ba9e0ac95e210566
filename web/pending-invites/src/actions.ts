// Actions are what the buttons do, to one invite and to many. Each is one press with one
// Idempotency-Key; a call that failed changes nothing that is shown and says why.
import { Refusal, type Invite } from "@invites/client";
import type { ReactiveControllerHost } from "lit";
import type { Buttons } from "./desk.ts";
import type { Asked } from "./dialog.ts";
import type { Form } from "./form.ts";
import { late } from "./late.ts";
import type { Question } from "./question.ts";
import { whyNot } from "./refusals.ts";
import type { Note, Roster, Row } from "./roster.ts";
import { can } from "./row-view.ts";
import { Presses, type NewInvite, type Outcome, type Service } from "./service.ts";
import type { Key, Words } from "./words.ts";

// Place is what an action needs of the element around it.
export interface Place extends ReactiveControllerHost {
  readonly isConnected: boolean;
  readonly service: Service;
  readonly words: Words;
  readonly resetURL: string;
  readonly form: Form;
  readonly question: Question;
  // The list that is shown, and the one where whoever is invited comes in.
  readonly list: Roster;
  readonly pending: Roster;
  // What is said below the list.
  status: Note | undefined;
  say(text: string): void;
  // changed tells the page what was done.
  changed(action: string, invites: Invite[]): void;
  // focusIn moves the focus to a button of an invite.
  focusIn(id: string, action: string): void;
}

// What is asked before one invite is changed: title, text, and the words for no and yes.
const questions = {
  cancel: ["cancel.title", "cancel.text", "cancel.no", "cancel.yes"],
  release: ["release.title", "release.text", "release.no", "release.yes"],
  insist: ["insist.title", "insist.text", "insist.no", "insist.yes"],
} satisfies Record<string, Key[]>;

// Of so many invites that were refused together each is looked at as it is now.
const looked = 20;

// How long a mail that is on its way is watched, in milliseconds, how often, and of how many
// invites.
const watchFor = 20_000;
const watchEvery = 1_000;
const watched = 5;

// So many addresses are named in a question about many.
const named = 5;

export class Actions implements Buttons {
  // Whether a call about many is under way.
  working = false;
  private readonly presses = new Presses();

  constructor(private readonly place: Place) {}

  // --- one invite ----------------------------------------------------------------

  resend(id: string): void {
    void this.resendOnce(id);
  }

  private async resendOnce(id: string): Promise<void> {
    const { place } = this;
    const { words, list } = place;
    const row = list.row(id);
    if (!row) return;
    const { email, resend_confirm: confirm, delivery } = row.invite;
    if (confirm) {
      const reason = (delivery.code && words.of(`reason.${delivery.code}`)) || delivery.reason || "";
      if (!(await this.sure("insist", email, { text: words.text("insist.text", { reason }) }))) return;
    }
    await this.act(list, id, `resend ${id}`, (invite, key) => place.service.resend(invite, key, confirm ?? undefined), (now) => {
      list.change(id, { invite: now, settled: false, note: { kind: "good", text: words.text("note.resent") } });
      place.say(words.text("said.resent", { email: now.email }));
      place.changed("resend", [now]);
      void this.watch(list, id);
    });
  }

  cancel(id: string): void {
    void this.endOnce(id, "cancel");
  }

  release(id: string): void {
    void this.endOnce(id, "release");
  }

  private async endOnce(id: string, how: "cancel" | "release"): Promise<void> {
    const { list } = this.place;
    const invite = list.row(id)?.invite;
    if (invite && (await this.sure(how, invite.email))) await this.end(list, id, how);
  }

  // sure asks once before one invite is changed, in the words of what is to be done.
  private sure(what: keyof typeof questions, email: string, other: Partial<Asked> = {}): Promise<boolean> {
    const [title, text, no, yes] = questions[what].map((key) => this.place.words.text(key)) as [string, string, string, string];
    return this.place.question.ask({ title, text, about: [email], no, yes, ...other });
  }

  // end takes an invite out of its list.
  private async end(list: Roster, id: string, how: "cancel" | "release"): Promise<boolean> {
    const { place } = this;
    return this.act(list, id, `${how} ${id}`, (invite, key) => place.service[how](invite, key), (now) => {
      list.remove(id);
      this.done(place.words.text(how === "cancel" ? "said.cancelled" : "said.released", { email: now.email }));
      place.changed(how, [now]);
    });
  }

  correct(invite: Invite, email: string | undefined): void {
    void this.correctOnce(invite, email);
  }

  private async correctOnce(invite: Invite, email: string | undefined): Promise<void> {
    const { place } = this;
    const { words, list } = place;
    const other = email ? { text: words.text("correct.text", { email }), yes: words.text("correct.yes") } : { text: words.text("correct.other") };
    if (!(await this.sure("cancel", invite.email, other)) || !(await this.end(list, invite.id, "cancel"))) return;
    if (!email) return place.form.show();
    const { name, role, locale } = invite;
    const [outcome] = await this.inviteAll([{ email, ...(name && { name }), ...(role && { role }), ...(locale && { locale }) }]);
    if (outcome instanceof Refusal) {
      place.status = { kind: "bad", text: `${email}: ${whyNot(outcome, words)}` };
      return place.form.show(email);
    }
    this.done(words.text("said.corrected", { from: invite.email, to: email }));
  }

  copy(id: string, text: string): void {
    const { place } = this;
    const { words } = place;
    const done = (kind: Note["kind"], key: Key) => {
      place.list.change(id, { note: { kind, text: kind === "good" ? words.text(key) : `${words.text(key)} ${text}` } });
      place.say(words.text(key));
    };
    navigator.clipboard.writeText(text).then(
      () => done("good", "note.copied"),
      () => done("bad", "note.notCopied"),
    );
  }

  select(id: string, selected: boolean): void {
    this.place.list.select(new Set([id]), selected);
  }

  closeNote(id: string): void {
    this.place.list.change(id, { note: undefined });
    this.place.focusIn(id, "resend");
  }

  // act does one thing to one invite and resolves to whether it worked. Where it did not, the
  // row is as it was, or as it has become meanwhile.
  private async act(
    list: Roster,
    id: string,
    press: string,
    call: (invite: Invite, key: string) => Promise<Invite>,
    done: (now: Invite) => void,
  ): Promise<boolean> {
    const { place } = this;
    const { service } = place;
    const row = list.row(id);
    if (!row || row.busy) return false;
    list.change(id, { busy: true });
    place.say(place.words.text("said.working", { email: row.invite.email }));
    try {
      const now = await this.presses.once(press, (key) => call(row.invite, key));
      if (service !== place.service) return false; // by now it is another person's list
      list.change(id, { busy: false, note: undefined });
      place.status = undefined;
      done(now);
      return true;
    } catch (refusal) {
      list.change(id, { busy: false });
      if (!(refusal instanceof Refusal)) throw refusal;
      if (service !== place.service) return false;
      const reason = await this.refused(list, id, refusal);
      place.say(place.words.text("said.refused", { email: row.invite.email, reason }));
      return false;
    }
  }

  // refused says in a row why a press on it came to nothing, and resolves to what it says. Where
  // the invite is not as it was seen, the row shows it as it is now, if it may be looked at.
  private async refused(list: Roster, id: string, refusal: Refusal, look = true): Promise<string> {
    const { words, service, resetURL } = this.place;
    const before = list.row(id)?.invite;
    let text = whyNot(refusal, words);
    let active = refusal.problem.code === "already_accepted";
    let now: Partial<Row> = { settled: refusal.status === 404 };
    if (before && look && (refusal.status === 412 || refusal.status === 409)) {
      try {
        const invite = await service.get(id);
        now = { invite, settled: !list.holds(invite) };
        const key = late(before, invite, this.presses.unsure(id));
        if (key) text = words.text(key, { email: invite.email });
        active = invite.status === "accepted";
      } catch (later) {
        if (!(later instanceof Refusal)) throw later;
      }
    }
    const link = active && resetURL ? { text: words.text("action.reset"), href: resetURL } : undefined;
    list.change(id, { ...now, busy: false, note: { kind: "bad", text, link } });
    return text;
  }

  // watch follows a mail until something became of it.
  private async watch(list: Roster, id: string): Promise<void> {
    const { place } = this;
    for (const end = performance.now() + watchFor; performance.now() < end && place.isConnected; ) {
      await new Promise((done) => setTimeout(done, watchEvery));
      const row = list.row(id);
      if (!row) return;
      if (row.busy) continue;
      try {
        const invite = await place.service.get(id);
        list.bring(invite);
        if (!["queued", "sending", "sent"].includes(invite.delivery.status)) return;
      } catch (refusal) {
        if (!(refusal instanceof Refusal)) throw refusal;
        return; // the next refresh tells
      }
    }
  }

  // --- many ------------------------------------------------------------------------

  // inviteAll answers each row in its place.
  async inviteAll(rows: NewInvite[]): Promise<Outcome[]> {
    const { place } = this;
    const { service } = place;
    const press = `invite ${JSON.stringify(rows)}`;
    const [only] = rows;
    const outcomes =
      rows.length === 1 && only
        ? [await this.presses.once(press, (key) => service.invite(only, key)).catch(outcomeOf)]
        : await this.presses.once(press, (key) => service.inviteMany(rows, key));
    if (service !== place.service) return outcomes; // by now it is another person's list
    const made = outcomes.filter((outcome): outcome is Invite => !(outcome instanceof Refusal));
    for (const invite of made) place.pending.put(invite);
    if (made.length > 0) {
      place.changed("invite", made);
      this.watchSome(place.pending, made);
    }
    return outcomes;
  }

  async resendSelected(): Promise<void> {
    await this.many("resend", this.place.list.selected, (ids, key) => this.place.service.resendMany(ids, key));
  }

  async cancelSelected(): Promise<void> {
    const { place } = this;
    const { words } = place;
    const rows = place.list.selected;
    const about = rows.slice(0, named).map((row) => row.invite.email);
    const sure = await place.question.ask({
      title: words.text("cancel.titleMany", { n: rows.length }),
      text: words.text("cancel.text"),
      about,
      ...(rows.length > named && { more: words.text("cancel.more", { n: rows.length - named }) }),
      no: words.text("cancel.noMany"),
      yes: words.text("cancel.yesMany", { n: rows.length }),
    });
    if (sure) await this.many("cancel", rows, (ids, key) => place.service.cancelMany(ids, key));
  }

  selectAll(selected: boolean): void {
    const { list } = this.place;
    list.select(new Set(list.rows.filter(can).map((row) => row.invite.id)), selected);
    this.place.say(this.place.words.text("many.selected", { n: list.selected.length }));
  }

  private async many(action: "resend" | "cancel", rows: readonly Row[], call: (ids: string[], key: string) => Promise<Outcome[]>): Promise<void> {
    if (this.working || rows.length === 0) return;
    const { place } = this;
    const { words, list } = place;
    this.working = true;
    const ids = rows.map((row) => row.invite.id);
    for (const id of ids) list.change(id, { busy: true });
    try {
      const outcomes = await this.presses.once(`${action} ${ids.join(" ")}`, (key) => call(ids, key));
      const done: Invite[] = [];
      const refused: Promise<string>[] = [];
      for (const [index, id] of ids.entries()) {
        const outcome = outcomes[index];
        if (!outcome || outcome instanceof Refusal) {
          refused.push(this.refused(list, id, outcome ?? new Refusal(500, {}), refused.length < looked));
          continue;
        }
        done.push(outcome);
        if (action === "cancel") list.remove(id);
        else list.put(outcome, { busy: false, selected: false, note: { kind: "good", text: words.text("note.resent") } });
      }
      await Promise.all(refused);
      const failed = ids.length - done.length;
      this.done(words.text(action === "cancel" ? "said.cancelledMany" : "said.resentMany", { n: done.length, failed }), failed === 0);
      if (done.length > 0) {
        place.changed(action, done);
        if (action === "resend") this.watchSome(list, done);
      }
    } finally {
      for (const id of ids) if (list.row(id)?.busy) list.change(id, { busy: false });
      this.working = false;
      place.requestUpdate();
    }
  }

  private watchSome(list: Roster, invites: readonly Invite[]): void {
    for (const invite of invites.slice(0, watched)) void this.watch(list, invite.id);
  }

  // done says, below the list and aloud, what was done.
  private done(text: string, well = true): void {
    this.place.status = { kind: well ? "good" : "bad", text };
    this.place.say(text);
  }
}

function outcomeOf(refusal: unknown): Refusal {
  if (refusal instanceof Refusal) return refusal;
  throw refusal;
}
