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
	{"ana@r3---sn.example", "ana@r3---sn.example"},
	{"ana@company.unknownending", "ana@company.unknownending"},
	{"ana@xn--mgba.unknownending", "ana@xn--mgba.unknownending"},

	// What is certainly no part of the address is dropped.
	{"“ana@example.com”", "ana@example.com"},
	{"„ana@example.com“", "ana@example.com"},
	{"»ana@example.com«", "ana@example.com"},
	{"‘ana@example.com’", "ana@example.com"},
	{`"ana@example.com"`, "ana@example.com"},
	{"<ana@example.com>,", "ana@example.com"},
	{"(ana@example.com).", "ana@example.com"},
	{"[ana@example.com];", "ana@example.com"},
	{"ana@example.com!", "ana@example.com"},
	{"ana@example.com'", "ana@example.com"},
	{"• ana@example.com", "ana@example.com"},
	{"– ana@example.com", "ana@example.com"},
	{"— ana@example.com —", "ana@example.com"},
	{"→ana@example.com", "ana@example.com"},
	{"☐ ana@example.com", "ana@example.com"},
	{"📧 ana@example.com", "ana@example.com"},
	{"（ana@example.com）", "ana@example.com"},
	{"「ana@example.com」、", "ana@example.com"},
	{"ana@example.com；", "ana@example.com"},
	{"´ana@example.com´", "ana@example.com"},
	{"＇ana@example.com＇", "ana@example.com"},
	{"！ana@example.com！", "ana@example.com"},
	{"ａｎａ＋ｔａｇ@my－company.com", "ana+tag@my-company.com"},
	{"\ufeffana@example.com", "ana@example.com"},
	{"\u200eana@example.com\u200f", "ana@example.com"},
	{"\u2066ana@example.com\u2069", "ana@example.com"},
	{"\u202aana@example.com\u202c", "ana@example.com"},
	{"a\u200bna@example.com", "ana@example.com"},
	{"ana@exam\u00adple.com", "ana@example.com"},
	{"a\u00adna@example.com\ufe0f", "ana@example.com"},
	{"ana@exam\u200dple.com", "ana@example.com"},
	{"an\u200ca@example.com", "ana@example.com"},
	{"ana@exam\u3164ple.com", "ana@example.com"},
	{"ana@example.com\u2800", "ana@example.com"},
	{"ａｎａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ana@example.com"},
	{"ａｎａ。ｂ@example｡com", "ana.b@example.com"},
	{"ana@example.com。", "ana@example.com"},

	// Letters that no domain but the one typed has.
	{"ana@straße.de", "ana@xn--strae-oqa.de"},
	{"ANA@STRAẞE.DE", "ana@xn--strae-oqa.de"},
	{"ana@strasse.de", "ana@strasse.de"},
	{"ana@xn--strae-oqa.de", "ana@xn--strae-oqa.de"},
	{"ana@οδός.gr", "ana@xn--pxavk3b.gr"},
	{"ana@ශ්\u200dරී.lk", "ana@xn--10cl1a0b660p.lk"},
	{"ana@نامه\u200cای.ir", "ana@xn--mgba3gch31f060k.ir"},
	{"ana@l·l.cat", "ana@xn--ll-0ea.cat"},
	{"ana@日本・語.jp", "ana@xn--vek160nb2acz6g.jp"},
	{"ana@ﾊﾟﾝ.jp", "ana@xn--odk8c.jp"},
	{"ana@e\u0301cole.fr", "ana@xn--cole-9oa.fr"},
	{"ana@пример.рф", "ana@xn--e1afmkfd.xn--p1ai"},
	{"ana@例え.みんな", "ana@xn--r8jz45g.xn--q9jyb4c"},
	{"ana@ᏣᎳᎩ.com", "ana@xn--f9dt7l.com"},
	{"ana@ꮳꮃꭹ.com", "ana@xn--f9dt7l.com"},
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
	{"ana@example.com\u202e", ""},
	{"\u202emoc.elpmaxe@ana", ""},
	{"\u212aana@example.com", ""},
	{"änna@example.com", ""},
	{"ana\xff@example.com", ""},
	{"ana@exam\xffple.com", ""},
	{"ana@exa\uff20mple.com", ""},
	{"'ana@example.com", ""},
	{"ana@example.com..", ""},
	{"ana@example.com…", ""},
	{"ana@example.co‐", ""},
	{"ana@b_c.com", ""},
	{"ana@l·k.cat", ""},
	{"ana@a・b.jp", ""},
	{"ana@-ü.de", ""},
	{"ana@ab--ü.de", ""},
	{"ana@\u0301.com", ""},
	{"ana@İstanbul.com", ""},
	{"ana@example.comへ", ""},
	{"ana@example.comи", ""},
	{"ana@example.comو", ""},
	{"ana@example.xn--com-nwe", ""},
	{"ana@xn--i-7iq.ws", ""},
	{"ana@xn--a.com", ""},
	{"ana@xn--zzzzzzzz.com", ""},
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
		if !sameButForCaseAndWidth(typed, a) {
			t.Errorf("%q was taken for %q", typed, a)
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
		{"“Ana@example.com”,", "ana@example.com", true},
		{"• ana", "ana@example.com", true},
		{"<ana@example.com>", "ana@example.com", true},
		{"\u200eana@\u2066example.com", "ana@example.com", true},
		{"ａｎａ＠ｅｘａ", "ana@example.com", true},
		{"ana。b@exa", "ana.b@example.com", true},
		{"o'", "o'brien@example.com", true},
		{"ana@STRAẞE.de", "ana@straße.de", true},
		{"ana@straße.de", "ana@strasse.de", false},
		{"ana@example.com™", "ana@example.com", false},
		{"ana@example.comтм", "ana@example.com", false},
		{"'ana", "ana@example.com", false},
		{"“", "ana@example.com", false},
		{"\u200b", "ana@example.com", true},
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

func BenchmarkParseAddress(b *testing.B) {
	for name, typed := range map[string]string{"ASCII": "Ana.Ortiz@Example.com", "mended": "“ana@example.com”", "IDNA": "ana@bücher.example", "refused": "jane@acme.co,\nuk"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				_, _ = invite.ParseAddress(typed, idn.ToASCII)
			}
		})
	}
}
