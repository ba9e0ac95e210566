package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"invites/infra/local/stack"
)

func TestParseAge(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"8d": 192 * time.Hour, "0.5d": 12 * time.Hour, "90m": 90 * time.Minute, "36h": 36 * time.Hour,
		"": 0, "d": 0, "8": 0, "-8d": 0, "-1h": 0, "0d": 0, "8 days": 0,
	} {
		got, err := parseAge(text)
		if got != want || (err == nil) != (want > 0) {
			t.Errorf("%q: got %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestTheStacksDescriptionIsReadAsItWasWritten(t *testing.T) {
	path := t.TempDir() + "/stack.json"
	if _, err := stack.Read(path); err != stack.ErrNotUp {
		t.Errorf("without a file: got %v, want ErrNotUp", err)
	}
	written := stack.Info{API: "http://localhost:8080", Tenants: []stack.Tenant{{ID: "acme", Admin: stack.Login{Email: "a", Password: "p"}}}}
	if err := written.Write(path); err != nil {
		t.Fatal(err)
	}
	about, err := os.Stat(path)
	if err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("it holds passwords, but its mode is %v: %v", about.Mode(), err)
	}
	read, err := stack.Read(path)
	if err != nil || read.API != written.API || read.Tenants[0].Admin.Password != "p" {
		t.Errorf("got %+v, %v", read, err)
	}
	if _, err := read.Tenant("globex"); err == nil {
		t.Error("a tenant that does not exist is found")
	}
}

func TestWhatIsToBeOpenedFirstIsSaidLast(t *testing.T) {
	var said strings.Builder
	login := stack.Login{Email: "admin@acme.example", Password: "secret"}
	report(&said, stack.Info{
		API: "http://localhost:8080", Console: "http://localhost:8080/console/", Tenants: []stack.Tenant{{ID: "acme", Name: "Acme", Admin: login}},
	}, "Ctrl-C ends it.")
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	if last := lines[len(lines)-1]; last != "  Open the console:  http://localhost:8080/console/" {
		t.Errorf("the last line is %q", last)
	}
	for _, part := range []string{"admin@acme.example", "secret", "TENANT=acme", "Ctrl-C ends it."} {
		if !strings.Contains(said.String(), part) {
			t.Errorf("%q is missing in %s", part, said.String())
		}
	}
}

func TestEveryPinnedToolHasItsHashesAndNamesNoHost(t *testing.T) {
	text, err := os.ReadFile("requirements.txt")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "://") || regexp.MustCompile(`(?m)^\s*-(-find|-index|-extra|-trusted|i|f)`).Match(text) {
		t.Error("it names a place to download from")
	}
	for entry := range strings.SplitSeq(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
		if entry = strings.TrimSpace(entry); entry == "" || strings.HasPrefix(entry, "#") {
			continue
		}
		if !regexp.MustCompile(`^[a-z0-9-]+==\S+( +--hash=sha256:[0-9a-f]{64})+$`).MatchString(entry) {
			t.Errorf("not pinned by hash: %.80s", entry)
		}
	}
}

func TestTheLocalParametersAreTheTemplates(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	parameters, err := os.ReadFile("parameters.txt")
	if err != nil {
		t.Fatal(err)
	}
	known, _, _ := strings.Cut(string(template), "\nResources:\n")
	for line := range strings.Lines(string(parameters)) {
		name, _, ok := strings.Cut(line, "=")
		if ok && !strings.HasPrefix(line, "#") && !strings.Contains(known, "\n  "+name+":") {
			t.Errorf("template.yaml has no parameter %s", name)
		}
	}
}
