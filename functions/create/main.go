// Create serves POST /v1/invites: it invites an address.
package main

import (
	"context"

	"invites/shared/apigw"
	"invites/shared/app"
	"invites/shared/httpapi"
	"invites/shared/idn"
)

func main() { app.Main(serve) }

func serve(_ context.Context, a *app.App) error {
	store, err := a.Store(nil)
	if err != nil {
		return err
	}
	service := a.Service(store)
	service.ToASCII = idn.ToASCII
	admin := httpapi.Admin{Service: service, Settings: store, Auth: a.Auth(), Now: a.Now}
	return apigw.Serve(admin.Create(), a.Err())
}
