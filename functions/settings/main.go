// Settings serves GET and PUT /v1/settings.
package main

import (
	"context"

	"invites/shared/apigw"
	"invites/shared/app"
	"invites/shared/app/settings"
	"invites/shared/httpapi"
	"invites/shared/idn"
	"invites/shared/invite"
	"invites/shared/zone"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	keeper, err := settings.Keeper(a)
	if err != nil {
		return err
	}
	api := httpapi.SettingsAPI{
		Admin:  httpapi.Admin{Auth: a.Auth(), Now: a.Now},
		Keeper: keeper,
		Limits: invite.Limits{PlatformSender: a.PlatformSender(), AllowedHosts: a.AllowedHosts(), ToASCII: idn.ToASCII, KnownZone: zone.Known},
	}
	return apigw.Serve(api.Handler(), a.Err())
}
