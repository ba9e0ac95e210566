package feedback_test

import (
	"strings"
	"testing"

	"invites/shared/feedback"
	"invites/shared/invite"
)

// The diagnostics are shaped after what large receivers answer.
func TestWhyAMailCameBack(t *testing.T) {
	const (
		missing = invite.ReasonMailboxMissing
		full    = invite.ReasonMailboxFull
		large   = invite.ReasonTooLarge
		spam    = invite.ReasonSpam
		bounced = invite.ReasonBounced
		unclear = invite.ReasonUndetermined
	)
	for _, c := range []struct {
		kind, sub, status, diagnostic string
		want                          string
	}{
		{"Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown", missing},
		{"Permanent", "General", "5.1.2", "", missing},
		{"Permanent", "General", "5.1.10", "smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", missing},
		{"Permanent", "General", "5.4.310", "smtp; 550 5.4.310 DNS domain gmial.example does not exist", missing},
		{"Permanent", "General", "5.0.0", "smtp; 550-5.1.1 The email account that you tried to reach does not exist.", missing},
		{"Permanent", "General", "5.0.0", "smtp; 550 No such user here", missing},
		{"Permanent", "General", "5.4.1", "smtp; 550 5.4.1 Recipient address rejected: Access denied.", missing},
		{"Permanent", "General", "", "", bounced},
		{"Permanent", "General", "5.3.0", "smtp; 550 5.3.0 no", bounced},
		{"Permanent", "General", "5.5.0", "smtp; 550 host [4.1.1.7] and 195.1.1.7 said no", bounced},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 Message rejected", spam},
		{"Permanent", "General", "5.7.26", "", spam},
		{"Permanent", "General", "5.0.0", "smtp; 554 Your access to this mail system has been rejected due to poor reputation", spam},
		{"Permanent", "General", "5.2.2", "", full},
		{"Permanent", "General", "5.3.4", "", large},
		{"Permanent", "General", "5.0.0", "smtp; 552 Message size exceeds fixed maximum message size", large},
		{"Permanent", "General", "5.0.0", "smtp; 552 MAILBOX FULL", full},
		{"Permanent", "NoEmail", "", "", missing},
		{"Permanent", "Suppressed", "5.1.1", "", invite.ReasonSuppressed},
		{"Permanent", "OnAccountSuppressionList", "", "", invite.ReasonSuppressed},
		{"Permanent", "UnsubscribedRecipient", "", "", invite.ReasonSuppressed},
		{"Transient", "General", "", "", unclear},
		{"Transient", "General", "5.0.0", "smtp; I am out of the office", unclear},
		{"Transient", "General", "4.1.1", "smtp; 450 4.1.1 user unknown", unclear}, // not for good
		{"Transient", "General", "4.4.7", "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS for gmial.example>", missing},
		{"Transient", "General", "4.4.7", "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.1 Unable to connect>", unclear},
		{"Transient", "General", "4.7.1", "smtp; 550 4.7.1 try later", spam},
		{"Transient", "CustomTimeoutExceeded", "", "", unclear},
		{"Transient", "MailboxFull", "", "", full},
		{"Transient", "MessageTooLarge", "", "", large},
		{"Transient", "ContentRejected", "", "", spam},
		{"Transient", "AttachmentRejected", "", "", spam},
		{"Undetermined", "Undetermined", "", "", unclear},
		{"Permanent", "General", "", strings.Repeat("x", 1<<16) + " user unknown", bounced}, // only its beginning is read
	} {
		t.Run(c.kind+" "+c.sub+" "+c.status+" "+c.want, func(t *testing.T) {
			got, err := feedback.Parse(changed(t, "event/bounce", func(d map[string]any) {
				b := object(d, "bounce")
				b["bounceType"], b["bounceSubType"] = c.kind, c.sub
				b["bouncedRecipients"] = []any{map[string]any{"emailAddress": "ana@example.com", "status": c.status, "diagnosticCode": c.diagnostic}}
			}))
			if err != nil || got.Notice.Reason != c.want {
				t.Errorf("%s: got %q, %v, want %q", c.diagnostic, got.Notice.Reason, err, c.want)
			}
			want := invite.MailBounced
			if c.want == invite.ReasonSuppressed {
				want = invite.MailSuppressed
			}
			if got.Notice.Status != want {
				t.Errorf("got %s, want %s", got.Notice.Status, want)
			}
		})
	}
}

func TestAReportOfAMachineIsNoComplaint(t *testing.T) {
	for feedbackType, want := range map[any]invite.MailStatus{
		"abuse": invite.MailComplained, "fraud": invite.MailComplained, "other": invite.MailComplained, "virus": invite.MailComplained,
		nil: invite.MailComplained, "not-spam": "", "auth-failure": "",
	} {
		got, err := feedback.Parse(changed(t, "event/complaint", func(d map[string]any) {
			object(d, "complaint")["complaintFeedbackType"] = feedbackType
		}))
		if got.Notice.Status != want || (err == nil) != (want != "") {
			t.Errorf("%v: got %q, %v, want %q", feedbackType, got.Notice.Status, err, want)
		}
	}
}
