package tests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bus "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	domain "invites/shared/invite"
)

// published is an event as a consumer's rule brings it.
type published struct {
	Source string `json:"source"`
	Type   string `json:"detail-type"`
	Detail struct {
		EventID   string                            `json:"event_id"`
		Version   uint64                            `json:"version"`
		TenantID  string                            `json:"tenant_id"`
		InviteID  string                            `json:"invite_id"`
		Status    string                            `json:"status"`
		Email     string                            `json:"email"`
		Role      string                            `json:"role"`
		SendCount int                               `json:"send_count"`
		Code      string                            `json:"code"`
		Actor     *struct{ ID, Name, Email string } `json:"actor"`
	} `json:"detail"`
}

// consumer is a queue behind a rule for every event of the stack's bus, one for all
// tests, and what came out of it.
var consumer struct {
	sync.Mutex
	queue string
	all   []published
}

// listen makes the consumer; tests call it before what they want to hear of.
func listen(t *testing.T) {
	t.Helper()
	consumer.Lock()
	defer consumer.Unlock()
	if consumer.queue != "" {
		return
	}
	ctx := context.Background()
	name := fmt.Sprint("events-", time.Now().UnixNano())
	made, err := sqs.NewFromConfig(cloud(t)).CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	events := eventbridge.NewFromConfig(cloud(t))
	on := aws.String(output(t, "EventBusName"))
	if _, err := events.PutRule(ctx, &eventbridge.PutRuleInput{Name: &name, EventBusName: on, EventPattern: aws.String(`{"source": ["invites"]}`)}); err != nil {
		t.Fatal(err)
	}
	arn := fmt.Sprintf("arn:aws:sqs:%s:000000000000:%s", cloud(t).Region, name)
	out, err := events.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &name, EventBusName: on, Targets: []bus.Target{{Id: aws.String("queue"), Arn: &arn}}})
	if err != nil || out.FailedEntryCount > 0 {
		t.Fatalf("%v, %+v", err, out)
	}
	consumer.queue = *made.QueueUrl
}

