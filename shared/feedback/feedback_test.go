package feedback_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"invites/shared/feedback"
	"invites/shared/invite"
)

// taker keeps what it takes, and refuses what its function refuses.
type taker struct {
	refuse func(invite.Report) error

	mu   sync.Mutex
	took []invite.Report
}

func (k *taker) Take(_ context.Context, r invite.Report) error {
	if k.refuse != nil {
		if err := k.refuse(r); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.took = append(k.took, r)
	return nil
}

func batch(bodies ...[]byte) (e events.SQSEvent) {
	for i, b := range bodies {
		e.Records = append(e.Records, events.SQSMessage{MessageId: fmt.Sprint("message-", i), Body: string(b)})
	}
	return e
}

func TestOfABatchOnlyWhatFailedComesAgain(t *testing.T) {
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&logged, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })

	events, k := fixtures(t, "event"), &taker{}
	k.refuse = func(r invite.Report) error {
		if r.Notice.Status == invite.MailDelayed {
			return &invite.Error{Kind: invite.Unavailable, Err: errors.New("throttled")}
		}
		return nil
	}
	response, err := feedback.Handler(k)(t.Context(), batch(
		events["delivery"], malformed(t)["a time that is none"], events["send"], events["delivery-delay"],
		inEnvelope(t, fixtures(t, "notification")["bounce"]), nil,
	))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(response.BatchItemFailures); got != "[{message-1} {message-3} {message-5}]" {
		t.Errorf("to come again: got %s, want the messages 1, 3 and 5", got)
	}
	if len(k.took) != 2 {
		t.Errorf("took %+v, want the delivery and the bounce", k.took)
	}
	for _, want := range []string{"notice dropped", "message-2", "notice failed", "message-1", "message-3", "throttled", "message-5"} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("the log does not tell of %q: %s", want, logged.String())
		}
	}
	if strings.Contains(logged.String(), "ana@") {
		t.Errorf("the log holds an address: %s", logged.String())
	}
}

func TestABatchWithoutFailuresSaysSo(t *testing.T) {
	response, err := feedback.Handler(&taker{})(t.Context(), batch(fixtures(t, "event")["complaint"]))
	if err != nil || response.BatchItemFailures == nil || len(response.BatchItemFailures) != 0 {
		t.Errorf("got %+v, %v, want an empty list: null is read as a failure of all", response, err)
	}
}

func TestPartsThatCouldNotBeComposedEndTheStart(t *testing.T) {
	wrong := errors.New("INVITES_TABLE is not set")
	if err := feedback.Serve(&taker{}, wrong); !errors.Is(err, wrong) {
		t.Errorf("got %v", err)
	}
}
