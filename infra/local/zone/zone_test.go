package zone

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"invites/shared/dns/dnstest"
)

func TestRecordsAreSetListedAndRemoved(t *testing.T) {
	z := &dnstest.Zone{}
	handler := Handler(z)
	do := func(method, path, body string, status int) string {
		t.Helper()
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
		if w.Code != status {
			t.Errorf("%s %s: got %d %s, want %d", method, path, w.Code, w.Body, status)
		}
		return w.Body.String()
	}
	do(http.MethodPut, "/dns/TXT/_invites.acme.example", "invites-domain=x\n", 204)
	do(http.MethodPut, "/dns/txt/_Invites.Acme.example.", "second", 204)
	do(http.MethodPut, "/dns/MX/acme.example", "10 mail", 400)
	do(http.MethodPut, "/dns/TXT/acme.example", "", 400)
	do(http.MethodPut, "/dns/TXT/acme.example", strings.Repeat("x", longest+1), 400)
	want := `{"records":[{"type":"TXT","name":"_invites.acme.example","value":"invites-domain=x"},{"type":"TXT","name":"_invites.acme.example","value":"second"}]}`
	if got := strings.TrimSpace(do(http.MethodGet, "/dns/", "", 200)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	do(http.MethodDelete, "/dns/TXT/_invites.acme.example", "", 204)
	if got := strings.TrimSpace(do(http.MethodGet, "/dns/", "", 200)); got != `{"records":[]}` {
		t.Errorf("got %s, want none", got)
	}
}
