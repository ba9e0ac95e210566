package outbox

import (
	"context"
	"encoding/json"
	"flag"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"invites/shared/invite"
	"invites/shared/redrive"
)

// busy is SES as a new account meets it: it takes so many mails a second, says "too
// fast" to the rest, and fails at some of those it might take.
type busy struct {
	world  *world
	random *rand.Rand

	left   float64 // mails it takes at once
	filled time.Time
	tooFast, failed,
	taken int
}

// answer implements verdict; the provider asks for one answer at a time.
func (b *busy) answer(string) reply {
	now := b.world.clock()
	b.left = min(allowed, b.left+allowed*now.Sub(b.filled).Seconds())
	b.filled = now
	if b.left < 1 {
		b.tooFast++
		return throttles("")
	}
	b.left--
	if b.random.IntN(20) == 0 {
		b.failed++
		return breaks("")
	}
	b.taken++
	return reply{takes: true}
}

// factory runs senders as Lambda does: the stream's, a few side by side, and those
// that the schedule wakes. Any of them is killed now and then.
type factory struct {
	*timeline
	w         *world
	ses       *busy
	perSecond float64 // what the operator has set
	settings  *invite.CachedSettings
	standing  *invite.CachedStanding

	mu       sync.Mutex
	random   *rand.Rand
	kills    [stepCount]int
	afterSES map[mailID]int // senders killed after SES has taken the mail and before the record said so
}

// run is one run of a sender: what it shares between its mails.
type run struct {
	pace *invite.Pace
	ends time.Time
}

// lambdaTime is the timeout of send in template.yaml.
const lambdaTime = 50 * time.Second

func (f *factory) pace() *invite.Pace { return invite.NewPace(f.perSecond / invite.Senders) }

// deliver sends one mail, if its sender is not killed on the way.
func (f *factory) deliver(r run, inv *invite.Invite, send func(*process, context.Context) error) (killed bool) {
	f.mu.Lock()
	dies := never
	if f.random.IntN(12) == 0 {
		dies = beforeClaim + step(f.random.IntN(int(stepCount-beforeClaim)))
	}
	f.mu.Unlock()
	var took atomic.Bool
	p := f.w.start(fate{dies: dies, says: func(source string) reply {
		answer := f.ses.answer(source)
		took.Store(answer.takes)
		answer.cut = dies == handedOver
		return answer
	}})
	p.Pace, p.Wait, p.Settings, p.Standing = r.pace, f.sleep, f.settings, f.standing
	_ = send(p, ending{p.ctx, r.ends})
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.dead {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kills[dies]++
	if took.Load() && dies.copies() {
		f.afterSES[mailOf(inv)]++
	}
	return true
}

// ending is a context that ends by the world's clock.
type ending struct {
	context.Context
	at time.Time
}

func (e ending) Deadline() (time.Time, bool) { return e.at, true }

// stream hands images to the sender in batches, and a batch whose sender was killed
// again, three times (template.yaml). The next sender knows nothing of the pace.
func (f *factory) stream(images []*invite.Invite) {
	pace := f.pace()
	for batch := range slices.Chunk(images, 10) {
		for range 4 {
			if !f.batch(pace, len(batch), func(r run, n int) bool {
				return f.deliver(r, batch[n], func(p *process, ctx context.Context) error { return p.Deliver(ctx, batch[n]) })
			}) {
				break
			}
			pace = f.pace()
		}
	}
}

// batch does the mails of one run, until it is killed.
func (f *factory) batch(pace *invite.Pace, mails int, deliver func(r run, n int) (killed bool)) (killed bool) {
	r := run{pace, f.w.clock().Add(lambdaTime)}
	var mu sync.Mutex
	f.sideBySide(mails, func(n int) {
		mu.Lock()
		over := killed
		mu.Unlock()
		if !over && deliver(r, n) {
			mu.Lock()
			killed = true
			mu.Unlock()
		}
	})
	return killed
}

// Invoke implements redrive.Client: Lambda takes the call and nobody waits for it.
func (f *factory) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	var e redrive.Event
	if err := json.Unmarshal(in.Payload, &e); err != nil {
		return nil, err
	}
	f.spawn(func() {
		f.batch(f.pace(), len(e.Redrive), func(r run, n int) bool {
			k, err := invite.ParseKey(e.Redrive[n].Partition, e.Redrive[n].Address)
			if err != nil {
				f.w.t.Error(err)
				return true
			}
			inv, err := f.w.store.Get(f.w.t.Context(), k)
			if err != nil {
				f.w.t.Error(err)
				return true
			}
			return f.deliver(r, inv, func(p *process, ctx context.Context) error { return p.Redeliver(ctx, k) })
		})
	})
	return &lambda.InvokeOutput{}, nil
}

