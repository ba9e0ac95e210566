package gateway

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"invites/infra/local/bridge"
)

// behind returns a gateway before an API that answers with answer.
func behind(t *testing.T, answer http.HandlerFunc) http.Handler {
	t.Helper()
	api := httptest.NewServer(answer)
	t.Cleanup(api.Close)
	page := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) })
	}
	handler, err := New(Options{
		Endpoint: api.URL, APIHost: "id.execute-api.localhost:1", Mailbox: page("mailbox"), Console: page("console"), Docs: page("docs"), DNS: page("dns"),
		CORS: &bridge.CORS{
			AllowOrigins: []string{"https://console.example"}, AllowMethods: []string{"GET", "POST"},
			AllowHeaders: []string{"Authorization"}, ExposeHeaders: []string{"ETag"}, MaxAge: 60,
		},
		Log: log.New(io.Discard, "", 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func ask(handler http.Handler, method, target, origin string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Result()
}

func TestTheAPIIsReachedUnderItsOwnHostWithPathAndAnswerUntouched(t *testing.T) {
	for _, path := range []string{"/v1/invites?status=pending&q=%2B", "/i/abc", "/o/abc", "/i/a%2Fb", "/i//x"} {
		handler := behind(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Host != "id.execute-api.localhost:1" || r.RequestURI != path {
				t.Errorf("the API saw %q at %q, want %q", r.RequestURI, r.Host, path)
			}
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusGone)
		})
		response := ask(handler, "HEAD", path, "")
		if response.StatusCode != http.StatusGone || response.Header.Get("Retry-After") != "3" {
			t.Errorf("%s: got %s %v", path, response.Status, response.Header)
		}
	}
}

func TestOtherPathsAreTheLocalStacksOwn(t *testing.T) {
	handler := behind(t, func(http.ResponseWriter, *http.Request) { t.Error("the API was asked") })
	for path, want := range map[string]string{"/mailbox/": "mailbox", "/console/": "console", "/docs/": "docs", "/dns/": "dns"} {
		body, _ := io.ReadAll(ask(handler, "GET", path, "").Body)
		if string(body) != want {
			t.Errorf("%s: got %q, want %q", path, body, want)
		}
	}
	if root := ask(handler, "GET", "/", ""); root.Header.Get("Location") != "/console/" {
		t.Errorf("/: got %s to %q", root.Status, root.Header.Get("Location"))
	}
}

func TestCrossOriginHeadersAreThoseOfAWS(t *testing.T) {
	handler := behind(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			t.Error("a preflight reached the API")
		}
		w.Header().Set("Vary", "Accept-Language")
		w.Header().Set("Access-Control-Allow-Origin", "of the function's own")
		w.WriteHeader(http.StatusUnauthorized)
	})
	for name, c := range map[string]struct {
		method, origin string
		status         int
		allowed        string
	}{
		"the authorizer's 401 too":               {"GET", "https://console.example", 401, "https://console.example"},
		"a strange origin gets none":             {"GET", "https://evil.example", 401, ""},
		"no origin gets none":                    {"GET", "", 401, ""},
		"a preflight is answered":                {"OPTIONS", "https://console.example", 204, "https://console.example"},
		"a strange preflight is answered, empty": {"OPTIONS", "https://evil.example", 204, ""},
	} {
		t.Run(name, func(t *testing.T) {
			response := ask(handler, c.method, "/v1/invites", c.origin)
			if response.StatusCode != c.status || response.Header.Get("Access-Control-Allow-Origin") != c.allowed {
				t.Errorf("got %s %v", response.Status, response.Header)
			}
			if c.allowed != "" && !strings.Contains(strings.Join(response.Header.Values("Vary"), " "), "Origin") {
				t.Errorf("Vary: got %q", response.Header.Values("Vary"))
			}
			if preflight := c.method == "OPTIONS" && c.allowed != ""; preflight != (response.Header.Get("Access-Control-Max-Age") == "60") {
				t.Errorf("Access-Control-Max-Age: got %q", response.Header.Get("Access-Control-Max-Age"))
			}
		})
	}
}
