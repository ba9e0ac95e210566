package mail

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"invites/shared/brand"
	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/wording"
	"invites/shared/zone"
)

// tree reads the HTML of a mail as a browser does.
func tree(t *testing.T, source string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(source))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// below returns the elements of a name, in the order of the document.
func below(root *html.Node, name string) []*html.Node {
	var found []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			found = append(found, n)
		}
	}
	return found
}

// words returns the text below a node, with single blanks.
func words(root *html.Node) string {
	var all strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			all.WriteString(n.Data)
		}
	}
	return strings.Join(strings.Fields(all.String()), " ")
}

// same writes a line as both parts have it: in the text a value is isolated by characters
// (U+2068, U+2069) and in the HTML by <bdi>, and each language has its own colon.
var same = strings.NewReplacer("\u2068", "", "\u2069", "", " :", ":", "：", ": ")

func sameLine(line string) string {
	blanks := strings.Join(strings.Fields(line), " ") // a no-break blank among them
	return strings.Join(strings.Fields(same.Replace(blanks)), " ")
}

var side = regexp.MustCompile(`\b(left|right|ltr|rtl)\b`)

// What begins on the left in one direction begins on the right in the other.
func TestTheMailRunsInTheDirectionOfItsLanguage(t *testing.T) {
	for _, tag := range locale.Languages() {
		rich, _ := parts(t, message(func(m *invite.Message) { m.Invite.Locale = tag }))
		c := locale.Pick(tag)
		start, end := "left", "right"
		if c.Dir() == "rtl" {
			start, end = end, start
		}
		root := tree(t, rich)
		for _, n := range append(below(root, "html"), below(root, "div")[2]) {
			if attr(n, "lang") != tag || attr(n, "dir") != c.Dir() {
				t.Errorf("%s: <%s> has lang %q and dir %q", tag, n.Data, attr(n, "lang"), attr(n, "dir"))
			}
		}
		sides := 0
		for n := range root.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			style := attr(n, "style")
			if n.Data == "th" && !strings.Contains(style, "padding-"+end+":12px") {
				t.Errorf("%s: the label <th style=%q> has no space to its value", tag, style)
			}
			style = strings.ReplaceAll(style, "padding-"+end, "")
			for _, got := range side.FindAllString(attr(n, "align")+" "+style, -1) {
				sides++
				if got != start && got != c.Dir() {
					t.Errorf("%s: <%s align=%q style=%q> goes by another side than %s", tag, n.Data, attr(n, "align"), style, start)
				}
			}
		}
		if sides < 10 {
			t.Errorf("%s: only %d elements have a side", tag, sides)
		}
	}
}

// A link of Latin letters and names of any script keep to themselves, whatever the
// direction around them.
func TestNamesAndLinksStandAlone(t *testing.T) {
	for _, tag := range locale.Languages() {
		m := message(func(m *invite.Message) { m.Invite.Locale = tag })
		rich, _ := parts(t, m)
		w := wording.Of(locale.Pick(tag), &m.Invite, m.Settings, zone.Of)
		root := tree(t, rich)
		seen := map[string]int{}
		for n := range below(root, "div")[2].Descendants() {
			if n.Type != html.TextNode {
				continue
			}
			for _, name := range []string{w.Tenant, w.Inviter, w.Name, w.Email, w.Expires, w.Support} {
				if !strings.Contains(n.Data, name) {
					continue
				}
				if seen[name]++; n.Parent.Data != "bdi" {
					t.Errorf("%s: %q is not set apart in %q", tag, name, n.Data)
				}
			}
			if n.Data == link && attr(n.Parent, "dir") != "ltr" {
				t.Errorf("%s: the link has no direction of its own", tag)
			}
		}
		if len(seen) < 6 {
			t.Errorf("%s: only %v are shown", tag, seen)
		}
	}
}

// Gmail, Outlook and Yahoo drop <bdi> and keep what is in it: the weight of a name and its
// direction stay.
func TestNamesStayAsTheyAreWithoutBdi(t *testing.T) {
	for _, tag := range locale.Languages() {
		for _, of := range []struct{ tenant, inviter string }{{"Acme 7", "Ana Silva"}, {"שלום 7", "ליאור"}} {
			m := message(func(m *invite.Message) {
				m.Invite.Locale, m.Settings.Name, m.Invite.InvitedBy.Name, m.Invite.Name, m.Invite.Role = tag, of.tenant, of.inviter, of.inviter, of.inviter
			})
			rich, _ := parts(t, m)
			c := locale.Pick(tag)
			rich = strings.NewReplacer("<bdi>", "", "</bdi>", "").Replace(rich)
			var weight []string
			for _, b := range below(tree(t, rich), "b") {
				weight = append(weight, same.Replace(words(b)))
			}
			if all := strings.Join(weight, " "); len(weight) < 2 || !strings.Contains(all, of.tenant) || !strings.Contains(all, of.inviter) {
				t.Errorf("%s: in bold is %q", tag, weight)
			}
			said := words(below(tree(t, rich), "body")[0])
			for _, name := range []string{of.tenant, of.inviter} {
				all, isolated := strings.Count(said, name), strings.Count(said, c.Isolated(name))
				if all < 3 || isolated != all {
					t.Errorf("%s: %d of %d %q are isolated in %q", tag, isolated, all, name, said)
				}
			}
		}
	}
}

