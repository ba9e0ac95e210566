package invitetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"invites/shared/invite"
)

// Game plays random operations on a Model and, where there is one, on another
// store, and reports where the two differ and where an invariant breaks. It plays
// one operation at a time: what a history of concurrent ones may look like is
// another test.
type Game struct {
	model *Model
	other *Stores
	now   time.Time
	keys  []gameKey
	codes []invite.Acceptance // accepts that have been asked for
	sends []invite.Claim      // claims that have been asked for
	ops   []invite.Operation  // operations that have been asked for

	accepts   map[invite.ID]time.Time // when each generation was accepted
	cancelled map[invite.ID]bool      // generations whose cancel was acknowledged
	ids       map[invite.ID]invite.Gen
}

type gameKey struct {
	tenant invite.TenantID
	email  invite.Address
	key    invite.Key
}

// NewGame returns a game with empty stores. other is nil where the pure transitions
// play alone.
func NewGame(other *Stores) *Game {
	g := &Game{model: NewModel(Defaults), other: other, now: Base,
		accepts: map[invite.ID]time.Time{}, cancelled: map[invite.ID]bool{}, ids: map[invite.ID]invite.Gen{}}
	for _, email := range []invite.Address{"ana@example.com", "bo@example.com"} {
		tenant := invite.TenantID(fmt.Sprintf("game-%d", serial.Add(1)))
		g.keys = append(g.keys, gameKey{tenant, email, invite.KeyOf(tenant, email)})
	}
	return g
}

// Actions are the moves, for rapid's Repeat.
func (g *Game) Actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"wait":            g.wait,
		"create":          g.create,
		"resend":          g.change("resend", invite.Store.Resend),
		"cancel":          g.change("cancel", invite.Store.Cancel),
		"release":         g.change("release", invite.Store.Release),
		"accept":          g.accept,
		"redeem":          g.redeem,
		"ask":             g.ask,
		"opt out":         g.optOut,
		"claim":           g.claim,
		"settle":          g.settle,
		"note":            g.note,
		"publish":         g.publish,
		"sweep":           g.sweep,
		"list":            g.list,
		"remind":          g.remind,
		"send and remind": func(t *rapid.T) { g.remind(t); g.settle(t) },
		"defer":           g.postpone,
		// Mails are asked for and sent more often than anything else.
		"send":       func(t *rapid.T) { g.claim(t); g.settle(t) },
		"send again": func(t *rapid.T) { g.claim(t); g.settle(t) },
	}
}

func (g *Game) wait(t *rapid.T) {
	g.now = g.now.Add(rapid.SampledFrom([]time.Duration{
		time.Millisecond, time.Second, time.Minute, invite.LeaseTime, 5 * time.Minute, invite.CodeLife,
		day - time.Second, Window, Retention.Ended, Retention.Expired - Window,
	}).Draw(t, "for"))
}

func (g *Game) pick(t *rapid.T) gameKey { return rapid.SampledFrom(g.keys).Draw(t, "whom") }

func (g *Game) op(t *rapid.T) invite.Operation {
	if len(g.ops) > 0 && rapid.IntRange(0, 4).Draw(t, "key") == 0 {
		op := rapid.SampledFrom(g.ops).Draw(t, "used before")
		op.At = g.now.Truncate(time.Second)
		if rapid.IntRange(0, 3).Draw(t, "body") == 0 {
			op.Body[0]++
		}
		return op
	}
	op := Op(g.now)
	op.Keyed = rapid.Bool().Draw(t, "keyed")
	g.ops = append(g.ops, op)
	return op
}

// gen is mostly the present one.
func (g *Game) gen(t *rapid.T, old *invite.Invite) invite.Gen {
	if old == nil {
		return 1
	}
	if rapid.IntRange(0, 5).Draw(t, "generation") == 0 {
		return old.Gen - 1
	}
	return old.Gen
}

