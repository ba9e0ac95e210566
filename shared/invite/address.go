package invite

import (
	"fmt"
	"strings"
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

// DomainToASCII turns an internationalised domain into its ASCII form, as
// golang.org/x/net/idna does. It reports a domain that IDNA does not allow.
type DomainToASCII func(domain string) (string, error)

// ParseAddress normalises an address a person typed. Surrounding white space is
// dropped; everything else that cannot be mailed is an [AddressUnmailable] error
// that says what to mend.
func ParseAddress(s string, toASCII DomainToASCII) (Address, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", badAddress("The address is empty.")
	case !utf8.ValidString(s):
		return "", badAddress("The address is not valid UTF-8.")
	case len(s) > 4*maxAddress:
		return "", badAddress("The address is longer than 254 characters.")
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return "", badAddress("The address contains a control character.")
		}
	}
	if strings.ContainsAny(s, " \u00a0,;<>\"()[]\\:") {
		return "", badAddress("Give one plain address such as ana@example.com: no name, quotes, brackets, spaces or lists.")
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 || strings.IndexByte(s, '@') != at {
		return "", badAddress("An address has exactly one @, as in ana@example.com.")
	}
	local, domain := asciiLower(s[:at]), strings.TrimSuffix(s[at+1:], ".")
	if err := checkLocalPart(local); err != nil {
		return "", err
	}
	domain, err := toASCII(domain)
	if err != nil {
		return "", &Error{Kind: AddressUnmailable, Text: "The part after the @ is not a valid domain.", Field: "/email", Err: err}
	}
	domain = asciiLower(domain)
	if err := checkDomain(domain); err != nil {
		return "", err
	}
	if len(local)+1+len(domain) > maxAddress {
		return "", badAddress("The address is longer than 254 characters.")
	}
	return Address(local + "@" + domain), nil
}

// AddressPrefix returns what somebody typed of the beginning of an address, in the
// spelling of [Address]. Of a domain that is not ASCII a label is found once it is
// written whole: the ASCII forms of a label and of its beginning have nothing in common.
// What no address begins with stays as it is, and none will.
func AddressPrefix(s string, toASCII DomainToASCII) string {
	s = strings.TrimSpace(s)
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

func checkLocalPart(local string) error {
	switch {
	case local == "":
		return badAddress("There is nothing before the @.")
	case len(local) > maxLocalPart:
		return badAddress("The part before the @ is longer than 64 characters.")
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return badAddress("The part before the @ has a dot at its start or end, or two in a row.")
	}
	for i := range len(local) {
		if !isAtom(local[i]) && local[i] != '.' {
			return badAddress("The part before the @ may hold ASCII letters, digits and common signs only.")
		}
	}
	return nil
}

// isAtom follows atext of RFC 5322 3.2.3.
func isAtom(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func checkDomain(domain string) error {
	if len(domain) > maxDomain {
		return badAddress("The part after the @ is longer than 253 characters.")
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return badAddress("The part after the @ needs a dot, as in example.com.")
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

func badAddress(text string) error {
	return &Error{Kind: AddressUnmailable, Text: text, Field: "/email", Err: fmt.Errorf("address refused")}
}
