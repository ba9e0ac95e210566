package console

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// What a link in a mail leads to.
const (
	inviteePage = "invite"
	optOutLink  = "opt_out"
	otherLink   = "other"
)

// opened is a link that was opened, and what was answered by HEAD and by GET; 0 where
// nothing was.
type opened struct {
	What string `json:"what"`
	Head int    `json:"head"`
	Get  int    `json:"get"`
}

// pressed is a button on such a page, and the page that it led to.
type pressed struct {
	What   string `json:"what"`
	Button string `json:"button"`
	Status int    `json:"status"`
	Page   string `json:"page"`

	values url.Values
}

// scanner opens and presses, as programs do that look for harm in mails. It goes to the
// origins of this machine's stack alone.
type scanner struct {
	client  http.Client
	origins []string
}

func newScanner(origins ...string) *scanner {
	s := &scanner{origins: origins}
	s.client = http.Client{Timeout: 15 * time.Second, CheckRedirect: func(next *http.Request, before []*http.Request) error {
		if len(before) > 5 || !s.mayOpen(next.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return s
}

func (s *scanner) mayOpen(u *url.URL) bool { return slices.Contains(s.origins, u.Scheme+"://"+u.Host) }

// scan opens every link, and then presses every button of the pages it saw.
func (s *scanner) scan(ctx context.Context, links []string, press bool) ([]opened, []pressed) {
	all, buttons := []opened{}, []pressed{}
	for _, link := range links {
		head, _ := s.open(ctx, http.MethodHead, link)
		get, page := s.open(ctx, http.MethodGet, link)
		all = append(all, opened{whatIs(link), head, get})
		if !press {
			continue
		}
		for _, f := range forms(link, page) {
			status, shown := s.submit(ctx, f)
			buttons = append(buttons, pressed{whatIs(link), f.button, status, heading(shown), f.values})
		}
	}
	return all, buttons
}

func whatIs(link string) string {
	parsed, err := url.Parse(link)
	switch {
	case err == nil && strings.HasPrefix(parsed.Path, "/i/"):
		return inviteePage
	case err == nil && strings.HasPrefix(parsed.Path, "/o/"):
		return optOutLink
	}
	return otherLink
}

// open returns the status and the page of a link; 0 and nothing where it cannot be opened.
func (s *scanner) open(ctx context.Context, method, link string) (int, *html.Node) {
	request, err := http.NewRequestWithContext(ctx, method, link, nil)
	if err != nil {
		return 0, nil
	}
	return s.do(request)
}

func (s *scanner) submit(ctx context.Context, f form) (int, *html.Node) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, f.action, strings.NewReader(f.values.Encode()))
	if err != nil {
		return 0, nil
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(request)
}

func (s *scanner) do(request *http.Request) (int, *html.Node) {
	if !s.mayOpen(request.URL) {
		return 0, nil
	}
	request.Header.Set("User-Agent", "Mozilla/5.0 (a mail scanner of the demo)")
	response, err := s.client.Do(request)
	if err != nil {
		return 0, nil
	}
	defer response.Body.Close()
	page, err := html.Parse(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		page = nil
	}
	return response.StatusCode, page
}

// form is one that a button submits.
type form struct {
	action, button string
	values         url.Values
}

// forms finds those of a page that change something: sent by POST, with a button.
func forms(address string, page *html.Node) (found []form) {
	base, err := url.Parse(address)
	if err != nil || page == nil {
		return nil
	}
	for node := range page.Descendants() {
		if node.DataAtom != atom.Form || !strings.EqualFold(attribute(node, "method"), http.MethodPost) {
			continue
		}
		action, err := base.Parse(attribute(node, "action"))
		if err != nil {
			continue
		}
		values, buttons := url.Values{}, []*html.Node{}
		for field := range node.Descendants() {
			switch field.DataAtom {
			case atom.Input:
				values.Set(attribute(field, "name"), attribute(field, "value"))
			case atom.Button:
				buttons = append(buttons, field)
			}
		}
		for _, button := range buttons {
			own := url.Values{}
			for name := range values {
				own.Set(name, values.Get(name))
			}
			if name := attribute(button, "name"); name != "" {
				own.Set(name, attribute(button, "value"))
			}
			found = append(found, form{action.String(), text(button), own})
		}
	}
	return found
}

// heading is what a page is headed with.
func heading(page *html.Node) string {
	if page == nil {
		return ""
	}
	for node := range page.Descendants() {
		if node.DataAtom == atom.H1 {
			return text(node)
		}
	}
	return ""
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(node *html.Node) string {
	var all strings.Builder
	for n := range node.Descendants() {
		if n.Type == html.TextNode {
			all.WriteString(n.Data)
		}
	}
	return strings.Join(strings.Fields(all.String()), " ")
}
