package invite

import (
	"context"
	"sync"
	"time"
)

// Senders is how many senders work side by side on the mails of one shard of the
// table's stream: the stream's ParallelizationFactor in template.yaml. Each has its
// share of the rate that the operator sets. More of them (other shards, the
// schedule's calls) are found out by the provider's own "too fast".
const Senders = 4

const (
	// slowestPace is where a pace stops to fall: four senders keep to one mail a
	// second between them, the rate of SES's sandbox.
	slowestPace = 0.25
	// easing is how much faster each mail that is taken makes a pace that has slowed
	// down: 35 of them double it. So a provider that stays slow says "too fast" to
	// about one mail in 35.
	easing = 1.02
	// slowing is how long one "too fast" counts for: those of the same moment are
	// about mails that were on their way already.
	slowing = time.Second
)

// Pace keeps one sender to its share of the mails a second that the provider takes.
// A second's worth may go at once, which SES allows; after that they go evenly.
// Where the provider says "too fast" all the same, the pace halves, and rises again
// with the mails that are taken. It is safe for concurrent use; a nil Pace sets none.
type Pace struct {
	mu     sync.Mutex
	share  float64   // mails a second at most
	rate   float64   // mails a second at present
	booked time.Time // until when the rate is used up by turns that were taken
	slowed time.Time
}

// NewPace returns a pace of so many mails a second.
func NewPace(share float64) *Pace { return &Pace{share: share, rate: share} }

// take books the next turn and returns how long it is until then. It books none, and
// ok is false, where that turn is after latest; a zero latest allows any.
func (p *Pace) take(now, latest time.Time) (wait time.Duration, ok bool) {
	if p == nil {
		return 0, true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	from := p.booked
	if from.Before(now) {
		from = now
	}
	wait = max(from.Add(-p.leeway()).Sub(now), 0)
	if !latest.IsZero() && now.Add(wait).After(latest) {
		return 0, false
	}
	p.booked = from.Add(p.interval())
	return wait, true
}

// busy tells whether the next turn is not at once.
func (p *Pace) busy(now time.Time) bool {
	if p == nil {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.booked.Add(-p.leeway()).After(now)
}

// giveBack returns a turn that nobody used, so that a mail which needed none delays
// no other.
func (p *Pace) giveBack() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.booked = p.booked.Add(-p.interval())
}

// tooFast halves the rate. The next turn is an interval away.
func (p *Pace) tooFast(now time.Time) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Before(p.slowed.Add(slowing)) {
		return
	}
	p.slowed = now
	p.rate = max(p.rate/2, min(slowestPace, p.share))
	if next := now.Add(p.interval() + p.leeway()); p.booked.Before(next) {
		p.booked = next
	}
}

// taken speeds up what was slowed down.
func (p *Pace) taken() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate = min(p.rate*easing, p.share)
}

// interval is the time from one mail to the next.
func (p *Pace) interval() time.Duration { return time.Duration(float64(time.Second) / p.rate) }

// leeway lets a second's worth of mails go at once, and one where that is less.
func (p *Pace) leeway() time.Duration { return max(time.Second-p.interval(), 0) }

const (
	// turns is how often one call tries a mail that the provider finds too fast,
	// before it leaves it to the schedule.
	turns = 4
	// sendTime is what a mail needs after its turn has come: claim, hand-over and
	// outcome. A turn later than that before the sender's own end is not waited for.
	sendTime = 15 * time.Second
	// settleTime is kept of it for the outcome.
	settleTime = 3 * time.Second
)

// turn waits until a mail may be handed over. It is false where this sender will not
// be there by then.
func (o *Outbox) turn(ctx context.Context) bool {
	latest, ends := ctx.Deadline()
	if ends {
		latest = latest.Add(-sendTime)
	}
	wait, ok := o.Pace.take(o.Now(), latest)
	if ok && wait > 0 && o.Wait(ctx, wait) != nil {
		o.Pace.giveBack()
		return false
	}
	return ok
}
