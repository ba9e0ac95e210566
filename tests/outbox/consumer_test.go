package outbox

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// rough is a bus that refuses, repeats and reorders: what it has taken reaches the
// consumer at some later time, once or twice.
type rough struct {
	random   *rand.Rand
	onTheWay []invite.News
	reader   *reader
}

func (r *rough) Put(_ context.Context, news []invite.News) []error {
	errs := make([]error, len(news))
	failed := map[invite.Key]bool{}
	for i, n := range news {
		if failed[n.Key] || r.random.IntN(10) == 0 {
			failed[n.Key] = true
			errs[i] = errors.New("not taken")
			continue
		}
		for range 1 + r.random.IntN(2) {
			r.onTheWay = append(r.onTheWay, n)
		}
	}
	r.random.Shuffle(len(r.onTheWay), func(i, j int) { r.onTheWay[i], r.onTheWay[j] = r.onTheWay[j], r.onTheWay[i] })
	keep := r.random.IntN(5)
	for len(r.onTheWay) > keep {
		r.reader.read(r.onTheWay[0])
		r.onTheWay = r.onTheWay[1:]
	}
	return errs
}

// reader is a consumer: it knows events alone, and keeps the highest version of each
// address.
type reader struct {
	known map[invite.Key]knowledge
	ids   map[string]invite.News
	twice int
}

type knowledge struct {
	version uint64
	id      invite.ID
	status  invite.Status
	role    string
	count   uint64
}

func (r *reader) read(n invite.News) {
	id := n.Event.ID(n.Key)
	if _, seen := r.ids[id]; seen {
		r.twice++
	}
	r.ids[id] = n
	if k := r.known[n.Key]; n.Event.Version > k.version {
		r.known[n.Key] = knowledge{n.Event.Version, invite.IDOf(n.Key, n.Event.Gen), n.Event.Status, n.Event.Role, n.Event.SendCount}
	}
}

// player plays random operations on addresses of its own, publishes what each has
// added as the stream would, and loses some of that, as a stream that is off does.
type player struct {
	w         *world
	random    *rand.Rand
	publisher *invite.Publisher
	keys      map[invite.Key]invite.Address
	now       time.Time
	seen      map[invite.Key]*invite.Invite
}

func (p *player) play(ctx context.Context, email invite.Address) error {
	k := invite.KeyOf(tenant, email)
	p.keys[k] = email
	p.now = p.now.Add(time.Duration(p.random.IntN(3000)) * time.Millisecond)
	old := p.seen[k]
	op := invite.Operation{At: p.now.Truncate(time.Second)}
	for i := range op.ID {
		op.ID[i] = byte(p.random.Uint32())
	}
	change := invite.Change{Key: k, Op: op, Nonce: invite.Nonce{byte(p.random.Uint32())}, Now: p.now, Retention: retention}
	if old != nil {
		change.Gen = old.Gen
	}
	var err error
	switch p.random.IntN(10) {
	case 0, 1:
		_, err = p.w.store.Create(ctx, invite.Creation{Tenant: tenant, Email: email, Role: []string{"member", "admin"}[p.random.IntN(2)],
			Window: invite.DefaultWindow, Op: op, Now: p.now, Retention: retention})
	case 2, 3:
		_, err = p.w.store.Resend(ctx, change)
	case 4:
		_, err = p.w.store.Cancel(ctx, change)
	case 5:
		_, err = p.w.store.Release(ctx, change)
	case 6:
		if old != nil {
			claim := invite.Claim{Key: k, Gen: old.Gen, Seq: old.Seq, Owner: fmt.Sprint(p.random.Uint64()), Link: invite.Digest{1, byte(old.Seq)}, KeyVersion: "1", Now: p.now}
			if _, err = p.w.store.Claim(ctx, claim); err == nil {
				_, err = p.w.store.Settle(ctx, invite.Settlement{Key: k, Gen: old.Gen, Seq: old.Seq, Owner: claim.Owner, Status: invite.MailSent,
					MessageID: claim.Owner, ExpiresAt: old.ExpiresAt, Now: p.now})
			}
		}
	case 7:
		if old != nil {
			var code invite.Digest
			code[0], code[1], code[2] = byte(p.random.Uint32()), byte(p.random.Uint32()), byte(p.random.Uint32())
			_, err = p.w.store.Accept(ctx, invite.Acceptance{Key: k, Link: old.Link, Code: code, Now: p.now, Retention: retention})
		}
	case 9:
		if old != nil {
			notices := invitetest.Notices
			notice := notices[p.random.IntN(len(notices))]
			notice.At = p.now
			_, err = p.w.store.Note(ctx, invite.Notification{Key: k, Gen: old.Gen, Seq: old.Seq, Notice: notice, Now: p.now})
		}
	case 8:
		if old != nil && p.random.IntN(3) == 0 {
			p.now = old.ExpiresAt.Add(time.Duration(1+p.random.IntN(2)) * invite.ExpireGrace)
			_, _, err = p.w.store.Expire(ctx, []invite.Timer{{Key: k, Due: old.Due}}, p.now, retention)
		}
	}
	if err != nil && invite.KindOf(err) == "" {
		return err
	}
	after, err := p.w.store.Get(ctx, k)
	if invite.KindOf(err) == invite.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	p.seen[k] = after
	if p.random.IntN(8) > 0 {
		p.publisher.Publish(ctx, []invite.Step{{Before: old, After: after}})
	}
	return nil
}

var operations = flag.Int("operations", 3_000, "random operations of TestAConsumerOfTheEventsAgreesWithTheTable")

// A consumer that is built from nothing out of events alone agrees with the table,
// after thousands of random operations, over a bus that refuses, repeats and reorders.
func TestAConsumerOfTheEventsAgreesWithTheTable(t *testing.T) {
	t.Parallel()
	const players, addresses = 8, 6
	w := newWorld(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	total, repeated, wrong := 0, 0, 0
	for n := range players {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(n)))
			r := &reader{known: map[invite.Key]knowledge{}, ids: map[string]invite.News{}}
			bus := &rough{random: random, reader: r}
			p := &player{w: w, random: random, keys: map[invite.Key]invite.Address{}, now: begin, seen: map[invite.Key]*invite.Invite{},
				publisher: &invite.Publisher{Store: w.store, Bus: bus}}
			for range *operations / players {
				email := invite.Address(fmt.Sprintf("p%d-%d@example.com", n, random.IntN(addresses)))
				if err := p.play(t.Context(), email); err != nil {
					t.Error(err)
					return
				}
			}
			// The schedule comes for what is left, as often as the bus refuses.
			for k := range p.keys {
				for range 50 {
					if err := p.publisher.Republish(t.Context(), k); err == nil {
						break
					}
				}
			}
			for _, n := range bus.onTheWay {
				r.read(n)
			}
			mu.Lock()
			defer mu.Unlock()
			for k := range p.keys {
				row, err := w.store.Get(t.Context(), k)
				if err != nil {
					continue // no operation made an invite of this address
				}
				want := knowledge{r.known[k].version, row.ID(), row.Status, row.Role, row.SendCount()}
				if got := r.known[k]; got != want || len(row.Events) > 0 {
					t.Errorf("%s: the consumer knows %+v, the table %+v with %d events left", p.keys[k], got, want, len(row.Events))
					wrong++
				}
				total++
			}
			repeated += r.twice
		})
	}
	wg.Wait()
	if total < players*addresses/2 || repeated == 0 {
		t.Errorf("%d addresses, %d repetitions: the test saw too little", total, repeated)
	}
	t.Logf("%d operations on %d addresses: %d events came twice, %d addresses differ", *operations, total, repeated, wrong)
}
