// Package gateway is the local stack's one origin: the API and the links of the
// deployed HTTP API, the mailbox, the demo console, the API's document and the local DNS.
package gateway

import (
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"

	"invites/infra/local/bridge"
)

// Options are what the gateway stands in front of.
type Options struct {
	// Endpoint is MiniStack, APIHost the host name by which it knows the API.
	Endpoint, APIHost string
	CORS              *bridge.CORS
	Mailbox, Console  http.Handler
	Docs, DNS         http.Handler
	Log               *log.Logger
}

// New returns the gateway's handler.
func New(o Options) (http.Handler, error) {
	target, err := url.Parse(o.Endpoint)
	if err != nil {
		return nil, err
	}
	api := crossOrigin(o.CORS, proxy(target, o.APIHost, o.Log))
	mux := http.NewServeMux()
	mux.Handle("/mailbox/", o.Mailbox)
	mux.Handle("/console/", o.Console)
	mux.Handle("/docs/", o.Docs)
	mux.Handle("/dns/", o.DNS)
	mux.Handle("GET /{$}", http.RedirectHandler("/console/", http.StatusFound))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Before the ServeMux, which would clean an odd path with a redirect of its own.
		for _, prefix := range []string{"/v1/", "/i/", "/o/"} {
			if strings.HasPrefix(r.URL.Path, prefix) {
				api.ServeHTTP(w, r)
				return
			}
		}
		mux.ServeHTTP(w, r)
	}), nil
}

// proxy hands requests to the API as its own host name would.
func proxy(target *url.URL, host string, errors *log.Logger) http.Handler {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.Proxy = nil
	transport.MaxIdleConnsPerHost = 64
	transport.DisableCompression = true
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = host
			r.SetXForwarded()
		},
		Transport:     transport,
		FlushInterval: -1,
		ErrorLog:      errors,
	}
}
