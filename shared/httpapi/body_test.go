package httpapi

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"invites/shared/invite"
)

func TestReadObjectTakesOneObjectOfKnownFields(t *testing.T) {
	for _, c := range []struct{ name, body, text string }{
		{"a field", `{"text":"a"}`, "a"},
		{"null is absent", `{"text":null}`, ""},
		{"an empty body is an empty object", " \n", ""},
		{"a field that is known and ignored", `{"ignored":{"x":[1]},"text":"a"}`, "a"},
		{"text beyond ASCII", `{"text":"Zoë 株式会社 \ud83d\ude00"}`, "Zoë 株式会社 😀"},
		{"white space around", "\r\n {\"text\" : \"a\"} \t", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var text *string
			r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
			if err := readObject(r, map[string]any{"text": &text, "ignored": nil}); err != nil || orEmpty(text) != c.text {
				t.Errorf("got %q, %v, want %q", orEmpty(text), err, c.text)
			}
		})
	}
}

func TestReadObjectRefusesTheRest(t *testing.T) {
	for _, c := range []struct {
		name, body string
		kind       invite.Kind
		pointer    string
	}{
		{"a list", `[]`, invite.BadRequest, ""},
		{"a text", `"a"`, invite.BadRequest, ""},
		{"null", `null`, invite.BadRequest, ""},
		{"half an object", `{"text":"a"`, invite.BadRequest, ""},
		{"a second object", `{"text":"a"}{"text":"b"}`, invite.BadRequest, ""},
		{"a comma too many", `{"text":"a",}`, invite.BadRequest, ""},
		{"an unknown field", `{"other":1}`, invite.BadRequest, "/other"},
		{"a pointer to a field with signs of its own", `{"a/b~c":1}`, invite.BadRequest, "/a~1b~0c"},
		{"another case", `{"Text":"a"}`, invite.BadRequest, "/Text"},
		{"a field twice", `{"text":"a","text":"a"}`, invite.BadRequest, "/text"},
		{"a number for a text", `{"text":1}`, invite.BadRequest, "/text"},
		{"a wrong type inside", `{"nested":{"inner":1}}`, invite.BadRequest, "/nested/inner"},
		{"an unknown field inside", `{"nested":{"outer":"a"}}`, invite.BadRequest, "/nested/outer"},
		{"a text for an object", `{"nested":"a"}`, invite.BadRequest, "/nested"},
		{"bytes that are no UTF-8", "{\"text\":\"\xff\"}", invite.BadRequest, ""},
		{"bytes that a gateway has replaced", "{\"text\":\"\ufffd\"}", invite.BadRequest, ""},
		{"half a surrogate pair", `{"text":"\ud800"}`, invite.BadRequest, "/text"},
		{"half a surrogate pair in a list", `{"list":["\udc00"]}`, invite.BadRequest, "/list"},
		{"more than the limit", `{"text":"` + strings.Repeat("a", MaxBody) + `"}`, bodyTooLarge, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var text, inner *string
			var list []string
			r := httptest.NewRequest("POST", "/", strings.NewReader(c.body))
			err := readObject(r, map[string]any{"text": &text, "list": &list, "nested": map[string]any{"inner": &inner}})
			p, _ := problemOf(err)
			if p.Code != string(c.kind) {
				t.Fatalf("got %q (%v), want %q", p.Code, err, c.kind)
			}
			if c.pointer != "" && (len(p.Errors) != 1 || p.Errors[0].Pointer != c.pointer) {
				t.Errorf("got %+v, want %s", p.Errors, c.pointer)
			}
		})
	}
}

func FuzzReadObjectNeverPanicsAndNeverLetsBrokenTextIn(f *testing.F) {
	for _, seed := range []string{`{}`, `{"text":"a"}`, `{"text":"\ud800"}`, `{"list":["a"]}`, "{\"text\":\"\xff\"}", `{"nested":{"inner":null}}`, `[[[[`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var text, inner *string
		var list []string
		err := readObject(httptest.NewRequest("POST", "/", strings.NewReader(body)), map[string]any{"text": &text, "list": &list, "nested": map[string]any{"inner": &inner}})
		if err == nil && strings.ContainsRune(orEmpty(text)+orEmpty(inner)+strings.Join(list, ""), '\ufffd') {
			t.Errorf("%q let broken text in", body)
		}
		var f *fieldsError
		if err != nil && !errors.As(err, &f) && invite.KindOf(err) != bodyTooLarge {
			t.Errorf("%q: got %v, want a refusal", body, err)
		}
	})
}
