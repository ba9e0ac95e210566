// Package mail writes the invite mail and hands it to Amazon SES. [NewSES] makes the
// [invite.Mailer].
package mail

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"

	"invites/shared/invite"
)

// Client is what is needed of the SES client.
type Client interface {
	SendRawEmail(context.Context, *ses.SendRawEmailInput, ...func(*ses.Options)) (*ses.SendRawEmailOutput, error)
}

// Config is what the operator decides.
type Config struct {
	PlatformSender   string // bare address, verified with SES
	ConfigurationSet string // "" for none
	// RouteInSender writes the route of a mail into its envelope sender as well, for a
	// local AWS whose notices bring no tags back. Not in AWS: a sender that is verified
	// as an address, and not by its domain, would not be verified any more.
	RouteInSender bool
	// AnySender lets a tenant send from whatever SES has verified, proven or not.
	AnySender bool
	// Zones finds a time zone, or UTC where it knows none of that name.
	Zones func(name string) *time.Location
}

// SES sends mails with the classic SES API, in one call for each mail.
type SES struct {
	client Client
	config Config
}

var _ invite.Mailer = (*SES)(nil)

// NewSES returns the mailer. The client's own retries are not used, see [repeat].
func NewSES(client Client, c Config) *SES { return &SES{client: client, config: c} }

// Send hands the mail over, from the tenant's sender or, where its domain is not proven
// to be the tenant's or SES does not let us send from it, from the platform's. The
// receipt tells which.
func (s *SES) Send(ctx context.Context, m invite.Message) (invite.Receipt, error) {
	own, may := m.Settings.Sender, m.Settings.Domain.Proven() || s.config.AnySender
	if own != "" && own != s.config.PlatformSender && may {
		r, err := s.send(ctx, m, own, true)
		if err == nil || err.Reason != invite.ReasonSenderUnverified && err.Reason != invite.ReasonDenied {
			return result(r, err)
		}
	}
	return result(s.send(ctx, m, s.config.PlatformSender, false))
}

func result(r invite.Receipt, err *invite.MailError) (invite.Receipt, error) {
	if err != nil {
		return invite.Receipt{}, err
	}
	return r, nil
}

func (s *SES) send(ctx context.Context, m invite.Message, sender string, own bool) (invite.Receipt, *invite.MailError) {
	raw, err := compose(m, sender, own, s.config.Zones)
	if err != nil {
		return invite.Receipt{}, &invite.MailError{Reason: invite.ReasonUnrenderable, Err: err}
	}
	route := m.Invite.Route()
	in := &ses.SendRawEmailInput{
		Source:       aws.String(sender),
		Destinations: []string{string(m.Invite.Email)},
		RawMessage:   &types.RawMessage{Data: raw},
	}
	if s.config.RouteInSender {
		in.Source = aws.String(withRoute(sender, route))
	}
	// The notices of SES bring the tags back.
	for _, t := range route.Tags() {
		in.Tags = append(in.Tags, types.MessageTag{Name: aws.String(t.Name), Value: aws.String(t.Value)})
	}
	if s.config.ConfigurationSet != "" {
		in.ConfigurationSetName = aws.String(s.config.ConfigurationSet)
	}
	out, err := s.client.SendRawEmail(ctx, in, func(o *ses.Options) { o.Retryer = repeat })
	if err != nil {
		return invite.Receipt{}, classify(err, string(m.Invite.Email))
	}
	if aws.ToString(out.MessageId) == "" {
		return invite.Receipt{}, &invite.MailError{Reason: invite.ReasonUnreachable, Temporary: true, Err: fmt.Errorf("send: SES answered without a message id")}
	}
	return invite.Receipt{MessageID: *out.MessageId, Sender: sender}, nil
}

// mostLocal is how much of a sender's local part has room beside a route: the whole has
// 64 characters (RFC 5321 4.5.3.1.1).
const mostLocal = 64 - 1 - invite.RouteLength

// withRoute returns local+route@domain. The reader of the mail sees the From header,
// which stays as it is.
func withRoute(sender string, r invite.Route) string {
	at := strings.LastIndexByte(sender, '@')
	text := r.String()
	if at < 0 || text == "" {
		return sender
	}
	return sender[:min(at, mostLocal)] + "+" + text + sender[at:]
}

// repeat tries again only where no connection came about. After a time-out or a 5xx
// nobody knows whether SES has the mail, and a second copy would go out; the outbox
// waits longer and says so in the row. Where SES throttles, the outbox slows down all
// of its mails (invite.Pace).
var repeat = retry.NewStandard(func(o *retry.StandardOptions) {
	o.MaxAttempts = 3
	o.MaxBackoff = 2 * time.Second
	o.Retryables = []retry.IsErrorRetryable{
		retry.NoRetryCanceledError{},
		retry.IsErrorRetryableFunc(neverConnected),
	}
})
