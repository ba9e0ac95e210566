package invite

import (
	"context"
	"fmt"
	"time"
)

// Sweeper does what falls due: it marks expirations and has mails sent that were
// left behind. Two may run at once; each marks what the other has not.
type Sweeper struct {
	Store     TimerStore
	Redriver  Redriver
	Retention Retention
	Now       func() time.Time
}

// Swept counts one run.
type Swept struct {
	Expired  int  // marked by this run
	Redriven int  // mails handed to the sender
	Finished bool // false where time ran out; the next run goes on from there
}

// Sweep works until nothing is due or until stop. It goes on with the next page
// where one fails, and returns the first error.
func (s *Sweeper) Sweep(ctx context.Context, stop time.Time) (Swept, error) {
	var done Swept
	var first error
	now := s.Now()
	for keys, err := range s.Store.Due(ctx, now) {
		if err != nil {
			return done, fmt.Errorf("sweep: %w", err)
		}
		marked, left, err := s.Store.Expire(ctx, keys, now, s.Retention)
		done.Expired += marked
		if err == nil && len(left) > 0 {
			if err = s.Redriver.Redrive(ctx, left); err == nil {
				done.Redriven += len(left)
			}
		}
		if err != nil && first == nil {
			first = fmt.Errorf("sweep: %w", err)
		}
		if !s.Now().Before(stop) {
			return done, first
		}
	}
	done.Finished = true
	return done, first
}
