package invite

import (
	_ "embed"
	"strings"
)

// topLevel holds the endings of the root zone as IANA lists them, one a line, after a line
// that says which version of the list it is and how to renew it. One that is not ASCII has
// two lines, in Unicode and in its ASCII form.
//
//go:embed tld.txt
var topLevel string

// isTLD reports whether a label, lower case, in Unicode or ASCII, is a top-level domain.
func isTLD(label string) bool {
	return label != "" && strings.Contains(topLevel, "\n"+label+"\n")
}

// isEnding reports whether domains end in a label: a top-level domain, or a name that is
// kept for examples and tests (RFC 2606, RFC 6761).
func isEnding(label string) bool {
	switch label {
	case "example", "test", "invalid", "localhost":
		return true
	}
	return isTLD(label)
}

// isGeneric reports labels that stand before a country's as its endings: "co.uk".
func isGeneric(label string) bool {
	return strings.Contains(" co com ac or ne net org gov gob gouv go edu nom ", " "+label+" ")
}
