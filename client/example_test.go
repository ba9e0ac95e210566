package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"invites/client"
)

// An admin's address is invited, or its invite resent where there is one.
func Example() {
	api := httptest.NewServer(http.HandlerFunc(service)) // https://api.example.com
	defer api.Close()
	ctx := context.Background()

	invites := client.New(api.URL, func(context.Context) (string, error) { return "an ID token", nil })
	made, err := invites.Create(ctx, client.NewInvite{Email: "ana@example.com", Role: "member"})
	var refused *client.Problem
	if errors.As(err, &refused) && refused.Code == "already_pending" {
		made, err = invites.Resend(ctx, refused.InviteID, client.Resend{})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(made.Email, made.Status, made.SendCount)

	for i, err := range invites.All(ctx, client.Query{}) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(i.Email, "expires", i.ExpiresAt.Format("2 January"))
	}
	// Output:
	// ana@example.com pending 2
	// ana@example.com expires 1 December
}

// service stands for the invite service, with one invite in it.
func service(w http.ResponseWriter, r *http.Request) {
	const ana = `{"id": "inv_1", "email": "ana@example.com", "status": "pending", "send_count": 2, "expires_at": "2026-12-01T10:00:00Z"}`
	switch r.Method + " " + r.URL.Path {
	case "POST /v1/invites":
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"code": "already_pending", "invite_id": "inv_1", "detail": "ana@example.com is invited already. Resend that invite."}`)
	case "POST /v1/invites/inv_1/resend":
		fmt.Fprint(w, ana)
	default:
		fmt.Fprint(w, `{"invites": [`+ana+`], "next_page_token": null}`)
	}
}
