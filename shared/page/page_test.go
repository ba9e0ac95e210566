package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"invites/shared/invite"
	"invites/shared/page"
	"invites/shared/zone"
)

var pages = page.New([]string{"app.acme.example", "localhost:9000", "127.0.0.1:9001", "evil.example; script-src *", ""})

func view(change func(*page.View)) page.View {
	v := page.View{
		Invite: &invite.Invite{
			Email: "bob@example.com", Role: "member", ExpiresAt: time.Date(2026, 11, 30, 13, 5, 0, 0, time.UTC),
			InvitedBy: invite.Person{Name: "Ana Silva", Email: "ana@acme.example"},
		},
		Settings: invite.Settings{
			Name: "Acme", TimeZone: "Europe/Berlin", SetupURL: "https://app.acme.example/welcome",
			SignInURL: "https://app.acme.example/sign-in", PasswordResetURL: "https://app.acme.example/reset", SupportEmail: "help@acme.example",
			BrandColor: "#0a7d55", LogoURL: "https://app.acme.example/logo.png",
		},
		Zones: zone.Of,
	}
	if change != nil {
		change(&v)
	}
	return v
}

// all renders every page there is for a view.
func all(v page.View) map[string]page.Page {
	return map[string]page.Page{
		"live": pages.Live(v), "accepted": pages.Accepted(v), "leaving": pages.Leaving(v, "https://app.acme.example/welcome?code=c"), "welcome": pages.Welcome(v),
		"dead": pages.Dead(v.AcceptLanguage), "incomplete": pages.Incomplete(v.AcceptLanguage), "asked": pages.Asked(v.AcceptLanguage), "unavailable": pages.Unavailable(v.AcceptLanguage),
		"opt out": pages.OptOut(v), "opted out": pages.OptedOut(v), "opted in": pages.OptedIn(v),
		"no opt-out": pages.NoOptOut(v.AcceptLanguage), "later": pages.OptOutLater(v.AcceptLanguage),
	}
}

// element is one element of a parsed page.
type element struct {
	name string
	attr map[string]string
	text string
}

func parse(t *testing.T, p page.Page) []element {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader(p.Body))
	if err != nil {
		t.Fatal(err)
	}
	var found []element
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		e := element{name: n.Data, attr: map[string]string{}}
		for _, a := range n.Attr {
			e.attr[a.Key] = a.Val
		}
		for c := range n.Descendants() {
			if c.Type == html.TextNode {
				e.text += c.Data
			}
		}
		found = append(found, e)
	}
	return found
}

func named(all []element, name string) (found []element) {
	for _, e := range all {
		if e.name == name {
			found = append(found, e)
		}
	}
	return found
}

func text(t *testing.T, p page.Page) string { return named(parse(t, p), "main")[0].text }

func TestEveryPageIsSafeAndAccessible(t *testing.T) {
	for name, p := range all(view(nil)) {
		t.Run(name, func(t *testing.T) {
			if len(p.Body) > 20_000 {
				t.Errorf("%d bytes", len(p.Body))
			}
			for header, want := range map[string]string{
				"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
				"X-Frame-Options": "DENY", "X-Robots-Tag": "noindex, nofollow", "Content-Type": "text/html; charset=utf-8", "Content-Language": "en",
			} {
				if got := p.Header.Get(header); got != want {
					t.Errorf("%s: %q, want %q", header, got, want)
				}
			}
			elements := parse(t, p)
			for _, forbidden := range []string{"script", "link", "iframe", "object", "base", "input"} {
				if len(named(elements, forbidden)) != 0 {
					t.Errorf("there is a <%s>", forbidden)
				}
			}
			for _, e := range elements {
				for a, v := range e.attr {
					if a == "style" || strings.HasPrefix(a, "on") || strings.Contains(v, "ZgotmplZ") {
						t.Errorf("<%s %s=%q>", e.name, a, v)
					}
				}
			}
			sum := sha256.Sum256([]byte(named(elements, "style")[0].text))
			policy := p.Header.Get("Content-Security-Policy")
			for _, want := range []string{
				"default-src 'none'", "style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'", "frame-ancestors 'none'", "base-uri 'none'",
				"form-action 'self' https://app.acme.example http://localhost:9000 http://127.0.0.1:9001;",
			} {
				if !strings.Contains(policy, want) {
					t.Errorf("policy %q lacks %q", policy, want)
				}
			}
			if strings.Contains(policy, "evil") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
				t.Errorf("policy %q", policy)
			}
			if hasLogo := strings.Contains(policy, "img-src https://app.acme.example;"); hasLogo != (len(named(elements, "img")) == 1) {
				t.Errorf("policy %q with %d images", policy, len(named(elements, "img")))
			}
			lang, title, h1 := named(elements, "html")[0].attr["lang"], named(elements, "title")[0].text, named(elements, "h1")
			if lang != "en" || title == "" || len(h1) != 1 || h1[0].text != title || len(named(elements, "main")) != 1 {
				t.Errorf("lang %q, title %q, h1 %v", lang, title, h1)
			}
			if viewport := string(p.Body); !strings.Contains(viewport, "width=device-width") || strings.Contains(viewport, "user-scalable") || strings.Contains(viewport, "maximum-scale") {
				t.Error("the page cannot be zoomed or does not fit a phone")
			}
		})
	}
}

