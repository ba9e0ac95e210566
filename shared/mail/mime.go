package mail

import (
	"bytes"
	"encoding/base64"
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
// (RFC 2046 5.1.4).
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
	return append([]byte(h.String()+"\r\n"), body.Bytes()...), nil
}

func (p part) write(forms *multipart.Writer) error {
	content := strings.ReplaceAll(p.content, "\n", "\r\n") // before it is encoded (RFC 2045 6.8)
	encoding, encode := "quoted-printable", func(w io.Writer) io.WriteCloser { return quotedprintable.NewWriter(w) }
	if shorterInBase64(content) {
		encoding, encode = "base64", func(w io.Writer) io.WriteCloser { return base64.NewEncoder(base64.StdEncoding, &broken{w: w}) }
	}
	raw, err := forms.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {encoding}})
	if err != nil {
		return err
	}
	w := encode(raw)
	if _, err := io.WriteString(w, content); err != nil {
		return err
	}
	return w.Close()
}

// shorterInBase64 compares quoted-printable, which makes two bytes more of each that is
// not plain ASCII, with base64, which makes four of every three.
func shorterInBase64(content string) bool {
	more := 0
	for i := range len(content) {
		if content[i] > '~' || content[i] == '=' {
			more += 2
		}
	}
	return more > len(content)/3
}

// broken breaks what is written through it into lines, as base64 has them in a mail.
type broken struct {
	w    io.Writer
	used int // of the line
}

func (b *broken) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		if b.used == maxLine {
			if _, err := io.WriteString(b.w, "\r\n"); err != nil {
				return done, err
			}
			b.used = 0
		}
		n, err := b.w.Write(p[done:min(len(p), done+maxLine-b.used)])
		done, b.used = done+n, b.used+n
		if err != nil {
			return done, err
		}
	}
	return len(p), nil
}
