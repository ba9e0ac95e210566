package auth

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"strings"

	"invites/shared/invite"
)

// claims are the members of a token's payload, or of an object in it.
type claims map[string]json.RawMessage

// at returns the values that a name leads to: the claim of exactly this name, or else
// what a path of names with dots between them leads to. A name may have dots of its own
// (a URL, a client's id), so at each object the longest beginning of the path that is a
// member comes first. A path leads through a list into each of its elements.
func (c claims) at(name string) []json.RawMessage {
	if name == "" {
		return nil
	}
	if exact, ok := c[name]; ok {
		return []json.RawMessage{exact}
	}
	for i := strings.LastIndexByte(name, '.'); i > 0; i = strings.LastIndexByte(name[:i], '.') {
		if found := inside(c[name[:i]], name[i+1:]); found != nil {
			return found
		}
	}
	return nil
}

func inside(value json.RawMessage, path string) (found []json.RawMessage) {
	switch kindOf(value) {
	case '{':
		var object claims
		if json.Unmarshal(value, &object) == nil {
			return object.at(path)
		}
	case '[':
		var list []json.RawMessage
		if json.Unmarshal(value, &list) == nil {
			for _, element := range list {
				found = append(found, inside(element, path)...)
			}
		}
	}
	return found
}

// kindOf is the first byte of a JSON value, which says its type; 0 for none.
func kindOf(value json.RawMessage) byte {
	if value = bytes.TrimLeft(value, " \t\r\n"); len(value) == 0 {
		return 0
	}
	return value[0]
}

var (
	errAbsent = errors.New("it is missing or empty")
	errMember = errors.New("it is an object: name the member that holds the tenant by a path, as in organization.id")
	errType   = errors.New("it is neither text, nor a list or an object of exactly one")
)

// tenant is the one that the values name: by a text, by a list of exactly one, or by an
// object of exactly one whose value is an object (Keycloak's {"acme": {"id": …}}), which
// names it by its key. In {"id": "acme"} the key is a field's name, the same for every
// tenant, so that is refused.
func tenant(values []json.RawMessage) (invite.TenantID, error) {
	switch len(values) {
	case 0:
		return "", errAbsent
	case 1:
	default:
		return "", ErrSeveralTenants
	}
	switch kindOf(values[0]) {
	case '"':
		var name string
		if err := json.Unmarshal(values[0], &name); err != nil {
			return "", errType
		}
		return invite.ParseTenantID(name)
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(values[0], &list); err != nil {
			return "", errType
		}
		return tenant(list)
	case '{':
		var object claims
		if err := json.Unmarshal(values[0], &object); err != nil {
			return "", errType
		}
		var name string
		for key, value := range object {
			if kindOf(value) != '{' {
				return "", errMember
			}
			name = key
		}
		switch len(object) {
		case 0:
			return "", errAbsent
		case 1:
			return invite.ParseTenantID(name)
		}
		return "", ErrSeveralTenants
	case 'n':
		return "", errAbsent
	}
	return "", errType
}

// words are the permissions in values: an array of strings as it is, and a string as a
// list separated by spaces, the form of an OAuth scope (RFC 6749 3.3). Anything else
// holds none.
func words(values []json.RawMessage) (found []string) {
	for _, value := range values {
		var list []string
		var scope string
		switch {
		case json.Unmarshal(value, &list) == nil:
			found = append(found, list...)
		case json.Unmarshal(value, &scope) == nil:
			found = append(found, strings.FieldsFunc(scope, func(r rune) bool { return r == ' ' })...)
		}
	}
	return found
}

// roles takes a string as one role, whatever is in it, and an array of strings as many.
// Anything else is none, which is not the same as nobody checking.
func roles(values []json.RawMessage) []string {
	found := []string{}
	for _, value := range values {
		var one *string
		var list []string
		switch {
		case json.Unmarshal(value, &one) == nil && one != nil:
			found = append(found, *one)
		case json.Unmarshal(value, &list) == nil:
			found = append(found, list...)
		}
	}
	return found
}

// text is the one text in values, or in a list of exactly one, of at most so many bytes.
func text(values []json.RawMessage, most int) string {
	if len(values) != 1 {
		return ""
	}
	var list []json.RawMessage
	if json.Unmarshal(values[0], &list) == nil {
		if len(list) != 1 {
			return ""
		}
		values = list
	}
	var s string
	if json.Unmarshal(values[0], &s) != nil || len(s) > most {
		return ""
	}
	return s
}

// subject reads sub. A number is no sub (RFC 7519 4.1.2), but some issuers write one, and
// it names somebody.
func subject(claim json.RawMessage) string {
	var s string
	if json.Unmarshal(claim, &s) == nil {
		return identifier(s)
	}
	var n json.Number
	if json.Unmarshal(claim, &n) == nil {
		return identifier(n.String())
	}
	return ""
}

// maxID bounds the id of a person, in bytes, so that an item stays under 1 KB.
const maxID = 64

// digested begins an id that is a digest.
const digested = "sha256:"

// identifier is an id as it is, or "sha256:" and the first 20 bytes of its SHA-256 in
// lower-case base32 where it is longer than [maxID]: a sub may have 255 characters (OpenID
// Connect Core 2), and who did something must not become the service itself. One that
// begins like a digest is digested too, so that none passes for another's.
func identifier(s string) string {
	if len(s) <= maxID && !strings.HasPrefix(s, digested) {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return digested + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:20]))
}