func TestTheLivePageHasOneButton(t *testing.T) {
	p := pages.Live(view(nil))
	elements := parse(t, p)
	forms, buttons := named(elements, "form"), named(elements, "button")
	if p.Status != 200 || len(forms) != 1 || len(buttons) != 1 || len(named(elements, "a")) != 0 {
		t.Fatalf("status %d, %d forms, %d buttons, %d links", p.Status, len(forms), len(buttons), len(named(elements, "a")))
	}
	if _, action := forms[0].attr["action"]; action || forms[0].attr["method"] != "post" {
		t.Errorf("form %v, want a post to the page's own address", forms[0].attr)
	}
	if buttons[0].text != "Accept invitation" || buttons[0].attr["type"] != "submit" {
		t.Errorf("button %+v", buttons[0])
	}
	for _, want := range []string{"Acme", "Ana Silva (ana@acme.example)", "member", "bob@example.com", "Monday, 30 November 2026, 14:05 (Europe/Berlin, UTC+1)", "help@acme.example"} {
		if !strings.Contains(text(t, p), want) {
			t.Errorf("%q is missing in %s", want, text(t, p))
		}
	}
}

func TestTheAcceptedPageShowsTheWaysOn(t *testing.T) {
	for _, c := range []struct {
		what                string
		setup, signIn, word string
		forms               int
		links               []string
	}{
		{"all three", "https://s", "https://i", "https://r", 1, []string{"https://i", "https://r"}},
		{"no set-up", "", "https://i", "https://r", 0, []string{"https://i", "https://r"}},
		{"sign-in alone", "", "https://i", "", 0, []string{"https://i"}},
		{"set-up alone", "https://s", "", "", 1, nil},
		{"none", "", "", "", 0, nil},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := pages.Accepted(view(func(v *page.View) {
				v.Settings.SetupURL, v.Settings.SignInURL, v.Settings.PasswordResetURL = c.setup, c.signIn, c.word
			}))
			elements := parse(t, p)
			if p.Status != 200 || len(named(elements, "form")) != c.forms {
				t.Errorf("status %d, %d forms", p.Status, len(named(elements, "form")))
			}
			var links []string
			for _, a := range named(elements, "a") {
				links = append(links, a.attr["href"])
			}
			if strings.Join(links, " ") != strings.Join(c.links, " ") {
				t.Errorf("links %v, want %v", links, c.links)
			}
			body := strings.ToLower(text(t, p))
			if !strings.Contains(body, "already accepted") || strings.Contains(body, "expired") {
				t.Errorf("%s", body)
			}
		})
	}
}

