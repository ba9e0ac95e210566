package outbox

import (
	"testing"
	"time"

	"invites/shared/invite"
)

// untilSent is longer than a mail waits for the schedule after one sender has died:
// the stream's time and a lease.
const untilSent = invite.RetryAfterStream + invite.LeaseTime + time.Minute

func TestAMailArrivesWhereverItsSenderDies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for s := beforeClaim; s < stepCount; s++ {
		t.Run(s.String(), func(t *testing.T) {
			copies := 1
			if s.copies() {
				copies = 2
			}
			t.Run("woken by the stream", func(t *testing.T) {
				inv := w.invite()
				_ = w.start(fate{dies: s}).deliver(inv)
				w.pass(untilSent)
				w.arrived(t, inv, copies)
			})
			t.Run("woken by the schedule", func(t *testing.T) {
				inv := w.invite()
				first := true
				w.fates = func(invite.Key) (f fate) {
					if first {
						f.dies = s
					}
					first = false
					return f
				}
				w.pass(untilSent)
				w.fates = nil
				w.arrived(t, inv, copies)
			})
		})
	}
}

// A sender that dies at every attempt leaves one more copy each time it dies after
// SES has the mail, and all have one link.
func TestAMailArrivesAfterManyDeaths(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inv := w.invite()
	deaths := []step{claimWritten, handedOver, beforeClaim, beforeSettle, handingOver}
	_ = w.start(fate{dies: beforeHandOver}).deliver(inv)
	w.fates = func(invite.Key) (f fate) {
		if len(deaths) > 0 {
			f.dies, deaths = deaths[0], deaths[1:]
		}
		return f
	}
	w.pass(30 * time.Minute)
	if len(deaths) > 0 {
		t.Fatalf("%d deaths are left", len(deaths))
	}
	w.arrived(t, inv, 3)
	if got := w.row(inv).Mail.Attempts; got != 6 {
		t.Errorf("%d attempts are counted, want 6: one for each claim that was written", got)
	}
}

func TestWithTheStreamOffTheScheduleDeliversEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	invites := make([]*invite.Invite, 50)
	for n := range invites {
		invites[n] = w.invite()
	}
	w.pass(invite.RetryAfterStream)
	for _, inv := range invites {
		w.arrived(t, inv, 1)
	}
	if got := w.ses.asked(); got != len(invites) {
		t.Errorf("SES was asked %d times for %d mails", got, len(invites))
	}
}

// A mail that the stream has sent is nothing to the schedule, and the other way round.
func TestAMailThatArrivedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inv := w.invite()
	if err := w.start(fate{}).deliver(inv); err != nil {
		t.Fatal(err)
	}
	w.pass(30 * time.Minute)
	if err := w.start(fate{}).deliver(inv); err != nil { // the stream repeats itself
		t.Fatal(err)
	}
	if err := w.start(fate{}).redeliver(inv.Key); err != nil {
		t.Fatal(err)
	}
	w.arrived(t, inv, 1)
}

func TestAnotherLinkKeyKeepsTheLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, again := range []struct {
		name string
		send func(*process, *invite.Invite) error
	}{
		{"the schedule sends again", func(p *process, i *invite.Invite) error { return p.redeliver(i.Key) }},
		{"the stream repeats the first image", (*process).deliver},
	} {
		t.Run(again.name, func(t *testing.T) {
			inv := w.invite()
			_ = w.start(fate{dies: handedOver}).deliver(inv)
			before := w.row(inv).Mail.KeyVersion
			w.secret.rotate()
			w.advance(invite.LeaseTime)
			if err := again.send(w.start(fate{}), inv); err != nil {
				t.Fatal(err)
			}
			if got := w.row(inv).Mail.KeyVersion; got != before {
				t.Errorf("version %q became %q", before, got)
			}
			w.arrived(t, inv, 2)
		})
	}
	t.Run("a sender that has not heard of the new key sends again", func(t *testing.T) {
		old := w.start(fate{})
		if err := old.deliver(w.invite()); err != nil {
			t.Fatal(err)
		}
		before := w.row(w.invite())
		w.secret.rotate()
		_ = w.start(fate{dies: handedOver}).deliver(before)
		w.advance(invite.LeaseTime)
		if err := old.deliver(before); err != nil {
			t.Fatal(err)
		}
		w.arrived(t, before, 2)
	})
	t.Run("the next mail has the new key", func(t *testing.T) {
		inv := w.invite()
		if err := w.start(fate{}).deliver(inv); err != nil {
			t.Fatal(err)
		}
		w.secret.rotate()
		inv, err := w.resend(inv)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.start(fate{}).deliver(inv); err != nil {
			t.Fatal(err)
		}
		if got := w.row(inv).Mail.KeyVersion; got != "5" {
			t.Errorf("minted with version %q, want the fifth", got)
		}
		w.arrived(t, inv, 1)
	})
}
