package invitetest

import (
	"fmt"
	"testing"
	"time"

	"invites/shared/invite"
)

// repeatable is an operation that remembers its key, and a state it works in.
type repeatable struct {
	name  string
	state state
	do    func(*scene, invite.Operation) (*invite.Invite, error)
	// dayLater is what the same key comes to when it is forgotten.
	dayLater invite.Kind
}

var repeatables = []repeatable{
	{"create", absent, func(s *scene, op invite.Operation) (*invite.Invite, error) {
		c := s.creation()
		c.Op = op
		return s.s.Store.Create(ctx, c)
	}, invite.AlreadyPending},
	{"create over a cancelled invite", cancelled, func(s *scene, op invite.Operation) (*invite.Invite, error) {
		c := s.creation()
		c.Op = op
		return s.s.Store.Create(ctx, c)
	}, invite.AlreadyPending},
	{"resend", live, func(s *scene, op invite.Operation) (*invite.Invite, error) {
		c := s.change()
		c.Op = op
		return s.s.Store.Resend(ctx, c)
	}, ok},
	{"cancel", live, func(s *scene, op invite.Operation) (*invite.Invite, error) {
		c := s.change()
		c.Op = op
		return s.s.Store.Cancel(ctx, c)
	}, ok},
	{"release", accepted, func(s *scene, op invite.Operation) (*invite.Invite, error) {
		c := s.change()
		c.Op = op
		return s.s.Store.Release(ctx, c)
	}, invite.NotAccepted},
	{"redeem", accepted, func(s *scene, op invite.Operation) (*invite.Invite, error) {
		r := s.redemption(s.code)
		r.Op = op
		return s.s.Store.Redeem(ctx, r)
	}, invite.CodeDead},
}

func repetitions(t *testing.T, stores Stores) {
	for _, r := range repeatables {
		prepare := func(t *testing.T) (*scene, invite.Operation, *invite.Invite) {
			s := newScene(t, stores)
			r.state.play(s)
			op := Op(s.now)
			inv, err := r.do(s, op)
			if err != nil {
				t.Fatal(err)
			}
			return s, op, inv
		}
		repeat := func(t *testing.T, s *scene, op invite.Operation, want invite.Kind, changed bool) {
			t.Helper()
			before := s.stored()
			op.At = s.now.Truncate(time.Second)
			inv, err := r.do(s, op)
			if got := invite.KindOf(err); got != want || err != nil && got == "" {
				t.Fatalf("got %q (%v), want %q", got, err, want)
			}
			after := s.stored()
			if (after.Version != before.Version) != changed {
				t.Errorf("version %d to %d, want changed: %t", before.Version, after.Version, changed)
			}
			if want == ok {
				if d := Difference(inv, after); d != "" {
					t.Errorf("answer: %s", d)
				}
			}
		}
		t.Run(r.name+" again with the same key is the success it was", func(t *testing.T) {
			s, op, first := prepare(t)
			s.later(day - time.Second)
			repeat(t, s, op, ok, false)
			if d := Difference(s.stored(), first); d != "" {
				t.Error(d)
			}
		})
		t.Run(r.name+" again with the same key and another body is refused", func(t *testing.T) {
			s, op, _ := prepare(t)
			s.later(time.Second)
			op.Body[0]++
			repeat(t, s, op, invite.KeyReused, false)
		})
		t.Run(r.name+" with a key of the day before is a new one", func(t *testing.T) {
			s, op, _ := prepare(t)
			s.later(day)
			repeat(t, s, op, r.dayLater, r.dayLater == ok && r.name != "cancel")
		})
	}
	t.Run("a retry is answered after other changes", func(t *testing.T) {
		s := newScene(t, stores)
		live.play(s)
		c := s.change()
		s.keep(s.s.Store.Resend(ctx, c))
		s.send()
		s.keep(s.s.Store.Cancel(ctx, s.change()))
		inv, err := s.s.Store.Resend(ctx, c)
		if err != nil || inv.Status != invite.Cancelled {
			t.Errorf("got %v, %v, want the cancelled invite", inv, err)
		}
	})
	t.Run("a claim that is repeated by its owner is the same claim", func(t *testing.T) {
		s := newScene(t, stores)
		leased.play(s)
		inv, err := s.s.Outbox.Claim(ctx, s.claim(owner))
		if err != nil || Difference(inv, s.inv) != "" {
			t.Errorf("got %v: %s", err, Difference(inv, s.inv))
		}
	})
	t.Run("a settlement that is repeated is the same settlement", func(t *testing.T) {
		s := newScene(t, stores)
		leased.play(s)
		o := s.settlement(owner)
		s.keep(s.s.Outbox.Settle(ctx, o))
		inv, err := s.s.Outbox.Settle(ctx, o)
		if err != nil || Difference(inv, s.inv) != "" {
			t.Errorf("got %v: %s", err, Difference(inv, s.inv))
		}
	})
	t.Run("an accept that is repeated with its code adds none", func(t *testing.T) {
		s := newScene(t, stores)
		live.play(s)
		a := s.acceptance(s.newest())
		s.keep(s.s.Store.Accept(ctx, a))
		inv, err := s.s.Store.Accept(ctx, a)
		if err != nil || len(inv.Codes) != 1 || inv.Version != s.inv.Version {
			t.Errorf("got %v, %v, want one code", inv, err)
		}
	})
	t.Run("of many keys the newest sixteen are remembered", func(t *testing.T) {
		s := newScene(t, stores)
		queued.play(s)
		var ops []invite.Operation
		for range 40 {
			s.later(5 * time.Minute)
			c := s.change()
			ops = append(ops, c.Op)
			s.keep(s.s.Store.Resend(ctx, c))
		}
		s.send()
		if n := len(s.stored().Ops); n != invite.MaxOps {
			t.Errorf("got %d operations, want %d", n, invite.MaxOps)
		}
		for n, op := range ops[len(ops)-invite.MaxOps:] {
			c := s.change()
			c.Op = op
			if inv, err := s.s.Store.Resend(ctx, c); err != nil || inv.Seq != s.inv.Seq {
				t.Errorf("key %d of the last %d: got %v, want the invite as it is", n, invite.MaxOps, err)
			}
		}
	})
	t.Run("nothing is forgotten while a retry may come", func(t *testing.T) {
		s := newScene(t, stores)
		queued.play(s)
		first := s.change()
		s.keep(s.s.Store.Resend(ctx, first))
		for range 60 {
			s.later(100 * time.Millisecond)
			s.keep(s.s.Store.Resend(ctx, s.change()))
		}
		s.send()
		inv, err := s.s.Store.Resend(ctx, first)
		if err != nil || inv.Seq != s.inv.Seq {
			t.Errorf("got %v, want the invite as it is", err)
		}
	})
}