// What the browser test cannot see: that the link leads where the header does, and that
// there is no image that a browser would wait for.
func TestTheLeavingPageLeadsOnByItselfAndByALink(t *testing.T) {
	for _, next := range []string{
		"https://app.acme.example/welcome?invite=inv_1&code=c",
		`https://app.acme.example/a,b;c?a=1;b=2&z=%zz&x='"<>&amp;&empty=&y[]=(1)|{}&code=c`,
	} {
		p := pages.Leaving(view(nil), next)
		elements := parse(t, p)
		links := named(elements, "a")
		if got, want := p.Header.Get("Refresh"), "0;url="+next; p.Status != 200 || got != want || p.Header.Get("Vary") != "Accept, Accept-Language" {
			t.Errorf("%d, Refresh %q, want %q", p.Status, got, want)
		}
		if len(links) != 1 || links[0].attr["href"] != next || links[0].text != "Continue to set-up" {
			t.Errorf("links %v, want one to %s", links, next)
		}
		if len(named(elements, "form")) != 0 || len(named(elements, "img")) != 0 {
			t.Errorf("there is a form or an image: %s", p.Body)
		}
	}
}

func TestAddressesOfSettingsStayAsTheyAreWritten(t *testing.T) {
	const query = "?a=1;b=2&z=%zz&b=&a=2&x='(y)'&amp;"
	p := pages.Accepted(view(func(v *page.View) {
		v.Settings.SignInURL, v.Settings.PasswordResetURL, v.Settings.LogoURL = "https://app.acme.example/in"+query, "https://app.acme.example/reset"+query, "https://app.acme.example/logo"+query
	}))
	elements := parse(t, p)
	var got []string
	for _, e := range append(named(elements, "a"), named(elements, "img")...) {
		got = append(got, e.attr["href"]+e.attr["src"])
	}
	if want := []string{"https://app.acme.example/in" + query, "https://app.acme.example/reset" + query, "https://app.acme.example/logo" + query}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheDeadPageSaysRuleFive(t *testing.T) {
	p := pages.Dead("")
	body := strings.ToLower(text(t, p))
	for _, want := range []string{"this invite link has expired", "if a newer mail from us has arrived", "use the link in the most recent one", "otherwise ask for a new invite"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in %s", want, body)
		}
	}
	forms, buttons := named(parse(t, p), "form"), named(parse(t, p), "button")
	if p.Status != 410 || len(forms) != 1 || len(buttons) != 1 || len(named(parse(t, p), "a")) != 0 || len(named(parse(t, p), "img")) != 0 {
		t.Fatalf("status %d, or more than words and one button on the page", p.Status)
	}
	if forms[0].attr["method"] != "post" || forms[0].attr["action"] != page.AskAction || buttons[0].text != "Ask for a new invite" {
		t.Errorf("form %v with %+v", forms[0].attr, buttons[0])
	}
}

// Whatever a link looks like, the button of its page leads to the link itself, with the
// query that says ask.
func TestTheAskButtonLeadsBackToItsOwnLink(t *testing.T) {
	for _, path := range []string{"/i/x", "/i/x?ask=1", "/i/x?a=b", "/i/a%2F..%2Fb", "/i/x/ask", "/i/", "/i/a//b", "/i/%3Fx", "/i/a:b"} {
		base, err := url.Parse("https://links.example" + path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := base.Parse(page.AskAction)
		if err != nil || got.Host != base.Host || got.EscapedPath() != base.EscapedPath() || got.RawQuery != "ask=1" {
			t.Errorf("from %s to %v (%v)", path, got, err)
		}
	}
}

func TestTheAskedPagePromisesWhatIsTrueOfEveryLink(t *testing.T) {
	p := pages.Asked("")
	body := strings.ToLower(text(t, p))
	for _, want := range []string{"if this link once came from us", "only to the address that was invited"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in %s", want, body)
		}
	}
	if p.Status != 200 || len(named(parse(t, p), "form")) != 0 || len(named(parse(t, p), "a")) != 0 || pages.Asked("de").Header.Get("Content-Language") != "de" {
		t.Errorf("status %d, or more than words on the page", p.Status)
	}
}

