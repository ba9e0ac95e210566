package invitetest

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"invites/shared/invite"
)

// remind mostly sends what waits, goes on until a reminder is due, and asks for it then.
func (g *Game) remind(t *rapid.T) {
	k := g.pick(t)
	if rapid.IntRange(0, 4).Draw(t, "send first") > 0 {
		g.deliver(t, k)
	}
	old := g.stored(k)
	c := invite.Claim{Key: k.key, Gen: 1, Seq: 1, KeyVersion: "1", Owner: fmt.Sprintf("sender-%d", rapid.IntRange(1, 3).Draw(t, "owner"))}
	if old != nil {
		c.Gen, c.Seq = old.Gen, old.Seq-uint64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "older mail"))
		n := rapid.IntRange(1, invite.MaxReminders).Draw(t, "reminder")
		due := old.ExpiresAt.Add(-Window).Add(Window / 7 * time.Duration(2*n-1))
		if due.After(g.now) && rapid.IntRange(0, 4).Draw(t, "in time") > 0 {
			g.now = due
		}
	}
	c.Now, c.Link = g.now, link(c.Seq)
	if rapid.IntRange(0, 9).Draw(t, "link key") == 0 {
		c.Link, c.KeyVersion = Digest("by another key"), "2"
	}
	g.sends = append(g.sends, c)
	g.move(t, "remind", k, func(s Stores) (*invite.Invite, error) { return s.Outbox.Remind(ctx, c) })
}

// deliver has the mail of k sent, with an invite made where there is none.
func (g *Game) deliver(t *rapid.T, k gameKey) {
	old := g.stored(k)
	if old == nil || old.StatusAt(g.now) != invite.Pending {
		c := invite.Creation{Tenant: k.tenant, Email: k.email, Window: Window, Nonce: nonce(), Op: Op(g.now), Now: g.now, Retention: Retention}
		g.move(t, "create", k, func(s Stores) (*invite.Invite, error) { return s.Store.Create(ctx, c) })
		if old = g.stored(k); old.StatusAt(g.now) != invite.Pending {
			return // accepted
		}
	}
	c := invite.Claim{Key: k.key, Gen: old.Gen, Seq: old.Seq, Owner: "sender-4", Link: link(old.Seq), KeyVersion: "1", Now: g.now}
	g.move(t, "claim", k, func(s Stores) (*invite.Invite, error) { return s.Outbox.Claim(ctx, c) })
	o := invite.Settlement{Key: k.key, Gen: old.Gen, Seq: old.Seq, Reminder: old.Mail.Reminder, Owner: c.Owner, Status: invite.MailSent,
		MessageID: fmt.Sprintf("message-%d", serial.Add(1)), ExpiresAt: old.ExpiresAt, Now: g.now}
	g.move(t, "settle", k, func(s Stores) (*invite.Invite, error) { return s.Outbox.Settle(ctx, o) })
}

func (g *Game) postpone(t *rapid.T) {
	k := g.pick(t)
	d := invite.Deferral{Key: k.key, Gen: 1, Seq: 1, Now: g.now, All: rapid.Bool().Draw(t, "all")}
	if old := g.stored(k); old != nil {
		d.Gen, d.Seq = old.Gen, old.Seq
	}
	g.move(t, "defer", k, func(s Stores) (*invite.Invite, error) { return s.Outbox.Defer(ctx, d) })
}
