package invite

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// A reminder is a further mail about the newest link, for a tenant that wants them:
// it changes neither the link nor the expiry, and is no resend. It goes out on days 1,
// 3 and 5 of a window of seven, and in proportion in any other. The record holds its
// mail as it holds the invite's own, with the same lease, outcome and notices.
//
// Nobody asks for a reminder, so none is owed: one that cannot go out in its time is
// left out, and of those that were missed only the latest is sent.

const (
	// MaxReminders is how many follow one link at most.
	MaxReminders = 3
	// A window has seven parts; reminder n is due when 2n-1 of them are over.
	windowParts = 7
	// minRemindedWindow is the shortest window that has reminders.
	minRemindedWindow = 24 * time.Hour
	// Nobody is reminded in the last hours: the last twelfth of the window, and no less
	// than minLastHours.
	lastPart     = 12
	minLastHours = 6 * time.Hour
	// gapPart of a window lies between two mails at least, where one was late.
	gapPart = 14
)

// reminderAt is when reminder n of the newest link is due.
func (i *Invite) reminderAt(n int) time.Time {
	asked := i.ExpiresAt.Add(-i.Window)
	return asked.Add(i.Window / windowParts * time.Duration(2*n-1)).Truncate(time.Millisecond)
}

// inTime tells whether a reminder may still leave at an instant.
func (i *Invite) inTime(at time.Time) bool {
	return i.Window >= minRemindedWindow && i.ExpiresAt.Sub(at) >= max(i.Window/lastPart, minLastHours)
}

// mayRemind tells whether reminders may follow the newest mail: it is not known that
// it did not arrive or was not welcome.
func (i *Invite) mayRemind() bool {
	if i.OptedOut() {
		return false
	}
	switch i.Mail.Notice.Status {
	case "", MailDelayed, MailDelivered:
		return i.Mail.Status != MailFailed && i.Mail.Status != MailSuppressed
	}
	return false
}

// ReminderDue returns the number of the reminder that is to go out at an instant, as
// far as the record says; 0 for none. The tenant's settings have the last word.
func (i *Invite) ReminderDue(now time.Time) int {
	sent := i.Mail.settled() && i.Mail.Notice.Status != MailDelayed && now.Sub(i.Mail.At) >= i.Window/gapPart
	if i.StatusAt(now) != Pending || i.LeasedAt(now) || !sent || !i.mayRemind() || !i.inTime(now) {
		return 0
	}
	for n := MaxReminders; n > i.Mail.Reminder; n-- {
		if !i.reminderAt(n).After(now) {
			return n
		}
	}
	return 0
}

// nextReminder is when the next reminder is due after a mail that left at an instant;
// zero for none.
func (i *Invite) nextReminder(now time.Time) time.Time {
	if !i.mayRemind() {
		return time.Time{}
	}
	for n := i.Mail.Reminder + 1; n <= MaxReminders; n++ {
		if at := i.reminderAt(n); i.inTime(at) && at.Sub(now) >= i.Window/gapPart {
			return at
		}
	}
	return time.Time{}
}

// rest is when the schedule looks next at an invite whose mail is settled. Whether its
// tenant has reminders is found out then.
func (i *Invite) rest(now time.Time) time.Time {
	if at := i.nextReminder(now); !at.IsZero() {
		return at
	}
	return i.ExpiresAt.Add(ExpireGrace)
}

// left notes when the newest mail left.
func (i *Invite) left(at time.Time) {
	if i.Mail.Reminder > 0 {
		i.LastReminderAt = at
	} else {
		i.LastSentAt = at
	}
}

// reminderWaits tells whether the timer of a reminder has run out.
func (i *Invite) reminderWaits(now time.Time) bool {
	return i.StatusAt(now) == Pending && !i.LeasedAt(now) && i.Mail.settled() && !i.Due.After(now)
}

// Remind takes the lease on the reminder that is due. It demands the live link, which
// the reminder carries, and changes nothing about it.
//
// Errors: Superseded where none is due; WrongLinkKey where the link was minted with
// another version of the key, which the error's invite names; [ErrReplayed].
func (c Claim) Remind(old *Invite) (*Invite, error) {
	if old == nil || old.Gen != c.Gen || old.Seq != c.Seq {
		return nil, refuse(Superseded, old, "")
	}
	if old.Mail.Status == MailSending && old.Mail.Lease.Owner == c.Owner {
		return old, ErrReplayed
	}
	n := old.ReminderDue(c.Now)
	if n == 0 {
		return nil, refuse(Superseded, old, "")
	}
	if !old.Link.Equal(c.Link) {
		return nil, refuse(WrongLinkKey, old, "")
	}
	next := old.clone()
	next.Version++
	next.Reminders++
	next.Mail = Mail{Status: MailSending, At: c.Now, Attempts: 1, Reminder: n, Nonce: old.Mail.Nonce, KeyVersion: c.KeyVersion,
		Lease: Lease{Owner: c.Owner, Until: c.Now.Add(LeaseTime)}, Sender: old.Mail.Sender}
	next.Events = append(next.Events, next.event(EventReminded, c.Now, Person{}, OperationID{}))
	return next, nil
}

// Deferral says that the reminder whose timer has run out is not to go out.
type Deferral struct {
	Key Key
	Gen Gen
	Seq uint64
	All bool // nor are those after it
	Now time.Time
}

// Defer moves the timer on: to the next reminder, or to the expiry.
//
// Errors: Superseded where no timer of a reminder has run out.
func (d Deferral) Defer(old *Invite) (*Invite, error) {
	if old == nil || old.Gen != d.Gen || old.Seq != d.Seq || !old.reminderWaits(d.Now) {
		return nil, refuse(Superseded, old, "")
	}
	next := old.clone()
	next.Version++
	next.Due = old.ExpiresAt.Add(ExpireGrace)
	if !d.All {
		next.Due = old.rest(d.Now)
	}
	return next, nil
}

// remind sends the reminder of inv, whose timer has run out, or moves the timer on: the
// tenant wants none any more or is paused, the mail before did not arrive, the key of
// its link is gone, it is too late.
func (o *Outbox) remind(ctx context.Context, inv *Invite) error {
	settings, err := o.Settings.Settings(ctx, inv.Tenant)
	if err != nil {
		return fmt.Errorf("remind: settings: %w", err)
	}
	standing, err := o.Standing.Standing(ctx, inv.Tenant)
	if err != nil {
		return fmt.Errorf("remind: standing: %w", err)
	}
	if settings.Reminders && standing.PausedAt.IsZero() && inv.ReminderDue(o.Now()) > 0 {
		if err := o.deliver(ctx, inv); !errors.Is(err, ErrNoLinkKey) {
			return err
		}
	}
	_, err = o.Store.Defer(ctx, Deferral{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, All: !settings.Reminders, Now: o.Now()})
	if err != nil && KindOf(err) != Superseded {
		return fmt.Errorf("remind: defer: %w", err)
	}
	return nil
}

// dropped says why a reminder that has waited for its sender is not to go out any more.
func (i *Invite) dropped(s Settings, now time.Time) error {
	switch {
	case i.Mail.Reminder == 0:
		return nil
	case !s.Reminders:
		return &MailError{Reason: ReasonReminderDropped, Err: errors.New("reminders were switched off")}
	case !i.inTime(now):
		return &MailError{Reason: ReasonReminderDropped, Err: errors.New("the invite is about to expire")}
	}
	return nil
}