// schedule sweeps each minute, as shared/app/expire does, until no mail waits.
func (f *factory) schedule(invites []*invite.Invite) {
	s := invite.Sweeper{
		Store: f.w.store, Retention: retention, Now: f.w.clock, Mails: int(f.perSecond * 30),
		Redriver: redrive.Function{Client: f, Name: "send", Calls: invite.Senders},
	}
	for f.waits(invites) {
		if f.w.clock().Sub(begin) > time.Hour {
			f.w.t.Error("a mail waits for ever")
			return
		}
		if err := f.sleep(f.w.t.Context(), time.Minute); err != nil {
			return
		}
		if _, err := s.Sweep(f.w.t.Context(), f.w.clock().Add(time.Minute)); err != nil {
			f.w.t.Error(err)
			return
		}
	}
}

func (f *factory) waits(invites []*invite.Invite) bool {
	return len(f.w.ses.copies()) < len(invites) || slices.ContainsFunc(invites, func(i *invite.Invite) bool {
		return f.w.row(i).Mail.Status != invite.MailSent
	})
}

var crowd = flag.Int("crowd", 300, "how many invites TestAFloodOfInvitesKeepsToTheRateAndAllArrive sends")

// The promise in numbers: hundreds of invites through a mail service that allows 5 a
// second, throttles, fails one in twenty and whose senders are killed at random. As many
// mails arrive, none is lost, there are at most as many second copies as kills after SES,
// and every copy has the same link (see provider.check). With -crowd 1000 it is the run
// of docs/decisions/0040-sending-rate.md.
func TestAFloodOfInvitesKeepsToTheRateAndAllArrive(t *testing.T) {
	t.Parallel()
	flood(t, *crowd, allowed)
}

// An operator whose account allows less than the default has to set nothing: the
// senders find out.
func TestSendersFindOutThatTheRateIsLower(t *testing.T) {
	t.Parallel()
	flood(t, 150, mailsPerSecond)
}

// allowed is how many mails a second SES takes.
const allowed = 5.0

// flood invites so many at once, with senders that are set to a rate.
func flood(t *testing.T, count int, perSecond float64) {
	w := newWorld(t)
	f := &factory{
		timeline: &timeline{world: w}, w: w, perSecond: perSecond,
		settings: &invite.CachedSettings{From: w.store, Now: w.clock}, standing: &invite.CachedStanding{StandingStore: w.store, Now: w.clock},
		random: rand.New(rand.NewPCG(1, 0)), afterSES: map[mailID]int{},
		ses: &busy{world: w, left: allowed, filled: begin, random: rand.New(rand.NewPCG(2, 0))},
	}
	w.ses.is(f.ses.answer)
	w.service.Settings, w.service.Standing = f.settings, f.standing
	invites := make([]*invite.Invite, count)
	f.spawn(func() { f.sideBySide(count, func(n int) { invites[n] = w.invite() }) })
	f.all.Wait()
	f.play(invites)

	mails, second, killed, afterSES := w.ses.copies(), 0, 0, 0
	for _, copies := range mails {
		second += len(copies) - 1
	}
	for _, n := range f.afterSES {
		afterSES += n
	}
	for _, n := range f.kills {
		killed += n
	}
	t.Logf("%v of the world's time; SES was asked %d times, took %d mails, found %d too fast and failed at %d; %d senders killed, %d of them after SES; %d second copies",
		w.clock().Sub(begin), w.ses.asked(), f.ses.taken, f.ses.tooFast, f.ses.failed, killed, afterSES, second)
	if len(mails) != count {
		t.Fatalf("%d mails arrived, want %d", len(mails), count)
	}
	if second > afterSES {
		t.Errorf("%d second copies and %d kills after SES", second, afterSES)
	}
	if f.ses.tooFast > count {
		t.Errorf("SES found %d mails too fast: nobody keeps to its rate", f.ses.tooFast)
	}
	if f.ses.tooFast == 0 || f.ses.failed == 0 || killed < count/20 || afterSES == 0 {
		t.Error("this was no storm: nothing is proven")
	}
	f.spawn(func() {
		f.sideBySide(count, func(n int) {
			row := w.row(invites[n])
			copies := mails[mailOf(row)]
			if most := 1 + f.afterSES[mailOf(row)]; len(copies) < 1 || len(copies) > most {
				t.Errorf("%d copies of a mail, want 1 to %d", len(copies), most)
				return
			}
			last := copies[len(copies)-1]
			token, err := invite.ParseToken(last.token)
			if err != nil || row.Status != invite.Pending || !row.Link.Equal(token.Digest()) || row.Mail.MessageID != last.id {
				t.Errorf("the row says %+v, want message %s and its link to be the live one (%v)", row.Mail, last.id, err)
			}
		})
	})
	f.all.Wait()
}

// play runs everybody until no mail waits.
func (f *factory) play(invites []*invite.Invite) {
	shards := make([][]*invite.Invite, invite.Senders)
	for n, inv := range invites {
		shards[n%len(shards)] = append(shards[n%len(shards)], inv)
	}
	f.spawn(func() {
		for _, images := range shards {
			f.spawn(func() { f.stream(images) })
		}
		f.schedule(invites)
	})
	f.all.Wait()
}
