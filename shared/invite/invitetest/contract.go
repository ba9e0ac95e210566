package invitetest

import (
	"fmt"
	"testing"
	"time"

	"invites/shared/invite"
)

// Contract tests the ports of package invite on stores that open makes, each time
// empty ones. It holds every state against every operation, and then what one
// table cannot say: repeated operations, If-Match, generations, codes, lists,
// timers, settings and domains.
//
// Left out: faults of the network and histories of concurrent operations, which
// need a database underneath, and what a store keeps its records in.
func Contract(t *testing.T, open func(*testing.T) Stores) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Stores)
	}{
		{"every operation in every state", cells},
		{"reminders", reminderCells},
		{"opting out and caps", optOutCells},
		{"counting mails", caps},
		{"repeated operations", repetitions},
		{"If-Match", preconditions},
		{"generations and codes", generations},
		{"lists", lists},
		{"attention and counts", attention},
		{"settings", settings},
		{"domains of senders", domains},
		{"standing", standing},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, open(t))
		})
	}
	t.Run("timers", func(t *testing.T) {
		t.Parallel()
		timers(t, open)
	})
}

// state is a row of the table: how to get there.
type state struct {
	name string
	play func(*scene)
}

var (
	absent = state{"no invite was made", func(*scene) {}}
	queued = state{"the mail is queued", func(s *scene) {
		s.keep(s.s.Store.Create(ctx, s.creation()))
		s.later(time.Second)
	}}
	leased = state{"the mail is on its way", func(s *scene) {
		queued.play(s)
		s.keep(s.s.Outbox.Claim(ctx, s.claim(owner)))
		s.later(100 * time.Millisecond)
	}}
	abandoned = state{"a sender died with the mail", func(s *scene) {
		leased.play(s)
		s.later(invite.LeaseTime)
	}}
	live = state{"the second mail has arrived", func(s *scene) {
		queued.play(s)
		s.send()
		s.later(time.Hour)
		s.keep(s.s.Store.Resend(ctx, s.change()))
		s.send()
		s.later(time.Hour)
	}}
	lapsed = state{"its time is up this instant", func(s *scene) {
		live.play(s)
		s.now = s.inv.ExpiresAt
	}}
	overdue = state{"its time is up and nobody marked it", func(s *scene) {
		live.play(s)
		s.now = s.inv.ExpiresAt.Add(invite.ExpireGrace)
	}}
	overdueQueued = state{"its time is up and its mail never left", func(s *scene) {
		queued.play(s)
		s.now = s.inv.ExpiresAt.Add(invite.ExpireGrace)
	}}
	overdueLeased = state{"its time is up while its mail is on its way", func(s *scene) {
		queued.play(s)
		s.now = s.inv.ExpiresAt.Add(-time.Second)
		s.keep(s.s.Outbox.Claim(ctx, s.claim(owner)))
		s.later(2 * time.Second)
	}}
	bounced = state{"its mail bounced", func(s *scene) {
		live.play(s)
		s.keep(s.s.Notices.Note(ctx, s.notification(invite.MailBounced, invite.ReasonMailboxMissing)))
		s.later(time.Minute)
	}}
	complained = state{"its mail was marked as spam", func(s *scene) {
		live.play(s)
		s.keep(s.s.Notices.Note(ctx, s.notification(invite.MailComplained, invite.ReasonComplained)))
		s.later(time.Minute)
	}}
	noticedLeased = state{"its mail has arrived before its sender said so", func(s *scene) {
		leased.play(s)
		s.keep(s.s.Notices.Note(ctx, s.notification(invite.MailDelivered, "")))
		s.later(100 * time.Millisecond)
	}}
	noticedAbandoned = state{"its mail has arrived and its sender died", func(s *scene) {
		noticedLeased.play(s)
		s.later(invite.LeaseTime)
	}}
	complainedCancelled = state{"its mail was marked as spam and it is cancelled", func(s *scene) {
		complained.play(s)
		s.keep(s.s.Store.Cancel(ctx, s.change()))
		s.later(time.Minute)
	}}
	expired = state{"it is marked expired", func(s *scene) {
		overdue.play(s)
		s.expire()
		s.later(time.Hour)
	}}
	accepted = state{"it is accepted", func(s *scene) {
		live.play(s)
		s.accepts()
		s.later(time.Minute)
	}}
	acceptedLeased = state{"it is accepted while its mail is on its way", func(s *scene) {
		leased.play(s)
		s.accepts()
		s.later(100 * time.Millisecond)
	}}
	cancelled = state{"it is cancelled", func(s *scene) {
		live.play(s)
		s.keep(s.s.Store.Cancel(ctx, s.change()))
		s.later(time.Minute)
	}}
	cancelledLeased = state{"it is cancelled while its mail is on its way", func(s *scene) {
		leased.play(s)
		s.keep(s.s.Store.Cancel(ctx, s.change()))
		s.later(100 * time.Millisecond)
	}}
	released = state{"it is released", func(s *scene) {
		accepted.play(s)
		s.keep(s.s.Store.Release(ctx, s.change()))
		s.later(time.Minute)
	}}
	asked = state{"somebody asked for a new invite today", func(s *scene) {
		live.play(s)
		s.keep(s.s.Store.Ask(ctx, s.asking(link(s.seq()-1))))
		s.later(invite.AskPause - time.Second)
	}}
	askedBefore = state{"somebody asked for a new invite a day ago", func(s *scene) {
		live.play(s)
		s.keep(s.s.Store.Ask(ctx, s.asking(link(s.seq()-1))))
		s.later(invite.AskPause)
	}}
	askedExpired = state{"somebody asked for a new invite and it is marked expired", func(s *scene) {
		live.play(s)
		s.now = s.inv.ExpiresAt
		s.keep(s.s.Store.Ask(ctx, s.asking(s.newest())))
		s.later(invite.ExpireGrace)
		s.expire()
	}}
	renewed = state{"somebody asked for a new invite today and got one", func(s *scene) {
		live.play(s)
		s.keep(s.s.Store.Ask(ctx, s.asking(link(s.seq()-1))))
		s.later(time.Second)
		s.keep(s.s.Store.Resend(ctx, s.change()))
		s.send()
	}}
	anew = state{"it was cancelled and made anew, and its mail is queued", func(s *scene) {
		cancelled.play(s)
		s.keep(s.s.Store.Create(ctx, s.creation()))
		s.later(time.Second)
	}}
	goneOverdue = state{"nobody marked it and its retention is over", func(s *scene) {
		overdue.play(s)
		s.now = s.inv.ExpiresAt.Add(Retention.Expired)
	}}
	goneExpired   = gone("it is expired and its retention is over", expired)
	goneAccepted  = gone("it is accepted and its retention is over", accepted)
	goneCancelled = gone("it is cancelled and its retention is over", cancelled)
	goneReleased  = gone("it is released and its retention is over", released)
)

