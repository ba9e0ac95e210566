package invite

import (
	"context"
	"fmt"
	"time"
)

// Standing is how the mails of a tenant fare: whether the service has paused the
// tenant, and whether its sender could not be used of late.
type Standing struct {
	PausedAt  time.Time // zero where the tenant is not paused
	PausedFor string    // PausedForBounces or PausedForComplaints
	// Since is when an operator let the tenant send again: what happened on the days
	// before does not count any more. Zero where nobody had to.
	Since     time.Time
	Trouble   string // why the provider took no mail from the sender; "" where it does
	TroubleAt time.Time
}

// troubleLife is how long a trouble is believed without being met again. A waiting
// mail meets it every 15 minutes (see [Backoff]), so it ends soon after its cause.
const troubleLife = 17 * time.Minute

// Blocks says why no mail of the tenant would leave at an instant, if that is known.
func (s Standing) Blocks(now time.Time) (reason string, blocked bool) {
	switch {
	case !s.PausedAt.IsZero():
		return ReasonTenantPaused, true
	case s.Trouble != "" && s.TroubleAt.Add(troubleLife).After(now):
		return s.Trouble, true
	}
	return "", false
}

// senderTroubles are the reasons that hold for every mail of the sender.
var senderTroubles = map[string]bool{
	ReasonSenderUnverified: true, ReasonPaused: true, ReasonDenied: true, ReasonMisconfigured: true,
}

// Tally counts what became of a tenant's mails.
type Tally struct {
	Delivered, Bounced, Complained uint64
}

// Add returns the sum.
func (t Tally) Add(o Tally) Tally {
	return Tally{t.Delivered + o.Delivered, t.Bounced + o.Bounced, t.Complained + o.Complained}
}

// IsZero tells whether nothing was counted.
func (t Tally) IsZero() bool { return t == Tally{} }

// TallyOf is what a notice counts as: bounces for good, as the provider counts them.
func TallyOf(n Notice) (t Tally) {
	switch {
	case n.Status == MailDelivered:
		t.Delivered = 1
	case n.Rank() == bouncedRank:
		t.Bounced = 1
	case n.Status == MailComplained:
		t.Complained = 1
	}
	return t
}

// TallyDays is how many UTC days are judged together.
const TallyDays = 7

// PauseRule is when a tenant is paused: where one of its rates reaches a line and the
// count is more than a few people's bad luck. SES puts a whole account under review
// from 5 % bounces and 0.1 % complaints on.
type PauseRule struct {
	BounceRate    float64 // of delivered and bounced mails
	ComplaintRate float64 // of delivered mails
	// MinBounces and MinComplaints are the counts below which no rate is judged.
	MinBounces, MinComplaints uint64
}

// Judge returns PausedForBounces or PausedForComplaints where the tenant is to be
// paused, else "".
func (r PauseRule) Judge(t Tally) string {
	switch {
	case t.Complained >= max(r.MinComplaints, 1) && float64(t.Complained) >= r.ComplaintRate*float64(t.Delivered):
		return PausedForComplaints
	case t.Bounced >= max(r.MinBounces, 1) && float64(t.Bounced) >= r.BounceRate*float64(t.Delivered+t.Bounced):
		return PausedForBounces
	}
	return ""
}

// StandingReader finds the standing of a tenant; the zero one where nothing is known.
type StandingReader interface {
	Standing(context.Context, TenantID) (Standing, error)
}

// StandingStore keeps standings and tallies. Unavailable where the database cannot be
// reached.
type StandingStore interface {
	StandingReader
	// Trouble notes that the sender could not be used, or with "" that it can.
	Trouble(ctx context.Context, t TenantID, reason string, now time.Time) error
	// Count adds to the tally of the day of an instant.
	Count(ctx context.Context, t TenantID, day time.Time, add Tally) error
	// Tally sums the days from one to another, both included.
	Tally(ctx context.Context, t TenantID, from, to time.Time) (Tally, error)
	// Pause pauses a tenant. It leaves one alone that is paused already.
	Pause(ctx context.Context, t TenantID, reason string, now time.Time) error
}

// Announcer tells the operator's systems of a tenant that is being paused. It may be
// told twice of one pause, with the same event id.
type Announcer interface {
	TenantPaused(ctx context.Context, p Pausing) error
}

// Pausing is the news that a tenant is paused.
type Pausing struct {
	Tenant TenantID
	Reason string
	Tally  Tally
	At     time.Time
}

// ID is the id of its event: one a tenant, reason and UTC day, so that a pause that is
// announced twice is known for one.
func (p Pausing) ID() string {
	return eventID("invites/paused\x00" + string(p.Tenant) + "\x00" + p.Reason + "\x00" + p.At.UTC().Format(time.DateOnly))
}

// Warden watches what becomes of each tenant's mails and pauses a tenant whose bounces
// or complaints would endanger everybody's.
type Warden struct {
	Store    StandingStore
	Rule     PauseRule
	Announce Announcer
	Now      func() time.Time
}

// Weigh counts a notice that was taken over into a record, and pauses the tenant where
// it is too much. It announces first: a pause that nobody heard of is worse than one
// that is announced twice. A notice that could not be weighed is not weighed again: the
// next bounce or complaint judges all that was counted.
func (w *Warden) Weigh(ctx context.Context, t TenantID, n Notice) error {
	add := TallyOf(n)
	if add.IsZero() {
		return nil
	}
	now := w.Now()
	if err := w.Store.Count(ctx, t, now, add); err != nil {
		return fmt.Errorf("weigh: %w", err)
	}
	if add.Delivered > 0 {
		return nil // can only better the rates
	}
	s, err := w.Store.Standing(ctx, t)
	if err != nil {
		return fmt.Errorf("weigh: %w", err)
	}
	if !s.PausedAt.IsZero() {
		return nil
	}
	from := now.AddDate(0, 0, 1-TallyDays)
	if s.Since.After(from) {
		from = s.Since
	}
	sum, err := w.Store.Tally(ctx, t, from, now)
	if err != nil {
		return fmt.Errorf("weigh: %w", err)
	}
	reason := w.Rule.Judge(sum)
	if reason == "" {
		return nil
	}
	if err := w.Announce.TenantPaused(ctx, Pausing{Tenant: t, Reason: reason, Tally: sum, At: now}); err != nil {
		return fmt.Errorf("weigh: announce: %w", err)
	}
	if err := w.Store.Pause(ctx, t, reason, now); err != nil {
		return fmt.Errorf("weigh: pause: %w", err)
	}
	return nil
}
