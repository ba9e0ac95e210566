package mail

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/zone"
)

// Linkifiers take what touches a link as part of it, most of all where a language writes
// no space between words. So nothing touches one, in any language and in either part.
func TestNothingTouchesALink(t *testing.T) {
	key := invite.KeyOf("acme", "bob@example.com")
	token := invite.MintToken([]byte("key"), key, 1, 1, invite.Nonce{})
	links := []string{"https://links.acme.example/i/" + token.Reveal(), "https://links.acme.example/o/" + invite.MintOptOut([]byte("key"), key).Reveal()}
	for _, tag := range locale.Languages() {
		for _, p := range parties {
			for reminder := range 1 + invite.MaxReminders {
				env, _ := parseWithin(t, maxLongest, message(func(m *invite.Message) {
					m.Link, m.OptOut = links[0], links[1]
					m.Invite.Locale, m.Settings.Name, m.Invite.Role, m.Invite.Name, m.Invite.InvitedBy = tag, p.tenant, p.role, p.name, p.by
					m.Invite.Seq, m.Invite.Mail.Reminder = 2, reminder
				}), true)
				lines := strings.Split(strings.ReplaceAll(env.Text, "\r\n", "\n"), "\n")
				for i, link := range links {
					alone := 0
					for _, line := range lines {
						if line == link {
							alone++
						}
					}
					// The link to the invite stands above the facts and below them.
					if count := strings.Count(env.Text, link); count != 2-i || alone != count {
						t.Errorf("%s, %s: of %d links %d are a line: %s", tag, p.what, count, alone, env.Text)
					}
				}
				doc, err := html.Parse(strings.NewReader(env.HTML))
				if err != nil {
					t.Fatal(err)
				}
				for n := range doc.Descendants() {
					if n.Type == html.TextNode && strings.Contains(n.Data, "://") && strings.TrimSpace(n.Data) != links[0] {
						t.Errorf("%s, %s: %q", tag, p.what, n.Data)
					}
				}
			}
		}
	}
}

// TestTheLongestLinkArrivesWhole: a product's own accept page may have an address of 512
// characters (invite.Limits), and a query.
func TestTheLongestLinkArrivesWhole(t *testing.T) {
	token := invite.MintToken([]byte("key"), invite.KeyOf("acme", "bob@example.com"), 1, 1, invite.Nonce{})
	page := "https://app.acme.example/join?a=1&b=%22;=="
	page += strings.Repeat("x", 512-len(page))
	limits := invite.Limits{AllowedHosts: []string{"app.acme.example"}, KnownZone: zone.Known}
	own, bad := limits.Check(invite.Settings{Name: "Acme", ExpiresIn: invite.DefaultWindow, AcceptURL: page})
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	to := own.LinkOf("https://links.acme.example", token)
	env, _ := parse(t, message(func(m *invite.Message) { m.Link = to }), true)
	lines := strings.Split(strings.ReplaceAll(env.Text, "\r\n", "\n"), "\n")
	if !slices.Contains(lines, to) || len(to) > 998 {
		t.Errorf("the text has no line that is the link of %d characters:\n%s", len(to), env.Text)
	}
	doc, err := html.Parse(strings.NewReader(env.HTML))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && n.Data == "a" && slices.Contains(n.Attr, html.Attribute{Key: "href", Val: to}) {
			count++
		}
	}
	if count != 2 {
		t.Errorf("%d links of the HTML part lead to it, want the button and the address itself", count)
	}
}
