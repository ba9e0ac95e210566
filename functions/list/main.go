// List serves what changes nothing: GET /v1/invites, GET /v1/invites/{id} and POST
// /v1/explain.
package main

import (
	"context"

	"invites/shared/apigw"
	"invites/shared/app"
	"invites/shared/app/list"
	"invites/shared/httpapi"
	"invites/shared/idn"
)

func main() { app.Main(serve) }

func serve(ctx context.Context, a *app.App) error {
	store, err := list.Store(ctx, a)
	if err != nil {
		return err
	}
	service := a.Service(store)
	service.ToASCII = idn.ToASCII
	admin := httpapi.Admin{Service: service, Settings: store, Auth: a.Auth(), Now: a.Now}
	return apigw.Serve(admin.ListAndGet(), a.Err())
}
