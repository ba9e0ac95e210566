package dynamo

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"pgregory.net/rapid"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// full is an invite with every attribute.
func full() *invite.Invite {
	tenant := invite.TenantID("7b1f0c62-3c50-4f7c-9d0e-2f6a54b8a1d3")
	email := invite.Address("maximiliane.hohenzollern-sigmaringen+invites@mail.engineering.example.com")
	at := func(n int) time.Time { return base.Add(time.Duration(n) * time.Minute) }
	inv := &invite.Invite{
		Tenant: tenant, Key: invite.KeyOf(tenant, email), Gen: invite.Gen(base.UnixMilli()), Seq: 1234, FirstSeq: 1200, Version: 99999,
		Status: invite.Accepted, Email: email, Name: "Maximiliane von Hohenzollern-Sigmaringen", Role: "engineering-manager", Locale: "zh-Hant-TW",
		InvitedBy: invite.Person{ID: "8d4d8c8e-7a5b-4b7e-9d5e-0c4b7f0d3a11", Name: "Olga Ortiz de la Vega", Email: "olga.ortiz@mail.example.com"},
		Window:    invite.MaxWindow, CreatedAt: at(0), ExpiresAt: at(1).Add(invite.MaxWindow), LastSentAt: at(2), AcceptedAt: at(3), RedeemedAt: at(4),
		PurgeAt: invite.PurgeAt(at(3).Add(retention.Ended)), AskedAt: at(8), AskedSeq: 1233, OptedOutAt: at(9), Reminders: 21, LastReminderAt: at(8),
		Mail: invite.Mail{Status: invite.MailComplained, Reason: invite.ReasonSenderUnverified, At: at(5), Attempts: 12, Reminder: 3, Nonce: invite.Nonce{1}, KeyVersion: "1",
			Lease: invite.Lease{Owner: "b2c7e3f0a1d94c55", Until: at(6)}, MessageID: "0102018f3c2a1b7e-5d9b6f0e-1c2d-4e3f-8a9b-0c1d2e3f4a5b-000000",
			Sender: "noreply@mail.example.com", Notice: invite.Notice{Status: invite.MailBounced, Reason: invite.ReasonMailboxMissing, At: at(7)}},
		Accepted: invitetest.Digest("accepted"),
	}
	for n := range invite.LiveCodes {
		inv.Codes = append(inv.Codes, invite.SetupCode{Digest: invitetest.Digest(fmt.Sprint(n)), Ends: at(n)})
	}
	for n := range invite.MaxOps + 1 {
		inv.Links = append(inv.Links, invite.LinkMark{byte(n)})
	}
	for range invite.MaxOps {
		inv.Ops = append(inv.Ops, newOp(base))
	}
	return inv
}

// sizeOf counts an item's bytes as DynamoDB does: names and texts in UTF-8, a number
// a byte for two digits and one more, 3 bytes for a map or list and 1 for each entry.
func sizeOf(v types.AttributeValue) int {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return (len(v.Value)+1)/2 + 1
	case *types.AttributeValueMemberM:
		n := 3
		for name, e := range v.Value {
			n += 1 + len(name) + sizeOf(e)
		}
		return n
	case *types.AttributeValueMemberL:
		n := 3
		for _, e := range v.Value {
			n += 1 + sizeOf(e)
		}
		return n
	}
	panic("a type that no record uses")
}

func itemSize(i item) (n int) {
	for name, v := range i {
		n += len(name) + sizeOf(v)
	}
	return n
}

// weigh returns the size of a record as it stands in the table.
func weigh(inv *invite.Invite) int {
	i := encode(inv)
	maps.Copy(i, key(inv.Key))
	if !inv.Due.IsZero() {
		s := &Store{shards: 1}
		i[bucketKey], i[dueKey] = s.timer(inv.Key, inv.Due, base)
	}
	return itemSize(i)
}

func TestAFullRecordIsUnderOneKilobyte(t *testing.T) {
	ordinary := func(inv *invite.Invite) {
		inv.Email, inv.Name, inv.Role, inv.Locale = "maximiliane.mueller@example.com", "Maximiliane Müller", "member", "de"
		inv.InvitedBy.Name, inv.InvitedBy.Email = "Olga Ortiz", "olga@example.com"
		inv.Mail.Sender = "noreply@example.com"
	}
	pending := func(inv *invite.Invite) { // its sixteenth resend, sent and bounced
		inv.Status, inv.Accepted, inv.Codes, inv.PurgeAt = invite.Pending, invite.Digest{}, nil, time.Time{}
		inv.AcceptedAt, inv.RedeemedAt, inv.Mail.Lease = time.Time{}, time.Time{}, invite.Lease{}
		inv.Link, inv.Due = invite.Digest{9}, inv.ExpiresAt
	}
	accepted := func(inv *invite.Invite) { // with every code it can have
		inv.Mail.Status, inv.Mail.Reason, inv.Mail.Lease = invite.MailDelivered, "", invite.Lease{}
	}
	fewer := func(inv *invite.Invite) { inv.Ops, inv.Links = inv.Ops[:5], inv.Links[:6] }
	for _, c := range []struct {
		name string
		is   []func(*invite.Invite)
		most int
	}{
		{"pending after five keys, long names", []func(*invite.Invite){pending, fewer}, 1024},
		{"pending after five keys", []func(*invite.Invite){ordinary, pending, fewer}, 1024},
		{"accepted after five keys, five codes", []func(*invite.Invite){ordinary, accepted, fewer}, 1024},
		// Rare enough to pay a second unit for.
		{"pending after sixteen keys", []func(*invite.Invite){pending}, 2048},
		{"accepted after sixteen keys, five codes, long names", []func(*invite.Invite){accepted}, 2048},
	} {
		inv := full()
		for _, change := range c.is {
			change(inv)
		}
		n := weigh(inv)
		if n >= c.most {
			t.Errorf("%s: %d bytes, want less than %d", c.name, n, c.most)
		}
		t.Logf("%-52s %4d bytes", c.name, n)
	}
}

