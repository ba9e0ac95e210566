package invite_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"invites/shared/idn"
	"invites/shared/invite"
)

// UTS 46, which browsers follow, makes letters of a domain of many signs, or leaves them in one.
func TestNoSignLeadsToAnotherDomain(t *testing.T) {
	const wide = "。．｡－＿＋＄＾｀｜～＝" // that sign of ASCII, where an address may have it
	const letters = "〇་"        // letters nevertheless (RFC 5892, 2.6)
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !unicode.In(r, unicode.P, unicode.S, unicode.Z, unicode.Nl, unicode.No, unicode.Me, unicode.Cc, unicode.Cf) || strings.ContainsRune(wide+letters, r) {
			continue
		}
		s := string(r)
		for _, typed := range []string{
			"ana@example.com" + s, "ana@example.com " + s, s + "ana@example.com", s + " ana@example.com" + s,
			"a" + s + "na@example.com", "ana" + s + "@example.com", "ana@" + s + "example.com", "ana@exam" + s + "ple.com",
			"ana@example" + s + ".com", "ana@example." + s + "com", "ana@example.co" + s + "m",
		} {
			if a, err := invite.ParseAddress(typed, idn.ToASCII); err == nil && a != "ana@example.com" {
				t.Errorf("%q was taken for %q", typed, a)
			}
		}
	}
}

func TestALetterStaysTheLetterThatWasTyped(t *testing.T) {
	for r := rune(0x80); r <= unicode.MaxRune; r++ {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N) {
			continue
		}
		for _, typed := range []string{"ana@a" + string(r) + "b.example", "ana@" + string(r) + ".example"} {
			a, err := invite.ParseAddress(typed, idn.ToASCII)
			if err == nil && !sameButForCaseAndWidth(typed, a) {
				t.Errorf("%q was taken for %q", typed, a)
			}
		}
	}
}

// sameButForCaseAndWidth reports whether an address stands in a text as it is, but for
// case, width, the way accents are composed, and signs that show nothing.
func sameButForCaseAndWidth(typed string, a invite.Address) bool {
	folded := func(s string) string {
		var b strings.Builder
		for _, r := range s {
			switch {
			case r == '。' || r == '｡':
				r = '.'
			case r >= 0xff01 && r <= 0xff5e:
				r -= 0xff01 - '!'
			case r >= 0xff65 && r <= 0xffdc && r != '\uffa0':
				b.WriteString(norm.NFKC.String(string(r)))
				continue
			case unicode.In(r, unicode.Cf, unicode.Variation_Selector) || strings.ContainsRune("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0", r):
				continue
			}
			b.WriteRune(r)
		}
		return strings.Map(func(r rune) rune { // to the first of the letters that are one but for case
			first := r
			for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
				first = min(first, next)
			}
			return first
		}, norm.NFC.String(b.String()))
	}
	domain, err := idna.Punycode.ToUnicode(a.Domain())
	local, _, _ := strings.Cut(string(a), "@")
	return err == nil && (strings.Contains(folded(typed), folded(local+"@"+domain)) ||
		strings.Contains(folded(typed), folded(string(a))))
}

// What is not here: addresses that are taken (address_test.go).
func TestARefusalNamesTheSignAndTheAddress(t *testing.T) {
	for typed, want := range map[string][]string{
		"'jane@acme.co":              {"has ' at its start", "mean jane@acme.co,"},
		"'jane@acme.co'":             {"has ' at its start", "mean jane@acme.co,"},
		"-jane@acme.co":              {"has - at its start", "mean jane@acme.co,"},
		"- jane@acme.co":             {"has - at its start", "mean jane@acme.co,"},
		"?jane@acme.co":              {"has ? at its start", "mean jane@acme.co,"},
		"$jane@acme.co":              {"has $ at its start", "mean jane@acme.co,"},
		"^jane@acme.co":              {"has ^ at its start", "mean jane@acme.co,"},
		"&jane@acme.co":              {"has & at its start", "mean jane@acme.co,"},
		"*jane@acme.co":              {"has * at its start", "mean jane@acme.co,"},
		"**jane@acme.co**":           {"has * at its start", "mean jane@acme.co,"},
		"`jane@acme.co`":             {"has ` at its start", "mean jane@acme.co,"},
		"%20jane@acme.co":            {"has % at its start", "mean jane@acme.co,"},
		"1. jane@acme.co":            {"a space", "mean jane@acme.co,"},
		"jane@acme.co,\nuk":          {"has , after the @", "mean jane@acme.co.uk,"},
		"jane@acme.co.\nuk":          {"a line break", "mean jane@acme.co.uk,"},
		"jane@acme,com":              {"has , after the @", "mean jane@acme.com,"},
		"jane@acme.com, Rick":        {"has , after the @", "mean jane@acme.com,"},
		"jane @ acme.co":             {"a space", "mean jane@acme.co,"},
		"Jane Doe <jane@acme.co>":    {"a space", "mean jane@acme.co,"},
		"Jane “JD” (jane@acme.co)":   {"a space", "mean jane@acme.co,"},
		"mailto:jane@acme.co":        {"has : before the @", "mean jane@acme.co,"},
		"jane@acme.co?subject=Hello": {"has ? after the @"},
		"jane@acme.co™":              {"has ™ at its end", "mean jane@acme.co,"},
		"jane@acme.coへ":              {"へ (U+3078) at its end", "mean jane@acme.co,"},
		"jane@acme.coへ送って":           {"へ (U+3078)", "mean jane@acme.co,"},
		"jane@my‑company.com":        {"has ‑ after the @", "mean jane@my-company.com,"},
		"o’brien@acme.co":            {"has ’ before the @", "mean o'brien@acme.co,"},
		"jane@acmе.co\u202e":         {"U+202E"},
		// Half an address is somebody else's.
		"jane doe@acme.co":        {"a space", "!mean"},
		"jänne@acme.co":           {"ä (U+00E4)", "!mean"},
		"jane@acme.co…":           {"has … at its end", "!mean"},
		"…ne@acme.co":             {"has … at its start", "!mean"},
		"jane@ﬁrma.com":           {"ﬁ (U+FB01)", "!mean"},
		"jane@acme.co,rick@b.com": {"exactly one @", "!mean"},
		"jane@gmailcom":           {"needs a dot", "mean jane@gmail.com?"},
	} {
		_, err := invite.ParseAddress(typed, idn.ToASCII)
		var refusal *invite.Error
		if !errors.As(err, &refusal) {
			t.Errorf("%q: got %v, want a refusal", typed, err)
			continue
		}
		for _, part := range want {
			if no, ok := strings.CutPrefix(part, "!"); strings.Contains(refusal.Text, no) == ok {
				t.Errorf("%q: got %q, want %q", typed, refusal.Text, part)
			}
		}
	}
}
