package tests

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bus "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	domain "invites/shared/invite"
	"invites/shared/stream"
)

// TestWhatWasPublishedOnABusThatWasGoneIsPublishedAgain: the runbook event-bus-silent, on
// the stack's own bus. What a local AWS cannot show is the alarm itself.
func TestWhatWasPublishedOnABusThatWasGoneIsPublishedAgain(t *testing.T) {
	listen(t)
	ctx, events := context.Background(), eventbridge.NewFromConfig(cloud(t))
	before := arrivals(t)
	beat(t)
	within(t, func() error {
		if arrivals(t) == before {
			return errors.New("no heartbeat arrived")
		}
		return nil
	})

	restore := removeBus(t, output(t, "EventBusName"))
	from := time.Now().Add(-time.Minute)
	i := create(t, "acme", address(t))
	path := newest(t, i.Email, 1)
	delivered(t, "acme", i.ID, "delivered")
	press(t, path, 303)
	nothingWaits(t, i.ID)
	silent := arrivals(t)
	beat(t)
	if of := told(t, i.Email); len(of) > 0 {
		t.Fatalf("got %+v without a bus", of)
	}

	restore()
	if n := arrivals(t); n != silent {
		t.Errorf("%d heartbeats arrived without a bus", n-silent)
	}
	beat(t)
	within(t, func() error {
		if arrivals(t) == silent {
			return errors.New("no heartbeat arrived on the new bus")
		}
		return nil
	})
	replay := func() {
		t.Helper()
		if _, err := events.StartReplay(ctx, &eventbridge.StartReplayInput{
			ReplayName: aws.String(fmt.Sprint("lost-", time.Now().UnixNano())), EventSourceArn: aws.String(output(t, "EventArchiveArn")),
			Destination:    &bus.ReplayDestination{Arn: aws.String(output(t, "EventJournalArn"))},
			EventStartTime: aws.Time(from), EventEndTime: aws.Time(time.Now().Add(time.Minute)),
		}); err != nil {
			t.Fatal(err)
		}
	}
	replay()
	first := comes(t, i.Email, "Created", "Delivered", "Accepted")
	if last := first[len(first)-1].Detail; last.Status != "accepted" || last.InviteID != i.ID || last.Version == 0 {
		t.Errorf("the accept says %+v", last)
	}

	// A second time: the same events, and none of them in the archive once more.
	replay()
	within(t, func() error {
		if got := len(told(t, i.Email)); got != 2*len(first) {
			return fmt.Errorf("got %d events, want each of %d twice", got, len(first))
		}
		return nil
	})
	comes(t, i.Email, "Created", "Delivered", "Accepted")
}

// beat has publish put a heartbeat on the bus, as its schedule does.
func beat(t *testing.T) {
	t.Helper()
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	if payload, failed := invoke(t, "PublishFunctionName", map[string]string{"heartbeat": s.Stack}); failed {
		t.Fatal(payload)
	}
}

// arrivals counts the heartbeats that came back, as the metric of the alarm does.
func arrivals(t *testing.T) int {
	t.Helper()
	return strings.Count(logs(t), `"msg":"`+stream.HeartbeatArrived+`"`)
}

// nothingWaits waits until all that an invite has to tell counts as published.
func nothingWaits(t *testing.T, id string) {
	t.Helper()
	k, _, err := domain.ParseID("acme", id)
	if err != nil {
		t.Fatal(err)
	}
	within(t, func() error {
		out, err := dynamodb.NewFromConfig(cloud(t)).GetItem(context.Background(), &dynamodb.GetItemInput{
			TableName: aws.String(output(t, "TableName")), ConsistentRead: aws.Bool(true),
			Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: k.Partition.String()}, "sk": &types.AttributeValueMemberS{Value: k.Address.String()}},
		})
		if err != nil {
			return err
		}
		if _, waiting := out.Item["ub"]; waiting {
			return errors.New("an event is not published")
		}
		return nil
	})
}

// removeBus deletes a bus with all its rules, and returns what makes the same ones again.
func removeBus(t *testing.T, name string) (restore func()) {
	t.Helper()
	ctx, events := context.Background(), eventbridge.NewFromConfig(cloud(t))
	rules, err := events.ListRules(ctx, &eventbridge.ListRulesInput{EventBusName: &name})
	if err != nil || len(rules.Rules) < 2 { // ours, and that of listen
		t.Fatalf("%v, %d rules", err, len(rules.Rules))
	}
	targets := map[string][]bus.Target{}
	for _, r := range rules.Rules {
		of, err := events.ListTargetsByRule(ctx, &eventbridge.ListTargetsByRuleInput{EventBusName: &name, Rule: r.Name})
		if err != nil {
			t.Fatal(err)
		}
		targets[*r.Name] = of.Targets
	}
	if _, err := events.DeleteEventBus(ctx, &eventbridge.DeleteEventBusInput{Name: &name}); err != nil {
		t.Fatal(err)
	}
	done := false
	restore = func() {
		if done {
			return
		}
		done = true
		if _, err := events.CreateEventBus(ctx, &eventbridge.CreateEventBusInput{Name: &name}); err != nil {
			t.Error(err)
		}
		for _, r := range rules.Rules {
			if _, err := events.PutRule(ctx, &eventbridge.PutRuleInput{EventBusName: &name, Name: r.Name, EventPattern: r.EventPattern}); err != nil {
				t.Error(err)
			}
			if _, err := events.PutTargets(ctx, &eventbridge.PutTargetsInput{EventBusName: &name, Rule: r.Name, Targets: targets[*r.Name]}); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(restore) // the other tests need it too
	return restore
}
