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

func TestAReminderThatTheProviderDoesNotTakeIsTriedAgainInItsTime(t *testing.T) {
	throttled := &invite.MailError{Reason: invite.ReasonThrottled, Temporary: true, Err: errors.New("slow down")}
	for _, c := range []struct {
		name   string
		mends  func(*testing.T, *post)
		want   []int
		status invite.MailStatus
		reason string
	}{
		{"it takes it later", func(t *testing.T, p *post) { p.until(t, 5*day+6*time.Hour); p.refusal = nil }, []int{1, 2, 3}, invite.MailSent, ""},
		{"it takes it when it is too late", func(t *testing.T, p *post) { p.until(t, 6*day+11*time.Hour); p.refusal = nil }, []int{1, 2}, invite.MailFailed, invite.ReasonReminderDropped},
		{"reminders are switched off meanwhile", func(t *testing.T, p *post) { p.until(t, 5*day+6*time.Hour); p.wants(t, false); p.refusal = nil }, []int{1, 2}, invite.MailFailed, invite.ReasonReminderDropped},
		{"it never takes it", func(t *testing.T, p *post) {
			p.refusal = &invite.MailError{Reason: invite.ReasonRejected, Err: errors.New("no")}
			p.until(t, 5*day+6*time.Hour)
			p.refusal = nil
		}, []int{1, 2}, invite.MailFailed, invite.ReasonRejected},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := remindingPost(t, true)
			p.invitedFor(t, 7*day)
			p.until(t, 4*day)
			p.refusal = throttled
			p.until(t, 5*day)
			if status, reason, _ := p.stored(t).Delivery(p.now); status != invite.MailQueued || reason != invite.ReasonThrottled {
				t.Errorf("the row says %s %q of a reminder that waits", status, reason)
			}
			c.mends(t, p)
			p.until(t, 7*day-time.Hour)
			if got := p.reminders(t); !slices.Equal(got, c.want) {
				t.Errorf("reminders %v were sent, want %v", got, c.want)
			}
			inv := p.stored(t)
			if status, reason, _ := inv.Delivery(p.now); status != c.status || reason != c.reason || inv.Reminders != 3 {
				t.Errorf("the row says %s %q and %d reminders, want %s %q and 3", status, reason, inv.Reminders, c.status, c.reason)
			}
			if c.reason != "" && invite.ReasonText(c.reason) == invite.ReasonText("unknown") {
				t.Errorf("%q has no words", c.reason)
			}
			if _, err := p.Accept(t.Context(), invite.Acceptance{Key: inv.Key, Link: p.link(t, 0), Now: p.now, Retention: invitetest.Retention}); err != nil {
				t.Errorf("the link that all mails carry: %v", err)
			}
		})
	}
}

// Bad news of the mail before it keeps back a reminder that still waits.
func TestAReminderThatWaitsIsKeptBackByAComplaint(t *testing.T) {
	p := remindingPost(t, true)
	inv := p.invitedFor(t, 7*day)
	p.refusal = &invite.MailError{Reason: invite.ReasonThrottled, Temporary: true, Err: errors.New("slow down")}
	p.until(t, day+time.Hour)
	p.refusal = nil
	complaint := invite.Notification{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Now: p.now,
		Notice: invite.Notice{Status: invite.MailComplained, Reason: invite.ReasonComplained, At: p.now}}
	if _, err := p.Note(t.Context(), complaint); err != nil {
		t.Fatal(err)
	}
	p.until(t, 6*day)
	if got := p.reminders(t); len(got) != 0 {
		t.Errorf("reminders %v were sent", got)
	}
	now := p.stored(t)
	if status, _, _ := now.Delivery(p.now); status != invite.MailComplained || !now.Due.Equal(now.ExpiresAt.Add(invite.ExpireGrace)) {
		t.Errorf("the row says %s and is due at %v, want the complaint and the expiry", status, now.Due)
	}
}

// A reminder that nobody sent before the end did not take the invite's own mail with it.
func TestAReminderThatOutlivedItsInviteIsNoMailThatWasLost(t *testing.T) {
	p := remindingPost(t, true)
	p.invitedFor(t, 7*day)
	p.settles = func(invite.Settlement) error { return errors.New("killed") }
	p.now = p.now.Add(day)
	_ = p.Redeliver(t.Context(), p.stored(t).Key)
	p.now = p.now.Add(7 * day)
	inv := p.stored(t)
	if status, reason, _ := inv.Delivery(p.now); status != invite.MailFailed || reason != invite.ReasonReminderDropped {
		t.Errorf("the row says %s %q", status, reason)
	}
	if a, ok := invite.AdviceAt(inv, p.now); ok {
		t.Errorf("the advice is %+v, want none: there is nothing to mend", a)
	}
}

