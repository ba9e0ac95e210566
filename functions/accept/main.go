// Accept serves what the holder of a link uses, GET, HEAD and POST /i/{token} and
// /i/{token}/ask, POST /v1/peek and POST /v1/accept, and the product's POST /v1/redeem.
package main

import (
	"context"

	"invites/shared/apigw"
	"invites/shared/app"
	"invites/shared/httpapi"
	"invites/shared/page"
	"invites/shared/zone"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	store, err := a.Store(nil)
	if err != nil {
		return err
	}
	settings := a.Cached(store)
	invitee := httpapi.Invitee{
		Admin: httpapi.Admin{Service: a.Service(store), Settings: settings, Auth: a.Auth(), Now: a.Now},
		Pages: page.New(a.AllowedHosts()),
		Zones: zone.Of,
	}
	return apigw.Serve(invitee.Handler(), a.Err())
}
