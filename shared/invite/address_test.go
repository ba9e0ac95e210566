package invite_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"invites/shared/idn"
	"invites/shared/invite"
)

// addresses says what becomes of what people type; "" for what cannot be mailed.
// It leaves out whether a domain exists, which only a mail can tell.
var addresses = []struct{ typed, want string }{
	{"ana@example.com", "ana@example.com"},
	{"  ana@example.com\n", "ana@example.com"},
	{"Ana.Ortiz@Example.COM", "ana.ortiz@example.com"},
	{"ana+invites@example.com", "ana+invites@example.com"},
	{"a.n.a@example.com", "a.n.a@example.com"},
	{"ana@example.com.", "ana@example.com"},
	{"o'brien@example.com", "o'brien@example.com"},
	{"!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"},
	{"ana@bücher.example", "ana@xn--bcher-kva.example"},
	{"ana@BÜCHER.example", "ana@xn--bcher-kva.example"},
	{"ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"},
	{"ana@example。com", "ana@example.com"},
	{"ana@\u212aelvin.example", "ana@kelvin.example"},
	{"ana@a-b.example", "ana@a-b.example"},
	{"ana@123.example", "ana@123.example"},
	{strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com"},

	{"", ""},
	{" ", ""},
	{"ana", ""},
	{"@example.com", ""},
	{"ana@", ""},
	{"ana@@example.com", ""},
	{"ana@bo@example.com", ""},
	{"ana@example", ""},
	{"ana@.example.com", ""},
	{"ana@example..com", ""},
	{"ana@-a.example", ""},
	{"ana@a-.example", ""},
	{"ana@a_b.example", ""},
	{"ana@1.2.3.4", ""},
	{"ana@[1.2.3.4]", ""},
	{".ana@example.com", ""},
	{"ana.@example.com", ""},
	{"a..na@example.com", ""},
	{`"ana"@example.com`, ""},
	{`"a b"@example.com`, ""},
	{"a b@example.com", ""},
	{"ana@exam ple.com", ""},
	{"Ana <ana@example.com>", ""},
	{"ana@example.com,bo@example.com", ""},
	{"ana@example.com;bo@example.com", ""},
	{"mailto:ana@example.com", ""},
	{"ana(work)@example.com", ""},
	{"ana@example.com\r\nBcc: bo@example.com", ""},
	{"ana\x00@example.com", ""},
	{"ana@example.com\u0085x", ""},
	{"ana@exam\u200bple.example\u202e", ""},
	{"\u212aana@example.com", ""},
	{"änna@example.com", ""},
	{"ana\xff@example.com", ""},
	{"ana@exam\xffple.com", ""},
	{"ana@exa\uff20mple.com", ""},
	{strings.Repeat("a", 65) + "@example.com", ""},
	{"ana@" + strings.Repeat("a", 64) + ".example", ""},
	{"ana@" + strings.Repeat("a.", 126) + "example", ""},
	{strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 60)+".", 3) + "example", ""},
	{strings.Repeat(" a", 10_000), ""},
}

func TestParseAddress(t *testing.T) {
	for _, a := range addresses {
		got, err := invite.ParseAddress(a.typed, idn.ToASCII)
		if string(got) != a.want || (err != nil) != (a.want == "") {
			t.Errorf("%q: got %q, %v, want %q", a.typed, got, err, a.want)
		}
		var refusal *invite.Error
		if err != nil && (!errors.As(err, &refusal) || refusal.Kind != invite.AddressUnmailable || refusal.Field != "/email" || refusal.Text == "") {
			t.Errorf("%q: got %#v, want a refusal of /email that says what to mend", a.typed, err)
		}
	}
}

// FuzzParseAddress holds what every address that is taken must be, because it goes
// into keys, mail headers and envelopes.
func FuzzParseAddress(f *testing.F) {
	for _, a := range addresses {
		f.Add(a.typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		a, err := invite.ParseAddress(typed, idn.ToASCII)
		if err != nil {
			if invite.KindOf(err) != invite.AddressUnmailable || a != "" {
				t.Fatalf("got %q, %v", a, err)
			}
			return
		}
		s := string(a)
		if len(s) > 254 || strings.Count(s, "@") != 1 || !utf8.ValidString(typed) {
			t.Errorf("%q was taken as %q", typed, s)
		}
		for _, c := range []byte(s) {
			if c <= ' ' || c >= 0x7f || c >= 'A' && c <= 'Z' || strings.IndexByte(`,;:<>"()[]\`, c) >= 0 {
				t.Errorf("%q was taken with %q", typed, c)
			}
		}
		if again, err := invite.ParseAddress(s, idn.ToASCII); err != nil || again != a {
			t.Errorf("%q became %q, which becomes %q (%v)", typed, s, again, err)
		}
		if a.Domain() == "" || !strings.HasSuffix(s, "@"+a.Domain()) {
			t.Errorf("domain %q of %q", a.Domain(), s)
		}
	})
}

func TestABeginningIsComparedAsAddressesAre(t *testing.T) {
	for _, c := range []struct {
		typed   string
		address string // as it was invited
		begins  bool
	}{
		{"", "ana@example.com", true},
		{"  Ana ", "ana@example.com", true},
		{"ANA@EXA", "ana@example.com", true},
		{"ana@example.com", "ANA@Example.com", true},
		{"ana+t", "ana+tag@example.com", true},
		{"ana.", "ana.b@example.com", true},
		{"na", "ana@example.com", false},
		{"ana@example.com.x", "ana@example.com", false},
		{"anà", "ana@example.com", false},
		{"\u212Aim", "kim@example.com", false}, // the sign of kelvin is no k in a local part
		{"ana@münchen.example", "ana@MÜNCHEN.example", true},
		{"Ana@MÜNCHEN.exa", "ana@münchen.example", true},
		{"ana@mu\u0308nchen.", "ana@münchen.example", true}, // as some keyboards write it
		{"ana@münchen", "ana@münchen.example", true},
		{"ana@xn--mn", "ana@münchen.example", true},
		{"ana@ｅｘａ", "ana@example.com", true}, // full width
		{"ana@shop.mün", "ana@shop.münchen.example", false},
		{"ana@münchen.example", "ana@munchen.example", false},
		{"ana@mün-", "ana@münchen.example", false},
		{"ana@b@münchen", "ana@münchen.example", false},
		{"@münchen.example", "ana@münchen.example", false},
	} {
		a, err := invite.ParseAddress(c.address, idn.ToASCII)
		if err != nil {
			t.Fatal(err)
		}
		prefix := invite.AddressPrefix(c.typed, idn.ToASCII)
		if got := strings.HasPrefix(string(a), prefix); got != c.begins {
			t.Errorf("%q of %q: got %t by %q of %q", c.typed, c.address, got, prefix, a)
		}
		if again := invite.AddressPrefix(prefix, idn.ToASCII); again != prefix {
			t.Errorf("%q: %q and again %q", c.typed, prefix, again)
		}
	}
}
