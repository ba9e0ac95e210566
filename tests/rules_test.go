package tests

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// The tests of this file bear the numbers of the product's rules.

func TestRule01AnInviteLivesSevenDaysUnlessTheTenantSaysOtherwise(t *testing.T) {
	i := create(t, "acme", address(t))
	if got := i.ExpiresAt.Sub(i.CreatedAt); got != 7*24*time.Hour {
		t.Errorf("got a window of %v, want 7 days", got)
	}
	for _, c := range []struct {
		hours  int
		status int
	}{{0, 422}, {1, 200}, {720, 200}, {721, 422}} {
		withSettings(t, "globex", map[string]any{"expires_in_hours": c.hours}, c.status, func() {
			i := create(t, "globex", address(t))
			if got, want := i.ExpiresAt.Sub(i.CreatedAt), time.Duration(c.hours)*time.Hour; got != want {
				t.Errorf("got a window of %v, want %v", got, want)
			}
		})
	}
}

func TestRule02OnlyAnAdminOfTheTenantMayTouchItsInvites(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	for _, c := range []struct{ method, path, body string }{
		{"GET", "/v1/invites", ""},
		{"POST", "/v1/invites", object("email", "x@example.com")},
		{"GET", "/v1/invites/" + i.ID, ""},
		{"POST", "/v1/invites/" + i.ID + "/resend", ""},
		{"POST", "/v1/invites/" + i.ID + "/cancel", ""},
		{"POST", "/v1/invites/" + i.ID + "/release", ""},
		{"PUT", "/v1/settings", `{"name":"Mine"}`},
		{"GET", "/v1/settings", ""},
		{"POST", "/v1/redeem", object("code", "x")},
		{"POST", "/v1/explain", object("link", "x")},
	} {
		name := c.method + " " + strings.ReplaceAll(c.path, i.ID, "{id}")
		t.Run("without a token 401: "+name, func(t *testing.T) {
			if a := do(t, request{method: c.method, path: c.path, body: c.body}); a.status != 401 {
				t.Errorf("got %d", a.status)
			}
			if a := do(t, request{method: c.method, path: c.path, body: c.body, as: token(t, "acme", "admin") + "x"}); a.status != 401 {
				t.Errorf("with a broken signature: got %d", a.status)
			}
		})
		t.Run("without permission 403: "+name, func(t *testing.T) {
			do(t, request{method: c.method, path: c.path, body: c.body, as: token(t, "acme", "viewer")}).refused(t, 403, "forbidden")
		})
		if strings.Contains(c.path, i.ID) {
			t.Run("for another tenant 404: "+name, func(t *testing.T) {
				foreign := do(t, request{method: c.method, path: c.path, body: c.body, as: token(t, "globex", "admin")})
				foreign.refused(t, 404, "not_found")
				unknown := do(t, request{method: c.method, path: strings.ReplaceAll(c.path, i.ID, "inv_0"), body: c.body, as: token(t, "globex", "admin")})
				unknown.refused(t, 404, "not_found")
				if f, u := foreign.problem(t), unknown.problem(t); f.Detail != u.Detail || f.Title != u.Title {
					t.Errorf("a foreign id reads %q and an unknown one %q", f.Detail, u.Detail)
				}
			})
		}
	}
	if got := get(t, "acme", i.ID); got.ETag != i.ETag {
		t.Errorf("the refused calls left a trace: %+v", got)
	}
	if find(list(t, "globex", "q="+url.QueryEscape(i.Email)), i.ID) != nil {
		t.Error("another tenant lists the invite")
	}
}

func TestRule03PendingInvitesListsWhatIsNeitherAcceptedNorCancelled(t *testing.T) {
	pending, expired, accepted, cancelled := create(t, "acme", "1"+address(t)), create(t, "acme", "2"+address(t)), create(t, "acme", "3"+address(t)), create(t, "acme", "4"+address(t))
	press(t, newest(t, accepted.Email, 1), 303)
	newest(t, expired.Email, 1)
	age(t, expired.ID, "8d")
	on(t, "acme", cancelled.ID, "cancel").invite(t, 200)
	rows := list(t, "acme", "")
	for _, want := range []struct {
		id, status string
	}{{pending.ID, "pending"}, {expired.ID, "expired"}} {
		row := find(rows, want.id)
		if row == nil || row.Status != want.status {
			t.Fatalf("got %+v, want it listed as %s", row, want.status)
		}
		if row.SendCount != 1 || row.ExpiresAt.IsZero() || row.LastSentAt == nil && row.Delivery.Status == "sent" || row.Delivery.Status == "" {
			t.Errorf("the row lacks what an admin needs: %+v", row)
		}
	}
	if find(rows, accepted.ID) != nil || find(rows, cancelled.ID) != nil {
		t.Error("accepted or cancelled invites are listed as pending")
	}
	if !slices.IsSortedFunc(rows, func(a, b invite) int { return b.CreatedAt.Compare(a.CreatedAt) }) {
		t.Error("not newest first")
	}
	for status, id := range map[string]string{"pending": pending.ID, "expired": expired.ID, "accepted": accepted.ID, "cancelled": cancelled.ID} {
		rows := list(t, "acme", "status="+status)
		if find(rows, id) == nil {
			t.Errorf("status=%s does not list %s", status, id)
		}
		for _, row := range rows {
			if row.Status != status {
				t.Errorf("status=%s lists one that is %s", status, row.Status)
			}
		}
	}
}

