// Package send composes what only the sending Lambda has: the link key, the caps and
// the mail provider.
package send

import (
	"crypto/rand"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ses"

	"invites/shared/app"
	"invites/shared/dynamo"
	"invites/shared/invite"
	"invites/shared/mail"
	"invites/shared/secrets"
	"invites/shared/zone"
)

// Decode reads the images of the table's stream.
var Decode = dynamo.FromStream

// Outbox returns the sender of mails.
func Outbox(a *app.App) (*invite.Outbox, error) {
	store, err := a.Store(nil)
	if err != nil {
		return nil, err
	}
	keys := secretsmanager.NewFromConfig(a.AWS)
	return &invite.Outbox{
		Store:    store,
		Settings: a.Cached(store),
		Standing: a.Standing(store),
		Keys:     secrets.Open(keys, a.Text("INVITES_LINK_KEY_SECRET"), a.Now),
		OptOut:   secrets.Open(keys, a.Text("INVITES_OPT_OUT_KEY_SECRET"), a.Now),
		Mailer: mail.NewSES(ses.NewFromConfig(a.AWS), mail.Config{
			PlatformSender:   a.PlatformSender(),
			ConfigurationSet: a.Optional("INVITES_CONFIGURATION_SET"),
			RouteInSender:    a.Optional("INVITES_ROUTE_IN_SENDER") == "true",
			AnySender:        a.AnySender(),
			Zones:            zone.Of,
		}),
		LinkBase: a.Text("INVITES_LINK_BASE_URL"),
		Caps: &invite.Caps{
			Store:     store,
			Recipient: uint64(a.Positive("INVITES_RECIPIENT_CAP_PER_DAY")),
			Tenant:    uint64(a.Positive("INVITES_TENANT_CAP_PER_DAY")),
		},
		Owner: rand.Text,
		Pace:  invite.NewPace(float64(a.Positive("INVITES_MAILS_PER_SECOND")) / invite.Senders),
		Now:   a.Now,
		Wait:  app.Wait,
	}, nil
}
