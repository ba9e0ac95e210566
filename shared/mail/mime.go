package mail

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
)

// part is one of the forms that a mail has.
type part struct{ kind, content string }

// assemble returns a mail of a head and of parts that say the same, the plainest first
// (RFC 2046 5.1.4). They are quoted-printable in every language: filters hold base64
// against a text.
func assemble(h *header, parts ...part) ([]byte, error) {
	var body bytes.Buffer
	forms := multipart.NewWriter(&body)
	h.add("MIME-Version", "1.0")
	h.add("Content-Type", "multipart/alternative;", `boundary="`+forms.Boundary()+`"`)
	if h.err != nil {
		return nil, h.err
	}
	for _, p := range parts {
		if err := p.write(forms); err != nil {
			return nil, fmt.Errorf("%s: %w", p.kind, err)
		}
	}
	if err := forms.Close(); err != nil {
		return nil, err
	}
	return append([]byte(h.lines+"\r\n"), body.Bytes()...), nil
}

func (p part) write(forms *multipart.Writer) error {
	raw, err := forms.CreatePart(textproto.MIMEHeader{
		"Content-Type": {p.kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"},
	})
	if err != nil {
		return err
	}
	w := quotedprintable.NewWriter(raw)
	if _, err := io.WriteString(w, strings.ReplaceAll(p.content, "\n", "\r\n")); err != nil { // RFC 2045 6.8
		return err
	}
	return w.Close()
}
