// Render writes every page that invitees see, as the Lambdas would answer with it. It
// reads views from its input, a JSON list, and writes a JSON list of pages: what a
// browser test shows of states that the deployed stack is seldom in.
package main

import (
	"encoding/json"
	"log"
	"maps"
	"net/http"
	"os"
	"slices"
	"time"

	"invites/shared/invite"
	"invites/shared/page"
	"invites/shared/zone"
)

// view is what differs between the pages that are asked for.
type view struct {
	Locale  string `json:"locale"`
	Tenant  string `json:"tenant"`
	Inviter string `json:"inviter"`
	Role    string `json:"role"`
	Email   string `json:"email"`
	Color   string `json:"color"`
	Logo    string `json:"logo"`
}

type shown struct {
	Page   string            `json:"page"`
	View   int               `json:"view"`
	Status int               `json:"status"`
	Header map[string]string `json:"header"`
	Body   string            `json:"body"`
}

func main() {
	var views []view
	if err := json.NewDecoder(os.Stdin).Decode(&views); err != nil {
		log.Fatalf("read the views: %v", err)
	}
	var all []shown
	for i, v := range views {
		made := pages(v)
		for _, name := range slices.Sorted(maps.Keys(made)) {
			p := made[name]
			all = append(all, shown{name, i, p.Status, first(p.Header), string(p.Body)})
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		log.Fatalf("write the pages: %v", err)
	}
}

func pages(v view) map[string]page.Page {
	const home = "https://app.example"
	p := page.New([]string{"app.example"})
	about := page.View{
		Invite: &invite.Invite{
			Email: invite.Address(v.Email), Role: v.Role, Locale: v.Locale,
			ExpiresAt: time.Date(2026, 11, 30, 13, 5, 0, 0, time.UTC),
			InvitedBy: invite.Person{Name: v.Inviter, Email: "ana@acme.example"},
		},
		Settings: invite.Settings{
			Name: v.Tenant, TimeZone: "Europe/Berlin", SetupURL: home + "/welcome", SignInURL: home + "/sign-in",
			PasswordResetURL: home + "/reset", SupportEmail: "help@acme.example", BrandColor: v.Color, LogoURL: v.Logo,
		},
		AcceptLanguage: v.Locale, Zones: zone.Of,
	}
	return map[string]page.Page{
		"live": p.Live(about), "accepted": p.Accepted(about), "leaving": p.Leaving(about, home+"/welcome?code=c"), "welcome": p.Welcome(about),
		"dead": p.Dead(v.Locale), "asked": p.Asked(v.Locale), "incomplete": p.Incomplete(v.Locale), "unavailable": p.Unavailable(v.Locale),
		"opt-out": p.OptOut(about), "opted-out": p.OptedOut(about), "opted-in": p.OptedIn(about),
		"no-opt-out": p.NoOptOut(v.Locale), "opt-out-later": p.OptOutLater(v.Locale),
	}
}

func first(h http.Header) map[string]string {
	all := map[string]string{}
	for name := range h {
		all[name] = h.Get(name)
	}
	return all
}
