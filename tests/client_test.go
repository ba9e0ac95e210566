package tests

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"testing"

	"invites/client"
)

// bearer gives the client a person's token.
func bearer(t testing.TB, tenant, as string) client.Token {
	return func(context.Context) (string, error) { return token(t, tenant, as), nil }
}

// The Go client is a developer's first contact with the API: each of its calls is made
// here as a product would make it.
func TestTheGoClientTellsTheWholeStory(t *testing.T) {
	ctx, admin := t.Context(), client.New(api(t), bearer(t, "acme", "admin"))
	email := address(t)
	made, err := admin.Create(ctx, client.NewInvite{Email: email, Name: "Ana"}, client.Key("press-1"))
	if err != nil || made.Email != email || made.Status != client.Pending || made.CreatedAt.IsZero() || !made.AcceptedAt.IsZero() {
		t.Fatalf("create: got %+v, %v", made, err)
	}
	if again, err := admin.Create(ctx, client.NewInvite{Email: email, Name: "Ana"}, client.Key("press-1")); err != nil || again.ID != made.ID {
		t.Errorf("create with the same key: got %+v, %v", again, err)
	}
	var refused *client.Problem
	if _, err := admin.Create(ctx, client.NewInvite{Email: email}); !errors.As(err, &refused) || refused.Code != "already_pending" || refused.InviteID != made.ID {
		t.Errorf("create anew: got %v", err)
	}
	if _, err := admin.Create(ctx, client.NewInvite{Email: "nobody"}); !errors.As(err, &refused) || len(refused.Errors) == 0 || refused.Errors[0].Pointer != "/email" {
		t.Errorf("create of no address: got %v", err)
	}
	first := newest(t, email, 1)
	resent, err := admin.Resend(ctx, made.ID, client.Resend{}, client.IfMatch(made.ETag))
	if err != nil || resent.SendCount != 2 {
		t.Fatalf("resend: got %+v, %v", resent, err)
	}
	if _, err := admin.Resend(ctx, made.ID, client.Resend{}, client.IfMatch(made.ETag)); !errors.As(err, &refused) || refused.Status != 412 {
		t.Errorf("resend of what has changed: got %v", err)
	}
	second := newest(t, email, 2)
	if x, err := admin.Explain(ctx, api(t)+first); err != nil || x.Cause != "superseded" || x.InviteID != made.ID {
		t.Errorf("explain: got %+v, %v", x, err)
	}

	if p, err := client.New(api(t), nil).Peek(ctx, second[len("/i/"):]); err != nil || p.Status != "live" || p.Tenant.Name != "Acme" || p.ExpiresAt.IsZero() {
		t.Errorf("peek: got %+v, %v", p, err)
	}
	done, err := client.New(api(t), nil).Accept(ctx, second[len("/i/"):])
	if err != nil || done.InviteID != made.ID {
		t.Fatalf("accept: got %+v, %v", done, err)
	}
	next, err := url.Parse(done.Next)
	if err != nil {
		t.Fatal(err)
	}
	service := client.New(api(t), bearer(t, "", "service"))
	facts, err := service.Redeem(ctx, next.Query().Get("code"))
	if err != nil || facts.Email != email || facts.TenantID != "acme" || facts.Name != "Ana" {
		t.Errorf("redeem: got %+v, %v", facts, err)
	}
	if _, err := service.Redeem(ctx, next.Query().Get("code")); !errors.As(err, &refused) || refused.Code != "code_used_or_expired" {
		t.Errorf("redeem again: got %v", err)
	}
	if got, err := admin.Get(ctx, made.ID); err != nil || got.Status != client.Accepted || got.AcceptedAt.IsZero() {
		t.Errorf("get: got %+v, %v", got, err)
	}
	if left, err := service.InTenant("acme").OnBehalfOf(client.Person{Name: "Zoë"}).Release(ctx, made.ID); err != nil || left.Status != client.Released {
		t.Errorf("release: got %+v, %v", left, err)
	}
	if again, err := service.InTenant("acme").OnBehalfOf(client.Person{Name: "Zoë"}).Create(ctx, client.NewInvite{Email: email}); err != nil || again.InvitedBy.Name != "Zoë" {
		t.Errorf("create on behalf: got %+v, %v", again, err)
	}
}

func TestTheGoClientDoesManyAtOnceAndListsThemAll(t *testing.T) {
	ctx, in := t.Context(), client.New(api(t), bearer(t, "", "service")).InTenant(freshTenant(t))
	rows := []client.NewInvite{{Email: "1" + address(t)}, {Email: "nobody"}, {Email: "3" + address(t)}, {Email: "4" + address(t)}}
	results, err := in.CreateMany(ctx, rows)
	if err != nil || len(results) != 4 || results[1].Problem == nil || results[1].Status != 422 {
		t.Fatalf("got %+v, %v", results, err)
	}
	var ids []string
	for _, r := range results {
		if r.Invite != nil {
			ids = append(ids, r.Invite.ID)
		}
	}
	listed := func() (found []string) {
		for i, err := range in.All(ctx, client.Query{PageSize: 1}) {
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, i.ID)
		}
		return found
	}
	if page, err := in.List(ctx, client.Query{Counts: true, Attention: true}); err != nil || len(page.Invites) > 0 || page.Counts == nil || page.Counts.Pending != 3 {
		t.Errorf("counts: got %+v, %v", page, err)
	}
	found := listed()
	slices.Sort(found)
	slices.Sort(ids)
	if !slices.Equal(found, ids) || len(ids) != 3 {
		t.Errorf("listed %q, want %q", found, ids)
	}
	results, err = in.ResendMany(ctx, ids, client.Resend{})
	if err != nil || len(results) != 3 || results[2].Invite == nil || results[2].Invite.SendCount != 2 {
		t.Errorf("resend: got %+v, %v", results, err)
	}
	results, err = in.CancelMany(ctx, append(ids[:2:2], "inv_0"))
	if err != nil || len(results) != 3 || results[1].Invite.Status != client.Cancelled || results[2].Problem.Code != "not_found" {
		t.Errorf("cancel: got %+v, %v", results, err)
	}
	if found := listed(); !slices.Equal(found, ids[2:]) {
		t.Errorf("listed %q, want what is left: %q", found, ids[2:])
	}
}

func TestTheGoClientPutsBackTheSettingsItRead(t *testing.T) {
	ctx, in := t.Context(), client.New(api(t), bearer(t, "", "service")).InTenant(freshTenant(t))
	read, err := in.Settings(ctx)
	if err != nil {
		t.Fatal(err)
	}
	read.Name, read.Reminders = "Umbrella", true
	put, err := in.PutSettings(ctx, read)
	if err != nil || put.Name != "Umbrella" || !put.Reminders || put.ExpiresInHours != read.ExpiresInHours || put.ETag == read.ETag {
		t.Fatalf("got %+v, %v", put, err)
	}
	var refused *client.Problem
	if _, err := in.PutSettings(ctx, read); !errors.As(err, &refused) || refused.Status != 412 {
		t.Errorf("put of what has changed: got %v", err)
	}
	if _, err := client.New(api(t), bearer(t, "acme", "viewer")).Settings(ctx); !errors.As(err, &refused) || refused.Code != "forbidden" {
		t.Errorf("a viewer: got %v", err)
	}
}
