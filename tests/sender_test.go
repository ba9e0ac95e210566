package tests

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// settings is what these tests read of a tenant's settings.
type settings struct {
	Sender       string
	NameTrusted  bool `json:"name_trusted"`
	SenderDomain *struct {
		Domain, State, Message string
		Records                []struct{ Type, Name, Value, State string }
		CheckedAt              *time.Time `json:"checked_at"`
	} `json:"sender_domain"`
	ETag string
}

func (a answer) settings(t testing.TB, status int) (s settings) {
	t.Helper()
	if a.status != status {
		t.Fatalf("got %d %s, want %d", a.status, a.body, status)
	}
	if err := json.Unmarshal([]byte(a.body), &s); err != nil {
		t.Fatalf("not settings: %v: %s", err, a.body)
	}
	return s
}

// setRecords sets what is awaited, of one type, in the local DNS.
func setRecords(t testing.TB, s settings, kind string) (n int) {
	t.Helper()
	for _, r := range s.SenderDomain.Records {
		if r.Type != kind || r.State != "awaited" {
			continue
		}
		if a := do(t, request{method: "PUT", path: "/dns/" + r.Type + "/" + r.Name, body: r.Value}); a.status != 204 {
			t.Fatalf("set %+v: got %d %s", r, a.status, a.body)
		}
		n++
	}
	return n
}

// awaitSender opens the settings until the sender's domain is in a state.
func awaitSender(t testing.TB, tenant, state string) (s settings) {
	t.Helper()
	within(t, func() error {
		if s = byService(t, tenant, "GET", "/v1/settings", "").settings(t, 200); s.SenderDomain.State != state {
			return fmt.Errorf("the sender's domain is %s, want %s", s.SenderDomain.State, state)
		}
		return nil
	})
	return s
}

func TestASenderOnANewDomainIsProvenVerifiedAndThenUsed(t *testing.T) {
	const platform = "invites@platform.example"
	tenant, other := freshTenant(t), freshTenant(t)+"-b"
	domain := tenant + ".example"
	sender := "noreply@" + domain
	body := object("name", "Initech", "sender", sender, "support_email", "help@initech.example", "setup_url", "")
	put := func(tenant, body string) answer { return byService(t, tenant, "PUT", "/v1/settings", body) }
	// mail waits for the next one to a new address, from the sender that is expected.
	mail := func(from, bare string) {
		t.Helper()
		within(t, func() error {
			i := byService(t, tenant, "POST", "/v1/invites", object("email", address(t))).invite(t, 201)
			e := mails(t, i.Email, 1)[0]
			within(t, func() error {
				// The notices of mails from the own sender arrive as well.
				if i = byService(t, tenant, "GET", "/v1/invites/"+i.ID, "").invite(t, 200); i.Delivery.Sender == "" || i.Delivery.Status != "delivered" {
					return fmt.Errorf("the mail is %s", i.Delivery.Status)
				}
				return nil
			})
			if i.Delivery.Sender != bare || e.GetHeader("From") != from { // settings are remembered for ten seconds
				return fmt.Errorf("From %q and %q in the row, want %q", e.GetHeader("From"), i.Delivery.Sender, from)
			}
			if got := e.GetHeader("Reply-To"); got != "<help@initech.example>" {
				t.Errorf("Reply-To %q", got)
			}
			return nil
		})
	}

	s := put(tenant, body).settings(t, 200)
	if d := s.SenderDomain; s.Sender != sender || d.Domain != domain || d.State != "unproven" || d.CheckedAt == nil || len(d.Records) != 1 ||
		d.Records[0].Name != "_invites."+domain || !strings.Contains(d.Message, platform) {
		t.Fatalf("got %+v", s)
	}
	mail("<"+platform+">", platform)
	theirs := put(other, body).settings(t, 200)
	if theirs.SenderDomain.Records[0].Value == s.SenderDomain.Records[0].Value {
		t.Fatal("two tenants prove a domain with one value")
	}

	setRecords(t, s, "TXT")
	s = awaitSender(t, tenant, "pending")
	put(other, body).refused(t, 409, "domain_taken")
	if got := byService(t, other, "GET", "/v1/settings", "").settings(t, 200); got.SenderDomain.State == "pending" {
		t.Errorf("the other tenant: got %+v", got.SenderDomain)
	}
	mail("<"+platform+">", platform) // the provider does not send from it yet
	if n := setRecords(t, s, "CNAME"); n != 3 {
		t.Fatalf("%d CNAME records are awaited, want 3: %+v", n, s.SenderDomain)
	}
	s = awaitSender(t, tenant, "verified")
	for _, r := range s.SenderDomain.Records {
		if r.State != "found" {
			t.Errorf("%+v of a verified domain", r)
		}
	}
	mail(`"Initech" <`+sender+`>`, sender)

	// Proving it as well helps nobody while it is somebody's; giving it up does.
	setRecords(t, theirs, "TXT")
	awaitSender(t, other, "taken")
	put(other, body).refused(t, 409, "domain_taken")
	if s := put(tenant, object("name", "Initech")).settings(t, 200); s.SenderDomain != nil || s.Sender != platform {
		t.Errorf("without a sender of its own: got %+v", s)
	}
	if s := put(other, body).settings(t, 200); s.SenderDomain.State != "verified" {
		t.Errorf("the next owner: got %+v", s.SenderDomain)
	}
	put(tenant, body).refused(t, 409, "domain_taken")
}

func TestTheSeededTenantsHaveTheirOwnSenders(t *testing.T) {
	for _, tenant := range []string{"acme", "globex"} {
		s := do(t, request{method: "GET", path: "/v1/settings", as: token(t, tenant, "admin")}).settings(t, 200)
		if s.SenderDomain == nil || s.SenderDomain.State != "verified" {
			t.Errorf("%s: got %+v", tenant, s.SenderDomain)
		}
	}
}
