package mailbox

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"strings"
	"time"

	"github.com/emersion/go-smtp"
)

// largest is SES's own limit for a mail.
const largest = 40 << 20

// Serve takes mails on the listener until ctx ends.
func (s *Store) Serve(ctx context.Context, listener net.Listener, errors *log.Logger) error {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{store: s}, nil
	}))
	server.Domain = "localhost"
	server.MaxMessageBytes = largest
	server.ReadTimeout, server.WriteTimeout = 30*time.Second, 30*time.Second
	server.ErrorLog = errors
	stop := context.AfterFunc(ctx, func() { server.Close() })
	defer stop()
	if err := server.Serve(listener); err != nil && ctx.Err() == nil {
		return fmt.Errorf("mailbox: %w", err)
	}
	return nil
}

type session struct {
	store      *Store
	recipients []string
}

func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.recipients = append(s.recipients, strings.Trim(to, "<>"))
	return nil
}

func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return s.store.Add(s.recipients, raw)
}

func (s *session) Reset() { s.recipients = nil }

func (s *session) Logout() error { return nil }
