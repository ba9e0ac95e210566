package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	domain "invites/shared/invite"
)

// invoke calls a deployed Lambda directly, as its trigger would.
func invoke(t *testing.T, function string, event any) (payload string, failed bool) {
	t.Helper()
	text, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	out, err := lambda.NewFromConfig(cloud(t)).Invoke(context.Background(), &lambda.InvokeInput{FunctionName: aws.String(output(t, function)), Payload: text})
	if err != nil {
		t.Fatal(err)
	}
	return string(out.Payload), out.FunctionError != nil
}

func TestOfABatchOnlyTheRecordsThatCannotBeReadComeAgain(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	k, _, err := domain.ParseID("acme", i.ID)
	if err != nil {
		t.Fatal(err)
	}
	record := func(sequence string, image any) map[string]any {
		return map[string]any{"eventName": "MODIFY", "dynamodb": map[string]any{"SequenceNumber": sequence, "NewImage": image}}
	}
	text := func(s string) map[string]string { return map[string]string{"S": s} }
	event := map[string]any{"Records": []any{
		record("100", map[string]any{"pk": text("#sweep"), "sk": text("watermark")}),                                          // no invite: nothing to send
		record("101", map[string]any{"pk": text(k.Partition.String()), "sk": text(k.Address.String()), "ms": text("queued")}), // half a record
		map[string]any{"eventName": "REMOVE", "dynamodb": map[string]any{"SequenceNumber": "102"}},
		record("103", "poison"),
	}}
	payload, failed := invoke(t, "SendFunctionName", event)
	var answer struct {
		BatchItemFailures []struct{ ItemIdentifier string } `json:"batchItemFailures"`
	}
	if err := json.Unmarshal([]byte(payload), &answer); err != nil || failed {
		t.Fatalf("got %s, failed %v", payload, failed)
	}
	if got := fmt.Sprint(answer.BatchItemFailures); got != "[{101} {103}]" {
		t.Errorf("got %s, want the sequence numbers 101 and 103", got)
	}
	if got := len(mails(t, i.Email, 1)); got != 1 {
		t.Errorf("%d mails, want the first one only", got)
	}
}

func TestAMailThatIsAlreadySentIsNotRedriven(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	k, _, err := domain.ParseID("acme", i.ID)
	if err != nil {
		t.Fatal(err)
	}
	redrive := func(partition, address string) (string, bool) {
		return invoke(t, "SendFunctionName", map[string]any{"redrive": []map[string]string{{"partition": partition, "address": address}}})
	}
	if payload, failed := redrive(k.Partition.String(), k.Address.String()); failed {
		t.Errorf("got %s", payload)
	}
	if got := len(mails(t, i.Email, 1)); got != 1 {
		t.Errorf("%d mails, want 1", got)
	}
	if payload, failed := redrive("nonsense", "nonsense"); !failed {
		t.Errorf("a key that is none: got %s, want a failure", payload)
	}
}

func TestTwoSweepsAtOnceDoNoHarm(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	age(t, i.ID, "8d")
	done := make(chan bool, 2)
	for range 2 {
		go func() {
			_, failed := invoke(t, "ExpireFunctionName", map[string]any{})
			done <- failed
		}()
	}
	if first, second := <-done, <-done; first || second {
		t.Error("a sweep failed")
	}
	if got := storedStatus(t, i.ID); got != "expired" {
		t.Errorf("stored as %s, want expired", got)
	}
	on(t, "acme", i.ID, "resend").invite(t, 200)
	newest(t, i.Email, 2)
	if payload, failed := invoke(t, "ExpireFunctionName", map[string]any{}); failed {
		t.Errorf("got %s", payload)
	}
	if got := get(t, "acme", i.ID).Status; got != "pending" {
		t.Errorf("a live invite is %s after a sweep", got)
	}
}
