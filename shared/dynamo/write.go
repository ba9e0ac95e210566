package dynamo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"invites/shared/invite"
)

const (
	// attemptTime bounds one attempt: a hundred times what DynamoDB takes, and
	// short enough that a request has time for the next one.
	attemptTime = 2 * time.Second
	// maxAttempts bounds the attempts of one write. Fifty requests that want the
	// same record at once need three or four.
	maxAttempts = 10
	pauseBase   = 10 * time.Millisecond
	pauseMost   = 300 * time.Millisecond
)

// transition is one operation on one record.
type transition struct {
	// first is the write that decides on its own; without one, the record is read.
	first *update
	// again returns the write for a record that has refused the first one although the
	// transition allows it. Without it, or where it returns nil, the record is rewritten
	// as a whole.
	again func(old *invite.Invite) *update
	// next is the pure transition: what the record becomes, or why it does not.
	next func(old *invite.Invite) (*invite.Invite, error)
	now  time.Time
	// traceless marks an operation whose repetition cannot always be told from a
	// new one by the record: it is not tried again where an attempt may have worked,
	// other than by again after a first write, which leaves nobody anything to use twice.
	traceless bool
}

// apply carries out a transition, exactly once where it reports success.
//
// A refusal is explained by the pure transition on the record that refused. Where
// that function allows what the condition refused (the record needs more than one
// condition can say, or another write came between), the outcome is written on the
// condition that the record is unchanged. Attempts of unknown outcome are repeated:
// the operation's mark in the record makes the repetition harmless. A refusal after
// one is Unavailable, because the refused may be what took effect.
func (s *Store) apply(ctx context.Context, k invite.Key, t transition) (*invite.Invite, error) {
	var cause error
	unsure, doubtful := false, false
	u := t.first
	for n := range maxAttempts {
		if cause != nil {
			if err := s.pause(ctx, n); err != nil {
				return nil, unavailable(errors.Join(err, cause))
			}
		}
		if u == nil {
			old, err := s.read(ctx, k)
			if err != nil && unsure {
				return nil, unavailable(err)
			}
			if err != nil {
				return nil, err
			}
			after, err := t.next(old)
			if err != nil {
				return explain(old, err, unsure)
			}
			r := s.rewrite(old, after, t.now)
			u = &r
		}
		inv, old, result, err := s.try(ctx, *u)
		switch result {
		case done:
			return inv, nil
		case broken:
			if unsure {
				return nil, unavailable(err)
			}
			return nil, err
		case unknown:
			unsure, cause = true, err
			doubtful = doubtful || t.again == nil || u != t.first
		case notNow:
			cause = err
		case refused:
			after, reason := t.next(old)
			if reason != nil {
				return explain(old, reason, unsure)
			}
			if doubtful && t.traceless {
				return nil, unavailable(err)
			}
			var again *update
			if old != nil && t.again != nil {
				again = t.again(old)
			}
			switch {
			case again != nil:
				u = again
			case old == nil || t.again == nil && u != t.first && t.first != nil:
				u, cause = t.first, err
			default:
				r := s.rewrite(old, after, t.now)
				u = &r
			}
			if n > 0 {
				cause = err
			}
		}
		if ctx.Err() != nil {
			return nil, unavailable(errors.Join(ctx.Err(), cause))
		}
	}
	return nil, unavailable(cause)
}

// explain answers for a refusal with the reason the pure transition gave.
func explain(old *invite.Invite, reason error, unsure bool) (*invite.Invite, error) {
	switch {
	case errors.Is(reason, invite.ErrReplayed):
		return old, nil
	case unsure:
		return nil, unavailable(fmt.Errorf("refused after an attempt of unknown outcome: %w", reason))
	default:
		return nil, reason
	}
}

// result is what one attempt came to.
type result int

const (
	done    result = iota
	refused        // by the condition; nothing was written
	notNow         // throttled; nothing was written
	unknown        // nobody knows
	broken         // refused as malformed or forbidden; nothing was written
)

// try makes one attempt and returns the record after it, or the one that refused.
func (s *Store) try(ctx context.Context, u update) (inv, old *invite.Invite, r result, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.attempt)
	defer cancel()
	out, err := s.writes.UpdateItem(ctx, u.input(s.table))
	if r = classify(err); r == done {
		inv, err = decode(out.Attributes)
		if err != nil {
			return nil, nil, broken, fmt.Errorf("record as written: %w", err)
		}
		return inv, nil, done, nil
	}
	var refusal *types.ConditionalCheckFailedException
	if errors.As(err, &refusal) && len(refusal.Item) > 0 {
		var bad error
		if old, bad = decode(refusal.Item); bad != nil {
			return nil, nil, broken, fmt.Errorf("record that refused: %w", bad)
		}
	}
	return nil, old, r, fmt.Errorf("update: %w", err)
}

// throttles are the refusals that a later attempt may not meet.
var throttles = []string{"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded",
	"TransactionConflictException"}

func classify(err error) result {
	if err == nil {
		return done
	}
	var refusal *types.ConditionalCheckFailedException
	if errors.As(err, &refusal) {
		return refused
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return unknown
	}
	if slices.Contains(throttles, api.ErrorCode()) {
		return notNow
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() < 500 && api.ErrorCode() != "UnknownError" {
		return broken
	}
	return unknown
}

// pause waits before attempt n, longer each time and never as long as others do.
func (s *Store) pause(ctx context.Context, n int) error {
	most := min(pauseBase<<min(n, 10), pauseMost)
	return s.wait(ctx, rand.N(most))
}

func unavailable(cause error) error {
	return &invite.Error{Kind: invite.Unavailable, RetryAfter: time.Second, Err: cause,
		Text: "The outcome of this request is not known, or the service is busy. Ask again: a repeated request takes effect once."}
}

// reading maps the error of a read: what may pass is Unavailable.
func reading(what string, err error) error {
	err = fmt.Errorf("%s: %w", what, err)
	if classify(err) == broken {
		return err
	}
	return unavailable(err)
}
