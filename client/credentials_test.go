package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// issuer is a token endpoint that gives t1, t2, …, and what it was asked.
type issuer struct {
	Credentials
	asked []url.Values
	basic []string // id and secret by HTTP Basic, as they came
	at    time.Time
}

func newIssuer(t *testing.T, status int, answer string) *issuer {
	i := &issuer{at: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		_ = r.ParseForm()
		id, secret, _ := r.BasicAuth()
		i.asked, i.basic = append(i.asked, r.PostForm), append(i.basic, id+" "+secret)
		w.WriteHeader(status)
		fmt.Fprint(w, strings.ReplaceAll(answer, "TOKEN", fmt.Sprint("t", len(i.asked))))
	}))
	t.Cleanup(server.Close)
	i.TokenURL, i.ID, i.Secret = server.URL, "back end", "s:1/+"
	i.now = func() time.Time { return i.at }
	return i
}

func TestABackendsTokenIsKeptWhileItIsGood(t *testing.T) {
	i := newIssuer(t, 200, `{"access_token":"TOKEN","token_type":"bearer","expires_in":3600}`)
	i.Scope = "invites:service"
	get := func(want string) {
		t.Helper()
		if got, err := i.Token(t.Context()); err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() { get("t1") })
	}
	all.Wait()
	i.at = i.at.Add(58 * time.Minute)
	get("t1")
	i.at = i.at.Add(time.Minute) // a minute before its end
	get("t2")
	i.Forget()
	get("t3")
	for n, form := range i.asked {
		if want := "grant_type=client_credentials&scope=invites%3Aservice"; form.Encode() != want {
			t.Errorf("asked %q, want %q", form.Encode(), want)
		}
		if want := "back+end s%3A1%2F%2B"; i.basic[n] != want { // each form-encoded: RFC 6749 2.3.1
			t.Errorf("signed in as %q, want %q", i.basic[n], want)
		}
	}
	if len(i.asked) != 3 {
		t.Errorf("asked %d times, want 3", len(i.asked))
	}
}

func TestATokenWithoutAnEndIsUsedOnce(t *testing.T) {
	i := newIssuer(t, 200, `{"access_token":"TOKEN","token_type":"Bearer"}`)
	for _, want := range []string{"t1", "t2"} {
		if got, err := i.Token(t.Context()); err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
}

func TestAnIssuerThatWantsItAllInTheForm(t *testing.T) {
	i := newIssuer(t, 200, `{"access_token":"TOKEN","token_type":"Bearer","expires_in":60}`)
	i.Audience, i.Resource, i.SecretInBody = "https://invites.example.com", "urn:invites", true
	if _, err := i.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	const want = "audience=https%3A%2F%2Finvites.example.com&client_id=back+end&client_secret=s%3A1%2F%2B&grant_type=client_credentials&resource=urn%3Ainvites"
	if got := i.asked[0].Encode(); got != want || i.basic[0] != " " {
		t.Errorf("asked %q by %q, want %q", got, i.basic[0], want)
	}
}

func TestARefusalOfTheIssuerIsSaidWithoutTheSecret(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		answer string
		want   string
	}{
		{"a wrong secret", 401, `{"error":"invalid_client","error_description":"secret s:1/+"}`, "invalid_client"},
		{"no token", 200, `{"token_type":"Bearer"}`, "200 OK"},
		{"a token bound to a key", 200, `{"access_token":"TOKEN","token_type":"DPoP"}`, "DPoP"},
		{"a page", 502, `<html>`, "502"},
	} {
		t.Run(c.name, func(t *testing.T) {
			i := newIssuer(t, c.status, c.answer)
			_, err := i.Token(t.Context())
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), i.Secret) {
				t.Errorf("got %v, want %q and no secret", err, c.want)
			}
			_, err = New(i.TokenURL, i.Token).Get(t.Context(), "inv_1")
			var refused *Problem
			if err == nil || errors.As(err, &refused) || len(i.asked) != 2 {
				t.Errorf("a call with it: got %v after %d", err, len(i.asked))
			}
		})
	}
}
