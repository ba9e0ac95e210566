package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

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

// onBus notes what is asked of the bus.
type onBus struct {
	asked []string
	fail  error
}

func (b *onBus) Beat(_ context.Context, stack string, at time.Time) error {
	b.asked = append(b.asked, fmt.Sprint("beat ", stack, " ", at.Format(time.RFC3339)))
	return b.fail
}

func (b *onBus) Replay(_ context.Context, kind string, at time.Time, detail []byte) error {
	b.asked = append(b.asked, fmt.Sprint("replay ", kind, " ", at.Format(time.RFC3339), " ", string(detail)))
	return b.fail
}

func clock() time.Time { return time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC) }

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
	got, err := PublishHandler(p, nil, eventful, clock)(t.Context(), json.RawMessage(event))
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
	if _, err := PublishHandler(p, nil, eventful, clock)(t.Context(), json.RawMessage(event)); err != nil || len(p.again) != 1 || p.again[0] != k {
		t.Errorf("got %v, %v", p.again, err)
	}
	p.fail = errors.New("no bus")
	if _, err := PublishHandler(p, nil, eventful, clock)(t.Context(), json.RawMessage(event)); err == nil {
		t.Error("a failure is not told")
	}
	if _, err := PublishHandler(p, nil, eventful, clock)(t.Context(), json.RawMessage(`{"redrive":[{"partition":"x","address":"y"}]}`)); err == nil {
		t.Error("keys that cannot be read are not told")
	}
}

// TestHeartbeatsAndReplays: the calls are as the schedule and the rules of template.yaml
// make them, and the log says of heartbeats what the metrics count.
func TestHeartbeatsAndReplays(t *testing.T) {
	const replayed = `{"version":"0","id":"1","source":"invites","detail-type":"InviteAccepted","time":"2026-11-20T08:30:00Z",` +
		`"resources":[],"replay-name":"lost","detail":{"event_id":"evt_1","email":"ana@example.com"}}`
	for name, c := range map[string]struct {
		event, asked, log string
	}{
		"the schedule has a heartbeat put": {`{"heartbeat":"my-stack"}`, "[beat my-stack 2026-11-27T10:00:00Z]", HeartbeatPut},
		"one that arrived is noted":        {`{"arrived":true}`, "[]", HeartbeatArrived},
		"a replayed event is published":    {replayed, `[replay InviteAccepted 2026-11-20T08:30:00Z {"event_id":"evt_1","email":"ana@example.com"}]`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var log strings.Builder
			before := slog.Default()
			slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
			defer slog.SetDefault(before)
			p, b := &publisher{}, &onBus{}
			if _, err := PublishHandler(p, b, eventful, clock)(t.Context(), json.RawMessage(c.event)); err != nil {
				t.Fatal(err)
			}
			if asked := fmt.Sprint(b.asked); asked != c.asked || len(p.steps)+len(p.again) > 0 {
				t.Errorf("asked the bus for %s, the publisher for %v %v", asked, p.steps, p.again)
			}
			var line struct{ Msg string }
			_ = json.Unmarshal([]byte(log.String()), &line)
			if line.Msg != c.log || strings.Contains(log.String(), "@") {
				t.Errorf("logged %q", log.String())
			}
		})
	}
	for name, event := range map[string]string{"heartbeat": `{"heartbeat":"my-stack"}`, "replay": replayed} {
		var log strings.Builder
		before := slog.Default()
		slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
		_, err := PublishHandler(&publisher{}, &onBus{fail: errors.New("no bus")}, eventful, clock)(t.Context(), json.RawMessage(event))
		slog.SetDefault(before)
		if err == nil || log.Len() > 0 {
			t.Errorf("%s: the bus failed; got %v and the log %q", name, err, log.String())
		}
	}
}
