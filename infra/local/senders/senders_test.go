package senders

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"

	"invites/infra/local/ministack"
	"invites/shared/dns/dnstest"
)

// emulator answers as MiniStack does: every identity is verified and unknown ones wait. It
// keeps what SNS was asked to publish.
type emulator struct {
	topics    []string
	topic     string
	published []string
}

func (e *emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	action, body := r.PostForm.Get("Action"), ""
	switch action {
	case "ListIdentities":
		body = "<Identities><member>old@acme.example</member><member>new.example</member><member>plain.example</member></Identities>"
	case "GetIdentityDkimAttributes":
		body = "<DkimAttributes>"
		if r.PostForm.Get("Identities.member.1") == "new.example" {
			body += "<entry><key>new.example</key><value><DkimVerificationStatus>Success</DkimVerificationStatus><DkimTokens><member>a</member><member>b</member></DkimTokens></value></entry>"
		}
		body += "</DkimAttributes>"
	case "SetIdentityNotificationTopic":
		e.topics = append(e.topics, r.PostForm.Get("Identity")+" "+r.PostForm.Get("NotificationType")+" "+r.PostForm.Get("SnsTopic"))
	case "Publish":
		e.topic, e.published = r.PostForm.Get("TopicArn"), append(e.published, r.PostForm.Get("Message"))
	case "SendRawEmail":
		body = "<MessageId>1</MessageId>"
	}
	fmt.Fprintf(w, `<%[1]sResponse><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`, action, body)
}

func TestADomainIsVerifiedOnceTheDNSHasItsRecords(t *testing.T) {
	e := &emulator{}
	behind := httptest.NewServer(e)
	t.Cleanup(behind.Close)
	zone := &dnstest.Zone{}
	gate, err := New(ministack.Config(behind.URL), zone, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(gate)
	t.Cleanup(front.Close)
	client := ses.NewFromConfig(ministack.Config(front.URL))

	names := []string{"old@acme.example", "new.example", "plain.example", "unknown.example"}
	check := func(of types.VerificationStatus) {
		t.Helper()
		out, err := client.GetIdentityVerificationAttributes(t.Context(), &ses.GetIdentityVerificationAttributesInput{Identities: names})
		if err != nil {
			t.Fatal(err)
		}
		got := out.VerificationAttributes
		if len(got) != 3 || got[names[0]].VerificationStatus != "Success" || got[names[1]].VerificationStatus != of || got[names[2]].VerificationStatus != "Success" {
			t.Errorf("got %+v", got)
		}
		keys, err := client.GetIdentityDkimAttributes(t.Context(), &ses.GetIdentityDkimAttributesInput{Identities: names})
		if err != nil {
			t.Fatal(err)
		}
		if got := keys.DkimAttributes["new.example"]; got.DkimVerificationStatus != of || len(got.DkimTokens) != 2 {
			t.Errorf("got %+v, want %s", got, of)
		}
		if got := keys.DkimAttributes["unknown.example"]; got.DkimVerificationStatus != "NotStarted" {
			t.Errorf("got %+v of a domain that is not known", got)
		}
	}
	send := func(from string, taken bool) {
		t.Helper()
		_, err := client.SendRawEmail(t.Context(), &ses.SendRawEmailInput{Source: aws.String(from), RawMessage: &types.RawMessage{Data: []byte("x")}})
		if (err == nil) != taken || err != nil && !strings.Contains(err.Error(), "not verified") {
			t.Errorf("from %s: %v, want it taken: %t", from, err, taken)
		}
	}
	check("Pending")
	send("x@new.example", false)
	send("x@below.new.example", false)
	send("old@acme.example", true)
	send("x@plain.example", true)
	send("x@unknown.example", true) // MiniStack's to refuse
	for _, token := range []string{"a", "b"} {
		if err := zone.Add(dnstest.Record{Type: "CNAME", Name: token + "._domainkey.new.example", Value: token + ".dkim.amazonses.com"}); err != nil {
			t.Fatal(err)
		}
	}
	check("Success")
	send("x@new.example", true)
	send("Name <x@below.new.example>", true)
}

func TestADomainThatIsMadeGetsTheTopicOfItsNotices(t *testing.T) {
	e := &emulator{}
	gate, client := gated(t, e)
	made := func() []string {
		t.Helper()
		e.topics = nil
		if _, err := client.VerifyDomainDkim(t.Context(), &ses.VerifyDomainDkimInput{Domain: aws.String("new.example")}); err != nil {
			t.Fatal(err)
		}
		return e.topics
	}
	if got := made(); len(got) != 0 {
		t.Errorf("before there is a topic: got %q", got)
	}
	gate.Publish("arn:notices")
	if got := made(); len(got) != 3 || !slices.Contains(got, "new.example Bounce arn:notices") {
		t.Errorf("got %q, want all three kinds", got)
	}
}

func TestWhatIsNotAboutSendersPassesUntouched(t *testing.T) {
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprint(w, r.Host+" "+r.Header.Get("Authorization")+" "+string(body))
	}))
	t.Cleanup(behind.Close)
	gate, err := New(ministack.Config(behind.URL), &dnstest.Zone{}, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "http://signed.example/", strings.NewReader(url.Values{"Action": {"VerifyDomainDkim"}}.Encode()))
	r.Header.Set("Authorization", "signature")
	w := httptest.NewRecorder()
	gate.ServeHTTP(w, r)
	if got, want := w.Body.String(), "signed.example signature Action=VerifyDomainDkim"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// gated puts a gate before an emulator and returns it with a client that goes through it.
func gated(t *testing.T, e *emulator) (*Gate, *ses.Client) {
	t.Helper()
	behind := httptest.NewServer(e)
	t.Cleanup(behind.Close)
	gate, err := New(ministack.Config(behind.URL), &dnstest.Zone{}, log.New(io.Discard, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(gate)
	t.Cleanup(front.Close)
	return gate, ses.NewFromConfig(ministack.Config(front.URL))
}
