package invitetest

import (
	"testing"
	"time"

	"invites/shared/invite"
)

// remindAt is when a reminder of the newest link is due: days 1, 3 and 5 of seven.
func (s *scene) remindAt(n int) time.Time {
	return s.inv.ExpiresAt.Add(-s.window).Add(s.window / 7 * time.Duration(2*n-1))
}

var (
	reminderDue = state{"its first reminder is due", func(s *scene) {
		s.reminders = true
		live.play(s)
		s.now = s.remindAt(1)
	}}
	reminding = state{"its reminder is on its way", func(s *scene) {
		reminderDue.play(s)
		s.keep(s.s.Outbox.Remind(ctx, s.claim(owner)))
		s.later(100 * time.Millisecond)
	}}
	remindingAbandoned = state{"a sender died with its reminder", func(s *scene) {
		reminding.play(s)
		s.later(invite.LeaseTime)
	}}
	reminderQueued = state{"its reminder waits to be tried again", func(s *scene) {
		reminding.play(s)
		o := s.settlement(owner)
		o.Status, o.Reason, o.MessageID, o.Sender, o.RetryAt = invite.MailQueued, invite.ReasonThrottled, "", "", s.now.Add(time.Minute)
		s.keep(s.s.Outbox.Settle(ctx, o))
		s.later(time.Minute)
	}}
	reminded = state{"its first reminder was sent", func(s *scene) {
		reminding.play(s)
		s.keep(s.s.Outbox.Settle(ctx, s.settlement(owner)))
		s.later(time.Hour)
	}}
	remindedBounced = state{"its mail bounced after its reminder was sent", func(s *scene) {
		reminded.play(s)
		n := s.notification(invite.MailBounced, invite.ReasonMailboxMissing)
		n.Reminder = 0
		s.keep(s.s.Notices.Note(ctx, n))
		s.later(time.Minute)
	}}
	bouncedDue = state{"a reminder would be due and its mail bounced", func(s *scene) {
		reminderDue.play(s)
		s.keep(s.s.Notices.Note(ctx, s.notification(invite.MailBounced, invite.ReasonMailboxFull)))
		s.later(time.Minute)
	}}
	failedDue = state{"a reminder would be due and its mail failed", func(s *scene) {
		leased.play(s)
		o := s.settlement(owner)
		o.Status, o.Reason, o.MessageID, o.Sender = invite.MailFailed, invite.ReasonRejected, "", ""
		s.keep(s.s.Outbox.Settle(ctx, o))
		s.now = s.remindAt(1)
	}}
	lateDue = state{"the timer of its reminder ran out in its last hours", func(s *scene) {
		reminderDue.play(s)
		s.now = s.inv.ExpiresAt.Add(-Window/12 + time.Millisecond)
	}}
	remindingLapsed = state{"its time is up while its reminder is on its way", func(s *scene) {
		reminderQueued.play(s)
		s.now = s.inv.ExpiresAt.Add(-time.Second)
		s.keep(s.s.Outbox.Claim(ctx, s.claim(owner)))
		s.later(2 * time.Second)
	}}
	remindingAccepted = state{"it is accepted while its reminder is on its way", func(s *scene) {
		reminding.play(s)
		s.accepts()
		s.later(100 * time.Millisecond)
	}}
	remindingCancelled = state{"it is cancelled while its reminder is on its way", func(s *scene) {
		reminding.play(s)
		s.keep(s.s.Store.Cancel(ctx, s.change()))
		s.later(100 * time.Millisecond)
	}}
)

// reminderOperations are the columns that only reminders have.
var reminderOperations = []operation{
	{"remind", func(s *scene) (*invite.Invite, error, transition) {
		c := s.claim("sender-2")
		inv, err := s.s.Outbox.Remind(ctx, c)
		return inv, err, c.Remind
	}},
	{"defer the reminder", func(s *scene) (*invite.Invite, error, transition) {
		d := s.deferral()
		inv, err := s.s.Outbox.Defer(ctx, d)
		return inv, err, d.Defer
	}},
	{"note a complaint about the mail itself", func(s *scene) (*invite.Invite, error, transition) {
		n := s.notification(invite.MailComplained, invite.ReasonComplained)
		n.Reminder = 0
		inv, err := s.s.Notices.Note(ctx, n)
		return inv, err, n.Note
	}},
	{"note that the mail before the reminder arrived", func(s *scene) (*invite.Invite, error, transition) {
		n := s.notification(invite.MailDelivered, "")
		n.Reminder--
		inv, err := s.s.Notices.Note(ctx, n)
		return inv, err, n.Note
	}},
}

func (s *scene) deferral() invite.Deferral {
	c := s.claim("")
	return invite.Deferral{Key: s.key, Gen: c.Gen, Seq: c.Seq, Now: s.now}
}

