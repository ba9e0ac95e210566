// List serves GET /v1/invites and GET /v1/invites/{id}.
package main

import (
	"context"

	"invites/shared/apigw"
	"invites/shared/app"
	"invites/shared/app/list"
	"invites/shared/httpapi"
)

func main() { app.Main(serve) }

func serve(ctx context.Context, a *app.App) error {
	store, err := list.Store(ctx, a)
	if err != nil {
		return err
	}
	admin := httpapi.Admin{Service: a.Service(store), Settings: store, Auth: a.Auth(), Now: a.Now}
	return apigw.Serve(admin.ListAndGet(), a.Err())
}
