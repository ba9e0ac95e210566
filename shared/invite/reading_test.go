package invite_test

import (
	"fmt"
	"strings"
	"testing"

	"invites/shared/invite"
)

// glued is what mail programs, filters and people make of a link's token in its path.
func glued(token string) map[string]string {
	half := len(token) / 2
	front, rear := token[:half], token[half:]
	forms := map[string]string{
		"in capitals":                strings.ToUpper(token),
		"the next word":              token + "を開く",
		"the next word, encoded":     token + "%E3%82%92%E9%96%8B%E3%81%8F",
		"a word of its alphabet":     token + "and",
		"twice":                      token + token,
		"in stars":                   "*" + token + "*",
		"in underscores":             "_" + token + "_",
		"in quotes":                  "\"" + token + "\"",
		"in typographic quotes":      "„" + token + "“",
		"in angle brackets":          "<" + token + ">",
		"in angle brackets as %":     "%3C" + token + "%3E",
		"in HTML's brackets":         token + "&gt;",
		"a closing tag":              token + "</a>",
		"a slash behind it":          token + "/",
		"slashes around it":          "//" + token + "//",
		"a backslash":                token + "\\",
		"another path":               token + "/index.html",
		"a space":                    token + "%20",
		"a plus":                     token + "+",
		"a zero-width space":         "%E2%80%8B" + token + "%E2%80%8B",
		"a byte order mark":          "%EF%BB%BF" + token,
		"a no-break space":           "\u00a0" + token + "\u00a0",
		"an ideographic stop":        token + "。",
		"a soft hyphen inside":       front + "\u00ad" + rear,
		"a soft hyphen, encoded":     front + "%C2%AD" + rear,
		"one in Latin-1":             front + "%AD" + rear,
		"a word joiner inside":       front + "\u2060" + rear,
		"hyphens inside":             front + "-" + rear,
		"a line break inside":        front + "\r\n" + rear,
		"one, encoded, with a >":     front + "%0D%0A%3E%20" + rear,
		"a tab inside":               front + "%09" + rear,
		"a soft line break":          front + "=\r\n" + rear,
		"a soft line break, encoded": front + "%3D%0D%0A" + rear,
		"one without its end":        front + "=" + rear,
		"an = in front":              "=" + token,
		"an = of QP in front":        "=3D" + token,
		"one, in small letters":      "=3d" + token,
		"an = of QP, encoded":        "%3D3D" + token,
		"the rest of one":            "3D" + token,
		"an end of QP":               token + "=20",
		"a broken percent":           token + "%",
		"a percent in front":         "%25" + token,
		"a percent of nothing":       "% " + token,
		"a zero byte":                "\x00" + token + "%00",
		"broken UTF-8":               "\xff" + token + "\xff",
	}
	for _, sign := range []string{".", ",", ";", ":", "!", "?", ")", "]", "}", "'", "’", "»", "=", "%3D", "%2E", "%29", "…", "|", "~", "،", "।"} {
		forms["then "+sign] = token + sign
		forms["after "+sign] = sign + token
	}
	return forms
}

func TestWhatIsNoPartOfATokenIsDropped(t *testing.T) {
	for n := range 200 {
		key := invite.KeyOf(invite.TenantID(fmt.Sprint("tenant-", n)), "ana@example.com")
		token := invite.MintToken([]byte("a link key"), key, aGen, 1, invite.Nonce{byte(n)})
		for what, form := range glued(token.Reveal()) {
			got, err := invite.ParseToken(form)
			if err != nil || got.Key != key || !got.Digest().Equal(token.Digest()) {
				t.Errorf("%s, tenant %d: got %v", what, n, err)
			}
			if out, err := invite.ParseOptOut(form); err != nil || out.Reveal() != token.Reveal() {
				t.Errorf("%s, read as an opt-out: got %v", what, err)
			}
		}
	}
}

