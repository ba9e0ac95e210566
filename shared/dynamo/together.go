package dynamo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// together writes several items at once or not at all. Only settings need it, where a
// tenant and a domain change hands, and a wish that outlives the record it is told to:
// all else of an invite is in one item.
//
// It returns the index of the write whose condition refused, or -1, and an error that is
// Unavailable where nobody knows the outcome. The token makes an attempt that is repeated
// take effect once.
func (s *Store) together(ctx context.Context, writes ...types.TransactWriteItem) (refusal int, err error) {
	var token [16]byte
	s.random(token[:])
	in := &dynamodb.TransactWriteItemsInput{TransactItems: writes, ClientRequestToken: aws.String(hex.EncodeToString(token[:]))}
	var cause error
	unsure := false
	for n := range maxAttempts {
		if n > 0 {
			if err := s.pause(ctx, n); err != nil {
				return -1, unavailable(errors.Join(err, cause))
			}
		}
		err := s.togetherOnce(ctx, in)
		r, by := classifyTogether(err)
		switch {
		case r == done:
			return -1, nil
		case r == refused && !unsure:
			return by, fmt.Errorf("transaction: %w", err)
		case r == refused || r == broken && unsure:
			return -1, unavailable(err)
		case r == broken:
			return -1, fmt.Errorf("transaction: %w", err)
		case r == unknown:
			unsure = true
		}
		if cause = err; ctx.Err() != nil {
			break
		}
	}
	return -1, unavailable(fmt.Errorf("transaction: %w", cause))
}

func (s *Store) togetherOnce(ctx context.Context, in *dynamodb.TransactWriteItemsInput) error {
	ctx, cancel := context.WithTimeout(ctx, s.attempt)
	defer cancel()
	_, err := s.writes.TransactWriteItems(ctx, in)
	return err
}

// laterReasons cancel a transaction that a later attempt may get through.
var laterReasons = []string{"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}

// classifyTogether is classify for a transaction, with the write that was refused.
func classifyTogether(err error) (r result, refusal int) {
	var running *types.TransactionInProgressException
	if errors.As(err, &running) {
		return notNow, -1
	}
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		return classify(err), -1
	}
	later := false
	for n, reason := range cancelled.CancellationReasons {
		code := aws.ToString(reason.Code)
		if code == "ConditionalCheckFailed" {
			return refused, n
		}
		later = later || slices.Contains(laterReasons, code)
	}
	if later {
		return notNow, -1
	}
	return broken, -1
}
