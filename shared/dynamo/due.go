package dynamo

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/invite"
)

const (
	// settled is how long after its end nothing is filed under an hour any more: a
	// clock that lags and a request that hangs, with room to spare.
	settled = 70 * time.Minute
	// oldest is how far back the first sweep of a table looks: the longest window
	// and a day. Whatever is due was filed under an hour since then.
	oldest = invite.MaxWindow + 24*time.Hour
	// bucketsAtOnce are asked side by side, so that a walk over the empty hours of
	// a long outage takes seconds.
	bucketsAtOnce = 16
	// queryLimit and pageLimit bound what one query reads and one page hands out.
	queryLimit = 1000
	pageLimit  = 100
)

// Due walks the timer index from the watermark, which is the hour before which
// nothing is left, to the present hour. The watermark moves on over hours that are
// over for good and were empty; a walk that is cut short leaves it where it was or
// further on, never too far.
func (s *Store) Due(ctx context.Context, now time.Time) iter.Seq2[[]invite.Timer, error] {
	return func(yield func([]invite.Timer, error) bool) {
		from, err := s.watermark(ctx, now)
		if err != nil {
			yield(nil, fmt.Errorf("due: %w", err))
			return
		}
		w := walk{s: s, now: now, clear: from, saved: from}
		if err := w.run(ctx, from, yield); err != nil {
			yield(nil, fmt.Errorf("due: %w", err))
		}
	}
}

// walk is one pass over the buckets.
type walk struct {
	s     *Store
	now   time.Time
	clear hour // all before it were empty
	saved hour // the watermark in the table, as far as this pass knows
	kept  bool // an hour was found that the watermark must not pass
}

// run hands every page to yield and returns the error that ended the walk, if the
// caller has not ended it.
func (w *walk) run(ctx context.Context, from hour, yield func([]invite.Timer, error) bool) error {
	last := hourOf(w.now)
	perRound := max(bucketsAtOnce/w.s.shards, 1)
	for h := from; h <= last; h += hour(perRound) {
		hours := min(perRound, int(last-h)+1)
		found, err := w.s.firstPages(ctx, h, hours, w.now)
		if err != nil {
			return err
		}
		for n := range hours {
			empty := true
			for shard := range w.s.shards {
				page := found[n*w.s.shards+shard]
				empty = empty && len(page.timers) == 0
				more, err := w.hand(ctx, page, yield)
				if err != nil || !more {
					return err
				}
			}
			w.passed(h+hour(n), empty)
		}
		if err := w.save(ctx); err != nil {
			return err
		}
	}
	return nil
}

// passed notes an hour. Only hours in a row that were empty and are over for good
// move the watermark.
func (w *walk) passed(h hour, empty bool) {
	if !empty || w.kept || w.now.Before(h.end().Add(settled)) {
		w.kept = true
		return
	}
	w.clear = h + 1
}

func (w *walk) save(ctx context.Context) error {
	if w.clear == w.saved {
		return nil
	}
	if err := w.s.saveWatermark(ctx, w.clear); err != nil {
		return err
	}
	w.saved = w.clear
	return nil
}

// hand gives out a bucket page by page. more is false when the caller has enough.
func (w *walk) hand(ctx context.Context, p bucketPage, yield func([]invite.Timer, error) bool) (more bool, err error) {
	for {
		for len(p.timers) > 0 {
			n := min(len(p.timers), pageLimit)
			if !yield(p.timers[:n:n], nil) {
				return false, nil
			}
			p.timers = p.timers[n:]
		}
		if p.next == nil {
			return true, nil
		}
		if p, err = w.s.bucketPage(ctx, p.bucket, p.next, w.now); err != nil {
			return false, err
		}
	}
}

// bucketPage is what one query of a bucket found.
type bucketPage struct {
	bucket string
	timers []invite.Timer
	next   item
}

// firstPages asks every shard of some hours at once.
func (s *Store) firstPages(ctx context.Context, h hour, hours int, now time.Time) ([]bucketPage, error) {
	pages := make([]bucketPage, hours*s.shards)
	errs := make([]error, len(pages))
	var wg sync.WaitGroup
	for n := range pages {
		wg.Go(func() {
			bucket := (h + hour(n/s.shards)).bucket(n % s.shards)
			pages[n], errs[n] = s.bucketPage(ctx, bucket, nil, now)
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return pages, nil
}

func (s *Store) bucketPage(ctx context.Context, bucket string, after item, now time.Time) (p bucketPage, err error) {
	names, values := bind(nil, item{"bucket": text(bucket), "now": dueText(now)}, inBucket)
	out, err := s.reads.Query(ctx, &dynamodb.QueryInput{
		TableName: s.table, IndexName: aws.String(byDue), KeyConditionExpression: aws.String(inBucket),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ExclusiveStartKey: after, Limit: aws.Int32(queryLimit),
	})
	if err != nil {
		return p, reading("bucket "+bucket, err)
	}
	p = bucketPage{bucket: bucket, next: out.LastEvaluatedKey}
	for _, i := range out.Items {
		t, err := timerOf(i)
		if err != nil {
			return p, err
		}
		p.timers = append(p.timers, t)
	}
	return p, nil
}

// watermark returns the hour the walk begins at.
func (s *Store) watermark(ctx context.Context, now time.Time) (hour, error) {
	found, err := s.getItem(ctx, watermarkKey())
	if err != nil {
		return 0, fmt.Errorf("watermark: %w", err)
	}
	if found == nil {
		return hourOf(now.Add(-oldest)), nil
	}
	r := reader{item: found}
	h := hour(r.number("hour"))
	if r.err != nil {
		return 0, fmt.Errorf("watermark: %w", r.err)
	}
	return h, nil
}

// saveWatermark moves the watermark on and never back: another walk may be ahead.
func (s *Store) saveWatermark(ctx context.Context, h hour) error {
	u := update{key: watermarkKey(), when: isAbsent + " OR #hour < :hour", set: "#hour = :hour", values: item{"hour": number(h)}}
	if err := s.writeAgain(ctx, u); err != nil && classify(err) != refused {
		return fmt.Errorf("watermark: %w", err)
	}
	return nil
}
