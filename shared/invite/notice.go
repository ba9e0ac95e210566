package invite

import (
	"cmp"
	"strconv"
	"time"
)

// Notice is what the mail provider says became of a mail that it took over.
type Notice struct {
	Status MailStatus // MailDelayed, Delivered, Bounced, Complained, Suppressed or Failed
	Reason string     // one of the Reason constants, or ""
	At     time.Time  // when it happened, by the provider's clock
}

// IsZero tells whether nothing was said.
func (n Notice) IsZero() bool { return n.Status == "" }

// Rank orders notices of one mail: the highest that came is what is true of it,
// whatever order and however often they come in.
//
//	1 delayed               the provider is still trying
//	2 bounced, auto-reply   an out-of-office answer is reported as a bounce "transient, general"
//	3 delivered
//	4 bounced for a while   such as a mailbox that is full; reported after an accept as well
//	5 failed                the provider refused the mail itself
//	6 bounced for good      reported after an accept as well
//	7 suppressed            the provider sends nothing to this address
//	8 complained            it had arrived, and the person does not want it
func (n Notice) Rank() int {
	switch n.Status {
	case MailDelayed:
		return 1
	case MailDelivered:
		return 3
	case MailBounced:
		switch n.Reason {
		case ReasonUndetermined:
			return 2
		case ReasonMailboxFull, ReasonTooLarge, ReasonSpam, ReasonUnauthenticated, ReasonServerUnreachable:
			return 4
		}
		return bouncedRank
	case MailFailed:
		return 5
	case MailSuppressed:
		return suppressedRank
	case MailComplained:
		return complainedRank
	}
	return 0
}

// The ranks from which on nothing would arrive, see [Invite.CannotSend]. BlockedFrom
// is the lowest of them.
const (
	BlockedFrom    = bouncedRank
	bouncedRank    = 6
	suppressedRank = 7
	complainedRank = 8
)

// Outranks tells whether n says more than o. It is a total order, so that a set of
// notices has one highest: of two of the same rank the later one counts.
func (n Notice) Outranks(o Notice) bool {
	return cmp.Or(cmp.Compare(n.Rank(), o.Rank()), n.At.Compare(o.At), cmp.Compare(n.Reason, o.Reason)) > 0
}

// Notification brings a notice about a mail of generation Gen of an address.
type Notification struct {
	Key      Key
	Gen      Gen
	Seq      uint64
	Reminder int // of mail Seq; 0 for that mail itself
	Notice   Notice
	Now      time.Time
}

// Note keeps a notice that says more than the ones before it. The lease of a sender
// is never touched: a notice may come before its answer. Where that answer has not come,
// the mail left when it was last tried.
//
// Of a mail that a reminder has followed only that counts which is true of the reminder
// as well: that nothing arrives, or that the person does not want it.
//
// Errors: Superseded where the notice is about an older mail or says nothing new.
func (n Notification) Note(old *Invite) (*Invite, error) {
	rank := n.Notice.Rank()
	if old == nil || old.Gen != n.Gen || old.Seq != n.Seq || rank == 0 || !n.Notice.Outranks(old.Mail.Notice) {
		return nil, refuse(Superseded, old, "")
	}
	if n.Reminder > old.Mail.Reminder || n.Reminder < old.Mail.Reminder && rank < BlockedFrom {
		return nil, refuse(Superseded, old, "")
	}
	next := old.clone()
	next.Version++
	next.Mail.Notice = n.Notice
	if mark, ok := n.Mark(); ok {
		e := next.event("", n.Notice.At, Person{}, OperationID{})
		e.Mark = mark
		next.Events = append(next.Events, e)
	}
	if !old.Mail.settled() {
		if n.Reminder == old.Mail.Reminder {
			next.left(old.Mail.At)
		}
		if old.Status == Pending {
			next.Due = next.rest(n.Now)
		}
	}
	return next, nil
}

// Mark returns the mark of the event that the notice is, where it is one. Mail and
// reason are part of it: the provider may say two things in the same millisecond.
func (n Notification) Mark() (string, bool) {
	t, ok := eventOfNotice[n.Notice.Status]
	if !ok {
		return "", false
	}
	mark := EventMark(t, n.Notice.At, OperationID{}) + "-" + strconv.FormatUint(n.Seq, 36) + "-" + n.Notice.Reason
	if n.Reminder > 0 {
		mark += "-" + strconv.Itoa(n.Reminder)
	}
	return mark, true
}

var eventOfNotice = map[MailStatus]EventType{
	MailDelivered: EventDelivered, MailBounced: EventBounced, MailComplained: EventComplained,
	MailSuppressed: EventSuppressed, MailFailed: EventFailed,
}

// Blocked says why nothing would arrive at an address, and what a caller who knows
// better must confirm: the delivery status, or "" where nothing helps.
type Blocked struct {
	Reason  string
	Confirm MailStatus
	Until   time.Time // when it ends by itself; zero where nobody knows
}

// CannotSend tells whether it is known that a further mail would not arrive: the person
// has opted out, or what became of the newest mail says so. confirm is a delivery status
// that the caller has seen and wants to send in spite of: a new hire's mailbox may exist
// by now, an operator may have taken the address off the provider's list.
func (i *Invite) CannotSend(confirm MailStatus, now time.Time) (Blocked, bool) {
	if i.OptedOut() {
		return Blocked{Reason: ReasonOptedOut}, true
	}
	if until := i.Mail.cappedUntil(); until.After(now) {
		return Blocked{Reason: ReasonCapped, Until: until}, true
	}
	n := i.Mail.Notice
	b := Blocked{Reason: n.Reason}
	switch n.Rank() {
	case bouncedRank, suppressedRank:
		b.Confirm = n.Status
	case complainedRank:
	default:
		return Blocked{}, false
	}
	return b, b.Confirm == "" || b.Confirm != confirm
}
