package invite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// paced is a post whose sender keeps to a pace, and what happens while it waits.
func paced(perSecond float64) (p *post, waiting *func(time.Duration)) {
	p, waiting = newPost(), new(func(time.Duration))
	p.Pace = invite.NewPace(perSecond)
	p.Wait = func(ctx context.Context, d time.Duration) error {
		p.now = p.now.Add(d)
		if *waiting != nil {
			(*waiting)(d)
		}
		return ctx.Err()
	}
	return p, waiting
}

var throttled = &invite.MailError{Reason: invite.ReasonThrottled, Temporary: true, Err: errors.New("slow down")}

// ending is a context that ends at an instant of the test's own clock.
type ending struct {
	context.Context
	at time.Time
}

func (e ending) Deadline() (time.Time, bool) { return e.at, true }

func TestAMailThatWasTooFastGoesAtTheNextTurn(t *testing.T) {
	p, waiting := paced(2)
	inv := p.invited(t)
	p.refusal = throttled
	waits := 0
	*waiting = func(d time.Duration) {
		if got := p.stored(t); got.LeasedAt(p.now) || got.Mail.Status != invite.MailQueued {
			t.Errorf("the sender sleeps and holds the mail: %+v", got.Mail)
		}
		if waits++; waits == 2 {
			p.refusal = nil
		}
	}
	if err := p.Deliver(t.Context(), inv); err != nil {
		t.Fatal(err)
	}
	got := p.stored(t)
	if len(p.sent) != 1 || waits != 2 || got.Mail.Attempts != 3 || got.Mail.Status != invite.MailSent || !got.Link.Equal(p.link(t, 0)) {
		t.Errorf("%d mails after %d waits, %+v", len(p.sent), waits, got.Mail)
	}
	// The rate was halved once a second: the turns after 1 and 2 more seconds.
	if want := invitetest.Base.Add(3 * time.Second); !p.now.Equal(want) {
		t.Errorf("sent at %v, want %v", p.now, want)
	}
}

func TestAResendDoesNotWaitForAMailThatWaitsForItsTurn(t *testing.T) {
	p, waiting := paced(1)
	inv := p.invited(t)
	p.refusal = throttled
	*waiting = func(time.Duration) {
		_, err := p.Resend(t.Context(), invite.Change{Key: inv.Key, Gen: inv.Gen, Nonce: invite.Nonce{8}, Op: invitetest.Op(p.now), Now: p.now, Retention: invitetest.Retention})
		wantKind(t, "resend", err, "")
		p.refusal = nil
	}
	if err := p.Deliver(t.Context(), inv); err != nil || len(p.sent) != 0 {
		t.Errorf("%v, %d mails: the older link was handed over after the resend", err, len(p.sent))
	}
}

func TestAMailThatStaysTooFastIsLeftToTheNextMinute(t *testing.T) {
	p, _ := paced(4)
	inv := p.invited(t)
	p.refusal = throttled
	for n := 1; n <= 3; n++ {
		if err := p.Redeliver(t.Context(), inv.Key); err != nil {
			t.Fatal(err)
		}
		got := p.stored(t)
		if got.Mail.Attempts != 4*n || got.Mail.Status != invite.MailQueued || got.Mail.Reason != invite.ReasonThrottled {
			t.Errorf("got %+v, want %d attempts", got.Mail, 4*n)
		}
		// However often it was tried: it is not this mail's fault.
		if want := p.now.Add(invite.Backoff(1)); !got.Due.Equal(want) {
			t.Errorf("due at %v, want %v", got.Due, want)
		}
		p.now = got.Due
	}
}

func TestAMailWhoseTurnComesTooLateIsNotTouched(t *testing.T) {
	p, waiting := paced(0.1)
	*waiting = func(d time.Duration) { t.Errorf("the sender waits %v for nothing", d) }
	if err := p.Deliver(t.Context(), p.invited(t)); err != nil { // takes the first turn; the next is in 10 s
		t.Fatal(err)
	}
	next := p.invitedAs(t, "bo@example.com")
	ctx := ending{t.Context(), p.now.Add(24 * time.Second)} // of which 15 are for the sending
	if err := p.Deliver(ctx, next); err != nil {
		t.Fatal(err)
	}
	got, err := p.Get(t.Context(), next.Key)
	if err != nil || got.Version != next.Version || !got.Due.Equal(next.Due) {
		t.Errorf("got %+v, %v", got, err)
	}
	*waiting = nil
	ctx.at = p.now.Add(25 * time.Second)
	if err := p.Deliver(ctx, next); err != nil || len(p.sent) != 2 {
		t.Errorf("with time enough: %v, %d mails", err, len(p.sent))
	}
}

func TestASenderThatEndsWhileItWaitsHasTakenNothing(t *testing.T) {
	p, waiting := paced(1)
	if err := p.Deliver(t.Context(), p.invited(t)); err != nil {
		t.Fatal(err)
	}
	next := p.invitedAs(t, "bo@example.com")
	ctx, cancel := context.WithCancel(t.Context())
	*waiting = func(time.Duration) { cancel() }
	if err := p.Deliver(ctx, next); err != nil || len(p.sent) != 1 {
		t.Errorf("got %v, %d mails", err, len(p.sent))
	}
	if got, _ := p.Get(t.Context(), next.Key); got.Version != next.Version {
		t.Errorf("claimed: %+v", got.Mail)
	}
}

func TestAMailThatNobodyWantsUsesNoTurn(t *testing.T) {
	p, waiting := paced(1)
	inv := p.invited(t)
	if err := p.Deliver(t.Context(), inv); err != nil {
		t.Fatal(err)
	}
	p.now = p.now.Add(time.Second)
	*waiting = func(d time.Duration) { t.Errorf("a turn was used up: waits %v", d) }
	for range 10 { // the stream repeats itself
		if err := p.Deliver(t.Context(), inv); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Deliver(t.Context(), p.invitedAs(t, "bo@example.com")); err != nil || len(p.sent) != 2 {
		t.Errorf("got %v, %d mails", err, len(p.sent))
	}
}

// A hand-over that hangs ends while there is time to write down that it did.
func TestAHandOverEndsBeforeItsSender(t *testing.T) {
	p := newPost()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var ends time.Time
	p.Mailer = mailerFunc(func(ctx context.Context) { ends, _ = ctx.Deadline() })
	if err := p.Deliver(ctx, p.invited(t)); err != nil {
		t.Fatal(err)
	}
	if end, _ := ctx.Deadline(); !ends.Equal(end.Add(-3 * time.Second)) {
		t.Errorf("ends at %v, want 3 s before %v", ends, end)
	}
}

type mailerFunc func(context.Context)

func (f mailerFunc) Send(ctx context.Context, _ invite.Message) (invite.Receipt, error) {
	f(ctx)
	return invite.Receipt{MessageID: "1", Sender: "noreply@acme.example"}, nil
}
