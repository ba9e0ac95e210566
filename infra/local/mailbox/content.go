package mailbox

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

var textLink = regexp.MustCompile(`https?://[^\s<>"']+`)

// links are the web addresses a reader of the mail could follow: first those of
// the HTML part's links, then those in the text part, each once.
func links(htmlPart, textPart string) []string {
	found := make([]string, 0)
	add := func(link string) {
		if link != "" && !slices.Contains(found, link) {
			found = append(found, link)
		}
	}
	tokens := html.NewTokenizer(strings.NewReader(htmlPart))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		token := tokens.Token()
		if token.DataAtom != atom.A && token.DataAtom != atom.Area {
			continue
		}
		for _, attribute := range token.Attr {
			if attribute.Key == "href" && textLink.MatchString(attribute.Val) {
				add(strings.TrimSpace(attribute.Val))
			}
		}
	}
	for _, link := range textLink.FindAllString(textPart, -1) {
		add(strings.TrimRight(link, ".,;:!?)]}"))
	}
	return found
}

// framePolicy is the Content-Security-Policy of a mail's HTML: it runs nothing,
// sends nothing and has no origin, but its links may open a tab.
const framePolicy = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; " +
	"img-src http: https: data:; style-src 'unsafe-inline'; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

// framed is the mail's HTML for a frame: every link opens a tab of its own, and
// scripts, frames, embedded objects, refreshes and bases are gone. What makes it
// safe is framePolicy, under which it must be served.
func framed(mail string) (string, error) {
	document, err := html.Parse(strings.NewReader(mail))
	if err != nil {
		return "", err
	}
	clean(document)
	var out strings.Builder
	if err := html.Render(&out, document); err != nil {
		return "", err
	}
	return out.String(), nil
}

func clean(node *html.Node) {
	for child := node.FirstChild; child != nil; {
		next := child.NextSibling
		if dropped(child) {
			node.RemoveChild(child)
		} else {
			clean(child)
		}
		child = next
	}
	if node.Type != html.ElementNode {
		return
	}
	node.Attr = slices.DeleteFunc(node.Attr, func(a html.Attribute) bool {
		name := strings.ToLower(a.Key)
		scripted := name == "href" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:")
		return scripted || strings.HasPrefix(name, "on") || name == "target" || name == "rel"
	})
	if node.DataAtom == atom.A || node.DataAtom == atom.Area {
		node.Attr = append(node.Attr, html.Attribute{Key: "target", Val: "_blank"}, html.Attribute{Key: "rel", Val: "noopener noreferrer"})
	}
}

func dropped(node *html.Node) bool {
	if node.Type != html.ElementNode {
		return false
	}
	switch node.DataAtom {
	case atom.Script, atom.Iframe, atom.Frame, atom.Object, atom.Embed, atom.Base, atom.Noscript:
		return true
	case atom.Meta:
		return slices.ContainsFunc(node.Attr, func(a html.Attribute) bool { return strings.EqualFold(a.Key, "http-equiv") })
	}
	return false
}