// move plays one operation on both stores.
func (g *Game) move(t *rapid.T, what string, k gameKey, on func(Stores) (*invite.Invite, error)) (*invite.Invite, error) {
	before := g.stored(k)
	inv, err := on(g.models())
	if err != nil && invite.KindOf(err) == "" {
		t.Fatalf("%s: the model broke: %v", what, err)
	}
	after := g.stored(k)
	Invariants(func(f string, a ...any) { t.Errorf("%s: "+f, append([]any{what}, a...)...) }, before, after)
	g.remember(t, what, before, after)
	if g.other == nil {
		return inv, err
	}
	otherInv, otherErr := on(*g.other)
	if got, want := invite.KindOf(otherErr), invite.KindOf(err); got != want || otherErr != nil && got == "" {
		t.Fatalf("%s: got %v, want %v", what, otherErr, err)
	}
	if err == nil {
		if d := Difference(otherInv, inv); d != "" {
			t.Fatalf("%s: answer: %s", what, d)
		}
	}
	if err == nil && inv != nil {
		return inv, nil
	}
	stored, err2 := g.other.Store.Get(ctx, k.key)
	if err2 != nil && invite.KindOf(err2) != invite.NotFound {
		t.Fatalf("%s: get: %v", what, err2)
	}
	if d := Difference(stored, after); d != "" {
		t.Fatalf("%s: record: %s", what, d)
	}
	return inv, err
}

// remember holds what no single change can show.
func (g *Game) remember(t *rapid.T, what string, before, after *invite.Invite) {
	if after == nil {
		return
	}
	id := after.ID()
	if gen, seen := g.ids[id]; seen && gen != after.Gen {
		t.Errorf("%s: id %s was used before", what, id)
	}
	g.ids[id] = after.Gen
	if at, was := g.accepts[id]; was && !at.Equal(after.AcceptedAt) {
		t.Errorf("%s: accepted at %v and at %v", what, at, after.AcceptedAt)
	}
	if after.Status == invite.Accepted && (before == nil || before.Status != invite.Accepted) {
		g.accepts[id] = after.AcceptedAt
		if g.cancelled[id] {
			t.Errorf("%s: accepted after its cancel", what)
		}
		if before.Link.IsZero() || !before.Link.Equal(after.Accepted) || !before.ExpiresAt.After(g.now) {
			t.Errorf("%s: accepted with a dead link", what)
		}
	}
	if after.Status == invite.Cancelled {
		g.cancelled[id] = true
	}
}

func (g *Game) models() Stores {
	return Stores{Store: g.model, Outbox: g.model, Timer: g.model, Settings: g.model, Notices: g.model, Events: g.model}
}

func (g *Game) stored(k gameKey) *invite.Invite {
	inv, err := g.model.Get(ctx, k.key)
	if err != nil {
		return nil
	}
	return inv
}

func (g *Game) create(t *rapid.T) {
	k := g.pick(t)
	c := invite.Creation{Tenant: k.tenant, Email: k.email, Name: "Ana", Role: "member", Locale: "en",
		InvitedBy: invite.Person{ID: "u-1", Email: "olga@example.com"},
		Window:    Window, Nonce: nonce(), Op: g.op(t), Now: g.now, Retention: Retention}
	if rapid.IntRange(0, 5).Draw(t, "clock") == 0 {
		c.Now = c.Now.Add(-time.Second) // lags
	}
	if rapid.IntRange(0, 5).Draw(t, "looks for a wish") > 0 {
		c.OptedOutAt, _ = g.model.OptedOut(ctx, k.key)
	}
	g.move(t, "create", k, func(s Stores) (*invite.Invite, error) { return s.Store.Create(ctx, c) })
}

func (g *Game) change(what string, on func(invite.Store, context.Context, invite.Change) (*invite.Invite, error)) func(*rapid.T) {
	return func(t *rapid.T) {
		k := g.pick(t)
		old := g.stored(k)
		c := invite.Change{Key: k.key, Gen: g.gen(t, old), Nonce: nonce(), Op: g.op(t), Now: g.now, Retention: Retention}
		if old != nil && rapid.IntRange(0, 3).Draw(t, "if-match") == 0 {
			tag := old.ETag(g.now)
			tag.Status = rapid.SampledFrom([]invite.Status{tag.Status, tag.Status, invite.Pending, invite.Expired}).Draw(t, "seen")
			c.IfMatch = &tag
		}
		g.move(t, what, k, func(s Stores) (*invite.Invite, error) { return on(s.Store, ctx, c) })
	}
}

func (g *Game) accept(t *rapid.T) {
	k := g.pick(t)
	seq := uint64(1)
	if old := g.stored(k); old != nil {
		seq = old.Seq - uint64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "older link"))
	}
	a := invite.Acceptance{Key: k.key, Link: link(seq), Code: Digest(fmt.Sprintf("code %d", serial.Add(1))), Now: g.now, Retention: Retention}
	if len(g.codes) > 0 && rapid.IntRange(0, 5).Draw(t, "again") == 0 {
		if last := g.codes[len(g.codes)-1]; last.Key == k.key && last.Now.Equal(g.now) {
			a = last
		}
	}
	g.codes = append(g.codes, a)
	g.move(t, "accept", k, func(s Stores) (*invite.Invite, error) { return s.Store.Accept(ctx, a) })
}

