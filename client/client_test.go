package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

// served is a real server that answers with one reply after the other, the last for
// ever, and what it was asked.
type served struct {
	*Client
	keys, tokens, bodies, queries []string
	pauses                        []time.Duration
}

type reply struct {
	status     int
	body       string
	retryAfter string
	drop       bool // the connection, without an answer
}

func serve(t *testing.T, replies ...reply) *served {
	s := &served{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer := replies[min(len(s.bodies), len(replies)-1)]
		s.keys = append(s.keys, r.Header.Get("Idempotency-Key"))
		s.tokens = append(s.tokens, r.Header.Get("Authorization"))
		s.bodies = append(s.bodies, string(body))
		s.queries = append(s.queries, r.URL.RawQuery)
		if answer.drop {
			panic(http.ErrAbortHandler)
		}
		if answer.retryAfter != "" {
			w.Header().Set("Retry-After", answer.retryAfter)
		}
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body)
	}))
	t.Cleanup(server.Close)
	// On a connection that was used before, net/http repeats what has a key itself.
	server.Config.SetKeepAlivesEnabled(false)
	asked := 0
	s.Client = New(server.URL+"/", func(context.Context) (string, error) {
		asked++
		return fmt.Sprint("t", asked), nil
	})
	s.wait = func(_ context.Context, d time.Duration) error {
		s.pauses = append(s.pauses, d)
		return nil
	}
	return s
}

var (
	made    = reply{status: 201, body: `{"id":"inv_1","email":"ana@example.com","accepted_at":null,"name":null,"new_field":{}}`}
	busy    = reply{status: 503, body: `{"detail":"Later.","code":"unavailable"}`, retryAfter: "2"}
	flooded = reply{status: 429, body: `{"message":"Too Many Requests"}`}
	dropped = reply{drop: true}
)

func TestACallIsRepeatedWithItsKeyUntilItIsAnswered(t *testing.T) {
	s := serve(t, busy, flooded, dropped, made)
	i, err := s.Create(t.Context(), NewInvite{Email: "ana@example.com"})
	if err != nil || i.ID != "inv_1" || !i.AcceptedAt.IsZero() || i.Name != "" {
		t.Fatalf("got %+v, %v", i, err)
	}
	if len(s.keys) != 4 || len(slices.Compact(slices.Clone(s.keys))) != 1 || len(s.keys[0]) < 20 {
		t.Errorf("got the keys %q, want one", s.keys)
	}
	if len(slices.Compact(slices.Clone(s.bodies))) != 1 || s.bodies[0] != `{"email":"ana@example.com"}` {
		t.Errorf("got the bodies %q, want one", s.bodies)
	}
	if want := []string{"Bearer t1", "Bearer t2", "Bearer t3", "Bearer t4"}; !slices.Equal(s.tokens, want) {
		t.Errorf("got %q: the token is asked before each attempt", s.tokens)
	}
	if s.pauses[0] != 2*time.Second {
		t.Errorf("paused %v, want the 2 s of the Retry-After", s.pauses[0])
	}
	if s.pauses[1] < 2*shortest || s.pauses[1] > 4*shortest || s.pauses[2] < 4*shortest {
		t.Errorf("paused %v, want it to double where no Retry-After says it", s.pauses)
	}
}

func TestEachCallHasAKeyOfItsOwnUnlessItIsGiven(t *testing.T) {
	s := serve(t, made)
	for range 2 {
		_, _ = s.Create(t.Context(), NewInvite{})
	}
	_, _ = s.Create(t.Context(), NewInvite{}, Key("press-1"))
	if s.keys[0] == s.keys[1] || s.keys[2] != "press-1" {
		t.Errorf("got %q", s.keys)
	}
}

