package httpapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"invites/shared/idn"
	"invites/shared/invite"
	"invites/shared/invite/invitetest"
	"invites/shared/page"
	"invites/shared/zone"
)

// counted is a store that counts what it is asked and can be down.
type counted struct {
	*invitetest.Model
	reads, writes int
	down          bool
}

func (c *counted) Get(ctx context.Context, k invite.Key) (*invite.Invite, error) {
	c.reads++
	return c.Model.Get(ctx, k)
}

func (c *counted) Accept(ctx context.Context, a invite.Acceptance) (*invite.Invite, error) {
	c.writes++
	return c.Model.Accept(ctx, a)
}

func (c *counted) Ask(ctx context.Context, a invite.Asking) (*invite.Invite, error) {
	c.writes++
	if c.down {
		return nil, &invite.Error{Kind: invite.Unavailable, Err: errors.New("down")}
	}
	return c.Model.Ask(ctx, a)
}

// door is the invitee's handler on a model, and the links of one invite: a superseded
// and a live one.
type door struct {
	http.Handler
	*counted
	now       time.Time
	old, live string
}

func newDoor(t *testing.T) *door {
	t.Helper()
	d := &door{counted: &counted{Model: invitetest.NewModel(invitetest.Defaults)}, now: invitetest.Base}
	clock := func() time.Time { return d.now }
	service := &invite.Service{Store: d.counted, Settings: d.Model, Standing: d.Model, Retention: invitetest.Retention, ToASCII: idn.ToASCII, Now: clock,
		Random: func([]byte) {}, Wait: func(context.Context, time.Duration) error { return nil }}
	d.Handler = Invitee{Admin: Admin{Service: service, Settings: d.Model, Now: clock}, Pages: page.New(nil), Zones: zone.Of}.Handler()
	inv, err := service.Create(t.Context(), invite.Request{Tenant: "acme", Op: invitetest.Op(d.now)}, invite.New{Email: "ana@example.com"})
	d.old = d.send(t, inv, err)
	d.now = d.now.Add(2 * invite.LeaseTime)
	inv, err = service.Resend(t.Context(), invite.Request{Tenant: "acme", Op: invitetest.Op(d.now)}, string(inv.ID()), nil, "")
	d.live = d.send(t, inv, err)
	d.reads, d.writes = 0, 0
	return d
}

func (d *door) send(t *testing.T, inv *invite.Invite, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	token := invite.MintToken([]byte("key"), inv.Key, inv.Gen, inv.Seq, inv.Mail.Nonce)
	_, err = d.Claim(t.Context(), invite.Claim{Key: inv.Key, Gen: inv.Gen, Seq: inv.Seq, Owner: "sender", Link: token.Digest(), KeyVersion: "1", Now: d.now})
	if err != nil {
		t.Fatal(err)
	}
	return token.Reveal()
}