func TestRule04ResendSendsAFreshLinkWithAFullWindowAndKillsTheOld(t *testing.T) {
	i := create(t, "acme", address(t))
	old := newest(t, i.Email, 1)
	before := time.Now()
	again := on(t, "acme", i.ID, "resend").invite(t, 200)
	opens(t, old, 410)
	if again.SendCount != 2 || again.Status != "pending" || again.ExpiresAt.Before(before.Add(7*24*time.Hour-time.Minute)) {
		t.Errorf("got %+v, want a second send and a full window", again)
	}
	fresh := newest(t, i.Email, 2)
	opens(t, fresh, 200)
	age(t, i.ID, "8d")
	opens(t, fresh, 410)
	if got := get(t, "acme", i.ID); got.Status != "expired" || !got.CanResend {
		t.Fatalf("got %+v, want it expired and resendable", got)
	}
	if revived := on(t, "acme", i.ID, "resend").invite(t, 200); revived.Status != "pending" || !revived.ExpiresAt.After(time.Now().Add(6*24*time.Hour)) {
		t.Errorf("got %+v, want it pending with a full window", revived)
	}
	opens(t, newest(t, i.Email, 3), 200)
}

// deadLinks are paths of links that lead nowhere, by their cause, of two tenants.
func deadLinks(t *testing.T) map[string]string {
	t.Helper()
	superseded := create(t, "acme", "1"+address(t))
	links := map[string]string{"superseded": newest(t, superseded.Email, 1)}
	on(t, "acme", superseded.ID, "resend").invite(t, 200)
	expired := create(t, "acme", "2"+address(t))
	links["expired"] = newest(t, expired.Email, 1)
	age(t, expired.ID, "8d")
	cancelled := create(t, "acme", "3"+address(t))
	links["cancelled"] = newest(t, cancelled.Email, 1)
	on(t, "acme", cancelled.ID, "cancel").invite(t, 200)
	released := create(t, "globex", "4"+address(t))
	links["released"] = newest(t, released.Email, 1)
	press(t, links["released"], 303)
	on(t, "globex", released.ID, "release").invite(t, 200)
	links["never valid"] = "/i/" + strings.Repeat("0", 65)
	links["misspelt"] = "/i/0" + strings.TrimPrefix(links["superseded"], "/i/")
	links["upside down"] = "/i/" + reversed(strings.TrimPrefix(links["superseded"], "/i/"))
	return links
}

func TestRule05EveryDeadLinkOpensTheSamePage(t *testing.T) {
	var first answer
	for cause, path := range deadLinks(t) {
		for _, method := range []string{"GET", "POST"} {
			a := do(t, request{method: method, path: path})
			if a.status != 410 {
				t.Fatalf("%s %s: got %d, want 410", method, cause, a.status)
			}
			for _, name := range []string{"Date", "Apigw-Requestid", "X-Amzn-Requestid", "X-Amz-Id-2", "X-Amzn-Trace-Id"} {
				a.header.Del(name)
			}
			if first.body == "" {
				first = a
			}
			if a.body != first.body || fmt.Sprint(a.header) != fmt.Sprint(first.header) {
				t.Errorf("%s %s: the answer differs\n%v\n%v", method, cause, a.header, first.header)
			}
		}
		do(t, request{method: "POST", path: "/v1/accept", body: object("token", strings.TrimPrefix(path, "/i/"))}).refused(t, 410, "invite_expired")
	}
	for _, say := range []string{"expired", "most recent", "new invite"} {
		if !strings.Contains(first.body, say) {
			t.Errorf("the page does not say %q", say)
		}
	}
	for _, tell := range []string{"Acme", "Globex", "cancelled", "superseded"} {
		if strings.Contains(first.body, tell) {
			t.Errorf("the page tells a stranger %q", tell)
		}
	}
}

