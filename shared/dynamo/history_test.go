package dynamo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"invites/shared/dynamo/dynamotest"
	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// The histories: a few clients work on one record at once, each over a network that
// loses, delays, repeats and throttles. Whatever comes back must be explained by
// some order of the pure transitions, each at most once, each between its call and
// its return; what ended as Unavailable may have happened at any later time or never.
// So may a request that was refused and that the network delivered twice: the second
// one may find what the first one lacked.

const (
	histories = 40
	clients   = 4
	moves     = 5
)

// call is the input of an operation: the pure transition, nil for a read.
type call struct {
	name string
	pure func(*invite.Invite) (*invite.Invite, error)
}

// answer is its output.
type answer struct {
	inv     *invite.Invite // what a read found
	kind    invite.Kind
	after   uint64 // version that a success was answered with
	success bool
}

// sequential is the specification: the pure transitions, one after the other.
var sequential = porcupine.NondeterministicModel{
	Init:  func() []any { return []any{(*invite.Invite)(nil)} },
	Equal: func(a, b any) bool { return invitetest.Difference(a.(*invite.Invite), b.(*invite.Invite)) == "" },
	Step: func(state, input, output any) []any {
		old, in, out := state.(*invite.Invite), input.(call), output.(answer)
		if in.pure == nil {
			if invitetest.Difference(out.inv, old) != "" {
				return nil
			}
			return []any{old}
		}
		next, err := in.pure(old)
		switch {
		case out.kind == invite.Unavailable && err == nil:
			return []any{old, next}
		case out.kind == invite.Unavailable:
			return []any{old}
		case err == nil && out.success && out.after >= next.Version:
			return []any{next}
		case err == invite.ErrReplayed && out.success, err != nil && !out.success && invite.KindOf(err) == out.kind:
			return []any{old}
		}
		return nil
	},
	DescribeOperation: func(input, output any) string {
		in, out := input.(call), output.(answer)
		return fmt.Sprintf("%s: %s %d %v", in.name, out.kind, out.after, out.inv)
	},
}

// history collects what several clients see.
type history struct {
	mu    sync.Mutex
	clock atomic.Int64
	ops   []porcupine.Operation
	seen  atomic.Pointer[invite.Invite]
	codes []invite.Digest
}

// note records one operation. A success counts twice: as the change, and as a read
// of the record that was answered, which may be younger than the change.
func (h *history) note(client int, in call, began int64, inv *invite.Invite, err error, twice bool) {
	ended := h.clock.Add(1)
	out := answer{kind: invite.KindOf(err), success: err == nil}
	if inv != nil && err == nil {
		out.after = inv.Version
		h.seen.Store(inv)
	}
	if out.kind == invite.Unavailable {
		ended = 1 << 60
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Call: began, Output: out, Return: ended})
	if twice && err != nil && out.kind != invite.Unavailable {
		h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Call: began, Output: answer{kind: invite.Unavailable}, Return: 1 << 60})
	}
	if err == nil {
		h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: call{name: "read"}, Call: began, Output: answer{inv: inv}, Return: ended})
	}
}

// player is one client.
type player struct {
	*Store
	faults  *dynamotest.Faults
	h       *history
	id      int
	random  *rand.Rand
	now     func() time.Time
	claims  []invite.Claim
	tenant  invite.TenantID
	address invite.Address
}

func (p *player) play(ctx context.Context) {
	now := p.now()
	inv := p.h.seen.Load()
	in, do := p.draw(inv, now)
	duplicates := func() int { return strings.Count(p.faults.String(), dynamotest.Duplicate.String()) }
	began, before := p.h.clock.Add(1), duplicates()
	got, err := do(ctx)
	p.h.note(p.id, in, began, got, err, duplicates() > before)
}

