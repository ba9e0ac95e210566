package mail

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/wording"
	"invites/shared/zone"
)

// parts returns the HTML and the text of a message, with plain line breaks.
func parts(t *testing.T, m invite.Message) (rich, plain string) {
	t.Helper()
	env, _ := parse(t, m, true)
	return strings.ReplaceAll(env.HTML, "\r\n", "\n"), strings.ReplaceAll(env.Text, "\r\n", "\n")
}

// blocks returns what the HTML of a mail says, block by block: heading, paragraphs,
// rows of facts, button, and the preheader.
func blocks(t *testing.T, source string) []string {
	t.Helper()
	var found []string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode && strings.TrimSpace(n.Data) != "" {
			t.Errorf("%q stands outside of every block", n.Data)
		}
		cells := slices.Collect(n.ChildNodes())
		switch {
		case n.Data == "tr" && len(cells) == 2 && cells[0].Data == "th":
			found = append(found, words(cells[0])+": "+words(cells[1]))
		case n.Data == "div" && strings.Contains(attr(n, "style"), "display:none"):
			said, _, _ := strings.Cut(words(n), "\u034f")
			found = append(found, said)
		case n.Data == "h1" || n.Data == "p" || n.Data == "a":
			found = append(found, words(n))
		default:
			for _, c := range cells {
				walk(c)
			}
		}
	}
	walk(below(tree(t, source), "body")[0])
	return found
}

func TestBothPartsSayTheSame(t *testing.T) {
	for what, change := range map[string]func(*invite.Message){
		"all facts": func(*invite.Message) {},
		"no fact is safe": func(m *invite.Message) {
			m.Settings.Name, m.Invite.InvitedBy.Name, m.Invite.Role = "evil.com", "evil.com", "evil.com"
		},
		"nobody to name":  func(m *invite.Message) { m.Settings.Name, m.Invite.InvitedBy = "evil.com", invite.Person{} },
		"no name or help": func(m *invite.Message) { m.Invite.Name, m.Settings.SupportEmail = "", "" },
	} {
		for _, tag := range locale.Languages() {
			for reminder := range 2 {
				t.Run(fmt.Sprintf("%s in %s, reminder %d", what, tag, reminder), func(t *testing.T) {
					m := message(func(m *invite.Message) {
						change(m)
						m.Invite.Locale, m.Invite.Mail.Reminder = tag, reminder
					})
					w := wording.Of(locale.Pick(tag), &m.Invite, m.Settings, zone.Of)
					of := content{Reminder: reminder > 0}.Of
					said := func(keys ...string) []string {
						for i, key := range keys {
							keys[i] = sameLine(w.Text(of(key)))
						}
						return keys
					}
					source, text := parts(t, m)
					rich := blocks(t, source)
					for i, block := range rich {
						rich[i] = sameLine(block)
					}
					var plain []string
					for _, line := range strings.Split(text, "\n") {
						if line = sameLine(line); line != "" && line != "--" {
							plain = append(plain, line)
						}
					}
					optout := said("mail.optout")[0]
					if i := slices.Index(plain, optout+":"); i < 0 || plain[i+1] != optOut {
						t.Fatalf("the text has no line %q before the link to opt out:\n%s", optout+":", text)
					} else {
						plain[i] = optout
						plain = slices.Delete(plain, i+1, i+2)
					}
					// What leads to the link differs, and only the HTML has a heading and what
					// an inbox shows; the rest is the same, line by line.
					rich = without(t, rich, said("mail.preheader", "mail.title", "mail.button", "mail.plain"))
					plain = without(t, plain, append(said("mail.action"), said("mail.button")[0]+":", link))
					slices.Sort(rich)
					slices.Sort(plain)
					if !slices.Equal(rich, plain) {
						t.Errorf("the HTML says\n%q\nand the text\n%q", rich, plain)
					}
					if w.Tenant == "" {
						w.Name = "" // where no tenant is named, nobody is greeted by name
					}
					rest := strings.Join(plain, "\n")
					for _, fact := range []string{w.Tenant, w.Inviter, w.Name, w.Role, w.Email, w.Expires, w.Support, link} {
						if !strings.Contains(rest, sameLine(fact)) {
							t.Errorf("neither says %q", fact)
						}
					}
					var targets []string
					for _, a := range below(tree(t, source), "a") {
						targets = append(targets, attr(a, "href"))
					}
					if want := []string{link, link, optOut}; !slices.Equal(targets, want) {
						t.Errorf("the HTML links to %q, want %q", targets, want)
					}
					// Filters count: both parts have each link as often.
					for _, to := range []string{link, optOut} {
						if in := strings.Count(text, to); in != strings.Count(source, `href="`+to+`"`) {
							t.Errorf("the text has %d links to %s", in, to)
						}
					}
				})
			}
		}
	}
}

