package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// explanation is the answer of POST /v1/explain.
type explanation struct {
	Cause        string
	InviteID     *string    `json:"invite_id"`
	At           *time.Time `json:"at"`
	NewestSentAt *time.Time `json:"newest_sent_at"`
}

func explain(t testing.TB, tenant, link string) (e explanation) {
	t.Helper()
	a := do(t, request{method: "POST", path: "/v1/explain", as: token(t, tenant, "admin"), body: object("link", link)})
	if a.status != 200 {
		t.Fatalf("explain: got %d %s", a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &e); err != nil {
		t.Fatal(err)
	}
	return e
}

func TestAnAdminIsToldWhatBecameOfALink(t *testing.T) {
	tok := func(path string) string { return strings.TrimPrefix(path, "/i/") }
	is := func(what, link, cause string, i invite, at *time.Time) {
		t.Helper()
		before := record(t, i.ID)
		e := explain(t, "acme", link)
		sent := get(t, "acme", i.ID).LastSentAt
		if e.Cause != cause || e.InviteID == nil || *e.InviteID != i.ID || fmt.Sprint(e.NewestSentAt) != fmt.Sprint(sent) && !e.NewestSentAt.Equal(*sent) {
			t.Errorf("%s: got %+v of %v, want %s", what, e, e.InviteID, cause)
		}
		if (e.At == nil) != (at == nil) || at != nil && !e.At.Equal(*at) {
			t.Errorf("%s: at %v, want %v", what, e.At, at)
		}
		if after := record(t, i.ID); after != before {
			t.Errorf("%s: asking changed the record:\n%s\n%s", what, before, after)
		}
	}
	i := create(t, "acme", address(t))
	first := newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	is("a live link, as it stands in the mail", api(t)+first, "live", i, nil)
	is("a live link's token", tok(first), "live", i, nil)
	on(t, "acme", i.ID, "resend").invite(t, 200)
	second := newest(t, i.Email, 2)
	settled(t, "acme", i.ID)
	is("a live link", second, "live", i, nil)
	if e := explain(t, "acme", first); e.Cause != "superseded" || e.At == nil || e.At.After(*e.NewestSentAt) {
		t.Errorf("got %+v, want superseded before the newest mail left", e)
	}
	age(t, i.ID, "8d")
	over := get(t, "acme", i.ID).ExpiresAt
	is("a link whose time is up", second, "expired", i, &over)
	pressed := time.Now()
	on(t, "acme", i.ID, "cancel").invite(t, 200)
	if e := explain(t, "acme", second); e.Cause != "cancelled" || e.At == nil || e.At.Before(pressed.Truncate(time.Second)) {
		t.Errorf("got %+v, want cancelled since %v", e, pressed)
	}
	if e := explain(t, "acme", first); e.Cause != "superseded" {
		t.Errorf("got %+v, want the older link superseded", e)
	}

	i = create(t, "acme", "2"+address(t))
	link := newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	press(t, link, 303)
	is("the accepted link", link, "accepted", i, get(t, "acme", i.ID).AcceptedAt)
	on(t, "acme", i.ID, "release").invite(t, 200)
	if e := explain(t, "acme", link); e.Cause != "released" || e.At == nil {
		t.Errorf("got %+v, want released", e)
	}

	for what, link := range map[string]string{
		"forged": "/i/" + strings.Repeat("0", 65), "another form": "hello", "nothing": "", "reversed": reversed(tok(first)),
	} {
		if e := explain(t, "acme", link); e != (explanation{Cause: "unknown"}) {
			t.Errorf("%s: got %+v", what, e)
		}
	}
	if e := explain(t, "globex", link); e != (explanation{Cause: "unknown"}) {
		t.Errorf("another tenant's: got %+v", e)
	}
	a := do(t, request{method: "POST", path: "/v1/explain", as: token(t, "acme", "service"), header: map[string]string{"Invite-Tenant": "acme"}, body: object("link", link)})
	if a.status != 200 || !strings.Contains(a.body, `"released"`) {
		t.Errorf("a service: got %d %s", a.status, a.body)
	}
	admin := token(t, "acme", "admin")
	do(t, request{method: "POST", path: "/v1/explain", as: admin}).refused(t, 400, "bad_request")
	do(t, request{method: "POST", path: "/v1/explain", as: admin, body: `{"link":7}`}).refused(t, 400, "bad_request")
	do(t, request{method: "POST", path: "/v1/explain", as: admin, body: object("link", link, "tenant", "globex")}).refused(t, 400, "bad_request")
	do(t, request{method: "POST", path: "/v1/explain", as: admin, body: object("link", strings.Repeat("x", 9000))}).refused(t, 413, "body_too_large")
}

// ask presses the button of a dead link's page and returns the answer.
func ask(t testing.TB, path string) answer {
	t.Helper()
	a := do(t, request{method: "POST", path: path + "/ask"})
	if a.status != 200 {
		t.Fatalf("asking for a new invite: got %d", a.status)
	}
	return a.comparable()
}

// comparable is the answer without what differs from one to the next.
func (a answer) comparable() answer {
	for _, name := range []string{"Date", "Apigw-Requestid", "X-Amzn-Requestid", "X-Amz-Id-2", "X-Amzn-Trace-Id"} {
		a.header.Del(name)
	}
	return a
}

func TestWhoeverAsksForANewInviteIsAnsweredAlikeAndHeardWhereItIsTrue(t *testing.T) {
	superseded, expired, cancelled, accepted := create(t, "acme", "1"+address(t)), create(t, "acme", "2"+address(t)), create(t, "acme", "3"+address(t)), create(t, "acme", "4"+address(t))
	links := map[string]string{"superseded": newest(t, superseded.Email, 1), "expired": newest(t, expired.Email, 1), "cancelled": newest(t, cancelled.Email, 1), "accepted": newest(t, accepted.Email, 1)}
	on(t, "acme", superseded.ID, "resend").invite(t, 200)
	links["live"] = newest(t, superseded.Email, 2)
	settled(t, "acme", superseded.ID)
	settled(t, "acme", expired.ID)
	age(t, expired.ID, "8d")
	on(t, "acme", cancelled.ID, "cancel").invite(t, 200)
	press(t, links["accepted"], 303)
	links["forged"] = "/i/" + strings.Repeat("0", 65)
	links["misspelt"] = "/i/0" + strings.TrimPrefix(links["superseded"], "/i/")
	pages, first := map[string]answer{}, answer{}
	for cause, path := range links {
		pages[cause] = do(t, request{method: "GET", path: path}).comparable()
	}
	same := func(what string, a, b answer) {
		t.Helper()
		if a.status != b.status || a.body != b.body || fmt.Sprint(a.header) != fmt.Sprint(b.header) {
			t.Errorf("%s: the answer differs\n%d %v\n%d %v", what, a.status, a.header, b.status, b.header)
		}
	}
	dead := pages["forged"]
	before := map[string]string{}
	for _, i := range []invite{superseded, expired, cancelled, accepted} {
		before[i.ID] = record(t, i.ID)
	}
	for cause, path := range links {
		for _, method := range []string{"GET", "HEAD"} {
			a := do(t, request{method: method, path: path + "/ask"}).comparable()
			if method == "GET" {
				same("GET of the ask page, "+cause, a, dead)
			}
			if a.status != 410 {
				t.Errorf("%s of the ask page, %s: got %d", method, cause, a.status)
			}
		}
	}
	for id, want := range before {
		if got := record(t, id); got != want {
			t.Errorf("opening the ask page changed the record:\n%s\n%s", want, got)
		}
	}
	asked := time.Now().Truncate(time.Second)
	for cause, path := range links {
		a := ask(t, path)
		if first.body == "" {
			first = a
		}
		same("asking, "+cause, a, first)
		same("asking by the page's form, "+cause, do(t, request{method: "POST", path: path + "?ask=1"}).comparable(), first)
	}
	for cause, path := range links {
		same("the page afterwards, "+cause, do(t, request{method: "GET", path: path}).comparable(), pages[cause])
		if cause != "live" && cause != "accepted" {
			same("the page of every dead link, "+cause, pages[cause], dead)
		}
	}
	for _, c := range []struct {
		inv   invite
		heard bool
	}{{superseded, true}, {expired, true}, {cancelled, false}, {accepted, false}} {
		got := get(t, "acme", c.inv.ID)
		if (got.RenewalRequestedAt != nil) != c.heard || c.heard && got.RenewalRequestedAt.Before(asked) {
			t.Errorf("%s: requested at %v", got.Status, got.RenewalRequestedAt)
		}
		if after := record(t, c.inv.ID); !c.heard && after != before[c.inv.ID] {
			t.Errorf("%s: the record changed:\n%s\n%s", got.Status, before[c.inv.ID], after)
		}
	}
	if row := find(list(t, "acme", "status=expired"), expired.ID); row == nil || row.RenewalRequestedAt == nil || row.CanResend != true {
		t.Errorf("the list does not show it: %+v", row)
	}
	opens(t, links["live"], 200) // nothing was superseded by the request
	if got := len(mails(t, superseded.Email, 2)); got != 2 {
		t.Errorf("%d mails, want none for a request", got)
	}
}

func TestAnInviteHearsOneRequestADayAndAResendAnswersIt(t *testing.T) {
	i := create(t, "acme", address(t))
	old := newest(t, i.Email, 1)
	on(t, "acme", i.ID, "resend").invite(t, 200)
	newest(t, i.Email, 2)
	settled(t, "acme", i.ID)
	requested := func() *time.Time { t.Helper(); return get(t, "acme", i.ID).RenewalRequestedAt }
	ask(t, old)
	first := requested()
	if first == nil {
		t.Fatal("the request is not shown")
	}
	ask(t, old)
	if again := requested(); again == nil || !again.Equal(*first) {
		t.Errorf("a second request on the same day: %v after %v", again, first)
	}
	age(t, i.ID, "23h")
	ask(t, old)
	if again := requested(); again == nil || !again.Equal(first.Add(-23*time.Hour)) {
		t.Errorf("a request 23 hours later: %v after %v", again, first)
	}
	age(t, i.ID, "61m")
	asked := time.Now().Truncate(time.Second)
	ask(t, old)
	if again := requested(); again == nil || again.Before(asked) {
		t.Errorf("a request a day later: %v", again)
	}
	if on(t, "acme", i.ID, "resend").invite(t, 200).RenewalRequestedAt != nil {
		t.Error("a resend leaves the request")
	}
	newest(t, i.Email, 3)
	settled(t, "acme", i.ID)
	ask(t, old)
	if requested() != nil {
		t.Error("a request was heard again on the day of the one before")
	}
	if got := len(mails(t, i.Email, 3)); got != 3 {
		t.Errorf("%d mails, want 3", got)
	}
}

func TestWhereTheTenantHasChosenSoARequestSendsAFreshMailToTheInvitedAddress(t *testing.T) {
	for _, state := range []string{"expired", "superseded"} {
		t.Run(state, func(t *testing.T) {
			i := create(t, "globex", address(t))
			link, had := newest(t, i.Email, 1), 1
			settled(t, "globex", i.ID)
			if state == "expired" {
				age(t, i.ID, "8d")
			} else {
				on(t, "globex", i.ID, "resend").invite(t, 200)
				newest(t, i.Email, 2)
				settled(t, "globex", i.ID)
				had = 2
			}
			withSettings(t, "globex", map[string]any{"renew_on_request": true}, 200, func() {
				ask(t, link)
				now := get(t, "globex", i.ID)
				if now.SendCount != had+1 || now.Status != "pending" || now.RenewalRequestedAt != nil || now.Role != i.Role || now.ExpiresAt.Before(time.Now().Add(6*24*time.Hour)) {
					t.Errorf("got %+v", now)
				}
				fresh := newest(t, i.Email, had+1)
				opens(t, fresh, 200)
				opens(t, link, 410)
				settled(t, "globex", i.ID)
				ask(t, link)
				opens(t, fresh, 200) // at most one a day
				if now := get(t, "globex", i.ID); now.SendCount != had+1 {
					t.Errorf("sent %d times, want %d", now.SendCount, had+1)
				}
				press(t, fresh, 303)
			})
		})
	}
}

func TestASettingIsNoByDefaultAndIsABoolean(t *testing.T) {
	admin := token(t, "acme", "admin")
	a := do(t, request{method: "GET", path: "/v1/settings", as: admin})
	if !strings.Contains(a.body, `"renew_on_request":false`) {
		t.Errorf("got %s", a.body)
	}
	do(t, request{method: "PUT", path: "/v1/settings", as: admin, body: `{"name":"Acme","renew_on_request":"yes"}`}).refused(t, 400, "bad_request")
}
