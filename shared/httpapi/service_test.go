package httpapi

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"invites/shared/auth"
	"invites/shared/invite"
	"invites/shared/invite/invitetest"
	"invites/shared/zone"
)

// desk is the whole API on a model.
type desk struct {
	t     *testing.T
	model *invitetest.Model
	txt   map[string][]string
	serve http.Handler
	calls int
}

var claims = auth.Config{TenantClaim: "tenant", PermissionsClaim: "groups", InviterNameClaim: "name", InviterEmailClaim: "email",
	RequiredPermission: "users:admin", SettingsPermission: "settings:admin", ServicePermission: "invites:service", ServiceClients: []string{"backend"}}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, model: invitetest.NewModel(invitetest.Defaults), txt: map[string][]string{}}
	now := func() time.Time { return invitetest.Base.Add(time.Duration(d.calls) * time.Minute) }
	wait := func(context.Context, time.Duration) error { return nil }
	admin := Admin{Auth: claims, Settings: d.model, Now: now, Service: &invite.Service{
		Store: d.model, Settings: d.model, Standing: d.model, Retention: invitetest.Retention, Now: now, Wait: wait,
		ToASCII: func(s string) (string, error) { return s, nil },
		Random:  func(b []byte) { b[0] = byte(d.calls) },
	}}
	settings := SettingsAPI{Admin: admin,
		Limits: invite.Limits{PlatformSender: "invites@platform.example", AllowedHosts: []string{"app.acme.example"}, ToASCII: admin.Service.ToASCII, KnownZone: zone.Known},
		Keeper: &invite.SettingsKeeper{Store: d.model, Deployment: "test", TXT: d, Identities: d, Now: now, Wait: wait,
			Report: func(_ context.Context, err error) { t.Error(err) }},
	}
	mux := http.NewServeMux()
	mux.Handle("/v1/settings", settings.Handler())
	mux.Handle("POST /v1/invites", admin.Create())
	mux.Handle("POST /v1/invites/{id}/resend", admin.Resend())
	mux.Handle("POST /v1/invites/{id}/{end}", admin.CancelAndRelease())
	mux.Handle("GET /v1/invites", admin.ListAndGet())
	mux.Handle("GET /v1/invites/{id}", admin.ListAndGet())
	mux.Handle("/", Invitee{Admin: admin}.Handler())
	d.serve = mux
	return d
}

func (d *desk) TXT(_ context.Context, name string) ([]string, error) { return d.txt[name], nil }

func (d *desk) Find(context.Context, []string) (invite.SenderIdentity, error) {
	return invite.SenderIdentity{}, nil
}

func (d *desk) Make(_ context.Context, domain string) ([]invite.DNSRecord, error) {
	return []invite.DNSRecord{{Type: "CNAME", Name: "k._domainkey." + domain, Value: "k.dkim.amazonses.com"}}, nil
}

// The callers of these tests.
var (
	acmeAdmin   = map[string]any{"sub": "u-1", "name": "Ada", "email": "ada@acme.example", "tenant": "acme", "groups": []string{"users:admin", "settings:admin"}}
	globexAdmin = map[string]any{"sub": "u-2", "tenant": "globex", "groups": []string{"users:admin", "settings:admin"}}
	acmeViewer  = map[string]any{"sub": "u-3", "tenant": "acme"}
	backend     = map[string]any{"sub": "client-1", "client_id": "backend", "scope": "invites:service"}
)

// ask sends a request; pairs are headers.
func (d *desk) ask(method, path string, who map[string]any, body string, pairs ...string) (int, map[string]any) {
	d.t.Helper()
	d.calls++
	payload, err := json.Marshal(who)
	if err != nil {
		d.t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer e30."+base64.RawURLEncoding.EncodeToString(payload)+".c2ln")
	r.Header.Set("X-Request-Id", path+string(rune('a'+d.calls)))
	for n := 0; n < len(pairs); n += 2 {
		r.Header.Set(pairs[n], pairs[n+1])
	}
	w := httptest.NewRecorder()
	d.serve.ServeHTTP(w, r)
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		d.t.Fatalf("%s %s: %d %q: %v", method, path, w.Code, w.Body, err)
	}
	return w.Code, answer
}