func preconditions(t *testing.T, stores Stores) {
	type changer struct {
		name string
		do   func(*scene, invite.Change) (*invite.Invite, error)
	}
	resend := changer{"resend", func(s *scene, c invite.Change) (*invite.Invite, error) { return s.s.Store.Resend(ctx, c) }}
	cancel := changer{"cancel", func(s *scene, c invite.Change) (*invite.Invite, error) { return s.s.Store.Cancel(ctx, c) }}
	release := changer{"release", func(s *scene, c invite.Change) (*invite.Invite, error) { return s.s.Store.Release(ctx, c) }}
	for _, c := range []struct {
		state state
		do    changer
		want  invite.Kind // with the right tag
	}{
		{live, resend, ok}, {live, cancel, ok}, {lapsed, resend, ok}, {lapsed, cancel, ok}, {expired, resend, ok}, {expired, cancel, ok},
		{accepted, release, ok}, {accepted, resend, invite.AlreadyAccepted}, {cancelled, cancel, ok}, {leased, resend, invite.Sending},
	} {
		for _, seen := range []struct {
			name   string
			change func(*invite.ETag)
			right  bool
		}{
			{"as it is", func(*invite.ETag) {}, true},
			{"in another time zone", func(e *invite.ETag) { e.ExpiresAt = e.ExpiresAt.In(time.FixedZone("", 3600)) }, true},
			{"in another state", func(e *invite.ETag) { e.Status = other[e.Status] }, false},
			{"in no state at all", func(e *invite.ETag) { e.Status = "" }, false},
			{"before a resend", func(e *invite.ETag) { e.Seq-- }, false},
			{"with another expiry", func(e *invite.ETag) { e.ExpiresAt = e.ExpiresAt.Add(time.Millisecond) }, false},
		} {
			t.Run(fmt.Sprintf("%s by somebody who saw it %s when %s", c.do.name, seen.name, c.state.name), func(t *testing.T) {
				s := newScene(t, stores)
				c.state.play(s)
				before := s.stored()
				tag := before.ETag(s.now)
				seen.change(&tag)
				change := s.change()
				change.IfMatch = &tag
				_, err := c.do.do(s, change)
				want := invite.PreconditionFailed
				if seen.right {
					want = c.want
				}
				if got := invite.KindOf(err); got != want || err != nil && got == "" {
					t.Errorf("got %v, want %q", err, want)
				}
				if d := Difference(s.stored(), before); err != nil && d != "" {
					t.Errorf("a refusal changed the record: %s", d)
				}
			})
		}
	}
}

// other is a state that a tag might wrongly name.
var other = map[invite.Status]invite.Status{
	invite.Pending: invite.Expired, invite.Expired: invite.Pending, invite.Accepted: invite.Pending,
	invite.Cancelled: invite.Pending, invite.Released: invite.Accepted,
}