func TestATokenThatIsCutIsIncompleteWhateverIsGluedToIt(t *testing.T) {
	token := aToken.Reveal()
	for n := range invite.TokenLength {
		for _, junk := range []string{"", ".", "%20", "を開く", "/", "?!", "=", "=\r\n", "\u200b", "ILOU"} {
			for _, cut := range []string{token[:n] + junk, token[invite.TokenLength-n:] + junk, junk + token[:n]} {
				if _, err := invite.ParseToken(cut); invite.KindOf(err) != invite.LinkIncomplete {
					t.Errorf("%d characters with %q: got %v", n, junk, err)
				}
			}
		}
	}
}

func TestPercentSignsAreDecodedOnce(t *testing.T) {
	token := aToken.Reveal()
	twice := token[:9] + "%25AD" + token[9:]
	if _, err := invite.ParseToken(twice); invite.KindOf(err) != invite.LinkDead {
		t.Errorf("decoded twice: %v", err)
	}
}

func TestACodeIsReadAsATokenIs(t *testing.T) {
	code := aCode.Reveal()
	for what, form := range map[string]string{
		"whole": code, "in capitals": strings.ToUpper(code), "in stars": "*" + code + "*", "a slash": code + "/", "a space, encoded": code + "%20",
		"the next parameter": code + "&utm_source=mail", "a soft line break": code[:40] + "=\r\n" + code[40:], "an = of QP": "=3D" + code, "a line break": code[:1] + "%0A" + code[1:],
		"a word of its alphabet": code + "and",
	} {
		if got, err := invite.ParseCode(form); err != nil || !got.Digest().Equal(aCode.Digest()) || got.Key != aCode.Key {
			t.Errorf("%s: got %v", what, err)
		}
	}
	for n := range len(code) {
		if _, err := invite.ParseCode(code[:n] + " ./=%20"); invite.KindOf(err) != invite.LinkIncomplete {
			t.Errorf("%d characters: got %v", n, err)
		}
	}
}

// junk is a text without what the token's alphabet has, and without what could take a
// character of the token for the rest of an escape.
func junk(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '%' || strings.ContainsRune("0123456789abcdefghjkmnpqrstvwxyzABCDEFGHJKMNPQRSTVWXYZ", r) {
			return -1
		}
		return r
	}, s)
}

func FuzzParseToken(f *testing.F) {
	for _, s := range []string{"", ".", "=", "を開く", "=\r\n", "%3D", "\u00ad", "\u212a", "\xff", "3D", "/ask"} {
		f.Add(s, 33, s, s)
	}
	token := aToken.Reveal()
	f.Fuzz(func(t *testing.T, front string, at int, inside, behind string) {
		at = min(max(at, 0), len(token))
		front, inside = junk(front), junk(inside)
		got, err := invite.ParseToken(front + token[:at] + inside + token[at:] + behind)
		if err != nil || !got.Digest().Equal(aToken.Digest()) || got.Key != aToken.Key {
			t.Errorf("%q, %q at %d, %q: got %v", front, inside, at, behind, err)
		}
		// Whatever else is taken has one spelling.
		other, err := invite.ParseToken(behind)
		if kind := invite.KindOf(err); err != nil && kind != invite.LinkDead && kind != invite.LinkIncomplete {
			t.Errorf("%q: got %v", behind, err)
		}
		if err == nil {
			if again, err := invite.ParseToken(other.Reveal()); err != nil || again != other {
				t.Errorf("a token does not survive its spelling: %v", err)
			}
		}
	})
}

func FuzzParseCode(f *testing.F) {
	for _, s := range []string{"", ".", "=", "&x=1", "=\r\n", "%3D", "\u00ad", "\xff"} {
		f.Add(s, 33, s, s)
	}
	code := aCode.Reveal()
	f.Fuzz(func(t *testing.T, front string, at int, inside, behind string) {
		at = min(max(at, 0), len(code))
		front, inside = junk(front), junk(inside)
		got, err := invite.ParseCode(front + code[:at] + inside + code[at:] + behind)
		if err != nil || !got.Digest().Equal(aCode.Digest()) || got.Key != aCode.Key {
			t.Errorf("%q, %q at %d, %q: got %v", front, inside, at, behind, err)
		}
		if _, err := invite.ParseCode(behind); err != nil && invite.KindOf(err) != invite.LinkIncomplete {
			t.Errorf("%q: got %v", behind, err)
		}
	})
}
