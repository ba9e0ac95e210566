package invite

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// badSign refuses an address for one character, at a place of the whole.
func badSign(r rune, at int, whole string) *Error {
	text := "The address has " + spelt(r)
	switch {
	case at == 0:
		text += " at its start."
	case at+utf8.RuneLen(r) == len(whole):
		text += " at its end."
	case at < strings.IndexByte(whole, '@'):
		text += " before the @, where an address has ASCII letters, digits and a few common signs."
	default:
		text += " after the @, where an address has the letters, digits, hyphens and dots of a domain."
	}
	return badAddress(text)
}

// spelt writes a character so that it can be told from others: by its code too where it
// could be taken for another letter, and by that alone where it shows nothing.
func spelt(r rune) string {
	switch {
	case r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' || r == '\u0085':
		return "a line break"
	case r == '\t':
		return "a tab"
	case unicode.IsSpace(r):
		return "a space"
	case unicode.IsControl(r):
		return "a control character"
	case r < utf8.RuneSelf || unicode.IsPunct(r) || unicode.IsSymbol(r):
		return string(r)
	case unicode.In(r, unicode.L, unicode.N):
		return fmt.Sprintf("%c (%U)", r, r)
	}
	return fmt.Sprintf("a hidden sign or accent (%U)", r)
}

// probable returns the one address that is in a text which is more, or other, than an
// address. It reads on both sides of the @ as far as an address can go, and gives up
// where a letter goes on that it may not have: half a name is somebody else's.
func probable(s string, toASCII DomainToASCII) (Address, bool) {
	before, after, found := strings.Cut(s, "@")
	if !found || strings.Contains(after, "@") {
		return "", false
	}
	local, ok := probableLocal(strings.TrimRightFunc(before, unicode.IsSpace))
	if !ok {
		return "", false
	}
	domain, ok := probableDomain(strings.TrimLeftFunc(after, unicode.IsSpace))
	if !ok {
		return "", false
	}
	a, refusal := parse(local+"@"+domain, toASCII)
	if end := strings.IndexFunc(domain, func(r rune) bool { return r >= utf8.RuneSelf }); refusal != nil && end > 0 {
		// The word behind an address may be glued to it, as in "jane@acme.coへ".
		if domain = domain[:end]; isTLD(domain[strings.LastIndexByte(domain, '.')+1:]) {
			a, refusal = parse(local+"@"+domain, toASCII)
		}
	}
	return a, refusal == nil
}

// probableLocal reads backwards from the @.
func probableLocal(s string) (string, bool) {
	s = apostrophes.Replace(s)
	start := len(s)
	for start > 0 && s[start-1] < utf8.RuneSelf && (isAtom(s[start-1]) || s[start-1] == '.') {
		start--
	}
	// "jane doe@acme.co" may have lost a dot, and "änna@acme.co" its accent.
	rest := strings.TrimRightFunc(s[:start], unicode.IsSpace)
	last, _ := utf8.DecodeLastRuneInString(rest)
	if strings.Trim(rest, leading+". 0123456789") != "" && !isOpening(last) && !isTypographic(last) {
		return "", false
	}
	s = s[start:]
	for len(s) > 3 && s[0] == '%' && isHex(s[1]) && isHex(s[2]) {
		s = s[3:]
	}
	s = strings.TrimLeft(s, leading+".")
	return s, s != ""
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

var apostrophes = strings.NewReplacer("’", "'", "‘", "'", "´", "'", "ʼ", "'")

func isOpening(r rune) bool { return r < utf8.RuneSelf && strings.ContainsRune(around, r) }

// probableDomain reads on from the @.
func probableDomain(s string) (string, bool) {
	var domain strings.Builder
	for i, r := range s {
		rest := s[i+utf8.RuneLen(r):]
		next, _ := utf8.DecodeRuneInString(rest)
		switch {
		case isDomainLetter(r):
			domain.WriteRune(r)
			continue
		case unicode.Is(unicode.Pd, r) && isDomainLetter(next): // a hyphen that a program made longer
			domain.WriteByte('-')
			continue
		}
		begun := strings.TrimSuffix(domain.String(), ".")
		if label, ok := continued(begun, s[i:]); ok {
			return begun + "." + label, true
		}
		// A letter right behind a sign belongs to one word with it, and what an ellipsis
		// stands for is part of the address.
		if isEllipsis(r) {
			return "", false
		}
		return strings.Trim(domain.String(), ".-"), !unicode.IsLetter(r) && (isOpening(r) || !unicode.IsLetter(next))
	}
	return strings.Trim(domain.String(), ".-"), true
}

// continued reports whether the rest, after a comma or space in place of a dot, is the
// ending that a domain still wants: "acme,com", "acme.co, uk".
func continued(domain, rest string) (label string, ok bool) {
	label = strings.TrimLeftFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;،、，", r) })
	label = strings.ToLower(strings.TrimRight(strings.TrimSuffix(label, "."), leading))
	last := domain[strings.LastIndexByte(domain, '.')+1:]
	return label, domain != "" && isTLD(label) && (last == domain || len(label) == 2 && isGeneric(last))
}
