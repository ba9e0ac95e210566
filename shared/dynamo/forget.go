package dynamo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"invites/shared/invite"
)

// forgettingLinks ends a claim on a record that remembers more links than are looked
// at, in the same way.
func (s *Store) forgettingLinks(ctx context.Context, inv *invite.Invite, err error) (*invite.Invite, error) {
	if err != nil || len(inv.Links) <= invite.MaxLinks {
		return inv, err
	}
	kept := inv.Links[:invite.MaxLinks]
	u := update{key: key(inv.Key), when: "#gen = :gen AND #ver = :ver", set: "#ls = :ls",
		values: item{"gen": number(uint64(inv.Gen)), "ver": number(inv.Version), "ls": linkMarks(kept...)}}
	if _, _, r, _ := s.try(ctx, u); r == done {
		inv.Links = kept
	}
	return inv, nil
}

// remembering ends a transition on a record that remembers more operations than
// most: the ones that may go are removed by a second write, which changes nothing
// that anybody can see. If it fails, the next transition tries again.
func (s *Store) remembering(ctx context.Context, inv *invite.Invite, err error, most int, now time.Time) (*invite.Invite, error) {
	if err != nil || len(inv.Ops) <= most {
		return inv, err
	}
	keep, drop := invite.ForgetOps(inv.Ops, now)
	if len(drop) == 0 {
		return inv, nil
	}
	u := update{key: key(inv.Key), when: "#gen = :gen AND #ver = :ver", names: map[string]string{},
		values: item{"gen": number(uint64(inv.Gen)), "ver": number(inv.Version)}}
	paths := make([]string, len(drop))
	for i, o := range drop {
		name := fmt.Sprintf("o%d", i)
		u.names[name] = opName(o.ID)
		paths[i] = "#ops.#" + name
	}
	u.remove = strings.Join(paths, ", ")
	if _, _, r, _ := s.try(ctx, u); r == done {
		inv.Ops = keep
	}
	return inv, nil
}
