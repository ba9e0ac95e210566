package invite

import (
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A name is what strangers put into mails we send: a tenant's, an inviter's or an
// invitee's. Used as written it makes a mail of ours a phishing relay ("Your
// account is locked, call 0800 555 0123"), so a name is shown only where it is
// nothing but a name.

// Bounds of a name that is shown. Wide characters (Chinese, Japanese, Korean)
// count two columns: the same room holds twice the message in them.
const (
	maxNameBytes    = 1024
	maxShownColumns = 64
	maxShownWords   = 10
	maxShownDigits  = 6 // a phone number has 7 or more
	maxShownMarks   = 3 // in a row on one letter; Thai and Hebrew need as many
)

// SafeName returns s as a mail or page may show it, or fallback where s is empty
// or more than a name: where it has control, bidi, zero-width or other invisible
// characters, heaped accents, words mixed from look-alike scripts, links, domains,
// addresses, phone numbers, markup or emoji, or is too long. It never fails, and
// what it returns of s is one line.
//
// Honest names stay as they are but for their white space. A name in a spelling
// we cannot tell from an attack is lost ("Booking.com"), and the mail is still
// right without it.
func SafeName(s, fallback string) string {
	name, ok := plainName(s)
	if !ok || hasDomain(name) {
		return fallback
	}
	return name
}

// TrustedName is SafeName for a name that somebody vouches for: it may look like a
// domain ("Booking.com"), though not like a link with a path or query, nor like an
// address of numbers.
func TrustedName(s, fallback string) string {
	name, ok := plainName(s)
	if !ok || hasNumbers(name) || hasDomain(name) && strings.ContainsAny(narrow(name), "/?#") {
		return fallback
	}
	return name
}

// plainName returns s as one line, and whether it is nothing but a name, or a domain.
func plainName(s string) (string, bool) {
	name, ok := oneLine(s)
	return name, ok && name != "" && !tooLong(name) && onlyNameCharacters(name) &&
		!hasContact(name) && !mixesScripts(name)
}

// SafeAddress returns an address as a mail may show it, or "" where it is not a
// plain ASCII one of bearable length.
func SafeAddress(s string) string {
	const longest = 80 // fits two lines of a phone
	a, err := parse(strings.TrimSpace(s), func(domain string) (string, error) { return domain, nil })
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune(".@_+-", r)
	}
	if err != nil || len(a) > longest || strings.ContainsFunc(string(a), func(r rune) bool { return !plain(r) }) {
		return ""
	}
	return string(a)
}

// oneLine turns every kind of space into one plain space. It reports broken
// UTF-8 and what is too long to look at.
func oneLine(s string) (string, bool) {
	if len(s) > maxNameBytes || !utf8.ValidString(s) {
		return "", false
	}
	fields := strings.FieldsFunc(s, func(r rune) bool { return unicode.Is(unicode.Zs, r) })
	return strings.Join(fields, " "), true
}

func tooLong(s string) bool {
	columns := 0
	for _, r := range s {
		columns++
		if r >= 0x1100 && unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0xff00 && r <= 0xff60 {
			columns++
		}
	}
	return columns > maxShownColumns || strings.Count(s, " ") >= maxShownWords
}

// namePunctuation is what names are written with besides letters and digits.
// Missing on purpose: the signs of addresses, markup and sentences (@ : ; = < > [ ]
// { } \ ^ ~) and all emoji.
const namePunctuation = ` .,&+!?()/|_*%#$€£¥'’‘ʼ´"“”„«»‹›-‐‑–—·•°®™©№²³،׳״` +
	`・、「」『』《》（）＆！，－．＋／々ー`

// invisible are letters and marks that show nothing.
const invisible = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"

