package mail_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/jhillyerd/enmime/v2"

	"invites/shared/invite"
	"invites/shared/mail"
)

// mailProgram takes each part's declared charset at its word.
var mailProgram = enmime.NewParser(enmime.DisableCharacterDetection(true))

const (
	tenantSender = "noreply@acme.example"
	platform     = "noreply@platform.example"
	recipient    = "bob@example.com"
)

// endpoint speaks the query protocol of SES: it takes what the SDK sends on the
// wire and answers as SES does.
type endpoint struct {
	mu     sync.Mutex
	forms  []url.Values
	answer func(call int, form url.Values) (status int, body string)
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	e.mu.Lock()
	e.forms = append(e.forms, r.PostForm)
	call := len(e.forms)
	e.mu.Unlock()
	status, body := e.answer(call, r.PostForm)
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	fmt.Fprint(w, body)
}

func taken(id string) (int, string) {
	return 200, `<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>` + id +
		`</MessageId></SendRawEmailResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></SendRawEmailResponse>`
}

func refused(status int, code, message string) (int, string) {
	return status, `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>` + code +
		`</Code><Message>` + message + `</Message></Error><RequestId>r</RequestId></ErrorResponse>`
}

func start(t *testing.T, answer func(int, url.Values) (int, string)) (*mail.SES, *endpoint) {
	t.Helper()
	e := &endpoint{answer: answer}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return mailer(server.URL), e
}

func mailer(address string) *mail.SES {
	return configured(address, mail.Config{PlatformSender: platform, ConfigurationSet: "invites"})
}

func configured(address string, c mail.Config) *mail.SES {
	client := ses.New(ses.Options{
		Region: "eu-central-1", BaseEndpoint: aws.String(address),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}),
	})
	return mail.NewSES(client, c)
}

func message() invite.Message {
	return invite.Message{
		Link: "https://links.acme.example/i/" + strings.Repeat("0", invite.TokenLength),
		Settings: invite.Settings{Name: "Acme", Sender: tenantSender, TimeZone: "UTC", SupportEmail: "help@acme.example",
			Domain: invite.SenderDomain{State: invite.SenderVerified}},
		Invite: invite.Invite{
			Tenant: "acme", Key: invite.KeyOf("acme", recipient), Gen: 1795000000000, Seq: 3, FirstSeq: 1,
			Email: recipient, Role: "member", Window: time.Hour, ExpiresAt: time.Date(2026, 11, 30, 13, 5, 0, 0, time.UTC),
		},
	}
}

