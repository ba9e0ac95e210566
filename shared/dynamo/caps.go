package dynamo

import (
	"context"
	"fmt"
	"time"

	"invites/shared/invite"
)

// mailsLife is how long the count of a day is kept: the day, and one more for clocks
// and for whoever looks at it.
const mailsLife = 48 * time.Hour

// CountMail counts a mail, for its tenant first: a tenant that has had its share does
// not use up the share of an address.
func (s *Store) CountMail(ctx context.Context, t invite.TenantID, to invite.Address, at time.Time, tenant, recipient uint64) (bool, error) {
	for _, c := range []struct {
		key  item
		most uint64
	}{{tenantMailsKey(t, at), tenant}, {recipientMailsKey(invite.RecipientOf(to), at), recipient}} {
		within, err := s.countMail(ctx, update{
			key: c.key, when: "attribute_not_exists(#n) OR #n < :most", set: "#ttl = :ttl ADD #n :one",
			values: item{"most": number(c.most), "one": number(1), "ttl": seconds(at.Add(mailsLife))},
		})
		if err != nil || !within {
			return false, err
		}
	}
	return true, nil
}

// countMail adds one where there is room. It does not repeat an attempt whose outcome
// nobody knows.
func (s *Store) countMail(ctx context.Context, u update) (within bool, err error) {
	for n := range maxAttempts {
		if n > 0 {
			if err := s.pause(ctx, n); err != nil {
				return false, unavailable(err)
			}
		}
		switch err = s.writeOnce(ctx, u); classify(err) {
		case done, unknown:
			return true, nil
		case refused:
			return false, nil
		case broken:
			return false, fmt.Errorf("count mail: %w", err)
		case notNow:
		}
	}
	return false, unavailable(fmt.Errorf("count mail: %w", err))
}

func (s *Store) writeOnce(ctx context.Context, u update) error {
	ctx, cancel := context.WithTimeout(ctx, s.attempt)
	defer cancel()
	return s.write(ctx, u)
}
