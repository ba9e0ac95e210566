package console

import (
	"fmt"
	"testing"

	"invites/infra/local/mailbox"
)

func TestATenantSeesItsOwnMailsWhoeverSentThem(t *testing.T) {
	s := &scene{}
	s.Mails = &mailbox.Store{}
	ana, _ := keyOf("acme", 1)
	gus, _ := keyOf("globex", 2)
	for i := range newest + 2 {
		deliver(t, s.Mails, "ana@example.com", fmt.Sprint("Mail ", i), "http://here.example"+linkTo(ana, uint64(i)))
	}
	deliver(t, s.Mails, "gus@example.com", "Of Globex", "http://here.example"+linkTo(gus, 1))
	deliver(t, s.Mails, "ana@example.com", "No invite", "http://here.example/i/none", "http://here.example/")
	var got struct{ Mails []mailView }
	call(t, open(t, s, nil), "GET /console/api/mails", "", &got)
	if len(got.Mails) != newest || got.Mails[0].Subject != fmt.Sprint("Mail ", newest+1) || got.Mails[0].To != "ana@example.com" {
		t.Fatalf("got %+v", got.Mails)
	}
	if m := got.Mails[0]; m.Link != "http://here.example"+linkTo(ana, newest+1) || m.Mail != "/mailbox/"+m.ID {
		t.Errorf("got %+v", m)
	}
}
