package feedback_test

import (
	"os"
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
		unauth  = invite.ReasonUnauthenticated
		away    = invite.ReasonServerUnreachable
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
		{"Permanent", "General", "5.7.26", "", unauth},
		{"Permanent", "General", "5.0.0", "smtp; 550-5.7.26 Your email has been blocked", unauth},
		{"Permanent", "General", "5.0.0", "smtp; 550 SPF check failed", unauth},
		{"Permanent", "General", "", "smtp; 550 Reject due to DKIM-Policy", unauth},
		{"Permanent", "General", "5.7.30", "smtp; 550-5.7.30 DKIM = did not pass", unauth},
		{"Permanent", "General", "5.7.27", "smtp; 550-5.7.27 SPF [example.com] with ip: [192.0.2.1] = did not pass", unauth},
		{"Permanent", "General", "5.1.1", "smtp; 550 5.1.1 Unauthenticated email is not accepted", unauth}, // before the status
		{"Transient", "General", "4.4.7", "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421-4.7.26 rate limited>", unauth},
		// What only looks like it: names, a check that was passed, and somebody who should sign in.
		{"Permanent", "General", "5.1.1", "smtp; 550 5.1.1 <dmarc@example.com>: user unknown", missing},
		{"Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown at spf.example", missing},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 likely unsolicited, see https://support.example/answer#authentication", spam},
		{"Permanent", "General", "5.7.1", "smtp; 550 5.7.1 rejected as spam (spf=pass dkim=pass)", spam},
		{"Permanent", "General", "5.7.133", "smtp; 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required; " +
			"Delivery restriction check failed because the sender was not authenticated when sending to this group", spam},
		{"Permanent", "General", "5.0.0", "smtp; 530 SMTP authentication is required.", bounced},
		{"Permanent", "General", "5.0.0", "smtp; 554 Your access to this mail system has been rejected due to poor reputation", spam},
		{"Permanent", "General", "5.2.2", "", full},
		{"Permanent", "General", "5.3.4", "", large},
		{"Permanent", "General", "5.0.0", "smtp; 552 Message size exceeds fixed maximum message size", large},
		{"Permanent", "General", "5.0.0", "smtp; 552 MAILBOX FULL", full},
		{"Permanent", "General", "", "smtp; 550 spam@example.com: No such user", missing},
		{"Permanent", "General", "5.1.7", "smtp; 550 5.1.7 Sender address rejected: user unknown", bounced},
		{"Permanent", "General", "5.1.8", "smtp; 550 5.1.8 Domain of sender address does not exist", bounced},
		{"Permanent", "General", "5.1.0", "smtp; 550 5.1.0 Address rejected", missing},
		{"Permanent", "General", "5.1.0", "smtp; 550 5.1.0 Sender address rejected: Domain not found", bounced},
		{"Permanent", "General", "", "smtp; 550 Sender address rejected: Domain not found", bounced},
		{"Permanent", "General", "5.2.1", "smtp; 550 5.2.1 mailbox disabled", bounced},
		{"Permanent", "General", "5.4.1", "smtp; 550 5.4.1 no answer from host", away},
		{"Permanent", "General", "5.4.6", "smtp; 550 5.4.6 mail loops back to myself", away},
		{"Permanent", "General", "5.4.4", "smtp; 550 5.4.4 Host or domain name not found. Host not found", missing},
		{"Transient", "General", "4.4.3", "smtp; 451 4.4.3 Host or domain name not found. Host not found, try again", away},
		{"Permanent", "NoEmail", "5.7.26", "", missing}, // SES's subtype comes first
		{"Permanent", "NoEmail", "", "", missing},
		{"Permanent", "Suppressed", "5.1.1", "", invite.ReasonSuppressed},
		{"Permanent", "OnAccountSuppressionList", "", "", invite.ReasonSuppressed},
		{"Permanent", "OnTenantSuppressionList", "5.1.1", "", invite.ReasonSuppressed},
		{"Permanent", "EmailValidationSuppressed", "5.1.1", "smtp; 550 5.1.1 user unknown", invite.ReasonSuppressed},
		{"Transient", "EmailValidationSuppressed", "", "", invite.ReasonSuppressed},
		{"Permanent", "UnsubscribedRecipient", "", "", invite.ReasonSuppressed},
		{"Transient", "General", "", "", unclear},
		{"Transient", "General", "5.0.0", "smtp; I am out of the office", unclear},
		{"Transient", "General", "5.0.0", "smtp; 550 no", bounced},
		{"Transient", "General", "", "smtp; 550 no", bounced},
		{"Transient", "General", "", "smtp; 450 later", away},
		{"Transient", "General", "", "smtp; user unknown", missing},
		{"Transient", "General", "4.1.1", "smtp; 450 4.1.1 user unknown", missing}, // for half a day
		{"Transient", "General", "4.1.1", "smtp; 450 4.1.1 Recipient address rejected: unverified address", away},
		{"Transient", "General", "4.1.8", "smtp; 450 4.1.8 Sender address rejected: Domain not found", away},
		{"Transient", "General", "4.3.2", "smtp; 421 4.3.2 system not accepting messages", away},
		{"Transient", "General", "4.4.7", "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to lookup DNS for gmial.example>", missing},
		{"Transient", "General", "4.4.7", "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.1 Unable to connect>", away},
		{"Transient", "General", "4.4.7", "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<452 4.2.2 mailbox full>", full},
		{"Transient", "General", "4.4.7", "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<451 4.7.1 Greylisted>", spam},
		{"Transient", "General", "4.4.7", "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes.<432 4.3.2 too many connections>", away},
		{"Transient", "General", "4.4.7", "", away},
		{"Permanent", "General", "5.4.7", "smtp; 550 5.4.7 Delivery expired", away},
		{"Transient", "General", "4.7.1", "smtp; 550 4.7.1 try later", spam},
		{"Transient", "CustomTimeoutExceeded", "", "", away},
		{"Transient", "MailboxFull", "", "", full},
		{"Transient", "MessageTooLarge", "", "", large},
		{"Transient", "ContentRejected", "", "", spam},
		{"Transient", "AttachmentRejected", "", "", spam},
		{"Undetermined", "Undetermined", "", "", unclear},
		{"Undetermined", "Undetermined", "5.1.1", "", missing},
		{"Permanent", "General", "", strings.Repeat("x", 1<<16) + " user unknown", bounced}, // only its beginning is read
	} {
		t.Run(c.kind+" "+c.sub+" "+c.status+" "+c.want, func(t *testing.T) {
			got := noticeOf(t, c.kind, c.sub, c.status, c.diagnostic)
			if got.Reason != c.want {
				t.Errorf("%s: got %q, want %q", c.diagnostic, got.Reason, c.want)
			}
			want := invite.MailBounced
			if c.want == invite.ReasonSuppressed {
				want = invite.MailSuppressed
			}
			if got.Status != want {
				t.Errorf("got %s, want %s", got.Status, want)
			}
		})
	}
}

