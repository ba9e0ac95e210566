package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"invites/shared/invite"
)

// publisher notes what it is asked to publish and fails for the name "fails".
type publisher struct {
	steps []string
	again []invite.Key
	fail  error
}

func (p *publisher) Publish(_ context.Context, steps []invite.Step) []error {
	errs := make([]error, len(steps))
	for i, s := range steps {
		before := "nothing"
		if s.Before != nil {
			before = s.Before.Name
		}
		p.steps = append(p.steps, before+" > "+s.After.Name)
		if s.After.Name == "fails" {
			errs[i] = errors.New("no bus")
		}
	}
	return errs
}

func (p *publisher) Republish(_ context.Context, k invite.Key) error {
	p.again = append(p.again, k)
	return p.fail
}

// eventful reads images of this test's own form; each holds an event but "silent".
func eventful(image json.RawMessage) (*invite.Invite, bool, error) {
	var name string
	if err := json.Unmarshal(image, &name); err != nil {
		return nil, false, fmt.Errorf("unreadable: %w", err)
	}
	inv := &invite.Invite{Name: name}
	if name != "silent" {
		inv.Events = []invite.Event{{Mark: "C1"}}
	}
	return inv, name != "settings", nil
}

func TestABatchIsPublishedInItsOrderAndWhatFailsComesAgain(t *testing.T) {
	p := &publisher{}
	record := func(n int, name, old, image string) string {
		return fmt.Sprintf(`{"eventName":%q,"dynamodb":{"SequenceNumber":"%d"%s%s}}`, name, n, old, image)
	}
	event := `{"Records":[` + record(1, "INSERT", "", `,"NewImage":"a"`) + "," + record(2, "MODIFY", `,"OldImage":"a"`, `,"NewImage":"b"`) + "," +
		record(3, "MODIFY", "", `,"NewImage":"settings"`) + "," + record(4, "MODIFY", "", `,"NewImage":"fails"`) + "," +
		record(5, "REMOVE", `,"OldImage":"b"`, "") + "," + record(6, "MODIFY", "", `,"NewImage":7`) + "," +
		record(7, "MODIFY", `,"OldImage":7`, `,"NewImage":"c"`) + "," + record(8, "MODIFY", "", `,"NewImage":"silent"`) + `]}`
	got, err := PublishHandler(p, eventful)(t.Context(), json.RawMessage(event))
	if err != nil {
		t.Fatal(err)
	}
	if steps := fmt.Sprint(p.steps); steps != "[nothing > a a > b nothing > fails]" {
		t.Errorf("published %s", steps)
	}
	if failed := fmt.Sprint(got.BatchItemFailures); failed != "[{4} {6} {7}]" {
		t.Errorf("reported %s", failed)
	}
}

func TestTheScheduleHasEventsPublished(t *testing.T) {
	k := invite.KeyOf("acme", "ana@example.com")
	event := fmt.Sprintf(`{"redrive":[{"partition":%q,"address":%q}]}`, k.Partition, k.Address)
	p := &publisher{}
	if _, err := PublishHandler(p, eventful)(t.Context(), json.RawMessage(event)); err != nil || len(p.again) != 1 || p.again[0] != k {
		t.Errorf("got %v, %v", p.again, err)
	}
	p.fail = errors.New("no bus")
	if _, err := PublishHandler(p, eventful)(t.Context(), json.RawMessage(event)); err == nil {
		t.Error("a failure is not told")
	}
	if _, err := PublishHandler(p, eventful)(t.Context(), json.RawMessage(`{"redrive":[{"partition":"x","address":"y"}]}`)); err == nil {
		t.Error("keys that cannot be read are not told")
	}
}
