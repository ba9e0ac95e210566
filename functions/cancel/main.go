// Cancel serves POST /v1/invites/{id}/cancel and …/release: both end an invite
// and free its address.
package main

import (
	"context"

	"invites/shared/apigw"
	"invites/shared/app"
	"invites/shared/httpapi"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	store, err := a.Store(nil)
	if err != nil {
		return err
	}
	admin := httpapi.Admin{Service: a.Service(store), Settings: store, Auth: a.Auth(), Now: a.Now}
	return apigw.Serve(admin.CancelAndRelease(), a.Err())
}
