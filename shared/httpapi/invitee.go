package httpapi

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"invites/shared/auth"
	"invites/shared/invite"
	"invites/shared/page"
)

// Invitee serves what the holder of a link uses, and the redeeming of codes. Its
// Settings may be a few seconds old: reading them for each press would double the
// cost of an accept.
type Invitee struct {
	Admin
	Pages *page.Pages
	// Zones finds a time zone, or UTC where it knows none of that name.
	Zones func(name string) *time.Location
}

// Handler serves /i/{token}, /i/{token}/ask, POST /v1/peek, POST /v1/accept and POST
// /v1/redeem. It takes paths apart itself: a mux would redirect a token that looks like
// a path, and every dead link must answer alike.
func (v Invitee) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, action, isLink := linkIn(r, "/i/", "ask")
		switch {
		case isLink && r.Method == http.MethodPost && (action == "ask" || r.URL.Query().Has("ask")):
			v.write(w, r, func() (page.Page, error) { return v.ask(r, token) })
		case isLink && action == "ask":
			v.write(w, r, func() (page.Page, error) { return page.Page{}, neverLive(token) })
		case isLink && (r.Method == http.MethodGet || r.Method == http.MethodHead):
			v.write(w, r, func() (page.Page, error) { return v.look(r, token) })
		case isLink && r.Method == http.MethodPost:
			v.write(w, r, func() (page.Page, error) { return v.press(r, token) })
		case r.URL.Path == "/v1/peek" && r.Method == http.MethodPost:
			handler(v.peek).ServeHTTP(w, r)
		case r.URL.Path == "/v1/accept" && r.Method == http.MethodPost:
			handler(v.accept).ServeHTTP(w, r)
		case r.URL.Path == "/v1/redeem" && r.Method == http.MethodPost:
			handler(v.redeem).ServeHTTP(w, r)
		default:
			notFound.ServeHTTP(w, r)
		}
	})
}

// linkIn takes the path of a link apart: what holds its token, as the functions that read
// tokens expect it, and the one of the actions that a segment behind it names, "" where
// none does. Whatever else is in the path is no part of the token, and theirs to drop.
func linkIn(r *http.Request, prefix string, actions ...string) (token, action string, ok bool) {
	path, ok := strings.CutPrefix(r.URL.Path, prefix)
	if r.URL.Path+"/" == prefix { // a gateway may drop the slash at the end of a path
		path, ok = "", true
	}
	segments := strings.Split(path, "/")
	for n, segment := range segments[1:] {
		segment = strings.TrimFunc(segment, func(c rune) bool { return c < 'a' || c > 'z' })
		if slices.Contains(actions, segment) {
			path, action = strings.Join(segments[:n+1], "/"), segment
			break
		}
	}
	// The path is decoded already, and it must not be decoded twice.
	return url.PathEscape(path), action, ok
}

// neverLive is why a page that no link opens is not shown: the link is dead, or incomplete.
func neverLive(token string) error {
	if _, err := invite.ParseToken(token); err != nil {
		return err
	}
	return &invite.Error{Kind: invite.LinkDead}
}

// write answers with a page, whatever happens: a person is waiting for it.
func (v Invitee) write(w http.ResponseWriter, r *http.Request, make func() (page.Page, error)) {
	p, err := make()
	writePage(w, r, p, err, refusals{v.Pages.Dead, v.Pages.Incomplete, v.Pages.Unavailable})
}

// refusals are the pages that errors come to: dead for every whole link that is none,
// incomplete for one that is not whole, later for an outcome that nobody knows. All of
// them depend on the Accept-Language header alone.
type refusals struct {
	dead, incomplete, later func(acceptLanguage string) page.Page
}

// writePage answers with a page, or with the one that an error comes to.
func writePage(w http.ResponseWriter, r *http.Request, p page.Page, err error, pages refusals) {
	language := r.Header.Get("Accept-Language")
	switch {
	case invite.KindOf(err) == invite.LinkDead:
		p = pages.dead(language)
	case invite.KindOf(err) == invite.LinkIncomplete:
		p = pages.incomplete(language)
	case err != nil:
		problem, _ := problemOf(err)
		logFailure(r, problem.Status, problem.Code, err)
		p = pages.later(language)
	}
	p.Write(w)
}

func (v Invitee) look(r *http.Request, token string) (page.Page, error) {
	inv, err := v.Service.Look(r.Context(), token)
	if err != nil {
		return page.Page{}, err
	}
	view, err := v.view(r, inv)
	if err != nil {
		return page.Page{}, err
	}
	if inv.Status == invite.Accepted {
		return v.Pages.Accepted(view), nil
	}
	return v.Pages.Live(view), nil
}

