package invite

import (
	"context"
	"time"
)

// Cause is why a link opens what it opens.
type Cause string

// The causes. A link of another tenant, a forged one and one older than what is
// remembered are all unknown.
const (
	CauseLive       Cause = "live"
	CauseSuperseded Cause = "superseded"
	CauseExpired    Cause = "expired"
	CauseCancelled  Cause = "cancelled"
	CauseReleased   Cause = "released"
	CauseAccepted   Cause = "accepted"
	CauseUnknown    Cause = "unknown"
	CauseIncomplete Cause = "incomplete" // the end of it is missing
)

// Explanation tells an admin what became of a link.
type Explanation struct {
	Cause  Cause
	Invite *Invite   // nil where the cause is unknown or incomplete
	At     time.Time // when that happened; zero where nothing has, or where it is not known
}

// Explain says what became of a link that the address was sent. A superseded link was
// dead at the latest when the newest mail was asked for, and that is what At says.
func (i *Invite) Explain(link Digest, now time.Time, r Retention) Explanation {
	unknown := Explanation{Cause: CauseUnknown}
	if i == nil || i.GoneAt(now, r) {
		return unknown
	}
	place := i.placeOf(link)
	if place < 0 {
		return unknown
	}
	// Where the newest mail was never claimed, the newest link is of a mail before it.
	if place > 0 || i.Mail.Attempts == 0 {
		return Explanation{CauseSuperseded, i, i.ExpiresAt.Add(-i.Window)}
	}
	switch i.StatusAt(now) {
	case Pending:
		return Explanation{CauseLive, i, time.Time{}}
	case Expired:
		return Explanation{CauseExpired, i, i.ExpiresAt}
	case Cancelled:
		return Explanation{CauseCancelled, i, i.EndedAt}
	case Released:
		return Explanation{CauseReleased, i, i.EndedAt}
	case Accepted:
		return Explanation{CauseAccepted, i, i.AcceptedAt}
	}
	return unknown
}

// Explain tells the tenant's admins what became of a link: the address as the mail has it
// or as a mail filter wrapped it, or its token alone, whatever surrounds them. It reads
// once, strongly consistent, and changes nothing.
func (s *Service) Explain(ctx context.Context, t TenantID, link string) (Explanation, error) {
	token, cause := find(link, PartitionOf(t))
	if cause != "" {
		return Explanation{Cause: cause}, nil
	}
	inv, err := s.Store.Get(ctx, token.Key)
	if KindOf(err) == NotFound {
		return Explanation{Cause: CauseUnknown}, nil
	}
	if err != nil {
		return Explanation{}, err
	}
	return inv.Explain(token.Digest(), s.Now(), s.Retention), nil
}
