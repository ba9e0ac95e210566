package invite

import (
	"slices"
	"strings"
)

// mailDomains are the domains of mail providers that many people have an address at.
// A domain that differs from one of them by one slip of a finger is probably that one.
var mailDomains = []string{
	"gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.es", "yahoo.it", "yahoo.co.jp", "yahoo.com.br",
	"outlook.com", "outlook.fr", "outlook.de", "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de", "hotmail.it", "hotmail.es",
	"live.com", "live.co.uk", "live.fr", "msn.com", "icloud.com", "me.com", "mac.com", "aol.com", "aol.de", "proton.me", "protonmail.com",
	"gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de", "t-online.de", "freenet.de", "posteo.de", "mailbox.org",
	"orange.fr", "free.fr", "laposte.net", "wanadoo.fr", "libero.it", "virgilio.it", "telenet.be", "ziggo.nl", "kpnmail.nl",
	"wp.pl", "onet.pl", "interia.pl", "o2.pl", "uol.com.br", "terra.com.br", "bol.com.br", "comcast.net", "verizon.net", "att.net",
	"btinternet.com", "sky.com", "bigpond.com", "fastmail.com", "zoho.com", "yandex.ru", "yandex.com", "mail.ru", "qq.com", "163.com", "naver.com",
}

// realDomains look like a slip of one of mailDomains and are not.
var realDomains = []string{
	"ymail.com", "email.com", "mail.com", "gmai.com", "live.de", "live.nl", "live.it", "live.be", "live.se", "live.dk", "live.no",
	"outlook.it", "outlook.es", "outlook.be", "outlook.at", "outlook.dk", "outlook.pt", "hotmail.be", "hotmail.nl", "hotmail.se", "hotmail.no", "hotmail.ch",
	"yahoo.ca", "yahoo.in", "yahoo.be", "yahoo.ie", "yahoo.se", "gmx.us", "gmx.fr", "gmx.es", "gmx.it", "aol.fr", "aol.it",
	"proton.ch", "pm.me", "o2.de", "o2.uk", "me.uk", "wp.com", "sky.de", "att.com", "msn.nl", "126.com", "139.com", "web.com", "free.de",
}

// wrongEndings are what ".com" becomes when a finger slips; none is a top-level domain
// that anybody writes mail from. ".co" and ".cm" are countries, so only a well-known
// provider's name before them tells a slip.
var wrongEndings = []string{".con", ".cmo", ".ocm", ".vom", ".xom", ".comm", ".coom", ".cim", ".c0m", ".cpm"}

// shortest is the length of a name, without its ending, from which on one slip tells:
// of two or three letters everything is one slip from something.
const shortest = 4

// LikelyMeant returns the address that was probably meant where the domain is a
// mistyped one of a well-known mail provider, or ends in a mistyped ".com".
func (a Address) LikelyMeant() (Address, bool) {
	local, domain, _ := strings.Cut(string(a), "@")
	if slices.Contains(mailDomains, domain) || slices.Contains(realDomains, domain) {
		return "", false
	}
	name, _, _ := strings.Cut(domain, ".")
	for _, known := range mailDomains {
		knownName, _, _ := strings.Cut(known, ".")
		if len(name) >= shortest && len(knownName) >= shortest && oneSlip(domain, known) {
			return Address(local + "@" + known), true
		}
	}
	for _, wrong := range wrongEndings {
		if stem, ok := strings.CutSuffix(domain, wrong); ok {
			meant := stem + ".com"
			for _, known := range mailDomains {
				if oneSlip(meant, known) {
					meant = known
				}
			}
			return Address(local + "@" + meant), true
		}
	}
	return "", false
}

// oneSlip tells whether a becomes b by one letter added, left out or changed, or by
// two neighbours that changed places (Damerau 1964).
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	n := 0
	for n < len(a) && a[n] == b[n] {
		n++
	}
	switch {
	case a == b || len(b)-len(a) > 1:
		return false
	case len(a) < len(b):
		return a[n:] == b[n+1:]
	case a[n+1:] == b[n+1:]:
		return true
	}
	return n+1 < len(a) && a[n] == b[n+1] && a[n+1] == b[n] && a[n+2:] == b[n+2:]
}
