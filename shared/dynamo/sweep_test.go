package dynamo

import (
	"context"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// pendingAt is an invite whose mail was sent and which ends at an instant. n makes
// its key and spreads it evenly over the shards.
func pendingAt(n int, ends time.Time) *invite.Invite {
	inv := &invite.Invite{
		Tenant: "acme", Gen: 1, Seq: 1, Version: 3, Status: invite.Pending, Email: invite.Address(fmt.Sprintf("u%d@example.com", n)),
		Window: time.Hour, CreatedAt: ends.Add(-time.Hour), ExpiresAt: ends, Due: ends.Add(invite.ExpireGrace),
		Mail: invite.Mail{Status: invite.MailSent, At: ends.Add(-time.Hour)}, Link: invite.Digest{1},
	}
	inv.Key.Partition = invite.PartitionOf(inv.Tenant)
	inv.Key.Address[0] = byte(n % shards)
	binary.BigEndian.PutUint32(inv.Key.Address[1:], uint32(n))
	return inv
}

// whole is everything a record has.
func (o opened) whole(inv *invite.Invite) item {
	i := o.entry(inv)
	for name, v := range encode(inv) {
		i[name] = v
	}
	return i
}

// entry is what the timer index knows of a record, which is all that a sweep reads
// of those that are not due.
func (o opened) entry(inv *invite.Invite) item {
	i := key(inv.Key)
	i[bucketKey], i[dueKey] = o.timer(inv.Key, inv.Due, inv.CreatedAt)
	return i
}

// seed writes items as they are, many at once.
func (o opened) seed(t testing.TB, items []item) {
	t.Helper()
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4)
	for batch := range slices.Chunk(items, 25) {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			var writes []types.WriteRequest
			for _, i := range batch {
				writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: i}})
			}
			o.writeAll(t, writes)
		})
	}
	wg.Wait()
	o.Reset()
}

// redriver keeps the keys it is given.
type redriver struct {
	mu   sync.Mutex
	keys []invite.Key
}

func (r *redriver) Redrive(_ context.Context, keys []invite.Key) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = append(r.keys, keys...)
	return nil
}

func (o opened) sweeper(now time.Time) (*invite.Sweeper, *redriver) {
	r := &redriver{}
	return &invite.Sweeper{Store: o, Redriver: r, Retention: retention, Now: func() time.Time { return now }}, r
}

const forever = 1000 * time.Hour

// crowd is a table with records of which some are due at the instant returned, and
// whose schedule has worked: the hours that may still be filed under are left.
func crowd(t testing.TB, due, all int) (opened, time.Time) {
	t.Helper()
	o, now := open(t), base.Add(30*time.Minute)
	var records []item
	for n := range all {
		if n < due {
			records = append(records, o.whole(pendingAt(n, now.Add(-time.Minute-time.Duration(n)*time.Millisecond))))
		} else {
			records = append(records, o.entry(pendingAt(n, now.Add(time.Duration(n)*time.Minute))))
		}
	}
	o.seed(t, records)
	if err := o.saveWatermark(t.Context(), hourOf(now.Add(-settled))); err != nil {
		t.Fatal(err)
	}
	o.Reset()
	return o, now
}

// The benchmark has a larger crowd; what a sweep asks does not depend on it.
func TestASweepCostsWhatIsDue(t *testing.T) {
	t.Parallel()
	const due, all = 400, 600
	o, now := crowd(t, due, all)
	s, r := o.sweeper(now)
	swept, err := s.Sweep(t.Context(), now.Add(forever))
	if err != nil || swept != (invite.Swept{Expired: due, Finished: true}) || len(r.keys) != 0 {
		t.Fatalf("got %+v, %v and %d redriven, want %d expired", swept, err, len(r.keys), due)
	}
	// The watermark, two hours of four shards, and the batches.
	trips := map[string]int{"GetItem": 1, "Query": 2 * shards, "BatchExecuteStatement": due / batchSize}
	for operation, want := range trips {
		if got := o.Trips(operation); got != want {
			t.Errorf("%s: %d round trips, want %d", operation, got, want)
		}
	}
	if got, want := o.Trips(), 1+2*shards+due/batchSize; got != want {
		t.Errorf("%d round trips, want %d\n%v", got, want, o.Counter)
	}
	// 100 entries of 78 bytes a shard are 1.9 times 4 KB, read at half price.
	if got := o.Units(*o.table, byDue).Read; got != 4 {
		t.Errorf("%g read units of %s, want 4", got, byDue)
	}
	t.Logf("%d of %d expired: %d round trips, %g read units", due, all, o.Trips(), o.Total().Read)

	o.Reset()
	swept, err = s.Sweep(t.Context(), now.Add(forever))
	if err != nil || swept != (invite.Swept{Finished: true}) || o.Trips() != 1+2*shards {
		t.Errorf("with nothing due: got %+v, %v in %d round trips, want %d", swept, err, o.Trips(), 1+2*shards)
	}
	first := pendingAt(0, now.Add(-time.Minute))
	expired := must[*invite.Invite](t)(o.Get(t.Context(), first.Key))
	want, err := invite.Expire(first, now, retention)
	if err != nil || expired.PurgeAt != want.PurgeAt || expired.Version != want.Version || !expired.Link.IsZero() {
		t.Errorf("got %+v, want %+v", expired, want)
	}
}

