package invite

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// TokenParameter names the token in the fragment of a product's own accept page.
const TokenParameter = "token"

// The parameters that an accept adds to the set-up page's address.
const (
	inviteParameter = "invite"
	codeParameter   = "code"
)

// LinkOf returns what a mail leads to: the product's own accept page with the token in
// its fragment, which a browser keeps to itself, or our page at a base address. That one
// opens in both cases (docs/decisions/0052-an-accept-page-of-the-products-own.md).
func (s Settings) LinkOf(base string, t Token) string {
	if _, err := url.Parse(s.AcceptURL); err != nil || s.AcceptURL == "" {
		return base + "/i/" + t.Reveal()
	}
	at, _, _ := strings.Cut(spelled(s.AcceptURL), "#")
	return at + "#" + TokenParameter + "=" + t.Reveal()
}

// NextOf returns where an accept leads: the tenant's set-up page with the invite and
// the code, or "" where the tenant has none. The page's own query comes first and stays as
// it was written. Only parameters with our two names are left out, because a backend might
// read those instead of ours; [Limits.Check] refuses them in new settings. Only an
// operator's default address has a fragment.
func (s Settings) NextOf(id ID, c Code) string {
	if _, err := url.Parse(s.SetupURL); err != nil || s.SetupURL == "" {
		return ""
	}
	at, fragment, _ := strings.Cut(spelled(s.SetupURL), "#")
	at, query, _ := strings.Cut(at, "?")
	if pairs := strings.Split(query, "&"); slices.ContainsFunc(pairs, isAdded) {
		query = strings.Join(slices.DeleteFunc(pairs, isAdded), "&")
	}
	if query != "" && !strings.HasSuffix(query, "&") {
		query += "&"
	}
	next := at + "?" + query + inviteParameter + "=" + url.QueryEscape(string(id)) + "&" + codeParameter + "=" + url.QueryEscape(c.Reveal())
	if fragment != "" {
		next += "#" + fragment
	}
	return next
}

// isAdded reports whether a pair of a query is one that NextOf adds.
func isAdded(pair string) bool {
	name, _, _ := strings.Cut(pair, "=")
	name, err := url.QueryUnescape(name)
	return err == nil && (name == inviteParameter || name == codeParameter)
}

// spelled returns an address as a header or a mail can carry it: with percent signs for
// what no address holds, and everything else as it is. A [url.URL] would not do: its String
// decodes the whole path where one character needs a percent sign.
func spelled(address string) string {
	var b strings.Builder
	percent := "\"<>\\^`{|}"
	for i := range len(address) {
		c := address[i]
		if c == '?' {
			percent = "\"<>" // a browser keeps the others in a query
		}
		if c <= ' ' || c > '~' || strings.IndexByte(percent, c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (l Limits) checkURL(s string) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || u.Host == "" || u.User != nil || strings.Contains(s, "#") {
		return "Give a full address such as https://app.example.com/welcome, without a fragment."
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return "The address must begin with https://."
	}
	if !slices.Contains(l.AllowedHosts, strings.ToLower(u.Host)) {
		return "The operator allows other hosts only; ask for this one to be added to AllowedUrlHosts."
	}
	// What a browser does not send as it is written (https://url.spec.whatwg.org/#special-query-percent-encode-set).
	if strings.ContainsFunc(u.RawQuery, func(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune(`"'<>`, c) }) {
		return "After the question mark, write spaces, quotes, < and > and everything that is not ASCII with a percent sign, such as %20, %27 or %C3%BC: a browser would change them."
	}
	return ""
}

// checkSetup refuses what NextOf could not keep. Some backends end a parameter at a
// semicolon as well.
func checkSetup(s string) string {
	_, query, _ := strings.Cut(s, "?")
	if slices.ContainsFunc(strings.FieldsFunc(query, func(c rune) bool { return c == '&' || c == ';' }), isAdded) {
		return "Every accept adds the parameters invite and code to this address: leave them out, or give yours other names."
	}
	return ""
}

// checkLink refuses what a mail program would not make one whole link of, and what the
// HTML of a mail would not keep.
func checkLink(s string) string {
	link := spelled(s)
	if _, err := url.PathUnescape(link); err != nil || len(link) > maxURL || strings.ContainsAny(link, "'()[]\\^`{|}") {
		return "Write the address as a link has it: at most 512 characters, letters, digits and common signs, everything else with a percent sign such as %C3%BC."
	}
	return ""
}
