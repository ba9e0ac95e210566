// Package console is a demo of a product's Settings, Users page, of which the service's
// <pending-invites> is a part: the page, the backend that a product has for it, and the
// tools of a panel for what there is on one machine only. [Handler] serves all of it.
package console

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"log"
	"net/http"
	"os"
	"time"

	"invites/infra/local/demo"
	"invites/infra/local/mailbox"
	"invites/infra/local/pool"
	"invites/infra/local/users"
	"invites/shared/invite"
)

//go:embed page
var files embed.FS

// policy lets the page load and call nothing but its own origin.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

// Options are what the console stands on.
type Options struct {
	Pool *pool.Pool
	// Tenants are the names of the product's customers, by id.
	Tenants map[string]string
	// API is the origin of the service, Product that of the pages its tenants lead to.
	API, Product string
	// Part is the folder of the finished <pending-invites>.
	Part      string
	Mails     *mailbox.Store
	Directory *users.Directory
	// Account returns what the set-up page has made for somebody.
	Account func(tenant, email string) (demo.Account, bool)
	// Age makes an invite older; Bounce has its newest mail come back and returns the
	// mail's id.
	Age    func(ctx context.Context, key invite.Key, gen invite.Gen, by time.Duration) (*invite.Invite, error)
	Bounce func(ctx context.Context, key invite.Key, gen invite.Gen) (string, error)
	Log    *log.Logger
}

// console answers for the page's backend.
type console struct {
	Options
	service *service
}

// Handler serves the console below /console/:
//
//	/console/                     the page
//	/console/part/                <pending-invites>
//	POST /console/api/sign-in     a session, for an address and a password
//	GET  /console/api/users       who is Active in the tenant, and the newest events of it
//	GET  /console/api/mails       the tenant's newest mails
//	POST /console/api/later       makes invites seven days older
//	POST /console/api/bounce      has an invite's newest mail come back
//	POST /console/api/scan        opens all that is in an invite's newest mail
//
// All but the sign-in take the bearer token of an admin, and know that tenant's own alone.
func Handler(o Options) http.Handler {
	c := &console{Options: o, service: &service{origin: o.API}}
	page, err := fs.Sub(files, "page")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /console/api/sign-in", c.signIn)
	mux.HandleFunc("GET /console/api/users", c.admin(c.listUsers))
	mux.HandleFunc("GET /console/api/mails", c.admin(c.listMails))
	mux.HandleFunc("POST /console/api/later", c.admin(c.later))
	mux.HandleFunc("POST /console/api/bounce", c.admin(c.bounce))
	mux.HandleFunc("POST /console/api/scan", c.admin(c.scan))
	mux.Handle("GET /console/", static("/console/", page))
	mux.Handle("GET /console/part/", static("/console/part/", os.DirFS(o.Part)))
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

// largest is far over any body that the page sends.
const largest = 64 << 10

// read reads a JSON body, or answers that it is none.
func read(w http.ResponseWriter, r *http.Request, into any, want string) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, largest)).Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, "Send "+want+" as JSON.")
		return false
	}
	return true
}

// refuse says what is wrong, in the one field that the page shows.
func refuse(w http.ResponseWriter, status int, detail string) {
	answer(w, status, map[string]string{"detail": detail})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
