package invite

import (
	"context"
	"time"
)

// Caps bound how many mails leave on one UTC day: to one address from all tenants
// together, and from one tenant to all addresses. They are so high that no honest
// admin meets them; what meets them is a flood through a stolen token
// (docs/decisions/0043-caps.md).
type Caps struct {
	Store     CapStore
	Recipient uint64 // mails a day to one address
	Tenant    uint64 // mails a day of one tenant
}

// CapStore counts mails.
type CapStore interface {
	// CountMail counts a mail of t to an address on the UTC day of an instant. It is
	// false where the tenant or the address has had its share of that day. A count of
	// unknown outcome is taken as made: one more or less decides nothing.
	CountMail(ctx context.Context, t TenantID, to Address, at time.Time, tenant, recipient uint64) (within bool, err error)
}

// allow counts the mail that was claimed and tells whether it may leave. A mail is
// counted when it is tried for the first time, whatever becomes of it and however
// often it is tried. Where counting fails, the mail goes: a cap is no reason to lose
// the mail of somebody who is far below it.
func (c *Caps) allow(ctx context.Context, inv *Invite, now time.Time) bool {
	if c == nil || inv.Mail.Attempts > 1 {
		return true
	}
	within, err := c.Store.CountMail(ctx, inv.Tenant, inv.Email, now, c.Tenant, c.Recipient)
	return within || err != nil
}

// cappedUntil is the end of the UTC day whose share the newest mail found used up;
// zero for a mail that was not capped.
func (m Mail) cappedUntil() time.Time {
	if m.Status != MailSuppressed || m.Reason != ReasonCapped {
		return time.Time{}
	}
	return dayOf(m.At).AddDate(0, 0, 1)
}

// dayOf is the beginning of the UTC day of an instant.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// CappedFrom is the earliest time of a capped mail that still blocks at an instant.
func CappedFrom(now time.Time) time.Time { return dayOf(now) }
