// Package page renders what invitees see in a browser: [Pages.Live] with its Accept
// button, [Pages.Accepted], [Pages.Leaving], [Pages.Welcome], [Pages.Dead] with its Ask
// button, [Pages.Incomplete], [Pages.Asked] and [Pages.Unavailable]; and the pages of who opts out, from
// [Pages.OptOut] on.
//
// Every page is one document of a few kilobytes without script, font or image of a
// third party. Its policy names the one style sheet in it by digest, so that markup
// that got in by accident could neither run nor look like ours.
package page

import (
	"html/template"
	"net/http"
	"strconv"
	"time"

	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/wording"
)

// Page is a whole answer.
type Page struct {
	Status int
	Header http.Header
	Body   []byte
}

// Write sends the page. net/http drops the body of an answer to HEAD itself.
func (p Page) Write(w http.ResponseWriter) {
	for name, values := range p.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(p.Body) // nobody is left to tell
}

// View is what a page about an invite shows. The page is in the language of the
// invite's mail, or of AcceptLanguage where neither invite nor tenant has one.
type View struct {
	Invite         *invite.Invite
	Settings       invite.Settings
	AcceptLanguage string
	// Zones finds a time zone, or UTC where it knows none of that name. A page that says
	// no time needs none.
	Zones func(name string) *time.Location
}

// Pages renders for one deployment.
type Pages struct {
	formAction string
}

// New returns the pages of a deployment whose accepts may lead to these hosts
// ("host" or "host:port"). The policy of forms names all of them, for Chrome holds it
// against every redirect that follows a form; where such a host leads on is no longer
// ours to name, see [Pages.Leaving].
func New(allowedHosts []string) *Pages { return &Pages{formAction: formAction(allowedHosts)} }

// Live is the page of a link that can be accepted. Its form posts to the page's own
// address.
func (p *Pages) Live(v View) Page {
	w := v.words()
	return p.render(http.StatusOK, w, document{
		Icon: "letter", Title: "page.live.title",
		Lead:  []template.HTML{w.HTML("page.live.intro")},
		Ways:  []way{{Button: w.Text("page.live.button"), Post: true, Main: true}},
		Facts: w.facts(),
		After: append([]template.HTML{w.HTML("page.live.unexpected")}, w.support()...),
	})
}

// Accepted is the page of a link that was accepted: the ways on. The form posts to
// the page's own address and so gets a fresh code.
func (p *Pages) Accepted(v View) Page {
	w := v.words()
	d := document{
		Icon: "done", Title: "page.accepted.title",
		Lead:  []template.HTML{w.HTML("page.accepted.intro")},
		After: w.support(),
	}
	if v.Settings.SetupURL != "" {
		d.Ways = append(d.Ways, way{Ask: w.Text("page.accepted.setup"), Button: w.Text("page.accepted.setup.button"), Post: true, Main: true})
	}
	if u := v.Settings.SignInURL; u != "" {
		d.Ways = append(d.Ways, way{Ask: w.Text("page.accepted.signin"), Button: w.Text("page.accepted.signin.button"), URL: u, Main: len(d.Ways) == 0})
	}
	if u := v.Settings.PasswordResetURL; u != "" {
		d.Ways = append(d.Ways, way{Ask: w.Text("page.accepted.reset"), Button: w.Text("page.accepted.reset.button"), URL: u})
	}
	if len(d.Ways) == 0 {
		d.Lead = append(d.Lead, w.HTML("page.accepted.none"))
	}
	return p.render(http.StatusOK, w, d)
}

// Welcome answers an accept where the tenant has no set-up page to go to.
func (p *Pages) Welcome(v View) Page {
	w := v.words()
	d := document{
		Icon: "done", Title: "page.welcome.title",
		Lead:  []template.HTML{w.HTML("page.welcome.intro")},
		After: w.support(),
	}
	if u := v.Settings.SignInURL; u != "" {
		d.Ways = append(d.Ways, way{Button: w.Text("page.accepted.signin.button"), URL: u, Main: true})
	} else {
		d.Lead = append(d.Lead, w.HTML("page.welcome.next"))
	}
	return p.render(http.StatusOK, w, d)
}

