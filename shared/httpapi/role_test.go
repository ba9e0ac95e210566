package httpapi

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestARoleAboveTheInvitersIsRefused(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	d.Auth.InviterRoleClaim = "role"
	admin := func(role string) string {
		return bearer(`{"sub":"u-1","tenant":"acme","groups":["users:admin"]` + role + `}`)
	}
	for n, c := range []struct {
		name, as, asked, onBehalf string
		status                    int
	}{
		{"an admin gives the highest role", admin(`,"role":"admin"`), "admin", "", 201},
		{"a member gives their own", admin(`,"role":"member"`), "member", "", 201},
		{"a member gives a higher one", admin(`,"role":"member"`), "admin", "", 422},
		{"a member gives none", admin(`,"role":"member"`), "", "", 201},
		{"somebody with several gives the highest", admin(`,"role":["member","admin"]`), "admin", "", 201},
		{"a list that was flattened is no role", admin(`,"role":"[member admin]"`), "admin", "", 422},
		{"somebody without the claim gives the lowest", admin(``), "member", "", 201},
		{"somebody without the claim gives a higher one", admin(``), "admin", "", 422},
		{"somebody with a role of another product", admin(`,"role":"root"`), "admin", "", 422},
		{"a service says nothing", serviceToken, "admin", ``, 201},
		{"a service for an admin", serviceToken, "admin", `{"name":"Ada","role":"admin"}`, 201},
		{"a service for a member", serviceToken, "admin", `{"name":"Bo","role":"member"}`, 422},
		{"a service for a member, to the lowest", serviceToken, "member", `{"role":"member"}`, 201},
		{"a service for somebody with an empty role", serviceToken, "admin", `{"role":""}`, 422},
		{"a service for somebody with null", serviceToken, "admin", `{"role":null}`, 201},
		{"a service for somebody with a list", serviceToken, "admin", `{"role":["admin"]}`, 400},
		{"an admin who says so", admin(`,"role":"member"`), "admin", `{"role":"admin"}`, 400},
	} {
		body := map[string]any{"email": strings.Repeat("x", n+1) + "@example.com"}
		if c.asked != "" {
			body["role"] = c.asked
		}
		if c.onBehalf != "" {
			body["on_behalf_of"] = json.RawMessage(c.onBehalf)
		}
		said, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		headers := []string{"Authorization: " + c.as}
		if c.as == serviceToken {
			headers = append(headers, "Invite-Tenant: acme")
		}
		w := d.post(t.Context(), "/v1/invites", string(said), headers...)
		if w.Code != c.status {
			t.Errorf("%s: got %d %s, want %d", c.name, w.Code, w.Body, c.status)
		}
		if c.status != 422 {
			continue
		}
		var p Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Code != "role_not_allowed" || len(p.Errors) != 1 || p.Errors[0].Pointer != "/role" || !strings.Contains(p.Detail, `["member"]`) {
			t.Errorf("%s: got %s, want what may be given", c.name, w.Body)
		}
	}
	rows := d.many("/v1/invites/batch", `{"invites":[{"email":"b1@example.com"},{"email":"b2@example.com","role":"admin"},{"email":"b3@example.com","role":"member"}]}`,
		"Authorization: "+admin(`,"role":"member"`))
	d.want("a batch by a member", rows, "201, 422 role_not_allowed, 201")
}

func TestWithoutAClaimNamedNobodyChecksRoles(t *testing.T) {
	t.Parallel()
	d := newOffice(t)
	w := d.post(t.Context(), "/v1/invites", `{"email":"ana@example.com","role":"admin"}`, "Authorization: "+bearer(`{"sub":"u-1","tenant":"acme","groups":["users:admin"],"role":"member"}`))
	if w.Code != 201 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}
