package dynamo

import (
	"context"
	"maps"

	"invites/shared/invite"
)

// Resend kills the link and queues a mail with a new one.
func (s *Store) Resend(ctx context.Context, c invite.Change) (*invite.Invite, error) {
	when, names, values := changing(c)
	values[bucketKey], values[dueKey] = s.timer(c.Key, c.Now.Add(invite.RetryAfterStream), c.Now)
	values["nonce"] = blob(c.Nonce[:])
	u := update{
		key:  key(c.Key),
		when: when + " AND " + isOpen + " AND " + notLeased + " AND (attribute_not_exists(#nt) OR #nt < :blocked) AND " + isWelcome,
		set: "#seq = #seq + :one, #ver = #ver + :one, #st = :pending, #ex = :now + #win, " +
			"#ms = :queued, #ma = :now, #no = :nonce, #ops.#op = :op, " + setTimer,
		remove: "#ttl, #dg, #mr, #mn, #kv, #lo, #lu, #mi, #nt, #rn",
		names:  names, values: values,
	}
	values["blocked"] = rankText(invite.BlockedFrom)
	values["suppressed"], values["capped"], values["today"] = text(string(invite.MailSuppressed)), text(invite.ReasonCapped), millis(invite.CappedFrom(c.Now))
	s.telling(&u, c.Key, invite.EventMark(invite.EventResent, c.Now, c.Op.ID), c.Now, c.Now, c.Actor, "#seq + :one")
	inv, err := s.apply(ctx, c.Key, transition{first: &u, next: c.Resend, now: c.Now})
	return s.remembering(ctx, inv, err, 2*invite.MaxOps, c.Now)
}

// Cancel kills the link and frees the address.
func (s *Store) Cancel(ctx context.Context, c invite.Change) (*invite.Invite, error) {
	return s.end(ctx, c, isOpen, invite.Cancelled, invite.EventCancelled, c.Cancel)
}

// Release frees the address of an accepted invite.
func (s *Store) Release(ctx context.Context, c invite.Change) (*invite.Invite, error) {
	return s.end(ctx, c, "#st = :accepted", invite.Released, invite.EventReleased, c.Release)
}

func (s *Store) end(ctx context.Context, c invite.Change, from string, to invite.Status, event invite.EventType, next func(*invite.Invite) (*invite.Invite, error)) (*invite.Invite, error) {
	when, names, values := changing(c)
	values["to"] = text(string(to))
	values["purge"] = seconds(invite.PurgeAt(c.Now.Add(c.Retention.Ended)))
	u := update{
		key:    key(c.Key),
		when:   when + " AND " + from,
		set:    "#ver = #ver + :one, #st = :to, #ea = :now, #ttl = :purge, #ops.#op = :op, " + listAsEnded,
		remove: "#dg, #ad, #codes, " + clearTimer,
		names:  names, values: values,
	}
	s.telling(&u, c.Key, invite.EventMark(event, c.Now, c.Op.ID), c.Now, c.Now, c.Actor, "#seq")
	inv, err := s.apply(ctx, c.Key, transition{first: &u, next: next, now: c.Now})
	return s.remembering(ctx, inv, err, 2*invite.MaxOps, c.Now)
}

// changing says what every admin change demands: that the invite is of the
// generation asked for, not gone, in the state the caller saw, and that the
// operation is new.
func changing(c invite.Change) (when string, names map[string]string, values item) {
	when = "#gen = :gen AND " + notGone + " AND " + isNewOp
	names = map[string]string{"op": opName(c.Op.ID)}
	values = with(instant(c.Now, c.Retention), item{"gen": number(uint64(c.Gen)), "op": opValue(c.Op)})
	if c.IfMatch != nil {
		seen, more := matching(*c.IfMatch)
		when += " AND " + seen
		maps.Copy(values, more)
	}
	return when, names, values
}

// matching demands the state of an ETag: the effective one, as Invite.ETag has it.
func matching(e invite.ETag) (when string, values item) {
	when = "#seq = :seenseq AND #ex = :seenex AND "
	values = item{"seenseq": number(e.Seq), "seenex": millis(e.ExpiresAt), "seen": text(string(e.Status))}
	switch e.Status {
	case invite.Pending:
		return when + "#st = :seen AND #ex > :now", values
	case invite.Expired:
		return when + "(#st = :seen OR #st = :pending AND #ex <= :now)", values
	default:
		return when + "#st = :seen", values
	}
}
