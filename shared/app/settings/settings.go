// Package settings composes what only the Lambda of settings has: the DNS, and the senders
// that the mail provider knows.
package settings

import (
	"context"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/service/ses"

	"invites/shared/app"
	"invites/shared/dns"
	"invites/shared/identity"
	"invites/shared/invite"
)

// Keeper returns who keeps the tenants' settings.
func Keeper(a *app.App) (*invite.SettingsKeeper, error) {
	store, err := a.Store(nil)
	if err != nil {
		return nil, err
	}
	return &invite.SettingsKeeper{
		Store: store,
		// No two deployments of a region have a table of one name.
		Deployment: a.AWS.Region + "/" + a.Text("INVITES_TABLE"),
		AnySender:  a.AnySender(),
		TXT:        dns.New(a.Optional("INVITES_DNS_RESOLVER")),
		Identities: identity.New(ses.NewFromConfig(a.AWS), a.AWS.Region),
		Now:        a.Now,
		Wait:       app.Wait,
		Report: func(ctx context.Context, err error) {
			slog.WarnContext(ctx, "sender's domain", "error", err.Error())
		},
	}, nil
}