func TestOnlyAServiceNamesTenantAndPerson(t *testing.T) {
	d := newDesk(t)
	status, made := d.ask("POST", "/v1/invites", backend, `{"email":"ana@example.com","on_behalf_of":{"name":"Zoë","email":"zoe@acme.example"}}`, "Invite-Tenant", "acme")
	if by, _ := made["invited_by"].(map[string]any); status != 201 || by["id"] != "client-1" || by["name"] != "Zoë" || by["email"] != "zoe@acme.example" {
		t.Fatalf("got %d %v", status, made)
	}
	id, _ := made["id"].(string)
	if status, got := d.ask("GET", "/v1/invites/"+id, acmeAdmin, ""); status != 200 || got["email"] != "ana@example.com" {
		t.Errorf("in its tenant: got %d %v", status, got)
	}
	if status, _ := d.ask("GET", "/v1/invites/"+id, globexAdmin, ""); status != 404 {
		t.Errorf("in another tenant: got %d", status)
	}
	const person = `"on_behalf_of":{"name":"A"}`
	for _, c := range []struct {
		name, method, path string
		who                map[string]any
		body, tenant       string
		status             int
		pointer            string
	}{
		{"a service without a tenant", "POST", "/v1/invites", backend, `{"email":"b@example.com"}`, "", 400, ""},
		{"a service with a tenant that is none", "GET", "/v1/invites", backend, "", "a b", 400, ""},
		{"an admin with the header", "GET", "/v1/invites", acmeAdmin, "", "acme", 400, ""},
		{"an admin with the header of another tenant", "GET", "/v1/invites/" + id, acmeAdmin, "", "globex", 400, ""},
		{"an admin with the header and settings", "GET", "/v1/settings", acmeAdmin, "", "acme", 400, ""},
		{"an admin with the header and a code", "POST", "/v1/redeem", acmeAdmin, `{"code":"x"}`, "acme", 400, ""},
		{"somebody without a permission, with the header", "POST", "/v1/invites", acmeViewer, `{}`, "acme", 400, ""},
		{"an admin for somebody", "POST", "/v1/invites", acmeAdmin, `{"email":"b@example.com",` + person + `}`, "", 400, "/on_behalf_of"},
		{"an admin who resends for somebody", "POST", "/v1/invites/" + id + "/resend", acmeAdmin, `{` + person + `}`, "", 400, "/on_behalf_of"},
		{"an admin who cancels for somebody", "POST", "/v1/invites/" + id + "/cancel", acmeAdmin, `{` + person + `}`, "", 400, "/on_behalf_of"},
		{"an admin who releases for somebody", "POST", "/v1/invites/" + id + "/release", acmeAdmin, `{` + person + `}`, "", 400, "/on_behalf_of"},
		{"an admin who redeems for somebody", "POST", "/v1/redeem", acmeAdmin, `{"code":"x",` + person + `}`, "", 400, "/on_behalf_of"},
		{"an admin who puts settings for somebody", "PUT", "/v1/settings", acmeAdmin, `{"name":"Acme",` + person + `}`, "", 400, "/on_behalf_of"},
		{"a person with a header in the name", "POST", "/v1/invites", backend, `{"email":"b@example.com","on_behalf_of":{"name":"A\r\nBcc: x"}}`, "acme", 400, "/on_behalf_of"},
		{"a person with a header, in settings", "PUT", "/v1/settings", backend, `{"name":"Acme","on_behalf_of":{"email":"a\n"}}`, "acme", 400, "/on_behalf_of"},
		{"a person who is a text", "POST", "/v1/invites", backend, `{"email":"b@example.com","on_behalf_of":"A"}`, "acme", 400, "/on_behalf_of"},
		{"a person with an id", "POST", "/v1/invites", backend, `{"email":"b@example.com","on_behalf_of":{"id":"u-1"}}`, "acme", 400, "/on_behalf_of/id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := []string{}
			if c.tenant != "" {
				headers = []string{"Invite-Tenant", c.tenant}
			}
			status, got := d.ask(c.method, c.path, c.who, c.body, headers...)
			if status != c.status || got["code"] != "bad_request" {
				t.Fatalf("got %d %v, want %d", status, got, c.status)
			}
			if fields, _ := got["errors"].([]any); c.pointer != "" && (len(fields) != 1 || fields[0].(map[string]any)["pointer"] != c.pointer) {
				t.Errorf("got %v, want a pointer to %s", fields, c.pointer)
			}
		})
	}
	for _, body := range []string{`{"email":"c@example.com","on_behalf_of":null}`, `{"email":"d@example.com"}`} {
		status, got := d.ask("POST", "/v1/invites", backend, body, "Invite-Tenant", "acme")
		if by, _ := got["invited_by"].(map[string]any); status != 201 || by["id"] != "client-1" || by["name"] != "" {
			t.Errorf("%s: got %d %v", body, status, got)
		}
	}
	if status, got := d.ask("PUT", "/v1/settings", backend, `{"name":"Acme",`+person+`}`, "Invite-Tenant", "acme"); status != 200 {
		t.Errorf("settings by a service for somebody: got %d %v", status, got)
	}
	if status, got := d.ask("POST", "/v1/redeem", backend, `{"code":"x",`+person+`}`); status != 410 {
		t.Errorf("a code that is none, by a service for somebody: got %d %v", status, got)
	}
}

