// Package mailbox is the local stack's mail server: a Store that takes every
// mail MiniStack relays by SMTP, and a Handler that shows them to a person and,
// as JSON, to tests.
package mailbox

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jhillyerd/enmime/v2"
)

// kept is how many mails the mailbox holds; the oldest go first.
const kept = 20000

// parser reads a part in the charset that it declares. By itself it would guess by the
// bytes, and takes a little Italian for Big5.
var parser = enmime.NewParser(enmime.DisableCharacterDetection(true))

// Message is one mail as it arrived.
type Message struct {
	ID      string    `json:"id"`
	To      []string  `json:"to"`
	From    string    `json:"from"`
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
	// Links are the addresses in the HTML part and then in the text part, each once.
	Links []string `json:"links"`

	raw      []byte
	envelope *enmime.Envelope
}

// Store holds the mails in memory.
type Store struct {
	mu       sync.RWMutex
	messages []*Message
	count    int
}

// Add takes a raw mail for the recipients of its SMTP envelope.
func (s *Store) Add(recipients []string, raw []byte) error {
	envelope, err := parser.ReadEnvelope(bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("parse a mail: %w", err)
	}
	message := &Message{
		To: recipients, From: envelope.GetHeader("From"), Subject: envelope.GetHeader("Subject"),
		At: time.Now().UTC(), Links: links(envelope.HTML, envelope.Text), raw: raw, envelope: envelope,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count++
	message.ID = fmt.Sprintf("m%06d", s.count)
	s.messages = append(s.messages, message)
	if over := len(s.messages) - kept; over > 0 {
		s.messages = slices.Delete(s.messages, 0, over)
	}
	return nil
}

// List returns the mails, newest first; to, where given, is one of their recipients.
func (s *Store) List(to string) []*Message {
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := make([]*Message, 0)
	for _, message := range slices.Backward(s.messages) {
		if to == "" || slices.ContainsFunc(message.To, func(r string) bool { return strings.EqualFold(r, to) }) {
			found = append(found, message)
		}
	}
	return found
}

// Get returns the mail with the id, or false.
func (s *Store) Get(id string) (*Message, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	i := slices.IndexFunc(s.messages, func(m *Message) bool { return m.ID == id })
	if i < 0 {
		return nil, false
	}
	return s.messages[i], true
}
