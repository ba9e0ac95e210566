package invite

import (
	"encoding/base64"
	"html"
	"strings"
)

// What an admin pastes holds a link in one of many forms: the token alone, the address as
// the mail has it, or what a mail filter made of that address, often two filters in a row.
// No list of filters is kept. They wrap an address in one of a few encodings, so those are
// undone one after the other, in every order, until the link shows.

// The work is bounded, whatever was pasted: in bytes of texts looked at, in texts, and in
// places of a text where a token may begin.
const (
	findBytes  = 256 << 10
	findTexts  = 96
	findPlaces = 192
	// findWindow is how far a token may reach that has something between its characters.
	findWindow = 512
)

// finder looks for a tenant's link in a text and in what the text encodes.
type finder struct {
	partition Partition
	seen      map[string]bool
	queue     []string

	bytes, texts, places int // what is done
	whole, short         bool
}

// find returns the token of a tenant's link in what was pasted. Where there is none, cause
// says so: incomplete where a link was cut, else unknown. A link of another tenant is
// unknown.
func find(pasted string, p Partition) (found Token, cause Cause) {
	f := finder{partition: p, seen: map[string]bool{}}
	return f.find(pasted)
}

func (f *finder) find(pasted string) (Token, Cause) {
	f.add(pasted)
	for len(f.queue) > 0 {
		text := f.queue[0]
		f.queue = f.queue[1:]
		if token, ok := f.look(text); ok {
			return token, ""
		}
		f.decode(text)
	}
	if !f.whole && !f.short {
		if token, ok := f.bare(pasted); ok {
			return token, ""
		}
	}
	if f.short && !f.whole {
		return Token{}, CauseIncomplete
	}
	return Token{}, CauseUnknown
}

// add queues a text that was not looked at before, while there is work left.
func (f *finder) add(text string) {
	if text == "" || f.seen[text] || f.texts >= findTexts || f.bytes+len(text) > findBytes {
		return
	}
	f.seen[text] = true
	f.texts++
	f.bytes += len(text)
	f.queue = append(f.queue, text)
}

// marks is what stands before a token: the path of our link, or the parameter of a link
// to the product's own accept page, of which a filter may have made the "#" a "*".
var marks = []string{"/i/", "#" + TokenParameter + "=", "*" + TokenParameter + "="}

// look reads a token after every mark of a text, in whatever case.
func (f *finder) look(text string) (Token, bool) {
	folded := []byte(text)
	for i, c := range folded {
		if 'A' <= c && c <= 'Z' {
			folded[i] = c + 'a' - 'A'
		}
	}
	lower := string(folded)
	for at := 0; f.places < findPlaces; f.places++ {
		after, found := afterMark(lower[at:])
		if !found {
			break
		}
		at += after
		if token, ok := f.read(text[at:min(len(text), at+findWindow)]); ok {
			return token, true
		}
	}
	return Token{}, false
}

// afterMark returns where the first mark of a text ends.
func afterMark(text string) (end int, found bool) {
	first := len(text)
	for _, mark := range marks {
		if at := strings.Index(text[:first], mark); at >= 0 {
			first, end, found = at, at+len(mark), true
		}
	}
	return end, found
}

// read reads the token of a text that begins after a mark.
func (f *finder) read(text string) (Token, bool) {
	token, err := ParseToken(text)
	if err == nil && token.Key.Partition == f.partition {
		return token, true
	}
	// What follows the address may fill up a token that was cut.
	if end := strings.IndexAny(text, " \t/?#&<>\"'()[]{}_;,*|\\"); end >= 0 && err != nil {
		_, err = ParseToken(text[:end])
	}
	f.note(err)
	return Token{}, false
}

// note keeps what is known of a token that is not the one looked for.
func (f *finder) note(err error) {
	if KindOf(err) == LinkIncomplete {
		f.short = true
	} else {
		f.whole = true
	}
}

// bare reads what has no mark as a token alone. A text with other letters or digits is
// none, and no part of one.
func (f *finder) bare(text string) (Token, bool) {
	token, err := ParseToken(text)
	if err == nil && token.Key.Partition == f.partition {
		return token, true
	}
	of := 0
	for _, c := range []byte(percentDecoded(text)) {
		_, ok := character(c)
		if isLetter := 'a' <= c|0x20 && c|0x20 <= 'z'; isLetter && !ok {
			return Token{}, false
		}
		if ok {
			of++
		}
	}
	if of > 0 {
		f.note(err)
	}
	return Token{}, false
}

// decode queues what a text may be the encoding of.
func (f *finder) decode(text string) {
	f.add(percentDecoded(text))
	f.add(html.UnescapeString(text))
	f.add(escaped(softBreaks.Replace(text), '=')) // quoted-printable
	// Proofpoint's second version: "-3A" for ":", and "_" for "/".
	f.add(escaped(strings.ReplaceAll(text, "_", "/"), '-'))
	for _, run := range strings.FieldsFunc(text, func(r rune) bool { return !is64(r) }) {
		f.decode64(run)
		if at := strings.Index(run, base64HTTP); at > 0 {
			f.decode64(run[at:])
		}
		if parts := strings.Split(run, "/"); len(parts) > 1 {
			for _, part := range parts {
				f.decode64(part)
			}
		}
	}
}

var softBreaks = strings.NewReplacer("=\r\n", "", "=\n", "")

// is64 reports whether a character is of base 64, in either of its alphabets.
func is64(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("+/-_", r)
}

// base64Shortest is the length of base 64 that can hold the address of a link, if a cut one.
const base64Shortest = len("https://a.bc/i/") * 4 / 3

// base64HTTP is how base 64 of a web address begins.
const base64HTTP = "aHR0c"

var base64Standard = strings.NewReplacer("-", "+", "_", "/")

// decode64 queues what a run of either base 64 encodes, its last characters left out
// where they are too few for a byte.
func (f *finder) decode64(run string) {
	if len(run) < base64Shortest || f.texts >= findTexts || f.bytes+base64.RawStdEncoding.DecodedLen(len(run)) > findBytes {
		return
	}
	if len(run)%4 == 1 {
		run = run[:len(run)-1]
	}
	decoded, err := base64.RawStdEncoding.DecodeString(base64Standard.Replace(run))
	if err == nil {
		f.add(string(decoded))
	}
}
