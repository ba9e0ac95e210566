package invite_test

import (
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
)

// What is not here: the words of each reason (reason_test.go).
func TestAdviceFollowsWhatHappened(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	notice := func(s invite.MailStatus, reason string) func(*invite.Invite) {
		return func(i *invite.Invite) { i.Mail.Notice = invite.Notice{Status: s, Reason: reason, At: now} }
	}
	waits := func(reason string) func(*invite.Invite) {
		return func(i *invite.Invite) { i.Mail.Status, i.Mail.Reason = invite.MailQueued, reason }
	}
	failed := func(reason string) func(*invite.Invite) {
		return func(i *invite.Invite) { i.Mail.Status, i.Mail.Reason = invite.MailFailed, reason }
	}
	for _, c := range []struct {
		name   string
		change func(*invite.Invite)
		code   string
		action invite.Action
	}{
		{"the first mail is on its way", func(*invite.Invite) {}, "", ""},
		{"the first resend", func(i *invite.Invite) { i.Seq = 2 }, "spam_filter", invite.ActionAsk},
		{"the second resend", func(i *invite.Invite) { i.Seq = 3 }, "mail_rule", invite.ActionAsk},
		{"the third resend", func(i *invite.Invite) { i.Seq = 4 }, "already_member", invite.ActionReset},
		{"many resends", func(i *invite.Invite) { i.Seq = 9 }, "wrong_address", invite.ActionReinvite},
		{"a resend that has arrived", func(i *invite.Invite) { notice(invite.MailDelivered, "")(i); i.Seq = 2 }, "spam_filter", invite.ActionAsk},
		{"a mistyped provider", func(i *invite.Invite) { i.Email = "ana@gmial.com" }, "wrong_address", invite.ActionReinvite},
		{"a mistyped provider whose mail arrived", func(i *invite.Invite) { notice(invite.MailDelivered, "")(i); i.Email = "ana@gmial.com" }, "", ""},
		{"a mistyped provider from where somebody asked", func(i *invite.Invite) { i.Email, i.AskedAt = "ana@gmial.com", now }, "", ""},
		{"an ending that is unknown", func(i *invite.Invite) { i.Email = "ana@company.newending" }, "unknown_ending", invite.ActionReinvite},
		{"an ending that is unknown, and in one slip from one", func(i *invite.Invite) { i.Email = "ana@company.cpm" }, "wrong_address", invite.ActionReinvite},
		{"an ending that is unknown, where a mail arrived", func(i *invite.Invite) { notice(invite.MailDelivered, "")(i); i.Email = "ana@company.newending" }, "", ""},
		{"an ending for examples", func(i *invite.Invite) { i.Email = "ana@company.test" }, "", ""},
		{"an ending that is not ASCII", func(i *invite.Invite) { i.Email = "ana@xn--e1afmkfd.xn--p1ai" }, "", ""},
		{"many resends, and the last one arrived", func(i *invite.Invite) { notice(invite.MailDelivered, "")(i); i.Seq = 9 }, "already_member", invite.ActionReset},
		{"no mailbox", notice(invite.MailBounced, invite.ReasonMailboxMissing), "wrong_address", invite.ActionReinvite},
		{"a full mailbox", notice(invite.MailBounced, invite.ReasonMailboxFull), "mailbox_full", invite.ActionAsk},
		{"a spam filter", notice(invite.MailBounced, invite.ReasonSpam), "spam_filter", invite.ActionAsk},
		{"a sender that is not authenticated", notice(invite.MailBounced, invite.ReasonUnauthenticated), "unauthenticated", invite.ActionDomain},
		{"a server that is not reached", notice(invite.MailBounced, invite.ReasonServerUnreachable), "unreachable", invite.ActionResend},
		{"an out-of-office reply", notice(invite.MailBounced, invite.ReasonUndetermined), "", ""},
		{"a complaint", notice(invite.MailComplained, invite.ReasonComplained), "marked_as_spam", invite.ActionAsk},
		{"a suppression", notice(invite.MailSuppressed, invite.ReasonSuppressed), "suppressed", invite.ActionOperator},
		{"a sender that is not verified", waits(invite.ReasonSenderUnverified), "sender_unverified", invite.ActionOperator},
		{"sending that is paused", waits(invite.ReasonPaused), "provider_paused", invite.ActionOperator},
		{"a tenant that is paused", waits(invite.ReasonTenantPaused), "tenant_paused", invite.ActionOperator},
		{"a provider that throttles", waits(invite.ReasonThrottled), "mail_waiting", invite.ActionWait},
		{"the provider's sandbox", failed(invite.ReasonSandbox), "mail_failed", invite.ActionOperator},
		{"a refused mail", failed(invite.ReasonRejected), "mail_failed", invite.ActionReinvite},
		{"the person has opted out", func(i *invite.Invite) {
			notice(invite.MailDelivered, "")(i)
			i.OptedOutAt = now
		}, "opted_out", invite.ActionAsk},
		{"the share of the day is used up", func(i *invite.Invite) {
			i.Mail.Status, i.Mail.Reason, i.Mail.At = invite.MailSuppressed, invite.ReasonCapped, now
		}, "capped", invite.ActionWait},
		{"it was accepted", func(i *invite.Invite) { i.Seq, i.Status = 9, invite.Accepted }, "", ""},
		{"it was cancelled", func(i *invite.Invite) {
			notice(invite.MailBounced, invite.ReasonMailboxMissing)(i)
			i.Status = invite.Cancelled
		}, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := &invite.Invite{Status: invite.Pending, Email: "ana@example.com", ExpiresAt: now.Add(time.Hour), Seq: 1,
				Mail: invite.Mail{Status: invite.MailSent, Sender: "noreply@acme.example"}}
			c.change(i)
			a, ok := invite.AdviceAt(i, now)
			if a.Code != c.code || a.Action != c.action || ok != (c.code != "") || ok != (a.Message != "") {
				t.Errorf("got %+v, %t, want %q %q", a, ok, c.code, c.action)
			}
			if c.code == "spam_filter" && !strings.Contains(a.Message, "noreply@acme.example") {
				t.Errorf("the sender to allow is not named: %q", a.Message)
			}
		})
	}
}

