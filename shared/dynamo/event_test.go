package dynamo

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/dynamo/dynamotest"
	"invites/shared/invite"
)

// pile are the keys of the records that have held an event since before an instant.
func (o opened) pile(t testing.TB, before time.Time) (keys []invite.Key) {
	t.Helper()
	for page, err := range o.Unpublished(t.Context(), before) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, page...)
	}
	return keys
}

func TestARecordIsOnThePileFromItsFirstEventToItsLast(t *testing.T) {
	t.Parallel()
	o, ok := open(t), must[*invite.Invite](t)
	first := ok(o.Create(t.Context(), creation("acme", "ana@example.com", base)))
	second := ok(o.Resend(t.Context(), change(first, base.Add(time.Minute))))
	if got := o.pile(t, base); len(got) != 0 {
		t.Errorf("on the pile before it held an event: %v", got)
	}
	// The second event does not make it look as if it had just got there.
	if got := o.pile(t, base.Add(time.Second)); !slices.Equal(got, []invite.Key{first.Key}) {
		t.Errorf("on the pile: %v, want %v", got, first.Key)
	}
	ok(o.Publish(t.Context(), invite.Publication{Key: first.Key, Marks: []string{first.Events[0].Mark}}))
	if got := o.pile(t, base.Add(time.Hour)); len(got) != 1 {
		t.Errorf("one event is left and the pile holds %v", got)
	}
	left := ok(o.Publish(t.Context(), invite.Publication{Key: first.Key, Marks: []string{second.Events[1].Mark}}))
	if got := o.pile(t, base.Add(time.Hour)); len(got) != 0 || len(left.Events) != 0 {
		t.Errorf("nothing is left to tell (%v) and the pile holds %v", left.Events, got)
	}
}

// TestNoEventLosesItsPlaceToAnOlderPublication: two publishers have put the same event,
// and the slower one writes when the record holds another one. As many events are in it as
// the slower one would expect.
func TestNoEventLosesItsPlaceToAnOlderPublication(t *testing.T) {
	t.Parallel()
	o, ok := open(t), must[*invite.Invite](t)
	first := queuedOne(t, o)
	ok(o.Publish(t.Context(), publication(first)))
	second := ok(o.Resend(t.Context(), change(first, base.Add(time.Minute))))
	got := ok(o.Publish(t.Context(), publication(first)))
	if len(got.Events) != 1 || got.Events[0].Mark != second.Events[0].Mark {
		t.Errorf("the record holds %v, want the resend", got.Events)
	}
	if pile := o.pile(t, base.Add(time.Hour)); len(pile) != 1 {
		t.Errorf("a record with an event is not on the pile: %v", pile)
	}
}

func TestARecordWithoutEventsIsTakenOffThePile(t *testing.T) {
	t.Parallel()
	o, ok := open(t), must[*invite.Invite](t)
	inv := ok(o.Publish(t.Context(), publication(queuedOne(t, o))))
	_, err := o.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: o.table, Key: key(inv.Key), UpdateExpression: ptr("SET ub = :u, ut = :t"),
		ExpressionAttributeValues: item{":u": text(pileName(0)), ":t": dueText(base)}})
	if err != nil {
		t.Fatal(err)
	}
	before := o.pile(t, later)
	ok(o.Publish(t.Context(), invite.Publication{Key: inv.Key}))
	if after := o.pile(t, later); len(before) != 1 || len(after) != 0 {
		t.Errorf("on the pile: %v and then %v", before, after)
	}
	holding := ok(o.Resend(t.Context(), change(inv, base.Add(time.Minute))))
	ok(o.Publish(t.Context(), invite.Publication{Key: inv.Key}))
	if after := o.pile(t, later); len(after) != 1 || len(holding.Events) != 1 {
		t.Errorf("a record that holds an event is off the pile: %v", after)
	}
}

func TestAPublicationThatTheNetworkRepeatsOrLosesForgetsOnce(t *testing.T) {
	t.Parallel()
	for _, fault := range []dynamotest.Fault{dynamotest.LoseRequest, dynamotest.LoseResponse, dynamotest.Late, dynamotest.Duplicate, dynamotest.Throttle} {
		t.Run(fault.String(), func(t *testing.T) {
			o := open(t)
			inv := queuedOne(t, o)
			script := dynamotest.Script(fault)
			got, err := o.faultyStore(t, script).Publish(t.Context(), publication(inv))
			if err != nil || len(got.Events) != 0 {
				t.Fatalf("got %v, %v", got, err)
			}
			must[*invite.Invite](t)(o.Resend(t.Context(), change(inv, base.Add(time.Minute))))
			script.Flush()
			if now := o.only(t); len(now.Events) != 1 || len(o.pile(t, later)) != 1 {
				t.Errorf("the record holds %v, and the pile %v", now.Events, o.pile(t, later))
			}
		})
	}
}

