package tests

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestARepeatedKeyHasOneEffect(t *testing.T) {
	admin, email := token(t, "acme", "admin"), address(t)
	key := map[string]string{"Idempotency-Key": "press-1"}
	post := func(path, body string) answer {
		return do(t, request{method: "POST", path: path, as: admin, body: body, header: key})
	}
	first := post("/v1/invites", object("email", email)).invite(t, 201)
	again := post("/v1/invites", object("email", email)).invite(t, 201)
	if again.ID != first.ID || again.SendCount != 1 {
		t.Errorf("got %+v, want the same invite, sent once", again)
	}
	post("/v1/invites", object("email", email, "role", "admin")).refused(t, 422, "idempotency_key_reused")
	newest(t, email, 1)
	for range 3 {
		if r := post("/v1/invites/"+first.ID+"/resend", "").invite(t, 200); r.SendCount != 2 {
			t.Errorf("sent %d times, want 2", r.SendCount)
		}
	}
	newest(t, email, 2)
	for range 2 {
		post("/v1/invites/"+first.ID+"/cancel", "{}").invite(t, 200)
	}
	if r := post("/v1/invites", object("email", email)).invite(t, 201); r.ID != first.ID || r.Status != "cancelled" {
		t.Errorf("got %+v, want the invite as it is now", r)
	}
	// The same key for another address is another request.
	post("/v1/invites", object("email", "x"+email)).invite(t, 201)
	if got := len(mails(t, email, 2)); got != 2 {
		t.Errorf("%d mails, want 2", got)
	}
	for _, bad := range []string{" ", "a b", strings.Repeat("x", 256), "ä"} {
		if a := do(t, request{method: "POST", path: "/v1/invites", as: admin, body: object("email", email), header: map[string]string{"Idempotency-Key": bad}}); bad != " " && a.status != 400 {
			t.Errorf("key %q: got %d, want 400", bad, a.status)
		}
	}
}

func TestIfMatchIsHonoured(t *testing.T) {
	i := create(t, "acme", address(t))
	newest(t, i.Email, 1)
	seen := i.ETag
	if got := settled(t, "acme", i.ID).ETag; got != seen {
		t.Errorf("delivery changed the etag from %s to %s", seen, got)
	}
	admin := token(t, "acme", "admin")
	call := func(what, etag string) answer {
		return do(t, request{method: "POST", path: "/v1/invites/" + i.ID + "/" + what, as: admin, header: map[string]string{"If-Match": etag}})
	}
	now := call("resend", seen).invite(t, 200)
	for _, stale := range []string{seen, `"x"`, `W/` + now.ETag} {
		call("resend", stale).refused(t, 412, "precondition_failed")
		call("cancel", stale).refused(t, 412, "precondition_failed")
	}
	newest(t, i.Email, 2)
	age(t, i.ID, "8d")
	call("cancel", now.ETag).refused(t, 412, "precondition_failed")
	call("cancel", get(t, "acme", i.ID).ETag).invite(t, 200)
}

