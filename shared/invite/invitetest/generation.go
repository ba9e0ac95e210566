package invitetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"invites/shared/invite"
)

func generations(t *testing.T, stores Stores) {
	t.Run("the id of an older generation is unknown to every operation", func(t *testing.T) {
		s := newScene(t, stores)
		cancelled.play(s)
		old := *s
		s.keep(s.s.Store.Create(ctx, s.creation()))
		old.now = s.now
		for _, o := range operations {
			switch o.name {
			case "resend", "cancel", "release":
				if _, err, _ := o.do(&old); invite.KindOf(err) != invite.NotFound {
					t.Errorf("%s: got %v, want not found", o.name, err)
				}
			case "claim the newest mail", "settle as the sender":
				if _, err, _ := o.do(&old); invite.KindOf(err) != invite.Superseded {
					t.Errorf("%s: got %v, want superseded", o.name, err)
				}
			}
		}
		if d := Difference(s.stored(), s.inv); d != "" {
			t.Error(d)
		}
	})
	t.Run("a notice of an older generation changes nothing", func(t *testing.T) {
		s := newScene(t, stores)
		live.play(s)
		n := s.notification(invite.MailComplained, invite.ReasonComplained)
		n.Gen-- // of a record that TTL has cleared since: the numbers of mails began anew
		if _, err := s.s.Notices.Note(ctx, n); invite.KindOf(err) != invite.Superseded {
			t.Errorf("got %v, want superseded", err)
		}
		if d := Difference(s.stored(), s.inv); d != "" {
			t.Error(d)
		}
	})
	t.Run("a clock that lags does not use an id again", func(t *testing.T) {
		s := newScene(t, stores)
		cancelled.play(s)
		gen := s.inv.Gen
		c := s.creation()
		c.Now = Base.Add(-time.Hour)
		c.Op.At = c.Now.Truncate(time.Second)
		inv, err := s.s.Store.Create(ctx, c)
		if err != nil || inv.Gen != gen+1 {
			t.Errorf("got %v, %v, want generation %d", inv, err, gen+1)
		}
	})
	t.Run("a mail that was tried with another link key says which", func(t *testing.T) {
		s := newScene(t, stores)
		abandoned.play(s)
		c := s.claim("sender-2")
		c.Link, c.KeyVersion = Digest("by another key"), "2"
		_, err := s.s.Outbox.Claim(ctx, c)
		if e, isRefusal := err.(*invite.Error); !isRefusal || e.Kind != invite.WrongLinkKey || e.Invite.Mail.KeyVersion != "1" {
			t.Errorf("got %v, want wrong_link_key with the invite", err)
		}
	})
	t.Run("a mail that has to wait is queued for its time", func(t *testing.T) {
		s := newScene(t, stores)
		leased.play(s)
		o := s.settlement(owner)
		o.Status, o.Reason, o.MessageID, o.Sender = invite.MailQueued, invite.ReasonThrottled, "", ""
		o.RetryAt = s.now.Add(4 * time.Minute)
		want, err := o.Settle(s.stored())
		if err != nil {
			t.Fatal(err)
		}
		s.keep(s.s.Outbox.Settle(ctx, o))
		if d := Difference(s.inv, want); d != "" {
			t.Error(d)
		}
	})
	t.Run("a mail that is refused has failed", func(t *testing.T) {
		s := newScene(t, stores)
		leased.play(s)
		o := s.settlement(owner)
		o.Status, o.Reason, o.MessageID, o.Sender = invite.MailFailed, invite.ReasonRejected, "", ""
		want, err := o.Settle(s.stored())
		if err != nil {
			t.Fatal(err)
		}
		s.keep(s.s.Outbox.Settle(ctx, o))
		if d := Difference(s.inv, want); d != "" {
			t.Error(d)
		}
	})
	t.Run("the last five of seven codes redeem once each", func(t *testing.T) {
		s := newScene(t, stores)
		live.play(s)
		var codes []invite.Digest
		for range 7 {
			s.accepts()
			codes = append(codes, s.code)
			s.later(time.Second)
		}
		for n, code := range codes {
			want := ok
			if n < 2 {
				want = invite.CodeDead
			}
			for _, w := range []invite.Kind{want, invite.CodeDead} {
				if _, err := s.s.Store.Redeem(ctx, s.redemption(code)); invite.KindOf(err) != w {
					t.Errorf("code %d: got %v, want %q", n+1, err, w)
				}
			}
		}
	})
	t.Run("a code is dead at the instant its time is up", func(t *testing.T) {
		s := newScene(t, stores)
		live.play(s)
		s.accepts()
		s.later(invite.CodeLife)
		if _, err := s.s.Store.Redeem(ctx, s.redemption(s.code)); invite.KindOf(err) != invite.CodeDead {
			t.Errorf("got %v, want a dead code", err)
		}
	})
	t.Run("fifty who accept at once are accepted once", func(t *testing.T) {
		s := newScene(t, stores)
		live.play(s)
		invs, codes := s.acceptAtOnce(50)
		for _, inv := range invs {
			if inv != nil && (inv.Status != invite.Accepted || !inv.AcceptedAt.Equal(s.now)) {
				t.Errorf("got %s at %v", inv.Status, inv.AcceptedAt)
			}
		}
		left := s.stored()
		if len(left.Codes) != invite.LiveCodes || left.Version != s.inv.Version+50 {
			t.Errorf("got %d codes at version %d, want %d at %d", len(left.Codes), left.Version, invite.LiveCodes, s.inv.Version+50)
		}
		good := 0
		for _, code := range codes {
			if _, err := s.s.Store.Redeem(ctx, s.redemption(code)); err == nil {
				good++
			}
		}
		if good != invite.LiveCodes {
			t.Errorf("%d codes redeemed, want %d", good, invite.LiveCodes)
		}
	})
	t.Run("fifty who resend at once each get their mail counted", func(t *testing.T) {
		s := newScene(t, stores)
		live.play(s)
		var wg sync.WaitGroup
		for range 50 {
			c := s.change()
			wg.Go(func() {
				if _, err := insist(func() (*invite.Invite, error) { return s.s.Store.Resend(ctx, c) }); err != nil {
					t.Errorf("resend: %v", err)
				}
			})
		}
		wg.Wait()
		if got := s.stored(); got.Seq != s.inv.Seq+50 || !got.Link.IsZero() {
			t.Errorf("got seq %d and link %v, want %d and none", got.Seq, got.Link, s.inv.Seq+50)
		}
	})
	t.Run("of two who end it at once one wins", func(t *testing.T) {
		for range 10 {
			s := newScene(t, stores)
			live.play(s)
			a, c := s.acceptance(s.newest()), s.change()
			var accepts, cancels error
			var wg sync.WaitGroup
			wg.Go(func() { _, accepts = s.s.Store.Accept(ctx, a) })
			wg.Go(func() { _, cancels = s.s.Store.Cancel(ctx, c) })
			wg.Wait()
			got := fmt.Sprintf("%s accept=%q cancel=%q", s.stored().Status, invite.KindOf(accepts), invite.KindOf(cancels))
			if got != `accepted accept="" cancel="already_accepted"` && got != `cancelled accept="invite_expired" cancel=""` {
				t.Error(got)
			}
		}
	})
}

// insist repeats an operation that met too many others, as its caller would: how many a
// store gets past before it says so depends on how fast the machine is.
func insist(do func() (*invite.Invite, error)) (*invite.Invite, error) {
	for {
		if inv, err := do(); invite.KindOf(err) != invite.Unavailable {
			return inv, err
		}
	}
}

func (s *scene) acceptAtOnce(n int) ([]*invite.Invite, []invite.Digest) {
	invs, codes := make([]*invite.Invite, n), make([]invite.Digest, n)
	var wg sync.WaitGroup
	for i := range n {
		a := s.acceptance(s.newest())
		codes[i] = a.Code
		wg.Go(func() {
			inv, err := insist(func() (*invite.Invite, error) { return s.s.Store.Accept(ctx, a) })
			if err != nil {
				s.t.Errorf("accept: %v", err)
			}
			invs[i] = inv
		})
	}
	wg.Wait()
	return invs, codes
}