// toldAll returns every event so far.
func toldAll(t *testing.T) []published {
	t.Helper()
	consumer.Lock()
	defer consumer.Unlock()
	queue := sqs.NewFromConfig(cloud(t))
	for {
		out, err := queue.ReceiveMessage(context.Background(), &sqs.ReceiveMessageInput{QueueUrl: &consumer.queue, MaxNumberOfMessages: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(out.Messages) == 0 {
			break
		}
		for _, m := range out.Messages {
			hear("/v1/events", answer{body: *m.Body})
			var p published
			if err := json.Unmarshal([]byte(*m.Body), &p); err != nil {
				t.Fatal(err)
			}
			consumer.all = append(consumer.all, p)
			if _, err := queue.DeleteMessage(context.Background(), &sqs.DeleteMessageInput{QueueUrl: &consumer.queue, ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return consumer.all
}

// told returns the events about an address so far, by version.
func told(t *testing.T, email string) (of []published) {
	t.Helper()
	for _, p := range toldAll(t) {
		if p.Detail.Email == email {
			of = append(of, p)
		}
	}
	slices.SortStableFunc(of, func(a, b published) int { return int(a.Detail.Version) - int(b.Detail.Version) })
	return of
}

// comes waits until the events about an address are those, in the order of their
// versions.
func comes(t *testing.T, email string, want ...string) (of []published) {
	t.Helper()
	within(t, func() error {
		of = told(t, email)
		var got []string
		ids := map[string]bool{}
		for _, p := range of {
			if !ids[p.Detail.EventID] {
				got = append(got, strings.TrimPrefix(p.Type, "Invite"))
			}
			ids[p.Detail.EventID] = true
		}
		if !slices.Equal(got, want) {
			return fmt.Errorf("got %v, want %v", got, want)
		}
		return nil
	})
	return of
}

func TestEveryChangeOfAnInviteIsPublished(t *testing.T) {
	listen(t)
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	comes(t, i.Email, "Created", "Delivered")
	on(t, "acme", i.ID, "resend").invite(t, 200)
	path := newest(t, i.Email, 2)
	comes(t, i.Email, "Created", "Delivered", "Resent", "Delivered")
	press(t, path, 303)
	on(t, "acme", i.ID, "release").invite(t, 200)
	of := comes(t, i.Email, "Created", "Delivered", "Resent", "Delivered", "Accepted", "Released")
	statuses := []string{"pending", "pending", "pending", "pending", "accepted", "released"}
	for n, p := range of {
		d := p.Detail
		if d.Status != statuses[n] {
			t.Errorf("%s leaves it %q, want %q", p.Type, d.Status, statuses[n])
		}
		if p.Source != "invites" || d.TenantID != "acme" || d.InviteID != i.ID || d.Role != "member" || d.SendCount != 1+n/2 && n < 2 {
			t.Errorf("%s: got %+v", p.Type, d)
		}
		byAdmin := slices.Contains([]string{"InviteCreated", "InviteResent", "InviteReleased"}, p.Type)
		if (d.Actor != nil) != byAdmin || byAdmin && d.Actor.Name != "Ada Admin" {
			t.Errorf("%s: actor %+v", p.Type, d.Actor)
		}
	}

	again := create(t, "acme", i.Email)
	comes(t, i.Email, "Created", "Delivered", "Resent", "Delivered", "Accepted", "Released", "Created", "Delivered")
	on(t, "acme", again.ID, "cancel").invite(t, 200)
	of = comes(t, i.Email, "Created", "Delivered", "Resent", "Delivered", "Accepted", "Released", "Created", "Delivered", "Cancelled")
	if last := of[len(of)-1].Detail; last.InviteID != again.ID || again.ID == i.ID {
		t.Errorf("the cancel is of %s, want %s", last.InviteID, again.ID)
	}
}

// A complaint that comes before the delivery says more than it, which is then no news.
func TestWhatBecomesOfAMailIsPublished(t *testing.T) {
	listen(t)
	for local, want := range map[string][2]string{
		"bounce": {"InviteBounced", "mailbox_missing"}, "complaint": {"InviteComplained", "marked_as_spam"}, "suppressionlist": {"InviteSuppressed", "suppressed"},
	} {
		email := fmt.Sprintf("%s+events%d@simulator.amazonses.com", local, time.Now().UnixNano()%1e9)
		create(t, "acme", email)
		within(t, func() error {
			of := told(t, email)
			if len(of) < 2 || of[0].Type != "InviteCreated" || [2]string{of[len(of)-1].Type, of[len(of)-1].Detail.Code} != want {
				return fmt.Errorf("%s: got %+v, want %v at last", local, of, want)
			}
			return nil
		})
	}
}

func TestAnExpiryIsPublishedAlsoWhereTheAddressIsInvitedAnewFirst(t *testing.T) {
	listen(t)
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	comes(t, i.Email, "Created", "Delivered")
	age(t, i.ID, "8d")
	again := create(t, "acme", i.Email) // before or after the schedule, which runs each minute
	newest(t, i.Email, 2)
	of := comes(t, i.Email, "Created", "Delivered", "Expired", "Created", "Delivered")
	if of[2].Detail.InviteID != i.ID || of[3].Detail.InviteID != again.ID {
		t.Errorf("got the expiry of %s and the create of %s", of[2].Detail.InviteID, of[3].Detail.InviteID)
	}
}

// The stream's mapping of publish is off while an invite changes; what the stream would
// have brought is put past it, so that only the schedule can find it.
func TestWithTheStreamOffTheSchedulePublishesWhatWaits(t *testing.T) {
	listen(t)
	functions, ctx := lambda.NewFromConfig(cloud(t)), context.Background()
	mappings, err := functions.ListEventSourceMappings(ctx, &lambda.ListEventSourceMappingsInput{FunctionName: aws.String(output(t, "PublishFunctionName"))})
	if err != nil || len(mappings.EventSourceMappings) != 1 {
		t.Fatalf("%v, %d mappings", err, len(mappings.EventSourceMappings))
	}
	enable := func(on bool) {
		if _, err := functions.UpdateEventSourceMapping(ctx, &lambda.UpdateEventSourceMappingInput{UUID: mappings.EventSourceMappings[0].UUID, Enabled: &on}); err != nil {
			t.Fatal(err)
		}
	}
	enable(false)
	defer enable(true)
	within(t, func() error {
		now, err := functions.GetEventSourceMapping(ctx, &lambda.GetEventSourceMappingInput{UUID: mappings.EventSourceMappings[0].UUID})
		if err == nil && aws.ToString(now.State) != "Disabled" {
			err = fmt.Errorf("the stream's mapping is %s", aws.ToString(now.State))
		}
		return err
	})
	began := time.Now()
	// Where all of this takes long, the schedule's own runs find what waits.
	late := func() bool { return time.Since(began) > domain.RepublishAfter }
	i := create(t, "acme", address(t))
	press(t, newest(t, i.Email, 1), 303)
	time.Sleep(2 * time.Second)
	if of := told(t, i.Email); len(of) > 0 && !late() {
		t.Fatalf("got %+v with the stream off", of)
	}
	k, _, err := domain.ParseID("acme", i.ID)
	if err != nil {
		t.Fatal(err)
	}
	long := fmt.Sprintf("%015d", time.Now().Add(-3*time.Minute).UnixMilli())
	_, err = dynamodb.NewFromConfig(cloud(t)).UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        aws.String(output(t, "TableName")),
		Key:              map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: k.Partition.String()}, "sk": &types.AttributeValueMemberS{Value: k.Address.String()}},
		UpdateExpression: aws.String("SET ut = :long"), ExpressionAttributeValues: map[string]types.AttributeValue{":long": &types.AttributeValueMemberS{Value: long}},
		ConditionExpression: aws.String("attribute_exists(ub)"),
	})
	var done *types.ConditionalCheckFailedException
	if err != nil && !(late() && errors.As(err, &done)) {
		t.Fatal(err)
	}
	if payload, failed := invoke(t, "ExpireFunctionName", struct{}{}); failed {
		t.Fatal(payload)
	}
	within(t, func() error {
		kinds := map[string]bool{}
		for _, p := range told(t, i.Email) {
			kinds[p.Type] = true
		}
		if !kinds["InviteCreated"] || !kinds["InviteAccepted"] {
			return fmt.Errorf("got %v", kinds)
		}
		return nil
	})
}
