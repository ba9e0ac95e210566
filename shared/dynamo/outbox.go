package dynamo

import (
	"context"

	"invites/shared/invite"
)

// Claim takes the lease on a mail. Of a request that the network delivers when its
// mail was settled long since, the time on the mail tells.
func (s *Store) Claim(ctx context.Context, c invite.Claim) (*invite.Invite, error) {
	inv, err := s.apply(ctx, c.Key, transition{
		first: &update{
			key: key(c.Key),
			when: "#gen = :gen AND #seq = :seq AND #st = :pending AND #ex > :now" +
				" AND (#ms = :queued OR #ms = :sending AND #lo <> :owner AND " + notLeased + ")" +
				" AND (attribute_not_exists(#dg) OR #dg = :link) AND #ma <= :now AND attribute_not_exists(#nt)",
			set: "#ver = #ver + :one, #dg = :link, #ms = :sending, #ma = :now, #mn = if_not_exists(#mn, :zero) + :one, " +
				"#kv = :kv, #lo = :owner, #lu = :until, #ls = list_append(:marks, if_not_exists(#ls, :none))",
			values: with(instant(c.Now, invite.Retention{}), item{
				"gen": number(uint64(c.Gen)), "seq": number(c.Seq), "link": blob(c.Link[:]),
				"marks": linkMarks(invite.MarkOf(c.Link)), "kv": text(c.KeyVersion), "owner": text(c.Owner), "until": millis(c.Now.Add(invite.LeaseTime)),
			}),
		},
		next: c.Claim, now: c.Now,
	})
	return s.forgettingLinks(ctx, inv, err)
}

// Remind takes the lease on the reminder that is due. Whether one is depends on more
// than a condition can say, so the record is read and written as it was found.
func (s *Store) Remind(ctx context.Context, c invite.Claim) (*invite.Invite, error) {
	return s.apply(ctx, c.Key, transition{next: c.Remind, now: c.Now})
}

// Defer moves the timer of a reminder on, in the same way.
func (s *Store) Defer(ctx context.Context, d invite.Deferral) (*invite.Invite, error) {
	return s.apply(ctx, d.Key, transition{next: d.Defer, now: d.Now})
}

// Settle gives a lease back with the outcome. The first write is for an invite that
// is still pending, whose timer goes on; for one that has ended meanwhile there is
// none to set, and the second write leaves it alone.
func (s *Store) Settle(ctx context.Context, t invite.Settlement) (*invite.Invite, error) {
	due := t.RetryAt
	u := update{
		key:    key(t.Key),
		when:   "#gen = :gen AND #seq = :seq AND #lo = :owner AND #st = :pending",
		set:    "#ver = #ver + :one, #ms = :status, #ma = :now, " + setTimer,
		remove: "#lo, #lu",
		values: item{
			"one": number(1), "gen": number(uint64(t.Gen)), "seq": number(t.Seq), "owner": text(t.Owner), "pending": text(string(invite.Pending)),
			"status": text(string(t.Status)), "reason": text(t.Reason), "now": millis(t.Now),
			"rn": number(t.Reminder), "mi": text(t.MessageID), "mf": text(t.Sender), "ex": millis(t.ExpiresAt),
		},
	}
	if t.Status != invite.MailQueued {
		due = t.ExpiresAt.Add(invite.ExpireGrace)
		u.when += " AND #ex = :ex"
	}
	if t.Status == invite.MailSent && !t.RemindAt.IsZero() {
		due = t.RemindAt
	}
	if t.Reminder > 0 {
		u.when += " AND " + isReminder
	} else {
		u.when += " AND " + isNoReminder
	}
	u.values[bucketKey], u.values[dueKey] = s.timer(t.Key, due, t.Now)
	if t.Reason != "" {
		u.set += ", #mr = :reason"
	} else {
		u.remove += ", #mr"
	}
	if t.Status == invite.MailSent && t.Reminder > 0 {
		u.set += ", #rt = :now"
	} else if t.Status == invite.MailSent {
		u.set += ", #sa = :now"
	}
	if t.Status == invite.MailSent {
		u.setOrRemove("mi", t.MessageID)
		u.setOrRemove("mf", t.Sender)
	}
	if mark, ok := t.Mark(); ok {
		s.telling(&u, t.Key, mark, t.Now, t.Now, invite.Person{}, "#seq")
	}
	inv, err := s.apply(ctx, t.Key, transition{first: &u, next: t.Settle, now: t.Now})
	return s.remembering(ctx, inv, err, invite.MaxOps, t.Now)
}

// setOrRemove keeps to what encode does: whatever is empty has no attribute.
func (u *update) setOrRemove(name, value string) {
	if value == "" {
		u.remove += ", #" + name
		return
	}
	u.set += ", #" + name + " = :" + name
	u.values[name] = text(value)
}
