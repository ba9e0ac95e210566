package httpapi

import (
	"net/http"

	"invites/shared/invite"
	"invites/shared/page"
)

// LivePeek is what a product's own accept page may show of a link that can be accepted:
// what our page shows. Whatever is not there, or not safe to show, is null.
type LivePeek struct {
	Status    string      `json:"status"` // "live"
	Tenant    PeekTenant  `json:"tenant"`
	InvitedBy PeekInviter `json:"invited_by"`
	Email     string      `json:"email"`
	Role      *string     `json:"role"`
	Locale    *string     `json:"locale"`
	ExpiresAt Time        `json:"expires_at"`
}

// AcceptedPeek is the same of a link that was accepted: the ways on.
type AcceptedPeek struct {
	Status           string     `json:"status"` // "accepted"
	Tenant           PeekTenant `json:"tenant"`
	Email            string     `json:"email"`
	Locale           *string    `json:"locale"`
	CanSetUp         bool       `json:"can_set_up"`
	SignInURL        *string    `json:"sign_in_url"`
	PasswordResetURL *string    `json:"password_reset_url"`
}

// PeekTenant is whom an invite is from.
type PeekTenant struct {
	ID           invite.TenantID `json:"id"`
	Name         *string         `json:"name"`
	LogoURL      *string         `json:"logo_url"`
	BrandColor   *string         `json:"brand_color"`
	SupportEmail *string         `json:"support_email"`
	TimeZone     string          `json:"time_zone"`
}

// PeekInviter is who invited.
type PeekInviter struct {
	Name  *string `json:"name"`
	Email *string `json:"email"`
}

// peek tells what a link opens, and changes nothing. It refuses a dead link as accept
// does.
func (v Invitee) peek(w http.ResponseWriter, r *http.Request) error {
	token, err := readToken(r)
	if err != nil {
		return err
	}
	inv, err := v.Service.Look(r.Context(), token)
	if err != nil {
		return err
	}
	view, err := v.view(r, inv)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, peekOf(inv, view.Shown()))
	return nil
}

func peekOf(inv *invite.Invite, s page.Shown) any {
	tenant := PeekTenant{
		ID: inv.Tenant, Name: orNull(s.Tenant), LogoURL: orNull(s.Logo), BrandColor: orNull(s.BrandColor),
		SupportEmail: orNull(s.Support), TimeZone: s.TimeZone,
	}
	if inv.Status == invite.Accepted {
		return AcceptedPeek{
			Status: "accepted", Tenant: tenant, Email: s.Email, Locale: orNull(s.Locale),
			CanSetUp: s.CanSetUp, SignInURL: orNull(s.SignIn), PasswordResetURL: orNull(s.PasswordReset),
		}
	}
	return LivePeek{
		Status: "live", Tenant: tenant, InvitedBy: PeekInviter{orNull(s.InviterName), orNull(s.InviterEmail)},
		Email: s.Email, Role: orNull(s.Role), Locale: orNull(s.Locale), ExpiresAt: Time(s.ExpiresAt),
	}
}

// readToken reads the body {"token": …}.
func readToken(r *http.Request) (string, error) {
	var token *string
	if err := readObject(r, map[string]any{"token": &token}); err != nil {
		return "", err
	}
	if token == nil {
		return "", badRequest("/token", "Give the token of the link.")
	}
	return *token, nil
}

// orNull writes an empty text as null.
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
