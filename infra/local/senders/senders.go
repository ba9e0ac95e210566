// Package senders stands before MiniStack's SES and does what SES does with domains and
// MiniStack does not: a domain is verified once the DNS has its three DKIM records, nobody
// sends from it before, and one that SES does not know is not in its answers. All else is
// handed on as it came, so the signatures and the rights of callers are MiniStack's to check.
//
// A domain that somebody makes gets the topic for its notices: AWS has those of all domains
// from the configuration set. [Gate.Bounce] has a mail come back that SES has taken.
package senders

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"invites/shared/dns/dnstest"
	"invites/shared/invite"
)

// Gate is the SES that the Lambdas call.
type Gate struct {
	zone    *dnstest.Zone
	real    *ses.Client // the account's root user
	notices *sns.Client
	pass    http.Handler
	topic   atomic.Pointer[string]

	mu    sync.Mutex
	mails map[invite.Key]sent
}

// Publish has the notices of domains that are made from now on published to a topic.
func (g *Gate) Publish(topic string) { g.topic.Store(&topic) }

// publish has the notices of a domain published.
func (g *Gate) publish(ctx context.Context, domain string) error {
	topic := g.topic.Load()
	if topic == nil {
		return nil
	}
	for _, kind := range types.NotificationType("").Values() {
		if _, err := g.real.SetIdentityNotificationTopic(ctx, &ses.SetIdentityNotificationTopicInput{
			Identity: &domain, NotificationType: kind, SnsTopic: topic,
		}); err != nil {
			return fmt.Errorf("have %s notices of %s published: %w", kind, domain, err)
		}
	}
	return nil
}

// New returns the gate before the MiniStack of a configuration.
func New(cfg aws.Config, z *dnstest.Zone, errors *log.Logger) (*Gate, error) {
	target, err := url.Parse(aws.ToString(cfg.BaseEndpoint))
	if err != nil {
		return nil, err
	}
	g := &Gate{zone: z, real: ses.NewFromConfig(cfg), notices: sns.NewFromConfig(cfg)}
	g.pass = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host // it is signed
		},
		ModifyResponse: g.correct,
		ErrorLog:       errors,
	}
	return g, nil
}

// ServeHTTP answers one call.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "the request could not be read", http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body)) // what is no form is not for us
	action := form.Get("Action")
	if strings.HasPrefix(action, "Send") {
		awaited, err := g.isAwaited(r.Context(), form.Get("Source"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		if awaited {
			refuse(w, form.Get("Source"))
			return
		}
	}
	g.pass.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), formKey{}, form)))
}

// refuse answers as SES does to somebody who sends from what is not verified.
func refuse(w http.ResponseWriter, source string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(http.StatusBadRequest)
	fmt.Fprintf(w, `<ErrorResponse xmlns="%s"><Error><Type>Sender</Type><Code>MessageRejected</Code>`+
		`<Message>Email address is not verified. The following identities failed the check in region US-EAST-1: %s</Message>`+
		`</Error><RequestId>local</RequestId></ErrorResponse>`, namespace, source)
}

const namespace = "http://ses.amazonaws.com/doc/2010-12-01/"

type formKey struct{}

// correct writes the two answers about identities anew, and looks at two more.
func (g *Gate) correct(response *http.Response) error {
	form, _ := response.Request.Context().Value(formKey{}).(url.Values)
	action := form.Get("Action")
	if response.StatusCode == http.StatusOK && action == "VerifyDomainDkim" {
		return g.publish(response.Request.Context(), form.Get("Domain"))
	}
	if response.StatusCode == http.StatusOK && action == "SendRawEmail" {
		return g.remember(response, form)
	}
	about := strings.TrimPrefix(action, "GetIdentity")
	if response.StatusCode != http.StatusOK || about != "VerificationAttributes" && about != "DkimAttributes" {
		return nil
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, `<%sResponse xmlns="%s"><%sResult><%s>`, action, namespace, action, about)
	for n := 1; form.Has(member(n)); n++ {
		i, err := g.look(response.Request.Context(), form.Get(member(n)))
		if err != nil {
			return err
		}
		if i.known || about == "DkimAttributes" {
			text.WriteString("<entry><key>")
			if err := xml.EscapeText(&text, []byte(form.Get(member(n)))); err != nil {
				return err
			}
			text.WriteString("</key><value>" + i.value(about) + "</value></entry>")
		}
	}
	fmt.Fprintf(&text, `</%s></%sResult><ResponseMetadata><RequestId>local</RequestId></ResponseMetadata></%sResponse>`, about, action, action)
	response.Body = io.NopCloser(&text)
	response.ContentLength = int64(text.Len())
	response.Header.Set("Content-Length", strconv.Itoa(text.Len()))
	return nil
}

func member(n int) string { return "Identities.member." + strconv.Itoa(n) }

// identity is what SES would know of an address or a domain.
type identity struct {
	known  bool
	status types.VerificationStatus
	tokens []string
}

func (i identity) value(about string) string {
	if about == "VerificationAttributes" {
		return "<VerificationStatus>" + string(i.status) + "</VerificationStatus>"
	}
	status := i.status
	if len(i.tokens) == 0 {
		status = types.VerificationStatusNotStarted
	}
	members := ""
	for _, token := range i.tokens {
		members += "<member>" + token + "</member>"
	}
	return fmt.Sprintf("<DkimEnabled>%t</DkimEnabled><DkimVerificationStatus>%s</DkimVerificationStatus><DkimTokens>%s</DkimTokens>", len(i.tokens) > 0, status, members)
}

// look asks MiniStack whether it has the identity, and the DNS whether it is verified.
func (g *Gate) look(ctx context.Context, name string) (identity, error) {
	listed, err := g.real.ListIdentities(ctx, &ses.ListIdentitiesInput{})
	if err != nil {
		return identity{}, fmt.Errorf("list the identities: %w", err)
	}
	if !slices.Contains(listed.Identities, name) {
		return identity{}, nil
	}
	if strings.Contains(name, "@") {
		return identity{known: true, status: types.VerificationStatusSuccess}, nil
	}
	out, err := g.real.GetIdentityDkimAttributes(ctx, &ses.GetIdentityDkimAttributesInput{Identities: []string{name}})
	if err != nil {
		return identity{}, fmt.Errorf("the keys of %s: %w", name, err)
	}
	i := identity{known: true, status: types.VerificationStatusSuccess, tokens: out.DkimAttributes[name].DkimTokens}
	for _, token := range i.tokens {
		if !g.zone.Has(dnstest.Record{Type: "CNAME", Name: token + "._domainkey." + name, Value: token + ".dkim.amazonses.com"}) {
			i.status = types.VerificationStatusPending
		}
	}
	return i, nil
}

// isAwaited tells that nothing which SES knows of a sender is verified yet, and something is
// on its way to be. What SES does not know at all is MiniStack's to refuse.
func (g *Gate) isAwaited(ctx context.Context, source string) (bool, error) {
	address := source
	if parsed, err := mail.ParseAddress(source); err == nil {
		address = parsed.Address
	}
	_, domain, _ := strings.Cut(address, "@")
	awaited := false
	for name := address; name != ""; {
		i, err := g.look(ctx, name)
		if err != nil || i.status == types.VerificationStatusSuccess {
			return false, err
		}
		awaited = awaited || i.known
		name, domain = domain, ""
		if _, above, ok := strings.Cut(name, "."); ok {
			domain = above
		}
	}
	return awaited, nil
}
