package mail

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	template "text/template/parse"

	"golang.org/x/net/html"

	"invites/shared/invite"
)

var (
	comment    = regexp.MustCompile(`(?s)<!--.*?-->`)
	forOutlook = regexp.MustCompile(`(?s)<!--\[if mso(?: \| IE)?\]>(.*?)<!\[endif\]-->`)
)

// constants are the comments for Outlook in the template. Each is one string: what is
// handed to outlook is not escaped.
func constants(t *testing.T) []string {
	t.Helper()
	tree := template.New("html")
	tree.Mode = template.SkipFuncCheck
	trees := map[string]*template.Tree{}
	if _, err := tree.Parse(htmlMarkup, "{{", "}}", trees); err != nil {
		t.Fatal(err)
	}
	var found []string
	var walk func(template.Node)
	list := func(l *template.ListNode) {
		if l != nil {
			for _, n := range l.Nodes {
				walk(n)
			}
		}
	}
	pipe := func(p *template.PipeNode) {
		for _, c := range p.Cmds {
			if id, ok := c.Args[0].(*template.IdentifierNode); !ok || id.Ident != "outlook" {
				continue
			}
			var text *template.StringNode
			if len(c.Args) == 2 && len(p.Cmds) == 1 {
				text, _ = c.Args[1].(*template.StringNode)
			}
			if text == nil {
				t.Errorf("%s: data goes to outlook, which escapes nothing", p)
				continue
			}
			found = append(found, text.Text)
		}
	}
	walk = func(n template.Node) {
		switch n := n.(type) {
		case *template.ListNode:
			list(n)
		case *template.ActionNode:
			pipe(n.Pipe)
		case *template.IfNode:
			pipe(n.Pipe)
			list(n.List)
			list(n.ElseList)
		case *template.RangeNode:
			pipe(n.Pipe)
			list(n.List)
			list(n.ElseList)
		case *template.WithNode:
			pipe(n.Pipe)
			list(n.List)
			list(n.ElseList)
		}
	}
	for _, tree := range trees {
		walk(tree.Root)
	}
	return found
}

func TestOutlooksCommentsAreInTheMailAndHoldNoData(t *testing.T) {
	want := constants(t)
	if len(want) < 8 {
		t.Fatalf("the template has only %d comments for Outlook: %q", len(want), want)
	}
	for _, c := range want {
		if m := forOutlook.FindString(c); m != c || strings.Count(c, "<!--") != 1 {
			t.Errorf("%q is not one whole comment for Outlook", c)
		}
	}
	if n := len(comment.FindAllString(htmlMarkup, -1)); n != len(want) {
		t.Errorf("the template has %d comments, %d of them for Outlook: html/template removes the others", n, len(want))
	}
	for _, name := range append([]string{"", "Ana Silva"}, hostile...) {
		env, _ := parts(t, message(func(m *invite.Message) {
			m.Settings.Name, m.Settings.BrandColor, m.Invite.Name, m.Invite.Role, m.Invite.InvitedBy.Name = name, name, name, name, name
			m.Settings.SupportEmail = ""
		}))
		if got := comment.FindAllString(env, -1); !slices.Equal(got, want) {
			t.Errorf("%q: the comments in the mail are\n%q, want those of the template\n%q", name, got, want)
		}
	}
}

// Outlook reads what is in the comments as markup, and others do not: for both, what is
// opened is closed in its order.
func TestTheMarkupNestsForOutlookAndForOthers(t *testing.T) {
	rich, _ := parts(t, message(nil))
	for reader, source := range map[string]string{
		"Outlook": forOutlook.ReplaceAllString(rich, "$1"), "others": forOutlook.ReplaceAllString(rich, ""),
	} {
		var open []string
		tables := 0
		tokens := html.NewTokenizer(strings.NewReader(source))
		for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
			name, _ := tokens.TagName()
			switch tag := string(name); {
			case kind == html.StartTagToken && tag != "meta" && tag != "br":
				open = append(open, tag)
				if tag == "table" {
					tables++
				}
			case kind == html.EndTagToken:
				if len(open) == 0 || open[len(open)-1] != tag {
					t.Fatalf("%s: </%s> closes %q in\n%s", reader, tag, open, source)
				}
				open = open[:len(open)-1]
			}
		}
		if len(open) > 0 || tables < 5 {
			t.Errorf("%s: %q is never closed; %d tables", reader, open, tables)
		}
	}
}
