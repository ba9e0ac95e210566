package invite_test

import (
	"slices"
	"strings"
	"testing"

	"invites/shared/idn"
	"invites/shared/invite"
	"invites/shared/zone"
)

var limits = invite.Limits{PlatformSender: "noreply@invites.example", AllowedHosts: []string{"app.acme.example", "localhost:8080"}, ToASCII: idn.ToASCII, KnownZone: zone.Known}

func goodSettings() invite.Settings {
	return invite.Settings{Name: " Acme ", Sender: "NoReply@Acme.example", ExpiresIn: invite.MinWindow, AcceptURL: "https://app.acme.example/join?x=%22y%22", SetupURL: "https://app.acme.example/welcome?x=1",
		SignInURL: "http://localhost:8080/in", SupportEmail: "help@acme.example", TimeZone: "Europe/Berlin", Roles: []string{"viewer"}, Locale: "de-CH", BrandColor: "#A0b1C2"}
}

func TestGoodSettingsAreNormalised(t *testing.T) {
	s, bad := limits.Check(goodSettings())
	if len(bad) > 0 || s.Name != "Acme" || s.Sender != "noreply@acme.example" {
		t.Errorf("got %+v, %v", s, bad)
	}
	s = goodSettings()
	s.TimeZone, s.Roles, s.Sender = "", nil, limits.PlatformSender
	s, bad = limits.Check(s)
	if len(bad) > 0 || s.TimeZone != "UTC" || !slices.Equal(s.Roles, invite.DefaultRoles) || s.Sender != "" {
		t.Errorf("got %+v, %v", s, bad)
	}
}

func TestAddressesOfSettingsAreReadAsThoseOfInvites(t *testing.T) {
	for typed, want := range map[string]string{
		"“Help@Acme.example”": "help@acme.example",
		"help＠acme.example":   "help@acme.example",
		"help@STRAẞE.example": "help@xn--strae-oqa.example",
		"":                    "",
	} {
		s := goodSettings()
		s.Sender, s.SupportEmail = typed, typed
		if got, bad := limits.Check(s); len(bad) > 0 || got.Sender != want || got.SupportEmail != want {
			t.Errorf("%q: got %q, %q, %v, want %q", typed, got.Sender, got.SupportEmail, bad, want)
		}
	}
	s := goodSettings()
	s.Sender, s.SupportEmail = "-help@acme.example", "help@acme.example™"
	_, bad := limits.Check(s)
	want := []invite.FieldError{
		{Field: "/sender", Text: "The address has - at its start. If you mean help@acme.example, give just that."},
		{Field: "/support_email", Text: "The address has ™ at its end. If you mean help@acme.example, give just that."},
	}
	if !slices.Equal(bad, want) {
		t.Errorf("got %q, want %q", bad, want)
	}
}

