// Package idn gives the domain package its IDNA rules. It stands apart because
// its tables are 300 KB that most of the Lambdas do not need.
package idn

import "golang.org/x/net/idna"

// ToASCII returns the ASCII form of a domain as UTS 46 maps it for look-up.
func ToASCII(domain string) (string, error) { return idna.Lookup.ToASCII(domain) }
