package dynamo

import (
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/dynamo/dynamotest"
	"invites/shared/invite"
)

func TestACountIsMadeOnceWhateverTheNetworkDoes(t *testing.T) {
	t.Parallel()
	for fault, want := range map[dynamotest.Fault]string{
		dynamotest.None: "1", dynamotest.LoseResponse: "1", dynamotest.Throttle: "1",
		dynamotest.LoseRequest: "", // nobody knows, so it is not made again
	} {
		t.Run(fault.String(), func(t *testing.T) {
			o := open(t)
			within, err := o.faultyStore(t, dynamotest.Script(fault)).CountMail(t.Context(), "acme", "ana@example.com", base, 5, 5)
			if err != nil || !within {
				t.Errorf("got %v, %v, want it within", within, err)
			}
			for key, want := range map[string]string{"tenant": want, "address": "1"} {
				k := tenantMailsKey("acme", base)
				if key == "address" {
					k = recipientMailsKey(invite.RecipientOf("ana@example.com"), base)
				}
				found := must[item](t)(o.getItem(t.Context(), k))
				if got := numberOf(found, "n"); got != want {
					t.Errorf("the %s has %q mails, want %q", key, got, want)
				}
				if ttl := numberOf(found, "ttl"); want != "" && ttl != numberOf(item{"ttl": seconds(base.Add(48 * time.Hour))}, "ttl") {
					t.Errorf("the count of the %s is cleared at %q", key, ttl)
				}
			}
		})
	}
}

func TestACountThatCannotBeMadeIsAnError(t *testing.T) {
	t.Parallel()
	o := open(t)
	endless := dynamotest.NewFaults(dynamotest.Plan{Operations: []string{"UpdateItem"}, Chances: map[dynamotest.Fault]float64{dynamotest.Throttle: 1}})
	if within, err := o.faultyStore(t, endless).CountMail(t.Context(), "acme", "ana@example.com", base, 5, 5); within || invite.KindOf(err) != invite.Unavailable {
		t.Errorf("throttled for ever: got %v, %v", within, err)
	}
	none := *o.Store
	none.table = ptr("no-such-table")
	var missing interface{ ErrorCode() string }
	if within, err := none.CountMail(t.Context(), "acme", "ana@example.com", base, 5, 5); within || invite.KindOf(err) != "" || !errors.As(err, &missing) {
		t.Errorf("without a table: got %v, %v", within, err)
	}
}

// The wish is nobody's invite: it has no end, and no index holds it.
func TestAWishHasNoEnd(t *testing.T) {
	t.Parallel()
	o := open(t)
	k := invite.KeyOf("acme", "ana@example.com")
	must[*invite.Invite](t)(o.OptOut(t.Context(), invite.OptOut{Key: k, Now: base}))
	found := must[item](t)(o.getItem(t.Context(), optOutKey(k)))
	if _, ends := found["ttl"]; ends || len(found) != 3 {
		t.Errorf("got %v, want key and time alone", found)
	}
	for _, index := range []string{byCreated, byDue, byUnpublished} {
		out, err := o.client.Scan(t.Context(), &dynamodb.ScanInput{TableName: o.table, IndexName: ptr(index)})
		if err != nil || len(out.Items) != 0 {
			t.Errorf("%s: got %v, %v, want nothing", index, out, err)
		}
	}
}

func numberOf(i item, name string) string {
	n, _ := plain(i[name]).(map[string]any)["N"].(string)
	return n
}
