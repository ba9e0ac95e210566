package invite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
)

// The committed record is the outbox: create and resend leave a mail "queued" in
// it, and a sender claims that mail, hands it over and settles it.
//
// Promise: nothing is lost, and a second copy goes out only after a crash between
// the hand-over and its record; that copy carries the same link.

// Claim asks for the lease on mail Seq of generation Gen and brings the digest of
// the link that the mail will carry.
type Claim struct {
	Key        Key
	Gen        Gen
	Seq        uint64
	Owner      string // of the lease; unique for every attempt
	Link       Digest
	KeyVersion string
	Now        time.Time
}

// Claim takes the lease. The link is live from here on.
//
// Errors: Superseded where that mail is no longer wanted; Sending where another
// sender has the lease; WrongLinkKey where an earlier attempt minted the link with
// another version of the key, which the error's invite names; [ErrReplayed].
func (c Claim) Claim(old *Invite) (*Invite, error) {
	if old == nil || old.Gen != c.Gen || old.Seq != c.Seq || old.StatusAt(c.Now) != Pending {
		return nil, refuse(Superseded, old, "")
	}
	switch {
	case old.Mail.settled():
		return nil, refuse(Superseded, old, "")
	case old.Mail.Status == MailQueued:
	case old.Mail.Lease.Owner == c.Owner:
		return old, ErrReplayed
	case old.LeasedAt(c.Now):
		return nil, old.sending(c.Now)
	}
	if !old.Link.IsZero() && !old.Link.Equal(c.Link) {
		return nil, refuse(WrongLinkKey, old, "")
	}
	next := old.clone()
	next.Version++
	next.Link = c.Link
	next.Links = append([]LinkMark{MarkOf(c.Link)}, old.Links...)
	next.Links = next.Links[:min(len(next.Links), MaxLinks)]
	next.Mail.Status = MailSending
	next.Mail.At = c.Now
	next.Mail.Attempts++
	next.Mail.KeyVersion = c.KeyVersion
	next.Mail.Lease = Lease{Owner: c.Owner, Until: c.Now.Add(LeaseTime)}
	return next, nil
}

// Settlement says what became of a claimed mail: MailSent, MailFailed, MailSuppressed
// where we do not send it, or MailQueued again to be tried at RetryAt.
type Settlement struct {
	Key       Key
	Gen       Gen
	Seq       uint64
	Reminder  int // as claimed: Mail.Reminder
	Owner     string
	Status    MailStatus
	Reason    string
	MessageID string
	Sender    string
	RetryAt   time.Time
	ExpiresAt time.Time // of the claimed invite: when the schedule looks next
	RemindAt  time.Time // of a mail that was sent: when it looks before that, for the next reminder; zero for none
	Now       time.Time
}

// Settle gives the lease back with the outcome.
//
// Errors: Superseded where the lease is not Owner's any more; [ErrReplayed].
func (s Settlement) Settle(old *Invite) (*Invite, error) {
	if old == nil || old.Gen != s.Gen || old.Seq != s.Seq {
		return nil, refuse(Superseded, old, "")
	}
	if s.MessageID != "" && old.Mail.MessageID == s.MessageID {
		return old, ErrReplayed
	}
	if old.Mail.Lease.Owner != s.Owner || old.Mail.Reminder != s.Reminder {
		return nil, refuse(Superseded, old, "")
	}
	next := old.clone()
	next.Version++
	next.Mail.Status = s.Status
	next.Mail.Reason = s.Reason
	next.Mail.At = s.Now
	next.Mail.Lease = Lease{}
	if s.Status == MailSent {
		next.Mail.MessageID = s.MessageID
		next.Mail.Sender = s.Sender
		next.left(s.Now)
	}
	if mark, ok := s.Mark(); ok {
		e := next.event("", s.Now, Person{}, OperationID{})
		e.Mark = mark
		next.Events = append(next.Events, e)
	}
	if len(old.Ops) > MaxOps {
		next.Ops, _ = ForgetOps(old.Ops, s.Now)
	}
	if old.Status == Pending {
		next.Due = old.ExpiresAt.Add(ExpireGrace)
		switch {
		case s.Status == MailQueued:
			next.Due = s.RetryAt
		case s.Status == MailSent && !s.RemindAt.IsZero():
			next.Due = s.RemindAt
		}
	}
	return next, nil
}

