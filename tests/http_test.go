package tests

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// written is one request of examples/invites.http.
type written struct {
	title, notes, method, target, body string
	header                             map[string]string
	answers                            int
}

// httpFile reads examples/invites.http: its variables and its requests.
func httpFile(t *testing.T) (variables map[string]string, requests []written) {
	t.Helper()
	text, err := os.ReadFile("../examples/invites.http")
	if err != nil {
		t.Fatal(err)
	}
	top, rest, _ := strings.Cut(string(text), "\n### ")
	variables = map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^@(\w+) = (.*)$`).FindAllStringSubmatch(top, -1) {
		variables[m[1]] = m[2]
	}
	for block := range strings.SplitSeq(rest, "\n### ") {
		w := written{header: map[string]string{}}
		head, body, _ := strings.Cut(strings.TrimSpace(block), "\n\n")
		w.body = strings.TrimSpace(body)
		for n, line := range strings.Split(head, "\n") {
			name, value, isHeader := strings.Cut(line, ": ")
			switch {
			case n == 0:
				w.title = line
			case strings.HasPrefix(line, "#"):
				w.notes += strings.TrimPrefix(line, "#")
			case w.method == "":
				w.method, w.target, _ = strings.Cut(line, " ")
			case isHeader:
				w.header[name] = value
			default:
				t.Fatalf("%s: %q is neither a comment nor a header", w.title, line)
			}
		}
		promise := regexp.MustCompile(`Answers (\d+)`).FindStringSubmatch(w.notes)
		if promise == nil {
			t.Fatalf("%s: no comment says what it answers", w.title)
		}
		w.answers, _ = strconv.Atoi(promise[1])
		requests = append(requests, w)
	}
	return variables, requests
}

// operations are those of docs/openapi.yaml, as method and path.
func operations(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile("../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			if method != "parameters" {
				all = append(all, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(all)
	return all
}

// operation is which of them a request is.
func (w written) operation(t *testing.T, all []string) string {
	t.Helper()
	path, _, _ := strings.Cut(strings.TrimPrefix(w.target, "{{host}}"), "?")
	asked := w.method + " " + path
	if slices.Contains(all, asked) {
		return asked
	}
	for _, o := range all {
		template := regexp.MustCompile(`\{\w+\}`).ReplaceAllString(o, `\{\{\w+\}\}`)
		if regexp.MustCompile("^" + template + "$").MatchString(asked) {
			return o
		}
	}
	t.Fatalf("%s: docs/openapi.yaml has no %s", w.title, asked)
	return ""
}

// A reader sends one request after the other and copies what the comments say; so does this.
func TestEveryRequestOfTheHTTPFileAnswersAsItSays(t *testing.T) {
	values, requests := httpFile(t)
	values["host"], values["email"], values["tenant"] = api(t), address(t), freshTenant(t)
	values["token"], values["service"] = token(t, "acme", "admin"), token(t, "", "service")
	fill := func(s string) string {
		return regexp.MustCompile(`\{\{(\w+)\}\}`).ReplaceAllStringFunc(s, func(v string) string {
			value, ok := values[strings.Trim(v, "{}")]
			if !ok {
				t.Fatalf("%s is no variable of the file", v)
			}
			return value
		})
	}
	all, missing, sent := operations(t), operations(t), 0
	for _, w := range requests {
		operation := w.operation(t, all)
		missing = slices.DeleteFunc(missing, func(o string) bool { return o == operation })
		r := request{method: w.method, path: fill(w.target), body: fill(w.body), header: map[string]string{}}
		for name, value := range w.header {
			r.header[name] = fill(value)
		}
		a := do(t, r)
		if a.status != w.answers {
			t.Fatalf("%s: got %d %s, want %d", w.title, a.status, a.body, w.answers)
		}
		switch operation {
		case "POST /v1/invites", "POST /v1/invites/{id}/resend", "POST /v1/invites/resend":
			if a.status < 300 {
				sent++
			}
		}
		for _, copied := range regexp.MustCompile("`([\\w.]+)`[^@]*? to @(\\w+)").FindAllStringSubmatch(w.notes, -1) {
			values[copied[2]] = copiedFrom(t, w, a, copied[1])
		}
		for _, copied := range regexp.MustCompile(`after (/[io]/) [^@]*? to @(\w+)`).FindAllStringSubmatch(w.notes, -1) {
			mail := mails(t, values["email"], sent)[0]
			path := map[string]func() string{"/i/": func() string { return link(t, mail) }, "/o/": func() string { return optOutLink(t, mail) }}[copied[1]]()
			values[copied[2]] = strings.TrimPrefix(path, copied[1])
		}
	}
	if len(missing) > 0 {
		t.Errorf("examples/invites.http lacks %q", missing)
	}
}

// copiedFrom is a field of an answer, or of the address in its Location.
func copiedFrom(t *testing.T, w written, a answer, field string) string {
	t.Helper()
	if next := a.header.Get("Location"); next != "" && a.status == 303 {
		u, err := url.Parse(next)
		if err != nil || u.Query().Get(field) == "" {
			t.Fatalf("%s: %s has no %s", w.title, next, field)
		}
		return u.Query().Get(field)
	}
	var at any
	if err := json.Unmarshal([]byte(a.body), &at); err != nil {
		t.Fatal(err)
	}
	for part := range strings.SplitSeq(field, ".") {
		switch v := at.(type) {
		case map[string]any:
			at = v[part]
		case []any:
			n, err := strconv.Atoi(part)
			if err != nil || n >= len(v) {
				t.Fatalf("%s: no %s in %s", w.title, field, a.body)
			}
			at = v[n]
		}
	}
	if at == nil || at == "" {
		t.Fatalf("%s: no %s in %s", w.title, field, a.body)
	}
	return fmt.Sprint(at)
}