// reminderTable goes on with the table of states and operations: the columns of both.
var reminderTable = []row{
	//                create resend cancel release | accept: newest, older, foreign, none | redeem: newest, foreign | ask: newest, older, foreign | claim: newest, older | settle: sender, other | note: newest, older | publish | expire || remind, defer, note: complaint of the first, arrival of the one before
	{reminderDue, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, ok, past, ok, wait, ok, ok, ok, past}},
	{reminding, []invite.Kind{pend, send, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, send, past, ok, past, ok, past, ok, wait, past, past, ok, past}},
	{remindingAbandoned, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, ok, past, ok, past, ok, past, ok, wait, past, past, ok, past}},
	{reminderQueued, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, ok, past, past, past, ok, past, ok, wait, past, past, ok, past}},
	{reminded, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, ok, past, ok, wait, past, past, ok, past}},
	{remindedBounced, []invite.Kind{pend, cant, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, past, past, ok, wait, past, past, ok, past}},
	{bouncedDue, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, past, past, ok, wait, past, ok, ok, past}},
	{failedDue, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, no, no, past, past, past, past, ok, past, ok, wait, past, past, ok, past}},
	{lateDue, []invite.Kind{pend, ok, ok, nota, ok, dead, dead, dead, used, used, no, ok, no, past, past, past, past, ok, past, ok, wait, past, ok, ok, past}},
	{remindingLapsed, []invite.Kind{send, send, ok, nota, dead, dead, dead, dead, used, used, ok, ok, no, past, past, ok, past, ok, past, ok, wait, past, past, ok, past}},
	{remindingAccepted, []invite.Kind{acc, acc, acc, ok, ok, dead, dead, dead, ok, used, no, no, no, past, past, ok, past, ok, past, ok, wait, past, past, ok, past}},
	{remindingCancelled, []invite.Kind{send, canc, ok, nota, dead, dead, dead, dead, used, used, no, no, no, past, past, ok, past, ok, past, ok, wait, past, past, ok, past}},
}

// reminderCells holds the states of reminders against every operation, and every other
// state against the operations of reminders: in most of those none is due.
func reminderCells(t *testing.T, stores Stores) {
	for _, r := range reminderTable {
		r.hold(t, stores, append(operations[:len(operations):len(operations)], reminderOperations...))
	}
	for _, r := range table {
		remind, complaint := past, ok
		switch r.state.name {
		case absent.name:
			complaint = past
		case asked.name, askedBefore.name: // a day after the mail
			remind = ok
		}
		row{r.state, []invite.Kind{remind, past, complaint, past}}.hold(t, stores, reminderOperations)
	}
	t.Run("a reminder demands the live link", func(t *testing.T) {
		s := newScene(t, stores)
		reminderDue.play(s)
		c := s.claim("sender-2")
		c.Link = Digest("by another key")
		_, err := s.s.Outbox.Remind(ctx, c)
		if e, isRefusal := err.(*invite.Error); !isRefusal || e.Kind != invite.WrongLinkKey || e.Invite.Mail.KeyVersion != "1" {
			t.Errorf("got %v, want wrong_link_key with the invite", err)
		}
		if d := Difference(s.stored(), s.inv); d != "" {
			t.Errorf("a refusal changed the record: %s", d)
		}
	})
	t.Run("a reminder that is asked for again by its sender is the same", func(t *testing.T) {
		s := newScene(t, stores)
		reminding.play(s)
		inv, err := s.s.Outbox.Remind(ctx, s.claim(owner))
		if err != nil || Difference(inv, s.inv) != "" {
			t.Errorf("got %v: %s", err, Difference(inv, s.inv))
		}
	})
	t.Run("of many who remind at once one does", func(t *testing.T) {
		s := newScene(t, stores)
		reminderDue.play(s)
		won := s.remindAtOnce(20)
		if after := s.stored(); won != 1 || after.Reminders != 1 || after.Mail.Reminder != 1 {
			t.Errorf("%d won, and the record counts %d", won, after.Reminders)
		}
	})
	t.Run("a settlement names the mail that was claimed", func(t *testing.T) {
		s := newScene(t, stores)
		reminding.play(s)
		o := s.settlement(owner)
		o.Reminder = 0
		if _, err := s.s.Outbox.Settle(ctx, o); invite.KindOf(err) != invite.Superseded {
			t.Errorf("got %v, want superseded", err)
		}
	})
	t.Run("of one link the later reminders follow, and a resend starts over", func(t *testing.T) { reminderStory(t, stores) })
}

// remindAtOnce returns how many of n senders got the reminder.
func (s *scene) remindAtOnce(n int) (won int) {
	results := make(chan error, n)
	for i := range n {
		c := s.claim(owner + string(rune('a'+i)))
		go func() {
			_, err := s.s.Outbox.Remind(ctx, c)
			results <- err
		}()
	}
	for range n {
		switch err := <-results; {
		case err == nil:
			won++
		case invite.KindOf(err) != invite.Superseded:
			s.t.Errorf("got %v, want superseded", err)
		}
	}
	return won
}

