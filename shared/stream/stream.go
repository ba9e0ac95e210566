// Package stream serves the table's stream: batches of it, and the keys of records
// that the schedule found left behind. [Handler] is what the sender's Lambda starts,
// [PublishHandler] the publisher's.
package stream

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"invites/shared/invite"
)

// Sender sends what records promise, as invite.Outbox does.
type Sender interface {
	Deliver(context.Context, *invite.Invite) error
	Redeliver(context.Context, invite.Key) error
}

// Decode reads the image of a record as the stream carries it. ok is false for a
// record that is no invite; an error means that it never will be readable.
type Decode func(image json.RawMessage) (inv *invite.Invite, ok bool, err error)

// Serve runs the handler as this process's Lambda, unless its parts could not be
// composed.
func Serve(s Sender, decode Decode, composed error) error {
	if composed == nil {
		lambda.Start(Handler(s, decode))
	}
	return composed
}

type event struct {
	Records []record `json:"Records"`
	Redrive []struct {
		Partition string `json:"partition"`
		Address   string `json:"address"`
	} `json:"redrive"`
}

type record struct {
	EventName string `json:"eventName"`
	Change    struct {
		SequenceNumber string          `json:"SequenceNumber"`
		NewImage       json.RawMessage `json:"NewImage"`
		OldImage       json.RawMessage `json:"OldImage"`
	} `json:"dynamodb"`
}

// parallel is how many mails one invocation sends side by side: a hand-over is
// waiting, and ten connections are what the client keeps.
const parallel = 8

// Handler delivers every mail of an event. Of a stream batch it reports the
// records that should come again (a store or key that cannot be reached, a record
// that cannot be read, which ends in the failure queue); mails that the provider
// refuses are settled in their records and are no failure. Redriven keys fail as
// a whole, and the schedule brings back what is still due.
func Handler(s Sender, decode Decode) func(context.Context, json.RawMessage) (events.DynamoDBEventResponse, error) {
	return func(ctx context.Context, raw json.RawMessage) (events.DynamoDBEventResponse, error) {
		var e event
		if err := json.Unmarshal(raw, &e); err != nil {
			return events.DynamoDBEventResponse{}, fmt.Errorf("stream: event: %w", err)
		}
		failed := each(len(e.Records), func(i int) error { return deliver(ctx, s, decode, e.Records[i]) })
		return respond(ctx, e, failed, s.Redeliver)
	}
}

// respond reports the records that failed and then deals with the redriven keys.
func respond(ctx context.Context, e event, failed []error, redrive func(context.Context, invite.Key) error) (events.DynamoDBEventResponse, error) {
	response := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
	for i, err := range failed {
		if err != nil {
			slog.ErrorContext(ctx, "record failed", "sequence_number", e.Records[i].Change.SequenceNumber, "error", err.Error())
			response.BatchItemFailures = append(response.BatchItemFailures,
				events.DynamoDBBatchItemFailure{ItemIdentifier: e.Records[i].Change.SequenceNumber})
		}
	}
	again := func(i int) error {
		k, err := invite.ParseKey(e.Redrive[i].Partition, e.Redrive[i].Address)
		if err != nil {
			return err
		}
		return redrive(ctx, k)
	}
	for i, err := range each(len(e.Redrive), again) {
		if err != nil {
			return response, fmt.Errorf("stream: redrive %d of %d: %w", i+1, len(e.Redrive), err)
		}
	}
	return response, nil
}

// deliver sends the mail of one change. Attempts after the first are the
// schedule's, which keeps the wait between them. A change that left a waiting mail as
// it was (its events were published, somebody asked for a new invite) asks nobody to
// send it a second time.
func deliver(ctx context.Context, s Sender, decode Decode, r record) error {
	if r.EventName == "REMOVE" {
		return nil
	}
	inv, ok, err := decode(r.Change.NewImage)
	if err != nil {
		return fmt.Errorf("image: %w", err)
	}
	if !ok || inv.Mail.Status != invite.MailQueued || inv.Mail.Attempts > 0 {
		return nil
	}
	if len(r.Change.OldImage) > 0 {
		old, ok, err := decode(r.Change.OldImage)
		if err == nil && ok && old.Seq == inv.Seq && old.Mail.Status == invite.MailQueued && old.Mail.Attempts == 0 {
			return nil
		}
	}
	return s.Deliver(ctx, inv)
}

// each calls do for 0 to n-1, a few at a time, and returns what each returned.
func each(n int, do func(i int) error) []error {
	errs := make([]error, n)
	slots := make(chan struct{}, parallel)
	var wg sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			errs[i] = do(i)
		})
	}
	wg.Wait()
	return errs
}