func gone(name string, before state) state {
	return state{name, func(s *scene) {
		before.play(s)
		s.now = s.inv.PurgeAt
	}}
}

// expire marks the scene's invite as the schedule does.
func (s *scene) expire() {
	s.t.Helper()
	marked, _, err := s.s.Timer.Expire(ctx, []invite.Timer{{Key: s.key, Due: s.inv.Due}}, s.now, Retention)
	if err != nil || marked != 1 {
		s.t.Fatalf("preparing: expire: %d marked, %v", marked, err)
	}
	s.inv = s.stored()
}

// operation is a column of the table. It returns what the store made of it and what
// the pure transition makes of the record.
type operation struct {
	name string
	do   func(*scene) (*invite.Invite, error, transition)
}

type transition func(*invite.Invite) (*invite.Invite, error)

var operations = []operation{
	{"create", func(s *scene) (*invite.Invite, error, transition) {
		c := s.creation()
		inv, err := s.s.Store.Create(ctx, c)
		return inv, err, c.Create
	}},
	{"resend", func(s *scene) (*invite.Invite, error, transition) {
		c := s.change()
		inv, err := s.s.Store.Resend(ctx, c)
		return inv, err, c.Resend
	}},
	{"cancel", func(s *scene) (*invite.Invite, error, transition) {
		c := s.change()
		inv, err := s.s.Store.Cancel(ctx, c)
		return inv, err, c.Cancel
	}},
	{"release", func(s *scene) (*invite.Invite, error, transition) {
		c := s.change()
		inv, err := s.s.Store.Release(ctx, c)
		return inv, err, c.Release
	}},
	{"accept with the newest link", func(s *scene) (*invite.Invite, error, transition) { return s.accept(s.newest()) }},
	{"accept with an older link", func(s *scene) (*invite.Invite, error, transition) { return s.accept(link(s.seq() - 1)) }},
	{"accept with a foreign link", func(s *scene) (*invite.Invite, error, transition) { return s.accept(Digest("foreign")) }},
	{"accept with no link", func(s *scene) (*invite.Invite, error, transition) { return s.accept(invite.Digest{}) }},
	{"redeem the newest code", func(s *scene) (*invite.Invite, error, transition) { return s.redeem(s.code) }},
	{"redeem a foreign code", func(s *scene) (*invite.Invite, error, transition) { return s.redeem(Digest("foreign")) }},
	{"ask with the newest link", func(s *scene) (*invite.Invite, error, transition) { return s.ask(s.newest()) }},
	{"ask with an older link", func(s *scene) (*invite.Invite, error, transition) { return s.ask(link(s.seq() - 1)) }},
	{"ask with a foreign link", func(s *scene) (*invite.Invite, error, transition) { return s.ask(Digest("foreign")) }},
	{"claim the newest mail", func(s *scene) (*invite.Invite, error, transition) {
		c := s.claim("sender-2")
		inv, err := s.s.Outbox.Claim(ctx, c)
		return inv, err, c.Claim
	}},
	{"claim an older mail", func(s *scene) (*invite.Invite, error, transition) {
		c := s.claim("sender-2")
		c.Seq--
		inv, err := s.s.Outbox.Claim(ctx, c)
		return inv, err, c.Claim
	}},
	{"settle as the sender", func(s *scene) (*invite.Invite, error, transition) {
		c := s.settlement(owner)
		inv, err := s.s.Outbox.Settle(ctx, c)
		return inv, err, c.Settle
	}},
	{"settle as somebody else", func(s *scene) (*invite.Invite, error, transition) {
		c := s.settlement("sender-2")
		inv, err := s.s.Outbox.Settle(ctx, c)
		return inv, err, c.Settle
	}},
	{"note that it arrived", func(s *scene) (*invite.Invite, error, transition) {
		n := s.notification(invite.MailDelivered, "")
		inv, err := s.s.Notices.Note(ctx, n)
		return inv, err, n.Note
	}},
	{"note of an older mail", func(s *scene) (*invite.Invite, error, transition) {
		n := s.notification(invite.MailBounced, invite.ReasonMailboxMissing)
		n.Seq--
		inv, err := s.s.Notices.Note(ctx, n)
		return inv, err, n.Note
	}},
	{"publish its events", func(s *scene) (*invite.Invite, error, transition) {
		p := invite.Publication{Key: s.key}
		if s.inv != nil {
			for _, e := range s.inv.Events {
				p.Marks = append(p.Marks, e.Mark)
			}
		}
		inv, err := s.s.Events.Publish(ctx, p)
		return inv, err, p.Publish
	}},
	{"expire", func(s *scene) (*invite.Invite, error, transition) {
		pure := func(old *invite.Invite) (*invite.Invite, error) { return invite.Expire(old, s.now, Retention) }
		due := invite.Timer{Key: s.key, Due: s.now}
		if s.inv != nil && !s.inv.Due.IsZero() {
			due.Due = s.inv.Due
		}
		marked, _, err := s.s.Timer.Expire(ctx, []invite.Timer{due}, s.now, Retention)
		if err == nil && marked == 0 {
			return nil, &invite.Error{Kind: invite.NotDue}, pure
		}
		return nil, err, pure
	}},
}

func (s *scene) seq() uint64 {
	if s.inv == nil {
		return 1
	}
	return s.inv.Seq
}

func (s *scene) newest() invite.Digest { return link(s.seq()) }

func (s *scene) accept(link invite.Digest) (*invite.Invite, error, transition) {
	a := s.acceptance(link)
	inv, err := s.s.Store.Accept(ctx, a)
	return inv, err, a.Accept
}

func (s *scene) redeem(code invite.Digest) (*invite.Invite, error, transition) {
	r := s.redemption(code)
	inv, err := s.s.Store.Redeem(ctx, r)
	return inv, err, r.Redeem
}

func (s *scene) ask(link invite.Digest) (*invite.Invite, error, transition) {
	a := s.asking(link)
	inv, err := s.s.Store.Ask(ctx, a)
	return inv, err, a.Ask
}

// name makes the sentence of a cell.
func (o operation) when(s state) string { return fmt.Sprintf("%s when %s", o.name, s.name) }
