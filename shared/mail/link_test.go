package mail

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"invites/shared/invite"
	"invites/shared/zone"
)

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