func TestTheRequestOnTheWire(t *testing.T) {
	s, e := start(t, func(int, url.Values) (int, string) { return taken("0100-id") })
	m := message()
	m.Invite.Mail.Reminder = 2
	r, err := s.Send(t.Context(), m)
	if err != nil || r != (invite.Receipt{MessageID: "0100-id", Sender: tenantSender}) {
		t.Fatalf("Send = %+v, %v", r, err)
	}
	if len(e.forms) != 1 {
		t.Fatalf("%d requests, want 1", len(e.forms))
	}
	form := e.forms[0]
	for name, want := range map[string]string{
		"Action": "SendRawEmail", "Source": tenantSender, "Destinations.member.1": recipient, "Destinations.member.2": "",
		"ConfigurationSetName": "invites",
		"Tags.member.1.Name":   invite.TagPartition, "Tags.member.1.Value": m.Invite.Key.Partition.String(),
		"Tags.member.2.Name": invite.TagAddress, "Tags.member.2.Value": m.Invite.Key.Address.String(),
		"Tags.member.3.Name": invite.TagGen, "Tags.member.3.Value": "1795000000000",
		"Tags.member.4.Name": invite.TagSeq, "Tags.member.4.Value": "3",
		"Tags.member.5.Name": invite.TagReminder, "Tags.member.5.Value": "2",
	} {
		if got := form.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	allowed := regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`) // MessageTag of the SES API
	for name, values := range form {
		if strings.HasPrefix(name, "Tags.") && !allowed.MatchString(values[0]) {
			t.Errorf("%s = %q is no tag that SES takes", name, values[0])
		}
	}
	raw, err := base64.StdEncoding.DecodeString(form.Get("RawMessage.Data"))
	if err != nil {
		t.Fatal(err)
	}
	env, err := mailProgram.ReadEnvelope(bytes.NewReader(raw))
	if err != nil || len(env.Errors) > 0 || !strings.Contains(env.Text, m.Link) {
		t.Errorf("the mail on the wire: %v %v\n%s", err, env.Errors, env.Text)
	}
}

// A local AWS brings no tags back, so there the envelope sender carries the route. What
// the reader sees is the same.
func TestTheRouteInTheEnvelopeSender(t *testing.T) {
	for _, sender := range []string{tenantSender, "a.very.long.local.part.of.sixty.four.characters.in.all.xxxxxxxxx@acme.example"} {
		e := &endpoint{answer: func(int, url.Values) (int, string) { return taken("x") }}
		server := httptest.NewServer(e)
		t.Cleanup(server.Close)
		m := message()
		m.Settings.Sender = sender
		r, err := configured(server.URL, mail.Config{PlatformSender: platform, RouteInSender: true}).Send(t.Context(), m)
		if err != nil || r.Sender != sender {
			t.Fatalf("Send = %+v, %v", r, err)
		}
		source := e.forms[0].Get("Source")
		local, domain, _ := strings.Cut(source, "@")
		if len(local) > 64 || domain != "acme.example" {
			t.Errorf("source %q has a local part of %d characters", source, len(local))
		}
		if got, err := invite.ParseRoute(local[strings.LastIndexByte(local, '+')+1:]); err != nil || got != m.Invite.Route() {
			t.Errorf("source %q: got %+v, %v, want %+v", source, got, err, m.Invite.Route())
		}
		raw, _ := base64.StdEncoding.DecodeString(e.forms[0].Get("RawMessage.Data"))
		env, err := mailProgram.ReadEnvelope(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if got := env.GetHeader("From"); !strings.HasSuffix(got, "<"+sender+">") {
			t.Errorf("From: %q", got)
		}
	}
}

func TestWithoutAConfigurationSetNoneIsNamed(t *testing.T) {
	e := &endpoint{answer: func(int, url.Values) (int, string) { return taken("x") }}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	client := ses.New(ses.Options{Region: "eu-central-1", BaseEndpoint: aws.String(server.URL), Credentials: aws.AnonymousCredentials{}})
	if _, err := mail.NewSES(client, mail.Config{PlatformSender: platform}).Send(t.Context(), message()); err != nil {
		t.Fatal(err)
	}
	if e.forms[0].Has("ConfigurationSetName") {
		t.Error("a configuration set is named")
	}
}

const unverified = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "

// What is not here: errors of the SDK before a request is made, which no operator of
// the service sees (a missing region ends the start of the function).
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		status        int
		code, message string
		reason        string
		temporary     bool
		calls         int
	}{
		{400, "Throttling", "Maximum sending rate exceeded.", invite.ReasonThrottled, true, 1},
		{400, "Throttling", "Daily message quota exceeded.", invite.ReasonQuota, true, 1},
		{429, "TooManyRequestsException", "Too many requests", invite.ReasonThrottled, true, 1},
		{400, "LimitExceeded", "Too many", invite.ReasonThrottled, true, 1},
		{400, "ThrottlingException", "Rate exceeded", invite.ReasonThrottled, true, 1},
		{500, "InternalFailure", "oops", invite.ReasonUnreachable, true, 1},
		{503, "ServiceUnavailable", "oops", invite.ReasonUnreachable, true, 1},
		{502, "Whatever", "oops", invite.ReasonUnreachable, true, 1},
		{400, "AccountSendingPausedException", "Sending is paused", invite.ReasonPaused, true, 1},
		{400, "ConfigurationSetSendingPausedException", "Sending is paused", invite.ReasonPaused, true, 1},
		{400, "ConfigurationSetDoesNotExist", "Configuration set invites does not exist", invite.ReasonMisconfigured, true, 1},
		{400, "MessageRejected", "Sending suspended for this account. For more information, please check the inbox", invite.ReasonPaused, true, 1},
		{400, "MessageRejected", unverified + tenantSender + ", " + platform, invite.ReasonSenderUnverified, true, 2},
		{400, "MessageRejected", "Email address is not verified.", invite.ReasonSenderUnverified, true, 2},
		{400, "MailFromDomainNotVerifiedException", "no MX", invite.ReasonSenderUnverified, true, 2},
		{400, "FromEmailAddressNotVerifiedException", "no", invite.ReasonSenderUnverified, true, 2},
		{400, "MessageRejected", unverified + tenantSender + ", " + recipient, invite.ReasonSenderUnverified, true, 2},
		{400, "MessageRejected", unverified + recipient, invite.ReasonSandbox, false, 1},
		{400, "MessageRejected", "Address is on the suppression list", invite.ReasonSuppressed, false, 1},
		{400, "MessageRejected", "Address blacklisted.", invite.ReasonSuppressed, false, 1},
		{400, "MessageRejected", "Message contains a virus", invite.ReasonRejected, false, 1},
		{400, "InvalidParameterValue", "Domain contains illegal character", invite.ReasonRejected, false, 1},
		{403, "AccessDenied", "User is not authorized to perform ses:SendRawEmail", invite.ReasonDenied, true, 2},
		{403, "SignatureDoesNotMatch", "no", invite.ReasonDenied, true, 2},
		{400, "SomethingNew", "no", invite.ReasonDenied, true, 2},
	} {
		t.Run(c.code+" "+c.message, func(t *testing.T) {
			t.Parallel()
			s, e := start(t, func(int, url.Values) (int, string) { return refused(c.status, c.code, c.message) })
			r, err := s.Send(t.Context(), message())
			var got *invite.MailError
			if !errors.As(err, &got) || r != (invite.Receipt{}) {
				t.Fatalf("Send = %+v, %v", r, err)
			}
			if got.Reason != c.reason || got.Temporary != c.temporary {
				t.Errorf("reason %q, temporary %v; want %q, %v", got.Reason, got.Temporary, c.reason, c.temporary)
			}
			if len(e.forms) != c.calls {
				t.Errorf("%d requests, want %d", len(e.forms), c.calls)
			}
		})
	}
}

func TestThePlatformSendsForAnUnverifiedTenant(t *testing.T) {
	s, e := start(t, func(_ int, form url.Values) (int, string) {
		if form.Get("Source") == tenantSender {
			return refused(400, "MessageRejected", unverified+tenantSender)
		}
		return taken("p")
	})
	r, err := s.Send(t.Context(), message())
	if err != nil || r != (invite.Receipt{MessageID: "p", Sender: platform}) {
		t.Fatalf("Send = %+v, %v", r, err)
	}
	raw, _ := base64.StdEncoding.DecodeString(e.forms[1].Get("RawMessage.Data"))
	env, err := mailProgram.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if got := env.GetHeader("From"); got != "<"+platform+">" {
		t.Errorf("From: %q", got)
	}
}

// Whether the provider would take the mail does not matter: it has verified the domain of
// whoever it belongs to.
func TestNobodySendsFromADomainThatIsNotProven(t *testing.T) {
	for state, from := range map[invite.SenderState]string{
		"": platform, invite.SenderUnproven: platform, invite.SenderTaken: platform,
		invite.SenderPending: tenantSender, invite.SenderVerified: tenantSender,
	} {
		s, e := start(t, func(int, url.Values) (int, string) { return taken("x") })
		m := message()
		m.Settings.Domain.State = state
		r, err := s.Send(t.Context(), m)
		if err != nil || r.Sender != from || len(e.forms) != 1 || e.forms[0].Get("Source") != from {
			t.Errorf("%q: Send = %+v, %v in %d requests, want it from %s", state, r, err, len(e.forms), from)
		}
		raw, _ := base64.StdEncoding.DecodeString(e.forms[0].Get("RawMessage.Data"))
		env, err := mailProgram.ReadEnvelope(bytes.NewReader(raw))
		if err != nil || env.GetHeader("Reply-To") != "<help@acme.example>" {
			t.Errorf("%q: Reply-To %q, %v, want the tenant's support", state, env.GetHeader("Reply-To"), err)
		}
	}
}

func TestWhereTheOperatorLooksAfterDomainsAnySenderGoes(t *testing.T) {
	e := &endpoint{answer: func(int, url.Values) (int, string) { return taken("x") }}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	client := ses.New(ses.Options{Region: "eu-central-1", BaseEndpoint: aws.String(server.URL), Credentials: aws.AnonymousCredentials{}})
	m := message()
	m.Settings.Domain = invite.SenderDomain{}
	r, err := mail.NewSES(client, mail.Config{PlatformSender: platform, AnySender: true}).Send(t.Context(), m)
	if err != nil || r.Sender != tenantSender {
		t.Errorf("Send = %+v, %v, want it from %s", r, err, tenantSender)
	}
}

func TestATenantWithoutASenderUsesThePlatforms(t *testing.T) {
	for _, sender := range []string{"", platform} {
		s, e := start(t, func(int, url.Values) (int, string) { return refused(400, "MessageRejected", unverified+platform) })
		m := message()
		m.Settings.Sender = sender
		if _, err := s.Send(t.Context(), m); err == nil || len(e.forms) != 1 || e.forms[0].Get("Source") != platform {
			t.Errorf("sender %q: %v, %d requests", sender, err, len(e.forms))
		}
	}
}

// overOnce is a context whose time is up once something has happened.
type overOnce struct {
	context.Context
	happened <-chan struct{}
}

func (o overOnce) Done() <-chan struct{} { return o.happened }

func (o overOnce) Err() error {
	select {
	case <-o.happened:
		return context.DeadlineExceeded
	default:
		return nil
	}
}

// After a time-out SES may have the mail, so nothing is sent again.
func TestATimeOutIsNotRepeated(t *testing.T) {
	release, arrived := make(chan struct{}), make(chan struct{})
	s, e := start(t, func(int, url.Values) (int, string) { close(arrived); <-release; return taken("x") })
	t.Cleanup(func() { close(release) })
	_, err := s.Send(overOnce{t.Context(), arrived}, message())
	var got *invite.MailError
	if !errors.As(err, &got) || got.Reason != invite.ReasonUnreachable || !got.Temporary {
		t.Fatalf("Send: %v", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.forms) != 1 {
		t.Errorf("%d requests, want 1", len(e.forms))
	}
}

func TestABrokenConnectionIsTemporary(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	l.Close()
	_, err = mailer(address).Send(t.Context(), message())
	var got *invite.MailError
	if !errors.As(err, &got) || got.Reason != invite.ReasonUnreachable || !got.Temporary {
		t.Errorf("nobody listens: %v", err)
	}
	s, e := start(t, func(int, url.Values) (int, string) { panic(http.ErrAbortHandler) })
	_, err = s.Send(t.Context(), message())
	if !errors.As(err, &got) || got.Reason != invite.ReasonUnreachable || !got.Temporary || len(e.forms) != 1 {
		t.Errorf("the connection breaks: %v after %d requests", err, len(e.forms))
	}
	s, _ = start(t, func(int, url.Values) (int, string) { return 200, "<SendRawEmailResponse/>" })
	if _, err = s.Send(t.Context(), message()); !errors.As(err, &got) || !got.Temporary {
		t.Errorf("no message id: %v", err)
	}
}

func TestAMailThatCannotBeWrittenIsFinal(t *testing.T) {
	s, e := start(t, func(int, url.Values) (int, string) { return taken("x") })
	for what, change := range map[string]func(*invite.Message){
		"recipient": func(m *invite.Message) { m.Invite.Email = "bob@example.com\r\nBcc: x@y.example" },
		"support":   func(m *invite.Message) { m.Settings.SupportEmail = "no address" },
		"sender":    func(m *invite.Message) { m.Settings.Sender = "a@b.example\r\nBcc: x@y.example" },
	} {
		m := message()
		change(&m)
		_, err := s.Send(t.Context(), m)
		var got *invite.MailError
		if !errors.As(err, &got) || got.Reason != invite.ReasonUnrenderable || got.Temporary {
			t.Errorf("%s: %v", what, err)
		}
	}
	if len(e.forms) != 0 {
		t.Errorf("%d requests", len(e.forms))
	}
}

// The error is logged; it must not hold the link.
func TestNoErrorHoldsTheLink(t *testing.T) {
	s, _ := start(t, func(int, url.Values) (int, string) { return refused(400, "MessageRejected", "no") })
	m := message()
	if _, err := s.Send(t.Context(), m); strings.Contains(err.Error(), m.Link) {
		t.Errorf("%v", err)
	}
}