// Mark returns the mark of the event that the outcome is, where it is one: that a mail
// has failed or was suppressed. The mail is part of it: two may fail in one millisecond,
// with a resend between them.
func (s Settlement) Mark() (string, bool) {
	if s.Status != MailFailed && s.Status != MailSuppressed {
		return "", false
	}
	return EventMark(eventOfNotice[s.Status], s.Now, OperationID{}) + "-" + strconv.FormatUint(s.Seq, 36) + "-" + s.Reason, true
}

// Outbox sends the mails that records promise.
type Outbox struct {
	Store    OutboxStore
	Settings SettingsReader
	Standing StandingStore
	Keys     LinkKeys
	OptOut   LinkKeys // of opt-out links
	Mailer   Mailer
	LinkBase string // scheme and host of every link to us, from configuration alone
	Caps     *Caps  // nil for none
	Owner    func() string
	Pace     *Pace // of the hand-overs; nil for none
	Now      func() time.Time
	Wait     func(context.Context, time.Duration) error // sleeps, or ends with the context
}

// Redeliver sends the mail of the record at k if one is waiting, or the reminder that
// is due. The schedule calls for it.
func (o *Outbox) Redeliver(ctx context.Context, k Key) error {
	inv, err := o.Store.Get(ctx, k)
	if KindOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("redeliver: %w", err)
	}
	if inv.reminderWaits(o.Now()) {
		return o.remind(ctx, inv)
	}
	return o.deliver(ctx, inv)
}

// Deliver sends the mail of inv, which may be an old image of the record: only a
// claim on the record as it is now decides. It returns an error only where trying
// again soon helps; whatever the provider refuses is settled in the record.
//
// A mail waits for its turn before it is claimed, so nobody holds a lease and sleeps.
// One whose turn would come too late for this sender stays as it is: the schedule
// has it sent.
func (o *Outbox) Deliver(ctx context.Context, inv *Invite) error {
	if !o.Pace.busy(o.Now()) {
		return o.deliver(ctx, inv)
	}
	// The longer the queue, the more often the schedule has been quicker: a read costs
	// less than a turn for nothing.
	return o.Redeliver(ctx, inv.Key)
}

// deliver is Deliver for a record that was read just now, or one that need not wait.
func (o *Outbox) deliver(ctx context.Context, inv *Invite) error {
	for range turns {
		if !inv.WaitsForSender(o.Now()) || !o.turn(ctx) {
			return nil
		}
		again, err := o.attempt(ctx, inv)
		if err != nil || again == nil {
			return err
		}
		inv = again
	}
	return nil
}

// attempt claims the mail, hands it over and settles it. It returns the record where
// the provider found that too fast, so that the next turn tries it again.
func (o *Outbox) attempt(ctx context.Context, inv *Invite) (again *Invite, err error) {
	settings, err := o.Settings.Settings(ctx, inv.Tenant)
	if err != nil {
		o.Pace.giveBack()
		return nil, fmt.Errorf("deliver: settings: %w", err)
	}
	if inv.Mail.settled() && !settings.Reminders {
		o.Pace.giveBack()
		return nil, nil
	}
	standing, err := o.Standing.Standing(ctx, inv.Tenant)
	if err != nil {
		o.Pace.giveBack()
		return nil, fmt.Errorf("deliver: standing: %w", err)
	}
	optOut, err := o.optOut(ctx, inv.Key)
	if err != nil {
		o.Pace.giveBack()
		return nil, fmt.Errorf("deliver: opt-out key: %w", err)
	}
	claimed, token, err := o.claim(ctx, inv, inv.Mail.KeyVersion)
	if KindOf(err) == WrongLinkKey {
		var e *Error
		errors.As(err, &e)
		claimed, token, err = o.claim(ctx, e.Invite, e.Invite.Mail.KeyVersion)
	}
	if err != nil {
		o.Pace.giveBack()
	}
	switch KindOf(err) {
	case Superseded, Sending:
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("deliver: claim: %w", err)
	}
	receipt, sendErr := o.handOver(ctx, standing, Message{
		Invite: *claimed, Settings: settings, Link: settings.LinkOf(o.LinkBase, token), OptOut: optOut,
	})
	settled, reason, err := o.settle(ctx, claimed, settings, receipt, sendErr)
	switch reason {
	case "":
		o.Pace.taken()
	case ReasonThrottled:
		o.Pace.tooFast(o.Now())
	case ReasonTenantPaused, ReasonReminderDropped, ReasonOptedOut, ReasonCapped:
		o.Pace.giveBack()
	}
	if err == nil {
		err = o.judgeSender(ctx, inv.Tenant, standing, reason)
	}
	if err != nil || reason != ReasonThrottled || o.Pace == nil {
		return nil, err
	}
	return settled, nil
}

