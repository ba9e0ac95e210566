#!/bin/sh
# golang.org/x/net/idna, v0.62.0 with Go 1.26: capitals and typographic signs lead to other domains.
#
# 1. Lookup, which is not transitional, keeps "ß" and turns the capital "ẞ" into "ss": the same
#    address in capitals is at another domain. (UTS 46 maps "ẞ" to "ß" since revision 31; the tables
#    that a Go release before 1.27 selects are older, so one version of the module leads to two
#    domains, by the Go that compiled it.)
# 2. Lookup makes letters of signs that stand behind an address: "™" becomes "tm".
# 3. Registration, "properly formatted for registration as defined by Section 4 of RFC 5891",
#    takes punctuation that RFC 5892 disallows (its category NV8): the Arabic comma and a quote.
#
# Seen:
#   lookup       straße.de       xn--strae-oqa.de  <nil>
#   lookup       STRAẞE.DE       strasse.de  <nil>
#   lookup       example.com™    example.comtm  <nil>
#   registration example.com،    example.xn--com-nwe  <nil>
#   registration example.com”    example.xn--com-9o0a  <nil>
# Seen 2026-11-27
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >main.go <<'GO'
package main

import (
	"fmt"

	"golang.org/x/net/idna"
)

func main() {
	for _, c := range []struct {
		name    string
		profile *idna.Profile
		domain  string
	}{
		{"lookup", idna.Lookup, "straße.de"}, {"lookup", idna.Lookup, "STRAẞE.DE"}, {"lookup", idna.Lookup, "example.com™"},
		{"registration", idna.Registration, "example.com،"}, {"registration", idna.Registration, "example.com”"},
	} {
		ascii, err := c.profile.ToASCII(c.domain)
		fmt.Println(c.name, c.domain, ascii, err)
	}
}
GO
go mod init finding >/dev/null 2>&1
go get golang.org/x/net/idna@v0.62.0 >/dev/null 2>&1
go run . | tee seen
cat >want <<'END'
lookup straße.de xn--strae-oqa.de <nil>
lookup STRAẞE.DE strasse.de <nil>
lookup example.com™ example.comtm <nil>
registration example.com، example.xn--com-nwe <nil>
registration example.com” example.xn--com-9o0a <nil>
END
diff want seen
