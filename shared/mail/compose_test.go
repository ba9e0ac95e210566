package mail

import (
	"bytes"
	"fmt"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"

	"invites/shared/invite"
	"invites/shared/zone"
)

const (
	link     = "https://links.acme.example/i/0123456789abcdefghjkmnpqrstvwxyz0123456789abcdefghjkmnpqrstvwxyz0"
	optOut   = "https://links.acme.example/o/abcdefghjkmnpqrstvwxyz0123456789abcdefghjkmnpqrstvwxyz012345678900"
	platform = "noreply@platform.example"
	// The HTML at its longest, in bytes as sent: under 20 kB in every language, though an
	// Arabic letter takes six and a Japanese nine.
	maxHTML = 20_000
	// The whole mail, which is that and the text beside it, encoded too: an ordinary one,
	// and the longest that somebody would send. Gmail cuts a mail off at 102 KB.
	maxMail, maxLongest = 21_000, 27_000
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

// mailProgram reads a part in the charset that it declares. By itself the parser guesses by
// the bytes, now and then otherwise, and takes a little Italian for Big5.
var mailProgram = enmime.NewParser(enmime.DisableCharacterDetection(true))

// parse composes an ordinary message and reads it as a mail program does.
func parse(t *testing.T, m invite.Message, own bool) (*enmime.Envelope, []byte) {
	t.Helper()
	return parseWithin(t, maxMail, m, own)
}

// parseWithin is parse for a mail of so many bytes at most.
func parseWithin(t *testing.T, most int, m invite.Message, own bool) (*enmime.Envelope, []byte) {
	t.Helper()
	sender := platform
	if own {
		sender = m.Settings.Sender
	}
	raw, err := compose(m, sender, own, zone.Of)
	if err != nil {
		t.Fatalf("compose: %v", err)
	}
	env, err := mailProgram.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	for _, e := range env.Errors {
		t.Errorf("MIME: %v", e)
	}
	if len(raw) > most {
		t.Errorf("the mail has %d bytes, want at most %d", len(raw), most)
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
	if bytes.Contains(raw, []byte("Content-Transfer-Encoding: base64")) {
		t.Error("a part is in base64, which filters hold against it")
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
				anchors := below(tree(t, env.HTML), "a")
				if last := anchors[len(anchors)-1]; words(last) != c.says || attr(last, "href") != optOut {
					t.Errorf("the last link of the HTML is %q to %q", words(last), attr(last, "href"))
				}
			})
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
