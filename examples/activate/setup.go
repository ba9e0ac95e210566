package activate

import (
	"errors"
	"html/template"
	"log"
	"net/http"
	"strings"

	"invites/client"
)

// SetUp is the page that a tenant's setup_url leads to. Opening it changes nothing, so
// that a scanner which follows the link to its end makes no account; its form redeems the
// code and makes one.
type SetUp struct {
	// Invites calls with a service token, which a client.Credentials gets.
	Invites *client.Client
	Users   Users
	Log     *log.Logger
}

func (s SetUp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The address holds a code: it goes into no cache and no other site's log.
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		show(w, http.StatusOK, "form", r.URL.Query().Get("code"))
	case http.MethodPost:
		s.redeem(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		show(w, http.StatusMethodNotAllowed, "later", nil)
	}
}

// largestForm is far over any code.
const largestForm = 4 << 10

func (s SetUp) redeem(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, largestForm)
	code := r.PostFormValue("code")
	if code == "" {
		show(w, http.StatusGone, "used", nil)
		return
	}
	// The code alone says who it is and in which tenant. Nothing else in the request does,
	// the invite in the address least of all.
	redeemed, err := s.Invites.Redeem(r.Context(), code)
	var refused *client.Problem
	if errors.As(err, &refused) && (refused.Code == "code_used_or_expired" || refused.Code == "link_incomplete") {
		show(w, http.StatusGone, "used", nil)
		return
	}
	if err == nil {
		redeemed.Email = strings.ToLower(redeemed.Email)
		// Should this fail, the code is used up; the link in the mail gives a fresh one.
		err = s.Users.Create(r.Context(), redeemed)
	}
	if err != nil {
		s.Log.Printf("set up: %v", err)
		show(w, http.StatusServiceUnavailable, "later", nil)
		return
	}
	show(w, http.StatusOK, "done", redeemed)
}

func show(w http.ResponseWriter, status int, page string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	// The header is out; a write fails only when the reader has left.
	_ = pages.ExecuteTemplate(w, page, data)
}

// A real page asks for a password here, or sends the person to the sign-in of their company.
var pages = template.Must(template.New("").Parse(`
{{define "top"}}<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Set up your account</title><main><h1>Set up your account</h1>{{end}}
{{define "form"}}{{template "top"}}<form method="post"><input type="hidden" name="code" value="{{.}}"><button>Create my account</button></form></main></html>{{end}}
{{define "done"}}{{template "top"}}<p>Welcome{{with .Name}}, {{.}}{{end}}. Your account is {{.Email}}.</p></main></html>{{end}}
{{define "used"}}{{template "top"}}<p>This page was used or is too old. Open the link in your invite mail again: it leads on from there.</p></main></html>{{end}}
{{define "later"}}{{template "top"}}<p>That did not work. Open the link in your invite mail again in a minute.</p></main></html>{{end}}
`))
