package console

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"invites/infra/local/mailbox"
)

// inviteePages answers as the service does: a link that is accepted once and leads on from
// then on, an address that opts out and takes that back.
type inviteePages struct {
	status   string
	accepted bool
	optedOut bool
	posts    []string
}

func (p *inviteePages) serve(w http.ResponseWriter, r *http.Request) {
	page := func(heading, button, field string) {
		fmt.Fprintf(w, `<h1>%s</h1><form method="get"><button>Search</button></form><form method="post">%s<button> %s </button></form>`, heading, field, button)
	}
	if r.Method == http.MethodPost {
		p.posts = append(p.posts, r.URL.Path[:3]+r.PostFormValue("undo"))
	}
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/v1/invites/"):
		accepted := "null"
		if p.accepted {
			p.status, accepted = "accepted", `"2026-11-24T12:00:00Z"`
		}
		fmt.Fprintf(w, `{"status": %q, "send_count": 1, "accepted_at": %s}`, p.status, accepted)
	case strings.HasPrefix(path, "/i/") && p.status == "expired":
		w.WriteHeader(http.StatusGone)
		page("Expired", "Ask", "")
	case strings.HasPrefix(path, "/i/") && r.Method == http.MethodPost:
		p.accepted = true
		http.Redirect(w, r, "/acme/setup?code=c", http.StatusSeeOther)
	case strings.HasPrefix(path, "/i/"):
		page("Invited", "Accept", "")
	case strings.HasPrefix(path, "/o/"):
		if r.Method == http.MethodPost {
			p.optedOut = r.PostFormValue("undo") != "1"
		}
		if p.optedOut {
			page("You are out", "Take it back", `<input type="hidden" name="undo" value="1">`)
		} else {
			page("Opt out?", "Opt out", "")
		}
	case path == "/acme/setup":
		fmt.Fprint(w, `<h1>Your <b>account</b></h1>`)
	}
}

func TestAScannerAndWhatCameOfIt(t *testing.T) {
	key, id := keyOf("acme", 1)
	for name, c := range map[string]struct {
		pages   inviteePages
		press   bool
		pressed []string
		changed bool
		out     bool
		works   bool
	}{
		"opens links":                        {inviteePages{status: "pending"}, false, nil, false, false, true},
		"presses buttons":                    {inviteePages{status: "pending"}, true, []string{"invite Accept 200 Your account", "opt_out Opt out 200 You are out"}, true, true, true},
		"presses what takes opting out back": {inviteePages{status: "pending", optedOut: true}, true, []string{"invite Accept 200 Your account", "opt_out Take it back 200 Opt out?"}, true, false, true},
		"comes after the person":             {inviteePages{status: "accepted", accepted: true}, false, nil, false, false, true},
		"comes after the end":                {inviteePages{status: "expired"}, false, nil, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scene{}
			h := open(t, s, c.pages.serve)
			deliver(t, s.Mails, "ana@example.com", "Older", s.API+linkTo(key, 1))
			deliver(t, s.Mails, "ana@example.com", "Newer", s.API+linkTo(key, 2), s.API+"/o/token", "http://elsewhere.example/x")
			var got scanView
			if status := call(t, h, "POST /console/api/scan", fmt.Sprintf(`{"id": %q, "press": %t}`, id, c.press), &got); status != http.StatusOK {
				t.Fatalf("got %d", status)
			}
			code := http.StatusOK
			if c.pages.status == "expired" {
				code = http.StatusGone
			}
			want := []opened{{inviteePage, code, code}, {optOutLink, 200, 200}, {otherLink, 0, 0}}
			if got.Subject != "Newer" || !slices.Equal(got.Opened, want) {
				t.Errorf("of %q opened %+v, want %+v", got.Subject, got.Opened, want)
			}
			var buttons []string
			for _, p := range got.Pressed {
				buttons = append(buttons, fmt.Sprint(p.What, " ", p.Button, " ", p.Status, " ", p.Page))
			}
			if !slices.Equal(buttons, c.pressed) {
				t.Errorf("pressed %q, want %q", buttons, c.pressed)
			}
			if got.Changed != c.changed || got.OptedOut != c.out || got.Works != c.works {
				t.Errorf("got %+v", got)
			}
			if !c.press && len(c.pages.posts) > 0 {
				t.Errorf("only opening has posted %q", c.pages.posts)
			}
		})
	}
}

func TestAScannerNeedsAMailOfAnInvite(t *testing.T) {
	_, id := keyOf("acme", 1)
	for name, c := range map[string]struct {
		body   string
		answer int
		status int
	}{
		"no mail has come":    {`{"id": "` + id + `"}`, http.StatusOK, http.StatusConflict},
		"there is no invite":  {`{"id": "` + id + `"}`, http.StatusNotFound, http.StatusNotFound},
		"the service is down": {`{"id": "` + id + `"}`, http.StatusInternalServerError, http.StatusBadGateway},
		"what is no id":       {`{"id": "x"}`, http.StatusOK, http.StatusNotFound},
		"what is no request":  {`nothing`, http.StatusOK, http.StatusBadRequest},
	} {
		t.Run(name, func(t *testing.T) {
			s := &scene{}
			s.Mails = &mailbox.Store{}
			other, _ := keyOf("acme", 2)
			deliver(t, s.Mails, "bob@example.com", "Another's", "http://here.example"+linkTo(other, 1))
			h := open(t, s, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(c.answer)
				fmt.Fprint(w, `{"status": "pending"}`)
			})
			if status := call(t, h, "POST /console/api/scan", c.body, nil); status != c.status {
				t.Errorf("got %d, want %d", status, c.status)
			}
		})
	}
}

func TestAScannerLeavesTheOriginsOfTheStackAlone(t *testing.T) {
	s := newScanner("http://here.example:8080")
	for link, want := range map[string]bool{
		"http://here.example:8080/i/x": true, "http://here.example/i/x": false, "https://here.example:8080/": false,
		"http://here.example.evil.example:8080/": false, "http://user@here.example:8080/": true,
	} {
		request, err := http.NewRequest("GET", link, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.mayOpen(request.URL); got != want {
			t.Errorf("%s: %t", link, got)
		}
	}
	client := s.client
	client.Transport = redirects{}
	response, err := client.Get("http://here.example:8080/i/x")
	if err != nil || response.StatusCode != http.StatusSeeOther {
		t.Errorf("it followed a redirect out: %v, %v", response, err)
	}
}

// redirects leads everybody to another origin.
type redirects struct{}

func (redirects) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusSeeOther, Header: http.Header{"Location": {"http://elsewhere.example/"}}, Body: http.NoBody, Request: r}, nil
}
