package httpapi

import (
	"fmt"
	"strings"
	"testing"

	"invites/shared/invite"
)

// domainOf reads sender_domain and the states of its records.
func domainOf(t *testing.T, answer map[string]any) (d map[string]any, records string) {
	t.Helper()
	d, ok := answer["sender_domain"].(map[string]any)
	if !ok {
		t.Fatalf("got %v, want a sender_domain", answer)
	}
	for _, r := range d["records"].([]any) {
		r := r.(map[string]any)
		records += fmt.Sprint(r["type"], " ", r["name"], " ", r["state"], "; ")
	}
	return d, records
}

func TestSettingsShowTheSendersDomain(t *testing.T) {
	d := newDesk(t)
	if _, got := d.ask("GET", "/v1/settings", acmeAdmin, ""); got["sender_domain"] != nil || got["sender"] != "invites@platform.example" || got["name_trusted"] != false {
		t.Errorf("without a sender: got %v", got)
	}
	const body = `{"name":"Acme","sender":"Hi@Acme.example"}`
	status, got := d.ask("PUT", "/v1/settings", acmeAdmin, body)
	domain, records := domainOf(t, got)
	if status != 200 || domain["domain"] != "acme.example" || domain["state"] != "unproven" || records != "TXT _invites.acme.example awaited; " || domain["checked_at"] == nil ||
		!strings.Contains(domain["message"].(string), "invites@platform.example") {
		t.Errorf("got %d %v", status, domain)
	}
	d.ask("PUT", "/v1/settings", globexAdmin, body)

	proof := invite.ProofOf("test", "acme", "acme.example")
	d.txt[proof.Name] = []string{proof.Value}
	_, got = d.ask("GET", "/v1/settings", acmeAdmin, "")
	domain, records = domainOf(t, got)
	if domain["state"] != "pending" || records != "TXT _invites.acme.example found; CNAME k._domainkey.acme.example awaited; " || got["etag"] != `"settings-1"` {
		t.Errorf("got %v with etag %v", domain, got["etag"])
	}
	_, got = d.ask("GET", "/v1/settings", globexAdmin, "")
	if domain, records = domainOf(t, got); domain["state"] != "taken" || records != "" || !strings.Contains(domain["message"].(string), "operator") {
		t.Errorf("the other tenant: got %v", domain)
	}
	status, got = d.ask("PUT", "/v1/settings", globexAdmin, body)
	if fields, _ := got["errors"].([]any); status != 409 || got["code"] != "domain_taken" || len(fields) != 1 || fields[0].(map[string]any)["pointer"] != "/sender" {
		t.Errorf("got %d %v", status, got)
	}
}

func TestWhatIsReadCanBePutBackAndChangesNothing(t *testing.T) {
	d := newDesk(t)
	d.ask("PUT", "/v1/settings", backend, `{"name":"Booking.com","sender":"hi@acme.example"}`, "Invite-Tenant", "acme")
	status, got := d.ask("PUT", "/v1/settings", acmeAdmin, `{"name":"Booking.com","sender":"hi@acme.example","name_trusted":false,"sender_domain":{"state":"verified"},"tenant_id":"globex","etag":"x"}`)
	domain, _ := domainOf(t, got)
	if status != 200 || domain["state"] != "unproven" || got["name_trusted"] != true || got["tenant_id"] != "acme" {
		t.Errorf("got %d %v", status, got)
	}
	if _, got = d.ask("PUT", "/v1/settings", acmeAdmin, `{"name":"Cooking.com","name_trusted":true}`); got["name_trusted"] != false {
		t.Errorf("an admin's own name is trusted: %v", got)
	}
}

func TestATenantMayHaveAnAcceptPageOfItsOwn(t *testing.T) {
	d := newDesk(t)
	if _, got := d.ask("GET", "/v1/settings", acmeAdmin, ""); got["accept_url"] != "" {
		t.Errorf("without one: got %v", got["accept_url"])
	}
	const page = "https://app.acme.example/join"
	if status, got := d.ask("PUT", "/v1/settings", acmeAdmin, `{"name":"Acme","accept_url":"`+page+`"}`); status != 200 || got["accept_url"] != page {
		t.Errorf("got %d %v", status, got)
	}
	if _, got := d.ask("GET", "/v1/settings", acmeAdmin, ""); got["accept_url"] != page {
		t.Errorf("read again: got %v", got["accept_url"])
	}
	status, got := d.ask("PUT", "/v1/settings", acmeAdmin, `{"name":"Acme","accept_url":"https://app.acme.example/#/join"}`)
	if fields, _ := got["errors"].([]any); status != 422 || len(fields) != 1 || fields[0].(map[string]any)["pointer"] != "/accept_url" {
		t.Errorf("with a fragment: got %d %v", status, got)
	}
	if status, got := d.ask("PUT", "/v1/settings", acmeAdmin, `{"name":"Acme","accept_url":null}`); status != 200 || got["accept_url"] != "" {
		t.Errorf("given up: got %d %v", status, got)
	}
}

func TestSettingsSayWhatNoLongerHolds(t *testing.T) {
	d := newDesk(t)
	if _, got := d.ask("GET", "/v1/settings", acmeAdmin, ""); fmt.Sprint(got["warnings"]) != "[]" {
		t.Errorf("the operator's: got %v", got["warnings"])
	}
	// Taken when a machine's file of that name decided, and kept.
	stored, err := d.model.Settings(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	old := stored
	stored.Name, stored.TimeZone = "Acme", "posix/Europe/Berlin"
	if _, err := d.model.PutSettings(t.Context(), "acme", old, stored); err != nil {
		t.Fatal(err)
	}
	_, got := d.ask("GET", "/v1/settings", acmeAdmin, "")
	warnings, _ := got["warnings"].([]any)
	if len(warnings) != 1 || got["time_zone"] != "posix/Europe/Berlin" {
		t.Fatalf("got %v", got)
	}
	if w := warnings[0].(map[string]any); w["pointer"] != "/time_zone" || !strings.Contains(w["detail"].(string), "UTC") {
		t.Errorf("got %v", w)
	}
	status, refused := d.ask("PUT", "/v1/settings", acmeAdmin, `{"name":"Acme","time_zone":"posix/Europe/Berlin"}`)
	if fields, _ := refused["errors"].([]any); status != 422 || len(fields) != 1 || fields[0].(map[string]any)["pointer"] != "/time_zone" {
		t.Errorf("got %d %v", status, refused)
	}
	status, got = d.ask("PUT", "/v1/settings", acmeAdmin, `{"name":"Acme","time_zone":"Europe/Berlin","locale":"pt_BR","warnings":[{"pointer":"/x"}]}`)
	if status != 200 || fmt.Sprint(got["warnings"]) != "[]" || got["locale"] != "pt-BR" {
		t.Errorf("mended: got %d %v", status, got)
	}
}
