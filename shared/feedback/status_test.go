package feedback_test

import (
	"testing"

	"invites/shared/invite"
)

// The tables of RFC 3463 (X.0.0 to X.7.7) and RFC 7372 (X.7.20 to X.7.26), whole, without
// any words of the server beside the code.
func TestEveryStatusCodeHasItsReason(t *testing.T) {
	const (
		missing = invite.ReasonMailboxMissing
		full    = invite.ReasonMailboxFull
		large   = invite.ReasonTooLarge
		spam    = invite.ReasonSpam
		unauth  = invite.ReasonUnauthenticated
		away    = invite.ReasonServerUnreachable
		bounced = invite.ReasonBounced
	)
	for _, c := range []struct{ detail, meaning, forGood, forNow string }{
		{".0.0", "other undefined status", bounced, away},

		{".1.0", "other address status", missing, away},
		{".1.1", "bad destination mailbox address", missing, away},
		{".1.2", "bad destination system address", missing, away},
		{".1.3", "bad destination mailbox address syntax", missing, away},
		{".1.4", "destination mailbox address ambiguous", missing, away},
		{".1.5", "destination address valid", missing, away},
		{".1.6", "destination mailbox has moved", missing, away},
		{".1.7", "bad sender's mailbox address syntax", bounced, away},
		{".1.8", "bad sender's system address", bounced, away},

		{".2.0", "other mailbox status", bounced, away},
		{".2.1", "mailbox disabled", bounced, away},
		{".2.2", "mailbox full", full, full},
		{".2.3", "message length exceeds administrative limit", large, large},
		{".2.4", "mailing list expansion problem", bounced, away},

		{".3.0", "other mail system status", bounced, away},
		{".3.1", "mail system full", bounced, away},
		{".3.2", "system not accepting network messages", bounced, away},
		{".3.3", "system not capable of selected features", bounced, away},
		{".3.4", "message too big for system", large, large},
		{".3.5", "system incorrectly configured", bounced, away},

		{".4.0", "other network or routing status", away, away},
		{".4.1", "no answer from host", away, away},
		{".4.2", "bad connection", away, away},
		{".4.3", "directory server failure", away, away},
		{".4.4", "unable to route", away, away},
		{".4.5", "mail system congestion", away, away},
		{".4.6", "routing loop detected", away, away},
		{".4.7", "delivery time expired", away, away},

		{".5.0", "other protocol status", bounced, away},
		{".5.1", "invalid command", bounced, away},
		{".5.2", "syntax error", bounced, away},
		{".5.3", "too many recipients", bounced, away},
		{".5.4", "invalid command arguments", bounced, away},
		{".5.5", "wrong protocol version", bounced, away},

		{".6.0", "other media error", bounced, away},
		{".6.1", "media not supported", bounced, away},
		{".6.2", "conversion required and prohibited", bounced, away},
		{".6.3", "conversion required but not supported", bounced, away},
		{".6.4", "conversion with loss performed", bounced, away},
		{".6.5", "conversion failed", bounced, away},

		{".7.0", "other security status", spam, spam},
		{".7.1", "delivery not authorized", spam, spam},
		{".7.2", "mailing list expansion prohibited", spam, spam},
		{".7.3", "security conversion required but not possible", spam, spam},
		{".7.4", "security features not supported", spam, spam},
		{".7.5", "cryptographic failure", spam, spam},
		{".7.6", "cryptographic algorithm not supported", spam, spam},
		{".7.7", "message integrity failure", spam, spam},

		{".7.20", "no passing DKIM signature found", unauth, unauth},
		{".7.21", "no acceptable DKIM signature found", unauth, unauth},
		{".7.22", "no valid author-matched DKIM signature found", unauth, unauth},
		{".7.23", "SPF validation failed", unauth, unauth},
		{".7.24", "SPF validation error", unauth, unauth},
		{".7.25", "reverse DNS validation failed", unauth, unauth},
		{".7.26", "multiple authentication checks failed", unauth, unauth},
	} {
		t.Run(c.detail+" "+c.meaning, func(t *testing.T) {
			for _, code := range []struct{ kind, status, diagnostic, want string }{
				{"Permanent", "5" + c.detail, "", c.forGood},
				{"Transient", "5" + c.detail, "", c.forGood},
				{"Undetermined", "5" + c.detail, "", c.forGood},
				{"Transient", "4" + c.detail, "", c.forNow},
				{"Permanent", "", "smtp; 550-5" + c.detail + " no", c.forGood},
				{"Transient", "", "smtp; 421 4" + c.detail + " no", c.forNow},
			} {
				if got := noticeOf(t, code.kind, "General", code.status, code.diagnostic).Reason; got != code.want {
					t.Errorf("%s %s%s: got %q, want %q", code.kind, code.status, code.diagnostic, got, code.want)
				}
			}
		})
	}
}
