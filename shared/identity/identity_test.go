package identity_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"

	"invites/shared/identity"
	"invites/shared/invite"
)

// provider speaks the query protocol of SES.
type provider struct {
	calls  []url.Values
	status map[string]string   // of the identities it knows
	dkim   map[string]string   // status of their keys
	tokens map[string][]string // their keys
	down   bool
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	p.calls = append(p.calls, r.PostForm)
	action := r.PostForm.Get("Action")
	w.Header().Set("Content-Type", "text/xml")
	if p.down {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `<ErrorResponse><Error><Code>InvalidParameterValue</Code><Message>no</Message></Error></ErrorResponse>`)
		return
	}
	body := ""
	for n := 1; r.PostForm.Has(fmt.Sprint("Identities.member.", n)); n++ {
		name := r.PostForm.Get(fmt.Sprint("Identities.member.", n))
		switch {
		case action == "GetIdentityDkimAttributes":
			body += "<entry><key>" + name + "</key><value><DkimEnabled>true</DkimEnabled><DkimVerificationStatus>" + p.dkim[name] + "</DkimVerificationStatus>" + members(p.tokens[name]) + "</value></entry>"
		case p.status[name] != "":
			body += "<entry><key>" + name + "</key><value><VerificationStatus>" + p.status[name] + "</VerificationStatus></value></entry>"
		}
	}
	switch action {
	case "GetIdentityVerificationAttributes":
		body = "<VerificationAttributes>" + body + "</VerificationAttributes>"
	case "GetIdentityDkimAttributes":
		body = "<DkimAttributes>" + body + "</DkimAttributes>"
	case "VerifyDomainDkim":
		body = members([]string{"n1", "n2", "n3"})
	}
	fmt.Fprintf(w, `<%[1]sResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><%[1]sResult>%[2]s</%[1]sResult></%[1]sResponse>`, action, body)
}

func members(tokens []string) string {
	if len(tokens) == 0 {
		return "<DkimTokens/>"
	}
	return "<DkimTokens><member>" + strings.Join(tokens, "</member><member>") + "</member></DkimTokens>"
}

func (p *provider) actions() (all []string) {
	for _, c := range p.calls {
		all = append(all, c.Get("Action"))
	}
	return all
}

func open(t *testing.T, p *provider, region string) *identity.SES {
	t.Helper()
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return identity.New(ses.New(ses.Options{Region: region, BaseEndpoint: aws.String(server.URL),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		})}), region)
}

var candidates = []string{"hi@mail.acme.example", "mail.acme.example", "acme.example"}

func records(domain, dkim string, tokens ...string) (all []invite.DNSRecord) {
	for _, token := range tokens {
		all = append(all, invite.DNSRecord{Type: "CNAME", Name: token + "._domainkey." + domain, Value: token + "." + dkim})
	}
	return all
}

func TestFindTellsWhatSESKnowsAndOnlyReads(t *testing.T) {
	const domain = "mail.acme.example"
	known := map[string]string{domain: "Pending"}
	keys := map[string][]string{domain: {"a", "b", "c"}}
	for _, c := range []struct {
		name string
		p    provider
		want invite.SenderIdentity
	}{
		{"nothing", provider{}, invite.SenderIdentity{}},
		{"the address", provider{status: map[string]string{candidates[0]: "Success"}}, invite.SenderIdentity{Verified: true, Known: true}},
		{"a domain above", provider{status: map[string]string{domain: "Failed", "acme.example": "Success"}}, invite.SenderIdentity{Verified: true, Known: true}},
		{"a domain above that waits", provider{status: map[string]string{"acme.example": "Pending"}}, invite.SenderIdentity{}},
		{"the domain, by its keys", provider{status: known, dkim: map[string]string{domain: "Success"}, tokens: keys},
			invite.SenderIdentity{Verified: true, Known: true, Records: records(domain, "dkim.amazonses.com", "a", "b", "c")}},
		{"the domain that waits", provider{status: known, dkim: map[string]string{domain: "Pending"}, tokens: keys},
			invite.SenderIdentity{Known: true, Records: records(domain, "dkim.amazonses.com", "a", "b", "c")}},
		{"the domain that was given up", provider{status: map[string]string{domain: "Failed"}, dkim: map[string]string{domain: "Failed"}, tokens: keys},
			invite.SenderIdentity{Known: true, Failed: true, Records: records(domain, "dkim.amazonses.com", "a", "b", "c")}},
		{"the domain with a key that somebody brought", provider{status: known, dkim: map[string]string{domain: "Pending"}, tokens: map[string][]string{domain: {"selector"}}},
			invite.SenderIdentity{Known: true}},
		{"the domain without keys", provider{status: known, dkim: map[string]string{domain: "NotStarted"}}, invite.SenderIdentity{Known: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := open(t, &c.p, "eu-central-1").Find(t.Context(), candidates)
			if err != nil || !reflect.DeepEqual(got, c.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
			for _, action := range c.p.actions() {
				if !strings.HasPrefix(action, "GetIdentity") {
					t.Errorf("it calls %s", action)
				}
			}
			if len(c.p.calls) > 2 {
				t.Errorf("it makes %d calls, want at most two", len(c.p.calls))
			}
		})
	}
}

func TestMakeAsksForKeysAndNothingElse(t *testing.T) {
	for region, dkim := range map[string]string{"eu-central-1": "dkim.amazonses.com", "eu-south-1": "dkim.eu-south-1.amazonses.com"} {
		p := &provider{}
		got, err := open(t, p, region).Make(t.Context(), "acme.example")
		if want := records("acme.example", dkim, "n1", "n2", "n3"); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v, want %+v", region, got, err, want)
		}
		if len(p.calls) != 1 || p.calls[0].Get("Action") != "VerifyDomainDkim" || p.calls[0].Get("Domain") != "acme.example" {
			t.Errorf("%s: called %v", region, p.calls)
		}
	}
}

func TestWhatSESRefusesIsAnError(t *testing.T) {
	s := open(t, &provider{down: true}, "eu-central-1")
	if got, err := s.Find(t.Context(), candidates); err == nil {
		t.Errorf("find: got %+v", got)
	}
	if got, err := s.Make(t.Context(), "acme.example"); err == nil {
		t.Errorf("make: got %+v", got)
	}
}