func (d *door) stored(t *testing.T) *invite.Invite {
	t.Helper()
	inv, err := d.Model.Get(t.Context(), invite.KeyOf("acme", "ana@example.com"))
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

// knock makes a request and returns all that its answer tells.
func (d *door) knock(t *testing.T, method, path string) (status int, told string) {
	t.Helper()
	r := httptest.NewRequest(method, "/", nil)
	where, query, _ := strings.Cut(path, "?")
	r.URL = &url.URL{Path: where, RawQuery: query}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, fmt.Sprint(w.Code, w.Header(), string(body))
}

func TestOpeningADeadLinkOrItsAskPageChangesNothing(t *testing.T) {
	d := newDoor(t)
	before := d.stored(t)
	_, dead := d.knock(t, "GET", "/i/"+d.old)
	if d.reads != 1 {
		t.Errorf("%d reads, want 1", d.reads)
	}
	d.reads = 0
	for _, token := range []string{d.old, d.live, strings.Repeat("0", invite.TokenLength), d.live + "/and/more"} {
		for _, method := range []string{"GET", "HEAD"} {
			if status, told := d.knock(t, method, "/i/"+token+"/ask"); status != 410 || told != dead {
				t.Errorf("%s of the ask page: got %s, want %s", method, told, dead)
			}
		}
	}
	if d.reads != 0 {
		t.Errorf("%d reads for the ask page, want none", d.reads)
	}
	for _, method := range []string{"GET", "HEAD"} {
		if status, told := d.knock(t, method, "/i/"+d.old+page.AskAction); status != 410 || told != dead {
			t.Errorf("%s with the query: got %s", method, told)
		}
	}
	if diff := invitetest.Difference(d.stored(t), before); d.writes != 0 || diff != "" {
		t.Errorf("%d writes: %s", d.writes, diff)
	}
}

// A browser is led on by a page, everybody else as by the contract: 303.
func TestAnAcceptLeadsABrowserOnByAPage(t *testing.T) {
	const chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
	for accept, leads := range map[string]int{
		chromium: 200, "text/html": 200, "TEXT/HTML; charset=utf-8": 200, "application/json, text/html;q=0.1": 200,
		"": 303, "*/*": 303, "application/json": 303, "text/*": 303, "text/html;q=0": 303, "text/html;q=0.0, */*": 303, "text/htmlx": 303, "image/text/html": 303, ",;": 303,
	} {
		t.Run(accept, func(t *testing.T) {
			d := newDoor(t)
			const setup = "https://app.acme.example/welcome?a=1;b=2&z=%zz"
			d.settings(t, func(s *invite.Settings) { s.SetupURL = setup })
			for _, press := range []string{"the first press", "and again"} {
				r := httptest.NewRequest("POST", "/i/"+d.live, nil)
				r.Header.Set("Accept", accept)
				w := httptest.NewRecorder()
				d.ServeHTTP(w, r)
				next, refresh := w.Header().Get("Location"), w.Header().Get("Refresh")
				if w.Code != leads || (next != "") == (refresh != "") || (refresh != "") != (leads == 200) {
					t.Fatalf("%s: %d with Location %q and Refresh %q", press, w.Code, next, refresh)
				}
				next += strings.TrimPrefix(refresh, "0;url=")
				rest, ok := strings.CutPrefix(next, setup+"&invite="+string(d.stored(t).ID())+"&code=")
				if code, err := invite.ParseCode(rest); !ok || err != nil || code.Key != d.stored(t).Key {
					t.Errorf("%s: leads to %s (%v)", press, next, err)
				}
				if !strings.Contains(w.Header().Get("Vary"), "Accept") || w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "no-referrer" {
					t.Errorf("%s: %v", press, w.Header())
				}
				if d.stored(t).Status != invite.Accepted {
					t.Errorf("%s: %s", press, d.stored(t).Status)
				}
			}
		})
	}
}

func TestAProductsOwnPageIsToldWhereAnAcceptLeads(t *testing.T) {
	d := newDoor(t)
	d.settings(t, func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/welcome?b&a=1;b=2&z=%zz" })
	status, told, got := d.post(t, "/v1/accept", tokenBody(d.live))
	var answer struct{ Next string }
	if err := json.Unmarshal([]byte(got), &answer); err != nil || status != 200 {
		t.Fatalf("%s (%v)", told, err)
	}
	if want := "https://app.acme.example/welcome?b&a=1;b=2&z=%zz&invite=" + string(d.stored(t).ID()) + "&code="; !strings.HasPrefix(answer.Next, want) {
		t.Errorf("got %s, want %s and a code", answer.Next, want)
	}
}

// A browser's GET is no press, whatever was pressed before it.
func TestOpeningALinkInABrowserLeadsNowhere(t *testing.T) {
	d := newDoor(t)
	d.settings(t, func(s *invite.Settings) { s.SetupURL = "https://app.acme.example/welcome" })
	for _, state := range []string{"live", "accepted"} {
		before := d.stored(t)
		for _, method := range []string{"GET", "HEAD"} {
			r := httptest.NewRequest(method, "/i/"+d.live, nil)
			r.Header.Set("Accept", "text/html,*/*;q=0.8")
			w := httptest.NewRecorder()
			d.ServeHTTP(w, r)
			if w.Code != 200 || w.Header().Get("Refresh")+w.Header().Get("Location") != "" {
				t.Errorf("%s, %s: %d %v", state, method, w.Code, w.Header())
			}
		}
		if diff := invitetest.Difference(d.stored(t), before); diff != "" {
			t.Errorf("%s: %s", state, diff)
		}
		d.knock(t, "POST", "/i/"+d.live)
	}
}

func TestWhoeverAsksIsAnsweredAlike(t *testing.T) {
	_, want := newDoor(t).knock(t, "POST", "/i/"+strings.Repeat("0", invite.TokenLength)+"/ask")
	for what, c := range map[string]struct {
		path         func(*door) string
		noted        bool
		writes       int
		formerlyDead bool
	}{
		"a superseded link":           {func(d *door) string { return "/i/" + d.old + "/ask" }, true, 1, true},
		"a superseded link, the form": {func(d *door) string { return "/i/" + d.old + page.AskAction }, true, 1, true},
		"the form on the ask page":    {func(d *door) string { return "/i/" + d.old + "/ask" + page.AskAction }, true, 1, true},
		"in capitals":                 {func(d *door) string { return "/i/" + strings.ToUpper(d.old) + "/ask" }, true, 1, true},
		"the live link":               {func(d *door) string { return "/i/" + d.live + "/ask" }, false, 1, false},
		"a misspelt link":             {func(d *door) string { return "/i/0" + d.old[1:] + "/ask" }, false, 0, true},
		"a sign behind the link":      {func(d *door) string { return "/i/" + d.old + "./ask" }, true, 1, true},
		"a slash behind all":          {func(d *door) string { return "/i/" + d.old + "/ask/" }, true, 1, true},
		"a bracket behind all":        {func(d *door) string { return "/i/" + d.old + "/ask)" }, true, 1, true},
		"a link of nobody":            {func(*door) string { return "/i/" + strings.Repeat("0", invite.TokenLength) + "/ask" }, false, 1, true},
	} {
		t.Run(what, func(t *testing.T) {
			d := newDoor(t)
			path := c.path(d)
			_, dead := d.knock(t, "GET", strings.TrimSuffix(strings.TrimSuffix(path, page.AskAction), "/ask"))
			d.reads = 0
			status, told := d.knock(t, "POST", path)
			if status != 200 || told != want {
				t.Errorf("got %s, want %s", told, want)
			}
			if noted := !d.stored(t).RenewalRequestedAt().IsZero(); noted != c.noted || d.writes != c.writes || d.reads != 0 {
				t.Errorf("noted: %t with %d writes and %d reads, want %t with %d and none", noted, d.writes, d.reads, c.noted, c.writes)
			}
			if _, again := d.knock(t, "POST", path); again != want {
				t.Errorf("again: got %s", again)
			}
			if _, afterwards := d.knock(t, "GET", strings.TrimSuffix(strings.TrimSuffix(path, page.AskAction), "/ask")); afterwards != dead || c.formerlyDead != strings.HasPrefix(dead, "410") {
				t.Errorf("the link opened %s before and %s after", dead, afterwards)
			}
		})
	}
}

func TestARequestOfUnknownOutcomeAsksToComeBack(t *testing.T) {
	d := newDoor(t)
	d.down = true
	if status, _ := d.knock(t, "POST", "/i/"+d.old+"/ask"); status != 503 {
		t.Errorf("got %d, want 503", status)
	}
}

// settingsOf is a tenant's settings, or why they cannot be read.
type settingsOf func() (invite.Settings, error)

func (f settingsOf) Settings(context.Context, invite.TenantID) (invite.Settings, error) { return f() }

func TestANotedRequestIsAnsweredWhateverBecomesOfItsMail(t *testing.T) {
	d := newDoor(t)
	service := &invite.Service{Store: d.counted, Standing: d.Model, Retention: invitetest.Retention, Now: func() time.Time { return d.now },
		Settings: settingsOf(func() (invite.Settings, error) {
			return invite.Settings{}, &invite.Error{Kind: invite.Unavailable, Err: errors.New("down")}
		})}
	d.Handler = Invitee{Admin: Admin{Service: service}, Pages: page.New(nil)}.Handler()
	if status, _ := d.knock(t, "POST", "/i/"+d.old+"/ask"); status != 200 || d.stored(t).RenewalRequestedAt().IsZero() {
		t.Errorf("got %d, requested at %v", status, d.stored(t).RenewalRequestedAt())
	}
}
