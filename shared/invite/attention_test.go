package invite_test

import (
	"testing"
	"time"

	"invites/shared/invite"
)

// What is not here: what the lists make of it (invitetest) and the reasons of a delivery
// (advice_test.go, optout_test.go).
func TestAnInviteNeedsAnAdmin(t *testing.T) {
	const day, week = 24 * time.Hour, 7 * 24 * time.Hour
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	type change = func(*invite.Invite)
	notice := func(s invite.MailStatus, reason string) change {
		return func(i *invite.Invite) { i.Mail.Notice = invite.Notice{Status: s, Reason: reason, At: now} }
	}
	mail := func(s invite.MailStatus, reason string) change {
		return func(i *invite.Invite) { i.Mail.Status, i.Mail.Reason = s, reason }
	}
	ends := func(in time.Duration) change { return func(i *invite.Invite) { i.ExpiresAt = now.Add(in) } }
	ofWindow := func(w, left time.Duration) change {
		return func(i *invite.Invite) { i.Window, i.ExpiresAt = w, now.Add(left) }
	}
	asked := func(i *invite.Invite) { i.AskedAt, i.AskedSeq = now, i.Seq }
	optedOut := func(i *invite.Invite) { i.OptedOutAt = now }
	is := func(s invite.Status) change { return func(i *invite.Invite) { i.Status = s } }
	all := func(changes ...change) change {
		return func(i *invite.Invite) {
			for _, c := range changes {
				c(i)
			}
		}
	}
	for _, c := range []struct {
		name   string
		change change
		want   invite.Attention
	}{
		{"a mail that arrived", notice(invite.MailDelivered, ""), ""},
		{"a mail that is late", notice(invite.MailDelayed, invite.ReasonDelayed), ""},
		{"a mail that is queued", mail(invite.MailQueued, ""), ""},
		{"a mail that waits for the operator", mail(invite.MailQueued, invite.ReasonSenderUnverified), ""},
		{"no mailbox", notice(invite.MailBounced, invite.ReasonMailboxMissing), invite.AttentionBounced},
		{"an answer that says nothing", notice(invite.MailBounced, invite.ReasonUndetermined), invite.AttentionBounced},
		{"a complaint", notice(invite.MailComplained, invite.ReasonComplained), invite.AttentionComplained},
		{"the provider's list", notice(invite.MailSuppressed, invite.ReasonSuppressed), invite.AttentionSuppressed},
		{"a share used up", mail(invite.MailSuppressed, invite.ReasonCapped), invite.AttentionSuppressed},
		{"somebody who has opted out", optedOut, invite.AttentionSuppressed},
		{"a mail that failed", mail(invite.MailFailed, invite.ReasonSandbox), invite.AttentionFailed},
		{"a mail that never left before the end", all(mail(invite.MailQueued, ""), ends(-30*day)), invite.AttentionFailed},
		{"a reminder that was not sent", mail(invite.MailFailed, invite.ReasonReminderDropped), ""},
		{"a reminder that was not sent, on the last day", all(mail(invite.MailFailed, invite.ReasonReminderDropped), ends(day)), invite.AttentionExpiring},
		{"somebody asked", asked, invite.AttentionAsked},
		{"somebody asked before the newest mail", func(i *invite.Invite) { i.AskedAt, i.AskedSeq = now, i.Seq-1 }, ""},
		{"a bounce comes before the asking", all(asked, notice(invite.MailBounced, invite.ReasonMailboxMissing)), invite.AttentionBounced},
		{"the asking comes before the end", all(asked, ends(-time.Hour)), invite.AttentionAsked},

		{"a day is left", ends(day), invite.AttentionExpiring},
		{"a little more is left", ends(day + time.Millisecond), ""},
		{"the last instant", ends(time.Millisecond), invite.AttentionExpiring},
		{"this instant it has expired", ends(0), invite.AttentionExpired},
		{"marked expired", all(is(invite.Expired), ends(-time.Hour)), invite.AttentionExpired},
		{"expired almost a week ago", ends(-week + time.Millisecond), invite.AttentionExpired},
		{"expired a week ago", all(is(invite.Expired), ends(-week)), ""},
		{"an hour's window has just begun", ofWindow(time.Hour, time.Hour), ""},
		{"a seventh of an hour's window is left", ofWindow(time.Hour, time.Hour/7), invite.AttentionExpiring},
		{"a little more than that", ofWindow(time.Hour, time.Hour/7+time.Millisecond), ""},
		{"two days of a month are left", ofWindow(30*day, 2*day), ""},
		{"a day of a month is left", ofWindow(30*day, day), invite.AttentionExpiring},

		{"accepted", all(is(invite.Accepted), asked, ends(-time.Hour), notice(invite.MailBounced, "")), ""},
		{"cancelled", all(is(invite.Cancelled), asked, ends(-time.Hour), optedOut), ""},
		{"released", all(is(invite.Released), asked, ends(time.Hour)), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			inv := &invite.Invite{Status: invite.Pending, Seq: 3, FirstSeq: 1, Window: week, ExpiresAt: now.Add(3 * day), Mail: invite.Mail{Status: invite.MailSent}}
			c.change(inv)
			if got := inv.AttentionAt(now); got != c.want || inv.NeedsAttention(now) != (c.want != "") {
				t.Errorf("got %q and %t, want %q", got, inv.NeedsAttention(now), c.want)
			}
		})
	}
}
