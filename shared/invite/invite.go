package invite

import (
	"fmt"
	"slices"
	"time"
)

// Status is where an invite stands.
type Status string

// The states of an invite. A reader sees the effective one, see [Invite.StatusAt].
const (
	Pending   Status = "pending"
	Expired   Status = "expired"
	Accepted  Status = "accepted"
	Cancelled Status = "cancelled"
	Released  Status = "released"
)

// Statuses lists every state in the order of a life.
var Statuses = []Status{Pending, Expired, Accepted, Cancelled, Released}

// Valid tells whether s is one of the states.
func (s Status) Valid() bool { return slices.Contains(Statuses, s) }

// Class groups the states as the lists do: an open invite is pending or expired.
type Class int

// The classes, in the order of the index of lists.
const (
	Ended Class = iota // cancelled, released
	Done               // accepted
	Open               // pending, expired
)

// Class returns the class that lists the state.
func (s Status) Class() Class {
	switch s {
	case Accepted:
		return Done
	case Cancelled, Released:
		return Ended
	default:
		return Open
	}
}

// MailStatus is what became of the newest mail of an invite.
type MailStatus string

// The states of a mail. The service sets the first three and Failed; the rest
// come from notices of the mail provider.
const (
	MailQueued     MailStatus = "queued"
	MailSending    MailStatus = "sending"
	MailSent       MailStatus = "sent"
	MailDelivered  MailStatus = "delivered"
	MailDelayed    MailStatus = "delayed"
	MailBounced    MailStatus = "bounced"
	MailComplained MailStatus = "complained"
	MailSuppressed MailStatus = "suppressed"
	MailFailed     MailStatus = "failed"
)

// Person is who did something, as the verified token says. Any part may be empty.
type Person struct {
	ID    string
	Name  string
	Email string
}

// Lease is the right of one sender to send the current mail until an instant.
type Lease struct {
	Owner string
	Until time.Time
}

// Mail is the outbox part of an invite: the newest mail asked for.
type Mail struct {
	Status     MailStatus
	Reason     string // one of the Reason constants, where Status needs one
	At         time.Time
	Attempts   int
	Reminder   int // which reminder of the link this is, 1 to [MaxReminders]; 0 for the invite's own mail
	Nonce      Nonce
	KeyVersion string // of the link key the token was minted with
	Lease      Lease
	MessageID  string // the provider's
	Sender     string // address the mail went from
	Notice     Notice // what the provider has said of it; zero for nothing yet
}

// SetupCode is one code that redeems an accept.
type SetupCode struct {
	Digest Digest
	Ends   time.Time
}

// Operation remembers that a request took effect, so that its repetition is
// answered as the success it was.
type Operation struct {
	ID    OperationID
	Body  BodyDigest
	At    time.Time // whole seconds
	Keyed bool      // by an Idempotency-Key of the caller, else by the request's id
}

// OperationID is a digest of call and Idempotency-Key (or request id).
type OperationID [8]byte

// BodyDigest tells whether a repeated key came with the same body.
type BodyDigest [4]byte

// Invite is one record: the invite of one address in one tenant. All times are
// UTC in whole milliseconds.
type Invite struct {
	Tenant    TenantID
	Key       Key
	Gen       Gen
	Seq       uint64 // mails asked for, over all generations of the address
	FirstSeq  uint64 // Seq before this generation's first mail
	Version   uint64 // rises with every change
	Status    Status // as stored; see StatusAt
	Email     Address
	Name      string
	Role      string
	Locale    string
	InvitedBy Person

	Window     time.Duration // how long each link lives
	CreatedAt  time.Time
	ExpiresAt  time.Time
	LastSentAt time.Time // of the invite's own mail; reminders have their own
	AcceptedAt time.Time
	RedeemedAt time.Time
	EndedAt    time.Time // of a cancelled or released one
	PurgeAt    time.Time // end of the retention in whole seconds; zero until the invite ends
	AskedAt    time.Time // when the holder of a dead link last asked for a new one
	AskedSeq   uint64    // Seq at that time; see RenewalRequestedAt
	OptedOutAt time.Time // since when the address wants no invites of the tenant; zero where it does not mind

	// Reminders counts those of this generation that left a sender or failed to;
	// LastReminderAt is when the newest left.
	Reminders      uint64
	LastReminderAt time.Time

	Mail     Mail
	Link     Digest // of the one live link; zero while there is none
	Accepted Digest // of the link that was accepted
	Codes    []SetupCode
	Ops      []Operation
	Links    []LinkMark // of every link the address was sent, newest first; see MaxLinks
	Events   []Event    // that are not known to be published, oldest first
	Due      time.Time  // when the schedule looks at it next; zero for never
}

