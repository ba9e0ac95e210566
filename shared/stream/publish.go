package stream

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"invites/shared/invite"
)

// Publisher publishes the events that records hold, as invite.Publisher does.
type Publisher interface {
	Publish(context.Context, []invite.Step) []error
	Republish(context.Context, invite.Key) error
}

// ServePublisher runs the handler as this process's Lambda, unless its parts could not
// be composed.
func ServePublisher(p Publisher, decode Decode, composed error) error {
	if composed == nil {
		lambda.Start(PublishHandler(p, decode))
	}
	return composed
}

// PublishHandler publishes what a batch of the table's stream has added to records, and
// what the schedule found left behind. Like [Handler] it reports the records that
// should come again, and redriven keys fail as a whole. Records that TTL has removed
// are silent: what ended them was published when it happened.
func PublishHandler(p Publisher, decode Decode) func(context.Context, json.RawMessage) (events.DynamoDBEventResponse, error) {
	return func(ctx context.Context, raw json.RawMessage) (events.DynamoDBEventResponse, error) {
		var e event
		if err := json.Unmarshal(raw, &e); err != nil {
			return events.DynamoDBEventResponse{}, fmt.Errorf("stream: event: %w", err)
		}
		failed := make([]error, len(e.Records))
		var changes []invite.Step
		var of []int // the record of each change
		for i, r := range e.Records {
			c, ok, err := r.change(decode)
			failed[i] = err
			if ok {
				changes, of = append(changes, c), append(of, i)
			}
		}
		if len(changes) > 0 {
			for n, err := range p.Publish(ctx, changes) {
				failed[of[n]] = err
			}
		}
		return respond(ctx, e, failed, p.Republish)
	}
}

// change reads both images. ok is false where there is nothing to publish, also beside
// an error.
func (r record) change(decode Decode) (c invite.Step, ok bool, err error) {
	if r.EventName == "REMOVE" {
		return c, false, nil
	}
	if c.After, ok, err = decode(r.Change.NewImage); err != nil {
		return c, false, fmt.Errorf("image: %w", err)
	}
	if ok && len(r.Change.OldImage) > 0 {
		if c.Before, _, err = decode(r.Change.OldImage); err != nil {
			return c, false, fmt.Errorf("old image: %w", err)
		}
	}
	return c, ok && len(c.After.Events) > 0, nil
}
