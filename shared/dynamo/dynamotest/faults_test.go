package dynamotest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// quick retries as the SDK does, at once.
func quick(o *dynamodb.Options) {
	o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
		s.MaxAttempts, s.MaxBackoff = 5, time.Microsecond
	})
}

// once does not retry.
func once(o *dynamodb.Options) { o.Retryer = aws.NopRetryer{} }

// counted is an item with a count, which each executed request raises by one.
type counted struct {
	*testing.T
	table string
}

func (c counted) raise(ctx context.Context, client *dynamodb.Client) error {
	_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &c.table, Key: key("a"), UpdateExpression: aws.String("ADD x :one"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
	})
	return err
}

// executed asks by a client without faults.
func (c counted) executed() string {
	out, err := Start(c).GetItem(c.Context(), &dynamodb.GetItemInput{TableName: &c.table, Key: key("a"), ConsistentRead: aws.Bool(true)})
	if err != nil {
		c.Fatal(err)
	}
	if x, ok := out.Item["x"].(*types.AttributeValueMemberN); ok {
		return x.Value
	}
	return "0"
}

func TestEachFaultDoesWhatItSays(t *testing.T) {
	reset := func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
	fine := func(err error) bool { return err == nil }
	throttled := func(err error) bool {
		var e *types.ProvisionedThroughputExceededException
		return errors.As(err, &e) && strings.HasPrefix(e.ErrorMessage(), "The level of configured")
	}
	for _, c := range []struct {
		fault           Fault
		seen            func(error) bool
		before, flushed string // executed by then
	}{
		{None, fine, "1", "1"},
		{LoseRequest, reset, "0", "0"},
		{LoseResponse, reset, "1", "1"},
		{Late, reset, "0", "1"},
		{Duplicate, fine, "1", "2"},
		{Delay, fine, "1", "1"},
		{Throttle, throttled, "0", "0"},
	} {
		t.Run(c.fault.String(), func(t *testing.T) {
			item := counted{t, CreateTable(t)}
			faults := Script(c.fault)
			if err := item.raise(t.Context(), Start(t, faults.Attach, once)); !c.seen(err) {
				t.Errorf("the client saw %v", err)
			}
			if got := item.executed(); got != c.before {
				t.Errorf("got %s executed, want %s", got, c.before)
			}
			faults.Flush()
			if got := item.executed(); got != c.flushed {
				t.Errorf("after the late ones got %s executed, want %s", got, c.flushed)
			}
		})
	}
}

func TestTheSDKRetriesWhatWasInjected(t *testing.T) {
	for _, fault := range []Fault{LoseRequest, LoseResponse, Late, Throttle} {
		t.Run(fault.String(), func(t *testing.T) {
			item := counted{t, CreateTable(t)}
			if err := item.raise(t.Context(), Start(t, Script(fault, fault).Attach, quick)); err != nil {
				t.Errorf("got %v after two faults and five attempts", err)
			}
		})
	}
}

func TestALateRequestArrivesBeforeTheNext(t *testing.T) {
	item := counted{t, CreateTable(t)}
	client := Start(t, Script(Late).Attach, once)
	_ = item.raise(t.Context(), client)
	for _, want := range []string{"2", "3"} {
		if err := item.raise(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		if got := item.executed(); got != want {
			t.Errorf("got %s executed, want %s", got, want)
		}
	}
}

func TestALateRequestArrivesAlthoughItsCallerGaveUp(t *testing.T) {
	item := counted{t, CreateTable(t)}
	faults := Script(Late)
	ctx, cancel := context.WithCancel(t.Context())
	_ = item.raise(ctx, Start(t, faults.Attach, once))
	cancel()
	faults.Flush()
	if got := item.executed(); got != "1" {
		t.Errorf("got %s executed, want 1", got)
	}
}

func TestADelayEndsWithItsContext(t *testing.T) {
	item := counted{t, CreateTable(t)}
	faults := NewFaults(Plan{Chances: map[Fault]float64{Delay: 1}, LongestDelay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := item.raise(ctx, Start(t, faults.Attach, once)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if got := item.executed(); got != "0" {
		t.Errorf("got %s executed, want 0", got)
	}
}

func TestOnlyNamedOperationsMeetFaults(t *testing.T) {
	item := counted{t, CreateTable(t)}
	faults := NewFaults(Plan{Chances: map[Fault]float64{Throttle: 1}, Operations: []string{"Query"}})
	if err := item.raise(t.Context(), Start(t, faults.Attach, once)); err != nil {
		t.Error(err)
	}
}

func TestTheSameSeedMeetsTheSameFaults(t *testing.T) {
	const requests = 200
	run := func(t *testing.T, seed uint64) string {
		item := counted{t, CreateTable(t)}
		faults := NewFaults(Plan{Seed: seed, LongestDelay: time.Millisecond, Chances: map[Fault]float64{
			LoseRequest: .1, LoseResponse: .1, Late: .1, Duplicate: .1, Delay: .1, Throttle: .1,
		}})
		client := Start(t, faults.Attach, once)
		var trace strings.Builder
		for range requests {
			err := item.raise(t.Context(), client)
			fmt.Fprint(&trace, err == nil, item.executed(), " ")
		}
		for fault := LoseRequest; fault < faultCount; fault++ {
			// 20 are expected; 5 is more than three and a half deviations below.
			if got := strings.Count(faults.String(), fault.String()); got < 5 {
				t.Errorf("%d requests met only %d times: %v", requests, got, fault)
			}
		}
		return trace.String() + faults.String()
	}
	if a, b := run(t, 7), run(t, 7); a != b {
		t.Errorf("got with the same seed\n%s\nand\n%s", a, b)
	}
	if a, b := run(t, 7), run(t, 8); a == b {
		t.Error("got the same with another seed")
	}
}