// ID returns the public id.
func (i *Invite) ID() ID { return IDOf(i.Key, i.Gen) }

// SendCount is how many mails were asked for in this generation: the first one
// and every resend.
func (i *Invite) SendCount() uint64 { return i.Seq - i.FirstSeq }

// StatusAt is the state a reader sees: a pending invite is expired from the
// instant its time is up, whether or not the schedule has marked it.
func (i *Invite) StatusAt(now time.Time) Status {
	if i.Status == Pending && !i.ExpiresAt.After(now) {
		return Expired
	}
	return i.Status
}

// GoneAt tells whether the record's retention is over. Every operation treats
// such a record as absent, whether or not TTL has removed it (rule 10).
func (i *Invite) GoneAt(now time.Time, r Retention) bool {
	if !i.PurgeAt.IsZero() {
		return !i.PurgeAt.After(now)
	}
	return i.Status == Pending && !i.ExpiresAt.Add(r.Expired).After(now)
}

// OptedOut tells whether the person wants no invites of the tenant.
func (i *Invite) OptedOut() bool { return !i.OptedOutAt.IsZero() }

// LeasedAt tells whether a sender is at work.
func (i *Invite) LeasedAt(now time.Time) bool { return i.Mail.Lease.Until.After(now) }

// MailWaitsAt tells whether the newest mail is still to be sent and nobody is
// sending it.
func (i *Invite) MailWaitsAt(now time.Time) bool {
	return i.StatusAt(now) == Pending && !i.LeasedAt(now) && !i.Mail.settled()
}

// WaitsForSender tells whether a sender has something to see to: a mail that waits, or
// the timer of a reminder that has run out.
func (i *Invite) WaitsForSender(now time.Time) bool {
	return i.MailWaitsAt(now) || i.reminderWaits(now)
}

// settled tells whether nobody has to hand the mail over any more: its sender said
// so, or the provider did, whose notices come from mails that it has taken.
func (m Mail) settled() bool {
	return m.Status != MailQueued && m.Status != MailSending || !m.Notice.IsZero()
}

// ETag covers status, send count and expiry, not delivery. It is readable, so a
// conditional write can demand it without a read.
func (i *Invite) ETag(now time.Time) ETag {
	return ETag{Status: i.StatusAt(now), Seq: i.Seq, ExpiresAt: i.ExpiresAt}
}

// ETag is the state a caller has seen.
type ETag struct {
	Status    Status
	Seq       uint64
	ExpiresAt time.Time
}

// Equal compares the instants and not their zones.
func (e ETag) Equal(other ETag) bool {
	return e.Status == other.Status && e.Seq == other.Seq && e.ExpiresAt.Equal(other.ExpiresAt)
}

// String returns the entity tag without its quotes.
func (e ETag) String() string {
	return fmt.Sprintf("%s-%d-%d", e.Status, e.Seq, e.ExpiresAt.UnixMilli())
}

// Retention is how long records are kept after their end.
type Retention struct {
	Ended   time.Duration // accepted, cancelled and released ones
	Expired time.Duration // how long an expired one can be resent
}

// Delivery is what a row tells of the newest mail at an instant. The provider's
// word counts for more than the sender's. A mail that was still waiting when its
// invite ended will not be sent, and the row says so. Of an open invite it counts most
// that the person has opted out.
func (i *Invite) Delivery(now time.Time) (MailStatus, string, time.Time) {
	if i.OptedOut() && i.Status.Class() == Open {
		return MailSuppressed, ReasonOptedOut, i.OptedOutAt
	}
	if n := i.Mail.Notice; !n.IsZero() {
		return n.Status, n.Reason, n.At
	}
	waiting := i.Mail.Status == MailQueued || i.Mail.Status == MailSending && !i.LeasedAt(now)
	if waiting {
		switch i.StatusAt(now) {
		case Expired:
			if i.Mail.Reminder > 0 {
				return MailFailed, ReasonReminderDropped, i.ExpiresAt
			}
			return MailFailed, ReasonExpired, i.ExpiresAt
		case Cancelled:
			return MailFailed, ReasonCancelled, i.Mail.At
		case Accepted, Released: // whoever accepted had the mail, whatever became of its sender
			return MailSent, "", i.AcceptedAt
		case Pending:
		}
	}
	return i.Mail.Status, i.Mail.Reason, i.Mail.At
}
