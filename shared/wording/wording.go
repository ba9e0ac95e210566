// Package wording says what an invite is about, in one language: who invites whom,
// into what, as what and until when. Mail and pages say it alike, and names that
// are not safe to show reach neither.
package wording

import (
	"html/template"
	"slices"
	"time"

	"invites/shared/invite"
	"invites/shared/locale"
)

// Words are the facts of one invite as they may be shown.
type Words struct {
	Catalogue *locale.Catalogue
	Tenant    string // "" where its name is not safe
	Name      string // the invitee's; "" where there is none that is safe
	Inviter   string // a phrase that stands within a sentence; never ""
	// What the phrase is made of; "" for what is not there or not safe.
	InviterName  string
	InviterEmail string
	Role         string // "" where it is not safe
	Email        string
	Zone         *time.Location // that times are said in
	Expires      string         // date, time and zone
	Support      string         // address, or ""

	anonymous bool // the inviter has neither name nor address
}

// Of returns the words for an invite in a language. Zones finds the tenant's time zone,
// or UTC where it knows none of that name; nil knows none.
func Of(c *locale.Catalogue, inv *invite.Invite, s invite.Settings, zones func(name string) *time.Location) Words {
	loc := time.UTC
	if zones != nil {
		loc = zones(s.TimeZone)
	}
	w := Words{
		Catalogue: c,
		Tenant:    tenantName(s),
		Name:      invite.SafeName(inv.Name, ""),
		Role:      invite.SafeName(inv.Role, ""),
		Email:     string(inv.Email),
		Zone:      loc,
		Expires:   c.Date(inv.ExpiresAt.In(loc)),
		Support:   invite.SafeAddress(s.SupportEmail),
	}
	name, email := invite.SafeName(inv.InvitedBy.Name, ""), invite.SafeAddress(inv.InvitedBy.Email)
	w.InviterName, w.InviterEmail = name, email
	switch {
	case name != "" && email != "":
		w.Inviter = c.Text("inviter.known", "name", name, "email", email)
	case name != "":
		w.Inviter = c.Text("inviter.named", "name", name)
	case email != "" && inv.InvitedBy.Name == "":
		w.Inviter = c.Text("inviter.address", "email", email)
	case email != "":
		w.Inviter = c.Text("inviter.hidden", "email", email)
	default:
		w.anonymous = true
		w.Inviter = w.Text("inviter.nobody")
	}
	return w
}

// tenantName is "" where the name is not safe to show.
func tenantName(s invite.Settings) string {
	if s.NameTrusted {
		return invite.TrustedName(s.Name, "")
	}
	return invite.SafeName(s.Name, "")
}

// Text returns the text of a key, or of its neutral form where the tenant's name
// is not safe. Pairs are more placeholders and their
// values, and come before the invite's own.
func (w Words) Text(key string, pairs ...string) string {
	return w.Catalogue.Text(w.form(key), w.fill(pairs)...)
}

// HTML is Text, escaped, with every value isolated.
func (w Words) HTML(key string, pairs ...string) template.HTML {
	return w.Catalogue.HTML(w.form(key), w.fill(pairs)...)
}

func (w Words) fill(pairs []string) []string {
	return append(slices.Clone(pairs), "tenant", w.Tenant, "inviter", w.Inviter, "email", w.Email, "date", w.Expires, "name", w.Name)
}

func (w Words) form(key string) string {
	if w.Tenant != "" {
		return key
	}
	if w.anonymous && w.Catalogue.Has(key+".nobody.neutral") {
		return key + ".nobody.neutral"
	}
	if w.Catalogue.Has(key + ".neutral") {
		return key + ".neutral"
	}
	return key
}