// judgeSender keeps what a mail told of its sender, for all its other mails.
func (o *Outbox) judgeSender(ctx context.Context, t TenantID, known Standing, reason string) error {
	now := o.Now()
	fresh := known.Trouble == reason && (reason == "" || known.TroubleAt.Add(troubleLife/2).After(now))
	if fresh || reason != "" && !senderTroubles[reason] {
		return nil
	}
	if err := o.Standing.Trouble(ctx, t, reason, now); err != nil {
		return fmt.Errorf("deliver: standing: %w", err)
	}
	return nil
}

func (o *Outbox) claim(ctx context.Context, inv *Invite, version string) (*Invite, Token, error) {
	key, version, err := o.Keys.LinkKey(ctx, version)
	if err != nil {
		return nil, Token{}, fmt.Errorf("link key: %w", err)
	}
	token := MintToken(key, inv.Key, inv.Gen, inv.Seq, inv.Mail.Nonce)
	take := o.Store.Claim
	if inv.Mail.settled() {
		take = o.Store.Remind
	}
	claimed, err := take(ctx, Claim{
		Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Owner: o.Owner(),
		Link: token.Digest(), KeyVersion: version, Now: o.Now(),
	})
	return claimed, token, err
}

// sendMargin ends a hand-over well before its lease, so that a sender that slept
// never sends a link which a resend has killed in the meantime.
const sendMargin = 20 * time.Second

func (o *Outbox) handOver(ctx context.Context, standing Standing, m Message) (Receipt, error) {
	inv := &m.Invite
	if inv.OptedOut() {
		return Receipt{}, &MailError{Reason: ReasonOptedOut, Err: errors.New("the person has opted out")}
	}
	if now := o.Now(); !o.Caps.allow(ctx, inv, now) {
		return Receipt{}, &MailError{Reason: ReasonCapped, At: now, Err: errors.New("the share of the day is used up")}
	}
	if !standing.PausedAt.IsZero() {
		return Receipt{}, &MailError{Reason: ReasonTenantPaused, Temporary: true, Err: errors.New("paused")}
	}
	if err := inv.dropped(m.Settings, o.Now()); err != nil {
		return Receipt{}, err
	}
	left := inv.Mail.Lease.Until.Sub(o.Now()) - sendMargin
	if left <= 0 {
		return Receipt{}, &MailError{Reason: ReasonUnreachable, Temporary: true, Err: errors.New("the lease is nearly over")}
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-settleTime))
		defer cancel()
	}
	ctx, cancel := context.WithTimeout(ctx, left)
	defer cancel()
	return o.Mailer.Send(ctx, m)
}

// settle records the outcome and returns the record after it, or nil where the mail is
// no longer the sender's, and the outcome's reason.
func (o *Outbox) settle(ctx context.Context, inv *Invite, of Settings, r Receipt, sendErr error) (settled *Invite, reason string, err error) {
	now := o.Now()
	s := Settlement{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Reminder: inv.Mail.Reminder, Owner: inv.Mail.Lease.Owner, Now: now,
		ExpiresAt: inv.ExpiresAt,
		Status:    MailSent, MessageID: r.MessageID, Sender: r.Sender}
	if of.Reminders {
		s.RemindAt = inv.nextReminder(now)
	}
	if sendErr != nil {
		s.Status, s.Reason = MailQueued, ReasonUnreachable
		s.RetryAt = now.Add(Backoff(inv.Mail.Attempts))
		var e *MailError
		if errors.As(sendErr, &e) {
			s.Reason = e.Reason
			if !e.Temporary {
				s.Status = MailFailed
			}
			if e.Reason == ReasonOptedOut || e.Reason == ReasonCapped {
				s.Status = MailSuppressed
			}
			if !e.At.IsZero() {
				s.Now = e.At
			}
			if e.Reason == ReasonThrottled { // not this mail's fault, and the pace answers for it
				s.RetryAt = now.Add(Backoff(1))
			}
		}
	}
	settled, err = o.Store.Settle(ctx, s)
	if err != nil && KindOf(err) != Superseded {
		return nil, s.Reason, fmt.Errorf("deliver: settle: %w", err)
	}
	return settled, s.Reason, nil
}

// Backoff is the wait after a number of failed attempts: 1, 2, 4, 8, then every
// 15 minutes, until the invite expires. The schedule looks once a minute.
func Backoff(attempts int) time.Duration {
	const most = 15 * time.Minute
	if attempts > 4 {
		return most
	}
	return time.Minute << max(attempts-1, 0)
}
