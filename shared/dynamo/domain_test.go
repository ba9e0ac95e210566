package dynamo

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// DynamoDB Local never has two transactions meet.
func TestWhatATransactionCameTo(t *testing.T) {
	cancelled := func(codes ...string) error {
		e := &types.TransactionCanceledException{}
		for _, code := range codes {
			e.CancellationReasons = append(e.CancellationReasons, types.CancellationReason{Code: aws.String(code)})
		}
		return fmt.Errorf("operation error: %w", e)
	}
	for _, c := range []struct {
		name    string
		err     error
		result  result
		refusal int
	}{
		{"it worked", nil, done, -1},
		{"the first was refused", cancelled("ConditionalCheckFailed", "None"), refused, 0},
		{"the second was refused", cancelled("None", "ConditionalCheckFailed"), refused, 1},
		{"one met another, one was refused", cancelled("TransactionConflict", "ConditionalCheckFailed"), refused, 1},
		{"it met another", cancelled("None", "TransactionConflict"), notNow, -1},
		{"it was throttled", cancelled("ThrottlingError", "None"), notNow, -1},
		{"its first attempt is still at work", &types.TransactionInProgressException{}, notNow, -1},
		{"it is malformed", cancelled("ValidationError", "None"), broken, -1},
		{"nobody knows", errors.New("connection reset"), unknown, -1},
	} {
		if r, refusal := classifyTogether(c.err); r != c.result || refusal != c.refusal {
			t.Errorf("%s: got %d of %d, want %d of %d", c.name, r, refusal, c.result, c.refusal)
		}
	}
}

func TestSettingsAreReadAsTheyWereWritten(t *testing.T) {
	s := invitetest.Defaults("acme")
	s.Sender, s.NameTrusted, s.Version = "noreply@acme.example", true, 7
	for name, d := range map[string]invite.SenderDomain{
		"nobody looked": {},
		"looked":        {State: invite.SenderUnproven, CheckedAt: base},
		"another address of a domain that is proven": {State: invite.SenderVerified},
		"with records": {State: invite.SenderPending, CheckedAt: base, Records: []invite.DNSRecord{{Type: "TXT", Name: "a.example", Value: "two words"}}},
	} {
		s.Domain = d
		got, err := decodeSettings(encodeSettings("acme", s))
		if err != nil || !reflect.DeepEqual(got, s) {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, s)
		}
	}
	for name, v := range map[string]types.AttributeValue{
		"a text":               text("verified"),
		"no state":             &types.AttributeValueMemberM{Value: item{}},
		"a time that is none":  &types.AttributeValueMemberM{Value: item{"st": text("verified"), "ca": text("now")}},
		"a record without one": &types.AttributeValueMemberM{Value: item{"st": text("verified"), "rr": &types.AttributeValueMemberL{Value: []types.AttributeValue{text("TXT")}}}},
		"a record of numbers":  &types.AttributeValueMemberM{Value: item{"st": text("verified"), "rr": &types.AttributeValueMemberL{Value: []types.AttributeValue{number(1)}}}},
	} {
		i := encodeSettings("acme", s)
		i["sd"] = v
		if got, err := decodeSettings(i); err == nil {
			t.Errorf("%s: got %+v, want an error", name, got)
		}
	}
}
