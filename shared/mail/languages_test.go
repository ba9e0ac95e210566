package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/locale/localetest"
)

// parties are who invites whom into what, in both directions of script and with names
// that are not shown.
var parties = []struct {
	what, tenant, role, name string
	by                       invite.Person
}{
	{"names", "Acme", "member", "Bob", invite.Person{Name: "Ana Silva", Email: "ana@acme.example"}},
	{"a name without an address", "Acme", "member", "Bob", invite.Person{Name: "Ana Silva"}},
	{"an address without a name", "Acme", "member", "", invite.Person{Email: "ana@acme.example"}},
	{"nobody", "Acme", "", "", invite.Person{}},
	{"an unsafe inviter", "Acme", "member", "Bob", invite.Person{Name: "evil.com", Email: "ana@acme.example"}},
	{"an unsafe tenant", "evil.com", "member", "Bob", invite.Person{Name: "Ana Silva", Email: "ana@acme.example"}},
	{"an unsafe tenant and nobody", "evil.com", "", "", invite.Person{}},
	{"an unsafe tenant and inviter", "evil.com", "", "", invite.Person{Name: "evil.com", Email: "ana@acme.example"}},
	{"Arabic names", "شركة أكمي 24", "عضو", "بدر", invite.Person{Name: "محمد", Email: "m@acme.example"}},
	{"Japanese names", "株式会社アクメ", "メンバー", "田中", invite.Person{Name: "山田 花子"}},
	{"a name of 60 characters", "Internationale Gesellschaft für Dampfschifffahrt und Bergbau", "member", "Bob", invite.Person{Name: "Ana Silva"}},
}

// longSubject is how many characters rspamd's rule LONG_SUBJ holds against a subject.
const longSubject = 200

func TestMailsOfEveryLanguage(t *testing.T) {
	for _, tag := range locale.Languages() {
		c := locale.Pick(tag)
		for _, p := range parties {
			seen := map[string]bool{}
			for n := range 2 + invite.MaxReminders { // the first mail, a fresh link, reminders
				t.Run(fmt.Sprint(tag, ", ", p.what, ", ", n), func(t *testing.T) {
					most := maxMail
					if len(p.tenant) > 50 {
						most = maxLongest
					}
					env, _ := parseWithin(t, most, message(func(m *invite.Message) {
						m.Invite.Locale, m.Settings.Name, m.Invite.Role, m.Invite.Name, m.Invite.InvitedBy = tag, p.tenant, p.role, p.name, p.by
						if n > 0 {
							m.Invite.Seq, m.Invite.Mail.Reminder = 120, n-1
						}
					}), true)
					subject := env.GetHeader("Subject")
					localetest.Text(t, c, subject)
					localetest.Text(t, c, env.Text)
					shown := localetest.HTML(t, c, env.HTML)
					if got := utf8.RuneCountInString(subject); got >= longSubject {
						t.Errorf("the subject has %d characters: %q", got, subject)
					}
					if seen[subject] {
						t.Errorf("another mail to the same person has the subject %q", subject)
					}
					seen[subject] = true
					for _, fact := range []string{p.by.Email, "bob@example.com", "Europe/Berlin, UTC+1", "14:05"} {
						if tag == "en-US" && fact == "14:05" {
							fact = "2:05 PM"
						}
						if !strings.Contains(env.Text, fact) || !strings.Contains(shown, fact) {
							t.Errorf("the mail does not say %q:\n%s", fact, env.Text)
						}
					}
				})
			}
		}
	}
}

// A name stands beside what the sentence asks for in its language.
func TestWhoInvitesInEveryLanguage(t *testing.T) {
	for tag, want := range map[string][4]string{
		"de": {"Sie wurden von Ana (ana@acme.example) zu Acme eingeladen.", "Sie wurden von ana@acme.example zu Acme", "Sie wurden von der Administration (ana@acme.example) zu Acme", "Sie wurden von der Administration von Acme zu Acme"},
		"fr": {"vous a été envoyée par Ana (ana@acme.example).", "par ana@acme.example.", "par l’administration (ana@acme.example).", "par l’administration de l’équipe Acme."},
		"es": {"una invitación de Ana (ana@acme.example) para unirte a Acme.", "de ana@acme.example para", "de la administración (ana@acme.example) para", "de la administración de Acme para"},
		"pt": {"um convite de Ana (ana@acme.example) para fazer parte de Acme.", "de ana@acme.example para", "de alguém da administração (ana@acme.example) para", "de alguém da administração de Acme para"},
		"it": {"un invito da Ana (ana@acme.example) per entrare nel team Acme.", "da ana@acme.example per", "da chi amministra il team (ana@acme.example) per", "da chi amministra il team Acme per"},
		"nl": {"Je bent door Ana (ana@acme.example) uitgenodigd", "door ana@acme.example uitgenodigd", "door een beheerder (ana@acme.example) uitgenodigd", "door een beheerder van Acme uitgenodigd"},
		"pl": {"zaprasza Cię Ana (ana@acme.example).", "zaprasza Cię ana@acme.example.", "zaprasza Cię administracja (ana@acme.example).", "zaprasza Cię administracja zespołu Acme."},
		"ja": {"Ana さん（ana@acme.example）から Acme への招待が届いています。", "ana@acme.example の方から Acme", "管理者（ana@acme.example）から Acme", "Acme の管理者から Acme"},
		"ar": {"وصلتك دعوة من \u2068Ana\u2069 (\u2068ana@acme.example\u2069) للانضمام إلى \u2068Acme\u2069.", "من \u2068ana@acme.example\u2069 للانضمام", "من الإدارة (\u2068ana@acme.example\u2069) للانضمام", "من إدارة \u2068Acme\u2069 للانضمام"},
	} {
		for i, by := range []invite.Person{{Name: "Ana", Email: "ana@acme.example"}, {Email: "ana@acme.example"}, {Name: "evil.com", Email: "ana@acme.example"}, {}} {
			env, _ := parse(t, message(func(m *invite.Message) { m.Invite.Locale, m.Invite.InvitedBy = tag, by }), true)
			if !strings.Contains(env.Text, want[i]) {
				t.Errorf("%s: %q is missing in\n%s", tag, want[i], env.Text)
			}
		}
	}
}

func TestFactsOfTheTextPart(t *testing.T) {
	for tag, want := range map[string][]string{
		"en": {"Team: Acme", "Don’t let Acme invite me:"},
		"fr": {"Équipe\u00a0: Acme", "Ne plus recevoir d’invitations envoyées par Acme\u00a0:"},
		"ja": {"チーム：Acme", "Acme からの招待を今後受け取らない："},
		"ar": {"الفريق: \u2068Acme\u2069", "إيقاف الدعوات من \u2068Acme\u2069:", "الدعوة من: \u2068Ana Silva\u2069 (\u2068ana@acme.example\u2069)"},
	} {
		env, _ := parse(t, message(func(m *invite.Message) { m.Invite.Locale = tag }), true)
		lines := strings.Split(strings.ReplaceAll(env.Text, "\r\n", "\n"), "\n")
		for _, line := range want {
			if !slices.Contains(lines, line) {
				t.Errorf("%s: %q is no line of\n%s", tag, line, env.Text)
			}
		}
	}
}
