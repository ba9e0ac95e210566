package main

import (
	"context"
	"fmt"
	"os"

	"invites/infra/local/ministack"
	"invites/infra/local/pool"
	"invites/infra/local/stack"
)

// token prints a fresh bearer token of a tenant's admin or viewer, or of the
// product's backend.
func token(ctx context.Context, p place) error {
	info, err := stack.Read(p.stackFile())
	if err != nil {
		return err
	}
	as := os.Getenv("AS")
	if as == "service" {
		bearer, err := info.Service.Credentials().Token(ctx)
		if err != nil {
			return err
		}
		fmt.Println(bearer)
		return nil
	}
	tenant, err := info.Tenant(os.Getenv("TENANT"))
	if err != nil {
		return err
	}
	var login stack.Login
	switch as {
	case "", "admin":
		login = tenant.Admin
	case "viewer":
		login = tenant.Viewer
	default:
		return fmt.Errorf("AS=%q is none of: admin, viewer, service", as)
	}
	users := pool.New(ministack.Config(info.AWSEndpoint), info.UserPoolID, info.ClientID)
	signedIn, err := users.SignIn(ctx, login.Email, login.Password)
	if err != nil {
		return fmt.Errorf("sign in as %s: %w", login.Email, err)
	}
	fmt.Println(signedIn.Bearer)
	return nil
}
