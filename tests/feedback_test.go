package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	domain "invites/shared/invite"
)

// simulator returns an address of SES's mailbox simulator that no other test uses.
func simulator(t testing.TB, does string) string {
	label, _, _ := strings.Cut(address(t), "@")
	return does + "+" + label[len(label)-10:] + "@simulator.amazonses.com"
}

// delivered waits until a row says what became of its mail.
func delivered(t testing.TB, tenant, id, status string) (i invite) {
	t.Helper()
	within(t, func() error {
		if i = get(t, tenant, id); i.Delivery.Status != status {
			return fmt.Errorf("the mail is %s, want %s", i.Delivery.Status, status)
		}
		return nil
	})
	return i
}

func TestEachRowSaysWhatBecameOfItsMail(t *testing.T) {
	for _, c := range []struct {
		to, status, code string
		resend           bool
		advice           bool
	}{
		{simulator(t, "success"), "delivered", "", true, false},
		{simulator(t, "bounce"), "bounced", "mailbox_missing", true, true},
		{simulator(t, "complaint"), "complained", "marked_as_spam", false, true},
		{simulator(t, "suppressionlist"), "suppressed", "suppressed", true, true},
		{"success@simulator.amazonses.com", "delivered", "", true, false},
		{"bounce@simulator.amazonses.com", "bounced", "mailbox_missing", true, true},
	} {
		t.Run(c.to, func(t *testing.T) {
			before := len(mails(t, c.to, 0))
			i := create(t, "acme", c.to)
			t.Cleanup(func() { on(t, "acme", i.ID, "cancel").invite(t, 200) })
			row := delivered(t, "acme", i.ID, c.status)
			if row.Delivery.Code != c.code || row.CanResend != c.resend || (row.Advice != nil) != c.advice {
				t.Errorf("got %+v", row)
			}
			if c.code == "" != (row.Delivery.Reason == nil) {
				t.Errorf("got the reason %v", row.Delivery.Reason)
			}
			if r := row.Delivery.Reason; r != nil && (!strings.HasSuffix(*r, ".") || strings.Contains(*r, "550") || strings.Contains(*r, "smtp")) {
				t.Errorf("an admin reads %q", *r)
			}
			if row.LastSentAt == nil || row.Delivery.At.IsZero() || row.Status != "pending" {
				t.Errorf("got %+v", row)
			}
			if listed := find(list(t, "acme", ""), i.ID); listed == nil || listed.Delivery.Status != c.status {
				t.Errorf("listed as %+v", listed)
			}
			// The way back of a notice shows nowhere in the mail.
			mail := mails(t, c.to, before+1)[0]
			if from := mail.GetHeader("From"); !strings.HasSuffix(from, "<noreply@acme.example>") {
				t.Errorf("From: %s", from)
			}
			opens(t, link(t, mail), 200) // whatever became of it, the link lives
		})
	}
}

// resend asks for one more mail, in spite of what became of the one before where it confirms that.
func resend(t testing.TB, id, confirm string) answer {
	t.Helper()
	body := ""
	if confirm != "" {
		body = object("confirm", confirm)
	}
	return do(t, request{method: "POST", path: "/v1/invites/" + id + "/resend", body: body, as: token(t, "acme", "admin")})
}

func TestWhereNothingWouldArriveResendLeavesTheLink(t *testing.T) {
	for _, c := range []struct{ to, status, code, confirm string }{
		{simulator(t, "bounce"), "bounced", "mailbox_missing", "bounced"},
		{simulator(t, "suppressionlist"), "suppressed", "suppressed", "suppressed"},
		{simulator(t, "complaint"), "complained", "marked_as_spam", ""},
	} {
		t.Run(c.status, func(t *testing.T) {
			i := create(t, "acme", c.to)
			path := newest(t, c.to, 1)
			delivered(t, "acme", i.ID, c.status)
			for _, confirm := range []string{"", "delivered", "complained"} {
				a := resend(t, i.ID, confirm)
				a.refused(t, 409, "cannot_send")
				var said struct{ Reason, Confirm string }
				if err := json.Unmarshal([]byte(a.body), &said); err != nil || said.Reason != c.code || said.Confirm != c.confirm {
					t.Errorf("confirming %q: got %s", confirm, a.body)
				}
			}
			opens(t, path, 200)
			if got := len(mails(t, c.to, 1)); got != 1 {
				t.Errorf("%d mails, want 1", got)
			}
			if c.confirm == "" {
				return
			}
			if got := resend(t, i.ID, c.confirm).invite(t, 200); got.SendCount != 2 {
				t.Errorf("got %+v", got)
			}
			opens(t, newest(t, c.to, 2), 200)
			opens(t, path, 410)
			delivered(t, "acme", i.ID, c.status) // and it says again what became of that one
		})
	}
}