func TestARecordSurvivesTheTable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inv := full()
		// Whatever may be absent is absent at times.
		for _, clear := range []func(){
			func() { inv.Name = "" }, func() { inv.Role, inv.Locale = "", "" }, func() { inv.InvitedBy = invite.Person{} },
			func() { inv.InvitedBy.Name = "" }, func() { inv.Codes = nil }, func() { inv.Codes = inv.Codes[:1] }, func() { inv.Ops = nil },
			func() { inv.Mail.Lease = invite.Lease{} }, func() { inv.PurgeAt = time.Time{} }, func() { inv.LastSentAt, inv.AcceptedAt = time.Time{}, time.Time{} },
			func() { inv.AskedAt, inv.AskedSeq = time.Time{}, 0 }, func() { inv.EndedAt = base }, func() { inv.OptedOutAt = time.Time{} },
			func() { inv.Mail.Reminder = 0 }, func() { inv.Mail.Reminder, inv.Reminders, inv.LastReminderAt = 0, 0, time.Time{} },
			func() { inv.FirstSeq, inv.Mail.Attempts = 0, 0 }, func() { inv.Accepted, inv.Link = invite.Digest{}, invite.Digest{9} },
		} {
			if rapid.Bool().Draw(t, "cleared") {
				if len(inv.Codes) == 0 {
					inv.Codes = full().Codes
				}
				clear()
			}
		}
		i := encode(inv)
		maps.Copy(i, key(inv.Key))
		got, err := decode(i)
		if err != nil {
			t.Fatal(err)
		}
		if d := invitetest.Difference(got, inv); d != "" {
			t.Error(d)
		}
		fromStream, ok, err := FromStream(streamImage(i))
		if err != nil || !ok {
			t.Fatalf("from stream: %t, %v", ok, err)
		}
		if d := invitetest.Difference(fromStream, inv); d != "" {
			t.Errorf("from stream: %s", d)
		}
	})
}

// streamImage spells an item as a stream does.
func streamImage(i item) json.RawMessage {
	b, err := json.Marshal(plain(&types.AttributeValueMemberM{Value: i}).(map[string]any)["M"])
	if err != nil {
		panic(err)
	}
	return b
}

func plain(v types.AttributeValue) any {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return map[string]any{"S": v.Value}
	case *types.AttributeValueMemberN:
		return map[string]any{"N": v.Value}
	case *types.AttributeValueMemberB:
		return map[string]any{"B": v.Value}
	case *types.AttributeValueMemberBOOL:
		return map[string]any{"BOOL": v.Value}
	case *types.AttributeValueMemberNULL:
		return map[string]any{"NULL": v.Value}
	case *types.AttributeValueMemberSS:
		return map[string]any{"SS": v.Value}
	case *types.AttributeValueMemberM:
		m := map[string]any{}
		for name, e := range v.Value {
			m[name] = plain(e)
		}
		return map[string]any{"M": m}
	case *types.AttributeValueMemberL:
		l := []any{}
		for _, e := range v.Value {
			l = append(l, plain(e))
		}
		return map[string]any{"L": l}
	}
	return map[string]any{}
}

// damages are values that no attribute may have, and some that a few may.
var damages = []types.AttributeValue{
	nil, text(""), text("?"), blob(nil), blob([]byte{1}), blob(make([]byte, 16)), &types.AttributeValueMemberN{Value: "1.5"},
	&types.AttributeValueMemberN{Value: "-1"}, &types.AttributeValueMemberN{Value: "x"}, &types.AttributeValueMemberN{Value: "99999999999999999999999"},
	number(int64(math.MaxInt64)), &types.AttributeValueMemberBOOL{Value: true}, &types.AttributeValueMemberNULL{Value: true},
	&types.AttributeValueMemberSS{Value: []string{"a"}}, &types.AttributeValueMemberM{}, &types.AttributeValueMemberM{Value: item{"x": text("y"), "d": blob(nil)}},
	&types.AttributeValueMemberM{Value: item{"AAAAAAAAAAA": blob([]byte{1})}}, &types.AttributeValueMemberM{Value: item{"AAAAAAAAAAA": text("")}},
	&types.AttributeValueMemberL{}, &types.AttributeValueMemberL{Value: []types.AttributeValue{text("x")}},
	&types.AttributeValueMemberL{Value: []types.AttributeValue{&types.AttributeValueMemberM{Value: item{"d": blob([]byte{1}), "e": text("x")}}}},
}

