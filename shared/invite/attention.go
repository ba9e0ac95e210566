package invite

import "time"

// Attention is why an open invite needs an admin: a stable code of the API.
type Attention string

// The reasons, the first that holds before the others: a resend does not help where no
// mail arrives, and whoever asks for a new link is waiting for it.
const (
	AttentionBounced    Attention = "bounced"
	AttentionComplained Attention = "complained"
	AttentionSuppressed Attention = "suppressed"
	AttentionFailed     Attention = "failed"
	AttentionAsked      Attention = "asked_again"
	AttentionExpired    Attention = "expired"
	AttentionExpiring   Attention = "expiring"
)

const (
	// attentionAfter is how long an expired invite is news: an admin who looks once a week
	// sees each of them. Those that expired before are in the list of expired ones.
	attentionAfter = 7 * 24 * time.Hour
	// attentionBefore is how long before its end a pending one is: the last day of the
	// window of seven, and the same part of a shorter one.
	attentionBefore = 24 * time.Hour
	attentionPart   = DefaultWindow / attentionBefore
)

// AttentionAt is why the invite needs an admin at an instant; "" where it does not, and
// for every invite that has ended. See docs/decisions/0051-attention-and-counts.md.
func (i *Invite) AttentionAt(now time.Time) Attention {
	status, left := i.StatusAt(now), i.ExpiresAt.Sub(now)
	if status.Class() != Open {
		return ""
	}
	delivery, reason, _ := i.Delivery(now)
	trouble, troubled := attentionOf[delivery]
	switch {
	case troubled && reason != ReasonReminderDropped: // about that one there is nothing to do
		return trouble
	case !i.RenewalRequestedAt().IsZero():
		return AttentionAsked
	case status == Expired && -left < attentionAfter:
		return AttentionExpired
	case status == Pending && left <= min(attentionBefore, i.Window/attentionPart):
		return AttentionExpiring
	}
	return ""
}

// NeedsAttention tells whether there is a reason.
func (i *Invite) NeedsAttention(now time.Time) bool { return i.AttentionAt(now) != "" }

var attentionOf = map[MailStatus]Attention{
	MailBounced: AttentionBounced, MailComplained: AttentionComplained,
	MailSuppressed: AttentionSuppressed, MailFailed: AttentionFailed,
}
