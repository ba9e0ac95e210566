package console

import (
	"net/http"
	"net/url"
	"reflect"
	"time"

	"invites/infra/local/mailbox"
	"invites/shared/invite"
	"invites/shared/page"
)

// facts are what of an invite a scanner could change.
type facts struct {
	Status     string     `json:"status"`
	SendCount  int        `json:"send_count"`
	ExpiresAt  time.Time  `json:"expires_at"`
	AcceptedAt *time.Time `json:"accepted_at"`
	AskedAt    *time.Time `json:"renewal_requested_at"`
}

// scanView is what a scanner did and what came of it.
type scanView struct {
	Subject string    `json:"subject"`
	Opened  []opened  `json:"opened"`
	Pressed []pressed `json:"pressed"`
	// Before and After are the invite; Changed tells whether they differ.
	Before  facts `json:"before"`
	After   facts `json:"after"`
	Changed bool  `json:"changed"`
	// OptedOut tells whether the scanner has opted its address out.
	OptedOut bool `json:"opted_out"`
	// Works tells whether the person who opens the link now is led on.
	Works bool `json:"works"`
}

// scan is a mail scanner that finds an invite's newest mail: it opens every link in it by
// HEAD and by GET, and where it is a rude one presses every button that it finds there.
func (c *console) scan(w http.ResponseWriter, r *http.Request, who caller) {
	var asked struct {
		ID    string
		Press bool
	}
	if !read(w, r, &asked, "the id of an invite") {
		return
	}
	key, _, err := invite.ParseID(who.tenant, asked.ID)
	if err != nil {
		refuse(w, http.StatusNotFound, "There is no such invite.")
		return
	}
	look := func(into *facts) bool {
		refused, err := c.service.get(r.Context(), who.bearer, "/v1/invites/"+url.PathEscape(asked.ID), into)
		if err != nil {
			c.fail(w, "look at an invite", err)
		} else if refused != nil {
			answer(w, refused.Status, refused)
		}
		return err == nil && refused == nil
	}
	var view scanView
	if !look(&view.Before) {
		return
	}
	mail, link, ok := c.newestOf(key)
	if !ok {
		refuse(w, http.StatusConflict, "No mail of this invite has arrived yet.")
		return
	}
	s := newScanner(c.API, c.Product)
	view.Subject = mail.Subject
	view.Opened, view.Pressed = s.scan(r.Context(), mail.Links, asked.Press)
	if !look(&view.After) {
		return
	}
	view.Changed = !reflect.DeepEqual(view.Before, view.After)
	for _, p := range view.Pressed {
		if p.What == optOutLink && p.Status == http.StatusOK {
			view.OptedOut = !p.values.Has(page.UndoField)
		}
	}
	status, _ := s.open(r.Context(), http.MethodGet, link)
	view.Works = status == http.StatusOK
	answer(w, http.StatusOK, view)
}

// newestOf returns the newest mail with a link of the invite, and that link.
func (c *console) newestOf(key invite.Key) (*mailbox.Message, string, bool) {
	for _, m := range c.Mails.List("") {
		if link, of, ok := inviteLink(m); ok && of == key {
			return m, link, true
		}
	}
	return nil, "", false
}
