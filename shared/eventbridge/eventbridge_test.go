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

// client answers as put says for each entry of the bus, and keep for each of the journal:
// "" for taken, else an error's code.
type client struct {
	put, keep      func(types.PutEventsRequestEntry) string
	down           error
	calls, journal [][]types.PutEventsRequestEntry // what each call had for either
	sizes          []int                           // of the calls
}

func (c *client) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	c.sizes = append(c.sizes, len(in.Entries))
	var call, journal []types.PutEventsRequestEntry
	for _, e := range in.Entries {
		if *e.EventBusName == "the-journal" {
			journal = append(journal, e)
		} else {
			call = append(call, e)
		}
	}
	c.calls, c.journal = append(c.calls, call), append(c.journal, journal)
	if c.down != nil {
		return nil, c.down
	}
	out := &eventbridge.PutEventsOutput{}
	for n, e := range in.Entries {
		code, say := "", c.put
		if *e.EventBusName == "the-journal" {
			say = c.keep
		}
		if say != nil {
			code = say(e)
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
	return New(c, Config{Bus: "the-bus", Journal: "the-journal", Environment: "test"}, func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
}

var now = invitetest.Base

// news is the n-th event of an address.
func news(email invite.Address, n int, kind invite.EventType) invite.News {
	e := invite.Event{Mark: invite.EventMark(kind, now.Add(time.Duration(n)*time.Second), invite.OperationID{}), Gen: 1, Version: uint64(n), Status: invite.Pending,
		At: now.Add(time.Duration(n) * time.Second), Role: "member", SendCount: 1, Actor: invite.Person{ID: "u-1", Name: "Olga", Email: "olga@example.com"}}
	return invite.News{Key: invite.KeyOf("acme", email), Tenant: "acme", Email: email, Event: e}
}

func TestOfOneInviteOneIsPutAtATimeAndNoCallHasMoreThanTenEntries(t *testing.T) {
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
	for n, call := range c.calls {
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
		if c.sizes[n] > 10 {
			t.Errorf("%d entries in a call", c.sizes[n])
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

// sameBut reports whether two entries differ in nothing but the bus.
func sameBut(a, b types.PutEventsRequestEntry) bool {
	return *a.Source == *b.Source && *a.DetailType == *b.DetailType && *a.Detail == *b.Detail && a.Time.Equal(*b.Time)
}

func TestWhatIsPutOnTheBusIsPutInTheJournalAsWell(t *testing.T) {
	c := &client{}
	var all []invite.News
	for n := range 7 {
		all = append(all, news(invite.Address(fmt.Sprintf("u%d@example.com", n)), 1, invite.EventCreated))
	}
	if errs := c.bus().Put(t.Context(), all); errors.Join(errs...) != nil {
		t.Fatal(errs)
	}
	if err := c.bus().TenantPaused(t.Context(), invite.Pausing{Tenant: "acme", Reason: invite.PausedForBounces, At: now}); err != nil {
		t.Fatal(err)
	}
	put, kept := slices.Concat(c.calls...), slices.Concat(c.journal...)
	if len(put) != len(all)+1 || !slices.EqualFunc(put, kept, sameBut) {
		t.Errorf("%d on the bus, %d in the journal, or not the same", len(put), len(kept))
	}
}

// An event in the journal alone would be lost to the consumers, one on the bus alone to
// a replay.
func TestAnEventIsPublishedOnlyWhereBothHaveTakenIt(t *testing.T) {
	refuse := func(of string) func(types.PutEventsRequestEntry) string {
		return func(e types.PutEventsRequestEntry) string {
			if strings.Contains(*e.Detail, of) {
				return "InternalFailure"
			}
			return ""
		}
	}
	all := []invite.News{news("first@example.com", 1, invite.EventCreated), news("second@example.com", 1, invite.EventCreated), news("third@example.com", 1, invite.EventCreated)}
	c := &client{put: refuse("first@"), keep: refuse("second@")}
	errs := c.bus().Put(t.Context(), all)
	for i, want := range []bool{true, true, false} {
		if (errs[i] != nil) != want {
			t.Errorf("%d: got %v, want an error: %t", i, errs[i], want)
		}
	}
	c = &client{keep: refuse("acme")}
	if err := c.bus().TenantPaused(t.Context(), invite.Pausing{Tenant: "acme", Reason: invite.PausedForBounces, At: now}); err == nil {
		t.Error("a pause that the journal did not take: got no error")
	}
}

func TestAReplayedEventIsTheSameAndIsNotKeptTwice(t *testing.T) {
	c := &client{}
	if errs := c.bus().Put(t.Context(), []invite.News{news("a@example.com", 1, invite.EventAccepted)}); errs[0] != nil {
		t.Fatal(errs)
	}
	kept := c.journal[0][0]
	for range 2 { // a replay may run twice
		if err := c.bus().Replay(t.Context(), *kept.DetailType, *kept.Time, []byte(*kept.Detail)); err != nil {
			t.Fatal(err)
		}
	}
	put := slices.Concat(c.calls...)
	if len(put) != 3 || !sameBut(put[0], put[1]) || !sameBut(put[0], put[2]) {
		t.Errorf("got %d entries, or not the same", len(put))
	}
	if kept := slices.Concat(c.journal...); len(kept) != 1 {
		t.Errorf("%d in the journal, want 1", len(kept))
	}

	tries := 0
	c = &client{put: func(types.PutEventsRequestEntry) string {
		if tries++; tries < mostTries {
			return "ThrottlingException"
		}
		return ""
	}}
	if err := c.bus().Replay(t.Context(), "InviteCreated", now, []byte("{}")); err != nil || tries != mostTries {
		t.Errorf("got %v after %d tries", err, tries)
	}
	c = &client{down: errors.New("no route")}
	if err := c.bus().Replay(t.Context(), "InviteCreated", now, []byte("{}")); err == nil || len(c.calls) != mostTries {
		t.Errorf("got %v after %d tries", err, len(c.calls))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.bus().Replay(ctx, "InviteCreated", now, []byte("{}")); err == nil {
		t.Error("an ended context: got no error")
	}
}

// A consumer's rule on the source "invites" must not match a heartbeat, and the journal
// has nothing to keep of it.
func TestAHeartbeatIsNoEventOfTheContract(t *testing.T) {
	c := &client{}
	if err := c.bus().Beat(t.Context(), "my-stack", now); err != nil {
		t.Fatal(err)
	}
	e := c.calls[0][0]
	if *e.EventBusName != "the-bus" || *e.Source != HeartbeatSource || *e.Source == Source || *e.Detail != `{"stack":"my-stack"}` {
		t.Errorf("got %s on %s: %s", *e.Source, *e.EventBusName, *e.Detail)
	}
	if len(c.journal[0]) > 0 {
		t.Error("the journal got it")
	}
	if err := (&client{down: errors.New("no route")}).bus().Beat(t.Context(), "my-stack", now); err == nil {
		t.Error("a bus that cannot be reached: got no error")
	}
}