func TestThePileIsWalkedWholeInPages(t *testing.T) {
	t.Parallel()
	o := open(t)
	want := map[invite.Key]bool{}
	var records []item
	for n := range 1250 {
		inv := pendingAt(n, later)
		i := o.whole(inv)
		i[pileKey], i[sinceKey] = o.Store.pile(inv.Key, base.Add(time.Duration(n%10)*time.Millisecond))
		want[inv.Key] = true
		records = append(records, i)
	}
	o.seed(t, records)
	var found []invite.Key
	for page, err := range o.Unpublished(t.Context(), later) {
		if err != nil || len(page) == 0 || len(page) > pageLimit {
			t.Fatalf("a page of %d, %v", len(page), err)
		}
		found = append(found, page...)
	}
	got := map[invite.Key]bool{}
	for _, k := range found {
		got[k] = true
	}
	if len(found) != len(want) || !maps.Equal(got, want) {
		t.Errorf("%d found, %d of them different, want %d", len(found), len(got), len(want))
	}
	// 312 entries of 78 bytes a shard are six times 4 KB, read at half price.
	if o.Trips("Query") != shards || o.Units(*o.table, byUnpublished).Read > 14 {
		t.Errorf("%d queries of %g units", o.Trips("Query"), o.Units(*o.table, byUnpublished).Read)
	}
	pages := 0
	for range o.Unpublished(t.Context(), later) {
		pages++
		break
	}
	if pages != 1 {
		t.Errorf("the walk went on for %d pages", pages)
	}
}

func TestARecordWithHundredsOfEventsIsEmptied(t *testing.T) {
	t.Parallel()
	o, ok := open(t), must[*invite.Invite](t)
	inv := queuedOne(t, o)
	for n := range 150 {
		inv = ok(o.Resend(t.Context(), change(inv, base.Add(time.Duration(n+1)*time.Second))))
	}
	bus := &counting{}
	if err := (&invite.Publisher{Store: o, Bus: bus}).Republish(t.Context(), inv.Key); err != nil {
		t.Fatal(err)
	}
	if now := o.only(t); bus.taken != 151 || len(now.Events) != 0 || len(o.pile(t, later)) != 0 {
		t.Errorf("%d taken, %d left, on the pile %v", bus.taken, len(now.Events), o.pile(t, later))
	}
}

// counting is a bus that takes everything.
type counting struct{ taken int }

func (b *counting) Put(_ context.Context, news []invite.News) []error {
	b.taken += len(news)
	return make([]error, len(news))
}

func TestAMarkOfTheScheduleIsLookedAfterInItsNextRun(t *testing.T) {
	t.Parallel()
	o := open(t)
	inv := sentOne(t, o)
	now := inv.Due.Add(time.Minute)
	if n, _, err := o.Expire(t.Context(), []invite.Timer{{Key: inv.Key, Due: inv.Due}}, now, retention); n != 1 || err != nil {
		t.Fatalf("expire: %d, %v", n, err)
	}
	if got := o.pile(t, now.Add(-invite.RepublishAfter)); len(got) != 0 {
		t.Errorf("in the same run the pile holds %v, want the stream to have its chance", got)
	}
	if got := o.pile(t, now.Add(time.Minute-invite.RepublishAfter)); len(got) != 1 {
		t.Errorf("a minute later the pile holds %v, want the mark", got)
	}
}

// The clocks of two machines may stand on one millisecond for all of this.
func TestWhatTwoGenerationsTellInOneMillisecondIsAllTold(t *testing.T) {
	t.Parallel()
	o, ok := open(t), must[*invite.Invite](t)
	told := map[invite.EventType]int{}
	var inv *invite.Invite
	for range 2 {
		inv = ok(o.Create(t.Context(), creation("acme", "ana@example.com", later)))
		ok(o.Claim(t.Context(), claim(inv, later)))
		ok(o.Settle(t.Context(), settlement(inv, later)))
		inv = ok(o.Resend(t.Context(), change(inv, later)))
		ok(o.Claim(t.Context(), claim(inv, later)))
		ok(o.Settle(t.Context(), settlement(inv, later)))
		ok(o.Ask(t.Context(), asking(inv, supersededOf(inv), later)))
		ok(o.Accept(t.Context(), acceptance(inv, "a code", later)))
		inv = ok(o.Release(t.Context(), change(inv, later)))
	}
	for _, e := range inv.Events {
		told[e.Type()]++
	}
	for _, kind := range []invite.EventType{invite.EventCreated, invite.EventResent, invite.EventRequested, invite.EventAccepted, invite.EventReleased} {
		if told[kind] != 2 {
			t.Errorf("%s is told %d times, want 2", kind, told[kind])
		}
	}
}
