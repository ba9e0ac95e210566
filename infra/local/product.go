package main

import (
	"context"
	"log"
	"net/http"
	"time"

	"invites/infra/local/console"
	"invites/infra/local/demo"
	"invites/infra/local/mailbox"
	"invites/infra/local/ministack"
	"invites/infra/local/pool"
	"invites/infra/local/senders"
	"invites/infra/local/stack"
	"invites/infra/local/users"
	"invites/shared/invite"
)

// newProduct makes the pages of the product that the tenants are customers of.
func newProduct(info stack.Info, errorLog *log.Logger) *demo.Product {
	names, colors := tenantNames(info), map[string]string{}
	names["product"] = "Tandem"
	for _, tenant := range info.Tenants {
		colors[tenant.ID] = tenant.Color
	}
	return &demo.Product{
		API: info.API, Session: info.Service.Credentials(), Tenants: names, Colors: colors, Log: errorLog,
	}
}

func tenantNames(info stack.Info) map[string]string {
	names := map[string]string{}
	for _, tenant := range info.Tenants {
		names[tenant.ID] = tenant.Name
	}
	return names
}

// startConsole makes the product's Users page and has its backend listen to the bus.
func (s *starting) startConsole(ctx context.Context, info stack.Info, people *pool.Pool, pages *demo.Product, mails *mailbox.Store,
	gate *senders.Gate, part string, errorLog *log.Logger) (http.Handler, error) {
	directory := &users.Directory{}
	for _, tenant := range info.Tenants {
		directory.Add(users.User{Tenant: tenant.ID, Email: tenant.Admin.Email, Name: tenant.Admin.Name, Role: "admin", Since: time.Now()})
		directory.Add(users.User{Tenant: tenant.ID, Email: tenant.Viewer.Email, Name: tenant.Viewer.Name, Role: "member", Since: time.Now()})
	}
	feed, err := users.Listen(ctx, ministack.Config(info.AWSEndpoint), info.Outputs["EventBusName"])
	if err != nil {
		return nil, err
	}
	listening, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	s.onEnd(func() {
		stop()
		<-ended
	})
	go func() {
		feed.Run(listening, directory.Apply, errorLog)
		close(ended)
	}()
	store, err := openStore(info)
	if err != nil {
		return nil, err
	}
	return console.Handler(console.Options{
		Pool: people, Tenants: tenantNames(info), API: info.API, Product: info.Product, Part: part,
		Mails: mails, Directory: directory, Account: pages.Account, Bounce: gate.Bounce,
		Age: func(ctx context.Context, key invite.Key, gen invite.Gen, by time.Duration) (*invite.Invite, error) {
			return store.Age(ctx, key, gen, by, time.Now())
		},
		Log: errorLog,
	}), nil
}
