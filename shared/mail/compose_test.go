package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"invites/shared/brand"
	"invites/shared/invite"
	"invites/shared/locale"
)

const (
	link     = "https://links.acme.example/i/0123456789abcdefghjkmnpqrstvwxyz0123456789abcdefghjkmnpqrstvwxyz0"
	optOut   = "https://links.acme.example/o/abcdefghjkmnpqrstvwxyz0123456789abcdefghjkmnpqrstvwxyz012345678900"
	platform = "noreply@platform.example"
	maxMail  = 20_000 // bytes; Gmail cuts a mail off at 102 KB
)

// message is an ordinary one; change edits it.
func message(change func(*invite.Message)) invite.Message {
	tenant := invite.TenantID("acme")
	m := invite.Message{
		Link: link, OptOut: optOut,
		Settings: invite.Settings{
			Name: "Acme", Sender: "noreply@acme.example", SupportEmail: "help@acme.example",
			TimeZone: "Europe/Berlin", BrandColor: "#0a7d55",
		},
		Invite: invite.Invite{
			Tenant: tenant, Key: invite.KeyOf(tenant, "bob@example.com"), Gen: 1795000000000, Seq: 1,
			Email: "bob@example.com", Name: "Bob", Role: "member",
			InvitedBy: invite.Person{ID: "u1", Name: "Ana Silva", Email: "ana@acme.example"},
			Window:    7 * 24 * time.Hour, ExpiresAt: time.Date(2026, 11, 30, 13, 5, 0, 0, time.UTC),
			Mail: invite.Mail{At: time.Date(2026, 11, 23, 13, 5, 1, 0, time.UTC)},
		},
	}
	if change != nil {
		change(&m)
	}
	return m
}

// parse composes a message and reads it as a mail program does.
func parse(t *testing.T, m invite.Message, own bool) (*enmime.Envelope, []byte) {
	t.Helper()
	sender := platform
	if own {
		sender = m.Settings.Sender
	}
	raw, err := compose(m, sender, own)
	if err != nil {
		t.Fatalf("compose: %v", err)
	}
	env, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	for _, e := range env.Errors {
		t.Errorf("MIME: %v", e)
	}
	if len(raw) > maxMail {
		t.Errorf("the mail has %d bytes, want at most %d", len(raw), maxMail)
	}
	for i, line := range bytes.Split(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("line %d breaks RFC 5322: %q", i+1, line)
		}
		for _, c := range line {
			if c > 0x7e {
				t.Errorf("line %d is not 7-bit: %q", i+1, line)
				break
			}
		}
	}
	if got := env.Root.ContentType; got != "multipart/alternative" {
		t.Errorf("content type %q, want multipart/alternative", got)
	}
	return env, raw
}

func TestAMailSaysWhoWhatAndUntilWhenInEveryLanguage(t *testing.T) {
	for _, c := range []struct {
		locale, tenantLocale, lang, subject, date, button string
	}{
		{"en", "", "en", "Your invitation to Acme", "Monday, 30 November 2026, 14:05 (Europe/Berlin, UTC+1)", "Open the invitation"},
		{"en-GB", "", "en", "Your invitation to Acme", "Monday, 30 November 2026, 14:05 (Europe/Berlin, UTC+1)", "Open the invitation"},
		{"en-US", "", "en-US", "Your invitation to Acme", "Monday, November 30, 2026, 2:05 PM (Europe/Berlin, UTC+1)", "Open the invitation"},
		{"de", "", "de", "Ihre Einladung zu Acme", "Montag, 30. November 2026, 14:05 Uhr (Europe/Berlin, UTC+1)", "Einladung öffnen"},
		{"de-CH", "en", "de", "Ihre Einladung zu Acme", "Montag, 30. November 2026, 14:05 Uhr (Europe/Berlin, UTC+1)", "Einladung öffnen"},
		{"", "de", "de", "Ihre Einladung zu Acme", "Montag, 30. November 2026, 14:05 Uhr (Europe/Berlin, UTC+1)", "Einladung öffnen"},
		{"zh", "de", "en", "Your invitation to Acme", "Monday, 30 November 2026, 14:05 (Europe/Berlin, UTC+1)", "Open the invitation"},
		{"", "", "en", "Your invitation to Acme", "Monday, 30 November 2026, 14:05 (Europe/Berlin, UTC+1)", "Open the invitation"},
	} {
		t.Run(fmt.Sprintf("invite %q of tenant %q", c.locale, c.tenantLocale), func(t *testing.T) {
			env, _ := parse(t, message(func(m *invite.Message) {
				m.Invite.Locale, m.Settings.Locale = c.locale, c.tenantLocale
			}), true)
			if got := env.GetHeader("Subject"); got != c.subject {
				t.Errorf("subject %q, want %q", got, c.subject)
			}
			for _, part := range []string{env.Text, env.HTML} {
				for _, want := range []string{"Ana Silva", "ana@acme.example", "Acme", "member", "bob@example.com", "Bob", link, "help@acme.example"} {
					if !strings.Contains(part, want) {
						t.Errorf("%q is missing in\n%s", want, part)
					}
				}
				if !strings.Contains(unescape(part), c.date) {
					t.Errorf("%q is missing in\n%s", c.date, part)
				}
			}
			if !strings.Contains(env.HTML, `<html lang="`+c.lang+`"`) || !strings.Contains(env.HTML, c.button) {
				t.Errorf("the HTML part is not in %s", c.lang)
			}
		})
	}
}

