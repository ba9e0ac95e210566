package invite

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/idna"
)

func TestEndingsAreThoseOfTheRootZone(t *testing.T) {
	first, endings, _ := strings.Cut(topLevel, "\n")
	if !regexp.MustCompile(`^# IANA root zone, version 20\d{8}; renewed by: make endings$`).MatchString(first) {
		t.Errorf("the list begins with %q, want its version and its command", first)
	}
	lines := strings.Fields(endings)
	if len(lines) < 1400 {
		t.Fatalf("the list has %d lines", len(lines))
	}
	for _, ending := range lines {
		unicoded, err := idna.Punycode.ToUnicode(ending)
		ascii, errASCII := idna.Punycode.ToASCII(ending)
		if err != nil || errASCII != nil || !isTLD(unicoded) || !isTLD(ascii) || strings.ToLower(ending) != ending {
			t.Errorf("%q stands there without %q and %q", ending, unicoded, ascii)
		}
	}
	for _, ending := range []string{"com", "de", "aaa", "zw", "рф", "xn--p1ai", "中国"} {
		if !isTLD(ending) || !isEnding(ending) {
			t.Errorf("%q is no ending", ending)
		}
	}
	for _, ending := range []string{"", "con", "cmo", "o", "co\n", "com\nde", "# IANA root zone", "example.com", "xn--com-nwe"} {
		if isTLD(ending) || isEnding(ending) {
			t.Errorf("%q is an ending", ending)
		}
	}
	for _, ending := range []string{"example", "test", "invalid", "localhost"} {
		if isTLD(ending) || !isEnding(ending) {
			t.Errorf("%q is to be known, and not of the root zone", ending)
		}
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil || !strings.Contains(string(makefile), "\nendings:") {
		t.Errorf("the command that the list names is gone (%v)", err)
	}
}