// Leaving answers an accept in a browser: a page that opens the tenant's set-up page by
// itself. That is a new navigation, which may lead anywhere, while one that begins as the
// answer to a form may not (docs/decisions/0064-a-page-that-leads-on.md). A browser that
// follows no such header still has the link.
func (p *Pages) Leaving(v View, next string) Page {
	w := v.words()
	w.logo = "" // a browser waits for the images of a page before it leaves it
	page := p.render(http.StatusOK, w, document{
		Icon: "done", Title: "page.welcome.title",
		Lead:  []template.HTML{w.HTML("page.leaving.intro")},
		Ways:  []way{{Button: w.Text("page.accepted.setup.button"), URL: next, Main: true}},
		After: w.support(),
	})
	page.Header.Set("Refresh", "0;url="+next)
	page.Header.Set("Vary", "Accept, Accept-Language")
	return page
}

// AskAction is where the button of every dead link leads. It names no token, for the
// page is the same for all of them, and no path either: whatever a link looks like, a
// browser keeps its path and adds this query (docs/decisions/0037-asking-for-a-new-invite.md).
const AskAction = "?ask=1"

// Dead is the page of every whole link that is not live and was not accepted, whatever the
// cause and whoever asks: it depends on the Accept-Language header alone (rule 5).
func (p *Pages) Dead(acceptLanguage string) Page {
	w := nobodys(acceptLanguage)
	return p.render(http.StatusGone, w, document{
		Icon: "clock", Title: "page.dead.title",
		Note: w.HTML("page.dead.newer"),
		Lead: []template.HTML{w.HTML("page.dead.ask")},
		Ways: []way{{Button: w.Text("page.dead.button"), Post: true, Action: AskAction, Main: true}},
	})
}

// Incomplete is the page of every link, an invite's or an opt-out's, of which characters
// are missing. Nobody would see a request made with it, so it offers none. It depends on
// the Accept-Language header alone.
func (p *Pages) Incomplete(acceptLanguage string) Page {
	w := nobodys(acceptLanguage)
	return p.render(http.StatusGone, w, document{
		Icon: "cut", Title: "page.incomplete.title",
		Note: w.HTML("page.incomplete.open"),
		Lead: []template.HTML{w.HTML("page.incomplete.why"), w.HTML("page.incomplete.copy")},
	})
}

// Asked answers everybody who presses the button of a dead link, whether or not the
// link was ever one of ours: it too depends on the Accept-Language header alone.
func (p *Pages) Asked(acceptLanguage string) Page {
	w := nobodys(acceptLanguage)
	return p.render(http.StatusOK, w, document{
		Icon: "sent", Title: "page.asked.title",
		Lead: []template.HTML{w.HTML("page.asked.told"), w.HTML("page.asked.next")},
	})
}

// retryAfter is long enough for a dependency to come back and short enough to wait.
const retryAfter = 5

// Unavailable is the page for an outcome that nobody knows: the invite is untouched
// or accepted, and asking again is safe in both cases.
func (p *Pages) Unavailable(acceptLanguage string) Page {
	return p.later(acceptLanguage, "page.unavailable.intro")
}

// later asks to try again in a moment, with an intro that says why that is safe.
func (p *Pages) later(acceptLanguage, intro string) Page {
	w := nobodys(acceptLanguage)
	page := p.render(http.StatusServiceUnavailable, w, document{
		Icon: "again", Title: "page.unavailable.title",
		Lead: []template.HTML{w.HTML(intro)},
	})
	page.Header.Set("Retry-After", strconv.Itoa(retryAfter))
	return page
}

// words are what a page says, and how the tenant wants it to look.
type words struct {
	wording.Words
	color, logo string
}

// nobodys are the words of a page about no invite: they depend on the Accept-Language
// header alone.
func nobodys(acceptLanguage string) words {
	return words{Words: wording.Words{Catalogue: locale.Negotiate(acceptLanguage)}}
}

func (v View) words() words {
	c := locale.Pick(v.Invite.Locale, v.Settings.Locale)
	if v.Invite.Locale == "" && v.Settings.Locale == "" {
		c = locale.Negotiate(v.AcceptLanguage)
	}
	return words{wording.Of(c, v.Invite, v.Settings, v.Zones), v.Settings.BrandColor, v.Settings.LogoURL}
}

// facts are what the sentence above the button has not said.
func (w words) facts() []fact {
	return w.known([]fact{{"role", w.Role}, {"email", w.Email}, {"expires", w.Expires}})
}

// known gives facts their labels and leaves out those without a value.
func (w words) known(facts []fact) (all []fact) {
	for _, f := range facts {
		if f.Value != "" {
			all = append(all, fact{w.Catalogue.Text("label." + f.Label), f.Value})
		}
	}
	return all
}

func (w words) support() []template.HTML {
	if w.Support == "" {
		return nil
	}
	return []template.HTML{w.HTML("page.support", "email", w.Support)}
}
