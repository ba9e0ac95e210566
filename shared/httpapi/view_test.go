package httpapi

import (
	"testing"
	"time"

	"invites/shared/invite"
)

func TestARowCountsRemindersApart(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	inv := &invite.Invite{Status: invite.Pending, ExpiresAt: now.Add(time.Hour), Seq: 2, LastSentAt: now.Add(-time.Hour)}
	before := viewOf(inv, now)
	if before.ReminderCount != 0 || before.LastReminderAt != nil {
		t.Errorf("got %d, %v before any", before.ReminderCount, before.LastReminderAt)
	}
	inv.Reminders, inv.LastReminderAt, inv.Mail.Reminder = 4, now, 2
	after := viewOf(inv, now)
	if after.ReminderCount != 4 || !time.Time(*after.LastReminderAt).Equal(now) {
		t.Errorf("got %d, %v", after.ReminderCount, after.LastReminderAt)
	}
	if after.SendCount != before.SendCount || after.ETag != before.ETag || *after.LastSentAt != *before.LastSentAt {
		t.Errorf("got %+v, want it but for the reminders as %+v", after, before)
	}
}

func TestARowSaysWhetherItCanBeResent(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	notice := func(s invite.MailStatus, reason string) *invite.Invite {
		return &invite.Invite{Status: invite.Pending, ExpiresAt: now.Add(time.Hour), Seq: 1,
			Mail: invite.Mail{Status: invite.MailSent, Notice: invite.Notice{Status: s, Reason: reason, At: now}}}
	}
	for _, c := range []struct {
		name    string
		inv     *invite.Invite
		can     bool
		confirm string
	}{
		{"a mail that arrived", notice(invite.MailDelivered, ""), true, ""},
		{"a mail that bounced must be confirmed", notice(invite.MailBounced, invite.ReasonMailboxMissing), true, "bounced"},
		{"a full mailbox need not", notice(invite.MailBounced, invite.ReasonMailboxFull), true, ""},
		{"a sender that is not authenticated need not", notice(invite.MailBounced, invite.ReasonUnauthenticated), true, ""},
		{"a server that was not reached need not", notice(invite.MailBounced, invite.ReasonServerUnreachable), true, ""},
		{"an address on the provider's list must be confirmed", notice(invite.MailSuppressed, invite.ReasonSuppressed), true, "suppressed"},
		{"a complaint ends it", notice(invite.MailComplained, invite.ReasonComplained), false, ""},
		{"somebody who has opted out", &invite.Invite{Status: invite.Pending, ExpiresAt: now.Add(time.Hour), Seq: 1, OptedOutAt: now,
			Mail: invite.Mail{Status: invite.MailSent}}, false, ""},
		{"the share of today is used up", &invite.Invite{Status: invite.Pending, ExpiresAt: now.Add(time.Hour), Seq: 1,
			Mail: invite.Mail{Status: invite.MailSuppressed, Reason: invite.ReasonCapped, At: now.Add(-12 * time.Hour)}}, false, ""},
		{"the share of yesterday was used up", &invite.Invite{Status: invite.Pending, ExpiresAt: now.Add(time.Hour), Seq: 1,
			Mail: invite.Mail{Status: invite.MailSuppressed, Reason: invite.ReasonCapped, At: now.Add(-12*time.Hour - time.Millisecond)}}, true, ""},
		{"an accepted one is over", &invite.Invite{Status: invite.Accepted, Seq: 1}, false, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := viewOf(c.inv, now)
			confirm := ""
			if v.ResendConfirm != nil {
				confirm = *v.ResendConfirm
			}
			if v.CanResend != c.can || confirm != c.confirm || (v.ResendBlockedReason == nil) != c.can {
				t.Errorf("got %t, confirm %q, reason %v", v.CanResend, confirm, v.ResendBlockedReason)
			}
			if v.Delivery.Code != "" && v.Delivery.Reason == nil {
				t.Errorf("the code %q has no words", v.Delivery.Code)
			}
		})
	}
}
