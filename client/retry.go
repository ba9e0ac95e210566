package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

const (
	// attempts is how often a call is made at most.
	attempts = 4
	// longest is the longest Retry-After that a call waits for; who is told a longer
	// one gets the Problem, which says it.
	longest = 15 * time.Second
	// shortest is the first pause where the answer names none; it doubles with each
	// attempt.
	shortest = 200 * time.Millisecond
)

// passing are the answers that a repeat may better: the service or its gateway is busy,
// or could not tell the outcome.
var passing = []int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}

// again tells whether a call that failed so is to be made once more, and after what pause.
// A repeat is safe because the call changes nothing or has the same Idempotency-Key. A
// PUT has none: repeated after an outcome that nobody knows, it could undo what another
// wrote in between, or with If-Match be refused because it was done.
func (w call) again(err error, attempt int) (pause time.Duration, again bool) {
	if err == nil || attempt == attempts || errors.Is(err, errUnsent) {
		return 0, false
	}
	pause = shortest << (attempt - 1)
	pause += rand.N(pause) // so that many do not come back together
	var refused *Problem
	if !errors.As(err, &refused) {
		return pause, w.method != http.MethodPut
	}
	if told := time.Duration(refused.RetryAfter) * time.Second; told > 0 {
		pause = told
	}
	done := refused.Status != http.StatusTooManyRequests
	return pause, slices.Contains(passing, refused.Status) && pause <= longest && !(done && w.method == http.MethodPut)
}

// fits tells whether the context still lives after a pause: if not, what the last attempt
// was told is a better answer than that the time was up.
func fits(ctx context.Context, pause time.Duration) bool {
	end, limited := ctx.Deadline()
	return !limited || time.Until(end) > pause
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
