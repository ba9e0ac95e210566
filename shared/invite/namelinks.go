package invite

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Here a name is read as a mail program reads it, which makes a link of whatever looks
// like an address or a phone number.

// contactWords begin what mail programs turn into links.
var contactWords = []string{"www", "http", "https", "hxxp", "hxxps", "ftp", "mailto", "javascript"}

// hasContact finds phone numbers, sums of money, and the words of links.
func hasContact(s string) bool {
	s = narrow(s)
	if hasPhone(s) {
		return true
	}
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !isLetter(r) && !unicode.IsMark(r) })
	for i, w := range words {
		if slices.Contains(contactWords, w) {
			return true
		}
		if (w == "dot" || w == "punkt") && i > 0 && i+1 < len(words) && isTLD(words[i+1]) {
			return true
		}
	}
	return false
}

// hasPhone finds phone numbers and sums of money by their digits.
func hasPhone(s string) bool {
	digits, international := 0, false
	var prev rune
	for i, r := range s {
		if isDigit(r) {
			digits++
			if strings.ContainsRune("$€£¥", prev) {
				return true
			}
		}
		if r == '+' { // "Canal+" and "50+" are none
			next, _ := utf8.DecodeRuneInString(s[i+1:])
			international = international || isDigit(next) || !isLetter(prev) && !isDigit(prev)
		}
		prev = r
	}
	if digits > maxShownDigits {
		digits -= repeatedYear(s)
	}
	return digits > maxShownDigits || digits > 3 && international
}

// repeatedYear returns the digits of the second year in "2025/2026", "2025/26" or
// "2019–2024", which do not make a phone number of the first one's.
func repeatedYear(s string) int {
	for i, r := range s {
		if r != '/' && r != '–' && !isHyphen(r) {
			continue
		}
		before, after := s[:i], s[i+utf8.RuneLen(r):]
		start := strings.TrimRightFunc(before, isDigit)
		first, second := before[len(start):], after[:len(after)-len(strings.TrimLeftFunc(after, isDigit))]
		if !strings.HasSuffix(start, "+") && areYears(first, second) {
			return len(second)
		}
	}
	return 0
}

func areYears(first, second string) bool {
	const longest = 30 // from one to the other
	if len(first) != 4 || len(second) != 4 && len(second) != 2 {
		return false
	}
	from, err := strconv.Atoi(first)
	to, err2 := strconv.Atoi(first[:4-len(second)] + second)
	return err == nil && err2 == nil && from >= 1900 && to < 2100 && from < to && to <= from+longest
}

func isDigit(r rune) bool { return unicode.Is(unicode.Nd, r) }

// hasDomain finds a dot between two labels whose second one ends a domain name,
// and addresses of four numbers. "J.R.R.Tolkien" and "Dr.Müller" are none: what
// follows the dot is no top-level domain and begins with a capital. Nor are titles
// such as "Dipl.Ing.", see [isTitle].
func hasDomain(s string) bool {
	for word, rest := range dotted(s) {
		labels := strings.Split(word, ".")
		for i := 1; i < len(labels); i++ {
			if endsDomain(labels[:i], labels[i], rest) && !isTitle(word, rest) && !endsTitle(labels[:i+1], labels[i+1:], rest) {
				return true
			}
		}
	}
	return hasNumbers(s)
}

// endsTitle reports whether labels end with a title, behind nothing but other words that
// stand before a name: "Prim.Univ.Prof.Dr.", "prof.Ing.Novák".
func endsTitle(labels, after []string, rest string) bool {
	if len(after) > 0 {
		rest = "." + after[0] + rest
	}
	for i := range len(labels) - 1 {
		if isTitle(strings.Join(labels[i:], "."), rest) {
			return true
		}
		if !isAddressed(labels[i]) {
			break
		}
	}
	return false
}

// endsDomain reports whether a label makes a domain of the labels before it. A domain
// newer than the list is found by its small letters, save for two Latin ones: countries do
// not come every year. Where a script has no capitals only the list can tell.
func endsDomain(before []string, label, rest string) bool {
	first, _ := utf8.DecodeRuneInString(label)
	if isHyphen(first) || isNumber(label) || utf8.RuneCountInString(label) < 2 {
		return false
	}
	head := headOf(label)
	if isTLD(strings.ToLower(label)) || head != label && isTLD(strings.ToLower(head)) && !isGivenName(before, label, head) || endsInASCII(before, label) {
		return true
	}
	short := utf8.RuneCountInString(label) == 2 && unicode.Is(unicode.Latin, first)
	return unicode.IsLower(first) && !unicode.Is(unicode.Georgian, first) && !short &&
		!isParticle(before, label, rest) && !isFaculty(before[0])
}

// isFaculty recognises "Dr.forest.": what somebody is a doctor of, where it ends no domain.
func isFaculty(before string) bool {
	return strings.Contains(" Dr Prof Dipl Mag Dott Mgr Ks ", " "+capitalised(before)+" ")
}

func capitalised(label string) string {
	first, size := utf8.DecodeRuneInString(label)
	return string(unicode.ToUpper(first)) + label[size:]
}