// overdue is a table with some records that are due.
func (o opened) overdue(t testing.TB, n int, now time.Time) {
	t.Helper()
	var records []item
	for i := range n {
		records = append(records, o.whole(pendingAt(i, now.Add(-2*time.Minute))))
	}
	o.seed(t, records)
}

func TestTwoSweepersAtOnceMarkEachOnce(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.overdue(t, 80, base)
	var wg sync.WaitGroup
	var swept [2]invite.Swept
	for n := range swept {
		wg.Go(func() {
			s, _ := o.sweeper(base)
			var err error
			if swept[n], err = s.Sweep(t.Context(), base.Add(forever)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if sum := swept[0].Expired + swept[1].Expired; sum != 80 || !swept[0].Finished || !swept[1].Finished {
		t.Errorf("got %+v, want 80 in all", swept)
	}
}

func TestASweepThatWasCutShortIsGoneOnWith(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.overdue(t, 80, base)
	s, _ := o.sweeper(base)
	first, err := s.Sweep(t.Context(), base) // time is up after the first page
	if err != nil || first.Finished || first.Expired != 80/shards {
		t.Fatalf("got %+v, %v, want one page", first, err)
	}
	second, err := s.Sweep(t.Context(), base.Add(forever))
	if err != nil || !second.Finished || first.Expired+second.Expired != 80 {
		t.Errorf("got %+v, %v after %+v, want the rest", second, err, first)
	}
}

func TestASweepAfterALongOutageFindsWhatWasDueAndCatchesUp(t *testing.T) {
	t.Parallel()
	o := open(t)
	now := base.Add(4 * 24 * time.Hour)
	old := base.Add(24 * time.Hour)
	o.seed(t, []item{o.whole(pendingAt(1, old)), o.whole(pendingAt(2, now.Add(-2*time.Minute)))})
	at := func() hour { return must[hour](t)(o.watermark(t.Context(), now)) }

	s, _ := o.sweeper(now)
	swept, err := s.Sweep(t.Context(), now.Add(forever))
	if err != nil || swept.Expired != 2 || !swept.Finished {
		t.Fatalf("got %+v, %v, want both", swept, err)
	}
	if got, want := at(), hourOf(old.Add(invite.ExpireGrace)); got != want {
		t.Errorf("the watermark stands at %d, want %d: the hour that was not empty", got, want)
	}
	if swept, err = s.Sweep(t.Context(), now.Add(forever)); err != nil || swept.Expired != 0 {
		t.Fatalf("got %+v, %v, want nothing", swept, err)
	}
	want := hourOf(now.Add(-settled))
	if got := at(); got != want {
		t.Errorf("the watermark stands at %d, want %d: %v ago", got, want, settled)
	}
	o.Reset()
	if _, err := s.Sweep(t.Context(), now.Add(forever)); err != nil || o.Trips("Query") > 2*shards || o.Trips("UpdateItem") != 0 {
		t.Errorf("caught up: %d queries, %d writes, %v, want two hours and no write", o.Trips("Query"), o.Trips("UpdateItem"), err)
	}
	if err := o.saveWatermark(t.Context(), 7); err != nil || at() != want {
		t.Errorf("an older walk moved the watermark back to %d (%v)", at(), err)
	}
}

func TestTheFirstSweepLooksBackALongestWindow(t *testing.T) {
	t.Parallel()
	o := open(t)
	if _, err := o.client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: o.table, Key: watermarkKey()}); err != nil {
		t.Fatal(err)
	}
	if got, want := must[hour](t)(o.watermark(t.Context(), base)), hourOf(base.Add(-oldest)); got != want {
		t.Errorf("got %d, want %d", got, want)
	}
}

func TestMailsLeftBehindAreRedriven(t *testing.T) {
	t.Parallel()
	o := open(t)
	inv := queuedOne(t, o)
	sent := o.arrived(t, "acme", "bo@example.com", base)
	now := base.Add(invite.RetryAfterStream)
	s, r := o.sweeper(now)
	swept, err := s.Sweep(t.Context(), now.Add(forever))
	if err != nil || swept.Redriven != 1 || !slices.Equal(r.keys, []invite.Key{inv.Key}) {
		t.Errorf("got %+v, %v, %v, want %v and not %v", swept, err, r.keys, inv.Key, sent.Key)
	}
}

// A reminder that is due costs a sweep what any timer does: its entry in the index and
// a place in a batch. Whether it goes out is the sender's to find out.
func TestRemindersThatAreDueAreLeftForTheSender(t *testing.T) {
	t.Parallel()
	o := open(t)
	var due []invite.Key
	for n := range 30 {
		due = append(due, o.reminderOf(t, "acme", invite.Address(fmt.Sprintf("u%d@example.com", n))).Key)
	}
	o.arrived(t, "acme", "bo@example.com", base) // of a tenant without reminders, so to say
	if err := o.saveWatermark(t.Context(), hourOf(day1.Add(-settled))); err != nil {
		t.Fatal(err)
	}
	s, r := o.sweeper(day1)
	for run := range 2 { // two at once do the same, and neither writes anything
		o.Reset()
		r.keys = nil
		swept, err := s.Sweep(t.Context(), day1.Add(forever))
		byKey := func(a, b invite.Key) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
		slices.SortFunc(r.keys, byKey)
		slices.SortFunc(due, byKey)
		if err != nil || swept != (invite.Swept{Redriven: 30, Finished: true}) || !slices.Equal(r.keys, due) {
			t.Errorf("run %d: got %+v, %v, %d of 30 keys", run, swept, err, len(r.keys))
		}
		if o.Trips("BatchExecuteStatement") > shards+1 || o.Trips("GetItem") != 1 || o.Trips("UpdateItem") != 0 {
			t.Errorf("run %d: %v", run, o.Counter)
		}
	}
	early, _ := o.sweeper(day1.Add(-time.Millisecond))
	if swept, err := early.Sweep(t.Context(), day1.Add(forever)); err != nil || swept.Redriven != 0 {
		t.Errorf("a moment before: got %+v, %v", swept, err)
	}
}

func TestAnEndedContextEndsASweep(t *testing.T) {
	t.Parallel()
	o := open(t)
	o.overdue(t, 100, base)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s, _ := o.sweeper(base)
	for page, err := range o.Due(ctx, base) {
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, _, err := o.Expire(ctx, page, base, retention); invite.KindOf(err) != invite.Unavailable {
			t.Errorf("got %v, want unavailable", err)
		}
		break
	}
	if swept, err := s.Sweep(ctx, base.Add(forever)); !errors.Is(err, context.Canceled) || swept.Finished {
		t.Errorf("got %+v, %v", swept, err)
	}
}

var crowdSize = flag.Int("crowd", 20_000, "records in the table of BenchmarkSweep; 1000000 takes minutes to fill in")

// BenchmarkSweep prints beside a sweep what a scan of the same table reads. Records
// that are not due stand there as their keys alone, a tenth of their size, so a scan of
// a real table reads ten times as much.
func BenchmarkSweep(b *testing.B) {
	const due = 1000
	all := *crowdSize
	trips, units, scans, scanned := 0, 0.0, 0, 0.0
	for range b.N {
		b.StopTimer()
		o, now := crowd(b, due, all)
		s, _ := o.sweeper(now)
		b.StartTimer()
		if swept, err := s.Sweep(b.Context(), now.Add(forever)); err != nil || swept.Expired != due {
			b.Fatalf("got %+v, %v", swept, err)
		}
		b.StopTimer()
		trips, units = trips+o.Trips(), units+o.Total().Read
		o.Reset()
		pages := dynamodb.NewScanPaginator(o.client, &dynamodb.ScanInput{TableName: o.table, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		for pages.HasMorePages() {
			page, err := pages.NextPage(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			scans, scanned = scans+1, scanned+*page.ConsumedCapacity.CapacityUnits
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(scans)/float64(b.N), "scan-trips/op")
	b.ReportMetric(scanned/float64(b.N), "scan-rcu/op")
	b.ReportMetric(float64(trips)/float64(b.N), "trips/op")
	b.ReportMetric(units/float64(b.N), "rcu/op")
}
