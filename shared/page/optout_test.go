package page_test

import (
	"bytes"
	"strings"
	"testing"

	"invites/shared/invite"
	"invites/shared/page"
)

func TestThePagesOfOptingOutHaveOneButton(t *testing.T) {
	for _, c := range []struct {
		name             string
		show             func(page.View) page.Page
		title, neutral   string
		german, deNobody string
		field            string
	}{
		{"opt out", pages.OptOut, "Don’t let Acme invite you?", "Don’t let this sender invite you?",
			"Keine Einladungen mehr von Acme?", "Keine Einladungen mehr von diesem Absender?", ""},
		{"opted out", pages.OptedOut, "You have opted out", "You have opted out",
			"Sie bekommen keine Einladungen mehr", "Sie bekommen keine Einladungen mehr", "undo"},
		{"opted in", pages.OptedIn, "Invitations are allowed again", "Invitations are allowed again",
			"Einladungen sind wieder erlaubt", "Einladungen sind wieder erlaubt", ""},
	} {
		for _, s := range []struct {
			of     string
			change func(*page.View)
			title  string
			known  []string
		}{
			{"an invite", nil, c.title, []string{"Acme", "bob@example.com"}},
			{"a German invite", func(v *page.View) { v.Invite.Locale = "de" }, c.german, []string{"Acme", "bob@example.com"}},
			{"an unsafe tenant", func(v *page.View) { v.Settings.Name = "evil.com" }, c.neutral, []string{"bob@example.com"}},
			{"nobody any more", func(v *page.View) { v.Invite, v.Settings = &invite.Invite{}, invite.Settings{} }, c.neutral, nil},
			{"nobody any more, in German", func(v *page.View) {
				v.Invite, v.Settings, v.AcceptLanguage = &invite.Invite{}, invite.Settings{}, "de"
			}, c.deNobody, nil},
		} {
			t.Run(c.name+" of "+s.of, func(t *testing.T) {
				p := c.show(view(s.change))
				elements := parse(t, p)
				forms, buttons := named(elements, "form"), named(elements, "button")
				if p.Status != 200 || len(forms) != 1 || len(buttons) != 1 || len(named(elements, "a")) != 0 {
					t.Fatalf("status %d, %d forms, %d buttons", p.Status, len(forms), len(buttons))
				}
				if _, action := forms[0].attr["action"]; action || forms[0].attr["method"] != "post" {
					t.Errorf("form %v, want a post to the page's own address", forms[0].attr)
				}
				if b := buttons[0].attr; b["name"] != c.field || (b["value"] == "1") != (c.field != "") {
					t.Errorf("the button sends %q=%q", b["name"], b["value"])
				}
				if got := named(elements, "title")[0].text; got != s.title {
					t.Errorf("title %q, want %q", got, s.title)
				}
				said := text(t, p)
				for _, want := range s.known {
					if !strings.Contains(said, want) {
						t.Errorf("%q is missing in %s", want, said)
					}
				}
				if strings.Contains(said, "evil") || strings.Contains(said, "Ana") || strings.Contains(said, "member") {
					t.Errorf("more than is needed is in %s", said)
				}
				if n := len(named(elements, "dd")); n != len(s.known) {
					t.Errorf("%d facts, want %d", n, len(s.known))
				}
			})
		}
	}
}

func TestThePageOfALinkThatIsNoneFollowsOneRule(t *testing.T) {
	for header, lang := range map[string]string{"": "en", "de-AT,de;q=0.9,en;q=0.8": "de", "zh": "en", "\x00": "en"} {
		one, two := pages.NoOptOut(header), pages.NoOptOut(header)
		if one.Status != 410 || !bytes.Equal(one.Body, two.Body) || len(one.Header) != len(two.Header) || one.Header.Get("Content-Language") != lang {
			t.Errorf("%q: %d in %q, or two pages differ", header, one.Status, one.Header.Get("Content-Language"))
		}
		if len(named(parse(t, one), "form")) != 0 {
			t.Error("there is a button that cannot do anything")
		}
	}
	if p := pages.OptOutLater("de"); p.Status != 503 || p.Header.Get("Retry-After") == "" || p.Header.Get("Content-Language") != "de" {
		t.Errorf("%d %v", p.Status, p.Header)
	}
}
