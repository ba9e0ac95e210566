package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"invites/infra/local/mailbox"
	"invites/shared/invite"
)

// mailView is a mail of the tenant, as the panel lists it.
type mailView struct {
	ID      string    `json:"id"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
	// Mail is the address that shows the mail, Link that of the invite in it.
	Mail string `json:"mail"`
	Link string `json:"link"`
}

// newest is how many mails the panel lists.
const newest = 4

func (c *console) listMails(w http.ResponseWriter, _ *http.Request, who caller) {
	found := []mailView{}
	for _, m := range c.Mails.List("") {
		link, key, ok := inviteLink(m)
		if !ok || key.Partition != invite.PartitionOf(who.tenant) {
			continue
		}
		found = append(found, mailView{ID: m.ID, To: strings.Join(m.To, ", "), Subject: m.Subject, At: m.At, Mail: "/mailbox/" + m.ID, Link: link})
		if len(found) == newest {
			break
		}
	}
	answer(w, http.StatusOK, map[string]any{"mails": found})
}

// inviteLink finds the invite's link in a mail, and whose it is. A link names its tenant:
// the sender may be the platform's.
func inviteLink(m *mailbox.Message) (string, invite.Key, bool) {
	for _, link := range m.Links {
		parsed, err := url.Parse(link)
		if err != nil {
			continue
		}
		text, ours := strings.CutPrefix(parsed.Path, "/i/")
		if !ours {
			continue
		}
		if token, err := invite.ParseToken(text); err == nil {
			return link, token.Key, true
		}
	}
	return "", invite.Key{}, false
}
