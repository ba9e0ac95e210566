// Package console is a demo of the hosted admin console: its Pending Invites
// page and, since a product has a sign-in of its own, a small one to go with it.
package console

import (
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"log"
	"net/http"
	"os"

	"invites/infra/local/pool"
)

//go:embed index.html console.css console.js api.js
var files embed.FS

// policy lets the page load and call nothing but its own origin.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Handler serves the console below /console/, and below /console/part/ the finished
// <pending-invites> of a folder.
func Handler(users *pool.Pool, part string, log *log.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /console/api/sign-in", signIn(users, log))
	mux.Handle("GET /console/", static("/console/", files))
	mux.Handle("GET /console/part/", static("/console/part/", os.DirFS(part)))
	return mux
}

func static(prefix string, files fs.FS) http.Handler {
	serve := http.StripPrefix(prefix, http.FileServerFS(files))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-cache")
		header.Set("Content-Security-Policy", policy)
		header.Set("Referrer-Policy", "no-referrer")
		header.Set("X-Content-Type-Options", "nosniff")
		serve.ServeHTTP(w, r)
	})
}

// largestSignIn is far over any address with its password.
const largestSignIn = 4 << 10

// signIn is the console's own way to a token; a product has a sign-in page.
func signIn(users *pool.Pool, log *log.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Email, Password string }
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largestSignIn)).Decode(&asked); err != nil {
			answer(w, http.StatusBadRequest, map[string]any{"detail": "Send an email and a password as JSON."})
			return
		}
		token, err := users.SignIn(r.Context(), asked.Email, asked.Password)
		switch {
		case errors.Is(err, pool.ErrRefused):
			answer(w, http.StatusUnauthorized, map[string]any{"detail": "The address or the password is wrong."})
		case err != nil:
			log.Printf("sign in: %v", err)
			answer(w, http.StatusBadGateway, map[string]any{"detail": "Signing in does not work right now."})
		default:
			answer(w, http.StatusOK, map[string]any{"token": token.Bearer, "ends": token.Ends.UTC()})
		}
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
