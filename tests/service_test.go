package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// byService calls as the product's own backend, in a tenant.
func byService(t testing.TB, tenant, method, path, body string) answer {
	t.Helper()
	return do(t, request{method: method, path: path, as: token(t, "", "service"), body: body, header: map[string]string{"Invite-Tenant": tenant}})
}

// freshTenant is one that no other test uses: a service needs nobody's consent for a new one.
func freshTenant(t testing.TB) string {
	return strings.TrimSuffix(strings.ReplaceAll(address(t), ".", "-"), "@example-com")
}

func TestAServiceDoesEverythingInTheTenantItNames(t *testing.T) {
	tenant, email := freshTenant(t), address(t)
	const person = `"on_behalf_of":{"name":"Zoë Admin","email":"zoe@acme.example"}`
	i := byService(t, tenant, "POST", "/v1/invites", `{"email":"`+email+`",`+person+`}`).invite(t, 201)
	if by := i.InvitedBy; by.Name != "Zoë Admin" || by.Email != "zoe@acme.example" || by.ID == "" {
		t.Errorf("invited by %+v", by)
	}
	if text := mails(t, email, 1)[0].Text; !strings.Contains(text, "Zoë Admin (zoe@acme.example)") {
		t.Errorf("the mail does not name the person: %q", text)
	}
	do(t, request{method: "GET", path: "/v1/invites/" + i.ID, as: token(t, "acme", "admin")}).refused(t, 404, "not_found")
	byService(t, "acme", "GET", "/v1/invites/"+i.ID, "").refused(t, 404, "not_found")
	byService(t, tenant, "GET", "/v1/invites/"+i.ID, "").invite(t, 200)
	if a := byService(t, tenant, "GET", "/v1/invites", ""); a.status != 200 || !strings.Contains(a.body, i.ID) {
		t.Errorf("list: got %d %s", a.status, a.body)
	}
	byService(t, tenant, "POST", "/v1/invites/"+i.ID+"/resend", `{`+person+`}`).invite(t, 200)
	path := newest(t, email, 2)
	code := press(t, path, 303).Get("code")
	redeem(t, "acme", "service", code).refused(t, 410, "code_used_or_expired") // named another tenant
	a := do(t, request{method: "POST", path: "/v1/redeem", as: token(t, "", "service"), body: object("code", code)})
	var facts struct {
		TenantID string `json:"tenant_id"`
	}
	if err := json.Unmarshal([]byte(a.body), &facts); err != nil || a.status != 200 || facts.TenantID != tenant {
		t.Errorf("redeem: got %d %s, want the facts of %s", a.status, a.body, tenant)
	}
	if i = byService(t, tenant, "POST", "/v1/invites/"+i.ID+"/release", `{`+person+`}`).invite(t, 200); i.Status != "released" {
		t.Errorf("release: got %+v", i)
	}
	opens(t, path, 410)
	again := byService(t, tenant, "POST", "/v1/invites", `{"email":"`+email+`","on_behalf_of":null}`).invite(t, 201)
	byService(t, tenant, "POST", "/v1/invites/"+again.ID+"/cancel", "").invite(t, 200)
	byService(t, tenant, "PUT", "/v1/settings", `{"name":"Umbrella",`+person+`}`).settings(t, 200)
}

func TestNobodyButAServiceNamesTenantOrPerson(t *testing.T) {
	i := create(t, "acme", address(t))
	admin, service := token(t, "acme", "admin"), token(t, "", "service")
	for _, call := range []struct{ method, path, body string }{
		{"GET", "/v1/invites", ""}, {"POST", "/v1/invites", object("email", address(t))}, {"GET", "/v1/invites/" + i.ID, ""},
		{"POST", "/v1/invites/" + i.ID + "/resend", ""}, {"POST", "/v1/invites/" + i.ID + "/cancel", ""}, {"POST", "/v1/invites/" + i.ID + "/release", ""},
		{"GET", "/v1/settings", ""}, {"PUT", "/v1/settings", object("name", "Acme")}, {"POST", "/v1/redeem", object("code", "x")},
	} {
		r := request{method: call.method, path: call.path, body: call.body, as: admin, header: map[string]string{"Invite-Tenant": "acme"}}
		do(t, r).refused(t, 400, "bad_request")
		r.as = token(t, "acme", "viewer")
		do(t, r).refused(t, 400, "bad_request")
		if call.path != "/v1/redeem" { // the code names its tenant
			do(t, request{method: call.method, path: call.path, body: call.body, as: service}).refused(t, 400, "bad_request")
		}
		if call.method == "GET" {
			continue
		}
		a := do(t, request{method: call.method, path: call.path, as: admin, body: `{"on_behalf_of":{"name":"A"}}`})
		a.refused(t, 400, "bad_request")
		if p := a.problem(t); len(p.Errors) != 1 || p.Errors[0].Pointer != "/on_behalf_of" {
			t.Errorf("%s %s: got %+v, want a pointer to /on_behalf_of", call.method, call.path, p.Errors)
		}
	}
	if got := get(t, "acme", i.ID); got.Status != "pending" || got.SendCount != 1 {
		t.Errorf("a refused call left a trace: %+v", got)
	}
}

// subject waits until a mail to a new address has the subject: settings are remembered for
// ten seconds.
func subject(t testing.TB, tenant, want string) {
	t.Helper()
	within(t, func() error {
		email := address(t)
		create(t, tenant, email)
		if got := mails(t, email, 1)[0].GetHeader("Subject"); got != want {
			return fmt.Errorf("subject %q, want %q", got, want)
		}
		return nil
	})
}

func TestANameThatLooksLikeADomainIsKeptWhereAServiceSetIt(t *testing.T) {
	admin := token(t, "globex", "admin")
	withSettings(t, "globex", map[string]any{"name": "Booking.com"}, 200, func() {
		read := do(t, request{method: "GET", path: "/v1/settings", as: admin})
		if read.settings(t, 200).NameTrusted {
			t.Error("a name that an admin set is trusted")
		}
		subject(t, "globex", "Your invitation to join a team")
		if s := byService(t, "globex", "PUT", "/v1/settings", read.body).settings(t, 200); !s.NameTrusted {
			t.Error("a name that a service set is not trusted")
		}
		subject(t, "globex", "Your invitation to Booking.com")
		if s := do(t, request{method: "PUT", path: "/v1/settings", as: admin, body: read.body}).settings(t, 200); !s.NameTrusted {
			t.Error("an admin who left the name alone ended the trust")
		}
		changed := strings.Replace(read.body, "Booking.com", "Cooking.com", 1)
		if s := do(t, request{method: "PUT", path: "/v1/settings", as: admin, body: changed}).settings(t, 200); s.NameTrusted {
			t.Error("a name that an admin changed is trusted")
		}
	})
}
