package invite_test

import (
	"net/url"
	"strings"
	"testing"

	"invites/shared/invite"
)

func TestAnAcceptLeadsToTheSetUpPageWithItsQueryAsItIs(t *testing.T) {
	key := invite.KeyOf("acme", "ana@example.com")
	id, code := invite.IDOf(key, 1), invite.NewCode(key, [32]byte{})
	for _, c := range []struct{ setup, want string }{
		{"", ""},
		{"https://app.acme.example", "https://app.acme.example?"},
		{"https://app.acme.example/welcome", "https://app.acme.example/welcome?"},
		{"https://app.acme.example/welcome?", "https://app.acme.example/welcome?"},
		{"https://app.acme.example/welcome?b=1&a=2&b=3", "https://app.acme.example/welcome?b=1&a=2&b=3&"},
		{"https://app.acme.example/welcome?a=1;b=2", "https://app.acme.example/welcome?a=1;b=2&"},
		{"https://app.acme.example/welcome?%zz&%&a=%e9%C3%a9", "https://app.acme.example/welcome?%zz&%&a=%e9%C3%a9&"},
		{"https://app.acme.example/welcome?a&&b=&=c&", "https://app.acme.example/welcome?a&&b=&=c&"},
		{"https://app.acme.example/welcome?a=b+c%20d%2B&u=https://x.example/?y=z", "https://app.acme.example/welcome?a=b+c%20d%2B&u=https://x.example/?y=z&"},
		{"https://app.acme.example/a%2Fb?f[]=(1)*!$,:@/{x}|\\^`~", "https://app.acme.example/a%2Fb?f[]=(1)*!$,:@/{x}|\\^`~&"},
		{"https://app.acme.example/welcome?invites=1&Code=2&discode=3&%63ode_x=4", "https://app.acme.example/welcome?invites=1&Code=2&discode=3&%63ode_x=4&"},

		// Refused today, and still right for tenants that have them.
		{"https://app.acme.example/welcome?code=x&a=1;b=2&invite=y&invite", "https://app.acme.example/welcome?a=1;b=2&"},
		{"https://app.acme.example/welcome?c%6Fde=x", "https://app.acme.example/welcome?"},
		{"https://app.acme.example/welcome?a='b'", "https://app.acme.example/welcome?a='b'&"},
		{"https://app.acme.example/w ü?a=ü \"<>", "https://app.acme.example/w%20%C3%BC?a=%C3%BC%20%22%3C%3E&"},
		{"https://app.acme.example/welcome?a=1#", "https://app.acme.example/welcome?a=1&"},

		// The operator's default is not checked.
		{"https://app.acme.example/?a=1;b#/set-up?c=ü", "https://app.acme.example/?a=1;b&#/set-up?c=%C3%BC"},
	} {
		want, fragment, _ := strings.Cut(c.want, "#")
		if want != "" {
			want += "invite=" + string(id) + "&code=" + code.Reveal()
		}
		if fragment != "" {
			want += "#" + fragment
		}
		got := invite.Settings{SetupURL: c.setup}.NextOf(id, code)
		if got != want {
			t.Errorf("%q: got %s, want %s", c.setup, got, want)
		}
		u, err := url.Parse(got)
		if q := u.Query(); err != nil || got != "" && (strings.Join(q["invite"], " ") != string(id) || strings.Join(q["code"], " ") != code.Reveal()) {
			t.Errorf("%q: a backend reads %v, %v", c.setup, q, err)
		}
	}
}

// What stays as it is when it is followed is taken as it is.
func TestWhatAQueryMayHold(t *testing.T) {
	for _, query := range []string{"?", "?a=1;b=2", "?%zz", "?b&a&b", "?a=%27%20+", "?f[]=(1)*!$,:@/?{x}|\\^`~", "?Code=1&codes=2"} {
		s := goodSettings()
		s.SetupURL = "https://app.acme.example/welcome" + query
		s.SignInURL, s.PasswordResetURL, s.LogoURL = s.SetupURL, s.SetupURL, s.SetupURL
		got, bad := limits.Check(s)
		if len(bad) > 0 || got.SetupURL != s.SetupURL || got.SignInURL != s.SetupURL || got.PasswordResetURL != s.SetupURL || got.LogoURL != s.SetupURL {
			t.Errorf("%s: got %+v, %v", query, got, bad)
		}
	}
}
