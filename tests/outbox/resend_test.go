package outbox

import (
	"errors"
	"sync"
	"testing"
	"time"

	"invites/shared/dynamo/dynamotest"
	"invites/shared/invite"
)

// away is a database that cannot be reached.
func away(operations []string) dynamotest.Plan {
	return dynamotest.Plan{Operations: operations, Chances: map[dynamotest.Fault]float64{dynamotest.LoseRequest: 1}}
}

// once returns a func that does it the first time only.
func once(do func()) func() {
	var o sync.Once
	return func() { o.Do(do) }
}

func TestAResendWaitsForTheMailBeforeIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.invite()
	claimed, go_on, sent := make(chan struct{}), make(chan struct{}), make(chan error)
	p := w.start(fate{at: map[step]func(){beforeHandOver: func() {
		close(claimed)
		<-go_on
	}}})
	go func() { sent <- p.deliver(first) }()
	<-claimed
	waited := false
	w.onWait = once(func() {
		waited = true
		close(go_on)
		if err := <-sent; err != nil {
			t.Error(err)
		}
	})
	second, err := w.resend(first)
	if err != nil {
		t.Fatal(err)
	}
	if !waited {
		t.Error("the resend did not wait for the mail on its way")
	}
	if err := w.start(fate{}).deliver(second); err != nil {
		t.Fatal(err)
	}
	old := w.ses.of(first)
	if len(old) != 1 {
		t.Fatalf("%d mails with the first link, want 1", len(old))
	}
	w.dead(t, old[0].token)
	w.arrived(t, second, 1)
}

// The lease of a sender that died holds a resend up for a minute at most, and the
// admin is told for how long.
func TestAResendIsToldHowLongADeadSenderHoldsItUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.invite()
	_ = w.start(fate{dies: handedOver}).deliver(first)
	_, err := w.resend(first)
	var e *invite.Error
	if !errors.As(err, &e) || e.Kind != invite.Sending || e.RetryAfter <= 0 || e.RetryAfter > invite.LeaseTime {
		t.Fatalf("got %v, want %s and when to ask again", err, invite.Sending)
	}
	w.advance(e.RetryAfter)
	second, err := w.resend(first)
	if err != nil {
		t.Fatal(err)
	}
	w.pass(untilSent)
	old := w.ses.of(first)
	if len(old) != 1 {
		t.Fatalf("%d mails with the first link, want 1", len(old))
	}
	w.dead(t, old[0].token)
	w.arrived(t, second, 1)
}

// A sender that sleeps until a resend has killed its link does not hand it over:
// provider.check fails where one does.
func TestASenderThatSleptHandsNothingOver(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		sleep func(*world, func()) map[step]func()
	}{
		{"beyond its lease, after its claim", func(w *world, resend func()) map[step]func() {
			return map[step]func(){claimWritten: once(func() {
				w.advance(invite.LeaseTime)
				resend()
			})}
		}},
		{"nearly as long as its lease, after its claim", func(w *world, resend func()) map[step]func() {
			return map[step]func(){claimWritten: once(func() { w.advance(invite.LeaseTime - 10*time.Second) }), beforeSettle: once(func() {
				w.advance(10 * time.Second)
				resend()
			})}
		}},
		{"in the hand-over, with its last moment running out", func(w *world, resend func()) map[step]func() {
			at := w.stalls(shortly)
			at[beforeHandOver] = once(func() {
				time.Sleep(2 * shortly) // this clock is the network's
				w.advance(20 * time.Second)
				resend()
			})
			return at
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			first := w.invite()
			var second *invite.Invite
			at := c.sleep(w, func() {
				var err error
				if second, err = w.resend(first); err != nil {
					t.Errorf("the resend: %v", err)
				}
			})
			if err := w.start(fate{at: at}).deliver(first); err != nil {
				t.Errorf("the sender that slept: %v", err)
			}
			if second == nil {
				t.Fatal("nobody resent")
			}
			if got := w.row(first).Mail; got.Status != invite.MailQueued || got.Attempts != 0 {
				t.Errorf("the sender that slept has changed the newer mail: %+v", got)
			}
			if got := w.ses.asked(); got != 0 {
				t.Errorf("SES was asked %d times before the newer mail was sent", got)
			}
			w.pass(untilSent)
			w.arrived(t, second, 1)
		})
	}
}

// A sender whose lease another one has taken over settles nothing.
func TestTwoSendersAfterOneAnotherSendTheSameLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inv := w.invite()
	slow := w.start(fate{at: map[step]func(){beforeSettle: once(func() {
		w.advance(invite.LeaseTime)
		if err := w.start(fate{}).redeliver(inv.Key); err != nil {
			t.Error(err)
		}
	})}})
	if err := slow.deliver(inv); err != nil {
		t.Fatal(err)
	}
	w.arrived(t, inv, 2) // the row names the second message
}

func TestSendersAtOnceSendOneMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 10 {
		inv := w.invite()
		var everybody sync.WaitGroup
		start := make(chan struct{})
		for n := range sendersAtOnce {
			p := w.start(fate{})
			everybody.Go(func() {
				<-start
				send := func() error { return p.deliver(inv) }
				if n%2 == 1 {
					send = func() error { return p.redeliver(inv.Key) }
				}
				if err := send(); err != nil {
					t.Errorf("sender %d: %v", n, err)
				}
			})
		}
		close(start)
		everybody.Wait()
		w.arrived(t, inv, 1)
	}
}

// Twenty resends in a row, each with its mail or before it: one live link, in the
// newest mail.
func TestOfTwentyResendsTheNewestMailHasTheLiveLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	inv := w.invite()
	images := []*invite.Invite{inv}
	for n := range 20 {
		if n%3 > 0 {
			_ = w.start(fate{}).deliver(inv)
		}
		next, err := w.resend(inv)
		if err != nil {
			t.Fatal(err)
		}
		inv = next
		images = append(images, inv)
	}
	together(images, func(i *invite.Invite) { _ = w.start(fate{}).deliver(i) }) // the stream was behind
	w.pass(untilSent)
	for _, i := range images[:20] {
		for _, d := range w.ses.of(i) {
			w.dead(t, d.token)
		}
	}
	w.arrived(t, inv, 1)
}
