package demo

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"invites/client"
)

// product returns a demo product between an issuer that hands out one token per
// sign-in and a service that answers redeems with answer.
func product(t *testing.T, answer func(bearer, code string) (int, any)) http.Handler {
	t.Helper()
	return newProduct(t, answer).Handler()
}

func newProduct(t *testing.T, answer func(bearer, code string) (int, any)) *Product {
	t.Helper()
	signIns := 0
	issuer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		signIns++
		_ = json.NewEncoder(w).Encode(map[string]any{
			"access_token": strings.Repeat("t", signIns), "token_type": "Bearer", "expires_in": 3600,
		})
	}))
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Code string }
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || r.Header.Get("Invite-Tenant") != "acme" {
			t.Errorf("asked to redeem %+v for %q: %v", asked, r.Header.Get("Invite-Tenant"), err)
		}
		status, body := answer(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "), asked.Code)
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}))
	t.Cleanup(issuer.Close)
	t.Cleanup(service.Close)
	return &Product{
		API: service.URL, Session: &client.Credentials{TokenURL: issuer.URL, ID: "backend", Secret: "secret"},
		Tenants: map[string]string{"acme": "Acme"}, Log: log.New(io.Discard, "", 0),
	}
}

func open(handler http.Handler, path string) (int, string) {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	return w.Code, w.Body.String()
}

func facts(tenant string) Account {
	return Account{TenantID: tenant, InviteID: "inv_1", Email: "bob@example.com", Name: "<Bob>", Role: "member"}
}

func TestACodeMakesAnAccountOnce(t *testing.T) {
	used := map[string]bool{}
	handler := product(t, func(_, code string) (int, any) {
		if used[code] {
			return http.StatusGone, map[string]string{"code": "code_used_or_expired"}
		}
		used[code] = true
		return http.StatusOK, facts("acme")
	})
	status, page := open(handler, "/acme/setup?invite=inv_1&code=c")
	if status != http.StatusOK || !strings.Contains(page, "bob@example.com") || !strings.Contains(page, "&lt;Bob&gt;") {
		t.Errorf("first: got %d %s", status, page)
	}
	status, page = open(handler, "/acme/setup?invite=inv_1&code=c")
	if status != http.StatusGone || !strings.Contains(page, "used already") || strings.Contains(page, "bob@example.com") {
		t.Errorf("again: got %d %s", status, page)
	}
}

func TestTheProductKnowsTheAccountsItMade(t *testing.T) {
	p := newProduct(t, func(string, string) (int, any) { return http.StatusOK, facts("acme") })
	if _, ok := p.Account("acme", "bob@example.com"); ok {
		t.Error("there is an account before the set-up")
	}
	open(p.Handler(), "/acme/setup?code=c")
	if got, ok := p.Account("acme", "bob@example.com"); !ok || got != facts("acme") {
		t.Errorf("got %+v, %t", got, ok)
	}
	if _, ok := p.Account("globex", "bob@example.com"); ok {
		t.Error("another tenant has it too")
	}
}

func TestALogoIsInTheTenantsColour(t *testing.T) {
	p := &Product{Tenants: map[string]string{"acme": "Acme", "globex": "Globex"}, Colors: map[string]string{"acme": "#1f5fbf"}}
	for path, want := range map[string][]string{"/acme/logo.svg": {">A<", `fill="#1f5fbf"`}, "/globex/logo.svg": {">G<", `fill="#4c3fc4"`}} {
		status, logo := open(p.Handler(), path)
		for _, part := range want {
			if status != http.StatusOK || !strings.Contains(logo, part) {
				t.Errorf("%s: %q is missing in %d %s", path, part, status, logo)
			}
		}
	}
}

func TestAnInviteIDAloneProvesNothing(t *testing.T) {
	handler := product(t, func(string, string) (int, any) {
		t.Error("the service was asked")
		return http.StatusOK, facts("acme")
	})
	if status, _ := open(handler, "/acme/setup?invite=inv_1"); status != http.StatusGone {
		t.Errorf("got %d, want 410", status)
	}
}

func TestATokenThatEndedIsReplacedOnce(t *testing.T) {
	asked := 0
	handler := product(t, func(bearer, _ string) (int, any) {
		asked++
		if bearer == "t" {
			return http.StatusUnauthorized, map[string]string{}
		}
		return http.StatusOK, facts("acme")
	})
	if status, _ := open(handler, "/acme/setup?code=c"); status != http.StatusOK || asked != 2 {
		t.Errorf("got %d after %d calls, want 200 after 2", status, asked)
	}
}

func TestWhatIsNotUnderstoodMakesNoAccount(t *testing.T) {
	for name, answer := range map[string]func(string, string) (int, any){
		"the service is down":      func(string, string) (int, any) { return http.StatusServiceUnavailable, nil },
		"always unauthorized":      func(string, string) (int, any) { return http.StatusUnauthorized, nil },
		"the facts of a stranger":  func(string, string) (int, any) { return http.StatusOK, facts("globex") },
		"an answer without facts":  func(string, string) (int, any) { return http.StatusOK, []string{} },
		"a permission that is off": func(string, string) (int, any) { return http.StatusForbidden, nil },
	} {
		t.Run(name, func(t *testing.T) {
			status, page := open(product(t, answer), "/acme/setup?code=c")
			if status != http.StatusBadGateway || strings.Contains(page, "bob@example.com") {
				t.Errorf("got %d %s", status, page)
			}
		})
	}
}

func TestTheProductsRootLeadsToItsSettings(t *testing.T) {
	p := newProduct(t, func(string, string) (int, any) { return 200, nil })
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if got := w.Header().Get("Location"); w.Code != http.StatusFound || got != p.API+"/console/" {
		t.Errorf("got %d to %q", w.Code, got)
	}
	if status, _ := open(p.Handler(), "/nobody"); status != http.StatusNotFound {
		t.Errorf("a page that is not there: got %d", status)
	}
}
