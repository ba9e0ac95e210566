package dynamo

import (
	"context"

	"invites/shared/invite"
)

// isAskable says of the link what invite.Asking.Ask does: that it was sent to the
// address, and that nobody can accept with it.
const isAskable = "contains(#ls, :mark) AND (#ex <= :now OR attribute_not_exists(#dg) OR NOT #dg = :link)"

// Ask notes that the holder of a dead link wants a new invite: one write, and no read.
// Whoever asks with a forged link costs the write that is refused.
func (s *Store) Ask(ctx context.Context, a invite.Asking) (*invite.Invite, error) {
	mark := invite.MarkOf(a.Link)
	u := update{
		key: key(a.Key),
		when: isOpen + " AND " + notGone + " AND " + isAskable +
			" AND #ca <= :now AND (attribute_not_exists(#qa) OR #qa <= :pause)",
		set: "#ver = #ver + :one, #qa = :now, #qs = #seq",
		values: with(instant(a.Now, a.Retention), item{
			"mark": blob(mark[:]), "link": blob(a.Link[:]), "pause": millis(a.Now.Add(-invite.AskPause)),
		}),
	}
	s.telling(&u, a.Key, invite.EventMark(invite.EventRequested, a.Now, invite.ByLink(a.Link)), a.Now, a.Now, invite.Person{}, "#seq")
	return s.apply(ctx, a.Key, transition{first: &u, next: a.Ask, now: a.Now})
}