func (g *Game) redeem(t *rapid.T) {
	r := invite.Redemption{Key: g.pick(t).key, Code: Digest("foreign"), Op: g.op(t), Now: g.now, Retention: Retention}
	if len(g.codes) > 0 {
		of := g.codes[len(g.codes)-1-rapid.IntRange(0, min(7, len(g.codes)-1)).Draw(t, "code")]
		r.Key, r.Code = of.Key, of.Code
	}
	at := slices.IndexFunc(g.keys, func(k gameKey) bool { return k.key == r.Key })
	g.move(t, "redeem", g.keys[at], func(s Stores) (*invite.Invite, error) { return s.Store.Redeem(ctx, r) })
}

func (g *Game) ask(t *rapid.T) {
	k := g.pick(t)
	a := invite.Asking{Key: k.key, Link: Digest("foreign"), Now: g.now, Retention: Retention}
	if old := g.stored(k); old != nil {
		a.Link = link(old.Seq - uint64(rapid.SampledFrom([]int{0, 0, 1, 1, 2, 3}).Draw(t, "older link")))
	}
	g.move(t, "ask", k, func(s Stores) (*invite.Invite, error) { return s.Store.Ask(ctx, a) })
}

func (g *Game) claim(t *rapid.T) {
	k := g.pick(t)
	old := g.stored(k)
	c := invite.Claim{Key: k.key, Gen: g.gen(t, old), Seq: 1, KeyVersion: "1", Now: g.now,
		Owner: fmt.Sprintf("sender-%d", rapid.IntRange(1, 3).Draw(t, "owner"))}
	if old != nil {
		c.Seq = old.Seq - uint64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "older mail"))
	}
	c.Link = link(c.Seq)
	if rapid.IntRange(0, 9).Draw(t, "link key") == 0 {
		c.Link, c.KeyVersion = Digest("by another key"), "2"
	}
	g.sends = append(g.sends, c)
	g.move(t, "claim", k, func(s Stores) (*invite.Invite, error) { return s.Outbox.Claim(ctx, c) })
}

func (g *Game) settle(t *rapid.T) {
	if len(g.sends) == 0 {
		return
	}
	c := g.sends[len(g.sends)-1-rapid.IntRange(0, min(2, len(g.sends)-1)).Draw(t, "claim")]
	at := slices.IndexFunc(g.keys, func(k gameKey) bool { return k.key == c.Key })
	old := g.stored(g.keys[at])
	o := invite.Settlement{Key: c.Key, Gen: c.Gen, Seq: c.Seq, Owner: c.Owner, Now: g.now,
		Status: rapid.SampledFrom([]invite.MailStatus{invite.MailSent, invite.MailSent, invite.MailQueued, invite.MailFailed, invite.MailSuppressed}).Draw(t, "outcome")}
	switch o.Status {
	case invite.MailSent:
		o.MessageID, o.Sender = fmt.Sprintf("message-%d-%s", c.Seq, c.Owner), "noreply@acme.example"
	case invite.MailQueued:
		o.Reason, o.RetryAt = invite.ReasonThrottled, g.now.Add(time.Minute)
	case invite.MailSuppressed:
		o.Reason = rapid.SampledFrom([]string{invite.ReasonOptedOut, invite.ReasonCapped}).Draw(t, "why")
	default:
		o.Reason = invite.ReasonRejected
	}
	if old != nil && rapid.IntRange(0, 5).Draw(t, "knows the expiry") > 0 {
		o.ExpiresAt = old.ExpiresAt
	}
	if old != nil && rapid.IntRange(0, 9).Draw(t, "knows the mail") > 0 {
		o.Reminder = old.Mail.Reminder
	}
	if rapid.Bool().Draw(t, "tenant has reminders") {
		o.RemindAt = g.now.Add(rapid.SampledFrom([]time.Duration{time.Hour, day}).Draw(t, "next reminder in"))
	}
	g.move(t, "settle", g.keys[at], func(s Stores) (*invite.Invite, error) { return s.Outbox.Settle(ctx, o) })
}

