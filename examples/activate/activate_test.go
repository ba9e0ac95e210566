package activate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/pb33f/jsonschema/v6"

	"invites/client"
	"invites/shared/dynamo/dynamotest"
)

// users makes an empty table, with the keys of template.yaml.
func users(t *testing.T) Table {
	t.Helper()
	table := Table{DynamoDB: dynamotest.Start(t), Name: fmt.Sprintf("users-%d", time.Now().UnixNano())}
	in := &dynamodb.CreateTableInput{TableName: &table.Name, BillingMode: types.BillingModePayPerRequest}
	for name, kind := range map[string]types.KeyType{"tenant": types.KeyTypeHash, "email": types.KeyTypeRange} {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: &name, AttributeType: types.ScalarAttributeTypeS})
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: &name, KeyType: kind})
		if kind == types.KeyTypeHash && len(in.KeySchema) == 2 { // the partition's key is the first
			in.KeySchema[0], in.KeySchema[1] = in.KeySchema[1], in.KeySchema[0]
		}
	}
	if _, err := table.DynamoDB.CreateTable(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = table.DynamoDB.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &table.Name})
	})
	return table
}

func (t Table) must(test *testing.T) User {
	test.Helper()
	u, err := t.Get(test.Context(), "acme", "ana@example.com")
	if err != nil {
		test.Fatal(err)
	}
	return u
}

// real is an event as EventBridge hands it over.
func real(t *testing.T) events.EventBridgeEvent {
	t.Helper()
	text, err := os.ReadFile("testdata/accepted.json")
	if err != nil {
		t.Fatal(err)
	}
	var e events.EventBridgeEvent
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestTheRealEventIsOneOfTheSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/events/InviteAccepted.json")
	if err != nil {
		t.Fatal(err)
	}
	var detail any
	if err := json.Unmarshal(real(t).Detail, &detail); err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(detail); err != nil {
		t.Error(err)
	}
}

func TestSomebodyWhoAcceptedAndSetUpIsActiveWhicheverComesFirst(t *testing.T) {
	accepted := real(t)
	account := client.Redeemed{TenantID: "acme", InviteID: "inv_0123456789abcdefghijklmnopqrstu", Email: "ana@example.com", Name: "Ana", Role: "member"}
	for name, steps := range map[string][]func(Table) error{
		"the event first": {
			func(u Table) error { return Consumer{u}.Handle(t.Context(), accepted) },
			func(u Table) error { return u.Create(t.Context(), account) },
		},
		"the account first": {
			func(u Table) error { return u.Create(t.Context(), account) },
			func(u Table) error { return Consumer{u}.Handle(t.Context(), accepted) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			u := users(t)
			for n, step := range steps {
				if got := u.must(t); got.Active() {
					t.Errorf("active after %d steps: %+v", n, got)
				}
				if err := step(u); err != nil {
					t.Fatal(err)
				}
			}
			if got := u.must(t); !got.Active() || got.Name != "Ana" || got.Role != "member" || got.Last.Version != 4 {
				t.Errorf("got %+v", got)
			}
		})
	}
}

// story is what happens to an address: an accept, a release, a new invite that another
// person accepts, and after the record is cleared one that counts from 1 again.
func story() (all []Event) {
	start := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	for n, e := range []Event{
		{InviteID: "inv_1", Status: "pending", Version: 1}, {InviteID: "inv_1", Status: "accepted", Version: 4},
		{InviteID: "inv_1", Status: "released", Version: 5}, {InviteID: "inv_2", Status: "pending", Version: 6},
		{InviteID: "inv_2", Status: "accepted", Version: 8}, {InviteID: "inv_2", Status: "released", Version: 9},
		{InviteID: "inv_3", Status: "pending", Version: 1}, {InviteID: "inv_3", Status: "accepted", Version: 3},
	} {
		e.TenantID, e.Email, e.OccurredAt = "acme", "ana@example.com", start.Add(time.Duration(n)*time.Hour)
		if e.InviteID == "inv_3" {
			e.OccurredAt = e.OccurredAt.Add(60 * 24 * time.Hour)
		}
		all = append(all, e)
	}
	return all
}

func handed(e Event) events.EventBridgeEvent {
	detail, _ := json.Marshal(e)
	return events.EventBridgeEvent{Detail: detail}
}

func TestEventsCanComeInAnyOrderAndAgain(t *testing.T) {
	all := story()
	u := users(t)
	for upTo := 1; upTo <= len(all); upTo++ {
		for range 5 {
			if _, err := u.DynamoDB.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &u.Name, Key: key("acme", "ana@example.com")}); err != nil {
				t.Fatal(err)
			}
			order := append(rand.Perm(upTo), rand.Perm(upTo)...)
			for _, n := range order {
				if err := (Consumer{u}).Handle(t.Context(), handed(all[n])); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := u.must(t).Last, all[upTo-1]; got != want {
				t.Errorf("in the order %v the last is %+v, want %+v", order, got, want)
			}
		}
	}
}

func TestNewerIsWhatTheTableThinksIsNewer(t *testing.T) {
	u, all := users(t), story()
	for _, old := range all {
		for _, e := range all {
			if _, err := u.DynamoDB.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &u.Name, Key: key("acme", "ana@example.com")}); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(u.Take(t.Context(), old), u.Take(t.Context(), e)); err != nil {
				t.Fatal(err)
			}
			if taken := u.must(t).Last != old; taken != e.Newer(old) {
				t.Errorf("%+v after %+v: taken in: %v, Newer: %v", e, old, taken, e.Newer(old))
			}
		}
	}
}

func TestAReleaseTakesTheUserBackAndANewInviteNeedsANewAccount(t *testing.T) {
	u, all := users(t), story()
	first := client.Redeemed{TenantID: "acme", InviteID: "inv_1", Email: "ana@example.com"}
	if err := u.Create(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	for n, active := range []bool{false, true, false, false, false, false, false, false} {
		if err := (Consumer{u}).Handle(t.Context(), handed(all[n])); err != nil {
			t.Fatal(err)
		}
		if got := u.must(t); got.Active() != active {
			t.Errorf("after %+v: active is %v", all[n], got.Active())
		}
	}
	first.InviteID = "inv_3"
	if err := u.Create(t.Context(), first); err != nil || !u.must(t).Active() {
		t.Errorf("got %v, %+v, want it active again", err, u.must(t))
	}
}

func TestWhatIsNotAboutAnInviteIsPassedOver(t *testing.T) {
	u := users(t)
	for _, detail := range []string{`{}`, `{"tenant_id":"acme","rate":0.2}`, `{"invite_id":"inv_1","email":"ana@example.com"}`} {
		if err := (Consumer{u}).Handle(t.Context(), events.EventBridgeEvent{Detail: []byte(detail)}); err != nil {
			t.Errorf("%s: %v", detail, err)
		}
	}
	if err := (Consumer{u}).Handle(t.Context(), events.EventBridgeEvent{Detail: []byte(`[]`)}); err == nil {
		t.Error("what cannot be read is taken for done")
	}
	if got := u.must(t); got.Last != (Event{TenantID: "acme", Email: "ana@example.com"}) {
		t.Errorf("got %+v", got)
	}
}

func TestATableThatFailsBringsTheEventAgain(t *testing.T) {
	u := users(t)
	u.Name = "gone"
	if err := (Consumer{u}).Handle(t.Context(), real(t)); err == nil {
		t.Error("an event that was not kept is taken for done")
	}
}
