// Package httpapi holds the HTTP handlers, as plain net/http. Each function that
// returns an http.Handler serves one Lambda; problem.go alone decides how an error
// becomes a response.
package httpapi

import (
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
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

// Create serves POST /v1/invites.
func (a Admin) Create() http.Handler {
	return handler(func(w http.ResponseWriter, r *http.Request) error {
		var email, name, role, locale, confirm *string
		c, err := a.open(r, "create", map[string]any{"email": &email, "name": &name, "role": &role, "locale": &locale, "confirm": &confirm})
		if err != nil {
			return err
		}
		if email == nil {
			return badRequest("/email", "Give the address to invite.")
		}
		inv, err := a.Service.Create(r.Context(), c.Request, invite.New{Email: *email, Name: orEmpty(name), Role: orEmpty(role), Locale: orEmpty(locale), Confirm: orEmpty(confirm)})
		if err != nil {
			return err
		}
		w.Header().Set("Location", "/v1/invites/"+string(inv.ID()))
		writeInvite(w, http.StatusCreated, inv, a.Now())
		return nil
	})
}

// Resend serves POST /v1/invites/{id}/resend.
func (a Admin) Resend() http.Handler {
	return handler(func(w http.ResponseWriter, r *http.Request) error {
		id := pathID(r)
		var confirm *string
		c, err := a.open(r, "resend "+id, map[string]any{"confirm": &confirm})
		if err != nil {
			return err
		}
		inv, err := a.Service.Resend(r.Context(), c.Request, id, c.ifMatch, orEmpty(confirm))
		if invite.KindOf(err) == invite.AlreadyAccepted {
			return a.withPasswordReset(r, c.Tenant, err)
		}
		if err != nil {
			return err
		}
		writeInvite(w, http.StatusOK, inv, a.Now())
		return nil
	})
}

// CancelAndRelease serves POST /v1/invites/{id}/cancel and …/release.
func (a Admin) CancelAndRelease() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/invites/{id}/cancel", a.end("cancel", func(c call, id string, r *http.Request) (*invite.Invite, error) {
		return a.Service.Cancel(r.Context(), c.Request, id, c.ifMatch)
	}))
	mux.Handle("POST /v1/invites/{id}/release", a.end("release", func(c call, id string, r *http.Request) (*invite.Invite, error) {
		return a.Service.Release(r.Context(), c.Request, id, c.ifMatch)
	}))
	mux.Handle("/", notFound)
	return mux
}