func TestRule05OpeningALinkChangesNothing(t *testing.T) {
	i := create(t, "acme", address(t))
	path := newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	before := record(t, i.ID)
	for range 5 {
		for _, method := range []string{"GET", "HEAD"} {
			a := do(t, request{method: method, path: path, header: map[string]string{"User-Agent": "mail scanner"}})
			if a.status != 200 || method == "HEAD" && a.body != "" {
				t.Errorf("%s: got %d with %d bytes", method, a.status, len(a.body))
			}
		}
	}
	if after := record(t, i.ID); after != before {
		t.Errorf("the record changed:\n%s\n%s", before, after)
	}
	press(t, path, 303)
}

func TestRule06ResendsHaveNoLimitAndBringAdvice(t *testing.T) {
	i := create(t, "acme", address(t))
	if i.Advice != nil {
		t.Errorf("advice %+v before any resend", i.Advice)
	}
	links := []string{newest(t, i.Email, 1)}
	for n := range 20 {
		again := on(t, "acme", i.ID, "resend").invite(t, 200)
		if again.SendCount != n+2 || again.Advice == nil || again.Advice.Code == "" || again.Advice.Message == "" {
			t.Fatalf("resend %d: got %+v", n+1, again)
		}
		links = append(links, newest(t, i.Email, n+2))
	}
	for n, path := range links {
		want := 410
		if n == len(links)-1 {
			want = 200
		}
		opens(t, path, want)
	}
}

func TestRule07AcceptHappensOnce(t *testing.T) {
	i := create(t, "acme", address(t))
	path := newest(t, i.Email, 1)
	first := press(t, path, 303)
	accepted := get(t, "acme", i.ID)
	if accepted.Status != "accepted" || accepted.AcceptedAt == nil || accepted.CanResend || accepted.ResendBlockedReason == nil || accepted.CanCancel {
		t.Errorf("got %+v", accepted)
	}
	refusal := on(t, "acme", i.ID, "resend")
	refusal.refused(t, 409, "already_accepted")
	if p := refusal.problem(t); p.PasswordResetURL == "" {
		t.Errorf("got %s, want the password-reset flow named", refusal.body)
	}
	on(t, "acme", i.ID, "cancel").refused(t, 409, "already_accepted")
	page := opens(t, path, 200)
	for _, say := range []string{"already", "assword", "ign in"} {
		if !strings.Contains(page.body, say) {
			t.Errorf("the page of an accepted link does not say %q", say)
		}
	}
	second := press(t, path, 303)
	if first.Get("code") == second.Get("code") || first.Get("invite") != second.Get("invite") {
		t.Errorf("got %v, then %v; want the same invite and a fresh code", first, second)
	}
	if again := get(t, "acme", i.ID); !again.AcceptedAt.Equal(*accepted.AcceptedAt) {
		t.Errorf("accepted at %v, then at %v", accepted.AcceptedAt, again.AcceptedAt)
	}
}

func TestRule08CancelFreesTheAddress(t *testing.T) {
	for _, state := range []string{"pending", "expired"} {
		t.Run("a "+state+" invite", func(t *testing.T) {
			i := create(t, "acme", address(t))
			path := newest(t, i.Email, 1)
			if state == "expired" {
				age(t, i.ID, "8d")
			}
			if c := on(t, "acme", i.ID, "cancel").invite(t, 200); c.Status != "cancelled" {
				t.Errorf("got %+v", c)
			}
			if find(list(t, "acme", ""), i.ID) != nil {
				t.Error("the very next list still has it")
			}
			on(t, "acme", i.ID, "cancel").invite(t, 200)
			on(t, "acme", i.ID, "resend").refused(t, 409, "cancelled")
			opens(t, path, 410)
			anew := create(t, "acme", i.Email)
			if anew.ID == i.ID || anew.SendCount != 1 {
				t.Errorf("got %+v, want another invite", anew)
			}
			do(t, request{method: "GET", path: "/v1/invites/" + i.ID, as: token(t, "acme", "admin")}).refused(t, 404, "not_found")
			opens(t, path, 410)
			opens(t, newest(t, i.Email, 2), 200)
		})
	}
}

func TestRule09TheMailComesFromTheTenantsOwnSender(t *testing.T) {
	for tenant, sender := range map[string]string{"acme": "noreply@acme.example", "globex": "noreply@globex.example"} {
		i := create(t, tenant, address(t))
		m := mails(t, i.Email, 1)[0]
		if got := m.GetHeader("From"); !strings.Contains(got, sender) {
			t.Errorf("%s: from %q, want %s", tenant, got, sender)
		}
		if got := settled(t, tenant, i.ID); got.Delivery.Sender != sender {
			t.Errorf("%s: the row says %q", tenant, got.Delivery.Sender)
		}
	}
}

