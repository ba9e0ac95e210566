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
