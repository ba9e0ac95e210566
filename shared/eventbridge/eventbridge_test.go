package eventbridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/pb33f/jsonschema/v6"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// client answers as put says for each entry: "" for taken, else an error's code.
type client struct {
	put   func(types.PutEventsRequestEntry) string
	down  error
	calls [][]types.PutEventsRequestEntry
}

func (c *client) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	c.calls = append(c.calls, in.Entries)
	if c.down != nil {
		return nil, c.down
	}
	out := &eventbridge.PutEventsOutput{}
	for n, e := range in.Entries {
		code := ""
		if c.put != nil {
			code = c.put(e)
		}
		if code != "" {
			out.Entries = append(out.Entries, types.PutEventsResultEntry{ErrorCode: &code})
		} else {
			out.Entries = append(out.Entries, types.PutEventsResultEntry{EventId: aws.String(fmt.Sprint(n))})
		}
	}
	return out, nil
}

func (c *client) bus() *Bus {
	return New(c, Config{Bus: "the-bus", Environment: "test"}, func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
}

var now = invitetest.Base

// news is the n-th event of an address.
func news(email invite.Address, n int, kind invite.EventType) invite.News {
	e := invite.Event{Mark: invite.EventMark(kind, now.Add(time.Duration(n)*time.Second), invite.OperationID{}), Gen: 1, Version: uint64(n), Status: invite.Pending,
		At: now.Add(time.Duration(n) * time.Second), Role: "member", SendCount: 1, Actor: invite.Person{ID: "u-1", Name: "Olga", Email: "olga@example.com"}}
	return invite.News{Key: invite.KeyOf("acme", email), Tenant: "acme", Email: email, Event: e}
}

func TestOfOneInviteOneIsPutAtATimeAndTenInACall(t *testing.T) {
	c := &client{}
	var all []invite.News
	for n := range 23 {
		all = append(all, news(invite.Address(fmt.Sprintf("u%d@example.com", n)), 1, invite.EventCreated))
	}
	all = append(all, news("u0@example.com", 2, invite.EventResent), news("u0@example.com", 3, invite.EventCancelled))
	for i, err := range c.bus().Put(t.Context(), all) {
		if err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	var order []string
	for _, call := range c.calls {
		of := map[string]int{}
		for _, e := range call {
			var d Detail
			if err := json.Unmarshal([]byte(*e.Detail), &d); err != nil {
				t.Fatal(err)
			}
			if of[string(d.InviteID)]++; of[string(d.InviteID)] > 1 {
				t.Errorf("two events of %s in one call", d.InviteID)
			}
			if d.Email == "u0@example.com" {
				order = append(order, *e.DetailType)
			}
			if *e.EventBusName != "the-bus" || *e.Source != "invites" {
				t.Errorf("put on %s as %s", *e.EventBusName, *e.Source)
			}
		}
		if len(call) > 10 {
			t.Errorf("%d entries in a call", len(call))
		}
	}
	if want := []string{"InviteCreated", "InviteResent", "InviteCancelled"}; !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
}

func TestOnlyWhatWasNotTakenIsPutAgain(t *testing.T) {
	tries := map[string]int{}
	c := &client{put: func(e types.PutEventsRequestEntry) string {
		if strings.Contains(*e.Detail, "slow@") {
			if tries["slow"]++; tries["slow"] < 3 {
				return "ThrottlingException"
			}
		}
		if strings.Contains(*e.Detail, "never@") {
			return "InternalFailure"
		}
		return ""
	}}
	all := []invite.News{news("a@example.com", 1, invite.EventCreated), news("slow@example.com", 1, invite.EventCreated),
		news("never@example.com", 1, invite.EventCreated), news("never@example.com", 2, invite.EventCancelled), news("slow@example.com", 2, invite.EventResent)}
	errs := c.bus().Put(t.Context(), all)
	for i, want := range []bool{false, false, true, true, false} {
		if (errs[i] != nil) != want {
			t.Errorf("%d: got %v, want an error: %t", i, errs[i], want)
		}
	}
	put := map[string]int{}
	for _, call := range c.calls {
		for _, e := range call {
			var d Detail
			_ = json.Unmarshal([]byte(*e.Detail), &d)
			put[fmt.Sprint(d.Email, " ", *e.DetailType)]++
		}
	}
	want := map[string]int{"a@example.com InviteCreated": 1, "slow@example.com InviteCreated": 3, "slow@example.com InviteResent": 1, "never@example.com InviteCreated": 3}
	if fmt.Sprint(put) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", put, want)
	}
}

func TestABusThatCannotBeReachedIsToldForEach(t *testing.T) {
	c := &client{down: errors.New("no route")}
	errs := c.bus().Put(t.Context(), []invite.News{news("a@example.com", 1, invite.EventCreated), news("b@example.com", 1, invite.EventCreated)})
	if errs[0] == nil || errs[1] == nil || len(c.calls) != mostTries {
		t.Errorf("got %v after %d calls", errs, len(c.calls))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if errs := c.bus().Put(ctx, []invite.News{news("a@example.com", 1, invite.EventCreated)}); errs[0] == nil {
		t.Error("an ended context: got no error")
	}
}

// schemas are those of docs/events, by detail-type.
func schemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	files, err := filepath.Glob("../../docs/events/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no schemas: %v", err)
	}
	found := map[string]*jsonschema.Schema{}
	for _, f := range files {
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		s, err := compiler.Compile(f)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimSuffix(filepath.Base(f), ".json")] = s
	}
	return found
}

