package activate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"invites/client"
)

// kept is Users in memory.
type kept struct {
	made []client.Redeemed
	err  error
}

func (k *kept) Take(context.Context, Event) error { return nil }
func (k *kept) Create(_ context.Context, r client.Redeemed) error {
	k.made = append(k.made, r)
	return k.err
}

// page is a set-up page before a service that redeems "good" and knows no other code.
func page(t *testing.T, k *kept) (http.Handler, *bytes.Buffer, *int) {
	calls := 0
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.Header.Get("Authorization") != "Bearer service" || r.URL.Path != "/v1/redeem":
			w.WriteHeader(http.StatusUnauthorized)
		case strings.Contains(string(body), `"good"`):
			_, _ = io.WriteString(w, `{"tenant_id":"acme","invite_id":"inv_1","email":"Ana@example.com","name":"Ana <3","role":"member","accepted_at":"2026-11-24T10:20:30Z"}`)
		case strings.Contains(string(body), `"broken"`):
			w.WriteHeader(http.StatusInternalServerError)
		case strings.Contains(string(body), `"cut"`):
			w.WriteHeader(http.StatusGone)
			_, _ = io.WriteString(w, `{"code":"link_incomplete"}`)
		default:
			w.WriteHeader(http.StatusGone)
			_, _ = io.WriteString(w, `{"code":"code_used_or_expired"}`)
		}
	}))
	t.Cleanup(service.Close)
	var said bytes.Buffer
	invites := client.New(service.URL, func(context.Context) (string, error) { return "service", nil })
	return SetUp{Invites: invites, Users: k, Log: log.New(&said, "", 0)}, &said, &calls
}

func press(h http.Handler, code string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/setup?invite=inv_9", strings.NewReader(url.Values{"code": {code}, "email": {"eve@example.com"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestOpeningTheSetUpPageChangesNothing(t *testing.T) {
	k := &kept{}
	h, _, calls := page(t, k)
	for _, method := range []string{"GET", "HEAD"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, `/setup?code=go"od`, nil))
		if w.Code != 200 || !strings.Contains(w.Body.String(), `value="go&#34;od"`) {
			t.Errorf("%s: got %d %s", method, w.Code, w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: the code may leave the page: %v", method, w.Header())
		}
	}
	if *calls > 0 || len(k.made) > 0 {
		t.Errorf("%d codes were redeemed, %d accounts made", *calls, len(k.made))
	}
}

func TestTheAccountIsMadeOfTheCodeAlone(t *testing.T) {
	k := &kept{}
	h, _, _ := page(t, k)
	if w := press(h, "good"); w.Code != 200 || !strings.Contains(w.Body.String(), "Ana &lt;3") {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if len(k.made) != 1 || k.made[0].InviteID != "inv_1" || k.made[0].Email != "ana@example.com" || k.made[0].TenantID != "acme" {
		t.Errorf("made %+v", k.made)
	}
}

func TestWhatDoesNotWorkSaysWhereToGo(t *testing.T) {
	lost := errors.New("the table is down")
	for name, c := range map[string]struct {
		code   string
		err    error
		status int
		made   int
	}{
		"a used code":              {"old", nil, 410, 0},
		"a code that was cut":      {"cut", nil, 410, 0},
		"no code":                  {"", nil, 410, 0},
		"a service that fails":     {"broken", nil, 503, 0},
		"an account that is not":   {"good", lost, 503, 1},
		"a body that has no limit": {strings.Repeat("x", 8<<10), nil, 410, 0},
	} {
		t.Run(name, func(t *testing.T) {
			k := &kept{err: c.err}
			h, said, _ := page(t, k)
			w := press(h, c.code)
			if w.Code != c.status || !strings.Contains(w.Body.String(), "link in your invite mail") || len(k.made) != c.made {
				t.Errorf("got %d %s, made %+v", w.Code, w.Body, k.made)
			}
			if (said.Len() > 0) != (c.status == 503) {
				t.Errorf("logged %q", said)
			}
		})
	}
	h, _, _ := page(t, &kept{})
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("PUT", "/setup", nil))
	if w.Code != 405 {
		t.Errorf("PUT: got %d", w.Code)
	}
}