func (g *Game) note(t *rapid.T) {
	k := g.pick(t)
	n := invite.Notification{Key: k.key, Gen: 1, Seq: 1, Now: g.now, Notice: Notices[rapid.IntRange(0, len(Notices)-1).Draw(t, "notice")]}
	n.Notice.At = g.now.Add(-time.Duration(rapid.IntRange(0, 2).Draw(t, "seconds ago")) * time.Second)
	if old := g.stored(k); old != nil {
		n.Gen = old.Gen - invite.Gen(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "older generation"))
		n.Seq = old.Seq - uint64(rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "older mail"))
		n.Reminder = old.Mail.Reminder + rapid.SampledFrom([]int{0, 0, 0, -1, -2, 1}).Draw(t, "reminder")
	}
	g.move(t, "note", k, func(s Stores) (*invite.Invite, error) { return s.Notices.Note(ctx, n) })
}

// Notices are what a provider may say of a mail, one of each rank and more.
var Notices = []invite.Notice{
	{Status: invite.MailDelayed, Reason: invite.ReasonDelayed}, {Status: invite.MailDelivered},
	{Status: invite.MailBounced, Reason: invite.ReasonUndetermined}, {Status: invite.MailBounced, Reason: invite.ReasonMailboxFull},
	{Status: invite.MailBounced, Reason: invite.ReasonMailboxMissing}, {Status: invite.MailFailed, Reason: invite.ReasonRejected},
	{Status: invite.MailSuppressed, Reason: invite.ReasonSuppressed}, {Status: invite.MailComplained, Reason: invite.ReasonComplained},
}

func (g *Game) publish(t *rapid.T) {
	k := g.pick(t)
	p := invite.Publication{Key: k.key}
	if old := g.stored(k); old != nil {
		for _, e := range old.Events {
			if rapid.IntRange(0, 4).Draw(t, "published") > 0 {
				p.Marks = append(p.Marks, e.Mark)
			}
		}
	}
	g.move(t, "publish", k, func(s Stores) (*invite.Invite, error) { return s.Events.Publish(ctx, p) })
}

// sweep marks what the model says is due; where a store has its timers is its own.
func (g *Game) sweep(t *rapid.T) {
	for due := range g.model.Due(ctx, g.now) {
		for _, timer := range due {
			at := slices.IndexFunc(g.keys, func(k gameKey) bool { return k.key == timer.Key })
			var left [][]invite.Key
			g.move(t, "expire", g.keys[at], func(s Stores) (*invite.Invite, error) {
				marked, l, err := s.Timer.Expire(ctx, []invite.Timer{timer}, g.now, Retention)
				left = append(left, l)
				if err == nil && marked == 0 {
					err = &invite.Error{Kind: invite.NotDue}
				}
				return nil, err
			})
			if len(left) == 2 && !slices.Equal(left[0], left[1]) {
				t.Fatalf("expire: left %v, want %v", left[1], left[0])
			}
		}
	}
}

func (g *Game) list(t *rapid.T) {
	k := g.pick(t)
	q := invite.ListQuery{Tenant: k.tenant, Status: rapid.SampledFrom(append([]invite.Status{""}, invite.Statuses...)).Draw(t, "status"),
		Attention: rapid.Bool().Draw(t, "attention"),
		Prefix:    rapid.SampledFrom([]string{"", "a", "bo"}).Draw(t, "prefix"), PageSize: 10, Now: g.now, Retention: Retention}
	want, err := g.model.List(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, inv := range want.Invites {
		if q.Status != "" && inv.StatusAt(g.now) != q.Status || q.Attention && !inv.NeedsAttention(g.now) || inv.GoneAt(g.now, Retention) {
			t.Errorf("list: %s in a list of %q", inv.StatusAt(g.now), q.Status)
		}
	}
	counts, err := g.model.Counts(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	if q.Status == "" && !q.Attention && len(want.Invites) != counts.Pending+counts.Expired {
		t.Errorf("list: %d rows, counted %+v", len(want.Invites), counts)
	}
	if g.other == nil {
		return
	}
	got, err := g.other.Store.List(ctx, q)
	if err != nil {
		t.Fatalf("list: %v", err)
	}
	if len(got.Invites) != len(want.Invites) {
		t.Fatalf("list: got %d, want %d", len(got.Invites), len(want.Invites))
	}
	if c, err := g.other.Store.Counts(ctx, q); err != nil || c != counts {
		t.Fatalf("counts: got %+v, %v, want %+v", c, err, counts)
	}
	for n := range got.Invites {
		if d := Difference(got.Invites[n], want.Invites[n]); d != "" {
			t.Fatalf("list: %s", d)
		}
	}
}
