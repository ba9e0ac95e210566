package page_test

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/page"
)

// longest is a view whose names and addresses are as long as any that is shown.
func longest(language string) page.View {
	return view(func(v *page.View) {
		name := strings.Repeat("Verwaltungswissenschaft ", 2) + "Institutionen"
		v.Invite.Locale, v.AcceptLanguage = language, language
		v.Settings.Name, v.Invite.Role = name, name
		v.Invite.InvitedBy.Name = name
		v.Invite.Email = invite.Address(strings.Repeat("a", 64) + "@" + strings.Repeat(strings.Repeat("b", 61)+".", 3) + "example")
		v.Settings.SupportEmail = "help" + string(v.Invite.Email)
		v.Settings.LogoURL = "https://app.acme.example/" + strings.Repeat("logo", 256) + ".svg"
	})
}

func TestEveryPageInEveryLanguageIsSmallAndRunsTheWayItsScriptDoes(t *testing.T) {
	const limit = 20_000 - 1 // bytes: under 20 kB
	for _, language := range locale.Languages() {
		for name, p := range all(longest(language)) {
			if len(p.Body) > limit {
				t.Errorf("%s in %s: %d bytes, want at most %d", name, language, len(p.Body), limit)
			}
			top := named(parse(t, p), "html")[0].attr
			if want := locale.Pick(language).Dir(); top["lang"] != language || top["dir"] != want {
				t.Errorf("%s in %s: lang %q and dir %q, want %q", name, language, top["lang"], top["dir"], want)
			}
		}
	}
	if p := pages.Live(longest("en")); !strings.Contains(text(t, p), "Verwaltungswissenschaft") || len(named(parse(t, p), "img")) != 1 {
		t.Error("the longest names are not shown, so nothing was measured")
	}
}

// What a stylesheet says of left and right is wrong for half of the languages.
func TestTheStyleSheetKnowsNoLeftAndRight(t *testing.T) {
	style := named(parse(t, pages.Live(view(nil))), "style")[0].text
	if found := regexp.MustCompile(`(margin|padding|border)-(left|right)|text-align:(left|right)|float:|[;{](left|right):`).FindString(style); found != "" {
		t.Errorf("%q: use what follows the script's direction", found)
	}
	if strings.Contains(style, "url(") || strings.Contains(style, "@import") || strings.Contains(style, "$") {
		t.Errorf("it loads something, or a colour is missing: %s", style)
	}
}

// A name written the other way must not move the words around it.
func TestNamesAndAddressesAreIsolated(t *testing.T) {
	const tenant, inviter = "شركة", "דנה"
	for name, p := range all(view(func(v *page.View) { v.Settings.Name, v.Invite.InvitedBy.Name = tenant, inviter })) {
		doc, err := html.Parse(bytes.NewReader(p.Body))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Type != html.TextNode || slices.Contains([]string{"bdi", "title"}, n.Parent.Data) {
				continue
			}
			for _, value := range []string{tenant, inviter, "bob@example.com", "help@acme.example"} {
				if strings.Contains(n.Data, value) {
					t.Errorf("%s: %q stands in <%s> %q", name, value, n.Parent.Data, n.Data)
				}
			}
		}
		if name == "opt out" && !strings.Contains(text(t, p), tenant) {
			t.Errorf("%s: the tenant is not named", name)
		}
	}
}

// Who invites and what to press come before what else there is to know.
func TestTheButtonComesBeforeTheFacts(t *testing.T) {
	for _, p := range []page.Page{pages.Live(view(nil)), pages.OptOut(view(nil))} {
		var order []string
		for _, e := range parse(t, p) {
			if slices.Contains([]string{"h1", "button", "dl"}, e.name) || e.attr["class"] == "small" {
				order = append(order, e.name)
			}
		}
		if got := strings.Join(slices.Compact(order), " "); got != "h1 button dl p" {
			t.Errorf("got %s", got)
		}
	}
}

func TestATenantWithoutALogoHasItsInitial(t *testing.T) {
	for name, want := range map[string]string{
		"Acme": "A", "acme": "A", "3M": "3", "株式会社": "株", "E\u0301lan": "E\u0301", "Élan": "É", "شركة": "ش", "(Bar)": "B", "evil.com": "", "": "",
	} {
		p := pages.Live(view(func(v *page.View) { v.Settings.LogoURL, v.Settings.Name = "", name }))
		got := ""
		for _, e := range named(parse(t, p), "p") {
			if e.attr["class"] == "initial" {
				got = e.text
				if e.attr["aria-hidden"] != "true" {
					t.Error("a screen reader would spell it")
				}
			}
		}
		if got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	for _, e := range parse(t, pages.Live(view(nil))) {
		if e.attr["class"] == "initial" {
			t.Error("there is an initial beside the logo")
		}
		if e.name == "img" && (e.attr["alt"] != "Acme" || e.attr["src"] != "https://app.acme.example/logo.png") {
			t.Errorf("image %v", e.attr)
		}
	}
}

// The button in the tenant's colour is the one most people want.
func TestEachPageHasAtMostOneMainButton(t *testing.T) {
	for name, want := range map[string]string{
		"live": "Accept invitation", "accepted": "Continue to set-up", "welcome": "Sign in", "dead": "Ask for a new invite", "opt out": "Stop these invitations",
		"opted out": "", "opted in": "", "asked": "", "incomplete": "", "unavailable": "", "no opt-out": "", "later": "",
	} {
		var main []string
		for _, e := range parse(t, all(view(nil))[name]) {
			if e.attr["class"] == "main" {
				main = append(main, e.text)
			}
		}
		if len(main) > 1 || !strings.HasSuffix(strings.TrimSpace(strings.Join(main, "")), want) || (want == "") != (len(main) == 0) {
			t.Errorf("%s: %q, want %q", name, main, want)
		}
	}
}

func TestADrawingIsForTheEyeAlone(t *testing.T) {
	for name, p := range all(view(nil)) {
		drawings := named(parse(t, p), "svg")
		if len(drawings) == 0 {
			t.Errorf("%s: no drawing", name)
		}
		for _, d := range drawings {
			if d.attr["aria-hidden"] != "true" || strings.TrimSpace(d.text) != "" {
				t.Errorf("%s: %v", name, d)
			}
		}
		if n := len(named(parse(t, p), "path")) + len(named(parse(t, p), "circle")); n < len(drawings) {
			t.Errorf("%s: %d drawings of %d lines", name, len(drawings), n)
		}
	}
}