func reminderStory(t *testing.T, stores Stores) {
	s := newScene(t, stores)
	reminderDue.play(s)
	before, remind := s.inv, func(n int) {
		t.Helper()
		s.now = s.remindAt(n)
		s.keep(s.s.Outbox.Remind(ctx, s.claim(owner)))
		s.later(200 * time.Millisecond)
		s.keep(s.s.Outbox.Settle(ctx, s.settlement(owner)))
	}
	for n := 1; n <= invite.MaxReminders; n++ {
		remind(n)
		got := s.inv
		if got.Mail.Reminder != n || got.Reminders != uint64(n) || !got.LastReminderAt.Equal(s.now) || got.Mail.Status != invite.MailSent {
			t.Errorf("reminder %d: got %+v, counted %d, last at %v", n, got.Mail, got.Reminders, got.LastReminderAt)
		}
		if !got.Link.Equal(before.Link) || got.ETag(s.now) != before.ETag(s.now) || got.SendCount() != before.SendCount() || !got.LastSentAt.Equal(before.LastSentAt) {
			t.Errorf("reminder %d changed more than its own: got %+v, had %+v", n, got, before)
		}
		want := s.inv.ExpiresAt.Add(invite.ExpireGrace)
		if n < invite.MaxReminders {
			want = s.remindAt(n + 1)
		}
		if !got.Due.Equal(want) {
			t.Errorf("after reminder %d it is due at %v, want %v", n, got.Due, want)
		}
		if _, err := s.s.Outbox.Remind(ctx, s.claim("sender-2")); invite.KindOf(err) != invite.Superseded {
			t.Errorf("reminder %d a second time: got %v", n, err)
		}
	}
	s.keep(s.s.Store.Resend(ctx, s.change()))
	if s.inv.Mail.Reminder != 0 || s.inv.Reminders != invite.MaxReminders {
		t.Errorf("after a resend: got %+v, counted %d", s.inv.Mail, s.inv.Reminders)
	}
	s.send()
	if !s.inv.Due.Equal(s.remindAt(1)) {
		t.Errorf("after a resend it is due at %v, want %v", s.inv.Due, s.remindAt(1))
	}
	remind(1)
	if s.inv.Reminders != invite.MaxReminders+1 {
		t.Errorf("counted %d reminders", s.inv.Reminders)
	}
	s.keep(s.s.Store.Cancel(ctx, s.change()))
	s.keep(s.s.Store.Create(ctx, s.creation()))
	if s.inv.Reminders != 0 || !s.inv.LastReminderAt.IsZero() {
		t.Errorf("the next generation begins with %d reminders", s.inv.Reminders)
	}
}

// remindersChanged reports what a change may not do to the reminders of an invite.
func remindersChanged(report func(format string, args ...any), before, after *invite.Invite) {
	if after.Mail.Reminder < 0 || after.Mail.Reminder > invite.MaxReminders || uint64(after.Mail.Reminder) > 0 && after.Reminders == 0 {
		report("reminder %d of %d", after.Mail.Reminder, after.Reminders)
	}
	if before == nil || after.Gen != before.Gen {
		return
	}
	came := after.Reminders - before.Reminders
	switch {
	case after.Reminders < before.Reminders || came > 1:
		report("%d reminders became %d", before.Reminders, after.Reminders)
	case after.Seq != before.Seq && (came != 0 || after.Mail.Reminder != 0):
		report("a fresh mail is reminder %d", after.Mail.Reminder)
	case after.Seq == before.Seq && after.Mail.Reminder < before.Mail.Reminder, (came == 1) != (after.Mail.Reminder > before.Mail.Reminder):
		report("reminder %d after %d, and %d more are counted", after.Mail.Reminder, before.Mail.Reminder, came)
	}
	if came == 0 {
		return
	}
	bad := before.Mail.Notice.Status != "" && before.Mail.Notice.Status != invite.MailDelivered
	left := after.ExpiresAt.Sub(after.Mail.At)
	switch {
	case after.Status != invite.Pending || before.Status != invite.Pending:
		report("a reminder of an invite that is %s", after.Status)
	case after.Link.IsZero() || !after.Link.Equal(before.Link):
		report("a reminder changed the link")
	case !after.ExpiresAt.Equal(before.ExpiresAt) || after.SendCount() != before.SendCount():
		report("a reminder changed expiry or send count")
	case bad:
		report("a reminder after a mail that is %s", before.Mail.Notice.Status)
	case left < after.Window/12 || left < 6*time.Hour:
		report("a reminder %v before the end", left)
	case after.Mail.At.Sub(before.Mail.At) < after.Window/14:
		report("a reminder %v after the mail before it", after.Mail.At.Sub(before.Mail.At))
	}
}