// noticeOf parses a bounce of SES.
func noticeOf(t *testing.T, kind, sub, status, diagnostic string) invite.Notice {
	t.Helper()
	r, err := feedback.Parse(changed(t, "event/bounce", func(d map[string]any) {
		b := object(d, "bounce")
		b["bounceType"], b["bounceSubType"] = kind, sub
		b["bouncedRecipients"] = []any{map[string]any{"emailAddress": "ana@example.com", "status": status, "diagnosticCode": diagnostic}}
	}))
	if err != nil {
		t.Fatal(err)
	}
	return r.Notice
}

// The cases are from public fault reports and real exports.
func TestBouncesAsTheyCame(t *testing.T) {
	text, err := os.ReadFile("testdata/bounces.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(c) != 5 {
			t.Fatalf("%q has %d columns, want 5", line, len(c))
		}
		seen++
		if got := noticeOf(t, c[0], c[1], c[2], c[3]); got.Reason != c[4] || got.Status != invite.MailBounced {
			t.Errorf("%s: got %s %q", line, got.Status, got.Reason)
		}
	}
	if seen < 21 {
		t.Errorf("%d cases read", seen)
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

func TestAComplaintOfAListIsASuppression(t *testing.T) {
	for _, sub := range []string{"OnAccountSuppressionList", "OnTenantSuppressionList"} {
		got, err := feedback.Parse(changed(t, "event/complaint", func(d map[string]any) {
			object(d, "complaint")["complaintSubType"] = sub
		}))
		if err != nil || got.Notice.Status != invite.MailSuppressed || got.Notice.Reason != invite.ReasonSuppressed {
			t.Errorf("%s: got %+v, %v", sub, got.Notice, err)
		}
	}
}