func TestADamagedRecordIsAnErrorAndNoPanic(t *testing.T) {
	inv := full()
	whole := encode(inv)
	maps.Copy(whole, key(inv.Key))
	s := &Store{shards: 1}
	whole[bucketKey], whole[dueKey] = s.timer(inv.Key, inv.Due, base)
	for _, name := range slices.Sorted(maps.Keys(whole)) {
		for n, v := range damages {
			i := maps.Clone(whole)
			if i[name] = v; v == nil {
				delete(i, name)
			}
			got, err := decode(i)
			if (got == nil) == (err == nil) {
				t.Errorf("%s with damage %d: got %v, %v", name, n, got, err)
			}
			if err != nil && strings.Contains(err.Error(), string(inv.Email)) {
				t.Errorf("%s with damage %d: the error names a value: %v", name, n, err)
			}
			if v != nil {
				_, ok, streamed := FromStream(streamImage(i))
				if (streamed == nil) != ok && name != sortKey {
					t.Errorf("%s with damage %d from a stream: %t, %v", name, n, ok, streamed)
				}
			}
			if _, err := timerOf(i); err != nil && strings.Contains(err.Error(), string(inv.Email)) {
				t.Errorf("timer: %v", err)
			}
		}
	}
}

func TestADamagedRecordIsInternalToEveryOperation(t *testing.T) {
	t.Parallel()
	o := open(t)
	inv := sentOne(t, o)
	_, err := o.client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: o.table, Key: key(inv.Key),
		UpdateExpression: ptr("SET email = :five, st = :released"), ExpressionAttributeValues: item{":five": number(5), ":released": text("released")}})
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range onces {
		if _, err := op.do(t.Context(), o.Store, inv); err == nil || invite.KindOf(err) != "" {
			t.Errorf("%s: got %v, want an internal error", op.name, err)
		}
	}
	if _, err := o.Get(t.Context(), inv.Key); err == nil || invite.KindOf(err) != "" {
		t.Errorf("get: got %v, want an internal error", err)
	}
	if _, err := o.List(t.Context(), invite.ListQuery{Tenant: "acme", PageSize: 5, Now: base, Retention: retention}); err == nil || invite.KindOf(err) != "" {
		t.Errorf("list: got %v, want an internal error", err)
	}
}

func ptr(s string) *string { return &s }

func TestAStreamImageThatIsNoInviteIsPassedOver(t *testing.T) {
	for name, i := range map[string]item{
		"settings":           encodeSettings("acme", invitetest.Defaults("acme")),
		"the watermark":      watermarkKey(),
		"a domain":           domainKey("acme.example"),
		"a wish":             optOutKey(invite.KeyOf("acme", "ana@example.com")),
		"a tally":            tallyKey("acme", base),
		"a tenant's mails":   tenantMailsKey("acme", base),
		"an address's mails": recipientMailsKey(invite.RecipientOf("ana@example.com"), base),
	} {
		if inv, ok, err := FromStream(streamImage(i)); inv != nil || ok || err != nil {
			t.Errorf("%s: got %v, %t, %v", name, inv, ok, err)
		}
	}
	for name, image := range map[string]string{
		"nothing": "", "null": "null", "an empty one": "{}", "no object": `[1]`, "no attribute": `{"pk":"x"}`, "an unknown type": `{"pk":{"Q":"x"}}`,
		"broken base 64": `{"no":{"B":"%%%"}}`, "a list of nothing": `{"codes":{"L":[{}]}}`,
	} {
		if inv, ok, err := FromStream(json.RawMessage(image)); inv != nil || ok || err == nil {
			t.Errorf("%s: got %v, %t, %v, want an error", name, inv, ok, err)
		}
	}
}

func FuzzFromStream(f *testing.F) {
	inv := full()
	i := encode(inv)
	maps.Copy(i, key(inv.Key))
	f.Add([]byte(streamImage(i)))
	f.Add([]byte(streamImage(encodeSettings("acme", invitetest.Defaults("acme")))))
	f.Add([]byte(`{"pk":{"S":"x"},"sk":{"L":[{"M":{"a":{"N":"1"}}}]}}`))
	f.Fuzz(func(t *testing.T, image []byte) {
		inv, ok, err := FromStream(image)
		if ok != (inv != nil) || ok && err != nil {
			t.Errorf("got %v, %t, %v", inv, ok, err)
		}
	})
}
