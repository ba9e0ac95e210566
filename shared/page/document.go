package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html"
	"html/template"
	"net/url"
	"strings"
	"unicode"

	"invites/shared/brand"
)

// document is what every page is made of, in the order in which it is read: whose it
// is, what it says, what to press, what else to know.
type document struct {
	Icon  string        // a drawing of page.html
	Title string        // key of the catalogue, until it is rendered
	Note  template.HTML // what to do first, where that is no button
	Lead  []template.HTML
	Ways  []way
	Facts []fact
	After []template.HTML

	// What render adds.
	Lang    string
	Dir     string
	Style   template.CSS
	Logo    template.HTMLAttr
	Tenant  string // for who cannot see the logo
	Initial string // where there is no logo
	Heading template.HTML
}

type fact struct{ Label, Value string }

// way is one way on: a link, or a form that posts to Action, "" for the page's own
// address. Where its button has a Field, pressing it sends Field=1. The Main one is in
// the tenant's colour.
type way struct {
	Ask    string // a question before the button that says who it is for
	Button string
	URL    string
	Post   bool
	Action string
	Field  string
	Main   bool
}

// Href is the attribute that leads to URL.
func (w way) Href() template.HTMLAttr { return attribute("href", w.URL) }

// attribute returns an attribute whose value is an address on the web, or "" where it is
// no such address. The template itself would write an address anew: %zz as %25zz.
func attribute(name, address string) template.HTMLAttr {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return template.HTMLAttr(name + `="` + html.EscapeString(address) + `"`)
}

//go:embed page.css
var styleSheet string

//go:embed page.html
var markup string

var page = template.Must(template.New("page").Parse(markup))

// initial is the first letter or digit of a name with the marks on it, as a capital.
func initial(name string) string {
	var found []rune
	for _, r := range name {
		switch {
		case len(found) == 0 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			found = append(found, unicode.ToTitle(r))
		case len(found) > 0 && unicode.IsMark(r):
			found = append(found, r)
		case len(found) > 0:
			return string(found)
		}
	}
	return string(found)
}

func (p *Pages) render(status int, w words, d document) Page {
	d.Lang, d.Dir = w.Catalogue.Tag(), w.Catalogue.Dir()
	d.Title, d.Heading = w.Text(d.Title), w.HTML(d.Title)
	d.Tenant, d.Initial = w.Tenant, initial(w.Tenant)
	var image string
	if logo := attribute("src", w.logo); logo != "" && origin(w.logo) != "" {
		d.Logo, image = logo, origin(w.logo)
	}
	b := brand.Of(w.color)
	d.Style = template.CSS(strings.TrimSpace(strings.NewReplacer(
		"$fill", b.Fill, "$ink", b.Ink, "$edge-dark", b.EdgeDark, "$edge", b.Edge, "$text-dark", b.TextDark, "$text", b.Text,
		"$light", brand.LightGround, "$dark", brand.DarkGround).Replace(styleSheet)))
	var body bytes.Buffer
	if err := page.Execute(&body, d); err != nil {
		// The template and its data are this package's own, and a buffer takes all.
		panic("page: " + err.Error())
	}
	h := Headers()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", d.Lang)
	h.Set("Vary", "Accept-Language")
	h.Set("Content-Security-Policy", policy(string(d.Style), image, p.formAction))
	return Page{Status: status, Header: h, Body: body.Bytes()}
}

func policy(style, image, formAction string) string {
	sum := sha256.Sum256([]byte(style))
	s := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; "
	if image != "" {
		s += "img-src " + image + "; "
	}
	return s + fmt.Sprintf("form-action %s; frame-ancestors 'none'; base-uri 'none'", formAction)
}
