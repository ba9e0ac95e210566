package httpapi

import (
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
	"invites/shared/page"
)

// post sends a body and returns all that the answer tells.
func (d *door) post(t *testing.T, path, body string) (status int, told, text string) {
	t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("X-Request-Id", "r-1")
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	all, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, fmt.Sprint(w.Code, w.Header(), string(all)), string(all)
}

func tokenBody(token string) string { return `{"token":"` + token + `"}` }

func (d *door) settings(t *testing.T, change func(*invite.Settings)) {
	t.Helper()
	old, err := d.Settings(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	to := old
	change(&to)
	if _, err := d.PutSettings(t.Context(), "acme", old, to); err != nil {
		t.Fatal(err)
	}
}

func TestAPeekTellsWhatOurPageShows(t *testing.T) {
	d := newDoor(t)
	before := d.stored(t)
	expires := before.ExpiresAt.Format("2006-01-02T15:04:05.000Z")
	for _, c := range []struct {
		name   string
		change func(*invite.Settings)
		want   string
	}{
		{"settings are the operator's", func(*invite.Settings) {},
			`{"status":"live","tenant":{"id":"acme","name":"acme","logo_url":null,"brand_color":null,"support_email":null,"time_zone":"UTC"},` +
				`"invited_by":{"name":null,"email":null},"email":"ana@example.com","role":"member","locale":"en","expires_at":"` + expires + `"}`},
		{"the tenant's own", func(s *invite.Settings) {
			s.Name, s.LogoURL, s.BrandColor, s.SupportEmail, s.TimeZone = "Acme", "https://app.acme.example/logo.svg", "#0a7d55", "help@acme.example", "Europe/Berlin"
		}, `{"status":"live","tenant":{"id":"acme","name":"Acme","logo_url":"https://app.acme.example/logo.svg","brand_color":"#0a7d55","support_email":"help@acme.example","time_zone":"Europe/Berlin"},` +
			`"invited_by":{"name":null,"email":null},"email":"ana@example.com","role":"member","locale":"en","expires_at":"` + expires + `"}`},
		{"a name that is not safe", func(s *invite.Settings) { s.Name = "Win at evil.example" },
			`{"status":"live","tenant":{"id":"acme","name":null,"logo_url":"https://app.acme.example/logo.svg","brand_color":"#0a7d55","support_email":"help@acme.example","time_zone":"Europe/Berlin"},` +
				`"invited_by":{"name":null,"email":null},"email":"ana@example.com","role":"member","locale":"en","expires_at":"` + expires + `"}`},
		{"a zone that the data does not know", func(s *invite.Settings) { s.TimeZone = "posix/Europe/Berlin" },
			`{"status":"live","tenant":{"id":"acme","name":null,"logo_url":"https://app.acme.example/logo.svg","brand_color":"#0a7d55","support_email":"help@acme.example","time_zone":"UTC"},` +
				`"invited_by":{"name":null,"email":null},"email":"ana@example.com","role":"member","locale":"en","expires_at":"` + expires + `"}`},
	} {
		d.settings(t, c.change)
		d.reads = 0
		status, told, got := d.post(t, "/v1/peek", tokenBody(d.live))
		if status != 200 || strings.TrimSpace(got) != c.want || !strings.Contains(told, "no-store") || d.reads != 1 {
			t.Errorf("%s: got %s with %d reads, want %s", c.name, told, d.reads, c.want)
		}
	}
	if status, _, _ := d.post(t, "/v1/peek", tokenBody(strings.ToUpper(d.live))); status != 200 {
		t.Errorf("in capitals: got %d", status)
	}
	if diff := invitetest.Difference(d.stored(t), before); d.writes != 0 || diff != "" {
		t.Errorf("%d writes: %s", d.writes, diff)
	}
}

func TestAPeekOfAnAcceptedLinkTellsTheWaysOn(t *testing.T) {
	d := newDoor(t)
	d.settings(t, func(s *invite.Settings) { s.Name = "Acme" })
	if status, told, _ := d.post(t, "/v1/accept", tokenBody(d.live)); status != 200 {
		t.Fatal(told)
	}
	d.writes = 0
	const tenant = `{"id":"acme","name":"Acme","logo_url":null,"brand_color":null,"support_email":null,"time_zone":"UTC"}`
	for want, change := range map[string]func(*invite.Settings){
		`{"status":"accepted","tenant":` + tenant + `,"email":"ana@example.com","locale":"en","can_set_up":false,"sign_in_url":null,"password_reset_url":null}`: func(*invite.Settings) {},
		`{"status":"accepted","tenant":` + tenant + `,"email":"ana@example.com","locale":"en","can_set_up":true,"sign_in_url":"https://app.acme.example/in","password_reset_url":"https://app.acme.example/reset"}`: func(s *invite.Settings) {
			s.SetupURL, s.SignInURL, s.PasswordResetURL = "https://app.acme.example/welcome", "https://app.acme.example/in", "https://app.acme.example/reset"
		},
	} {
		own, err := d.Settings(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		own.SetupURL, own.SignInURL, own.PasswordResetURL = "", "", ""
		change(&own)
		d.settings(t, func(s *invite.Settings) { version := s.Version; *s = own; s.Version = version })
		if status, told, got := d.post(t, "/v1/peek", tokenBody(d.live)); status != 200 || strings.TrimSpace(got) != want {
			t.Errorf("got %s, want %s", told, want)
		}
	}
	if _, told, _ := d.post(t, "/v1/peek", tokenBody(d.old)); !strings.HasPrefix(told, "410") {
		t.Errorf("the superseded link of an accepted invite: got %s", told)
	}
	if d.writes != 0 {
		t.Errorf("%d writes", d.writes)
	}
}

func TestADeadLinkIsRefusedAlikeByPeekAndAccept(t *testing.T) {
	for _, body := range []string{
		tokenBody(strings.Repeat("0", invite.TokenLength)), tokenBody("x"), tokenBody(""), tokenBody("\\u0000"),
		"", "{}", `{"token":null}`, `{"token":7}`, `{"token":"x","more":1}`, `{"Token":"x"}`, "[]", "x", "{\"token\":\"\xff\"}",
		tokenBody(strings.Repeat("x", MaxBody)),
	} {
		d := newDoor(t)
		_, want, _ := d.post(t, "/v1/accept", body)
		if _, got, _ := d.post(t, "/v1/peek", body); got != want || strings.HasPrefix(got, "2") {
			t.Errorf("%.40q: got %s, want %s", body, got, want)
		}
	}
	told := map[string]string{}
	for why, end := range map[string]func(*door) string{
		"superseded": func(d *door) string { return d.old },
		"expired":    func(d *door) string { d.now = d.stored(t).ExpiresAt; return d.live },
		"gone":       func(d *door) string { d.now = d.stored(t).ExpiresAt.Add(invitetest.Retention.Expired); return d.live },
		"cancelled": func(d *door) string {
			inv := d.stored(t)
			c := invite.Change{Key: inv.Key, Gen: inv.Gen, Op: invitetest.Op(d.now), Now: d.now, Retention: invitetest.Retention}
			if _, err := d.Cancel(t.Context(), c); err != nil {
				t.Fatal(err)
			}
			return d.live
		},
		"forged": func(d *door) string { return strings.Repeat("0", invite.TokenLength) },
	} {
		d := newDoor(t)
		token := end(d)
		status, peeked, _ := d.post(t, "/v1/peek", tokenBody(token))
		_, accepted, _ := d.post(t, "/v1/accept", tokenBody(token))
		if status != 410 || peeked != accepted || !strings.Contains(peeked, `"invite_expired"`) {
			t.Errorf("%s: got %s, want %s", why, peeked, accepted)
		}
		told[peeked] = why
	}
	if len(told) != 1 {
		t.Errorf("dead links are told apart: %v", told)
	}
}

func TestAPeekSaysWhenItCannotKnow(t *testing.T) {
	d := newDoor(t)
	service := &invite.Service{Store: d.counted, Retention: invitetest.Retention, Now: func() time.Time { return d.now }}
	down := settingsOf(func() (invite.Settings, error) {
		return invite.Settings{}, &invite.Error{Kind: invite.Unavailable, Err: errors.New("down")}
	})
	d.Handler = Invitee{Admin: Admin{Service: service, Settings: down}, Pages: page.New(nil)}.Handler()
	if status, told, _ := d.post(t, "/v1/peek", tokenBody(d.live)); status != 503 || !strings.Contains(told, "Retry-After") {
		t.Errorf("got %s", told)
	}
	if status, _ := d.knock(t, "GET", "/v1/peek"); status != 404 {
		t.Errorf("GET: got %d", status)
	}
}
