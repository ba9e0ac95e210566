package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"

	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/zone"
)

func TestFromThePlatformTheAddressStandsAlone(t *testing.T) {
	env, _ := parse(t, message(nil), false)
	if got := env.GetHeader("From"); got != "<"+platform+">" {
		t.Errorf("From: %q, want the bare address", got)
	}
}

func TestANameThatLooksLikeADomainIsKeptWhereItIsTrusted(t *testing.T) {
	for _, c := range []struct {
		name    string
		trusted bool
		from    string
		subject string
	}{
		{"Booking.com", true, `"Booking.com" <noreply@acme.example>`, "Your invitation to Booking.com"},
		{"Booking.com", false, "<noreply@acme.example>", "Your invitation to join a team"},
		{"Call 0800 555 0123", true, "<noreply@acme.example>", "Your invitation to join a team"},
	} {
		env, _ := parse(t, message(func(m *invite.Message) { m.Settings.Name, m.Settings.NameTrusted = c.name, c.trusted }), true)
		if got := env.GetHeader("From"); got != c.from {
			t.Errorf("%q, trusted %t: From %q, want %q", c.name, c.trusted, got, c.from)
		}
		if got := env.GetHeader("Subject"); !strings.HasPrefix(got, c.subject) {
			t.Errorf("%q, trusted %t: Subject %q, want %q", c.name, c.trusted, got, c.subject)
		}
	}
}

func TestWhoInvites(t *testing.T) {
	for _, c := range []struct {
		what          string
		tenant        string
		by            invite.Person
		want, wantNot string
	}{
		{"name and address", "Acme", invite.Person{Name: "Ana", Email: "ana@acme.example"}, "by Ana (ana@acme.example) to join Acme", ""},
		{"name alone", "Acme", invite.Person{Name: "Ana"}, "by Ana to join Acme", ""},
		{"address alone", "Acme", invite.Person{Email: "ana@acme.example"}, "by ana@acme.example to join Acme", ""},
		{"neither", "Acme", invite.Person{}, "by an administrator of Acme to join Acme", ""},
		{"an unsafe name", "Acme", invite.Person{Name: "evil.com", Email: "ana@acme.example"}, "by an administrator (ana@acme.example) to join Acme", "evil.com"},
		{"an unsafe name alone", "Acme", invite.Person{Name: "evil.com"}, "by an administrator of Acme to join Acme", "evil.com"},
		{"an unsafe address", "Acme", invite.Person{Name: "Ana", Email: "a<b>@evil.com"}, "by Ana to join Acme", "evil.com"},
		{"an unsafe tenant", "evil.com", invite.Person{Name: "Ana"}, "by Ana to join your team", "evil.com"},
		{"nothing that is safe", "evil.com", invite.Person{Name: "evil.com"}, "by an administrator of your team.", "evil.com"},
		{"a name like a placeholder", "Acme", invite.Person{Name: "Ana {tenant}"}, "by an administrator of Acme", "Ana"},
	} {
		t.Run(c.what, func(t *testing.T) {
			env, _ := parse(t, message(func(m *invite.Message) { m.Settings.Name, m.Invite.InvitedBy = c.tenant, c.by }), true)
			if !strings.Contains(env.Text, c.want) {
				t.Errorf("%q is missing in\n%s", c.want, env.Text)
			}
			if c.wantNot != "" && strings.Contains(env.Text+env.HTML+env.GetHeader("Subject")+env.GetHeader("From"), c.wantNot) {
				t.Errorf("%q is shown", c.wantNot)
			}
		})
	}
}

// hostile are names as an attacker chooses them. The complete table is that of
// invite.SafeName; these try the mail's own syntax.
var hostile = []string{
	"Acme\r\nBcc: victim@example.com", "\r\n\r\n<b>", "evil.example", "<script>alert(1)</script>", "=?utf-8?q?=0d=0aBcc:_x?=",
	"Acme\" <ceo@bank.example>", "+49 170 1234567", "\u202eemca", "{{.Link}}", "{link}", "--boundary", strings.Repeat("x", 10000), "\xff\xfe", "a\x00b",
}

func TestHostileNamesReachNothing(t *testing.T) {
	for _, name := range hostile {
		for _, tag := range locale.Languages() {
			env, raw := parse(t, message(func(m *invite.Message) {
				m.Invite.Locale = tag
				m.Settings.Name, m.Invite.Name, m.Invite.Role = name, name, name
				m.Invite.InvitedBy = invite.Person{Name: name, Email: name}
			}), true)
			if got := env.GetHeader("From"); got != "<noreply@acme.example>" {
				t.Errorf("%q: From %q", name, got)
			}
			if bytes.Contains(raw, []byte(name)) || strings.Contains(env.GetHeader("Subject"), name) || strings.Contains(env.HTML, name) {
				t.Errorf("%q is in the mail", name)
			}
			if got := env.GetHeader("Bcc"); got != "" {
				t.Errorf("%q: Bcc %q", name, got)
			}
			if got := strings.Count(env.HTML, "<a "); got != 3 {
				t.Errorf("%q: %d links", name, got)
			}
		}
	}
}

// FuzzHeaders: whatever comes in, the headers are the same set, one line of meaning
// each, and the mail parses.
func FuzzHeaders(f *testing.F) {
	for _, h := range hostile {
		f.Add(h, h, h, "de")
	}
	f.Add("Acme", "Ana Silva", "member", "en")
	f.Add("株式会社アクメ", "Dr. Müller-Lüdenscheidt", "", "xx-YY")
	want, _ := compose(message(nil), "noreply@acme.example", true, zone.Of)
	names := headerNames(f, want)
	f.Fuzz(func(t *testing.T, tenant, inviter, role, tag string) {
		env, raw := parse(t, message(func(m *invite.Message) {
			m.Settings.Name, m.Invite.InvitedBy.Name, m.Invite.Name, m.Invite.Role, m.Invite.Locale = tenant, inviter, inviter, role, tag
		}), true)
		if got := headerNames(t, raw); got != names {
			t.Fatalf("headers %s, want %s", got, names)
		}
		from, err := netmail.ParseAddressList(env.GetHeader("From"))
		if err != nil || len(from) != 1 || from[0].Address != "noreply@acme.example" {
			t.Fatalf("From %q: %v, %v", env.GetHeader("From"), from, err)
		}
		if safe := invite.SafeName(tenant, ""); from[0].Name != safe {
			t.Fatalf("From name %q, want %q", from[0].Name, safe)
		}
		if strings.Count(env.HTML, "<a ") != 3 || !strings.Contains(env.HTML, `href="`+link+`"`) || !strings.Contains(env.Text, link) {
			t.Fatalf("links changed by %q, %q, %q", tenant, inviter, role)
		}
	})
}

func headerNames(t testing.TB, raw []byte) string {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("net/mail: %v", err)
	}
	var names []string
	for name, values := range m.Header {
		names = append(names, fmt.Sprint(name, len(values)))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}
