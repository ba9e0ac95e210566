// Optout serves who does not want to be invited by a tenant: GET, HEAD and POST
// /o/{token}.
package main

import (
	"context"

	"invites/shared/apigw"
	"invites/shared/app"
	"invites/shared/app/optout"
	"invites/shared/httpapi"
	"invites/shared/page"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	store, err := a.Store(nil)
	if err != nil {
		return err
	}
	api := httpapi.OptOut{OptOuts: optout.OptOuts(a, store), Settings: a.Cached(store), Pages: page.New(nil)}
	return apigw.Serve(api.Handler(), a.Err())
}