// headOf returns the part of a label that some programs take for its end: they stop
// before a hyphen, and where another script goes on without a space, as in
// "EVIL.COMを開く".
func headOf(label string) string {
	first, _ := utf8.DecodeRuneInString(label)
	own := scriptOf(first)
	if i := strings.IndexFunc(label, func(r rune) bool {
		return isHyphen(r) || r == '_' || r == 'ª' || r == 'º' || isLetter(r) && scriptOf(r) != own
	}); i >= 0 {
		return label[:i]
	}
	return label
}

// endsInASCII finds "Evil.Comé", of which some programs take "Evil.Com", and which is
// built like "J.Menéndez" and "Dr.Núñez".
func endsInASCII(before []string, label string) bool {
	i := strings.IndexFunc(label, func(r rune) bool { return r >= utf8.RuneSelf })
	if i < 2 || !isTLD(strings.ToLower(label[:i])) {
		return false
	}
	after, _ := utf8.DecodeRuneInString(label[i:])
	mixed := label[:i] == strings.ToUpper(label[:i]) && !unicode.IsUpper(after)
	return mixed || !areInitials(before) && slices.ContainsFunc(before, func(l string) bool {
		return !isAddressed(l)
	})
}

func isAddressed(label string) bool {
	return strings.Contains(addressed, " "+capitalised(label)+" ") || strings.Contains(addressed, " "+label+" ")
}

// addressed are the words before a family name.
const addressed = " Dr Prof Eng Arq Adv Dra Lcda Dir Yrd Arş Öğr Gör Col Prim Univ Gent Egr Mr Mrs Ms Sr Sra Srta Dña St Sta Sto Ste Mag Ing Lic Mme Mlle Av Doç Op Uzm Fr Hr Phd Mgr Bc DR PROF MR MRS MS SR SRA "

// withEndings are the scripts without capitals that have top-level domains.
var withEndings = []*unicode.RangeTable{
	unicode.Arabic, unicode.Hebrew, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi, unicode.Gujarati, unicode.Oriya,
	unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Thai, unicode.Lao,
	unicode.Georgian, unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana,
}

// scriptOf returns the script of a letter without capitals, and nil of all others.
func scriptOf(r rune) *unicode.RangeTable {
	if r < 0x0590 { // what comes before has capitals
		return nil
	}
	for _, script := range withEndings {
		if unicode.Is(script, r) {
			return script
		}
	}
	return nil
}

// isGivenName recognises "J.Li-Wei", where two letters end a country's domains.
func isGivenName(before []string, label, head string) bool {
	after, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(label[len(head):], isHyphen))
	return len(head) == 2 && head != strings.ToUpper(head) && unicode.IsUpper(after) && areInitials(before)
}

// particles stand before a family name and end no domain.
const particles = " van von vom vander ter ten der den zu zum zur di da das dos del dela della dalla degli dei du le el bin bint ibn "

// isParticle recognises "A.van Dijk" and "Cia.das Letras".
func isParticle(before []string, label, rest string) bool {
	return strings.Contains(particles, " "+label+" ") && strings.HasPrefix(rest, " ") && !slices.ContainsFunc(before, func(l string) bool {
		first, _ := utf8.DecodeRuneInString(l)
		return !unicode.IsUpper(first)
	})
}

func areInitials(labels []string) bool {
	return !slices.ContainsFunc(labels, func(l string) bool {
		r, size := utf8.DecodeRuneInString(l)
		return size != len(l) || !unicode.IsUpper(r)
	})
}

// hasNumbers finds addresses of four numbers.
func hasNumbers(s string) bool {
	for word := range dotted(s) {
		numbers := 0
		for label := range strings.SplitSeq(word, ".") {
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

func isHyphen(r rune) bool { return r == '-' || r == '‐' || r == '‑' }

// dots are what [narrow] makes one of.
const dots = ".．。｡㏇㏍"

// dotted walks the words of a name that have a dot within, each with what follows it.
func dotted(s string) iter.Seq2[string, string] {
	return func(yield func(word, rest string) bool) {
		if !strings.ContainsAny(s, dots) {
			return
		}
		for rest := narrow(s); rest != ""; {
			end := strings.IndexFunc(rest, func(r rune) bool { return !isOfWord(r) })
			if end < 0 {
				end = len(rest)
			}
			word := strings.Trim(rest[:end], ".")
			rest = rest[end:]
			if strings.Contains(word, ".") && !yield(word, rest) {
				return
			}
			_, size := utf8.DecodeRuneInString(rest)
			rest = rest[size:]
		}
	}
}

func isOfWord(r rune) bool {
	return isLetter(r) || unicode.IsMark(r) || isDigit(r) || r == '.' || r == '_' || isHyphen(r)
}

// narrow writes the full-width forms of ASCII, the dots that browsers take for a full
// stop and the signs with one in them as the plain ones (UTS 46, section 2.3), and
// leaves joiners out.
func narrow(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= 0x200c }) < 0 {
		return s
	}
	return withDots.Replace(strings.Map(func(r rune) rune {
		switch {
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xff01 + '!'
		case r == '。' || r == '｡':
			return '.'
		case isJoiner(r):
			return -1
		}
		return r
	}, s))
}

var withDots = strings.NewReplacer("㏇", "Co.", "㏍", "K.K.")