// A request made with such a link would reach nobody, so its page offers none.
func TestTheIncompletePageSaysHowToCopyTheLink(t *testing.T) {
	p := pages.Incomplete("")
	body := text(t, p)
	for _, want := range []string{"This link is not complete", "Go back to the email", "copy the whole link", "the next line", "Nothing has been changed"} {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in %s", want, body)
		}
	}
	for _, element := range []string{"form", "button", "a", "img"} {
		if n := len(named(parse(t, p), element)); n != 0 {
			t.Errorf("%d <%s>", n, element)
		}
	}
	if p.Status != 410 || strings.Contains(body, "expired") || strings.Contains(body, "received") || pages.Incomplete("ar").Header.Get("Content-Language") != "ar" {
		t.Errorf("status %d: %s", p.Status, body)
	}
}

// Bytes and headers of the dead page and of the incomplete one follow from Accept-Language
// alone.
func TestTheDeadPageFollowsOneRule(t *testing.T) {
	for header, lang := range map[string]string{
		"": "en", "de": "de", "de-AT,de;q=0.9,en;q=0.8": "de", "en-GB,en;q=0.9,de;q=0.8": "en", "zh": "en", "zh,de;q=0.5": "de",
		"*": "en", "de;q=0": "en", "de;q=0.1, en;q=0.2": "en", "de;q=x": "en", "\x00": "en", strings.Repeat("de,", 1000): "en", "en-US,de": "en-US",
	} {
		for name, show := range map[string]func(string) page.Page{"dead": pages.Dead, "incomplete": pages.Incomplete} {
			one, two := show(header), show(header)
			if !bytes.Equal(one.Body, two.Body) || len(one.Header) != len(two.Header) {
				t.Errorf("%s, %q: two pages differ", name, header)
			}
			if got := one.Header.Get("Content-Language"); got != lang {
				t.Errorf("%s, %q: language %q, want %q", name, header, got, lang)
			}
		}
	}
}

func TestThePageSpeaksTheLanguageOfTheMail(t *testing.T) {
	for _, c := range []struct{ invite, tenant, browser, want string }{
		{"de", "en", "en", "de"}, {"", "de-CH", "en", "de"}, {"zh", "de", "de", "en"}, {"", "", "de", "de"}, {"", "", "", "en"},
	} {
		p := pages.Live(view(func(v *page.View) {
			v.Invite.Locale, v.Settings.Locale, v.AcceptLanguage = c.invite, c.tenant, c.browser
		}))
		if got := p.Header.Get("Content-Language"); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestTheUnavailablePageAsksToComeBack(t *testing.T) {
	p := pages.Unavailable("de")
	if p.Status != 503 || p.Header.Get("Retry-After") == "" || p.Header.Get("Content-Language") != "de" {
		t.Errorf("%d %v", p.Status, p.Header)
	}
}

func TestHostileSettingsAndNames(t *testing.T) {
	for _, bad := range []string{"<script>alert(1)</script>", "evil.example", "\"><img src=x>", "javascript:alert(1)", "javascript://app.acme.example/%0aalert(1)", "</style><b>", "a\r\nb", "\u202ex"} {
		for name, p := range all(view(func(v *page.View) {
			v.Settings.Name, v.Invite.Role, v.Invite.Name, v.Settings.SupportEmail = bad, bad, bad, bad
			v.Settings.SignInURL, v.Settings.PasswordResetURL, v.Settings.LogoURL, v.Settings.BrandColor = bad, bad, bad, bad
			v.Invite.InvitedBy = invite.Person{Name: bad, Email: bad}
		})) {
			elements := parse(t, p)
			if bytes.Contains(p.Body, []byte(bad)) && name == "live" {
				t.Errorf("%s shows %q", name, bad)
			}
			if len(named(elements, "script")) != 0 || len(named(elements, "img")) != 0 || len(named(elements, "style")) != 1 {
				t.Errorf("%s: %q became markup", name, bad)
			}
			for _, a := range named(elements, "a") {
				if u, err := url.Parse(a.attr["href"]); err != nil || u.Scheme == "javascript" {
					t.Errorf("%s: a link to %q", name, a.attr["href"])
				}
			}
		}
	}
}

func TestWriteSendsStatusHeadersAndBody(t *testing.T) {
	w, p := httptest.NewRecorder(), pages.Dead("")
	p.Write(w)
	if w.Code != 410 || !bytes.Equal(w.Body.Bytes(), p.Body) || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
