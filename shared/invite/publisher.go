package invite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// News is an event with all that is published of it.
type News struct {
	Key    Key
	Tenant TenantID
	Email  Address
	Event  Event
}

// Bus takes news over, in their order for each invite. It returns an error for each
// that it did not take: after one of an invite, none of the later ones of that invite
// was taken either.
type Bus interface {
	Put(ctx context.Context, news []News) []error
}

// Publisher publishes the events that records hold.
type Publisher struct {
	Store EventStore
	Bus   Bus
}

// Step is a record before and after one write; Before is nil where there was none.
type Step struct{ Before, After *Invite }

// Publish publishes what each step has added to a record, and takes it out of the
// record as it is now. Events that stood there before were an earlier change's. It
// returns an error for each step that should come again; what was taken by the bus
// and not by the store is then published a second time, with the same id.
func (p *Publisher) Publish(ctx context.Context, steps []Step) []error {
	batch := make([]batchPart, len(steps))
	for i, c := range steps {
		batch[i].of = c.After
		for _, e := range c.After.Events {
			was := c.Before != nil && slices.ContainsFunc(c.Before.Events, func(o Event) bool { return o.Mark == e.Mark })
			if !was {
				batch[i].events = append(batch[i].events, e)
			}
		}
	}
	return p.publish(ctx, batch)
}

// Republish publishes all that the record at k holds. The schedule calls for it where
// the stream failed.
func (p *Publisher) Republish(ctx context.Context, k Key) error {
	inv, err := p.Store.Get(ctx, k)
	if KindOf(err) == NotFound {
		return nil
	}
	if err != nil {
		return fmt.Errorf("republish: %w", err)
	}
	if len(inv.Events) > 0 {
		return p.publish(ctx, []batchPart{{of: inv, events: inv.Events}})[0]
	}
	if _, err = p.Store.Publish(ctx, Publication{Key: k}); err != nil && KindOf(err) != NotFound {
		return fmt.Errorf("republish: nothing there: %w", err)
	}
	return nil
}

// marksAtOnce is how many events one write takes out: DynamoDB takes an expression of
// 4 KB, which names five times as many. A record that changed all day while nothing was
// published may hold hundreds.
const marksAtOnce = 20

// batchPart is the events of one record that are to be published.
type batchPart struct {
	of     *Invite
	events []Event
}

func (p *Publisher) publish(ctx context.Context, batch []batchPart) []error {
	var news []News
	for _, b := range batch {
		for _, e := range b.events {
			news = append(news, News{Key: b.of.Key, Tenant: b.of.Tenant, Email: b.of.Email, Event: e})
		}
	}
	put := p.Bus.Put(ctx, news)
	errs := make([]error, len(batch))
	for i, b := range batch {
		var marks []string
		for n, e := range b.events {
			if put[n] == nil {
				marks = append(marks, e.Mark)
			}
		}
		errs[i] = errors.Join(put[:len(b.events)]...)
		put = put[len(b.events):]
		if len(marks) == 0 {
			continue
		}
		for some := range slices.Chunk(marks, marksAtOnce) {
			// A record that TTL has taken meanwhile has nothing left to forget.
			if _, err := p.Store.Publish(ctx, Publication{Key: b.of.Key, Marks: some}); err != nil && KindOf(err) != NotFound {
				errs[i] = errors.Join(errs[i], fmt.Errorf("published, and not taken out: %w", err))
			}
		}
	}
	return errs
}

// RepublishAfter is how long an event may wait for the stream before the schedule has
// it published.
const RepublishAfter = 2 * time.Minute

// Herald has events published that the stream left behind.
type Herald struct {
	Store EventStore
	// Wake has the events of the records at the keys published by somebody who may.
	Wake Redriver
	Now  func() time.Time
}

// Call hands over what has waited too long, until nothing is left or until stop. It
// returns how many records that were.
func (h *Herald) Call(ctx context.Context, stop time.Time) (woken int, err error) {
	for keys, err := range h.Store.Unpublished(ctx, h.Now().Add(-RepublishAfter)) {
		if err == nil {
			err = h.Wake.Redrive(ctx, keys)
		}
		if err != nil {
			return woken, fmt.Errorf("unpublished events: %w", err)
		}
		if woken += len(keys); !h.Now().Before(stop) {
			break
		}
	}
	return woken, nil
}
