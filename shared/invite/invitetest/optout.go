package invitetest

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"invites/shared/invite"
)

// optsOut has the scene's address opt out in a state.
func optsOut(name string, from state) state {
	return state{name, func(s *scene) {
		from.play(s)
		s.keep(s.s.Store.OptOut(ctx, s.optOut(false)))
		s.later(time.Minute)
	}}
}

func (s *scene) optOut(undo bool) invite.OptOut {
	return invite.OptOut{Key: s.key, Undo: undo, Now: s.now}
}

var (
	optedOut          = optsOut("the person has opted out", live)
	optedOutQueued    = optsOut("the person has opted out and the mail is queued", queued)
	optedOutLeased    = optsOut("the person has opted out while the mail was on its way", leased)
	optedOutExpired   = optsOut("the person has opted out and it is marked expired", expired)
	optedOutAccepted  = optsOut("the person has opted out and it is accepted", accepted)
	optedOutCancelled = optsOut("the person has opted out and it is cancelled", cancelled)
	goneOptedOut      = gone("the person has opted out, it is cancelled and its retention is over", optedOutCancelled)

	tookBack = state{"the person has taken the opt-out back", func(s *scene) {
		optedOut.play(s)
		s.keep(s.s.Store.OptOut(ctx, s.optOut(true)))
		s.later(time.Minute)
	}}
	capped = state{"the share of the day was used up", func(s *scene) {
		leased.play(s)
		o := s.settlement(owner)
		o.Status, o.Reason, o.MessageID, o.Sender = invite.MailSuppressed, invite.ReasonCapped, "", ""
		s.keep(s.s.Outbox.Settle(ctx, o))
		s.later(time.Minute)
	}}
	cappedLate = state{"the day whose share was used up is nearly over", func(s *scene) {
		capped.play(s)
		s.now = s.now.Truncate(day).Add(day - time.Millisecond)
	}}
	cappedBefore = state{"the day whose share was used up is over", func(s *scene) {
		capped.play(s)
		s.now = s.now.Truncate(day).Add(day)
	}}
	cappedCancelled = state{"the share of the day was used up and it is cancelled", func(s *scene) {
		capped.play(s)
		s.keep(s.s.Store.Cancel(ctx, s.change()))
		s.later(time.Minute)
	}}
)

// optOutOperations are the columns that only opting out has.
var optOutOperations = []operation{
	{"opt out", func(s *scene) (*invite.Invite, error, transition) {
		o := s.optOut(false)
		inv, err := s.s.Store.OptOut(ctx, o)
		return inv, err, o.Note
	}},
	{"take the opt-out back", func(s *scene) (*invite.Invite, error, transition) {
		o := s.optOut(true)
		inv, err := s.s.Store.OptOut(ctx, o)
		return inv, err, o.Note
	}},
}

