// Package localetest checks what is written with the words of a catalogue: [Text] a
// text as an invitee reads it, [HTML] a page or a mail's HTML part.
package localetest

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"invites/shared/locale"
)

var placeholder = regexp.MustCompile(`\{[a-z0-9]*\}`)

// Text reports placeholders that were not filled, what is English in another language,
// and lines in which words of two directions stand side by side with nothing that
// keeps them apart.
func Text(t testing.TB, c *locale.Catalogue, text string) {
	t.Helper()
	if found := placeholder.FindString(text); found != "" {
		t.Errorf("%s: %s is not filled in %q", c.Tag(), found, text)
	}
	if tag := c.Tag(); tag != "en" && tag != "en-US" {
		for _, words := range english() {
			if strings.Contains(text, words) {
				t.Errorf("%s: %q is English in %q", tag, words, text)
			}
		}
	}
	for line := range strings.Lines(text) {
		if own, other := letters(c, line); own != "" && other != "" {
			t.Errorf("%s: %q is not isolated in %q", c.Tag(), other, line)
		}
	}
}

// HTML is Text for what a document shows, which it returns: elements that begin a line
// begin one, and what <bdi> isolates stands between the signs that do so in a text.
func HTML(t testing.TB, c *locale.Catalogue, document string) string {
	t.Helper()
	root, err := html.Parse(strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	show(&shown, root)
	Text(t, c, shown.String())
	return shown.String()
}

// inline elements stand within a line.
var inline = []string{"a", "b", "bdi", "em", "span", "strong"}

func show(to *strings.Builder, n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		to.WriteString(strings.Join(strings.Fields(" "+n.Data+" "), " "))
		return
	case n.Type == html.ElementNode && (n.Data == "style" || n.Data == "script"):
		return
	}
	before, after := "\n", "\n"
	if n.Data == "bdi" {
		before, after = " \u2068", "\u2069 "
	} else if slices.Contains(inline, n.Data) {
		before, after = " ", " "
	}
	to.WriteString(before)
	for child := range n.ChildNodes() {
		show(to, child)
	}
	to.WriteString(after)
}

// letters returns the first word of either direction that is not isolated.
func letters(c *locale.Catalogue, line string) (own, other string) {
	depth := 0
	for _, word := range strings.Fields(line) {
		for _, r := range word {
			switch {
			case r == '\u2068':
				depth++
			case r == '\u2069':
				depth--
			case depth > 0 || !unicode.IsLetter(r):
			case unicode.In(r, unicode.Arabic, unicode.Hebrew) == (c.Dir() == "rtl"):
				own = word
			default:
				other = word
			}
		}
	}
	return own, other
}

// english are the words between the placeholders of the English texts for invitees.
// Shorter ones than a sentence's might be in a name.
var english = sync.OnceValue(func() (all []string) {
	const short = 8
	_, here, _, _ := runtime.Caller(0)
	text, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "en.json"))
	if err != nil {
		panic(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(text, &texts); err != nil {
		panic(err)
	}
	for key, text := range texts {
		if strings.HasPrefix(key, "console.") {
			continue
		}
		for _, words := range placeholder.Split(text, -1) {
			if words = strings.Trim(words, " .,:;?!()"); len(words) >= short {
				all = append(all, words)
			}
		}
	}
	return all
})