// without takes each of some lines out of others, once.
func without(t *testing.T, lines, some []string) []string {
	t.Helper()
	for _, line := range some {
		i := slices.Index(lines, line)
		if i < 0 {
			t.Errorf("%q is missing in %q", line, lines)
			continue
		}
		lines = slices.Delete(lines, i, i+1)
	}
	return lines
}

// long are names of 64 columns, the most that is shown, in scripts whose letters take
// the most bytes.
var long = map[string]string{
	"ar": "شركة المثال الدولية للتجارة والصناعة والخدمات المتكاملة الحديثة",
	"ja": "株式会社東京国際情報技術研究開発機構第二営業本部企画推進室御中",
}

// longest is a message as long as one can be that somebody would send.
func longest(t *testing.T, tag string, reminder int) invite.Message {
	t.Helper()
	name := long[tag]
	if name == "" {
		name = "Donaudampfschiffahrtselektrizitätenhauptbetriebswerk Österreich"
	}
	if invite.SafeName(name, "") != name {
		t.Fatalf("%q is not shown", name)
	}
	box := strings.Repeat("a", 60) + "@" + strings.Repeat("b", 60) + ".example"
	host := "https://" + strings.Repeat("c", 60) + ".execute-api.ap-northeast-1.amazonaws.com"
	return message(func(m *invite.Message) {
		m.Invite.Locale, m.Invite.Mail.Reminder, m.Invite.Seq = tag, reminder, 1000
		m.Settings.Name, m.Invite.Name, m.Invite.Role = name, name, name
		m.Invite.InvitedBy = invite.Person{Name: name, Email: box}
		m.Settings.SupportEmail, m.Invite.Email = box, invite.Address(box)
		m.Settings.TimeZone = "America/Argentina/ComodRivadavia"
		m.Link, m.OptOut = host+link[strings.Index(link, "/i/"):], host+optOut[strings.Index(optOut, "/o/"):]
	})
}

func TestTheMailIsSmallInEveryLanguage(t *testing.T) {
	for _, tag := range locale.Languages() {
		for reminder := range 2 {
			usual, whole := parse(t, message(func(m *invite.Message) { m.Invite.Locale, m.Invite.Mail.Reminder = tag, reminder }), true)
			most, raw := parseWithin(t, maxLongest, longest(t, tag, reminder), true)
			sent := htmlSize(t, raw)
			t.Logf("%s, reminder %d: HTML of %d bytes in a mail of %d; at its longest %d, %d as sent, in a mail of %d",
				tag, reminder, len(usual.HTML), len(whole), len(most.HTML), sent, len(raw))
			if sent >= maxHTML {
				t.Errorf("%s, reminder %d: the longest HTML has %d bytes as sent, want under %d", tag, reminder, sent, maxHTML)
			}
		}
	}
}

// htmlSize returns the bytes of a mail's HTML as it is sent.
func htmlSize(t *testing.T, raw []byte) int {
	t.Helper()
	m, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	for all := multipart.NewReader(m.Body, params["boundary"]); ; {
		part, err := all.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			return len(body)
		}
	}
}
