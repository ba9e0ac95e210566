package outbox

import (
	"fmt"
	"testing"
	"time"

	"invites/shared/invite"
)

// A mail takes one share of the day, whatever becomes of its senders: it is never capped
// by an attempt of its own, and never lost. What a sender did not live to count is free.
func TestAMailTakesOneShareWhereverItsSenderDies(t *testing.T) {
	t.Parallel()
	for s := beforeClaim; s < stepCount; s++ {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.caps.Tenant = 1
			copies := 1
			if s.copies() {
				copies = 2
			}
			inv := w.invite()
			_ = w.start(fate{dies: s}).deliver(inv)
			w.pass(untilSent)
			w.arrived(t, inv, copies)
			next := w.invite()
			w.pass(untilSent)
			if s == claimWritten {
				w.arrived(t, next, 1)
				return
			}
			w.says(t, next, invite.MailSuppressed, invite.ReasonCapped)
			if got := len(w.ses.of(next)); got != 0 {
				t.Errorf("%d mails went over the cap", got)
			}
		})
	}
}

func TestWhatIsCappedSaysSoAndGoesOnTheNextDay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.caps.Tenant = 3
	var invites []*invite.Invite
	for range 5 {
		invites = append(invites, w.invite())
		w.pass(untilSent)
	}
	for n, inv := range invites {
		want, reason := invite.MailSent, ""
		if n >= 3 {
			want, reason = invite.MailSuppressed, invite.ReasonCapped
		}
		w.says(t, inv, want, reason)
	}
	last := invites[4]
	before := w.row(last)
	if _, err := w.resend(last); invite.KindOf(err) != invite.CannotSend {
		t.Errorf("resend on the same day: got %v", err)
	}
	if got := w.row(last); got.Version != before.Version {
		t.Error("a refused resend touched the record")
	}
	events := map[invite.EventType]int{}
	for _, e := range before.Events {
		events[e.Type()]++
	}
	if fmt.Sprint(events) != fmt.Sprint(map[invite.EventType]int{invite.EventCreated: 1, invite.EventSuppressed: 1}) {
		t.Errorf("events: %v", events)
	}
	w.moveTo(w.clock().Truncate(24 * time.Hour).Add(24 * time.Hour))
	next, err := w.resend(last)
	if err != nil {
		t.Fatal(err)
	}
	w.pass(untilSent)
	w.arrived(t, next, 1)
}

// Whoever opts out while the mail is on its way is heard as long as nobody has looked.
func TestSomebodyOptsOutWhileTheirMailIsOnItsWay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		at    step
		mails int
	}{{beforeClaim, 0}, {beforeHandOver, 1}, {handedOver, 1}, {beforeSettle, 1}, {settleWritten, 1}} {
		t.Run(c.at.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			inv := w.invite()
			p := w.start(fate{at: map[step]func(){c.at: once(func() {
				if _, err := w.store.OptOut(t.Context(), invite.OptOut{Key: inv.Key, Now: w.clock()}); err != nil {
					t.Error(err)
				}
			})}})
			if err := p.deliver(inv); err != nil {
				t.Fatal(err)
			}
			w.pass(20 * time.Minute)
			_ = w.start(fate{}).deliver(inv) // the stream repeats itself
			row, mails := w.row(inv), w.ses.of(inv)
			if len(mails) != c.mails || row.MailWaitsAt(w.clock()) || row.LeasedAt(w.clock()) {
				t.Errorf("%d mails, want %d; %+v", len(mails), c.mails, row.Mail)
			}
			w.says(t, inv, invite.MailSuppressed, invite.ReasonOptedOut)
			if _, err := w.resend(inv); invite.KindOf(err) != invite.CannotSend {
				t.Errorf("resend: got %v", err)
			}
			for _, m := range mails {
				if _, _, err := w.service.Accept(t.Context(), m.token); err != nil {
					t.Errorf("the link that has arrived: %v", err)
				}
			}
		})
	}
}
