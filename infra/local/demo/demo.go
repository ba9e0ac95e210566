// Package demo is Tandem, a made-up product that uses the service: the pages a tenant's
// settings lead to, on an origin of its own. Its set-up page shows how a
// product's backend turns the code of an accepted invite into an account.
package demo

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"sync"
	"time"

	"invites/client"
)

//go:embed pages/*.html
var files embed.FS

var pages = template.Must(template.ParseFS(files, "pages/*.html"))

// Product is the demo product's backend.
type Product struct {
	// API is the service's origin, Session the backend's own sign-in for it.
	API     string
	Session *client.Credentials
	// Tenants are the names of its customers, Colors the colours of their logos, by id.
	Tenants, Colors map[string]string
	Log             *log.Logger

	mu       sync.Mutex
	accounts map[person]Account
}

type person struct{ tenant, email string }

// Account is what the product made of a redeemed code: one per tenant and address.
type Account struct {
	TenantID   string    `json:"tenant_id"`
	InviteID   string    `json:"invite_id"`
	Email      string    `json:"email"`
	Name       string    `json:"name"`
	Role       string    `json:"role"`
	AcceptedAt time.Time `json:"accepted_at"`
}

// errCodeOver says that the code was redeemed before or is too old.
var errCodeOver = errors.New("code used or expired")

// Handler serves /{tenant}/setup, /sign-in and /reset, and the tenants' logos. The rest of
// the product, its settings, is the console.
func (p *Product) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler(p.API+"/console/", http.StatusFound))
	mux.HandleFunc("GET /{tenant}/setup", p.tenant(p.setUp))
	mux.HandleFunc("GET /{tenant}/sign-in", p.tenant(p.page("sign-in.html")))
	mux.HandleFunc("GET /{tenant}/reset", p.tenant(p.page("reset.html")))
	mux.HandleFunc("GET /{tenant}/logo.svg", p.tenant(func(w http.ResponseWriter, r *http.Request, name string) {
		w.Header().Set("Content-Type", "image/svg+xml")
		_ = pages.ExecuteTemplate(w, "logo.html", map[string]string{"Letter": name[:1], "Color": cmp.Or(p.Colors[r.PathValue("tenant")], "#4c3fc4")})
	}))
	return mux
}

func (p *Product) tenant(next func(w http.ResponseWriter, r *http.Request, name string)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name, ok := p.Tenants[r.PathValue("tenant")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		next(w, r, name)
	}
}

func (p *Product) page(file string) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, r *http.Request, name string) {
		p.show(w, http.StatusOK, file, map[string]any{"Tenant": name, "ID": r.PathValue("tenant")})
	}
}

func (p *Product) setUp(w http.ResponseWriter, r *http.Request, name string) {
	tenant := r.PathValue("tenant")
	data := map[string]any{"Tenant": name, "ID": tenant}
	account, err := p.redeem(r.Context(), tenant, r.URL.Query().Get("code"))
	switch {
	case errors.Is(err, errCodeOver):
		p.show(w, http.StatusGone, "used.html", data)
		return
	case err != nil:
		p.Log.Printf("redeem: %v", err)
		p.show(w, http.StatusBadGateway, "later.html", data)
		return
	}
	p.mu.Lock()
	if p.accounts == nil {
		p.accounts = map[person]Account{}
	}
	who := person{account.TenantID, account.Email}
	_, had := p.accounts[who]
	p.accounts[who] = account
	p.mu.Unlock()
	data["Account"], data["Had"] = account, had
	p.show(w, http.StatusOK, "account.html", data)
}

// Account returns what the set-up page has made for somebody, or false.
func (p *Product) Account(tenant, email string) (Account, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	account, ok := p.accounts[person{tenant, email}]
	return account, ok
}

// redeem asks the service what a code stands for, once more where the backend's
// own token was refused.
func (p *Product) redeem(ctx context.Context, tenant, code string) (Account, error) {
	if code == "" {
		return Account{}, errCodeOver
	}
	body, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return Account{}, err
	}
	for attempt := 1; ; attempt++ {
		response, err := p.call(ctx, tenant, body)
		if err != nil {
			return Account{}, err
		}
		var account Account
		err = json.NewDecoder(http.MaxBytesReader(nil, response.Body, 64<<10)).Decode(&account)
		response.Body.Close()
		switch {
		case response.StatusCode == http.StatusUnauthorized && attempt == 1:
			p.Session.Forget()
			continue
		case response.StatusCode == http.StatusGone, response.StatusCode == http.StatusBadRequest:
			return Account{}, errCodeOver
		case response.StatusCode != http.StatusOK:
			return Account{}, fmt.Errorf("POST /v1/redeem answered %s", response.Status)
		case err != nil:
			return Account{}, fmt.Errorf("read the answer of /v1/redeem: %w", err)
		case account.TenantID != tenant:
			return Account{}, fmt.Errorf("the code is of tenant %q, not %q", account.TenantID, tenant)
		}
		return account, nil
	}
}

func (p *Product) call(ctx context.Context, tenant string, body []byte) (*http.Response, error) {
	bearer, err := p.Session.Token(ctx)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.API+"/v1/redeem", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+bearer)
	request.Header.Set("Invite-Tenant", tenant)
	request.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(request)
}

func (p *Product) show(w http.ResponseWriter, status int, page string, data any) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	// The header is out; a write fails only when the reader has left.
	_ = pages.ExecuteTemplate(w, page, data)
}
