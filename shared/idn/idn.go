// Package idn gives the domain package its IDNA rules. It stands apart because
// its tables are 300 KB that most of the Lambdas do not need.
package idn

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// SignError is a character that no domain may have, where it was typed.
type SignError struct{ r rune }

func (e SignError) Error() string {
	return fmt.Sprintf("idn: %U is no letter or digit of a domain", e.r)
}

// Sign returns the character.
func (e SignError) Sign() rune { return e.r }

var (
	// strict takes a label as it is or not at all (RFC 5891, section 4). The hyphens of
	// labels in ASCII are not its business: "r3---sn.example" is in use.
	strict = idna.New(idna.ValidateForRegistration(), idna.CheckHyphens(false), idna.VerifyDNSLength(false))
	// mapping is asked which character strict stumbled over.
	mapping = idna.New(idna.MapForLookup(), idna.CheckJoiners(false))
)

// ToASCII returns the ASCII form of a domain that somebody typed: labels of letters and
// digits as IDNA 2008 has them (RFC 5892). Case, width and the way accents are composed
// are made one, and nothing else is changed: unlike UTS 46, which browsers follow, it
// turns no "ẞ" into "ss" and no "™" into "tm".
//
// Errors: [SignError] where one character is at fault.
func ToASCII(domain string) (string, error) {
	domain = norm.NFC.String(fold(domain))
	labels := strings.Split(domain, ".")
	plain := true
	for i, label := range labels {
		if isASCII(label) && !strings.HasPrefix(label, acePrefix) {
			if bad := strings.IndexFunc(label, func(r rune) bool { return !isLDH(r) }); bad >= 0 {
				return "", SignError{rune(label[bad])}
			}
			continue
		}
		plain = false
		unicoded, err := idna.Punycode.ToUnicode(label)
		if err != nil {
			return "", fmt.Errorf("idn: label %q: %w", label, err)
		}
		if err := checkLabel(unicoded, i == len(labels)-1); err != nil {
			return "", err
		}
	}
	if plain {
		return domain, nil
	}
	ascii, err := strict.ToASCII(domain)
	if err != nil {
		for _, r := range domain {
			if as := "a" + string(r); r >= utf8.RuneSelf && !isJoiner(r) {
				if mapped, err := mapping.ToUnicode(as); err != nil || mapped != norm.NFC.String(as) {
					return "", SignError{r}
				}
			}
		}
		return "", fmt.Errorf("idn: domain %q: %w", domain, err)
	}
	for i, label := range strings.Split(ascii, ".") {
		if isASCII(labels[i]) && labels[i] != label {
			return "", fmt.Errorf("idn: label %q: is written %q", labels[i], label)
		}
	}
	return ascii, nil
}

const acePrefix = "xn--"

// fold writes case and width as domains have them. What has no other case or width, or
// not a certain one, stays.
func fold(domain string) string {
	if isASCII(domain) {
		return strings.ToLower(domain)
	}
	var b strings.Builder
	for _, r := range domain {
		switch {
		case r == '。' || r == '｡' || r == '．': // RFC 3490, section 3.1
			b.WriteByte('.')
		case r >= 0xff01 && r <= 0xff5e:
			b.WriteRune(unicode.ToLower(r - 0xff01 + '!'))
		case r >= 0xff65 && r <= 0xffdc: // half-width Japanese and Korean
			b.WriteString(norm.NFKC.String(string(r)))
		case r == 'İ': // "i" in Turkish, "i̇" everywhere else
			b.WriteRune(r)
		case unicode.Is(unicode.Cherokee, r): // whose capitals are the older letters
			b.WriteRune(unicode.ToUpper(r))
		case unicode.IsUpper(r) || unicode.IsTitle(r):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// checkLabel finds what no label in Unicode may have, and what no ending may have.
func checkLabel(label string, last bool) error {
	if strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
		return SignError{'-'}
	}
	if len(label) > 3 && label[2:4] == "--" {
		return fmt.Errorf("idn: label %q has two hyphens where an encoding is named", label)
	}
	letters := []rune(label)
	ascii := strings.ContainsFunc(label, func(r rune) bool { return r >= 'a' && r <= 'z' })
	for i, r := range letters {
		switch {
		case !isAllowed(r) && !allowedHere(letters, i):
			return SignError{r}
		// The words around an address are easily glued to it, as in "example.comへ". No
		// ending mixes the letters of ASCII with those of another script.
		case last && ascii && r >= utf8.RuneSelf && !unicode.Is(unicode.Latin, r):
			return SignError{r}
		}
	}
	return nil
}

// isAllowed follows RFC 5892, section 3, for what is left after fold. That a letter is
// not one that maps to others is for strict to find.
func isAllowed(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return isLDH(r)
	case strings.ContainsRune("ßς۽۾་〇", r): // 2.6, valid
		return true
	case strings.ContainsRune("\u0640\u07fa\u302e\u302f\u3031\u3032\u3033\u3034\u3035\u303b", r): // 2.6, disallowed
		return false
	case r >= 0x1100 && r <= 0x11ff || r >= 0xa960 && r <= 0xa97f || r >= 0xd7b0 && r <= 0xd7ff: // 2.9
		return false
	case r >= 0x20d0 && r <= 0x20ff || r >= 0x1d100 && r <= 0x1d24f: // 2.4
		return false
	case unicode.Is(unicode.Cherokee, r):
		return unicode.IsLetter(r)
	}
	return unicode.In(r, unicode.Ll, unicode.Lo, unicode.Lm, unicode.Mn, unicode.Mc, unicode.Nd)
}

// allowedHere follows the rules of RFC 5892, appendix A, for what is allowed in some
// places only. Those of the joiners are idna's.
func allowedHere(label []rune, i int) bool {
	near := func(at int, is ...*unicode.RangeTable) bool {
		return at >= 0 && at < len(label) && unicode.In(label[at], is...)
	}
	switch r := label[i]; {
	case isJoiner(r):
		return true
	case r == '·': // of Catalan
		return i > 0 && i+1 < len(label) && label[i-1] == 'l' && label[i+1] == 'l'
	case r == '\u0375':
		return near(i+1, unicode.Greek)
	case r == '\u05f3' || r == '\u05f4':
		return near(i-1, unicode.Hebrew)
	case r == '・':
		for at := range label {
			if near(at, unicode.Hiragana, unicode.Katakana, unicode.Han) {
				return true
			}
		}
	}
	return false
}

func isJoiner(r rune) bool { return r == '\u200c' || r == '\u200d' }

func isLDH(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' }

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}
