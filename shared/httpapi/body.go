package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"invites/shared/invite"
)

// MaxBody is the largest body of a request about one invite, in bytes (contract).
const MaxBody = 8 << 10

// readObject decodes the body into the fields of one JSON object and returns the
// raw value of each that was there. It is stricter than encoding/json: names are
// compared exactly, none may be unknown or come twice, and text must be whole
// UTF-8 (a gateway turns broken bytes into U+FFFD, so that is refused as well).
// A nil target is a field that is known and ignored. An empty body is an empty
// object.
func readObject(r *http.Request, fields map[string]any) error {
	return readObjectUpTo(MaxBody, r, fields)
}

// readObjectUpTo is readObject for a body of at most so many bytes.
func readObjectUpTo(most int, r *http.Request, fields map[string]any) error {
	body, err := io.ReadAll(io.LimitReader(r.Body, int64(most)+1))
	if err != nil {
		return badRequest("", "The body could not be read.")
	}
	if len(body) > most {
		return &invite.Error{Kind: bodyTooLarge, Text: fmt.Sprintf("Send at most %d KiB.", most>>10)}
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	return decodeObject(body, "", fields)
}

func decodeObject(body []byte, pointer string, fields map[string]any) error {
	if !utf8.Valid(body) || bytes.ContainsRune(body, utf8.RuneError) {
		return badRequest("", "The body is not valid UTF-8.")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return badRequest(pointer, "Send a JSON object.")
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return badRequest("", "The body is not valid JSON.")
		}
		name, _ := t.(string)
		at := pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		target, known := fields[name]
		if !known {
			return badRequest(at, "There is no such field.")
		}
		if seen[name] {
			return badRequest(at, "This field is given twice.")
		}
		seen[name] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return badRequest("", "The body is not valid JSON.")
		}
		if err := decodeField(raw, at, target); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return badRequest("", "The body is not valid JSON.")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("", "There is something after the JSON object.")
	}
	return nil
}

func decodeField(raw json.RawMessage, pointer string, target any) error {
	if target == nil {
		return nil
	}
	if nested, ok := target.(map[string]any); ok {
		if string(raw) == "null" {
			return nil // as good as absent
		}
		return decodeObject(raw, pointer, nested)
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return badRequest(pointer, "This field has the wrong type.")
	}
	if text, ok := target.(**string); ok && *text != nil && strings.ContainsRune(**text, utf8.RuneError) {
		return badRequest(pointer, "This text is not valid UTF-8.")
	}
	if list, ok := target.(*[]string); ok {
		for _, text := range *list {
			if strings.ContainsRune(text, utf8.RuneError) {
				return badRequest(pointer, "This text is not valid UTF-8.")
			}
		}
	}
	return nil
}

// orEmpty reads an optional text field; null is as good as absent.
func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
