// Package httpapi holds the HTTP handlers, as plain net/http. Each function that
// returns an http.Handler serves one Lambda; problem.go alone decides how an error
// becomes a response.
package httpapi

import (
	"context"
	"net/http"
	"time"

	"invites/shared/auth"
	"invites/shared/invite"
)

// Admin serves the calls of the hosted console.
type Admin struct {
	Service  *invite.Service
	Settings invite.SettingsReader
	Auth     auth.Config
	Now      func() time.Time
}

// handler answers a request or returns why not.
type handler func(w http.ResponseWriter, r *http.Request) error

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		writeProblem(w, r, err)
	}
}

// Create serves POST /v1/invites and POST /v1/invites/batch.
func (a Admin) Create() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/invites", handler(a.create))
	mux.Handle("POST /v1/invites/batch", handler(a.createMany))
	mux.Handle("/", notFound)
	return mux
}

func (a Admin) create(w http.ResponseWriter, r *http.Request) error {
	fields, read := newInvite()
	c, err := a.open(r, "create", fields)
	if err != nil {
		return err
	}
	n, err := read()
	if err != nil {
		return err
	}
	inv, err := a.Service.Create(r.Context(), c.Request, n)
	if err != nil {
		return err
	}
	w.Header().Set("Location", "/v1/invites/"+string(inv.ID()))
	writeInvite(w, http.StatusCreated, inv, a.Now())
	return nil
}

// newInvite returns the fields of an invite to make, and what they say once they are read.
func newInvite() (fields map[string]any, read func() (invite.New, error)) {
	var email, name, role, locale, confirm *string
	fields = map[string]any{"email": &email, "name": &name, "role": &role, "locale": &locale, "confirm": &confirm}
	return fields, func() (invite.New, error) {
		if email == nil {
			return invite.New{}, badRequest("/email", "Give the address to invite.")
		}
		return invite.New{Email: *email, Name: orEmpty(name), Role: orEmpty(role), Locale: orEmpty(locale), Confirm: orEmpty(confirm)}, nil
	}
}

// Resend serves POST /v1/invites/{id}/resend and POST /v1/invites/resend.
func (a Admin) Resend() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/invites/{id}/resend", handler(a.resend))
	mux.Handle("POST /v1/invites/resend", handler(a.resendMany))
	mux.Handle("/", notFound)
	return mux
}

func (a Admin) resend(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	var confirm *string
	c, err := a.open(r, "resend "+id, map[string]any{"confirm": &confirm})
	if err != nil {
		return err
	}
	inv, err := a.resendOne(r.Context(), c.Request, id, c.ifMatch, orEmpty(confirm))
	if err != nil {
		return err
	}
	writeInvite(w, http.StatusOK, inv, a.Now())
	return nil
}

func (a Admin) resendOne(ctx context.Context, r invite.Request, id string, ifMatch *invite.ETag, confirm string) (*invite.Invite, error) {
	inv, err := a.Service.Resend(ctx, r, id, ifMatch, confirm)
	if invite.KindOf(err) == invite.AlreadyAccepted {
		err = a.withPasswordReset(ctx, r.Tenant, err)
	}
	return inv, err
}

// CancelAndRelease serves POST /v1/invites/{id}/cancel and …/release, and POST
// /v1/invites/cancel.
func (a Admin) CancelAndRelease() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/invites/{id}/cancel", a.end("cancel", func(c call, id string, r *http.Request) (*invite.Invite, error) {
		return a.Service.Cancel(r.Context(), c.Request, id, c.ifMatch)
	}))
	mux.Handle("POST /v1/invites/cancel", handler(a.cancelMany))
	mux.Handle("POST /v1/invites/{id}/release", a.end("release", func(c call, id string, r *http.Request) (*invite.Invite, error) {
		return a.Service.Release(r.Context(), c.Request, id, c.ifMatch)
	}))
	mux.Handle("/", notFound)
	return mux
}

func (a Admin) end(name string, do func(call, string, *http.Request) (*invite.Invite, error)) http.Handler {
	return handler(func(w http.ResponseWriter, r *http.Request) error {
		id := r.PathValue("id")
		c, err := a.open(r, name+" "+id, map[string]any{})
		if err != nil {
			return err
		}
		inv, err := do(c, id, r)
		if err != nil {
			return err
		}
		writeInvite(w, http.StatusOK, inv, a.Now())
		return nil
	})
}

// ListAndGet serves what changes nothing: GET /v1/invites, GET /v1/invites/{id} and
// POST /v1/explain.
func (a Admin) ListAndGet() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /v1/invites", handler(a.list))
	mux.Handle("GET /v1/invites/{id}", handler(func(w http.ResponseWriter, r *http.Request) error {
		p, err := a.principal(r, a.Auth.RequiredPermission)
		if err != nil {
			return err
		}
		inv, err := a.Service.Get(r.Context(), p.Tenant, r.PathValue("id"))
		if err != nil {
			return err
		}
		writeInvite(w, http.StatusOK, inv, a.Now())
		return nil
	}))
	mux.Handle("POST /v1/explain", handler(a.explain))
	mux.Handle("/", notFound)
	return mux
}

// explain tells an admin why a link opens what it opens. Whatever is not a link of the
// tenant's gets one and the same answer.
func (a Admin) explain(w http.ResponseWriter, r *http.Request) error {
	var link *string
	c, err := a.open(r, "explain", map[string]any{"link": &link})
	if err != nil {
		return err
	}
	if link == nil {
		return badRequest("/link", "Give the link, or its token.")
	}
	e, err := a.Service.Explain(r.Context(), c.Tenant, *link)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, explanationOf(e))
	return nil
}

// withPasswordReset points a refused resend to the tenant's reset flow.
func (a Admin) withPasswordReset(ctx context.Context, t invite.TenantID, refusal error) error {
	s, err := a.Settings.Settings(ctx, t)
	if err != nil {
		return refusal // the pointer is a help, the refusal is the answer
	}
	return &withURL{refusal, s.PasswordResetURL}
}

// withURL adds password_reset_url to a problem.
type withURL struct {
	error
	url string
}

func (e *withURL) Unwrap() error { return e.error }

var notFound = handler(func(http.ResponseWriter, *http.Request) error {
	return &invite.Error{Kind: noSuchResource, Text: "There is nothing at this address. See docs/openapi.yaml for what there is."}
})
