package invite_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"invites/shared/invite"
)

func TestEveryReasonHasItsOwnText(t *testing.T) {
	source, err := os.ReadFile("reason.go")
	if err != nil {
		t.Fatal(err)
	}
	unknown := invite.ReasonText("something_new")
	seen := map[string]string{}
	for _, m := range regexp.MustCompile(`Reason\w+\s+= "(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		text := invite.ReasonText(m[1])
		if text == unknown || seen[text] != "" || !strings.HasSuffix(text, ".") || strings.Contains(text, "_") {
			t.Errorf("%s: %q (also of %q)", m[1], text, seen[text])
		}
		seen[text] = m[1]
	}
	if len(seen) < 10 {
		t.Errorf("%d reasons found", len(seen))
	}
	if unknown == "" || invite.ReasonText("") != "" {
		t.Error("an unknown reason needs a text, no reason needs none")
	}
}
