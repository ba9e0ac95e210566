package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	text "text/template"
	"time"

	"invites/shared/brand"
	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/wording"
)

// letter is a mail before it is MIME.
type letter struct {
	fromName string // "" for the bare address
	subject  string
	text     string
	html     string
}

//go:embed mail.txt
var textMarkup string

// htmlMarkup is made of web/mail by MJML: see docs/mail.md.
//
//go:embed mail.html
var htmlMarkup string

var (
	textTemplate = text.Must(text.New("text").Parse(textMarkup))
	htmlTemplate = template.Must(template.New("html").Funcs(template.FuncMap{"outlook": outlook}).Parse(htmlMarkup))
)

// outlook keeps a comment that Outlook reads, where html/template would remove it. Its
// argument is a constant of the template, never data: nothing in it is escaped.
func outlook(comment string) template.HTML { return template.HTML(comment) }

// content is what both templates read. Texts are ready but for escaping.
type content struct {
	wording.Words
	Lang     string
	Start    string // the side on which a line of text begins, "left" or "right"
	End      string // the other one
	Subject  string
	Link     string
	OptOut   string
	Reminder bool
	Button   brand.Button
	Facts    []fact
}

type fact struct{ Label, Value string }

// write puts a message into words. A tenant's name stands beside the address of its
// own sender only: beside the platform's it could make us pass for anybody.
func write(m invite.Message, ownSender bool, zones func(name string) *time.Location) (letter, error) {
	c := locale.Pick(m.Invite.Locale, m.Settings.Locale)
	w := wording.Of(c, &m.Invite, m.Settings, zones)
	data := content{
		Words: w, Lang: c.Tag(), Start: "left", End: "right", Subject: subject(w, m), Link: m.Link, OptOut: m.OptOut,
		Reminder: m.Invite.Mail.Reminder > 0, Button: brand.Of(m.Settings.BrandColor),
	}
	if c.Dir() == "rtl" {
		data.Start, data.End = data.End, data.Start
	}
	for _, f := range []fact{
		{"inviter", w.Inviter}, {"tenant", w.Tenant}, {"role", w.Role}, {"email", w.Email}, {"expires", w.Expires},
	} {
		if f.Value != "" {
			data.Facts = append(data.Facts, fact{c.Text("label." + f.Label), c.Isolated(f.Value)})
		}
	}
	l := letter{subject: data.Subject}
	if ownSender {
		l.fromName = w.Tenant
	}
	var plain, rich bytes.Buffer
	if err := textTemplate.Execute(&plain, data); err != nil {
		return letter{}, fmt.Errorf("text: %w", err)
	}
	if err := htmlTemplate.Execute(&rich, data); err != nil {
		return letter{}, fmt.Errorf("html: %w", err)
	}
	l.text, l.html = plain.String(), rich.String()
	return l, nil
}

// Greeting returns the key of what greets the invitee, by name where that is safe.
func (c content) Greeting() string {
	if c.Name == "" {
		return "mail.hello.neutral"
	}
	return "mail.hello"
}

// HTML is that of the words, with values of the other direction isolated by characters
// too: Gmail, Outlook and Yahoo drop <bdi>.
func (c content) HTML(key string, pairs ...string) template.HTML {
	pairs = append(slices.Clone(pairs), "tenant", c.Tenant, "inviter", c.Inviter, "email", c.Email, "date", c.Expires, "name", c.Name)
	for i := 1; i < len(pairs); i += 2 {
		pairs[i] = c.Catalogue.Isolated(pairs[i])
	}
	return c.Words.HTML(key, pairs...)
}

// Lead is HTML with its names in bold, by an element that every mail program keeps.
func (c content) Lead(key string) template.HTML {
	return template.HTML(bold.Replace(string(c.HTML(key))))
}

var bold = strings.NewReplacer("<bdi>", "<b><bdi>", "</bdi>", "</bdi></b>")