func TestRule10TheScheduleMarksExpirationsAndALinkDiesWithoutIt(t *testing.T) {
	i := create(t, "acme", address(t))
	path := newest(t, i.Email, 1)
	settled(t, "acme", i.ID)
	age(t, i.ID, "8d")
	opens(t, path, 410) // at once, whether or not the schedule has run
	press(t, path, 410)
	within(t, func() error {
		if got := storedStatus(t, i.ID); got != "expired" {
			return fmt.Errorf("stored as %s", got)
		}
		return nil
	})
	if got := get(t, "acme", i.ID); got.Status != "expired" || !got.CanResend {
		t.Errorf("got %+v", got)
	}
	// From the instant its retention is over every operation treats it as gone.
	age(t, i.ID, "181d")
	do(t, request{method: "GET", path: "/v1/invites/" + i.ID, as: token(t, "acme", "admin")}).refused(t, 404, "not_found")
	on(t, "acme", i.ID, "resend").refused(t, 404, "not_found")
	if find(list(t, "acme", "status=expired&q="+url.QueryEscape(i.Email)), i.ID) != nil {
		t.Error("the list still has it")
	}
	if anew := create(t, "acme", i.Email); anew.ID == i.ID {
		t.Error("the id was used again")
	}
}

func TestRule11OneLiveInvitePerAddressAndTenant(t *testing.T) {
	i := create(t, "acme", address(t))
	for _, spelling := range []string{i.Email, strings.ToUpper(i.Email), " " + i.Email + " "} {
		a := do(t, request{method: "POST", path: "/v1/invites", as: token(t, "acme", "admin"), body: object("email", spelling)})
		a.refused(t, 409, "already_pending")
		if got := a.problem(t).InviteID; got != i.ID {
			t.Errorf("%q: points to %q, want %q", spelling, got, i.ID)
		}
	}
	create(t, "globex", i.Email) // another tenant's invite is in nobody's way
	newest(t, i.Email, 2)
	age(t, i.ID, "8d")
	create(t, "acme", i.Email) // an expired one blocks nothing
	accepted := create(t, "acme", "a"+address(t))
	press(t, newest(t, accepted.Email, 1), 303)
	do(t, request{method: "POST", path: "/v1/invites", as: token(t, "acme", "admin"), body: object("email", accepted.Email)}).refused(t, 409, "already_accepted")
}

func TestRule12TwoAdminsAtOnceGetOneWinnerAndOneClearAnswer(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	i = settled(t, "acme", i.ID)
	answers := make(chan answer, 2)
	for range 2 {
		go func() {
			a, err := try(api(t), request{method: "POST", path: "/v1/invites/" + i.ID + "/resend", as: token(t, "acme", "admin"), header: map[string]string{"If-Match": i.ETag}})
			if err != nil {
				t.Error(err)
			}
			answers <- a
		}()
	}
	got := []int{(<-answers).status, (<-answers).status}
	slices.Sort(got)
	if want := []int{200, 412}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if now := get(t, "acme", i.ID); now.SendCount != 2 {
		t.Errorf("sent %d times, want 2", now.SendCount)
	}
}