func (a Admin) end(name string, do func(call, string, *http.Request) (*invite.Invite, error)) http.Handler {
	return handler(func(w http.ResponseWriter, r *http.Request) error {
		id := pathID(r)
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

// ListAndGet serves GET /v1/invites and GET /v1/invites/{id}.
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
	mux.Handle("/", notFound)
	return mux
}

// Page sizes of a list: 100 rows of at most 1 KB are 25 read units.
const (
	defaultPageSize = 25
	maxPageSize     = 100
)

func (a Admin) list(w http.ResponseWriter, r *http.Request) error {
	p, err := a.principal(r, a.Auth.RequiredPermission)
	if err != nil {
		return err
	}
	q, err := listQuery(r.URL.RawQuery)
	if err != nil {
		return err
	}
	q.Tenant = p.Tenant
	page, err := a.Service.List(r.Context(), q)
	if err != nil {
		return err
	}
	now := a.Now()
	answer := struct {
		Invites       []Invite `json:"invites"`
		NextPageToken *string  `json:"next_page_token"`
	}{Invites: make([]Invite, 0, len(page.Invites))}
	for _, inv := range page.Invites {
		answer.Invites = append(answer.Invites, viewOf(inv, now))
	}
	if page.Next != "" {
		answer.NextPageToken = &page.Next
	}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

func listQuery(raw string) (invite.ListQuery, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return invite.ListQuery{}, badRequest("", "The query string cannot be read.")
	}
	q := invite.ListQuery{PageSize: defaultPageSize, Page: values.Get("page_token"), Prefix: strings.ToLower(strings.TrimSpace(values.Get("q")))}
	if len(q.Prefix) > 254 {
		return q, badRequest("/q", "Search for the beginning of an address, of at most 254 characters.")
	}
	if s := values.Get("status"); s != "" {
		q.Status = invite.Status(s)
		if !q.Status.Valid() {
			return q, badRequest("/status", "Choose pending, expired, accepted, cancelled or released.")
		}
	}
	if s := values.Get("page_size"); s != "" {
		if q.PageSize, err = strconv.Atoi(s); err != nil || q.PageSize < 1 || q.PageSize > maxPageSize {
			return q, badRequest("/page_size", "Choose 1 to 100.")
		}
	}
	return q, nil
}

// call is an admin request that was read whole.
type call struct {
	invite.Request
	ifMatch *invite.ETag
}

// open reads who calls, the headers and the body of an admin POST. name is the
// call with its target, the scope of an Idempotency-Key within the tenant.
func (a Admin) open(r *http.Request, name string, fields map[string]any) (call, error) {
	p, err := a.principal(r, a.Auth.RequiredPermission)
	if err != nil {
		return call{}, err
	}
	var person actor
	if err := readObject(r, person.in(p.Service, fields)); err != nil {
		return call{}, err
	}
	if p.Person, err = person.of(p.Person); err != nil {
		return call{}, err
	}
	op, err := operation(r, name, fields)
	if err != nil {
		return call{}, err
	}
	return call{
		Request: invite.Request{Tenant: p.Tenant, Actor: p.Person, Op: op},
		ifMatch: ifMatch(r.Header.Get("If-Match")),
	}, nil
}

// actor is the person that a service acts for, on_behalf_of in a body.
type actor struct{ name, email *string }

// in adds the field to those of a body where a service sends it; nobody else may.
func (a *actor) in(service bool, fields map[string]any) map[string]any {
	if service {
		fields["on_behalf_of"] = map[string]any{"name": &a.name, "email": &a.email}
	}
	return fields
}

// of returns the person as the service named it; the id stays the service's own.
func (a actor) of(p invite.Person) (invite.Person, error) {
	if a.name == nil && a.email == nil {
		return p, nil
	}
	p.Name, p.Email = orEmpty(a.name), orEmpty(a.email)
	if invite.CheckName(p.Name) != nil || len(p.Email) > 254 || strings.ContainsFunc(p.Email, isControl) {
		return p, badRequest("/on_behalf_of", "Name and email of a person have no control characters and at most 80 and 254 characters.")
	}
	return p, nil
}

// principal finds the caller and the tenant, and demands a permission. A service
// may do what an admin may, in the tenant it names.
func (a Admin) principal(r *http.Request, permission string) (auth.Principal, error) {
	p, err := a.Auth.Principal(r.Header.Get("Authorization"))
	if err != nil {
		return p, &invite.Error{Kind: unauthorized, Text: "Send a bearer token of this service's issuer.", Err: err}
	}
	named := r.Header.Get("Invite-Tenant")
	if p.Service {
		if p.Tenant, err = invite.ParseTenantID(named); err != nil {
			return p, badRequest("", "Name the tenant in the header Invite-Tenant.")
		}
		return p, nil
	}
	switch {
	case named != "":
		return p, badRequest("", "Only a service token may send the header Invite-Tenant.")
	case p.Tenant == "":
		return p, &invite.Error{Kind: forbidden, Text: "The token names no tenant."}
	case !p.Has(permission):
		return p, &invite.Error{Kind: forbidden, Text: "You lack the permission for this. Ask an administrator of your tenant."}
	}
	return p, nil
}

// withPasswordReset points a refused resend to the tenant's reset flow.
func (a Admin) withPasswordReset(r *http.Request, t invite.TenantID, refusal error) error {
	s, err := a.Settings.Settings(r.Context(), t)
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

// pathID takes the id out of /v1/invites/{id}/….
func pathID(r *http.Request) string {
	rest := strings.TrimPrefix(r.URL.Path, "/v1/invites/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}

func isControl(c rune) bool { return c < ' ' || c >= 0x7f && c < 0xa0 }

// ifMatch reads one entity tag, quoted or bare; nil for none and for "*". A tag
// that is not one of ours is kept as one that never matches.
func ifMatch(h string) *invite.ETag {
	h = strings.TrimSpace(h)
	if h == "" || h == "*" {
		return nil
	}
	never := &invite.ETag{}
	parts := strings.Split(strings.Trim(h, `"`), "-")
	if len(parts) != 3 {
		return never
	}
	seq, err1 := strconv.ParseUint(parts[1], 10, 64)
	ms, err2 := strconv.ParseInt(parts[2], 10, 64)
	if err1 != nil || err2 != nil {
		return never
	}
	return &invite.ETag{Status: invite.Status(parts[0]), Seq: seq, ExpiresAt: time.UnixMilli(ms).UTC()}
}

// operation reads the Idempotency-Key and what the body said, so that a repeated
// request is known. Without a key the request's own id marks its retries.
func operation(r *http.Request, name string, fields map[string]any) (op invite.Operation, err error) {
	keys := r.Header.Values("Idempotency-Key")
	scope := "request\x00" + requestID(r)
	if len(keys) > 0 {
		key := keys[0]
		if len(keys) > 1 || len(key) < 1 || len(key) > 255 || strings.ContainsFunc(key, func(c rune) bool { return c <= ' ' || c > '~' }) {
			return op, badRequest("", "An Idempotency-Key is 1 to 255 visible ASCII characters.")
		}
		op.Keyed = true
		scope = "key\x00" + name + "\x00" + key
	}
	sum := sha256.Sum256([]byte(scope))
	copy(op.ID[:], sum[:])
	said, err := json.Marshal(fields) // maps are written in the order of their keys
	if err != nil {
		return op, err
	}
	sum = sha256.Sum256(said)
	copy(op.Body[:], sum[:])
	return op, nil
}
