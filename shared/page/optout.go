package page

import (
	"html/template"
	"net/http"
)

// UndoField is the field of the form that takes an opt-out back: "undo=1".
const UndoField = "undo"

// OptOut is the page of an opt-out link whose holder has not opted out: what it does,
// and one button. Its form posts to the page's own address. The view's invite and
// settings are empty where nobody knows any more whom the link was about.
func (p *Pages) OptOut(v View) Page {
	w := v.words()
	return p.render(http.StatusOK, w, document{
		Icon: "quiet", Title: "page.optout.title",
		Lead:  []template.HTML{w.HTML("page.optout.intro")},
		Facts: w.parties(),
		Ways:  []way{{Button: w.Text("page.optout.button"), Post: true, Main: true}},
		After: []template.HTML{w.HTML("page.optout.keeps")},
	})
}

// OptedOut is its page once the holder has opted out, with the button that takes that
// back.
func (p *Pages) OptedOut(v View) Page {
	w := v.words()
	return p.render(http.StatusOK, w, document{
		Icon: "quiet", Title: "page.optedout.title",
		Lead:  []template.HTML{w.HTML("page.optedout.intro")},
		Facts: w.parties(),
		Ways:  []way{{Ask: w.Text("page.optedout.lead"), Button: w.Text("page.optedout.button"), Post: true, Field: UndoField}},
		After: []template.HTML{w.HTML("page.optedout.keeps")},
	})
}

// OptedIn answers who has taken it back, with the button that opts out once more.
func (p *Pages) OptedIn(v View) Page {
	w := v.words()
	return p.render(http.StatusOK, w, document{
		Icon: "done", Title: "page.optedin.title",
		Lead:  []template.HTML{w.HTML("page.optedin.intro")},
		Facts: w.parties(),
		Ways:  []way{{Ask: w.Text("page.optedout.lead"), Button: w.Text("page.optout.button"), Post: true}},
	})
}

// NoOptOut is the page of every opt-out link that is not genuine: it depends on the
// Accept-Language header alone.
func (p *Pages) NoOptOut(acceptLanguage string) Page {
	w := nobodys(acceptLanguage)
	return p.render(http.StatusGone, w, document{
		Icon: "cut", Title: "page.nooptout.title",
		Lead: []template.HTML{w.HTML("page.nooptout.intro")},
	})
}

// OptOutLater is the page for an outcome that nobody knows: pressing again is safe.
func (p *Pages) OptOutLater(acceptLanguage string) Page {
	return p.later(acceptLanguage, "page.optout.later")
}

// parties says between whom it is.
func (w words) parties() []fact { return w.known([]fact{{"tenant", w.Tenant}, {"email", w.Email}}) }
