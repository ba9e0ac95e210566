package locale

import (
	"slices"
	"strings"
	"unicode"
)

// Dir returns the direction of the language's script for the dir attribute, "ltr" or
// "rtl".
func (c *Catalogue) Dir() string {
	if language, _, _ := strings.Cut(c.tag, "-"); slices.Contains(fromRight, language) {
		return "rtl"
	}
	return "ltr"
}

// fromRight are the languages that are written from right to left.
var fromRight = []string{"ar", "fa", "he", "ur"}

// scripts are those that are written from right to left. Those that nobody writes
// names in any more are left out.
var scripts = []*unicode.RangeTable{
	unicode.Adlam, unicode.Arabic, unicode.Hanifi_Rohingya, unicode.Hebrew, unicode.Mandaic,
	unicode.Mende_Kikakui, unicode.Nko, unicode.Samaritan, unicode.Syriac, unicode.Thaana,
}

// First strong isolate and its end (UAX #9 2.4): what is between them has the
// direction of its own first letter, and stands in the line around it as one sign.
const (
	isolateStart = '\u2068'
	isolateEnd   = '\u2069'
)

// isolate returns a value as it stands within a text of the catalogue. Where it has
// letters of the other direction, the numbers and brackets beside it would else be
// read as part of it: "(3" after an Arabic name, or an address in an Arabic line. Such
// a value also decides no more than itself: a subject in Arabic that begins with
// "Acme" is still one from right to left.
func (c *Catalogue) isolate(value string) string {
	rtl, depth := c.Dir() == "rtl", 0
	for _, r := range value {
		switch {
		case r == isolateStart:
			depth++
		case r == isolateEnd:
			depth--
		case depth <= 0 && unicode.IsLetter(r) && unicode.In(r, scripts...) != rtl:
			return string(isolateStart) + value + string(isolateEnd)
		}
	}
	return value
}