func unescape(s string) string { return strings.ReplaceAll(s, "&#43;", "+") }

func TestHeadersOfAMail(t *testing.T) {
	env, _ := parse(t, message(nil), true)
	for name, want := range map[string]string{
		"From": `"Acme" <noreply@acme.example>`, "To": "<bob@example.com>", "Reply-To": "<help@acme.example>",
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
		"In-Reply-To": "", "References": "", "Thread-Topic": "", "Thread-Index": "", "X-Mailer": "", "User-Agent": "", "List-Id": "", "Precedence": "",
		"Date": "Mon, 23 Nov 2026 13:05:01 +0000",
	} {
		if got := env.GetHeader(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if id := env.GetHeader("Message-Id"); !strings.HasSuffix(id, "@acme.example>") {
		t.Errorf("Message-ID %q tells of another machine", id)
	}
}

// List-Unsubscribe as RFC 2369 3.2 and RFC 8058 3.1 have it: one https address in angle
// brackets, and the body of the POST.
func TestEveryMailCanBeOptedOutOf(t *testing.T) {
	for _, c := range []struct {
		name, locale, tenant, says string
	}{
		{"in English", "en", "Acme", "Don’t let Acme invite me"},
		{"in German", "de", "Acme", "Keine Einladungen mehr von Acme"},
		{"of an unsafe tenant", "en", "evil.com", "Don’t let this sender invite me"},
		{"of an unsafe tenant in German", "de", "evil.com", "Keine Einladungen mehr von diesem Absender"},
	} {
		for reminder := range 2 {
			t.Run(fmt.Sprintf("%s, reminder %d", c.name, reminder), func(t *testing.T) {
				env, raw := parse(t, message(func(m *invite.Message) {
					m.Invite.Locale, m.Settings.Name, m.Invite.Mail.Reminder = c.locale, c.tenant, reminder
				}), true)
				parsed, err := netmail.ReadMessage(bytes.NewReader(raw))
				if err != nil {
					t.Fatal(err)
				}
				if got := parsed.Header["List-Unsubscribe"]; len(got) != 1 || got[0] != "<"+optOut+">" {
					t.Errorf("List-Unsubscribe: %q", got)
				}
				if got := parsed.Header["List-Unsubscribe-Post"]; len(got) != 1 || got[0] != "List-Unsubscribe=One-Click" {
					t.Errorf("List-Unsubscribe-Post: %q", got)
				}
				if !strings.Contains(env.Text, c.says+":") || !strings.Contains(strings.ReplaceAll(env.Text, "\r\n", "\n"), "\n"+optOut) {
					t.Errorf("the text does not say %q with the link on a line of its own:\n%s", c.says, env.Text)
				}
				if plain := regexp.MustCompile("</?bdi>").ReplaceAllString(env.HTML, ""); !strings.Contains(plain, `href="`+optOut+`" style="color:#1a56b0">`+c.says+"</a>") {
					t.Errorf("the HTML does not link %q", c.says)
				}
			})
		}
	}
}

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

func TestNoSupportAddressNoReplyTo(t *testing.T) {
	env, _ := parse(t, message(func(m *invite.Message) { m.Settings.SupportEmail = "" }), true)
	if got := env.GetHeader("Reply-To"); got != "" {
		t.Errorf("Reply-To: %q", got)
	}
	if strings.Contains(env.Text, "Questions?") {
		t.Error("the mail offers help that nobody gives")
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

// Every mail to an address has a subject of its own, and a repeated attempt the same.
func TestSubjectsDifferByMail(t *testing.T) {
	seen := map[string]bool{}
	for seq := uint64(1); seq <= 20; seq++ {
		for _, first := range []uint64{0, seq - 1} { // a resend, and a new invite after a cancel
			m := message(func(m *invite.Message) { m.Invite.Seq, m.Invite.FirstSeq = seq, first })
			env, _ := parse(t, m, true)
			again, _ := parse(t, m, false)
			subject := env.GetHeader("Subject")
			if seen[subject] && seq > 1 {
				t.Errorf("subject %q comes twice", subject)
			}
			for n := range invite.MaxReminders {
				m.Invite.Mail.Reminder = n + 1
				env, _ := parse(t, m, true)
				if s := env.GetHeader("Subject"); seen[s] && seq > 1 && first == 0 {
					t.Errorf("subject %q comes twice", s)
				} else {
					seen[s] = true
				}
			}
			m.Invite.Mail.Reminder = 0
			if subject != again.GetHeader("Subject") {
				t.Errorf("a repeated attempt has the subject %q, the first one %q", again.GetHeader("Subject"), subject)
			}
			seen[subject] = true
		}
	}
	if want := "New link for your invitation to Acme (no. 3, 23 November, 14:05)"; !seen[want] {
		t.Errorf("%q is missing in %v", want, seen)
	}
}

func TestAReminderSaysSoAndUntilWhen(t *testing.T) {
	for _, c := range []struct {
		locale, says, until, never string
		subjects                   [invite.MaxReminders]string
	}{
		{"en", "reminder", "30 November 2026, 14:05 (Europe/Berlin, UTC+1)", `(?i)\bagain\b|\bresent\b|new link`, [...]string{
			"Reminder: your invitation to Acme ends on 30 November, 14:05",
			"Second reminder: your invitation to Acme ends on 30 November, 14:05",
			"Last reminder: your invitation to Acme ends on 30 November, 14:05"}},
		{"de", "Erinnerung", "30. November 2026, 14:05 Uhr (Europe/Berlin, UTC+1)", `(?i)erneut|nochmal|noch einmal|neuer link`, [...]string{
			"Erinnerung: Ihre Einladung zu Acme endet am 30. November, 14:05 Uhr",
			"Zweite Erinnerung: Ihre Einladung zu Acme endet am 30. November, 14:05 Uhr",
			"Letzte Erinnerung: Ihre Einladung zu Acme endet am 30. November, 14:05 Uhr"}},
	} {
		for n, subject := range c.subjects {
			remind := func(m *invite.Message) { m.Invite.Locale, m.Invite.Mail.Reminder = c.locale, n+1 }
			env, _ := parse(t, message(remind), true)
			if got := env.GetHeader("Subject"); got != subject {
				t.Errorf("subject %q, want %q", got, subject)
			}
			for _, part := range []string{env.Text, unescape(env.HTML)} {
				for _, want := range []string{c.says, c.until, link, "Ana Silva"} {
					if !strings.Contains(part, want) {
						t.Errorf("%q is missing in\n%s", want, part)
					}
				}
				if found := regexp.MustCompile(c.never).FindString(part + subject); found != "" {
					t.Errorf("a reminder says %q", found)
				}
			}
			own, _ := parse(t, message(func(m *invite.Message) { m.Invite.Locale = c.locale }), true)
			if strings.Contains(strings.ToLower(own.Text+own.HTML), strings.ToLower(c.says)) {
				t.Errorf("the invite's own mail says %q", c.says)
			}
			if env.GetHeader("Message-Id") == own.GetHeader("Message-Id") {
				t.Error("a reminder has the Message-ID of the mail before it")
			}
			unsafe, _ := parse(t, message(func(m *invite.Message) { remind(m); m.Settings.Name = "evil.com" }), true)
			if s := unsafe.GetHeader("Subject"); !strings.Contains(s, "30") || strings.Contains(s+unsafe.Text, "evil.com") {
				t.Errorf("with an unsafe tenant the subject is %q", s)
			}
		}
	}
}

func TestTheLinkSurvives(t *testing.T) {
	for _, l := range []string{link, "http://localhost:8080/i/" + link[len(link)-65:], "https://" + strings.Repeat("a", 60) + ".execute-api.eu-central-1.amazonaws.com/i/" + link[len(link)-65:]} {
		env, _ := parse(t, message(func(m *invite.Message) { m.Link = l }), true)
		if !strings.Contains(env.Text, "\n"+l+"\n") && !strings.Contains(env.Text, "\n"+l+"\r\n") {
			t.Errorf("the text has no line that is %q:\n%s", l, env.Text)
		}
		if got := strings.Count(env.HTML, `href="`+l+`"`); got != 2 {
			t.Errorf("the HTML has %d links to %q, want 2", got, l)
		}
		if !strings.Contains(env.HTML, ">"+l+"<") {
			t.Errorf("the HTML does not show %q", l)
		}
		if others := regexp.MustCompile(`(?i)(src|href|action|background)\s*=\s*"([^"]*)"|url\(`).FindAllString(env.HTML, -1); len(others) != 3 {
			t.Errorf("the HTML refers to more than the link and the opt-out link: %q", others)
		}
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

func TestContrastOfEveryBrandColour(t *testing.T) {
	for _, color := range []string{"", "#000000", "#ffffff", "#ffff00", "#777777", "#767676", "#0000ff", "red", "#12345", "javascript"} {
		b := brand.Of(color)
		env, _ := parse(t, message(func(m *invite.Message) { m.Settings.BrandColor = color }), true)
		if !strings.Contains(env.HTML, "background:"+b.Fill) || !strings.Contains(env.HTML, "color:"+b.Ink) || strings.Contains(env.HTML, "ZgotmplZ") {
			t.Errorf("%q: the button has other colours than %+v", color, b)
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
	want, _ := compose(message(nil), "noreply@acme.example", true)
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
