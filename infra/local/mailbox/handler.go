package mailbox

import (
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strings"
	"time"
)

//go:embed pages/*.html
var pages embed.FS

var (
	functions  = template.FuncMap{"clock": func(t time.Time) string { return t.Local().Format("2 Jan, 15:04:05 MST") }, "join": strings.Join}
	listPage   = template.Must(template.New("list.html").Funcs(functions).ParseFS(pages, "pages/list.html", "pages/style.html"))
	detailPage = template.Must(template.New("detail.html").Funcs(functions).ParseFS(pages, "pages/detail.html", "pages/style.html"))
)

// pagePolicy is that of the mailbox's own pages, which frame a mail and run no script.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Handler serves the mailbox below /mailbox/:
//
//	/mailbox/?to=                    the mails, newest first, for a person
//	/mailbox/{id}                    one mail: HTML in a sandbox, text, headers
//	/mailbox/{id}/html               its HTML part
//	/mailbox/api/messages?to=        {"messages": [...]}, newest first
//	/mailbox/api/messages/{id}       one of them
//	/mailbox/api/messages/{id}/raw   its bytes as they arrived
func (s *Store) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mailbox/{$}", s.list)
	mux.HandleFunc("GET /mailbox/{id}", s.detail)
	mux.HandleFunc("GET /mailbox/{id}/html", s.html)
	mux.HandleFunc("GET /mailbox/api/messages", func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, map[string]any{"messages": s.List(r.URL.Query().Get("to"))})
	})
	mux.HandleFunc("GET /mailbox/api/messages/{id}", func(w http.ResponseWriter, r *http.Request) {
		if message, ok := s.find(w, r); ok {
			writeJSON(w, message)
		}
	})
	mux.HandleFunc("GET /mailbox/api/messages/{id}/raw", func(w http.ResponseWriter, r *http.Request) {
		if message, ok := s.find(w, r); ok {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			_, _ = w.Write(message.raw)
		}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

func (s *Store) find(w http.ResponseWriter, r *http.Request) (*Message, bool) {
	message, ok := s.Get(r.PathValue("id"))
	if !ok {
		http.Error(w, "There is no such mail.", http.StatusNotFound)
	}
	return message, ok
}

func (s *Store) list(w http.ResponseWriter, r *http.Request) {
	to := strings.TrimSpace(r.URL.Query().Get("to"))
	show(w, listPage, map[string]any{"To": to, "Messages": s.List(to)})
}

func (s *Store) detail(w http.ResponseWriter, r *http.Request) {
	message, ok := s.find(w, r)
	if !ok {
		return
	}
	head, _, _ := strings.Cut(string(message.raw), "\r\n\r\n")
	show(w, detailPage, map[string]any{
		"Message": message, "Text": message.envelope.Text, "HTML": message.envelope.HTML != "", "Headers": head,
	})
}

func (s *Store) html(w http.ResponseWriter, r *http.Request) {
	message, ok := s.find(w, r)
	if !ok {
		return
	}
	content, err := framed(message.envelope.HTML)
	if err != nil {
		http.Error(w, "This mail's HTML cannot be read.", http.StatusUnprocessableEntity)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", framePolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write([]byte(content))
}

func show(w http.ResponseWriter, page *template.Template, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Referrer-Policy", "no-referrer")
	// The header is out once rendering starts; a write fails only when the reader has left.
	_ = page.Execute(w, data)
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}