func onlyNameCharacters(s string) bool {
	marks, letters := 0, 0
	var prev rune
	for _, r := range s {
		switch {
		case strings.ContainsRune(invisible, r) || unicode.Is(unicode.Variation_Selector, r):
			return false
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r):
			if marks++; marks > mostMarks(r) || prev == 0 || !isLetter(prev) && !unicode.IsMark(prev) {
				return false
			}
		case isLetter(r) || unicode.Is(unicode.Nd, r):
			marks, letters = 0, letters+1
			if r >= 0x1d400 && r <= 0x1d7ff { // bold and script letters of mathematics
				return false
			}
		case strings.ContainsRune(namePunctuation, r):
			marks = 0
			if r == prev && !strings.ContainsRune("'*+", r) { // "!!!", "//", "..."
				return false
			}
			if r == '.' && (prev == 0 || strings.ContainsRune(" (.", prev)) { // ".com", "(.)com"
				return false
			}
		default:
			return false
		}
		prev = r
	}
	return letters > 0
}

// mostMarks is lower for the accents of Latin, Greek and Cyrillic: Vietnamese,
// which uses most of them, has two on a letter.
func mostMarks(r rune) int {
	if unicode.Is(unicode.Inherited, r) {
		return 2
	}
	return maxShownMarks
}

func isLetter(r rune) bool { return unicode.Is(unicode.L, r) }

// contactWords begin what mail programs turn into links.
var contactWords = []string{"www", "http", "https", "hxxp", "hxxps", "ftp", "mailto", "javascript"}

// hasContact finds phone numbers, sums of money, and the words of links.
func hasContact(s string) bool {
	digits := 0
	var prev rune
	for _, r := range s {
		if unicode.Is(unicode.Nd, r) {
			digits++
			if strings.ContainsRune("$€£¥", prev) {
				return true
			}
		}
		prev = r
	}
	if digits > maxShownDigits || digits > 3 && strings.ContainsAny(s, "+＋") {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(narrow(s)), func(r rune) bool { return !isLetter(r) && !unicode.IsMark(r) })
	for i, w := range words {
		for _, c := range contactWords {
			if w == c {
				return true
			}
		}
		if (w == "dot" || w == "punkt") && i > 0 && i+1 < len(words) && isTLD(words[i+1]) {
			return true
		}
	}
	return false
}

// hasDomain finds a dot between two labels whose second one ends a domain name,
// and addresses of four numbers. "J.R.R.Tolkien" and "Dr.Müller" are none: what
// follows the dot is no top-level domain and begins with a capital.
func hasDomain(s string) bool {
	for labels := range dotted(s) {
		for i, label := range labels {
			first, _ := utf8.DecodeRuneInString(label)
			if i == 0 || isNumber(label) || utf8.RuneCountInString(label) < 2 {
				continue
			}
			if isTLD(strings.ToLower(label)) || !unicode.IsUpper(first) && !unicode.IsDigit(first) {
				return true
			}
		}
	}
	return hasNumbers(s)
}

// hasNumbers finds addresses of four numbers.
func hasNumbers(s string) bool {
	for labels := range dotted(s) {
		numbers := 0
		for _, label := range labels {
			if isNumber(label) {
				numbers++
			}
		}
		if numbers >= 4 {
			return true
		}
	}
	return false
}

func isNumber(label string) bool { return strings.Trim(label, "0123456789") == "" }

// dotted walks the words of a name by the labels between their dots.
func dotted(s string) iter.Seq[[]string] {
	return func(yield func([]string) bool) {
		for _, word := range strings.FieldsFunc(narrow(s), func(r rune) bool {
			return !isLetter(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Nd, r) && !strings.ContainsRune(".-_‐‑", r)
		}) {
			if !yield(strings.Split(strings.Trim(word, "."), ".")) {
				return
			}
		}
	}
}

// narrow writes the full-width forms of ASCII and the dots that browsers take for
// a full stop as the plain ones (UTS 46, section 2.3).
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xff01 + '!'
		case r == '。' || r == '｡':
			return '.'
		}
		return r
	}, s)
}

// lookalikes are the scripts whose letters pass for Latin ones.
var lookalikes = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee, unicode.Coptic, unicode.Lisu}

// mixesScripts finds a word in two look-alike scripts, such as "Pаypal" with a
// Cyrillic a.
func mixesScripts(s string) bool {
	for _, word := range strings.Fields(s) {
		var script *unicode.RangeTable
		for _, r := range word {
			for _, table := range lookalikes {
				if isLetter(r) && unicode.Is(table, r) {
					if script != nil && script != table {
						return true
					}
					script = table
				}
			}
		}
	}
	return false
}
