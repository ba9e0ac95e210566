package dynamo

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/dynamo/dynamotest"
	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

var (
	base      = invitetest.Base
	retention = invitetest.Retention
)

// TestMain plays fewer random games than rapid would: each of them asks a database.
func TestMain(m *testing.M) {
	flag.Parse()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, value := range map[string]string{"rapid.checks": "20", "rapid.nofailfile": "true"} {
		if given[name] {
			continue
		}
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	os.Exit(m.Run())
}

// opened is a store on a table of its own, and the count of what it asks.
type opened struct {
	*Store
	*dynamotest.Counter
	client *dynamodb.Client
}

const shards = 4

func configFor(table string) Config {
	return Config{
		Table: table, Shards: shards, CursorKey: []byte("a key of a test and of nothing else"), Defaults: invitetest.Defaults,
		AttemptTime: 5 * time.Minute,
		Random: func(b []byte) {
			for i := range b {
				b[i] = byte(rand.Uint32())
			}
		},
		Wait: func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	}
}

// open returns a store whose schedule has worked until shortly before base.
func open(t testing.TB, options ...func(*dynamodb.Options)) opened {
	t.Helper()
	counter := new(dynamotest.Counter)
	client := dynamotest.Start(t, append(options, counter.Attach)...)
	o := opened{must[*Store](t)(New(client, configFor(dynamotest.CreateTable(t)))), counter, client}
	o.begin(t)
	return o
}

// begin has the schedule worked until shortly before base, and starts the count.
func (o opened) begin(t testing.TB) {
	t.Helper()
	if err := o.saveWatermark(t.Context(), hourOf(base)-2); err != nil {
		t.Fatal(err)
	}
	o.Reset()
}

// empty leaves the table as open makes it.
func (o opened) empty(t testing.TB) {
	t.Helper()
	var from item
	for {
		out, err := o.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: o.table, ProjectionExpression: aws.String(partitionKey + ", " + sortKey), ExclusiveStartKey: from})
		if err != nil {
			t.Fatal(err)
		}
		for batch := range slices.Chunk(out.Items, 25) {
			var writes []types.WriteRequest
			for _, key := range batch {
				writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}})
			}
			o.writeAll(t, writes)
		}
		if from = out.LastEvaluatedKey; from == nil {
			break
		}
	}
	o.begin(t)
}

// writeAll makes up to 25 writes of items as they are.
func (o opened) writeAll(t testing.TB, writes []types.WriteRequest) {
	t.Helper()
	out, err := o.client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{*o.table: writes}})
	if err != nil || len(out.UnprocessedItems) > 0 {
		t.Errorf("write %d items: %v, %d not processed", len(writes), err, len(out.UnprocessedItems))
	}
}

func (o opened) stores() invitetest.Stores {
	return invitetest.Stores{Store: o, Outbox: o, Timer: o, Settings: o, Notices: o, Events: o, Standing: o, Caps: o, Requests: func() int { return o.Trips() }}
}

var serial uint64

// newOp returns an operation that was not seen before.
func newOp(now time.Time) (op invite.Operation) {
	serial++
	for n := range op.ID {
		op.ID[n] = byte(serial >> (8 * n))
	}
	op.At, op.Keyed = now.Truncate(time.Second), true
	return op
}

// creation asks for an invite of an address in a tenant.
func creation(tenant invite.TenantID, email invite.Address, now time.Time) invite.Creation {
	return invite.Creation{
		Tenant: tenant, Email: email, Name: "Ana Ünal", Role: "member", Locale: "de",
		InvitedBy: invite.Person{ID: "8d4d8c8e-7a5b-4b7e-9d5e-0c4b7f0d3a11", Name: "Olga Ortiz", Email: "olga@acme.example"},
		Window:    invitetest.Window, Nonce: invite.Nonce{1, 2, 3}, Op: newOp(now), Now: now, Retention: retention,
	}
}

func change(inv *invite.Invite, now time.Time) invite.Change {
	return invite.Change{Key: inv.Key, Gen: inv.Gen, Nonce: invite.Nonce{4, 5, 6}, Op: newOp(now), Now: now, Retention: retention}
}

func linkOf(inv *invite.Invite) invite.Digest {
	return invitetest.Digest(fmt.Sprintf("link %d %d", inv.Gen, inv.Seq))
}

func claim(inv *invite.Invite, now time.Time) invite.Claim {
	return invite.Claim{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Owner: "b2c7e3f0a1d94c55", Link: linkOf(inv), KeyVersion: "1", Now: now}
}

func settlement(inv *invite.Invite, now time.Time) invite.Settlement {
	return invite.Settlement{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Owner: "b2c7e3f0a1d94c55", Status: invite.MailSent,
		MessageID: "0102018f3c2a1b7e-5d9b6f0e-1c2d-4e3f-8a9b-0c1d2e3f4a5b-000000", Sender: "noreply@acme.example",
		ExpiresAt: inv.ExpiresAt, Reminder: inv.Mail.Reminder, Now: now}
}

// day1 is when the first reminder of an invite of base is due.
var day1 = base.Add(invitetest.Window / 7)

func deferral(inv *invite.Invite, now time.Time) invite.Deferral {
	return invite.Deferral{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Now: now}
}

// reminderOf is an invite of base whose first reminder is due at day1.
func (o opened) reminderOf(t testing.TB, tenant invite.TenantID, email invite.Address) *invite.Invite {
	t.Helper()
	ok := must[*invite.Invite](t)
	inv := ok(o.Create(t.Context(), creation(tenant, email, base)))
	ok(o.Claim(t.Context(), claim(inv, base)))
	s := settlement(inv, base)
	s.RemindAt = day1
	return o.published(t, ok(o.Settle(t.Context(), s)))
}

func acceptance(inv *invite.Invite, code string, now time.Time) invite.Acceptance {
	return invite.Acceptance{Key: inv.Key, Link: linkOf(inv), Code: invitetest.Digest(code), Now: now, Retention: retention}
}

func asking(inv *invite.Invite, link invite.Digest, now time.Time) invite.Asking {
	return invite.Asking{Key: inv.Key, Link: link, Now: now, Retention: retention}
}

func redemption(inv *invite.Invite, code string, now time.Time) invite.Redemption {
	return invite.Redemption{Key: inv.Key, Code: invitetest.Digest(code), Op: newOp(now), Now: now, Retention: retention}
}

// must ends the test where a step of its preparation was refused.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// arrived is an invite whose mail has arrived.
func (o opened) arrived(t testing.TB, tenant invite.TenantID, email invite.Address, now time.Time) *invite.Invite {
	t.Helper()
	ok := must[*invite.Invite](t)
	inv := ok(o.Create(t.Context(), creation(tenant, email, now)))
	ok(o.Claim(t.Context(), claim(inv, now)))
	return o.published(t, ok(o.Settle(t.Context(), settlement(inv, now))))
}

// published is an invite whose events have all been published, as they are a moment
// after every change.
func (o opened) published(t testing.TB, inv *invite.Invite) *invite.Invite {
	t.Helper()
	return must[*invite.Invite](t)(o.Publish(t.Context(), publication(inv)))
}

func publication(inv *invite.Invite) invite.Publication {
	p := invite.Publication{Key: inv.Key}
	for _, e := range inv.Events {
		p.Marks = append(p.Marks, e.Mark)
	}
	return p
}
