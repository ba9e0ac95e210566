package httpapi

import (
	"net/http"

	"invites/shared/invite"
	"invites/shared/page"
)

// OptOut serves who does not want to be invited, /o/{token}.
type OptOut struct {
	OptOuts  *invite.OptOuts
	Settings invite.SettingsReader
	Pages    *page.Pages
}

// Handler answers with a page, whatever happens. A GET changes nothing; a POST opts out
// whatever it holds, for mail programs send a body of their own (RFC 8058), or undoes
// that with [page.UndoField]. It takes paths apart itself: every link that is not
// genuine must answer alike.
func (o OptOut) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		link, _, isLink := linkIn(r, "/o/")
		var p page.Page
		var err error
		switch {
		case isLink && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			p, err = o.look(r, link)
		case isLink && r.Method == http.MethodPost:
			p, err = o.press(r, link)
		default:
			notFound.ServeHTTP(w, r)
			return
		}
		writePage(w, r, p, err, refusals{o.Pages.NoOptOut, o.Pages.Incomplete, o.Pages.OptOutLater})
	})
}

func (o OptOut) look(r *http.Request, link string) (page.Page, error) {
	inv, optedOut, err := o.OptOuts.Look(r.Context(), link)
	if err != nil {
		return page.Page{}, err
	}
	if optedOut {
		return o.show(r, inv, o.Pages.OptedOut)
	}
	return o.show(r, inv, o.Pages.OptOut)
}

func (o OptOut) press(r *http.Request, link string) (page.Page, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, MaxBody)
	undo := r.PostFormValue(page.UndoField) == "1"
	inv, err := o.OptOuts.Set(r.Context(), link, undo)
	if err != nil {
		return page.Page{}, err
	}
	if undo {
		return o.show(r, inv, o.Pages.OptedIn)
	}
	return o.show(r, inv, o.Pages.OptedOut)
}

// show makes a page about an invite, or about none. What was pressed has happened, so
// that is told without the tenant's words where these cannot be read.
func (o OptOut) show(r *http.Request, inv *invite.Invite, make func(page.View) page.Page) (page.Page, error) {
	v := page.View{Invite: &invite.Invite{}, AcceptLanguage: r.Header.Get("Accept-Language")}
	if inv == nil {
		return make(v), nil
	}
	s, err := o.Settings.Settings(r.Context(), inv.Tenant)
	if err != nil && r.Method != http.MethodPost {
		return page.Page{}, err
	}
	if err == nil {
		v.Invite, v.Settings = inv, s
	}
	return make(v), nil
}