// draw picks an operation that makes sense for the record as somebody saw it last.
func (p *player) draw(inv *invite.Invite, now time.Time) (call, func(context.Context) (*invite.Invite, error)) {
	switch p.random.IntN(22) {
	case 0, 1:
		c := creation(p.tenant, p.address, now)
		c.Op = p.op(now)
		return call{"create", c.Create}, func(ctx context.Context) (*invite.Invite, error) { return p.Create(ctx, c) }
	case 2, 3, 4:
		c := change(inv, now)
		c.Op = p.op(now)
		return call{"resend", c.Resend}, func(ctx context.Context) (*invite.Invite, error) { return p.Resend(ctx, c) }
	case 5, 6:
		c := change(inv, now)
		c.Op = p.op(now)
		return call{"cancel", c.Cancel}, func(ctx context.Context) (*invite.Invite, error) { return p.Cancel(ctx, c) }
	case 7:
		c := change(inv, now)
		c.Op = p.op(now)
		return call{"release", c.Release}, func(ctx context.Context) (*invite.Invite, error) { return p.Release(ctx, c) }
	case 8, 9, 10:
		a := acceptance(inv, fmt.Sprint("code", p.id, now), now)
		return call{"accept", a.Accept}, func(ctx context.Context) (*invite.Invite, error) {
			inv, err := p.Accept(ctx, a)
			if err == nil { // nobody has a code before it is handed out
				p.h.mu.Lock()
				p.h.codes = append(p.h.codes, a.Code)
				p.h.mu.Unlock()
			}
			return inv, err
		}
	case 11, 12:
		r := redemption(inv, "no code", now)
		r.Op = p.op(now)
		p.h.mu.Lock()
		if n := len(p.h.codes); n > 0 {
			r.Code = p.h.codes[p.random.IntN(n)]
		}
		p.h.mu.Unlock()
		return call{"redeem", r.Redeem}, func(ctx context.Context) (*invite.Invite, error) { return p.Redeem(ctx, r) }
	case 13, 14:
		c := claim(inv, now)
		c.Owner = fmt.Sprint("owner", p.id, now)
		p.claims = append(p.claims, c)
		return call{"claim", c.Claim}, func(ctx context.Context) (*invite.Invite, error) { return p.Claim(ctx, c) }
	case 15, 16:
		a := asking(inv, supersededOf(inv), now)
		return call{"ask", a.Ask}, func(ctx context.Context) (*invite.Invite, error) { return p.Ask(ctx, a) }
	case 17, 18:
		c := claim(inv, now)
		c.Owner = fmt.Sprint("owner", p.id, now)
		p.claims = append(p.claims, c)
		return call{"remind", c.Remind}, func(ctx context.Context) (*invite.Invite, error) { return p.Remind(ctx, c) }
	case 19, 20:
		o := invite.OptOut{Key: inv.Key, Undo: p.random.IntN(2) == 0, Now: now}
		return call{"opt out", o.Note}, func(ctx context.Context) (*invite.Invite, error) { return p.OptOut(ctx, o) }
	default:
		s := settlement(inv, now)
		s.MessageID = fmt.Sprint("message", p.id, now)
		if n := len(p.claims); n > 0 {
			s.Gen, s.Seq, s.Owner = p.claims[n-1].Gen, p.claims[n-1].Seq, p.claims[n-1].Owner
		}
		if p.random.IntN(2) == 0 {
			s.Status, s.MessageID, s.RetryAt = invite.MailQueued, "", now.Add(time.Minute)
		}
		return call{"settle", s.Settle}, func(ctx context.Context) (*invite.Invite, error) { return p.Settle(ctx, s) }
	}
}

func (p *player) op(now time.Time) (op invite.Operation) {
	for n := range op.ID {
		op.ID[n] = byte(p.random.Uint32())
	}
	op.At, op.Keyed = now.Truncate(time.Second), true
	return op
}