// A scope is given to any user whose client asks for it, so it opens nothing by itself; and
// what the refusal does not say, the log does, without a word about the person.
func TestAScopeMakesNobodyAService(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewJSONHandler(&log, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	d := newDesk(t)
	user := func(more map[string]any) map[string]any {
		claims := map[string]any{"sub": "u-9", "name": "Mallory", "email": "mallory@evil.example", "azp": "console", "scope": "openid invites:service"}
		maps.Copy(claims, more)
		return claims
	}
	const notAService = `is not a service's: its client \"console\" (azp) is not in the parameter ServiceClients`
	for _, c := range []struct {
		name, method, path, body, header string
		who                              map[string]any
		status                           int
		detail                           string // of the answer
		logged                           string
	}{
		{"lists", "GET", "/v1/invites", "", "", user(nil), 403, "no tenant", notAService},
		{"lists a tenant named by the header", "GET", "/v1/invites", "", "acme", user(nil), 400, "Only a service token", notAService},
		{"invites", "POST", "/v1/invites", `{"email":"x@example.com"}`, "", user(map[string]any{"tenant": "acme"}), 403, "lack the permission", notAService},
		{"puts settings", "PUT", "/v1/settings", `{"name":"Booking.com"}`, "", user(map[string]any{"tenant": "acme"}), 403, "lack the permission", notAService},
		{"redeems", "POST", "/v1/redeem", `{"code":"x"}`, "", user(nil), 403, "no tenant", notAService},
		{"redeems with the permission among the groups", "POST", "/v1/redeem", `{"code":"x"}`, "", map[string]any{"sub": "u-9", "groups": []string{"invites:service"}}, 403, "no tenant", "it has none of the claims client_id, azp, cid"},
		{"names several tenants", "GET", "/v1/invites", "", "", user(map[string]any{"tenant": []string{"acme", "globex"}, "groups": []string{"users:admin"}}), 403, "more than one tenant", `the claim \"tenant\" names no tenant: several tenants`},
	} {
		t.Run(c.name, func(t *testing.T) {
			log.Reset()
			var headers []string
			if c.header != "" {
				headers = []string{"Invite-Tenant", c.header}
			}
			status, got := d.ask(c.method, c.path, c.who, c.body, headers...)
			if detail, _ := got["detail"].(string); status != c.status || !strings.Contains(detail, c.detail) {
				t.Errorf("got %d %v, want %d %q", status, got, c.status, c.detail)
			}
			if said := log.String(); !strings.Contains(said, c.logged) {
				t.Errorf("logged %q, want %q", said, c.logged)
			} else if strings.Contains(said, "allory") || strings.Contains(said, "u-9") || strings.Contains(said, "globex") {
				t.Errorf("the log holds something about the person: %q", said)
			}
		})
	}
	status, got := d.ask("POST", "/v1/invites", user(map[string]any{"tenant": []string{"acme"}, "groups": []string{"users:admin"}}), `{"email":"x@example.com"}`)
	if by, _ := got["invited_by"].(map[string]any); status != 201 || by["id"] != "u-9" {
		t.Errorf("an admin whose token has the scope too: got %d %v, want an admin's invite", status, got)
	}
}
