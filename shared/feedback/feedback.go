// Package feedback serves the queue of the notices that Amazon SES gives of mails.
// [Handler] is what a Lambda starts; [Parse] reads one notice, in either form.
package feedback

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"invites/shared/invite"
)

// Taker keeps reports, as invite.Feedback does.
type Taker interface {
	Take(context.Context, invite.Report) error
}

// Serve runs the handler as this process's Lambda, unless its parts could not be
// composed.
func Serve(t Taker, composed error) error {
	if composed == nil {
		lambda.Start(Handler(t))
	}
	return composed
}

// Handler takes every notice of a batch, all of them side by side: a queue hands over
// ten at most. It reports those that should come again: a store that cannot be reached,
// and a notice that cannot be read, which ends in the failure queue and keeps no other
// one waiting. A notice that is about no mail of ours is done.
func Handler(t Taker) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		failed := make([]bool, len(e.Records))
		var wg sync.WaitGroup
		for i, m := range e.Records {
			wg.Go(func() { failed[i] = !handled(ctx, t, m) })
		}
		wg.Wait()
		response := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for i, m := range e.Records {
			if failed[i] {
				response.BatchItemFailures = append(response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
		}
		return response, nil
	}
}

// handled tells whether a message is done. What it logs quotes nothing of the notice,
// which holds addresses.
func handled(ctx context.Context, t Taker, m events.SQSMessage) bool {
	report, err := Parse([]byte(m.Body))
	switch {
	case errors.Is(err, ErrNothing):
		slog.InfoContext(ctx, "notice dropped", "message_id", m.MessageId, "why", err.Error())
		return true
	case err == nil:
		err = t.Take(ctx, report)
	}
	if err != nil {
		slog.ErrorContext(ctx, "notice failed", "message_id", m.MessageId, "error", err.Error())
	}
	return err == nil
}
