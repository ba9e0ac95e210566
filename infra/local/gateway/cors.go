package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"invites/infra/local/bridge"
)

// crossOrigin answers preflights and sets the cross-origin headers as an HTTP
// API with this configuration does in AWS. MiniStack differs: its authorizer's
// 401 has none, and a preflight from a strange origin is refused rather than
// answered without them.
func crossOrigin(c *bridge.CORS, api http.Handler) http.Handler {
	if len(c.AllowOrigins) == 0 {
		return api
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		allowed := origin != "" && (slices.Contains(c.AllowOrigins, "*") || slices.Contains(c.AllowOrigins, origin))
		if r.Method == http.MethodOptions {
			if allowed {
				setCommon(w.Header(), c, origin)
				header := w.Header()
				setList(header, "Access-Control-Allow-Methods", c.AllowMethods)
				setList(header, "Access-Control-Allow-Headers", c.AllowHeaders)
				if c.MaxAge > 0 {
					header.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge)))
				}
			}
			w.WriteHeader(http.StatusNoContent)
			return
		}
		api.ServeHTTP(&corsWriter{ResponseWriter: w, set: func(header http.Header) {
			for name := range header {
				if strings.HasPrefix(name, "Access-Control-") {
					header.Del(name)
				}
			}
			if allowed {
				setCommon(header, c, origin)
			}
		}}, r)
	})
}

func setCommon(header http.Header, c *bridge.CORS, origin string) {
	header.Set("Access-Control-Allow-Origin", origin)
	if slices.Contains(c.AllowOrigins, "*") && !c.AllowCredentials {
		header.Set("Access-Control-Allow-Origin", "*")
	}
	if !slices.Contains(header.Values("Vary"), "Origin") {
		header.Add("Vary", "Origin")
	}
	setList(header, "Access-Control-Expose-Headers", c.ExposeHeaders)
	if c.AllowCredentials {
		header.Set("Access-Control-Allow-Credentials", "true")
	}
}

func setList(header http.Header, name string, values []string) {
	if len(values) > 0 {
		header.Set(name, strings.Join(values, ","))
	}
}

// corsWriter changes the header just before it leaves.
type corsWriter struct {
	http.ResponseWriter
	set  func(http.Header)
	done bool
}

func (w *corsWriter) WriteHeader(status int) {
	// An informational header is not the answer's.
	if !w.done && status >= http.StatusOK {
		w.done = true
		w.set(w.Header())
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *corsWriter) Write(b []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController flush through.
func (w *corsWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
