package outbox

import (
	"context"
	"sync"
	"time"
)

// timeline moves a world's clock on whenever all who take part in it wait for a later
// instant. So senders that pace themselves for minutes take no time, and each acts at
// the instant it would.
type timeline struct {
	world *world

	mu     sync.Mutex
	active int // who take part and do not wait
	waits  []wakeUp
	all    sync.WaitGroup
}

type wakeUp struct {
	at time.Time
	up chan struct{}
}

// spawn lets do take part.
func (l *timeline) spawn(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active++
	l.all.Go(func() {
		do()
		l.rest()
	})
}

// sleep is what one who takes part does until later.
func (l *timeline) sleep(ctx context.Context, d time.Duration) error {
	up := make(chan struct{})
	l.mu.Lock()
	l.waits = append(l.waits, wakeUp{l.world.clock().Add(d), up})
	l.mu.Unlock()
	l.rest()
	<-up
	return ctx.Err()
}

// sideBySide does one thing for 0 to n-1, a few at a time, and goes on when all is
// done, at the instant of the last.
func (l *timeline) sideBySide(n int, do func(int)) {
	if n == 0 {
		return
	}
	workers := min(n, sendersAtOnce)
	l.mu.Lock()
	l.active += workers - 1 // who asks takes no part meanwhile
	next, left := 0, workers
	l.mu.Unlock()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				l.mu.Lock()
				mine := next
				next++
				if mine >= n {
					left--
					last := left == 0 // and now who asks goes on in its place
					l.mu.Unlock()
					if !last {
						l.rest()
					}
					return
				}
				l.mu.Unlock()
				do(mine)
			}
		})
	}
	wg.Wait()
}

// rest is how somebody stops to be active. The last one moves the clock on.
func (l *timeline) rest() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.active--; l.active > 0 || len(l.waits) == 0 {
		return
	}
	first := l.waits[0].at
	for _, w := range l.waits {
		if w.at.Before(first) {
			first = w.at
		}
	}
	l.world.moveTo(first)
	var later []wakeUp
	for _, w := range l.waits {
		if w.at.After(first) {
			later = append(later, w)
			continue
		}
		l.active++
		close(w.up)
	}
	l.waits = later
}
