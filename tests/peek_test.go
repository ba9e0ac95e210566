package tests

import (
	"encoding/json"
	"errors"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func peek(t testing.TB, tok string) answer {
	t.Helper()
	return do(t, request{method: "POST", path: "/v1/peek", body: object("token", tok)})
}

// peeked decodes what a peek tells.
func peeked(t testing.TB, tok string) (told map[string]any) {
	t.Helper()
	a := peek(t, tok)
	if err := json.Unmarshal([]byte(a.body), &told); err != nil || a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	return told
}

func TestAPeekTellsAProductsOwnPageWhatOursShows(t *testing.T) {
	i := create(t, "acme", address(t))
	path := newest(t, i.Email, 1)
	tok := strings.TrimPrefix(path, "/i/")
	settled(t, "acme", i.ID)
	before := record(t, i.ID)
	told := peeked(t, tok)
	tenant, _ := told["tenant"].(map[string]any)
	by, _ := told["invited_by"].(map[string]any)
	if told["status"] != "live" || tenant["id"] != "acme" || tenant["name"] != "Acme" || told["email"] != i.Email || told["role"] != "member" ||
		told["expires_at"] != i.ExpiresAt.Format("2006-01-02T15:04:05.000Z") || by["email"] != i.InvitedBy.Email {
		t.Errorf("got %v", told)
	}
	page := opens(t, path, 200).body
	for _, said := range []any{tenant["name"], tenant["logo_url"], by["name"], by["email"], told["role"], told["email"], tenant["support_email"]} {
		if text, ok := said.(string); ok && !strings.Contains(page, text) {
			t.Errorf("our page does not show %q", text)
		}
	}
	for range 3 {
		if again := peeked(t, strings.ToUpper(tok)); !reflect.DeepEqual(again, told) {
			t.Errorf("got %v, want the same again", again)
		}
	}
	if after := record(t, i.ID); after != before {
		t.Errorf("peeking changed the record from %s to %s", before, after)
	}

	press(t, path, 303)
	told = peeked(t, tok)
	if told["status"] != "accepted" || told["email"] != i.Email || told["can_set_up"] != true ||
		!strings.Contains(told["sign_in_url"].(string), "/sign-in") || !strings.Contains(told["password_reset_url"].(string), "/reset") {
		t.Errorf("got %v", told)
	}
	on(t, "acme", i.ID, "release").invite(t, 200)
	peek(t, tok).refused(t, 410, "invite_expired")
}

func TestADeadLinkIsRefusedByPeekAsByAccept(t *testing.T) {
	first := ""
	for cause, path := range deadLinks(t) {
		for _, call := range []string{"/v1/peek", "/v1/accept"} {
			a := do(t, request{method: "POST", path: call, body: object("token", strings.TrimPrefix(path, "/i/"))})
			a.refused(t, 410, "invite_expired")
			said := strings.ReplaceAll(a.body, a.problem(t).RequestID, "")
			if first == "" {
				first = said
			}
			if said != first || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s of a link that is %s: got %s, want %s", call, cause, said, first)
			}
		}
	}
	for body, status := range map[string]int{`{}`: 400, `{"token":7}`: 400, `{"token":"x","y":1}`: 400, `{"token":"` + strings.Repeat("x", 8<<10) + `"}`: 413} {
		if a := do(t, request{method: "POST", path: "/v1/peek", body: body}); a.status != status {
			t.Errorf("%.20s: got %d, want %d", body, a.status, status)
		}
	}
}

func TestPeekIsForTheBrowsersThatMayAccept(t *testing.T) {
	for _, path := range []string{"/v1/peek", "/v1/accept"} {
		for origin, allowed := range map[string]bool{api(t): true, "https://evil.example": false} {
			a := do(t, request{method: "OPTIONS", path: path, header: map[string]string{
				"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type",
			}})
			if got := a.header.Get("Access-Control-Allow-Origin") == origin; got != allowed {
				t.Errorf("%s from %s: allowed is %v", path, origin, got)
			}
		}
	}
}

func TestAMailLeadsToTheProductsOwnAcceptPage(t *testing.T) {
	var own struct {
		SetupURL  string `json:"setup_url"`
		AcceptURL string `json:"accept_url"`
	}
	a := do(t, request{method: "GET", path: "/v1/settings", as: token(t, "globex", "admin")})
	if err := json.Unmarshal([]byte(a.body), &own); err != nil || own.AcceptURL != "" {
		t.Fatalf("the demo tenants have no accept page: got %s", a.body)
	}
	at, err := url.Parse(own.SetupURL)
	if err != nil {
		t.Fatal(err)
	}
	product := at.Scheme + "://" + at.Host
	for _, refused := range []string{"https://evil.example/join", product + "/#/join", "join", product + `/join?a="`} {
		withSettings(t, "globex", map[string]any{"accept_url": refused}, 422, nil)
	}
	withSettings(t, "globex", map[string]any{"accept_url": product + "/join?from=mail"}, 200, func() {
		// The sender may remember the settings before for ten seconds.
		var i invite
		var tok string
		within(t, func() error {
			i = create(t, "globex", address(t))
			e := mails(t, i.Email, 1)[0]
			var ok bool
			_, tok, ok = strings.Cut(e.Text, product+"/join?from=mail#token=")
			if !ok {
				return errors.New("the mail does not lead to the accept page")
			}
			tok = strings.Fields(tok)[0]
			if !strings.Contains(e.HTML, product+"/join?from=mail#token="+tok) || strings.Contains(e.Text+e.HTML, "/i/") {
				t.Errorf("the parts of the mail lead elsewhere")
			}
			return nil
		})
		opens(t, "/i/"+tok, 200)
		if told := peeked(t, tok); told["status"] != "live" || told["email"] != i.Email {
			t.Errorf("got %v", told)
		}
		link := product + "/join?from=mail#token=" + tok
		told := do(t, request{method: "POST", path: "/v1/explain", as: token(t, "globex", "admin"), body: object("link", link)})
		if !strings.Contains(told.body, `"live"`) {
			t.Errorf("explained as %s", told.body)
		}
		if a := do(t, request{method: "POST", path: "/v1/accept", body: object("token", tok)}); a.status != 200 {
			t.Errorf("got %d %s", a.status, a.body)
		}
		if told := peeked(t, tok); told["status"] != "accepted" {
			t.Errorf("got %v", told)
		}
		press(t, "/i/"+tok, 303)
	})
	// Nor may the tests after this one meet what it remembers.
	within(t, func() error {
		if e := mails(t, create(t, "globex", address(t)).Email, 1)[0]; !strings.Contains(e.Text, "/i/") {
			return errors.New("the mail still leads to the accept page")
		}
		return nil
	})
}
