package page

import (
	"net/http"
	"net/url"
	"strings"
)

// Headers returns what every answer under a link carries, redirects and refusals
// too: a link is a secret, so no cache keeps it and no referrer tells it.
func Headers() http.Header {
	return http.Header{
		"Cache-Control":          {"no-store"},
		"Referrer-Policy":        {"no-referrer"},
		"X-Content-Type-Options": {"nosniff"},
		"X-Frame-Options":        {"DENY"},
		"X-Robots-Tag":           {"noindex, nofollow"},
	}
}

// formAction lists the page itself and the origins an accept may lead to.
func formAction(hosts []string) string {
	sources := []string{"'self'"}
	for _, host := range hosts {
		if source := origin("https://" + strings.ToLower(strings.TrimSpace(host))); source != "" {
			sources = append(sources, source)
		}
	}
	return strings.Join(sources, " ")
}

// origin returns scheme and host of an address as a source of a policy, or "" for
// what is no address or could end the directive. Plain HTTP is for this machine.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	for _, c := range strings.ToLower(u.Host) {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-:", c) {
			return ""
		}
	}
	if name := u.Hostname(); name == "localhost" || name == "127.0.0.1" {
		return "http://" + u.Host
	}
	return "https://" + u.Host
}
