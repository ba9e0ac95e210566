package dynamo

import (
	"context"
	"maps"
	"slices"
	"strings"

	"invites/shared/invite"
)

// Create makes the first or the next invite of an address. An address that is new
// takes one write; where a record is in the way, the refusal brings it, and a
// second write replaces it if it is still the same. Of an address that has opted out
// nothing is written, so the record is read for what it has to say.
func (s *Store) Create(ctx context.Context, c invite.Creation) (*invite.Invite, error) {
	if !c.OptedOutAt.IsZero() {
		return s.apply(ctx, invite.KeyOf(c.Tenant, c.Email), transition{next: c.Create, now: c.Now})
	}
	fresh, err := c.Create(nil)
	if err != nil {
		return nil, err
	}
	values := encode(fresh)
	set := []string{setTimer, setPile}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		set = append(set, "#"+name+" = :"+name)
	}
	values[bucketKey], values[dueKey] = s.timer(fresh.Key, fresh.Due, c.Now)
	values[pileKey], values[sinceKey] = s.pile(fresh.Key, c.Now)
	inv, err := s.apply(ctx, fresh.Key, transition{
		first: &update{key: key(fresh.Key), when: isAbsent, set: strings.Join(set, ", "), values: values},
		next:  c.Create, now: c.Now,
	})
	return s.remembering(ctx, inv, err, 2*invite.MaxOps, c.Now)
}
