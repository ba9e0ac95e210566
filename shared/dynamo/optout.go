package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// OptedOut reads the wish of an address.
func (s *Store) OptedOut(ctx context.Context, k invite.Key) (time.Time, error) {
	found, err := s.getItem(ctx, optOutKey(k))
	if err != nil {
		return time.Time{}, fmt.Errorf("opted out: %w", err)
	}
	r := &reader{item: found}
	since := r.optional().time("at")
	if r.err != nil {
		return time.Time{}, fmt.Errorf("opted out: %w", r.err)
	}
	return since, nil
}

// OptOut keeps a wish and tells the record, both at once. Where there is no record to
// tell, it looks once more after it has kept the wish: one may have been made by
// somebody who did not see it.
func (s *Store) OptOut(ctx context.Context, o invite.OptOut) (*invite.Invite, error) {
	wish := update{key: optOutKey(o.Key), set: "#at = if_not_exists(#at, :now)", values: item{"now": millis(o.Now)}}
	if o.Undo {
		wish = update{key: wish.key, remove: "#at"}
	}
	var cause error
	kept := false
	for n := range maxAttempts {
		if cause != nil {
			if err := s.pause(ctx, n); err != nil {
				return nil, unavailable(errors.Join(err, cause))
			}
		}
		old, err := s.read(ctx, o.Key)
		if err != nil {
			return nil, err
		}
		next, err := o.Note(old)
		told := errors.Is(err, invite.ErrReplayed)
		if told && kept {
			return old, nil
		}
		writes := []types.TransactWriteItem{s.member(wish)}
		if !told {
			writes = append(writes, s.member(s.rewrite(old, next, o.Now)))
		}
		switch refusal, err := s.together(ctx, writes...); {
		case refusal == 1: // somebody has changed the record meanwhile
			cause = err
		case err != nil:
			return nil, err
		case !told:
			return next, nil
		case old != nil:
			return old, nil
		default:
			kept = true
		}
	}
	return nil, unavailable(cause)
}