// event is a documented event of AWS about the newest mail of an invite of acme.
func event(t testing.TB, name string, i invite) string {
	t.Helper()
	text, err := os.ReadFile("../shared/feedback/testdata/event/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	k, gen, err := domain.ParseID("acme", i.ID)
	if err != nil {
		t.Fatal(err)
	}
	var e map[string]any
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "ana@example.com", i.Email)), &e); err != nil {
		t.Fatal(err)
	}
	tags := e["detail"].(map[string]any)["mail"].(map[string]any)["tags"].(map[string]any)
	for _, tag := range (domain.Route{Key: k, Gen: gen, Seq: uint64(i.SendCount)}).Tags() {
		tags[tag.Name] = []string{tag.Value}
	}
	if text, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// put gives a message to the queue of notices, as EventBridge's rule does.
func put(t testing.TB, body string) {
	t.Helper()
	_, err := sqs.NewFromConfig(cloud(t)).SendMessage(context.Background(), &sqs.SendMessageInput{
		QueueUrl: aws.String(output(t, "NoticesUrl")), MessageBody: aws.String(body),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The events that SES gives in AWS, which the local one does not: each says more than the
// one before it, and all of them again, in any order, say nothing new.
func TestTheEventsOfAWSFindTheirRow(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	steps := []struct{ event, status, code string }{
		{"delivery", "delivered", ""},
		{"bounce-mailbox-full", "bounced", "mailbox_full"},
		{"reject", "failed", "rejected"},
		{"bounce", "bounced", "mailbox_missing"},
		{"bounce-account-suppression-list", "suppressed", "suppressed"},
		{"complaint", "complained", "marked_as_spam"},
	}
	for _, s := range steps {
		put(t, event(t, s.event, i))
		within(t, func() error {
			if d := get(t, "acme", i.ID).Delivery; d.Status != s.status || d.Code != s.code {
				return fmt.Errorf("%s: got %s %s, want %s %s", s.event, d.Status, d.Code, s.status, s.code)
			}
			return nil
		})
	}
	before := record(t, i.ID)
	bodies := []string{}
	for _, name := range []string{"send", "delivery-delay", "delivery", "bounce", "complaint-not-spam", "rendering-failure", "complaint"} {
		bodies = append(bodies, event(t, name, i))
	}
	older := i
	older.SendCount = 0
	bodies = append(bodies, event(t, "bounce", older))
	if failed := feedback(t, bodies...); len(failed) > 0 {
		t.Errorf("to come again: %v", failed)
	}
	if after := record(t, i.ID); after != before {
		t.Errorf("old news changed the record:\n%s\n%s", before, after)
	}
}

// feedback gives a batch to the Lambda itself and returns what is to come again.
func feedback(t *testing.T, bodies ...string) (failed []string) {
	t.Helper()
	records := []map[string]string{}
	for n, body := range bodies {
		records = append(records, map[string]string{"messageId": fmt.Sprint(n), "body": body})
	}
	payload, broken := invoke(t, "FeedbackFunctionName", map[string]any{"Records": records})
	var said struct {
		BatchItemFailures []struct{ ItemIdentifier string } `json:"batchItemFailures"`
	}
	if err := json.Unmarshal([]byte(payload), &said); err != nil || broken {
		t.Fatalf("got %s", payload)
	}
	for _, f := range said.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	return failed
}

func TestOfABatchOfNoticesOnlyTheUnreadableComeAgain(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	nobody := i
	nobody.ID = "inv_" + strings.Repeat("0", 31) // a route to no record
	failed := feedback(t,
		"no JSON", event(t, "bounce", i), `{"source":"aws.ses","detail":{}}`, event(t, "bounce", nobody),
		strings.Replace(event(t, "delivery", i), `"timestamp"`, `"tempus"`, 2), `{"Type":"Notification","Message":"half of o`,
	)
	if got := fmt.Sprint(failed); got != "[0 4 5]" {
		t.Errorf("to come again: %s, want [0 4 5]", got)
	}
	if got := get(t, "acme", i.ID).Delivery.Status; got != "bounced" {
		t.Errorf("the mail is %s, want bounced", got)
	}
}

func TestAMalformedNoticeEndsInTheFailureQueueAndHoldsUpNone(t *testing.T) {
	ctx, c := context.Background(), sqs.NewFromConfig(cloud(t))
	queue, failures := aws.String(output(t, "NoticesUrl")), aws.String(output(t, "FeedbackFailuresUrl"))
	hide := func(seconds string) {
		if _, err := c.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{QueueUrl: queue, Attributes: map[string]string{"VisibilityTimeout": seconds}}); err != nil {
			t.Fatal(err)
		}
	}
	hide("1") // else ten tries take half an hour
	t.Cleanup(func() { hide("180") })
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	broken := "malformed " + i.ID
	put(t, broken)
	put(t, event(t, "bounce", i))
	delivered(t, "acme", i.ID, "bounced")
	within(t, func() error {
		out, err := c.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: failures, MaxNumberOfMessages: 10, VisibilityTimeout: 1, MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{"All"}})
		if err != nil {
			return err
		}
		for _, m := range out.Messages {
			if aws.ToString(m.Body) == broken {
				_, err := c.DeleteMessage(ctx, &sqs.DeleteMessageInput{QueueUrl: failures, ReceiptHandle: m.ReceiptHandle})
				return err
			}
		}
		return fmt.Errorf("%d messages in the failure queue, not this one", len(out.Messages))
	})
}
