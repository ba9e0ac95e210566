package stream

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"invites/shared/invite"
)

// Publisher publishes the events that records hold, as invite.Publisher does.
type Publisher interface {
	Publish(context.Context, []invite.Step) []error
	Republish(context.Context, invite.Key) error
}

// Bus is what the publisher's Lambda asks of the bus itself, as eventbridge.Bus does.
type Bus interface {
	Beat(ctx context.Context, stack string, at time.Time) error
	Replay(ctx context.Context, kind string, at time.Time, detail []byte) error
}

// What the log says of heartbeats: the metrics of infra/observability.yaml count these.
const (
	HeartbeatPut     = "heartbeat put"
	HeartbeatArrived = "heartbeat arrived"
)

// ServePublisher runs the handler as this process's Lambda, unless its parts could not
// be composed.
func ServePublisher(p Publisher, b Bus, decode Decode, now func() time.Time, composed error) error {
	if composed == nil {
		lambda.Start(PublishHandler(p, b, decode, now))
	}
	return composed
}

// call is what wakes the publisher beside the stream and the sweep: the schedule of
// heartbeats, the rule that a heartbeat matched, and an event that is replayed.
type call struct {
	Heartbeat string          `json:"heartbeat"` // the stack's name
	Arrived   bool            `json:"arrived"`
	Replay    string          `json:"replay-name"`
	Kind      string          `json:"detail-type"`
	At        time.Time       `json:"time"`
	Detail    json.RawMessage `json:"detail"`
}

// PublishHandler publishes what a batch of the table's stream has added to records, and
// what the schedule found left behind. Like [Handler] it reports the records that
// should come again, and redriven keys fail as a whole. Records that TTL has removed
// are silent: what ended them was published when it happened. It also puts heartbeats on
// the bus, notes those that arrived, and publishes replayed events again.
func PublishHandler(p Publisher, b Bus, decode Decode, now func() time.Time) func(context.Context, json.RawMessage) (events.DynamoDBEventResponse, error) {
	return func(ctx context.Context, raw json.RawMessage) (events.DynamoDBEventResponse, error) {
		var e struct {
			event
			call
		}
		if err := json.Unmarshal(raw, &e); err != nil {
			return events.DynamoDBEventResponse{}, fmt.Errorf("stream: event: %w", err)
		}
		if c := e.call; c.Heartbeat != "" || c.Arrived || c.Replay != "" {
			return events.DynamoDBEventResponse{}, c.answer(ctx, b, now)
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
		return respond(ctx, e.event, failed, p.Republish)
	}
}

// answer does what is called for.
func (c call) answer(ctx context.Context, b Bus, now func() time.Time) error {
	switch {
	case c.Replay != "":
		if err := b.Replay(ctx, c.Kind, c.At, c.Detail); err != nil {
			return fmt.Errorf("stream: replay %s: %w", c.Replay, err)
		}
	case c.Arrived:
		slog.InfoContext(ctx, HeartbeatArrived)
	default:
		if err := b.Beat(ctx, c.Heartbeat, now()); err != nil {
			return fmt.Errorf("stream: heartbeat: %w", err)
		}
		slog.InfoContext(ctx, HeartbeatPut)
	}
	return nil
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
