package page_test

import (
	"testing"

	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/locale/localetest"
	"invites/shared/page"
)

func TestPagesOfEveryLanguage(t *testing.T) {
	for _, tag := range locale.Languages() {
		c := locale.Pick(tag)
		for what, change := range map[string]func(*page.View){
			"names":                       func(*page.View) {},
			"an unsafe tenant":            func(v *page.View) { v.Settings.Name = "evil.com" },
			"an unsafe tenant and nobody": func(v *page.View) { v.Settings.Name, v.Invite.InvitedBy = "evil.com", invite.Person{} },
			"an unsafe inviter":           func(v *page.View) { v.Invite.InvitedBy.Name = "evil.com" },
			"nobody":                      func(v *page.View) { v.Invite.InvitedBy = invite.Person{} },
			"no ways on": func(v *page.View) {
				v.Settings.SetupURL, v.Settings.SignInURL, v.Settings.PasswordResetURL = "", "", ""
			},
			"Arabic names": func(v *page.View) {
				v.Settings.Name, v.Invite.Role, v.Invite.InvitedBy.Name = "شركة أكمي 24", "عضو", "محمد"
			},
		} {
			for name, p := range all(view(func(v *page.View) { v.Invite.Locale, v.AcceptLanguage = tag, tag; change(v) })) {
				t.Run(tag+", "+what+", "+name, func(t *testing.T) {
					if got := p.Header.Get("Content-Language"); got != tag {
						t.Errorf("the page is in %q", got)
					}
					localetest.HTML(t, c, string(p.Body))
					if len(p.Body) > 20_000 {
						t.Errorf("%d bytes", len(p.Body))
					}
				})
			}
		}
	}
}

func TestThePageOfABrowsersLanguage(t *testing.T) {
	for header, title := range map[string]string{
		"fr-CA,fr;q=0.9": "Ce lien d’invitation a expiré", "es-MX": "Este enlace de invitación ha caducado", "pt-BR,pt;q=0.9": "Este link de convite expirou",
		"it": "Questo link di invito è scaduto", "nl-BE": "Deze uitnodigingslink is verlopen", "pl": "Ten link z zaproszeniem wygasł",
		"ja-JP": "この招待リンクは有効期限が切れています", "ar-SA,ar;q=0.9": "انتهت صلاحية رابط الدعوة هذا", "zh-CN,zh;q=0.9": "This invite link has expired",
	} {
		if got := named(parse(t, pages.Dead(header)), "title")[0].text; got != title {
			t.Errorf("%s: %q, want %q", header, got, title)
		}
	}
}