func TestRepeatsAreBounded(t *testing.T) {
	refuse := reply{status: 409, body: `{"code":"sending"}`, retryAfter: "1"}
	for name, c := range map[string]struct {
		reply  reply
		call   func(*served) error
		want   int
		status int // of the Problem; 0 for none
	}{
		"a busy service is asked four times":        {busy, func(s *served) error { return second(s.Get(t.Context(), "x")) }, 4, 503},
		"a network that fails is tried four times":  {dropped, func(s *served) error { return second(s.Get(t.Context(), "x")) }, 4, 0},
		"a gateway that gives up, too":              {reply{status: 504}, func(s *served) error { return second(s.Accept(t.Context(), "x")) }, 4, 504},
		"an answer that is no JSON, too":            {reply{status: 200, body: "<p>"}, func(s *served) error { return second(s.Get(t.Context(), "x")) }, 4, 0},
		"a refusal is final":                        {refuse, func(s *served) error { return second(s.Cancel(t.Context(), "x")) }, 1, 409},
		"an internal error is final":                {reply{status: 500}, func(s *served) error { return second(s.Cancel(t.Context(), "x")) }, 1, 500},
		"a minute is not waited for":                {reply{status: 429, retryAfter: "60"}, func(s *served) error { return second(s.Get(t.Context(), "x")) }, 1, 429},
		"a PUT of unknown outcome is not repeated":  {dropped, func(s *served) error { return second(s.PutSettings(t.Context(), Settings{})) }, 1, 0},
		"nor one that may have been done":           {busy, func(s *served) error { return second(s.PutSettings(t.Context(), Settings{})) }, 1, 503},
		"but a PUT that was turned away is":         {flooded, func(s *served) error { return second(s.PutSettings(t.Context(), Settings{})) }, 4, 429},
		"a call whose context is over is not made":  {made, func(s *served) error { return second(s.Get(over(t), "x")) }, 0, 0},
		"without a token nothing is tried, or sent": {made, func(s *served) error { s.token = nil; return second(s.Get(t.Context(), "x")) }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.reply)
			err := c.call(s)
			var p *Problem
			if err == nil || errors.As(err, &p) != (c.status != 0) || p != nil && p.Status != c.status {
				t.Errorf("got %v, want status %d", err, c.status)
			}
			if len(s.bodies) != c.want {
				t.Errorf("%d attempts, want %d", len(s.bodies), c.want)
			}
		})
	}
}

func over(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func TestWhatEndedACallCanBeTold(t *testing.T) {
	lost := errors.New("the session is over")
	s := serve(t, made)
	asked := 0
	s.token = func(context.Context) (string, error) { asked++; return "", lost }
	if _, err := s.Get(t.Context(), "x"); !errors.Is(err, lost) || len(s.bodies) > 0 || asked != 1 {
		t.Errorf("got %v after asking %d times, want what the token function failed with, at once and nothing sent", err, asked)
	}
	if _, err := serve(t, made).Get(over(t), "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's end", err)
	}
}

// noTimeFor is a context that is always about to end.
type noTimeFor struct {
	context.Context
	left time.Duration
}

func (n noTimeFor) Deadline() (time.Time, bool) { return time.Now().Add(n.left), true }

func TestAPauseThatTheContextHasNoTimeForIsNotMade(t *testing.T) {
	s := serve(t, busy)
	ctx := noTimeFor{t.Context(), 2*time.Second - 1}
	var p *Problem
	if _, err := s.Get(ctx, "x"); !errors.As(err, &p) || p.RetryAfter != 2 || len(s.pauses) > 0 {
		t.Errorf("got %v after %v, want the answer at once", err, s.pauses)
	}
}

func TestAPauseEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := sleep(t.Context(), time.Millisecond); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAProblemSaysWhatWasAnswered(t *testing.T) {
	for want, r := range map[string]reply{
		"invites: 409 already_pending: Resend it instead.": {status: 409, body: `{"status":409,"code":"already_pending","detail":"Resend it instead.","invite_id":"inv_1"}`},
		"invites: 401: Unauthorized":                       {status: 401, body: `{"message":"Unauthorized"}`},
		"invites: 403: Forbidden":                          {status: 403, body: `<h1>no</h1>`},
		"invites: 400: Bad Request":                        {status: 400, body: `{"status":"x"}`},
	} {
		_, err := serve(t, r).Create(t.Context(), NewInvite{})
		var p *Problem
		if !errors.As(err, &p) || p.Error() != want || p.Status != r.status {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestAllGoesThroughEveryPage(t *testing.T) {
	pages := []reply{
		{status: 200, body: `{"invites":[{"id":"1"},{"id":"2"}],"next_page_token":"a"}`},
		{status: 200, body: `{"invites":[],"next_page_token":"b"}`},
		{status: 200, body: `{"invites":[{"id":"3"}],"next_page_token":null}`},
	}
	ids := func(s *served, most int) (ids []string, err error) {
		for i, e := range s.All(t.Context(), Query{Status: Pending}) {
			if err = e; err != nil || len(ids) == most {
				break
			}
			ids = append(ids, i.ID)
		}
		return ids, err
	}
	s := serve(t, pages...)
	if got, err := ids(s, 9); err != nil || !slices.Equal(got, []string{"1", "2", "3"}) || len(s.bodies) != 3 {
		t.Errorf("got %q, %v in %d calls", got, err, len(s.bodies))
	}
	if want := []string{"status=pending", "page_token=a&status=pending", "page_token=b&status=pending"}; !slices.Equal(s.queries, want) {
		t.Errorf("asked for %q, want %q", s.queries, want)
	}
	s = serve(t, pages...)
	if got, _ := ids(s, 1); len(got) != 1 || len(s.bodies) != 1 {
		t.Errorf("got %q in %d calls, want it to end with the loop", got, len(s.bodies))
	}
	s = serve(t, pages[0], reply{status: 400, body: `{"code":"bad_request"}`})
	if got, err := ids(s, 9); err == nil || len(got) != 2 {
		t.Errorf("got %q, %v, want the error after two", got, err)
	}
}

func TestSettingsKeepWhatANewerServiceHas(t *testing.T) {
	s := serve(t, reply{status: 200, body: `{"name":"Acme","reminders":true,"etag":"\"e\"","sender_domain":null,"newer":{"a":1},"brand_color":""}`})
	read, err := s.Settings(t.Context())
	if err != nil || !read.Reminders || read.SenderDomain != nil {
		t.Fatalf("got %+v, %v", read, err)
	}
	read.Reminders, read.Locale = false, "de"
	if _, err := s.OnBehalfOf(Person{Name: "Zoë"}).PutSettings(t.Context(), read); err != nil {
		t.Fatal(err)
	}
	var said map[string]any
	if err := json.Unmarshal([]byte(s.bodies[1]), &said); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(said), `map[etag:"e" locale:de name:Acme newer:map[a:1] on_behalf_of:map[name:Zoë]]`; got != want {
		t.Errorf("put %s, want %s", got, want)
	}
}

func TestOneClientServesManyTenantsAndPeople(t *testing.T) {
	s := serve(t, made)
	zoe := s.InTenant("acme").OnBehalfOf(Person{Name: "Zoë", Email: "zoe@acme.example"})
	_, _ = zoe.Cancel(t.Context(), "x")
	_, _ = s.Cancel(t.Context(), "x")
	if want := []string{`{"on_behalf_of":{"name":"Zoë","email":"zoe@acme.example"}}`, `{}`}; !slices.Equal(s.bodies, want) {
		t.Errorf("got %q, want %q", s.bodies, want)
	}
	if s.tenant != "" || zoe.tenant != "acme" {
		t.Error("a tenant is named for the client that it was not asked of")
	}
}

func TestAnIDIsOneSegmentOfThePath(t *testing.T) {
	if got := path("/v1/invites/%s/cancel", "../settings?x#y"); strings.Count(got, "/") != 4 || strings.ContainsAny(got, "?#") {
		t.Errorf("got %s", got)
	}
}