// Of returns the key of what a reminder says in place of an invite's own mail.
func (c content) Of(key string) string {
	if said, ok := ofReminder[key]; ok && c.Reminder {
		return said
	}
	return key
}

var ofReminder = map[string]string{
	"mail.preheader": "mail.reminder.preheader", "mail.title": "mail.reminder.title",
	"mail.intro": "mail.reminder.intro", "mail.newest": "mail.reminder.newest",
}

// subject is another one for every mail to an address: mail programs file a mail
// under an older one with the same subject, where the dead link comes first. A
// repeated attempt of one mail has the same subject.
func subject(w wording.Words, m invite.Message) string {
	if m.Invite.Mail.Reminder > 0 {
		return reminderSubject(w, m)
	}
	key := "mail.subject"
	if m.Invite.SendCount() > 1 {
		key = "mail.subject.again"
	}
	s := w.Text(key)
	if m.Invite.Seq <= 1 {
		return s
	}
	asked := m.Invite.ExpiresAt.Add(-m.Invite.Window)
	return w.Text("mail.subject.mark", "subject", s,
		"number", strconv.FormatUint(m.Invite.Seq, 10),
		"date", w.Catalogue.Mark(asked.In(w.Zone)))
}

// reminderSubjects say which reminder of a link a mail is, so that each has a subject
// of its own.
var reminderSubjects = [invite.MaxReminders]string{
	"mail.subject.reminder.first", "mail.subject.reminder.second", "mail.subject.reminder.last",
}

func reminderSubject(w wording.Words, m invite.Message) string {
	s := w.Text(reminderSubjects[min(m.Invite.Mail.Reminder, invite.MaxReminders)-1],
		"date", w.Catalogue.ShortDate(m.Invite.ExpiresAt.In(w.Zone)))
	if m.Invite.Seq <= 1 {
		return s
	}
	return w.Text("mail.subject.reminder.mark", "subject", s, "number", strconv.FormatUint(m.Invite.Seq, 10))
}

// compose returns the mail as it goes to the provider, from a sender.
func compose(m invite.Message, sender string, ownSender bool, zones func(name string) *time.Location) ([]byte, error) {
	l, err := write(m, ownSender, zones)
	if err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	for _, a := range []string{sender, string(m.Invite.Email), m.Settings.SupportEmail} {
		if parsed, err := mail.ParseAddress(a); a != "" && (err != nil || parsed.Address != a) {
			return nil, fmt.Errorf("compose: %q is not a plain address", a)
		}
	}
	raw, err := l.mail(m, sender)
	if err != nil {
		return nil, fmt.Errorf("compose: %w", err)
	}
	return raw, nil
}

// mail puts a letter between headers and into MIME.
func (l letter) mail(m invite.Message, sender string) ([]byte, error) {
	var h header
	h.addMailbox("From", l.fromName, sender)
	h.addMailbox("To", "", string(m.Invite.Email))
	if s := m.Settings.SupportEmail; s != "" {
		h.addMailbox("Reply-To", "", s)
	}
	h.addText("Subject", l.subject)
	// SES writes its own Date and Message-ID; these are for other ways of delivery.
	h.addText("Date", m.Invite.Mail.At.Format(time.RFC1123Z))
	h.add("Message-ID", fmt.Sprintf("<%s.%d.%d.%d@%s>", m.Invite.Key.Address, m.Invite.Gen, m.Invite.Seq, m.Invite.Mail.Reminder, domainOf(sender)))
	h.add("Auto-Submitted", "auto-generated")                    // RFC 3834 5
	h.add("X-Auto-Response-Suppress", "All")                     // Exchange: no out-of-office replies
	h.add("List-Unsubscribe", "<"+m.OptOut+">")                  // RFC 2369 3.2
	h.add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") // RFC 8058 3.1
	return assemble(&h, part{"text/plain", l.text}, part{"text/html", l.html})
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
