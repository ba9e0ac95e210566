package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"invites/shared/invite"
	"invites/shared/invite/invitetest"
)

// list asks for a page as an admin of acme.
func (d *office) list(query string) *httptest.ResponseRecorder {
	d.t.Helper()
	r := httptest.NewRequestWithContext(d.t.Context(), "GET", "/v1/invites", nil)
	r.URL.RawQuery = query
	r.Header.Set("Authorization", adminToken)
	w := httptest.NewRecorder()
	d.ListAndGet().ServeHTTP(w, r)
	return w
}

// page is what a page lists: each address's local part and its attention; and its counts.
func (d *office) page(query string) (rows, counts string) {
	d.t.Helper()
	w := d.list(query)
	var answer struct {
		Invites []struct {
			Email     string
			Attention *string
		}
		Counts json.RawMessage
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK || answer.Invites == nil {
		d.t.Fatalf("%s: got %d %s", query, w.Code, w.Body)
	}
	for _, i := range answer.Invites {
		name, _, _ := strings.Cut(i.Email, "@")
		why := "fine"
		if i.Attention != nil {
			why = *i.Attention
		}
		rows += name + " " + why + "; "
	}
	return strings.TrimSuffix(rows, "; "), string(answer.Counts)
}

func TestAListOfWhatNeedsAttentionSaysWhy(t *testing.T) {
	d := newOffice(t)
	d.now = d.now.Add(-invitetest.Window)
	d.post(t.Context(), "/v1/invites", `{"email":"ana.0@example.com"}`)
	d.now = d.now.Add(time.Second)
	d.post(t.Context(), "/v1/invites", `{"email":"ana.1@example.com"}`)
	d.now = invitetest.Base
	d.post(t.Context(), "/v1/invites", `{"email":"bo@example.com"}`)
	d.bounced("bo@example.com")
	d.now = d.now.Add(time.Second)
	d.post(t.Context(), "/v1/invites", `{"email":"cy@münchen.example"}`)
	d.post(t.Context(), "/v1/invites", `{"email":"di@example.com"}`)
	d.accept("di@example.com")
	for _, c := range []struct{ query, rows, counts string }{
		{"", "cy fine; bo bounced; ana.1 failed; ana.0 failed", ""},
		{"attention=false&counts=false", "cy fine; bo bounced; ana.1 failed; ana.0 failed", ""},
		{"attention=&counts=", "cy fine; bo bounced; ana.1 failed; ana.0 failed", ""},
		{"attention=true", "bo bounced; ana.1 failed; ana.0 failed", ""},
		{"attention=true&status=pending", "bo bounced", ""},
		{"attention=true&status=expired", "ana.1 failed; ana.0 failed", ""},
		{"attention=true&q=Ana.1", "ana.1 failed", ""},
		{"attention=true&page_size=1", "", ""}, // the newest is fine
		{"status=accepted", "di fine", ""},
		{"q=CY@M%C3%9CNCHEN.ex", "cy fine", ""},
		{"q=%E2%80%9Ccy@M%C3%9CNCHEN.example%E2%80%9D", "cy fine", ""},
		{"q=%EF%BC%A3%EF%BC%B9@", "cy fine", ""}, // full width
		{"q=cy@M%C3%9CNCHEN.example%E2%84%A2", "", ""},
		{"q=" + strings.Repeat("%C3%BC", 254), "", ""},
		{"counts=true&page_size=1", "cy fine", `{"open":4,"pending":2,"expired":2,"attention":3,"accepted":1,"more_open":false,"more_accepted":false}`},
		{"counts=true&status=cancelled", "", `{"open":4,"pending":2,"expired":2,"attention":3,"accepted":1,"more_open":false,"more_accepted":false}`},
		{"counts=true&q=bo&attention=true", "bo bounced", `{"open":1,"pending":1,"expired":0,"attention":1,"accepted":0,"more_open":false,"more_accepted":false}`},
		{"counts=true&q=di", "", `{"open":0,"pending":0,"expired":0,"attention":0,"accepted":1,"more_open":false,"more_accepted":false}`},
	} {
		if rows, counts := d.page(c.query); rows != c.rows || counts != c.counts {
			t.Errorf("%q: got %s and %s, want %s and %s", c.query, rows, counts, c.rows, c.counts)
		}
	}
}

func TestAListCountsOnlyWhenItIsAsked(t *testing.T) {
	d := newOffice(t)
	d.post(t.Context(), "/v1/invites/batch", addresses(2))
	for query, trips := range map[string]int{"": 1, "attention=true": 1, "q=ana&status=pending": 1, "counts=false": 1, "counts=true": 3, "counts=true&attention=true&q=ana": 3} {
		d.Reset()
		if d.page(query); d.Trips() != trips {
			t.Errorf("%q: %d round trips, want %d", query, d.Trips(), trips)
		}
	}
}

func TestAnAttentionListIsReadToItsEnd(t *testing.T) {
	d := newOffice(t)
	d.post(t.Context(), "/v1/invites/batch", addresses(9))
	for n := range 9 {
		d.now = d.now.Add(time.Minute)
		if n%3 == 0 {
			d.bounced(invite.Address(fmt.Sprintf("ana.%d@example.com", n)))
		}
	}
	seen, next := map[string]bool{}, ""
	for range 5 {
		w := d.list("attention=true&page_size=2&page_token=" + url.QueryEscape(next))
		var page struct {
			Invites       []struct{ Email string }
			NextPageToken *string `json:"next_page_token"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil || w.Code != http.StatusOK || len(page.Invites) > 2 {
			t.Fatalf("got %d %s", w.Code, w.Body)
		}
		for _, i := range page.Invites {
			seen[i.Email] = true
		}
		if page.NextPageToken == nil {
			break
		}
		next = *page.NextPageToken
	}
	if len(seen) != 3 || !seen["ana.0@example.com"] || !seen["ana.3@example.com"] || !seen["ana.6@example.com"] {
		t.Errorf("got %v", seen)
	}
	if w := d.list("page_size=2&page_token=" + url.QueryEscape(next)); w.Code != http.StatusBadRequest {
		t.Errorf("the token of another list: got %d", w.Code)
	}
}

func TestAListRefusesWhatItCannotRead(t *testing.T) {
	d := newOffice(t)
	for query, pointer := range map[string]string{
		"attention=yes": "/attention", "attention=1": "/attention", "attention=TRUE": "/attention", "counts=all": "/counts",
		"attention=true&status=accepted": "/status", "attention=true&status=cancelled": "/status", "attention=true&status=released": "/status",
		"status=live": "/status", "page_size=0": "/page_size", "page_size=x": "/page_size", "page_size=101": "/page_size",
		"q=" + strings.Repeat("a", 255): "/q", "page_token=x": "/page_token", "q=%": "",
	} {
		w := d.list(query)
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != http.StatusBadRequest || p.Code != string(invite.BadRequest) || p.Detail == "" {
			t.Errorf("%q: got %d %s", query, w.Code, w.Body)
		}
		if got := fmt.Sprint(p.Errors); (pointer == "") != (len(p.Errors) == 0) || pointer != "" && p.Errors[0].Pointer != pointer {
			t.Errorf("%q: got %s, want %s", query, got, pointer)
		}
	}
	if d.Trips() != 0 {
		t.Errorf("%d round trips", d.Trips())
	}
}