func TestABounceAtAMistypedProviderSaysWhatWasMeant(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, reason := range []string{invite.ReasonMailboxMissing, invite.ReasonServerUnreachable} {
		i := &invite.Invite{Status: invite.Pending, Email: "ana@gmial.com", ExpiresAt: now.Add(time.Hour), Seq: 1,
			Mail: invite.Mail{Notice: invite.Notice{Status: invite.MailBounced, Reason: reason, At: now}}}
		a, _ := invite.AdviceAt(i, now)
		if a.Code != "wrong_address" || a.Action != invite.ActionReinvite || a.Email != "ana@gmail.com" || !strings.Contains(a.Message, "ana@gmail.com") {
			t.Errorf("%s: got %+v", reason, a)
		}
	}
}

// The recipient's administrators can do nothing about it, so they are not sent for.
func TestWhoIsNotAuthenticatedLooksIntoTheSendersDNS(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	i := &invite.Invite{Status: invite.Pending, Email: "ana@example.com", ExpiresAt: now.Add(time.Hour), Seq: 1,
		Mail: invite.Mail{Notice: invite.Notice{Status: invite.MailBounced, Reason: invite.ReasonUnauthenticated, At: now}}}
	for sender, domain := range map[string]string{"noreply@acme.example": "from acme.example.", "": "from our sender's domain."} {
		i.Mail.Sender = sender
		a, _ := invite.AdviceAt(i, now)
		for _, want := range []string{domain, "SPF, DKIM and DMARC", "settings"} {
			if !strings.Contains(a.Message, want) {
				t.Errorf("from %q: %q does not say %q", sender, a.Message, want)
			}
		}
		if strings.Contains(a.Message, "administrators") {
			t.Errorf("from %q: got %q", sender, a.Message)
		}
	}
}