func TestEveryEventIsAsItsSchemaSays(t *testing.T) {
	found := schemas(t)
	kinds := invite.EventTypes()
	if len(found) != len(kinds)+1 { // and the pause of a tenant
		t.Errorf("%d schemas for %d types", len(found), len(kinds))
	}
	for _, kind := range kinds {
		n := news("ana@example.com", 1, kind)
		for _, actor := range []invite.Person{{}, {ID: "u-1"}} {
			n.Event.Actor = actor
			text, err := json.Marshal((&client{}).bus().detail(n))
			if err != nil {
				t.Fatal(err)
			}
			var detail any
			_ = json.Unmarshal(text, &detail)
			if err := found[string(kind)].Validate(detail); err != nil {
				t.Errorf("%s: %v\n%s", kind, err, text)
			}
			without := detail.(map[string]any)
			delete(without, "version")
			if found[string(kind)].Validate(without) == nil {
				t.Errorf("%s: the schema does not ask for a version", kind)
			}
		}
		text, err := os.ReadFile("../../docs/events/" + string(kind) + ".json")
		if err != nil || !strings.Contains(string(text), `"title": "`+string(kind)+`"`) {
			t.Errorf("%s: its schema has another title (%v)", kind, err)
		}
	}
}

func TestAPauseIsAnEventToo(t *testing.T) {
	c := &client{}
	p := invite.Pausing{Tenant: "acme", Reason: invite.PausedForBounces, Tally: invite.Tally{Delivered: 100, Bounced: 20}, At: now}
	if err := c.bus().TenantPaused(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	e := c.calls[0][0]
	var detail any
	if err := json.Unmarshal([]byte(*e.Detail), &detail); err != nil || *e.DetailType != TenantPaused || *e.EventBusName != "the-bus" {
		t.Fatalf("%s on %s: %v", *e.DetailType, *e.EventBusName, err)
	}
	if err := schemas(t)[TenantPaused].Validate(detail); err != nil {
		t.Errorf("%v\n%s", err, *e.Detail)
	}
	other := p
	other.Tenant = "globex"
	if p.ID() == other.ID() {
		t.Error("two tenants' pauses have one id")
	}
	if err := (&client{down: errors.New("no route")}).bus().TenantPaused(t.Context(), p); err == nil {
		t.Error("a bus that cannot be reached: got no error")
	}
	if err := (&client{put: func(types.PutEventsRequestEntry) string { return "InternalFailure" }}).bus().TenantPaused(t.Context(), p); err == nil {
		t.Error("an entry that is not taken: got no error")
	}
}
