package senders

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"invites/shared/invite"
)

// sent is a mail of an invite that SES has taken.
type sent struct {
	id, source, to string
	gen            invite.Gen
	at             time.Time
}

// remember keeps the newest mail of each invite, out of SES's own answer. The route in
// the envelope sender says whose it is (docs/decisions/0034-notices-find-their-way.md).
func (g *Gate) remember(response *http.Response, form url.Values) error {
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	response.Body = io.NopCloser(bytes.NewReader(text))
	var answer struct {
		ID string `xml:"SendRawEmailResult>MessageId"`
	}
	source := form.Get("Source")
	route, ok := routeIn(source)
	if xml.Unmarshal(text, &answer) != nil || answer.ID == "" || !ok {
		return nil
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.mails == nil {
		g.mails = map[invite.Key]sent{}
	}
	g.mails[route.Key] = sent{answer.ID, source, form.Get("Destinations.member.1"), route.Gen, time.Now()}
	return nil
}

// routeIn finds the route in local+route@domain, which may have a name before it.
func routeIn(source string) (invite.Route, bool) {
	address, err := mail.ParseAddress(source)
	if err != nil {
		return invite.Route{}, false
	}
	at := strings.LastIndexByte(address.Address, '@')
	plus := strings.LastIndexByte(address.Address[:at], '+')
	if plus < 0 {
		return invite.Route{}, false
	}
	route, err := invite.ParseRoute(address.Address[plus+1 : at])
	return route, err == nil
}

// ErrNotSent says that no mail of an invite has left.
var ErrNotSent = errors.New("no mail of this invite has left yet")

// Bounce has the newest mail of an invite come back: it publishes the notification that
// SES publishes of such a mail, to the topic that it publishes all of them to. It returns
// the mail's id, or ErrNotSent.
func (g *Gate) Bounce(ctx context.Context, key invite.Key, gen invite.Gen) (string, error) {
	g.mu.Lock()
	newest, ok := g.mails[key]
	g.mu.Unlock()
	topic := g.topic.Load()
	if !ok || newest.gen != gen || topic == nil {
		return "", ErrNotSent
	}
	text, err := json.Marshal(newest.bounce(time.Now()))
	if err != nil {
		return "", err
	}
	if _, err := g.notices.Publish(ctx, &sns.PublishInput{
		TopicArn: topic, Message: aws.String(string(text)), Subject: aws.String("Amazon SES Email Event Notification"),
	}); err != nil {
		return "", fmt.Errorf("publish a notice: %w", err)
	}
	return newest.id, nil
}

// bounce is SES's notification of a mailbox that does not exist.
func (s sent) bounce(now time.Time) any {
	const instant = "2006-01-02T15:04:05.000Z"
	address, domain := s.source, ""
	if parsed, err := mail.ParseAddress(s.source); err == nil {
		address = parsed.Address
		_, domain, _ = strings.Cut(address, "@")
	}
	return map[string]any{
		"notificationType": "Bounce",
		"mail": map[string]any{
			"timestamp": s.at.UTC().Format(instant), "source": address, "messageId": s.id,
			"sourceArn":        "arn:aws:ses:us-east-1:000000000000:identity/" + domain,
			"sendingAccountId": "000000000000", "destination": []string{s.to},
		},
		"bounce": map[string]any{
			"bounceType": "Permanent", "bounceSubType": "General", "timestamp": now.UTC().Format(instant),
			"feedbackId": "demo-" + s.id, "reportingMTA": "dsn; a0-0.smtp-out.amazonses.com",
			"bouncedRecipients": []any{map[string]string{
				"emailAddress": s.to, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown",
			}},
		},
	}
}
