package invite

import (
	"context"
	"fmt"
	"time"
)

// Sweeper does what falls due: it marks expirations and has mails sent that were
// left behind, and reminders. Two may run at once; each marks what the other has not.
type Sweeper struct {
	Store     TimerStore
	Redriver  Redriver
	Retention Retention
	// Mails is how many one run hands to the sender: what it can send until the next
	// run, so that calls of it never pile up. The others stay due. 0 for no bound.
	Mails int
	Now   func() time.Time
}

// Swept counts one run.
type Swept struct {
	Expired  int  // marked by this run
	Redriven int  // handed to the sender: mails that were left behind, reminders that are due
	Finished bool // false where time ran out; the next run goes on from there
}

// Sweep works until nothing is due or until stop. It goes on with the next page
// where one fails, and returns the first error. Mails are handed over together, once
// there are enough for the sender or nothing more is found, so that it can be woken
// for as few and as long runs as it can pace.
func (s *Sweeper) Sweep(ctx context.Context, stop time.Time) (Swept, error) {
	var done Swept
	var first error
	var waiting []Key
	handed := false
	failed := func(err error) {
		if err != nil && first == nil {
			first = fmt.Errorf("sweep: %w", err)
		}
	}
	redrive := func() {
		if handed || len(waiting) == 0 {
			return
		}
		handed = true
		err := s.Redriver.Redrive(ctx, waiting)
		if err == nil {
			done.Redriven = len(waiting)
		}
		failed(err)
	}
	now := s.Now()
	for keys, err := range s.Store.Due(ctx, now) {
		if err != nil {
			failed(err)
			redrive()
			return done, first
		}
		marked, left, err := s.Store.Expire(ctx, keys, now, s.Retention)
		done.Expired += marked
		failed(err)
		waiting = append(waiting, left...)
		if s.Mails > 0 && len(waiting) >= s.Mails {
			waiting = waiting[:s.Mails]
			redrive()
		}
		if !s.Now().Before(stop) {
			redrive()
			return done, first
		}
	}
	redrive()
	done.Finished = true
	return done, first
}