// optOutTable goes on with the table of states and operations: the columns of both.
var optOutTable = []row{
	//                create resend cancel release | accept: newest, older, foreign, none | redeem: newest, foreign | ask: newest, older, foreign | claim: newest, older | settle: sender, other | note: newest, older | publish | expire || opt out, take back
	{optedOut, []invite.Kind{pend, cant, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{optedOutQueued, []invite.Kind{pend, cant, ok, nota, dead, dead, dead, dead, used, used, no, no, no, ok, past, past, past, ok, past, ok, wait, ok, ok}},
	{optedOutLeased, []invite.Kind{pend, cant, ok, nota, ok, dead, dead, dead, used, used, no, no, no, ok, past, ok, past, ok, past, ok, wait, ok, ok}},
	{optedOutExpired, []invite.Kind{cant, cant, ok, nota, dead, dead, dead, dead, used, used, ok, ok, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{optedOutAccepted, []invite.Kind{acc, acc, acc, ok, ok, dead, dead, dead, ok, used, no, no, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{optedOutCancelled, []invite.Kind{cant, canc, ok, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{goneOptedOut, []invite.Kind{cant, none, none, none, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{tookBack, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{capped, []invite.Kind{pend, cant, ok, nota, ok, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{cappedLate, []invite.Kind{pend, cant, ok, nota, ok, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{cappedBefore, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
	{cappedCancelled, []invite.Kind{cant, canc, ok, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait, ok, ok}},
}

// optOutCells holds the states of opting out and of caps against every operation, and
// every other state against opting out, which works in all of them.
func optOutCells(t *testing.T, stores Stores) {
	for _, r := range optOutTable {
		r.hold(t, stores, append(operations[:len(operations):len(operations)], optOutOperations...))
	}
	for _, r := range slices.Concat(table, reminderTable) {
		row{r.state, []invite.Kind{ok, ok}}.hold(t, stores, optOutOperations)
	}
	t.Run("a wish outlives every record and is kept until it is taken back", func(t *testing.T) {
		s := newScene(t, stores)
		wants := func(since time.Time) {
			t.Helper()
			if got, err := stores.Store.OptedOut(ctx, s.key); err != nil || !got.Equal(since) {
				t.Errorf("opted out since %v (%v), want %v", got, err, since)
			}
		}
		wants(time.Time{})
		first := s.now
		s.keep(s.s.Store.OptOut(ctx, s.optOut(false)))
		wants(first)
		s.later(time.Hour)
		s.keep(s.s.Store.OptOut(ctx, s.optOut(false)))
		wants(first)
		neighbour := newScene(t, stores)
		if got, err := stores.Store.OptedOut(ctx, neighbour.key); err != nil || !got.IsZero() {
			t.Errorf("another tenant: got %v, %v", got, err)
		}
		s.keep(s.s.Store.OptOut(ctx, s.optOut(true)))
		wants(time.Time{})
		s.keep(s.s.Store.OptOut(ctx, s.optOut(true)))
		wants(time.Time{})
	})
	t.Run("a create that knows of the wish is refused, and says first what the record says", func(t *testing.T) {
		for from, want := range map[string]invite.Kind{absent.name: cant, live.name: pend, accepted.name: acc, cancelled.name: cant, expired.name: cant, goneCancelled.name: cant} {
			s := newScene(t, stores)
			all := []state{absent, live, accepted, cancelled, expired, goneCancelled}
			all[slices.IndexFunc(all, func(st state) bool { return st.name == from })].play(s)
			before, c := s.stored(), s.creation()
			c.OptedOutAt = s.now
			_, err := s.s.Store.Create(ctx, c)
			e, refused := err.(*invite.Error)
			if !refused || e.Kind != want || want == cant && e.Blocked != (invite.Blocked{Reason: invite.ReasonOptedOut}) {
				t.Errorf("when %s: got %v, want %s", from, err, want)
			}
			if refused && from == goneCancelled.name && e.Invite != nil {
				t.Error("a record that is gone is named")
			}
			if d := Difference(s.stored(), before); d != "" {
				t.Errorf("when %s: a refusal changed the record: %s", from, d)
			}
		}
		s := newScene(t, stores)
		c := s.creation()
		s.keep(s.s.Store.Create(ctx, c))
		c.OptedOutAt = s.now
		if inv, err := s.s.Store.Create(ctx, c); err != nil || Difference(inv, s.inv) != "" {
			t.Errorf("a repeated create: got %v", err)
		}
	})
	t.Run("opting out again mends what a create has missed", func(t *testing.T) {
		s := newScene(t, stores)
		s.keep(s.s.Store.OptOut(ctx, s.optOut(false)))
		s.keep(s.s.Store.Create(ctx, s.creation())) // it had looked before
		s.keep(s.s.Store.OptOut(ctx, s.optOut(false)))
		if !s.stored().OptedOut() {
			t.Error("the record was not told")
		}
	})
	t.Run("what the row says, and what is published", func(t *testing.T) {
		for _, c := range []struct {
			from   state
			status invite.MailStatus
			reason string
			events int
		}{
			{optedOut, invite.MailSuppressed, invite.ReasonOptedOut, 1},
			{optedOutQueued, invite.MailSuppressed, invite.ReasonOptedOut, 1},
			{optedOutExpired, invite.MailSuppressed, invite.ReasonOptedOut, 1},
			{optedOutAccepted, invite.MailSent, "", 0},
			{optedOutCancelled, invite.MailSent, "", 0},
			{tookBack, invite.MailSent, "", 1},
			{capped, invite.MailSuppressed, invite.ReasonCapped, 1},
		} {
			s := newScene(t, stores)
			c.from.play(s)
			inv, events := s.stored(), 0
			for _, e := range inv.Events {
				if e.Type() == invite.EventSuppressed {
					events++
				}
			}
			if status, reason, _ := inv.Delivery(s.now); status != c.status || reason != c.reason || events != c.events {
				t.Errorf("when %s: the row says %s %q and %d events do, want %s %q and %d", c.from.name, status, reason, events, c.status, c.reason, c.events)
			}
		}
	})
	t.Run("nobody who has opted out is reminded", func(t *testing.T) {
		s := newScene(t, stores)
		reminderDue.play(s)
		s.keep(s.s.Store.OptOut(ctx, s.optOut(false)))
		if _, err := s.s.Outbox.Remind(ctx, s.claim("sender-2")); invite.KindOf(err) != past {
			t.Errorf("got %v, want superseded", err)
		}
		s.keep(s.s.Outbox.Defer(ctx, s.deferral()))
		if want := s.inv.ExpiresAt.Add(invite.ExpireGrace); !s.inv.Due.Equal(want) {
			t.Errorf("due at %v, want %v", s.inv.Due, want)
		}
	})
	t.Run("of many who press at once all are right", func(t *testing.T) {
		s := newScene(t, stores)
		live.play(s)
		done := make(chan error)
		for n := range 20 {
			o := s.optOut(n%2 == 1)
			go func() {
				_, err := insist(func() (*invite.Invite, error) { return s.s.Store.OptOut(ctx, o) })
				done <- err
			}()
		}
		for range 20 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		s.keep(s.s.Store.OptOut(ctx, s.optOut(true)))
		if since, err := stores.Store.OptedOut(ctx, s.key); err != nil || !since.IsZero() || s.stored().OptedOut() {
			t.Errorf("after the last one took it back: %v, %v, %v", since, err, s.stored().OptedOut())
		}
	})
}

// caps tests how mails are counted.
func caps(t *testing.T, stores Stores) {
	a, b := newScene(t, stores), newScene(t, stores)
	address := invite.Address(string(a.tenant) + "@example.com") // of this test alone
	count := func(want bool, tenant invite.TenantID, to invite.Address, at time.Time) {
		t.Helper()
		got, err := stores.Caps.CountMail(ctx, tenant, to, at, 3, 2)
		if err != nil || got != want {
			t.Errorf("a mail of %s to %s at %v: got %v, %v, want %v", tenant, to, at, got, err, want)
		}
	}
	noon := a.now.Truncate(day).Add(12 * time.Hour)
	count(true, a.tenant, address, noon)
	count(true, b.tenant, address, noon)
	count(false, a.tenant, address, noon) // two tenants share what one address gets
	count(true, a.tenant, "x"+address, noon)
	count(false, a.tenant, "y"+address, noon) // the third of this tenant was the one refused
	count(true, b.tenant, "y"+address, noon)
	count(false, b.tenant, address, noon.Add(12*time.Hour-time.Millisecond))
	count(true, b.tenant, address, noon.Add(12*time.Hour)) // another day
	count(true, a.tenant, address, noon.Add(12*time.Hour))
}

func (g *Game) optOut(t *rapid.T) {
	k := g.pick(t)
	o := invite.OptOut{Key: k.key, Undo: rapid.IntRange(0, 2).Draw(t, "undo") > 0, Now: g.now}
	g.move(t, "opt out", k, func(s Stores) (*invite.Invite, error) { return s.Store.OptOut(ctx, o) })
	if g.other == nil {
		return
	}
	want, _ := g.model.OptedOut(ctx, k.key)
	if got, err := g.other.Store.OptedOut(ctx, k.key); err != nil || !got.Equal(want) {
		t.Fatalf("opted out since %v (%v), want %v", got, err, want)
	}
}

// mailedAgainstTheWish reports what a change may not do to somebody who has opted out.
func mailedAgainstTheWish(report func(format string, args ...any), before, after *invite.Invite) {
	if before == nil || !before.OptedOut() {
		return
	}
	switch {
	case after.Seq != before.Seq:
		report("a mail was asked for to somebody who has opted out")
	case after.Reminders != before.Reminders:
		report("somebody who has opted out was reminded")
	}
}
