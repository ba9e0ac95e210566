package dynamo

import (
	"context"
	"time"

	"invites/shared/invite"
)

// Age moves the clock of one invite into the past, for trying out on a local stack
// what time does: everything that has an instant happened earlier by that much.
// NotFound where there is no such invite. No Lambda calls it.
func (s *Store) Age(ctx context.Context, k invite.Key, gen invite.Gen, by time.Duration, now time.Time) (*invite.Invite, error) {
	for n := 0; ; n++ {
		old, err := s.Get(ctx, k)
		if err != nil {
			return nil, err
		}
		if old.Gen != gen {
			return nil, &invite.Error{Kind: invite.NotFound, Text: "There is no invite with this id."}
		}
		u := s.rewrite(old, aged(old, by), now)
		inv, _, r, err := s.try(ctx, u)
		switch {
		case r == done:
			return inv, nil
		case r == broken || n == maxAttempts:
			return nil, err
		}
		if err := s.pause(ctx, n); err != nil {
			return nil, err
		}
	}
}

func aged(old *invite.Invite, by time.Duration) *invite.Invite {
	next := *old
	back := func(t time.Time) time.Time {
		if t.IsZero() {
			return t
		}
		return t.Add(-by)
	}
	for _, t := range []*time.Time{&next.CreatedAt, &next.ExpiresAt, &next.LastSentAt, &next.LastReminderAt, &next.AcceptedAt, &next.RedeemedAt,
		&next.EndedAt, &next.AskedAt, &next.OptedOutAt, &next.PurgeAt, &next.Mail.At, &next.Mail.Lease.Until, &next.Due} {
		*t = back(*t)
	}
	next.PurgeAt = next.PurgeAt.Truncate(time.Second)
	next.Codes, next.Ops = nil, nil
	for _, c := range old.Codes {
		c.Ends = back(c.Ends)
		next.Codes = append(next.Codes, c)
	}
	for _, o := range old.Ops {
		o.At = back(o.At)
		next.Ops = append(next.Ops, o)
	}
	return &next
}