var mark = regexp.MustCompile(`\[data-ogs[bc]\] `)

func TestContrastOfEveryBrandColour(t *testing.T) {
	for _, color := range []string{"", "#000000", "#ffffff", "#ffff00", "#777777", "#767676", "#0000ff", "red", "#12345", "javascript"} {
		b := brand.Of(color)
		rich, _ := parts(t, message(func(m *invite.Message) { m.Settings.BrandColor = color }))
		for _, want := range []string{"background:" + b.Fill, "color:" + b.Ink, "2px solid " + b.Edge, "background:" + brand.LightGround} {
			if !strings.Contains(rich, want) {
				t.Errorf("%q: %q is missing", color, want)
			}
		}
		// By the system's setting, and the same by what Outlook on the web marks.
		sheets := below(tree(t, rich), "style")
		system, marked := words(sheets[len(sheets)-2]), words(sheets[len(sheets)-1])
		for _, want := range []string{"background:" + brand.DarkGround + "!important", "border-color:" + b.EdgeDark + "!important"} {
			if !strings.Contains(system, want) {
				t.Errorf("%q: %q is missing in the dark: %s", color, want, system)
			}
		}
		if all := "@media (prefers-color-scheme:dark){ " + mark.ReplaceAllString(marked, "") + " }"; all != system || strings.Count(marked, "[data-ogs") < 10 {
			t.Errorf("%q: Outlook on the web has other rules in the dark,\n%s\nthan\n%s", color, marked, system)
		}
		if strings.Contains(rich, "ZgotmplZ") {
			t.Errorf("%q: html/template refuses a value", color)
		}
	}
}

// An inbox shows a hundred characters or so of what comes first: the expiry, and none of
// the mail's own text.
func TestThePreheaderSaysUntilWhenAndNothingLeaksIntoIt(t *testing.T) {
	for _, tag := range locale.Languages() {
		for reminder := range 2 {
			m := message(func(m *invite.Message) { m.Invite.Locale, m.Invite.Mail.Reminder = tag, reminder })
			rich, _ := parts(t, m)
			div := below(tree(t, rich), "div")[0]
			// Hidden by nothing that filters know spam by: a colour, a size, a text hidden itself.
			if style := attr(div, "style"); div.Parent.Data != "body" || style != "display:none;max-height:0;overflow:hidden;mso-hide:all" {
				t.Errorf("%s: the first of the body is <div style=%q>", tag, style)
			}
			within := div.FirstChild
			if within == nil || within.Data != "div" || len(within.Attr) > 0 || within.NextSibling != nil {
				t.Fatalf("%s: the preheader is not one element within what is hidden", tag)
			}
			said, blank, _ := strings.Cut(within.FirstChild.Data, "\u034f")
			if until := locale.Pick(tag).Date(m.Invite.ExpiresAt.In(zone.Of(m.Settings.TimeZone))); !strings.Contains(said, until) {
				t.Errorf("%s: the preheader %q does not say %q", tag, said, until)
			}
			if wide := strings.Count(blank, "\u00a0") + strings.Count(blank, "\u2007"); wide < 60 {
				t.Errorf("%s: %q is followed by %d blanks only", tag, said, wide)
			}
			if rest := strings.Trim(blank, "\u034f\u00a0\u2007\u00ad"); rest != "" {
				t.Errorf("%s: %q is among the blanks", tag, rest)
			}
		}
	}
}

// A filter gives points for letters without size and for what is hidden by its colour.
func TestNoLettersAreTooSmallToRead(t *testing.T) {
	rich, _ := parts(t, message(nil))
	for _, size := range regexp.MustCompile(`font-size:\s*([0-9.]+)`).FindAllStringSubmatch(forOutlook.ReplaceAllString(rich, ""), -1) {
		if n, err := strconv.ParseFloat(size[1], 64); err != nil || n < 12 {
			t.Errorf("%s in the HTML", size[0])
		}
	}
	if found := regexp.MustCompile(`font-size:\s*[0-4]px`).FindString(rich); found != "" {
		t.Errorf("%s is in a comment, where SpamAssassin finds it", found)
	}
	if strings.Contains(rich, "opacity") {
		t.Error("something is transparent")
	}
}
