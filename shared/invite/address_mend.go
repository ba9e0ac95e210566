package invite

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Addresses come out of sentences, lists, sheets and other programs, with the signs of
// those around them. What no address can have there is dropped, and nothing else is.

// around are the signs of ASCII that are dropped on both sides of an address, and behind
// those that are dropped at its end alone: before the @ they may be part of it.
const (
	around = `"(),:;<>[]`
	behind = around + `!?'`
)

// mend drops what surrounds an address and what shows nothing, and writes full-width
// forms and ideographic stops as the plain ones.
func mend(s string) string {
	s = strings.TrimLeftFunc(plain(s), isAround)
	for {
		r, n := utf8.DecodeLastRuneInString(s)
		switch {
		case n == 0:
			return s
		case r == '.' && !strings.HasSuffix(s, ".."): // the end of a sentence, or of a whole name
		case !isBehind(r):
			return s
		}
		s = s[:len(s)-n]
	}
}

// mendPrefix is mend for what may go on: a dot at the end stays, and so does, before
// the @, what an address may have there.
func mendPrefix(s string) string {
	s = strings.TrimLeftFunc(plain(s), isAround)
	if strings.Contains(s, "@") {
		return strings.TrimRightFunc(s, isBehind)
	}
	return strings.TrimRightFunc(s, func(r rune) bool { return isAround(r) && r != '\u2010' && r != '\u2011' })
}

func isAround(r rune) bool {
	if r < utf8.RuneSelf {
		return unicode.IsSpace(r) || strings.ContainsRune(around, r)
	}
	return unicode.IsSpace(r) || isTypographic(r)
}

// isBehind is isAround for the end of a domain, where a hyphen says that more was to come.
func isBehind(r rune) bool {
	return isAround(r) && r != '\u2010' && r != '\u2011' || r < utf8.RuneSelf && strings.ContainsRune(behind, r)
}

// isTypographic reports quotes, dashes, brackets, stops, list marks, arrows and pictures,
// which no address has. An ellipsis is none of them, because part of the address is missing
// there, nor is a sign that stands for letters or numbers ("™", "①", "€").
func isTypographic(r rune) bool {
	switch {
	case r < utf8.RuneSelf || isEllipsis(r):
		return false
	case r == '´' || r == '−':
		return true
	case unicode.IsPunct(r):
		return true
	case r >= 0x2190 && r <= 0x21ff || r >= 0x2500 && r <= 0x27ff || r >= 0x2900 && r <= 0x297f ||
		r >= 0x2b00 && r <= 0x2bff || r >= 0x1f300 && r <= 0x1faff: // arrows, shapes, pictures
		return unicode.IsSymbol(r)
	}
	return false
}

func isEllipsis(r rune) bool {
	return r >= 0x2024 && r <= 0x2026 || r == '⋯' || r == '⋮' || r == '︙'
}

// plain drops the signs that show nothing and writes full-width forms of ASCII and
// ideographic stops as the plain ones, but not other full-width punctuation: that is
// what a sentence has around an address. A joiner between letters of scripts that join
// belongs to a domain, and a sign that turns the order of the text about stays to be
// refused: what is seen of it is another address.
func plain(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	domain := false
	for i, r := range s {
		n := utf8.RuneLen(r)
		switch {
		case isJoiner(r):
			before, _ := utf8.DecodeLastRuneInString(s[:i])
			after, _ := utf8.DecodeRuneInString(s[i+n:])
			if domain && isJoining(before) && isJoining(after) {
				b.WriteRune(r)
			}
		case isHidden(r):
		case r >= 0xff01 && r <= 0xff5e && (r == '＠' || r == '．' || !unicode.In(r, unicode.Po, unicode.Ps, unicode.Pe)):
			b.WriteRune(r - 0xff01 + '!')
			domain = domain || r == '＠'
		case r == '。' || r == '｡':
			b.WriteByte('.')
		default:
			domain = domain || r == '@'
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isHidden reports the signs that show nothing and change nothing: those of format but the
// one that reverses letters, variation selectors, and fillers.
func isHidden(r rune) bool {
	return r >= utf8.RuneSelf && r != '\u202e' &&
		(unicode.In(r, unicode.Cf, unicode.Variation_Selector) || strings.ContainsRune(invisible, r))
}

func isJoining(r rune) bool { return r >= 0x0600 && unicode.In(r, unicode.L, unicode.M) }
