package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestAListIsTakenWholeWithItsVersion(t *testing.T) {
	var published strings.Builder
	published.WriteString("// # Version 2026061000, Last Updated Wed Jun 10 07:07:01 2026 UTC\nexport const TLDS = [\n    'XN--P1AI',\n    'COM',\n")
	for n := range fewest {
		fmt.Fprintf(&published, "    'T%d',\n", n)
	}
	version, text, err := list(published.String() + "];\n")
	if err != nil || version != "2026061000" || !strings.HasPrefix(text, "# IANA root zone, version 2026061000;") {
		t.Fatalf("got %q, %q, %v", version, text, err)
	}
	for _, ending := range []string{"com", "xn--p1ai", "рф", "t0"} {
		if !strings.Contains(text, "\n"+ending+"\n") {
			t.Errorf("%q is missing", ending)
		}
	}
	for name, broken := range map[string]string{
		"no version": strings.Replace(published.String(), "Version", "Edition", 1),
		"half of it": published.String()[:published.Len()/2],
		"no ending":  "// # Version 2026061000\n",
		"no label":   strings.Replace(published.String(), "XN--P1AI", "XN--99999999", 1),
	} {
		if _, _, err := list(broken); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}
