package outbox

import (
	"testing"
	"time"

	"invites/shared/invite"
)

// told is what a row tells of its mail.
type told struct {
	status invite.MailStatus
	reason string
}

var arrived = told{invite.MailSent, ""}

// What becomes of the mail when its invite ends while a sender has the lease: the
// row says sent or failed, never that something is still to happen. The sender
// comes late, ten seconds before the invite expires.
func TestAnInviteThatEndsWhileItsMailIsOnItsWay(t *testing.T) {
	t.Parallel()
	expires := func(_ *testing.T, w *world, _ *invite.Invite) { w.pass(3 * time.Minute) }
	cancels := func(t *testing.T, w *world, inv *invite.Invite) {
		if err := w.cancel(inv); err != nil {
			t.Error(err)
		}
	}
	accepts := func(t *testing.T, w *world, inv *invite.Invite) {
		got := w.ses.of(inv)
		if _, _, err := w.service.Accept(t.Context(), got[len(got)-1].token); err != nil {
			t.Error(err)
		}
	}
	releases := func(t *testing.T, w *world, inv *invite.Invite) {
		accepts(t, w, inv)
		if _, err := w.service.Release(t.Context(), request(), string(inv.ID()), nil); err != nil {
			t.Error(err)
		}
	}
	for _, c := range []struct {
		name  string
		ends  func(*testing.T, *world, *invite.Invite)
		at    step // when the invite ends
		dies  step // when the sender does, if it does
		says  verdict
		want  told
		state invite.Status
		mails int
	}{
		{name: "expires before SES is called", ends: expires, at: claimWritten, want: told{invite.MailFailed, invite.ReasonExpired}, state: invite.Expired},
		{name: "expires, and SES has the mail", ends: expires, at: beforeSettle, want: arrived, state: invite.Expired, mails: 1},
		{name: "expires, and the sender dies", ends: expires, at: claimWritten, dies: beforeHandOver, want: told{invite.MailFailed, invite.ReasonExpired}, state: invite.Expired},
		{name: "expires, and SES throttles", ends: expires, at: beforeSettle, says: throttles, want: told{invite.MailFailed, invite.ReasonExpired}, state: invite.Expired},
		{name: "expires, and SES refuses", ends: expires, at: beforeSettle, says: refuses(400, "MessageRejected", "no"), want: told{invite.MailFailed, invite.ReasonRejected}, state: invite.Expired},

		{name: "is cancelled before SES is called", ends: cancels, at: claimWritten, want: arrived, state: invite.Cancelled, mails: 1},
		{name: "is cancelled, and SES has the mail", ends: cancels, at: beforeSettle, want: arrived, state: invite.Cancelled, mails: 1},
		{name: "is cancelled, and the sender dies", ends: cancels, at: beforeHandOver, dies: beforeHandOver, want: told{invite.MailFailed, invite.ReasonCancelled}, state: invite.Cancelled},
		{name: "is cancelled, and SES throttles", ends: cancels, at: beforeSettle, says: throttles, want: told{invite.MailFailed, invite.ReasonCancelled}, state: invite.Cancelled},
		{name: "is cancelled, and SES refuses", ends: cancels, at: beforeSettle, says: refuses(400, "MessageRejected", "no"), want: told{invite.MailFailed, invite.ReasonRejected}, state: invite.Cancelled},

		{name: "is accepted before the outcome is written", ends: accepts, at: beforeSettle, want: arrived, state: invite.Accepted, mails: 1},
		{name: "is accepted, and the sender dies", ends: accepts, at: beforeSettle, dies: beforeSettle, want: arrived, state: invite.Accepted, mails: 1},
		{name: "is accepted, and SES's answer was lost", ends: accepts, at: beforeSettle, says: cutAfter, want: arrived, state: invite.Accepted, mails: 1},
		{name: "is accepted and released, and the sender dies", ends: releases, at: beforeSettle, dies: beforeSettle, want: arrived, state: invite.Released, mails: 1},
		{name: "is accepted and released, and SES's answer was lost", ends: releases, at: beforeSettle, says: cutAfter, want: arrived, state: invite.Released, mails: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.window = invite.MinWindow
			inv := w.invite()
			w.advance(w.window - 10*time.Second) // nobody has worked until now
			end := once(func() { c.ends(t, w, inv) })
			_ = w.start(fate{at: map[step]func(){c.at: end}, dies: c.dies, says: c.says}).deliver(inv)
			w.pass(20 * time.Minute)
			_ = w.start(fate{}).deliver(inv) // the stream repeats itself
			row := w.row(inv)
			if row.Status != c.state || !row.Due.IsZero() {
				t.Errorf("the invite is %s and due at %v, want it %s and never due", row.Status, row.Due, c.state)
			}
			w.says(t, inv, c.want.status, c.want.reason)
			mails := w.ses.of(inv)
			if len(mails) != c.mails {
				t.Errorf("%d mails, want %d", len(mails), c.mails)
			}
			for _, m := range mails {
				if c.state != invite.Accepted {
					w.dead(t, m.token)
				}
			}
		})
	}
}

// The mail of an ended generation never comes with the next one's link.
func TestACancelledInviteAndTheNextOneOfItsAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.invite()
	var second *invite.Invite
	p := w.start(fate{at: map[step]func(){claimWritten: once(func() {
		if err := w.cancel(first); err != nil {
			t.Error(err)
		}
		if _, err := w.service.Create(t.Context(), request(), invite.New{Email: string(first.Email)}); invite.KindOf(err) != invite.Sending {
			t.Errorf("the address is invited anew while its old mail is on its way: got %v, want %s", err, invite.Sending)
		}
	})}})
	if err := p.deliver(first); err != nil {
		t.Fatal(err)
	}
	second, err := w.service.Create(t.Context(), request(), invite.New{Email: string(first.Email)})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.start(fate{}).deliver(first); err != nil { // the stream repeats itself
		t.Fatal(err)
	}
	if err := w.start(fate{}).deliver(second); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.ses.of(first) {
		w.dead(t, m.token)
	}
	w.arrived(t, second, 1)
}
