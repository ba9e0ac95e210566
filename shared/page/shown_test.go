package page_test

import (
	"strings"
	"testing"

	"invites/shared/invite"
	"invites/shared/page"
)

// texts are those parts of what is shown that a page shows as they are.
func texts(s page.Shown) map[string]string {
	return map[string]string{
		"tenant": s.Tenant, "support": s.Support, "inviter's name": s.InviterName, "inviter's email": s.InviterEmail,
		"email": s.Email, "role": s.Role, "logo": s.Logo, "sign-in": s.SignIn, "password reset": s.PasswordReset,
	}
}

func TestWhatIsShownIsOnThePages(t *testing.T) {
	v := view(nil)
	v.Invite.Locale = "en"
	s := v.Shown()
	both := string(pages.Live(v).Body) + string(pages.Accepted(v).Body)
	for what, text := range texts(s) {
		if text == "" || !strings.Contains(both, text) {
			t.Errorf("%s %q is on no page", what, text)
		}
	}
	if !strings.Contains(both, s.TimeZone) || !strings.Contains(both, s.BrandColor) || !s.ExpiresAt.Equal(v.Invite.ExpiresAt) || s.Locale != "en" || !s.CanSetUp {
		t.Errorf("got %+v", s)
	}
	v.Invite.Locale, v.Settings.Locale, v.Settings.SetupURL = "", "de-CH", ""
	if s := v.Shown(); s.Locale != "de-CH" || s.CanSetUp {
		t.Errorf("got %+v", s)
	}
}

func TestWhatThePagesHideIsNotShown(t *testing.T) {
	for _, bad := range []string{"<script>alert(1)</script>", "evil.example", "Your account is locked, call 0800 555 0123", "a\r\nb", "\u202ex"} {
		v := view(func(v *page.View) {
			v.Settings.Name, v.Settings.SupportEmail, v.Settings.LogoURL, v.Invite.Role = bad, bad, bad, bad
			v.Invite.InvitedBy = invite.Person{Name: bad, Email: bad}
		})
		if s := v.Shown(); s.Tenant+s.Support+s.Logo+s.Role+s.InviterName+s.InviterEmail != "" {
			t.Errorf("%q: got %+v", bad, s)
		}
		v.Invite.InvitedBy.Email = "ana@acme.example"
		if s := v.Shown(); s.InviterName != "" || s.InviterEmail != "ana@acme.example" {
			t.Errorf("%q: got %+v, want the address alone", bad, s)
		}
		v.Settings.NameTrusted = true
		if s, page := v.Shown(), text(t, pages.Live(v)); (s.Tenant == bad) != strings.Contains(page, bad) {
			t.Errorf("%q vouched for: shown as %q, and the page is %s", bad, s.Tenant, page)
		}
	}
}