func TestBadInputIsRefusedWithWhatToDo(t *testing.T) {
	admin := token(t, "acme", "admin")
	for _, c := range []struct {
		name, body string
		status     int
		code       string
		pointer    string
	}{
		{"no JSON", "email=x", 400, "bad_request", ""},
		{"not an object", `["x"]`, 400, "bad_request", ""},
		{"cut off", `{"email":"x@example.com"`, 400, "bad_request", ""},
		{"something after it", `{"email":"x@example.com"}{}`, 400, "bad_request", ""},
		{"no address", `{}`, 400, "bad_request", "/email"},
		{"an unknown field", `{"email":"x@example.com","tenant":"globex"}`, 400, "bad_request", "/tenant"},
		{"a field in another case", `{"Email":"x@example.com"}`, 400, "bad_request", "/Email"},
		{"a field twice", `{"email":"x@example.com","email":"y@example.com"}`, 400, "bad_request", "/email"},
		{"a wrong type", `{"email":7}`, 400, "bad_request", "/email"},
		{"a person the token may not name", `{"email":"x@example.com","on_behalf_of":{"name":"A"}}`, 400, "bad_request", "/on_behalf_of"},
		{"broken UTF-8", "{\"email\":\"x\xff@example.com\"}", 400, "bad_request", ""},
		{"half a surrogate pair", `{"email":"x@example.com","name":"\ud800"}`, 400, "bad_request", "/name"},
		{"more than 8 KiB", `{"email":"` + strings.Repeat("x", 8<<10) + `"}`, 413, "body_too_large", ""},
		{"an empty address", `{"email":""}`, 422, "address_unmailable", "/email"},
		{"no domain", `{"email":"x"}`, 422, "address_unmailable", "/email"},
		{"a quoted local part", `{"email":"\"x y\"@example.com"}`, 422, "address_unmailable", "/email"},
		{"a header in the address", `{"email":"x@example.com\r\nBcc: y@example.com"}`, 422, "address_unmailable", "/email"},
		{"a list of addresses", `{"email":"x@example.com,y@example.com"}`, 422, "address_unmailable", "/email"},
		{"a role the tenant does not have", `{"email":"x@example.com","role":"owner"}`, 422, "role_not_allowed", "/role"},
		{"a name of a page", object("email", "x@example.com", "name", strings.Repeat("n", 81)), 422, "invalid_field", "/name"},
		{"a locale that is none", object("email", "x@example.com", "locale", "../etc"), 422, "invalid_field", "/locale"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := do(t, request{method: "POST", path: "/v1/invites", as: admin, body: c.body})
			a.refused(t, c.status, c.code)
			p := a.problem(t)
			if c.pointer != "" && (len(p.Errors) != 1 || p.Errors[0].Pointer != c.pointer || p.Errors[0].Detail == "") {
				t.Errorf("got %+v, want a pointer to %s", p.Errors, c.pointer)
			}
		})
	}
	for _, path := range []string{"?status=dead", "?page_size=0", "?page_size=101", "?page_size=x", "?page_token=forged"} {
		do(t, request{method: "GET", path: "/v1/invites" + path, as: admin}).refused(t, 400, "bad_request")
	}
	do(t, request{method: "GET", path: "/v1/invites", as: admin, header: map[string]string{"Invite-Tenant": "globex"}}).refused(t, 400, "bad_request")
}

func TestPlusTagsAndDotsAreKeptAndDomainsAreIDNA(t *testing.T) {
	base := strings.TrimSuffix(address(t), "@example.com")
	for typed, want := range map[string]string{
		base + "+tag@example.com":                     base + "+tag@example.com",
		"a.b." + base + "@example.com":                "a.b." + base + "@example.com",
		strings.ToUpper("c"+base) + "@BÜCHER.example": "c" + base + "@xn--bcher-kva.example",
	} {
		if got := create(t, "acme", typed).Email; got != want {
			t.Errorf("%s: got %s, want %s", typed, got, want)
		}
	}
}

func TestPageTokensBelongToOneTenantAndFilter(t *testing.T) {
	for range 3 {
		create(t, "acme", address(t))
	}
	admin := token(t, "acme", "admin")
	var page struct {
		Invites       []invite
		NextPageToken string `json:"next_page_token"`
	}
	a := do(t, request{method: "GET", path: "/v1/invites?page_size=1", as: admin})
	if err := json.Unmarshal([]byte(a.body), &page); err != nil || len(page.Invites) != 1 || page.NextPageToken == "" {
		t.Fatalf("got %s", a.body)
	}
	next := url.QueryEscape(page.NextPageToken)
	do(t, request{method: "GET", path: "/v1/invites?page_token=" + next, as: token(t, "globex", "admin")}).refused(t, 400, "bad_request")
	do(t, request{method: "GET", path: "/v1/invites?status=accepted&page_token=" + next, as: admin}).refused(t, 400, "bad_request")
	do(t, request{method: "GET", path: "/v1/invites?q=a&page_token=" + next, as: admin}).refused(t, 400, "bad_request")
	flipped := []byte(page.NextPageToken)
	flipped[len(flipped)/2] ^= 1
	do(t, request{method: "GET", path: "/v1/invites?page_token=" + url.QueryEscape(string(flipped)), as: admin}).refused(t, 400, "bad_request")
	if a := do(t, request{method: "GET", path: "/v1/invites?page_size=1&page_token=" + next, as: admin}); a.status != 200 {
		t.Errorf("its own list: got %d %s", a.status, a.body)
	}
}

