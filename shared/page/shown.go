package page

import (
	"cmp"
	"time"
)

// Shown is what [Pages.Live] and [Pages.Accepted] show of an invite, for a product that
// has a page of its own: in parts, so that it can say them in its own words, and by the
// same rules. A text is "" where there is none, and where it is not safe to show.
type Shown struct {
	Tenant        string // its name
	Support       string // address
	Logo          string // address
	BrandColor    string // "#rrggbb"
	TimeZone      string // that the dates of mail and pages are in, IANA
	Locale        string // the language tag that the invite or its tenant asks for
	InviterName   string
	InviterEmail  string
	Email         string
	Role          string
	ExpiresAt     time.Time
	CanSetUp      bool   // whether accepting leads on to a set-up page
	SignIn        string // address
	PasswordReset string // address
}

// Shown returns what the pages of a view show.
func (v View) Shown() Shown {
	w := v.words()
	s := Shown{
		Tenant: w.Tenant, Support: w.Support, BrandColor: v.Settings.BrandColor, TimeZone: w.Zone.String(),
		Locale: cmp.Or(v.Invite.Locale, v.Settings.Locale), InviterName: w.InviterName, InviterEmail: w.InviterEmail,
		Email: w.Email, Role: w.Role, ExpiresAt: v.Invite.ExpiresAt,
		CanSetUp: v.Settings.SetupURL != "", SignIn: v.Settings.SignInURL, PasswordReset: v.Settings.PasswordResetURL,
	}
	if origin(v.Settings.LogoURL) != "" {
		s.Logo = v.Settings.LogoURL
	}
	return s
}