func TestRule13AnAcceptHandsOverByACodeThatWorksOnce(t *testing.T) {
	i := create(t, "acme", address(t))
	path := newest(t, i.Email, 1)
	next := press(t, path, 303)
	if next.Get("invite") != i.ID {
		t.Errorf("the set-up page gets invite %q, want %q", next.Get("invite"), i.ID)
	}
	code := next.Get("code")
	redeem(t, "globex", "admin", code).refused(t, 410, "code_used_or_expired") // and it stays good
	a := redeem(t, "acme", "service", code)
	var facts struct {
		TenantID          string `json:"tenant_id"`
		InviteID          string `json:"invite_id"`
		Email, Name, Role string
		AcceptedAt        time.Time `json:"accepted_at"`
	}
	if err := json.Unmarshal([]byte(a.body), &facts); err != nil || a.status != 200 {
		t.Fatalf("got %d %s", a.status, a.body)
	}
	if facts.TenantID != "acme" || facts.InviteID != i.ID || facts.Email != i.Email || facts.Role != "member" || facts.AcceptedAt.IsZero() {
		t.Errorf("got %+v", facts)
	}
	redeem(t, "acme", "service", code).refused(t, 410, "code_used_or_expired")
	redeem(t, "acme", "service", i.ID).refused(t, 410, "link_incomplete") // an id is no code
	fresh := press(t, path, 303).Get("code")                              // the accepted link still leads on
	if a := redeem(t, "acme", "admin", fresh); a.status != 200 {
		t.Errorf("a fresh code: got %d %s", a.status, a.body)
	}
	a = do(t, request{method: "POST", path: path, header: map[string]string{"Accept": "text/html,*/*;q=0.8"}})
	led, err := url.Parse(strings.TrimPrefix(a.header.Get("Refresh"), "0;url="))
	if err != nil || a.status != 200 || a.header.Get("Location") != "" || led.Query().Get("invite") != i.ID {
		t.Fatalf("a browser is led on: got %d with Refresh %q", a.status, a.header.Get("Refresh"))
	}
	if a := redeem(t, "acme", "admin", led.Query().Get("code")); a.status != 200 {
		t.Errorf("the code of a browser: got %d %s", a.status, a.body)
	}
	aged := press(t, path, 303).Get("code")
	age(t, i.ID, "11m")
	redeem(t, "acme", "service", aged).refused(t, 410, "code_used_or_expired")

	released := on(t, "acme", i.ID, "release").invite(t, 200)
	if released.Status != "released" {
		t.Errorf("got %+v", released)
	}
	opens(t, path, 410)
	on(t, "acme", i.ID, "release").refused(t, 409, "not_accepted")
	if anew := create(t, "acme", i.Email); anew.ID == i.ID {
		t.Error("the id was used again")
	}
}

func TestRule13OnlyTheLastFiveCodesAreGood(t *testing.T) {
	i := create(t, "acme", address(t))
	path := newest(t, i.Email, 1)
	var codes []string
	for range 7 {
		codes = append(codes, press(t, path, 303).Get("code"))
	}
	for n, code := range codes {
		want := 200
		if n < 2 {
			want = 410
		}
		if a := redeem(t, "acme", "service", code); a.status != want {
			t.Errorf("code %d of 7: got %d, want %d", n+1, a.status, want)
		}
	}
}

// opens GETs a link.
func opens(t testing.TB, path string, status int) answer {
	t.Helper()
	a := do(t, request{method: "GET", path: path})
	if a.status != status {
		t.Fatalf("GET of a link: got %d, want %d", a.status, status)
	}
	return a
}

// press posts the page's form and returns what the set-up page is given.
func press(t testing.TB, path string, status int) url.Values {
	t.Helper()
	a := do(t, request{method: "POST", path: path})
	if a.status != status {
		t.Fatalf("pressing accept: got %d %s, want %d", a.status, a.body, status)
	}
	next, err := url.Parse(a.header.Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return next.Query()
}

func redeem(t testing.TB, tenant, as, code string) answer {
	t.Helper()
	r := request{method: "POST", path: "/v1/redeem", as: token(t, tenant, as), body: object("code", code)}
	if as == "service" {
		r.header = map[string]string{"Invite-Tenant": tenant}
	}
	return do(t, r)
}

// settled waits until nothing more is to happen to a mail: its sender has said what
// became of it, and of one that has left the provider has too. It returns the invite then.
func settled(t testing.TB, tenant, id string) invite {
	t.Helper()
	within(t, func() error {
		item := itemOf(t, tenant, id)
		status, _ := item["ms"].(*types.AttributeValueMemberS)
		if _, noticed := item["nt"]; status.Value == "failed" || status.Value == "sent" && noticed {
			return nil
		}
		return fmt.Errorf("the mail is %s for its sender, and is not delivered yet", status.Value)
	})
	return get(t, tenant, id)
}

// withSettings changes a tenant's settings, does something, and changes them back.
func withSettings(t testing.TB, tenant string, change map[string]any, status int, then func()) {
	t.Helper()
	admin := token(t, tenant, "admin")
	a := do(t, request{method: "GET", path: "/v1/settings", as: admin})
	before := a.body
	var s map[string]any
	if err := json.Unmarshal([]byte(before), &s); err != nil {
		t.Fatal(err)
	}
	for name, value := range change {
		s[name] = value
	}
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	a = do(t, request{method: "PUT", path: "/v1/settings", as: admin, body: string(text), header: map[string]string{"If-Match": a.header.Get("ETag")}})
	if a.status != status {
		t.Fatalf("settings %v: got %d %s, want %d", change, a.status, a.body, status)
	}
	if status != 200 {
		return
	}
	defer func() {
		if a := do(t, request{method: "PUT", path: "/v1/settings", as: admin, body: before}); a.status != 200 {
			t.Errorf("settings back: got %d %s", a.status, a.body)
		}
	}()
	then()
}

func reversed(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}
