package invite

import (
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
)

// SafeName returns s as a mail or page may show it, or fallback where s is empty
// or more than a name: where it has control, bidi, zero-width or other invisible
// characters (joiners stay where a script is spelt with them), heaped accents, words
// mixed from look-alike scripts, links, domains, addresses, phone numbers, markup or
// emoji, or is too long. It never fails, and what it returns of s is one line.
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
		if r >= 0x1100 && unicode.In(r, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana) || r >= 0xff00 && r <= 0xff60 || strings.ContainsRune(companySigns, r) {
			columns++
		}
	}
	return columns > maxShownColumns || strings.Count(s, " ") >= maxShownWords
}

// namePunctuation is what names are written with besides letters and digits: in
// Greek, Tibetan, Hebrew, Armenian and Hindi too, and in Japanese between the parts of a
// foreign name. Missing on purpose: the signs of addresses, markup and sentences
// (@ : ; = < > [ ] { } \ ^ ~) and all emoji.
const namePunctuation = ` .,&+!?()/|_*%#$€£¥'’‘‛ʼ´′"“”„«»‹›-‐‑–—·•°®™©№§¹²³¡¿،׳״־՚՛֊॰૰་` + "`" +
	`΄×″‚‧‒―−½¼¾₂፡།、【】〔〕〜～・･゠「」『』《》（）＆！，－．＋／＇＝々ー` + companySigns

// companySigns are "company" in one character: of shares, limited, and so on.
const companySigns = "㈱㈲㈳㈴㈵㈶㈻㈼㈽㈾㈿㈜㊑㊒㊓㊔㍿㏇㏍℠"

// invisible are letters, marks and one symbol (the empty pattern of Braille) that show
// nothing.
const invisible = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"

func onlyNameCharacters(s string) bool {
	marks, letters := 0, 0
	var prev rune // before r, joiners left out
	joined := false
	for i, r := range s {
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		if isJoiner(r) {
			if joined || !joins(prev, r, next) {
				return false
			}
			joined = true
			continue
		}
		joined = false
		switch {
		case strings.ContainsRune(invisible, r) || unicode.Is(unicode.Variation_Selector, r):
			return false
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Mc, r):
			if marks++; marks > mostMarks(r) || prev == 0 || !isLetter(prev) && !unicode.IsMark(prev) {
				return false
			}
		case isLetter(r) || unicode.Is(unicode.Nd, r) || r == '〇' || isRoman(prev, r, next): // the zero of Chinese numbers
			marks, letters = 0, letters+1
			if r >= 0x1d400 && r <= 0x1d7ff { // bold and script letters of mathematics
				return false
			}
		case strings.ContainsRune(namePunctuation, r):
			marks = 0
			if r == prev && !strings.ContainsRune("'*+׳", r) { // "!!!", "//", "..."
				return false
			}
			if r == '.' && (prev == 0 || strings.ContainsRune(" (.", prev)) { // ".com", "(.)com"
				return false
			}
		case r == '。' && letters > 0 && i+len("。") == len(s): // a name may end like a sentence
		default:
			return false
		}
		prev = r
	}
	return letters > 0
}

// isRoman recognises the one-character numbers of "第Ⅱ営業部" and "Louis Ⅲ", which are letters'
// lookalikes within a word.
func isRoman(prev, r, next rune) bool {
	return r >= 'Ⅰ' && r <= 'Ⅻ' && !unicode.Is(unicode.Latin, prev) && !unicode.Is(unicode.Latin, next)
}

// mostMarks returns how many may follow one letter: two accents of Latin, Greek and
// Cyrillic, as in Vietnamese, three in Thai and Hebrew, and five where a syllable is
// written around its consonant: "Kyaw", the commonest name in Burmese, has four.
func mostMarks(r rune) int {
	switch {
	case unicode.Is(unicode.Inherited, r):
		return 2
	case unicode.In(r, unicode.Myanmar, unicode.Khmer, unicode.Tibetan, unicode.Javanese, unicode.Balinese):
		return 5
	}
	return 3
}

const (
	nonJoiner = '\u200c'
	joiner    = '\u200d'
)

func isJoiner(r rune) bool { return r == nonJoiner || r == joiner }

// joining are the scripts of India and Sri Lanka, in which joiners pick the forms of
// letters, and viramas their signs of a consonant without a vowel.
var joining = []*unicode.RangeTable{
	unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
	unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
}

const viramas = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"

// joins reports whether a joiner between two runes is spelling: within a word of an
// Indic script ("ශ්‍රී", "র‍্যাব") and after a virama at its end, as older Malayalam has it
// ("രാജന്‍"); or, as a non-joiner, within a word of Arabic script ("علی‌رضا") and at its
// end, as Kurdish has it ("كاوه‌"). Next is utf8.RuneError at the end of the name.
func joins(prev, r, next rune) bool {
	ends := !isLetter(next) && !unicode.IsMark(next)
	switch {
	case unicode.In(prev, joining...):
		return !ends && unicode.In(next, joining...) || ends && strings.ContainsRune(viramas, prev)
	case unicode.Is(unicode.Arabic, prev) && isLetter(prev) || prev >= '\u064b' && prev <= '\u0655': // a vowel sign
		return r == nonJoiner && (ends || isLetter(next) && unicode.Is(unicode.Arabic, next))
	}
	return false
}

func isLetter(r rune) bool { return unicode.Is(unicode.L, r) }

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