func TestASenderThatDiesWithAReminderSendsOneMoreCopyAtMost(t *testing.T) {
	for name, die := range map[string]func(*post){
		"before the provider": func(p *post) {
			p.refusal = errors.New("killed")
			p.settles = func(invite.Settlement) error { return p.refusal }
		},
		"after the provider": func(p *post) { p.settles = func(invite.Settlement) error { return errors.New("killed") } },
	} {
		t.Run(name, func(t *testing.T) {
			p := remindingPost(t, true)
			inv := p.invitedFor(t, 7*day)
			p.version = "2" // the key was changed meanwhile: the link keeps its own
			p.now = p.now.Add(day)
			die(p)
			if err := p.Redeliver(t.Context(), inv.Key); err == nil {
				t.Error("the sender lives")
			}
			had := len(p.sent)
			p.refusal, p.settles = nil, nil
			p.until(t, 2*day)
			if got := p.reminders(t); len(p.sent) != had+1 || slices.Max(got) != 1 {
				t.Errorf("reminders %v after %d mails", got, had)
			}
			if now := p.stored(t); now.Reminders != 1 || now.Mail.KeyVersion != "1" || now.Mail.Status != invite.MailSent || !now.Link.Equal(inv.Link) {
				t.Errorf("got %d reminders and %+v", now.Reminders, now.Mail)
			}
		})
	}
	t.Run("after the provider with the mail itself, and the provider says so", func(t *testing.T) {
		p := remindingPost(t, true)
		p.settles = func(invite.Settlement) error { return errors.New("killed") }
		_ = p.Deliver(t.Context(), p.invited(t))
		p.settles = nil
		p.noted(t, invite.Notice{Status: invite.MailDelivered})
		p.until(t, 2*day)
		p.wantReminders(t, 1)
	})
}

func TestAReminderNeedsTheKeyOfItsLink(t *testing.T) {
	p := remindingPost(t, true)
	inv := p.invitedFor(t, 7*day)
	p.Keys = keysWithout{p, inv.Mail.KeyVersion}
	p.version = "2"
	p.until(t, 6*day)
	p.wantReminders(t)
	if now := p.stored(t); !now.Due.Equal(now.ExpiresAt.Add(invite.ExpireGrace)) {
		t.Errorf("the schedule looks at %v, want it to leave the invite alone", now.Due)
	}
}

// keysWithout has forgotten a version.
type keysWithout struct {
	invite.LinkKeys
	version string
}

func (k keysWithout) LinkKey(ctx context.Context, version string) ([]byte, string, error) {
	if version == k.version {
		return nil, "", fmt.Errorf("version %q: %w", version, invite.ErrNoLinkKey)
	}
	return k.LinkKeys.LinkKey(ctx, version)
}

func TestNobodyIsRemindedOfWhatHasEnded(t *testing.T) {
	for name, ends := range map[string]func(*testing.T, *post, invite.Change){
		"accepted": func(t *testing.T, p *post, c invite.Change) {
			if _, err := p.Accept(t.Context(), invite.Acceptance{Key: c.Key, Link: p.link(t, 0), Now: p.now, Retention: invitetest.Retention}); err != nil {
				t.Fatal(err)
			}
		},
		"cancelled": func(t *testing.T, p *post, c invite.Change) {
			if _, err := p.Cancel(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		},
		"resent": func(t *testing.T, p *post, c invite.Change) {
			if _, err := p.Resend(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		},
		"expired": func(_ *testing.T, p *post, _ invite.Change) { p.now = p.now.Add(7 * day) },
	} {
		t.Run(name, func(t *testing.T) {
			p := remindingPost(t, true)
			inv := p.invitedFor(t, 7*day)
			p.now = p.now.Add(day)
			image := p.stored(t) // as somebody saw it who was late
			ends(t, p, invite.Change{Key: inv.Key, Gen: inv.Gen, Nonce: invite.Nonce{8}, Op: invitetest.Op(p.now), Now: p.now, Retention: invitetest.Retention})
			for _, send := range []func() error{func() error { return p.Deliver(t.Context(), image) }, func() error { return p.Redeliver(t.Context(), inv.Key) }} {
				if err := send(); err != nil {
					t.Error(err)
				}
			}
			for _, m := range p.sent[1:] {
				if m.Invite.Mail.Reminder > 0 || name != "resent" {
					t.Errorf("reminder %d of mail %d was sent", m.Invite.Mail.Reminder, m.Invite.Seq)
				}
			}
		})
	}
}
