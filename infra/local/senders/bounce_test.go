package senders

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"

	"invites/shared/feedback"
	"invites/shared/invite"
)

func TestAMailThatSESHasTakenComesBack(t *testing.T) {
	e := &emulator{}
	gate, client := gated(t, e)
	send := func(source string) {
		t.Helper()
		out, err := client.SendRawEmail(t.Context(), &ses.SendRawEmailInput{
			Source: &source, Destinations: []string{"ana@example.com"}, RawMessage: &types.RawMessage{Data: []byte("x")},
		})
		if err != nil || aws.ToString(out.MessageId) != "1" {
			t.Fatalf("the answer of SES has changed on its way: %+v, %v", out, err)
		}
	}
	key := invite.Key{Partition: invite.Partition{1}, Address: invite.AddressKey{2}}
	route := invite.Route{Key: key, Gen: 7, Seq: 2, Reminder: 1}
	gate.Publish("arn:notices")
	refused := func(why string, gen invite.Gen) {
		t.Helper()
		if _, err := gate.Bounce(t.Context(), key, gen); !errors.Is(err, ErrNotSent) || len(e.published) != 0 {
			t.Errorf("%s: got %v, published %q", why, err, e.published)
		}
	}
	refused("before any mail", 7)
	send("plain@old.example")
	refused("after another's mail", 7)
	send("Acme <noreply+" + invite.Route{Key: key, Gen: 7, Seq: 1}.String() + "@old.example>")
	send("noreply+" + route.String() + "@old.example")
	refused("for an invite of another generation", 8)

	id, err := gate.Bounce(t.Context(), key, 7)
	if err != nil || id != "1" || len(e.published) != 1 || e.topic != "arn:notices" {
		t.Fatalf("got %q, %v, published %q on %q", id, err, e.published, e.topic)
	}
	report, err := feedback.Parse([]byte(e.published[0]))
	if err != nil || report.Route != route || report.Notice.Status != invite.MailBounced || report.Notice.Reason != invite.ReasonMailboxMissing {
		t.Errorf("feedback reads %+v, %v in %s", report, err, e.published[0])
	}
}
