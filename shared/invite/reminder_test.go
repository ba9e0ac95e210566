package invite_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// remindingPost is a post whose tenant has reminders or none.
func remindingPost(t *testing.T, on bool) *post {
	t.Helper()
	p := newPost()
	p.wants(t, on)
	return p
}

func (p *post) wants(t *testing.T, on bool) {
	t.Helper()
	before, err := p.Model.Settings(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	s := before
	s.Reminders = on
	if _, err := p.PutSettings(t.Context(), "acme", before, s); err != nil {
		t.Fatal(err)
	}
}

// Redrive implements invite.Redriver.
func (p *post) Redrive(ctx context.Context, keys []invite.Key) error {
	for _, k := range keys {
		if err := p.Redeliver(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

// until lets time pass until an age of the newest mail, with a run of the schedule every
// ten minutes.
func (p *post) until(t *testing.T, age time.Duration) {
	t.Helper()
	end := p.asked(t).Add(age)
	for p.now.Before(end) {
		p.now = p.now.Add(min(10*time.Minute, end.Sub(p.now)))
		s := invite.Sweeper{Store: p.Model, Redriver: p, Retention: invitetest.Retention, Now: func() time.Time { return p.now }}
		if _, err := s.Sweep(t.Context(), p.now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
}

func (p *post) asked(t *testing.T) time.Time {
	t.Helper()
	inv := p.stored(t)
	return inv.ExpiresAt.Add(-inv.Window)
}

// invitedFor is an invite with a window, whose mail was sent.
func (p *post) invitedFor(t *testing.T, window time.Duration) *invite.Invite {
	t.Helper()
	inv, err := p.Create(t.Context(), invite.Creation{Tenant: "acme", Email: "ana@example.com", Window: window, Nonce: invite.Nonce{7},
		Op: invitetest.Op(p.now), Now: p.now, Retention: invitetest.Retention})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Deliver(t.Context(), inv); err != nil {
		t.Fatal(err)
	}
	return p.stored(t)
}

// noted brings a notice about the newest mail.
func (p *post) noted(t *testing.T, n invite.Notice) {
	t.Helper()
	inv := p.stored(t)
	n.At = p.now
	if _, err := p.Note(t.Context(), invite.Notification{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Reminder: inv.Mail.Reminder, Notice: n, Now: p.now}); err != nil {
		t.Fatal(err)
	}
}

// reminders lists the reminders that were sent, by number, and checks that every mail
// carries the live link.
func (p *post) reminders(t *testing.T) (numbers []int) {
	t.Helper()
	for n, m := range p.sent {
		if m.Invite.Mail.Reminder > 0 {
			numbers = append(numbers, m.Invite.Mail.Reminder)
		}
		if !p.link(t, n).Equal(p.link(t, 0)) {
			t.Errorf("mail %d carries another link than the first", n)
		}
	}
	return numbers
}

func (p *post) wantReminders(t *testing.T, want ...int) {
	t.Helper()
	if got := p.reminders(t); !slices.Equal(got, want) {
		t.Errorf("reminders %v were sent, want %v", got, want)
	}
	inv := p.stored(t)
	if inv.Reminders != uint64(len(want)) || inv.SendCount() != 1 {
		t.Errorf("%d reminders and %d mails are counted, want %d and 1", inv.Reminders, inv.SendCount(), len(want))
	}
}

func TestRemindersGoOutInProportionToTheWindow(t *testing.T) {
	for window, want := range map[time.Duration][]time.Duration{
		invite.MinWindow:     nil,
		day - 1:              nil,
		day:                  {12342857 * time.Millisecond, 37028571 * time.Millisecond, 61714285 * time.Millisecond}, // 3.4, 10.3 and 17.1 hours
		7 * day:              {day, 3 * day, 5 * day},
		14 * day:             {2 * day, 6 * day, 10 * day},
		invite.MaxWindow:     {370285714 * time.Millisecond, 1110857142 * time.Millisecond, 1851428571 * time.Millisecond},
		3*day + 12*time.Hour: {12 * time.Hour, 36 * time.Hour, 60 * time.Hour},
	} {
		t.Run(window.String(), func(t *testing.T) {
			p := remindingPost(t, true)
			before := p.invitedFor(t, window)
			began := p.now
			var got []time.Duration
			for {
				inv := p.stored(t)
				if inv.Due.After(inv.ExpiresAt) {
					break
				}
				got = append(got, inv.Due.Sub(began))
				p.now = inv.Due.Add(-time.Millisecond)
				p.until(t, p.now.Sub(began))
				had := len(p.sent)
				p.until(t, inv.Due.Sub(began))
				if len(p.sent) != had+1 {
					t.Fatalf("%d mails at %v, want one more", len(p.sent)-had, got)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("reminders at %v, want %v", got, want)
			}
			p.until(t, window+time.Hour)
			after := p.stored(t)
			if len(p.sent) != 1+len(want) || after.Status != invite.Expired || after.Reminders != uint64(len(want)) || !after.LastSentAt.Equal(before.LastSentAt) {
				t.Errorf("got %d mails and %+v", len(p.sent), after)
			}
			p.reminders(t)
		})
	}
}

func TestATenantWithoutRemindersSendsNone(t *testing.T) {
	p := remindingPost(t, false)
	inv := p.invitedFor(t, 7*day)
	if want := inv.ExpiresAt.Add(invite.ExpireGrace); !inv.Due.Equal(want) {
		t.Errorf("the schedule looks at %v, want %v: not before the expiry", inv.Due, want)
	}
	p.until(t, 6*day)
	if err := p.Redeliver(t.Context(), inv.Key); err != nil { // whoever asks
		t.Fatal(err)
	}
	p.wantReminders(t)
	if after := p.stored(t); after.Version != inv.Version {
		t.Errorf("the record was changed: %+v", after)
	}
}

func TestWhoSwitchesRemindersOffSendsNoneAnyMore(t *testing.T) {
	p := remindingPost(t, true)
	p.invitedFor(t, 7*day)
	p.until(t, 2*day)
	p.wants(t, false)
	p.until(t, 4*day)
	p.wants(t, true) // for invites that are sent from now on
	p.until(t, 6*day)
	p.wantReminders(t, 1)
	if inv := p.stored(t); !inv.Due.Equal(inv.ExpiresAt.Add(invite.ExpireGrace)) {
		t.Errorf("the schedule looks at %v, want it at the expiry", inv.Due)
	}
}

// Whatever a sender was handed, the settings have the last word.
func TestAnImageOfADueReminderIsNoWish(t *testing.T) {
	p := remindingPost(t, true)
	p.invitedFor(t, 7*day)
	p.now = p.now.Add(day)
	image := p.stored(t)
	p.wants(t, false)
	if err := p.Deliver(t.Context(), image); err != nil {
		t.Fatal(err)
	}
	p.wantReminders(t)
}

func TestAResendStartsTheRemindersOver(t *testing.T) {
	p := remindingPost(t, true)
	inv := p.invitedFor(t, 7*day)
	p.until(t, 4*day)
	p.wantReminders(t, 1, 2)
	old := p.link(t, 0)
	p.sent = nil
	again, err := p.Resend(t.Context(), invite.Change{Key: inv.Key, Gen: inv.Gen, Nonce: invite.Nonce{8}, Op: invitetest.Op(p.now), Now: p.now, Retention: invitetest.Retention})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Deliver(t.Context(), again); err != nil {
		t.Fatal(err)
	}
	p.until(t, 6*day)
	if got := p.reminders(t); !slices.Equal(got, []int{1, 2, 3}) || p.link(t, 0).Equal(old) {
		t.Errorf("reminders %v were sent, want all of the new link", got)
	}
	if now := p.stored(t); now.Reminders != 5 || now.SendCount() != 2 {
		t.Errorf("%d reminders and %d mails are counted, want 5 and 2", now.Reminders, now.SendCount())
	}
}

func TestNobodyIsRemindedOfAMailThatDidNotArrive(t *testing.T) {
	for _, n := range invitetest.Notices {
		t.Run(fmt.Sprint(n.Status, " ", n.Reason), func(t *testing.T) {
			p := remindingPost(t, true)
			p.invitedFor(t, 7*day)
			p.until(t, time.Hour)
			p.noted(t, n)
			p.until(t, 2*day)
			switch n.Status {
			case invite.MailDelivered:
				p.wantReminders(t, 1)
			case invite.MailDelayed: // the next one goes out if it has arrived by then
				p.wantReminders(t)
				p.noted(t, invite.Notice{Status: invite.MailDelivered})
				p.until(t, 6*day)
				p.wantReminders(t, 2, 3)
			default:
				p.until(t, 6*day)
				p.wantReminders(t)
			}
		})
	}
	t.Run("a mail that failed", func(t *testing.T) {
		p := remindingPost(t, true)
		p.refusal = &invite.MailError{Reason: invite.ReasonRejected, Err: errors.New("no")}
		p.invitedFor(t, 7*day)
		p.refusal = nil
		p.until(t, 6*day)
		if len(p.sent) != 0 {
			t.Errorf("%d mails", len(p.sent))
		}
	})
	t.Run("a mail that waits", func(t *testing.T) {
		p := remindingPost(t, true)
		p.refusal = &invite.MailError{Reason: invite.ReasonPaused, Temporary: true, Err: errors.New("paused")}
		p.invitedFor(t, 7*day)
		p.until(t, 2*day+23*time.Hour)
		p.refusal = nil
		p.until(t, 6*day)
		p.wantReminders(t, 3) // the second would have come an hour after the mail itself
	})
	t.Run("a reminder that bounced", func(t *testing.T) {
		p := remindingPost(t, true)
		p.invitedFor(t, 7*day)
		p.until(t, day+time.Hour)
		p.noted(t, invite.Notice{Status: invite.MailBounced, Reason: invite.ReasonMailboxFull})
		p.until(t, 6*day)
		p.wantReminders(t, 1)
	})
	t.Run("a paused tenant", func(t *testing.T) {
		p := remindingPost(t, true)
		p.invitedFor(t, 7*day)
		if err := p.Pause(t.Context(), "acme", invite.PausedForBounces, p.now); err != nil {
			t.Fatal(err)
		}
		p.until(t, 6*day)
		p.wantReminders(t)
	})
}

func TestAScheduleThatWasAwaySendsTheLatestReminderAlone(t *testing.T) {
	for away, want := range map[time.Duration][]int{
		3*day + time.Hour:                       {2},
		5*day + time.Hour:                       {3},
		7*day - 14*time.Hour:                    {3},
		7*day - 14*time.Hour + time.Millisecond: nil, // the last twelfth
		7*day + time.Hour:                       nil,
	} {
		p := remindingPost(t, true)
		p.invitedFor(t, 7*day)
		p.now = p.now.Add(away - time.Millisecond)
		p.until(t, away)
		if got := p.reminders(t); !slices.Equal(got, want) {
			t.Errorf("after %v: reminders %v were sent, want %v", away, got, want)
		}
	}
}
