package mail

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"invites/shared/invite"
	"invites/shared/locale"
)

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

func TestTheLongestSubjectIsNotHeldAgainstIt(t *testing.T) {
	for _, tag := range locale.Languages() {
		for reminder := range 1 + invite.MaxReminders {
			env, _ := parseWithin(t, maxLongest, longest(t, tag, reminder), true)
			if s := env.GetHeader("Subject"); utf8.RuneCountInString(s) >= longSubject {
				t.Errorf("%s: %d characters: %q", tag, utf8.RuneCountInString(s), s)
			}
		}
	}
}

// A subject says until when as the body does.
func TestAReminderNamesTheZoneInItsSubject(t *testing.T) {
	for _, tag := range locale.Languages() {
		for zone, want := range map[string]string{
			"Europe/Berlin": "Europe/Berlin, UTC+1", "Africa/Casablanca": "Africa/Casablanca, UTC", "Asia/Kathmandu": "Asia/Kathmandu, UTC+5:45",
			"UTC": "UTC", "posix/Europe/Berlin": "UTC", "Mars/Olympus": "UTC",
		} {
			env, _ := parse(t, message(func(m *invite.Message) {
				m.Invite.Locale, m.Invite.Mail.Reminder, m.Settings.TimeZone = tag, 1, zone
			}), true)
			plain := strings.NewReplacer("\u2068", "", "\u2069", "", "（", "(", "）", ")")
			for what, said := range map[string]string{"subject": env.GetHeader("Subject"), "text": env.Text, "HTML": unescape(env.HTML)} {
				if said = plain.Replace(said); !strings.Contains(said, "("+want+")") {
					t.Errorf("%s in %s: the %s does not say (%s): %.200q", zone, tag, what, want, said)
				}
				if want == "UTC" && strings.Contains(said, "Berlin") {
					t.Errorf("%s in %s: the %s says Berlin", zone, tag, what)
				}
			}
		}
	}
}

func TestAReminderSaysSoAndUntilWhen(t *testing.T) {
	for _, c := range []struct {
		locale, says, until, never string
		subjects                   [invite.MaxReminders]string
	}{
		{"en", "reminder", "30 November 2026, 14:05 (Europe/Berlin, UTC+1)", `(?i)\bagain\b|\bresent\b|new link`, [...]string{
			"Reminder: your invitation to Acme ends on 30 November, 14:05 (Europe/Berlin, UTC+1)",
			"Second reminder: your invitation to Acme ends on 30 November, 14:05 (Europe/Berlin, UTC+1)",
			"Last reminder: your invitation to Acme ends on 30 November, 14:05 (Europe/Berlin, UTC+1)"}},
		{"de", "Erinnerung", "30. November 2026, 14:05 Uhr (Europe/Berlin, UTC+1)", `(?i)erneut|nochmal|noch einmal|neuer link`, [...]string{
			"Erinnerung: Ihre Einladung zu Acme endet am 30. November, 14:05 Uhr (Europe/Berlin, UTC+1)",
			"Zweite Erinnerung: Ihre Einladung zu Acme endet am 30. November, 14:05 Uhr (Europe/Berlin, UTC+1)",
			"Letzte Erinnerung: Ihre Einladung zu Acme endet am 30. November, 14:05 Uhr (Europe/Berlin, UTC+1)"}},
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
