package invite

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
)

// maxPasted is the longest body that the API takes.
const maxPasted = 8 << 10

func fill(s string) string { return strings.Repeat(s, maxPasted/len(s)) }

// Whoever may ask may paste what they like, so the work is counted and bounded.
func TestLookingForALinkIsBounded(t *testing.T) {
	nested := "https://links.example/i/"
	for len(url.QueryEscape(nested)) < maxPasted {
		nested = url.QueryEscape(nested + "&amp;=3D-5F_%25")
	}
	deep := "https://links.example/x"
	for len(deep)*4/3+4 < maxPasted {
		deep = base64.StdEncoding.EncodeToString([]byte(deep))
	}
	for what, pasted := range map[string]string{
		"marks": fill("/i/"), "marks of the fragment": fill("#token="), "marks in layers": fill("%252Fi%252F-2Fi-2F"),
		"escapes": fill("%25"), "escapes of every kind": fill("%25&amp;=3D-5F_"), "escapes of escapes": nested,
		"base 64": fill("aHR0cHM6"), "base 64 in base 64": deep, "pieces of base 64": fill("aHR0cHM6Ly9hLmJjL2kv/"), "short pieces": fill("aHR0c/"),
		"slashes": fill("/"), "underscores": fill("_"), "hyphens": fill("-2D"), "equals signs": fill("=3D"), "soft breaks": fill("=\r\n"),
		"letters": fill("a"), "bytes that are no text": fill("\xff\x80/i/"), "entities": fill("&#x26;&nGt;"), "nothing": "",
	} {
		f := finder{partition: PartitionOf("acme"), seen: map[string]bool{}}
		if _, cause := f.find(pasted); cause == "" {
			t.Errorf("%s: there is a link", what)
		}
		if f.bytes > findBytes || f.texts > findTexts || f.places > findPlaces {
			t.Errorf("%s: %d bytes in %d texts with %d places", what, f.bytes, f.texts, f.places)
		}
		if pasted != "" && f.texts == 0 {
			t.Errorf("%s: nothing was looked at", what)
		}
	}
}

// What was read before the bound must have been worth it: the link is found although the
// text around it could be taken apart in many ways.
func TestALinkIsFoundInALongPaste(t *testing.T) {
	token := MintToken([]byte("key"), KeyOf("acme", "ana@example.com"), 1, 1, Nonce{})
	wrapped := url.QueryEscape("https://filter.example/?u=" + base64.StdEncoding.EncodeToString([]byte("https://links.example/i/"+token.Reveal())))
	for what, noise := range map[string]string{
		"prose": "The invitation, at last. ", "a table": "a_b-2D=3D%25 ", "headers": "DKIM-Signature: v=1; b=aHR0cHM6Ly9hLmJjL2kv/x+y; ", "addresses": "https://other.example/a/b_c?d=e%20f ",
	} {
		pasted := strings.Repeat(noise, 6<<10/len(noise)) + " https://outer.example/r?to=" + url.QueryEscape(wrapped) + "&x=1\n"
		if found, cause := find(pasted, token.Key.Partition); cause != "" || !found.Digest().Equal(token.Digest()) {
			t.Errorf("%s: got %q", what, cause)
		}
	}
}