func TestEverySettingThatCannotStayIsReported(t *testing.T) {
	for _, c := range []struct {
		field  string
		change func(*invite.Settings)
	}{
		{"/name", func(s *invite.Settings) { s.Name = " " }},
		{"/name", func(s *invite.Settings) { s.Name = strings.Repeat("a", invite.MaxName+1) }},
		{"/name", func(s *invite.Settings) { s.Name = "Acme\r\nBcc: x" }},
		{"/name", func(s *invite.Settings) { s.Name = "Acme\xff" }},
		{"/sender", func(s *invite.Settings) { s.Sender = "Acme <noreply@acme.example>" }},
		{"/support_email", func(s *invite.Settings) { s.SupportEmail = "help" }},
		{"/expires_in_hours", func(s *invite.Settings) { s.ExpiresIn = invite.MinWindow - 1 }},
		{"/expires_in_hours", func(s *invite.Settings) { s.ExpiresIn = invite.MaxWindow + 1 }},
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "https://evil.example/" }},
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "http://app.acme.example/" }},
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "https://app.acme.example/#/join" }},
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "https://app.acme.example/\njoin" }},
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "https://app.acme.example/" + strings.Repeat("ü", 100) }}, // %C3%BC
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "https://app.acme.example/join?a=\"b" }},
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "https://app.acme.example/join?a b" }},
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "https://app.acme.example/join?a=ü" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://evil.example/" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "http://app.acme.example/" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example@evil.example/" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/#x" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/" + strings.Repeat("a", 500) }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/#" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/?a=b c" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/?a=ü" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/?a='b'" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/?a=\"b\"" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/?a=<b>" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/?invite" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/?a=1&code=2" }},
		{"/setup_url", func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/?a=1;c%6Fde=2" }},
		{"/accept_url", func(s *invite.Settings) { s.AcceptURL = "https://app.acme.example/?a=%zz" }},
		{"/sign_in_url", func(s *invite.Settings) { s.SignInURL = "https://app.acme.example/in?a='b'" }},
		{"/logo_url", func(s *invite.Settings) { s.LogoURL = "https://app.acme.example/logo?a=ü" }},
		{"/sign_in_url", func(s *invite.Settings) { s.SignInURL = "javascript:alert(1)" }},
		{"/sign_in_url", func(s *invite.Settings) { s.SignInURL = "//app.acme.example/" }},
		{"/password_reset_url", func(s *invite.Settings) { s.PasswordResetURL = "https://app.acme.example:444/" }},
		{"/logo_url", func(s *invite.Settings) { s.LogoURL = "://" }},
		{"/time_zone", func(s *invite.Settings) { s.TimeZone = "Local" }},
		{"/time_zone", func(s *invite.Settings) { s.TimeZone = "Mars/Olympus" }},
		{"/time_zone", func(s *invite.Settings) { s.TimeZone = "Factory" }},
		{"/time_zone", func(s *invite.Settings) { s.TimeZone = "posix/Europe/Berlin" }},
		{"/time_zone", func(s *invite.Settings) { s.TimeZone = "right/Europe/Berlin" }},
		{"/time_zone", func(s *invite.Settings) { s.TimeZone = "europe/berlin" }},
		{"/time_zone", func(s *invite.Settings) { s.TimeZone = " Europe/Berlin" }},
		{"/time_zone", func(s *invite.Settings) { s.TimeZone = "../UTC" }},
		{"/roles", func(s *invite.Settings) { s.Roles = []string{} }},
		{"/roles", func(s *invite.Settings) { s.Roles = []string{"a", "a"} }},
		{"/roles", func(s *invite.Settings) { s.Roles = []string{" a"} }},
		{"/roles", func(s *invite.Settings) { s.Roles = []string{strings.Repeat("a", invite.MaxRole+1)} }},
		{"/roles", func(s *invite.Settings) { s.Roles = strings.Split(strings.Repeat("ab,", 21), ",") }},
		{"/locale", func(s *invite.Settings) { s.Locale = "german" }},
		{"/locale", func(s *invite.Settings) { s.Locale = "de__DE" }},
		{"/locale", func(s *invite.Settings) { s.Locale = "de_DE.UTF-8" }},
		{"/brand_color", func(s *invite.Settings) { s.BrandColor = "red" }},
	} {
		s := goodSettings()
		c.change(&s)
		if _, bad := limits.Check(s); len(bad) != 1 || bad[0].Field != c.field || bad[0].Text == "" {
			t.Errorf("%+v: got %v, want %s", s, bad, c.field)
		}
	}
}

func TestALocaleBecomesALanguageTag(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "de": "de", "de-CH": "de-CH", "de_DE": "de-DE", "pt_BR": "pt-BR", "zh_Hant_TW": "zh-Hant-TW",
		"es-419": "es-419", "de-u-co-phonebk": "de-u-co-phonebk",
	} {
		s := goodSettings()
		s.Locale = in
		if s, bad := limits.Check(s); len(bad) > 0 || s.Locale != want {
			t.Errorf("%q: got %q, %v, want %q", in, s.Locale, bad, want)
		}
	}
}

func TestStoredSettingsThatNoLongerHoldAreWarnedOf(t *testing.T) {
	s, _ := limits.Check(goodSettings())
	if got := limits.Warnings(s); len(got) > 0 {
		t.Errorf("good ones: %v", got)
	}
	s.TimeZone, s.SetupURL = "US/Pacific-New", "https://gone.example/welcome" // a zone that the IANA took away in 2020
	got := limits.Warnings(s)
	if len(got) != 2 || got[0].Field != "/setup_url" || got[1].Field != "/time_zone" || !strings.Contains(got[1].Text, "UTC") {
		t.Errorf("got %v", got)
	}
}

func TestALinkLeadsToThePageOfTheTenantsChoice(t *testing.T) {
	token := invite.MintToken([]byte("key"), invite.KeyOf("acme", "ana@example.com"), 1, 1, invite.Nonce{})
	for _, c := range []struct{ page, want string }{
		{"", "https://links.example/i/{token}"},
		{"https://app.acme.example", "https://app.acme.example#token={token}"},
		{"https://app.acme.example/join", "https://app.acme.example/join#token={token}"},
		{"https://app.acme.example/join?from=mail&x=%20", "https://app.acme.example/join?from=mail&x=%20#token={token}"},
		{"https://app.acme.example/a b/ü", "https://app.acme.example/a%20b/%C3%BC#token={token}"},
		{"https://app.acme.example/a%2Fb/ü/c^d", "https://app.acme.example/a%2Fb/%C3%BC/c%5Ed#token={token}"},
		{"https://app.acme.example/join?", "https://app.acme.example/join?#token={token}"},
		{"https://app.acme.example/join#", "https://app.acme.example/join#token={token}"},
	} {
		got := invite.Settings{AcceptURL: c.page}.LinkOf("https://links.example", token)
		if want := strings.ReplaceAll(c.want, "{token}", token.Reveal()); got != want {
			t.Errorf("%q: got %s, want %s", c.page, got, want)
		}
	}
}