func TestSettingsAreReplacedWholeAndCheckedWhole(t *testing.T) {
	admin := token(t, "globex", "admin")
	read := func() answer { return do(t, request{method: "GET", path: "/v1/settings", as: admin}) }
	before := read()
	put := func(body, etag string) answer {
		r := request{method: "PUT", path: "/v1/settings", as: admin, body: body}
		if etag != "" {
			r.header = map[string]string{"If-Match": etag}
		}
		return do(t, r)
	}
	a := put(`{"name":"","sender":"x","setup_url":"https://evil.example/","time_zone":"Mars","roles":["a","a"],"brand_color":"red","expires_in_hours":9999}`, "")
	a.refused(t, 422, "invalid_field")
	var pointers []string
	for _, e := range a.problem(t).Errors {
		pointers = append(pointers, e.Pointer)
	}
	if got, want := strings.Join(pointers, " "), "/name /sender /expires_in_hours /setup_url /time_zone /roles /brand_color"; got != want {
		t.Errorf("got %s, want all of %s", got, want)
	}
	put(`{"name":"Globex","colour":"#fff"}`, "").refused(t, 400, "bad_request")
	if read().body != before.body {
		t.Error("a refused change left a trace")
	}
	put(before.body, `"settings-0"`).refused(t, 412, "precondition_failed")
	if a := put(before.body, before.header.Get("ETag")); a.status != 200 {
		t.Errorf("what was read can be put back: got %d %s", a.status, a.body)
	}
}

func TestAcceptByTokenForAProductWithItsOwnPage(t *testing.T) {
	i := create(t, "acme", address(t))
	tok := strings.TrimPrefix(newest(t, i.Email, 1), "/i/")
	for range 2 {
		a := do(t, request{method: "POST", path: "/v1/accept", body: object("token", tok)})
		var got struct {
			InviteID string `json:"invite_id"`
			TenantID string `json:"tenant_id"`
			Email    string
			Next     string
		}
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 200 {
			t.Fatalf("got %d %s", a.status, a.body)
		}
		next, err := url.Parse(got.Next)
		if err != nil || got.InviteID != i.ID || got.TenantID != "acme" || got.Email != i.Email || next.Query().Get("code") == "" {
			t.Errorf("got %+v", got)
		}
	}
	do(t, request{method: "POST", path: "/v1/accept", body: `{"token":7}`}).refused(t, 400, "bad_request")
}

func TestPagesAreSafeToOpenAnywhere(t *testing.T) {
	i := create(t, "acme", address(t))
	a := opens(t, newest(t, i.Email, 1), 200)
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff",
	} {
		if got := a.header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s is %q, want %q in it", name, got, want)
		}
	}
	if csp := a.header.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || !strings.Contains(csp, "form-action 'self' http://localhost:") {
		t.Errorf("got %q", csp)
	}
	for _, say := range []string{"Acme", i.Email, "member", "<form method=\"post\""} {
		if !strings.Contains(a.body, say) {
			t.Errorf("the page does not hold %q", say)
		}
	}
	if strings.Contains(a.body, "<script") || len(a.body) > 20_000 {
		t.Errorf("a page of %d bytes, or with script", len(a.body))
	}
}

func TestCORSAllowsTheConsolesOriginAlone(t *testing.T) {
	for origin, allowed := range map[string]bool{api(t): true, "https://evil.example": false} {
		a := do(t, request{method: "OPTIONS", path: "/v1/invites", header: map[string]string{
			"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,idempotency-key,if-match,content-type",
		}})
		if got := a.header.Get("Access-Control-Allow-Origin") == origin; got != allowed {
			t.Errorf("%s: allowed is %v: %v", origin, got, a.header)
		}
	}
	a := do(t, request{method: "GET", path: "/v1/invites", as: token(t, "acme", "admin"), header: map[string]string{"Origin": api(t)}})
	exposed := strings.ToLower(a.header.Get("Access-Control-Expose-Headers"))
	for _, name := range []string{"date", "etag", "location", "retry-after"} {
		if !strings.Contains(exposed, name) {
			t.Errorf("%s is not exposed: %q", name, exposed)
		}
	}
}

func TestTimesAreUTCAndAMailLeavesWithinASecondOrTwo(t *testing.T) {
	admin := token(t, "acme", "admin")
	began := time.Now()
	a := do(t, request{method: "POST", path: "/v1/invites", as: admin, body: object("email", address(t))})
	i := a.invite(t, 201)
	if want := "/v1/invites/" + i.ID; a.header.Get("Location") != want {
		t.Errorf("Location is %q, want %q", a.header.Get("Location"), want)
	}
	for _, name := range []string{"created_at", "expires_at"} {
		if !strings.Contains(a.body, `"`+name+`":"2`) || strings.Contains(a.body, "+00:00") {
			t.Errorf("times are not RFC 3339 in UTC: %s", a.body)
		}
	}
	newest(t, i.Email, 1)
	t.Logf("create to mailbox: %v", time.Since(began))
	if i.InvitedBy.Email == "" || i.InvitedBy.ID == "" {
		t.Errorf("invited by %+v", i.InvitedBy)
	}
}
