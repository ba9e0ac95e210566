package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"invites/shared/invite"
)

// sender notes what it is asked to send and fails where told to.
type sender struct {
	mu          sync.Mutex
	delivered   []string
	redelivered []invite.Key
	fail        error
}

func (s *sender) Deliver(_ context.Context, i *invite.Invite) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delivered = append(s.delivered, i.Name)
	if i.Name == "fails" {
		return errors.New("table unreachable")
	}
	return nil
}

func (s *sender) Redeliver(_ context.Context, k invite.Key) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redelivered = append(s.redelivered, k)
	return s.fail
}

// decode reads images of this test's own form.
func decode(image json.RawMessage) (*invite.Invite, bool, error) {
	var i struct {
		Name     string
		Seq      uint64
		Mail     invite.MailStatus
		Attempts int
	}
	if err := json.Unmarshal(image, &i); err != nil || len(image) == 0 {
		return nil, false, fmt.Errorf("unreadable: %w", err)
	}
	return &invite.Invite{Name: i.Name, Seq: i.Seq, Mail: invite.Mail{Status: i.Mail, Attempts: i.Attempts}}, i.Name != "settings", nil
}

func batch(records ...string) json.RawMessage {
	type change struct {
		SequenceNumber string
		NewImage       json.RawMessage `json:",omitempty"`
	}
	var e struct{ Records []map[string]any }
	for i, r := range records {
		name := "MODIFY"
		c := change{SequenceNumber: fmt.Sprint(i + 1), NewImage: json.RawMessage(r)}
		if r == "" {
			name = "REMOVE"
		}
		e.Records = append(e.Records, map[string]any{"eventName": name, "dynamodb": c})
	}
	raw, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return raw
}

func TestABatchSendsTheFirstAttemptsOnlyAndReportsWhatShouldComeAgain(t *testing.T) {
	s := &sender{}
	out, err := Handler(s, decode)(context.Background(), batch(
		`{"Name":"first","Mail":"queued"}`,
		`{"Name":"retry","Mail":"queued","Attempts":1}`,
		`{"Name":"sent","Mail":"sent"}`,
		`{"Name":"settings","Mail":"queued"}`,
		``, // removed by TTL
		`{"Name":"fails","Mail":"queued"}`,
		`"poison"`,
		`{"Name":"after","Mail":"queued"}`,
	))
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(s.delivered)
	if want := []string{"after", "fails", "first"}; !slices.Equal(s.delivered, want) {
		t.Errorf("delivered %q, want %q", s.delivered, want)
	}
	var failed []string
	for _, f := range out.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	if want := []string{"6", "7"}; !slices.Equal(failed, want) {
		t.Errorf("failed %q, want %q: the reports carry sequence numbers", failed, want)
	}
}

func TestAChangeThatLeavesAWaitingMailAsItWasSendsNothing(t *testing.T) {
	const queued = `{"Name":"ana","Mail":"queued","Seq":2}`
	for name, c := range map[string]struct {
		before string
		sent   int
	}{
		"its events were published": {queued, 0},
		"it was asked for":          {`{"Name":"ana","Mail":"sent","Seq":1}`, 1},
		"it was asked for again":    {`{"Name":"ana","Mail":"queued","Seq":1}`, 1},
		"nothing was there":         {``, 1},
		"what was cannot be read":   {`"poison"`, 1},
	} {
		change := map[string]any{"SequenceNumber": "1", "NewImage": json.RawMessage(queued)}
		if c.before != "" {
			change["OldImage"] = json.RawMessage(c.before)
		}
		raw, err := json.Marshal(map[string]any{"Records": []any{map[string]any{"eventName": "MODIFY", "dynamodb": change}}})
		if err != nil {
			t.Fatal(err)
		}
		s := &sender{}
		out, err := Handler(s, decode)(context.Background(), raw)
		if err != nil || len(out.BatchItemFailures) > 0 || len(s.delivered) != c.sent {
			t.Errorf("%s: sent %d, want %d (%v, %v)", name, len(s.delivered), c.sent, out, err)
		}
	}
}

func TestAGoodBatchAnswersAnEmptyList(t *testing.T) {
	out, err := Handler(&sender{}, decode)(context.Background(), batch(`{"Name":"a","Mail":"queued"}`))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(out)
	if err != nil || string(text) != `{"batchItemFailures":[]}` {
		t.Errorf("got %s, %v", text, err)
	}
}

func TestRedrivenKeysAreSentAndFailTogether(t *testing.T) {
	k := invite.KeyOf("acme", "ana@example.com")
	raw, err := json.Marshal(map[string]any{"redrive": []map[string]string{{"partition": k.Partition.String(), "address": k.Address.String()}}})
	if err != nil {
		t.Fatal(err)
	}
	s := &sender{}
	if _, err := Handler(s, decode)(context.Background(), raw); err != nil || !slices.Equal(s.redelivered, []invite.Key{k}) {
		t.Errorf("got %v, %v", s.redelivered, err)
	}
	s.fail = errors.New("down")
	if _, err := Handler(s, decode)(context.Background(), raw); !errors.Is(err, s.fail) {
		t.Errorf("got %v, want the failure", err)
	}
}

func TestAnEventThatIsNoneIsAnError(t *testing.T) {
	if _, err := Handler(&sender{}, decode)(context.Background(), json.RawMessage(`[]`)); err == nil {
		t.Error("got no error")
	}
}
