package tests

import (
	"os"
	"strings"
	"testing"

	"invites/shared/locale"
)

func TestAnInviteIsMailedAndShownInItsLanguage(t *testing.T) {
	for _, c := range []struct{ locale, lang, subject, button, dead string }{
		{"ar", "ar", "دعوتك للانضمام إلى \u2068Acme\u2069", "قبول الدعوة", "انتهت صلاحية رابط الدعوة هذا"},
		{"ja", "ja", "Acme への招待のお知らせ", "招待を承諾する", "この招待リンクは有効期限が切れています"},
		{"pt-BR", "pt", "O seu convite para Acme", "Aceitar o convite", "Este link de convite expirou"},
		{"zh-Hant", "en", "Your invitation to Acme", "Accept invitation", "This invite link has expired"},
	} {
		t.Run(c.locale, func(t *testing.T) {
			i := do(t, request{method: "POST", path: "/v1/invites", as: token(t, "acme", "admin"),
				body: object("email", address(t), "locale", c.locale)}).invite(t, 201)
			if i.Locale != c.locale {
				t.Errorf("the invite has the locale %q, want %q as it was given", i.Locale, c.locale)
			}
			mail := mails(t, i.Email, 1)[0]
			if got := mail.GetHeader("Subject"); got != c.subject {
				t.Errorf("subject %q, want %q", got, c.subject)
			}
			if !strings.Contains(mail.HTML, `lang="`+c.lang+`"`) {
				t.Errorf("the mail's HTML part is not in %s", c.lang)
			}
			page := opens(t, link(t, mail), 200)
			const zone = "Europe/Berlin, UTC" // and the hours: times are in the tenant's own
			if !strings.Contains(mail.Text, zone) {
				t.Errorf("the mail does not say %q", zone)
			}
			for _, say := range []string{`<html lang="` + c.lang + `"`, c.button, zone} {
				if !strings.Contains(page.body, say) {
					t.Errorf("the page does not hold %q", say)
				}
			}
			dead := do(t, request{method: "GET", path: "/i/" + strings.Repeat("0", 65), header: map[string]string{"Accept-Language": c.locale + ", en;q=0.5"}})
			if dead.status != 410 || dead.header.Get("Content-Language") != c.lang || !strings.Contains(dead.body, c.dead) {
				t.Errorf("got %d in %q, want 410 with %q", dead.status, dead.header.Get("Content-Language"), c.dead)
			}
		})
	}
}

func TestATenantsLanguageIsThatOfItsInvites(t *testing.T) {
	withSettings(t, "globex", map[string]any{"locale": "ja-JP"}, 200, func() {
		i := create(t, "globex", address(t))
		if mail := mails(t, i.Email, 1)[0]; i.Locale != "ja-JP" || !strings.Contains(mail.GetHeader("Subject"), "への招待") {
			t.Errorf("an invite in %q has the subject %q", i.Locale, mail.GetHeader("Subject"))
		}
	})
}

func TestTheDocumentNamesEveryLanguage(t *testing.T) {
	text, err := os.ReadFile("../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if want := "There are " + strings.Join(locale.Languages(), ", ") + ";"; !strings.Contains(string(text), want) {
		t.Errorf("docs/openapi.yaml does not say %q", want)
	}
}
