package invite

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Address is a mail address in the one spelling the service compares by: ASCII
// lower case, the domain in its IDNA ASCII form. A "+tag" and dots are kept,
// because only the receiving domain knows what they mean.
type Address string

const (
	maxAddress   = 254 // RFC 5321 4.5.3.1.3, less the angle brackets
	maxLocalPart = 64  // RFC 5321 4.5.3.1.1
	maxDomain    = 253 // RFC 1035 2.3.4
	maxLabel     = 63  // RFC 1035 2.3.4
)

// DomainToASCII turns a domain as somebody typed it into its ASCII form: letters and
// digits as IDNA 2008 has them, changed in no more than case, width and the way accents
// are composed. Where one character is at fault, its error has a method Sign() rune.
type DomainToASCII func(domain string) (string, error)

// ParseAddress normalises an address a person typed. What is certainly no part of it is
// dropped: white space, quotes, brackets and typographic signs around it, and signs that
// show nothing. Everything else that cannot be mailed, or that could lead to another
// address than the one that was meant, is an [AddressUnmailable] error that names what is
// in the way and, where it can be told, the address that is probably meant.
//
// Whether the ending exists is not asked, because there may be newer ones than we know of;
// [Address.LikelyMeant] and [AdviceAt] doubt it.
func ParseAddress(s string, toASCII DomainToASCII) (Address, error) {
	switch {
	case !utf8.ValidString(s):
		return "", badAddress("The address is not valid UTF-8.")
	case len(s) > 4*maxAddress:
		return "", badAddress("The address is longer than 254 characters.")
	}
	s = mend(s)
	a, refusal := parse(s, toASCII)
	if refusal == nil {
		return a, nil
	}
	if meant, ok := probable(s, toASCII); ok {
		refusal.Text += " If you mean " + string(meant) + ", give just that."
	}
	return "", refusal
}

// parse reads an address that has been mended.
func parse(s string, toASCII DomainToASCII) (Address, *Error) {
	local, domain, found := strings.Cut(s, "@")
	switch {
	case s == "":
		return "", badAddress("The address is empty.")
	case !found:
		return "", badAddress("An address has exactly one @, as in ana@example.com.")
	case strings.Contains(domain, "@"):
		return "", badAddress("Give one plain address with exactly one @, such as ana@example.com.")
	}
	local = asciiLower(local)
	if err := checkLocalPart(local, s); err != nil {
		return "", err
	}
	for i, r := range domain {
		if !isDomainLetter(r) {
			return "", badSign(r, len(local)+1+i, s)
		}
	}
	ascii, err := toASCII(domain)
	if err != nil {
		return "", badDomain(err, s)
	}
	domain = asciiLower(ascii)
	if err := checkDomain(local, domain); err != nil {
		return "", err
	}
	if len(local)+1+len(domain) > maxAddress {
		return "", badAddress("The address is longer than 254 characters.")
	}
	return Address(local + "@" + domain), nil
}

// AddressPrefix returns what somebody typed of the beginning of an address, in the
// spelling of [Address] and mended as by [ParseAddress]. Of a domain that is not ASCII a
// label is found once it is written whole: the ASCII forms of a label and of its
// beginning have nothing in common. What no address begins with stays as it is, and none
// will.
func AddressPrefix(s string, toASCII DomainToASCII) string {
	if mended := mendPrefix(s); mended != "" || strings.TrimSpace(plain(s)) == "" {
		s = mended
	}
	local, domain, _ := strings.Cut(s, "@")
	if isASCII(domain) {
		return asciiLower(s)
	}
	ascii, err := toASCII(domain)
	if err != nil {
		return asciiLower(s)
	}
	return asciiLower(local + "@" + ascii)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// Domain returns the part after the @.
func (a Address) Domain() string {
	_, domain, _ := strings.Cut(string(a), "@")
	return domain
}

// leading are the signs that the letter of an address allows at its start and that are
// quotes, list marks and leftovers of markup there ("- jane@...", "%20jane@...").
const leading = "'`-*+#=~|%{/?$^&"

func checkLocalPart(local, whole string) *Error {
	if local != "" && strings.IndexByte(leading, local[0]) >= 0 {
		return badSign(rune(local[0]), 0, whole)
	}
	for i, r := range local {
		if r >= utf8.RuneSelf || !isAtom(byte(r)) && r != '.' {
			return badSign(r, i, whole)
		}
	}
	switch {
	case local == "":
		return badAddress("There is nothing before the @.")
	case len(local) > maxLocalPart:
		return badAddress("The part before the @ is longer than 64 characters.")
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return badAddress("The part before the @ has a dot at its start or end, or two in a row.")
	}
	return nil
}

// isAtom follows atext of RFC 5322 3.2.3.
func isAtom(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

// isDomainLetter reports what may be a letter of some domain. Which of the letters that
// are not ASCII, and which of the signs among letters, is for [DomainToASCII] to decide.
func isDomainLetter(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '.'
	}
	return unicode.In(r, unicode.L, unicode.Mn, unicode.Mc, unicode.Nd) ||
		isJoiner(r) || strings.ContainsRune("·・͵׳״〇۽۾་", r) // RFC 5892, 2.6 and appendix A
}

func checkDomain(local, domain string) *Error {
	if len(domain) > maxDomain {
		return badAddress("The part after the @ is longer than 253 characters.")
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		bad := badAddress("The part after the @ needs a dot, as in example.com.")
		if meant, ok := Address(local + "@" + domain).LikelyMeant(); ok {
			bad.Text += " Did you mean " + string(meant) + "?"
		}
		return bad
	}
	for _, l := range labels {
		if l == "" || len(l) > maxLabel || l[0] == '-' || l[len(l)-1] == '-' {
			return badAddress("The part after the @ is not a valid domain.")
		}
		for i := range len(l) {
			if c := l[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return badAddress("The part after the @ is not a valid domain.")
			}
		}
	}
	if last := labels[len(labels)-1]; strings.Trim(last, "0123456789") == "" {
		return badAddress("The part after the @ is a number, not a domain.")
	}
	return nil
}

var errRefused = errors.New("address refused")

func badAddress(text string) *Error {
	return &Error{Kind: AddressUnmailable, Text: text, Field: "/email", Err: errRefused}
}

// badDomain refuses a domain for what its ASCII form was refused for.
func badDomain(err error, whole string) *Error {
	bad := badAddress("The part after the @ is not a valid domain.")
	var s interface{ Sign() rune }
	if errors.As(err, &s) {
		at := strings.LastIndex(whole, string(s.Sign()))
		if at < 0 { // another case or width of it was typed
			at = strings.IndexByte(whole, '@') + 1
		}
		bad = badSign(s.Sign(), at, whole)
	}
	bad.Err = err
	return bad
}
