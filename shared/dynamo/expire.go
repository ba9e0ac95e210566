package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// batchSize is DynamoDB's limit on statements of one batch.
const batchSize = 25

// markExpired is invite.Expire for a record whose timer stands on its expiry. The
// event's mark, and so its place in the record, depends on the instant. The version comes
// last: an emulator that carries out one assignment after the other comes to the same.
func markExpired(table, mark string) string {
	return fmt.Sprintf(`UPDATE "%s" SET "st" = 'expired' SET "ttl" = ? SET "ev"."%s" = ?`+
		` SET "ev"."%s" = "ver" + 1 SET "ev"."%s" = "seq" SET "ev"."%s" = 'expired' `+onPile+` SET "ver" = "ver" + 1 REMOVE "dg" `+withoutTimer+
		` WHERE `+oneInvite+` AND "st" = 'pending' AND "ex" = ? AND "ex" <= ?`,
		table, mark, versionOf+mark, countOf+mark, statusOf+mark)
}

// Expire marks records in batches, each record on a condition of its own. What a
// batch leaves is looked at one by one: those whose timer stood for something else
// but have expired all the same are marked, those that wait for a sender are returned.
func (s *Store) Expire(ctx context.Context, due []invite.Timer, now time.Time, r invite.Retention) (marked int, left []invite.Key, err error) {
	var failed error
	for len(due) > 0 {
		n := min(len(due), batchSize)
		m, l, err := s.expireBatch(ctx, due[:n], now, r)
		due, marked, left = due[n:], marked+m, append(left, l...)
		failed = errors.Join(failed, err)
		if ctx.Err() != nil {
			break
		}
	}
	if failed != nil {
		return marked, left, fmt.Errorf("expire: %w", failed)
	}
	return marked, left, nil
}

func (s *Store) expireBatch(ctx context.Context, due []invite.Timer, now time.Time, r invite.Retention) (marked int, left []invite.Key, failed error) {
	statements := make([]types.BatchStatementRequest, len(due))
	for n, t := range due {
		ex := t.Due.Add(-invite.ExpireGrace)
		pk, sk := keyParameters(t.Key)
		// On the pile since it expired, not since it is marked: what the stream does not
		// have published until the next run, the schedule has. A local AWS has no stream
		// record of a batch of PartiQL.
		pile, since := s.pile(t.Key, ex)
		mark := invite.EventMark(invite.EventExpired, ex, invite.OperationID{})
		statements[n] = types.BatchStatementRequest{
			Statement: aws.String(markExpired(*s.table, mark)),
			Parameters: []types.AttributeValue{seconds(invite.PurgeAt(ex.Add(r.Expired))), eventValue(ex, invite.Person{}),
				pile, since, pk, sk, millis(ex), millis(now.Add(-invite.ExpireGrace))},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		}
	}
	out, err := s.reads.BatchExecuteStatement(ctx, &dynamodb.BatchExecuteStatementInput{Statements: statements})
	if err != nil {
		return 0, nil, reading("batch", err)
	}
	if len(out.Responses) != len(due) {
		return 0, nil, fmt.Errorf("batch: %d answers to %d statements", len(out.Responses), len(due))
	}
	for n, answer := range out.Responses {
		switch {
		case answer.Error == nil:
			marked++
		case answer.Error.Code == types.BatchStatementErrorCodeEnumConditionalCheckFailed:
			ok, waits, err := s.expireOne(ctx, due[n].Key, answer.Error.Item, now, r)
			if ok {
				marked++
			}
			if waits {
				left = append(left, due[n].Key)
			}
			failed = errors.Join(failed, err)
		default:
			failed = errors.Join(failed, unavailable(fmt.Errorf("statement: %s", answer.Error.Code)))
		}
	}
	return marked, left, failed
}

// expireOne deals with a record that a batch has left. found is the record as the
// batch has seen it, if it says.
func (s *Store) expireOne(ctx context.Context, k invite.Key, found item, now time.Time, r invite.Retention) (marked, waits bool, err error) {
	var old *invite.Invite
	if len(found) > 0 {
		old, err = decode(found)
	} else {
		old, err = s.read(ctx, k)
	}
	if err != nil || old == nil {
		return false, false, err
	}
	next, err := invite.Expire(old, now, r)
	if err != nil {
		return false, old.WaitsForSender(now), nil
	}
	u := s.rewrite(old, next, now)
	_, err = s.apply(ctx, k, transition{first: &u, now: now, next: func(i *invite.Invite) (*invite.Invite, error) { return invite.Expire(i, now, r) }})
	if invite.KindOf(err) == invite.NotDue {
		return false, false, nil
	}
	return err == nil, false, err
}