func (v Invitee) press(r *http.Request, token string) (page.Page, error) {
	inv, code, err := v.Service.Accept(r.Context(), token)
	if err != nil {
		return page.Page{}, err
	}
	view, err := v.view(r, inv)
	if err != nil {
		return page.Page{}, err
	}
	next := view.Settings.NextOf(inv.ID(), code)
	switch {
	case next == "":
		return v.Pages.Welcome(view), nil
	case asksForPage(r):
		return v.Pages.Leaving(view, next), nil
	}
	h := page.Headers()
	h.Set("Location", next)
	h.Set("Vary", "Accept")
	return page.Page{Status: http.StatusSeeOther, Header: h}, nil
}

// asksForPage reports whether the Accept header names HTML, as every browser's does. A
// browser is led on by a page, because with a redirect it would hold the policy of the form
// against every host that the product leads to (docs/decisions/0064-a-page-that-leads-on.md).
func asksForPage(r *http.Request) bool {
	for accepted := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, parameters, err := mime.ParseMediaType(accepted)
		if quality, bad := strconv.ParseFloat(parameters["q"], 64); err == nil && kind == "text/html" && (bad != nil || quality > 0) {
			return true
		}
	}
	return false
}

// ask tells everybody with a whole link the same, whatever it was. Once a request is
// noted, that is true whatever becomes of the mail that may follow it.
func (v Invitee) ask(r *http.Request, token string) (page.Page, error) {
	noted, err := v.Service.Ask(r.Context(), token)
	if err != nil && invite.KindOf(err) != invite.NothingToRenew {
		if !noted {
			return page.Page{}, err
		}
		problem, _ := problemOf(err)
		logFailure(r, problem.Status, problem.Code, err)
	}
	return v.Pages.Asked(r.Header.Get("Accept-Language")), nil
}

func (v Invitee) view(r *http.Request, inv *invite.Invite) (page.View, error) {
	s, err := v.Settings.Settings(r.Context(), inv.Tenant)
	return page.View{Invite: inv, Settings: s, AcceptLanguage: r.Header.Get("Accept-Language"), Zones: v.Zones}, err
}

// accept serves a product that has an accept page of its own.
func (v Invitee) accept(w http.ResponseWriter, r *http.Request) error {
	token, err := readToken(r)
	if err != nil {
		return err
	}
	inv, code, err := v.Service.Accept(r.Context(), token)
	if err != nil {
		return err
	}
	s, err := v.Settings.Settings(r.Context(), inv.Tenant)
	if err != nil {
		return err
	}
	answer := struct {
		InviteID invite.ID       `json:"invite_id"`
		TenantID invite.TenantID `json:"tenant_id"`
		Email    invite.Address  `json:"email"`
		Next     *string         `json:"next"`
	}{InviteID: inv.ID(), TenantID: inv.Tenant, Email: inv.Email}
	if next := s.NextOf(inv.ID(), code); next != "" {
		answer.Next = &next
	}
	writeJSON(w, http.StatusOK, answer)
	return nil
}

// redeem serves the product's backend. A service redeems for every tenant, an
// admin for its own (docs/decisions/0004-who-may-redeem.md).
func (v Invitee) redeem(w http.ResponseWriter, r *http.Request) error {
	allowed, service, err := v.redeemer(r)
	if err != nil {
		return err
	}
	var code *string
	var person actor
	fields := person.in(service, map[string]any{"code": &code})
	if err := readObject(r, fields); err != nil {
		return err
	}
	if _, err := person.of(auth.Principal{}); err != nil {
		return err
	}
	if code == nil {
		return badRequest("/code", "Give the code that the set-up page was called with.")
	}
	op, err := operation(r, "redeem "+*code, fields)
	if err != nil {
		return err
	}
	inv, err := v.Service.Redeem(r.Context(), allowed, op, *code)
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, struct {
		TenantID   invite.TenantID `json:"tenant_id"`
		InviteID   invite.ID       `json:"invite_id"`
		Email      invite.Address  `json:"email"`
		Name       string          `json:"name"`
		Role       string          `json:"role"`
		AcceptedAt Time            `json:"accepted_at"`
	}{inv.Tenant, inv.ID(), inv.Email, inv.Name, inv.Role, Time(inv.AcceptedAt)})
	return nil
}

// redeemer returns the tenant that codes may be redeemed for; "" for every one. A
// service may leave the tenant to the code, which names it.
func (v Invitee) redeemer(r *http.Request) (allowed invite.TenantID, service bool, err error) {
	p, err := v.Auth.Principal(r.Header.Get("Authorization"))
	if err == nil && p.Service && r.Header.Get("Invite-Tenant") == "" {
		return "", true, nil
	}
	p, err = v.principal(r, v.Auth.RequiredPermission)
	return p.Tenant, p.Service, err
}