func TestConcurrentHistoriesAreLinearizableWhateverTheNetworkDoes(t *testing.T) {
	t.Parallel()
	o := open(t)
	var refused, unknown atomic.Int64
	for seed := range uint64(histories) {
		h, log := o.history(t, seed)
		for _, op := range h.ops {
			switch out := op.Output.(answer); {
			case out.kind == invite.Unavailable:
				unknown.Add(1)
			case out.kind != "":
				refused.Add(1)
			}
		}
		if result := porcupine.CheckOperationsTimeout(sequential.ToModel(), h.ops, 0); result != porcupine.Ok {
			var b strings.Builder
			for _, op := range h.ops {
				fmt.Fprintf(&b, "%d [%d, %d] %s\n", op.ClientId, op.Call, op.Return, sequential.DescribeOperation(op.Input, op.Output))
			}
			t.Fatalf("history %d: %s\n%s\n%s", seed, result, b.String(), log)
		}
	}
	t.Logf("%d histories of %d operations: %d refused, %d of unknown outcome", histories, clients*moves, refused.Load(), unknown.Load())
}

// history plays one and returns it with a log of the faults.
func (o opened) history(t *testing.T, seed uint64) (h *history, log string) {
	ctx := t.Context()
	h = &history{}
	var ms atomic.Int64
	now := func() time.Time { return base.Add(time.Duration(ms.Add(1)) * time.Millisecond) }
	tenant, address := invite.TenantID(fmt.Sprintf("history-%d", seed)), invite.Address("ana@example.com")
	var faults []*dynamotest.Faults
	var players []*player
	for id := range clients {
		f := dynamotest.NewFaults(dynamotest.Plan{Seed: seed*clients + uint64(id), Operations: []string{"UpdateItem", "TransactWriteItems"},
			LongestDelay: 5 * time.Millisecond, Chances: map[dynamotest.Fault]float64{
				dynamotest.LoseRequest: 0.08, dynamotest.LoseResponse: 0.12, dynamotest.Late: 0.1,
				dynamotest.Duplicate: 0.1, dynamotest.Delay: 0.1, dynamotest.Throttle: 0.05}})
		config := configFor(*o.table)
		config.Wait = func(_ context.Context, d time.Duration) error { time.Sleep(d / 10); return nil }
		s, err := New(dynamotest.Start(t, f.Attach), config)
		if err != nil {
			t.Fatal(err)
		}
		faults = append(faults, f)
		players = append(players, &player{Store: s, faults: f, h: h, id: id, random: rand.New(rand.NewPCG(seed, uint64(id))), now: now, tenant: tenant, address: address})
	}
	// Half of the histories begin with a mail that has arrived, some of them with the
	// first reminder due.
	first := &player{Store: o.Store, h: h, id: clients, random: rand.New(rand.NewPCG(seed, clients))}
	began := now()
	if seed%4 == 0 {
		began = began.Add(-invitetest.Window / 7)
	}
	c := creation(tenant, address, began)
	c.Op = first.op(c.Now)
	inv := h.must(t, clients, call{"create", c.Create}, func() (*invite.Invite, error) { return o.Create(ctx, c) })
	if seed%2 == 0 {
		c := claim(inv, began)
		inv = h.must(t, clients, call{"claim", c.Claim}, func() (*invite.Invite, error) { return o.Claim(ctx, c) })
		s := settlement(inv, began)
		h.must(t, clients, call{"settle", s.Settle}, func() (*invite.Invite, error) { return o.Settle(ctx, s) })
	}
	var wg sync.WaitGroup
	for n, p := range players {
		wg.Go(func() {
			for range moves {
				p.play(ctx)
			}
			faults[n].Flush()
		})
	}
	wg.Wait()
	h.must(t, clients, call{name: "read"}, func() (*invite.Invite, error) { return o.Get(ctx, inv.Key) })
	for _, f := range faults {
		log += f.String() + "\n"
	}
	return h, log
}

// must plays an operation that has no cause to fail.
func (h *history) must(t *testing.T, client int, in call, do func() (*invite.Invite, error)) *invite.Invite {
	t.Helper()
	began := h.clock.Add(1)
	inv, err := do()
	if err != nil {
		t.Fatalf("%s: %v", in.name, err)
	}
	if in.pure == nil {
		h.ops = append(h.ops, porcupine.Operation{ClientId: client, Input: in, Call: began, Output: answer{inv: inv}, Return: h.clock.Add(1)})
	} else {
		h.note(client, in, began, inv, nil, false)
	}
	return inv
}
