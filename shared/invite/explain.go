package invite

import (
	"context"
	"fmt"
	"regexp"
	"strings"
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
)

// Explanation tells an admin what became of a link.
type Explanation struct {
	Cause  Cause
	Invite *Invite   // nil where the cause is unknown
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

// Explain tells the tenant's admins what became of a link: the whole address or its
// token alone. It reads once, strongly consistent, and changes nothing.
func (s *Service) Explain(ctx context.Context, t TenantID, link string) (Explanation, error) {
	unknown := Explanation{Cause: CauseUnknown}
	token, err := tokenOf(link)
	if err != nil || token.Key.Partition != PartitionOf(t) {
		return unknown, nil
	}
	inv, err := s.Store.Get(ctx, token.Key)
	if KindOf(err) == NotFound {
		return unknown, nil
	}
	if err != nil {
		return Explanation{}, err
	}
	return inv.Explain(token.Digest(), s.Now(), s.Retention), nil
}

// linkPattern finds the token in what an admin pastes: the token alone, or an address
// (ours, or that of the product's own accept page) with whatever a mail program put
// around it or a mail filter wrapped it into.
var linkPattern = regexp.MustCompile(fmt.Sprintf(`(?i)(?:^|/i/|%%2fi%%2f|(?:#|%%23)%s(?:=|%%3d))([0-9a-z]{%d})(?:[^0-9a-z]|$)`, TokenParameter, TokenLength))

func tokenOf(link string) (Token, error) {
	found := linkPattern.FindStringSubmatch(strings.TrimSpace(link))
	if found == nil {
		return Token{}, fmt.Errorf("link: no token in it")
	}
	return ParseToken(found[1])
}
