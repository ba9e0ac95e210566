package mail

import (
	"encoding/base64"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"
)

const (
	// A line with an encoded word has 76 characters at most, and the word 75 (RFC 2047 2).
	maxLine, maxEncodedWord = 76, 75
	// Another line should have 78 at most and must not have more than 998 (RFC 5322 2.1.1).
	maxPlainLine, maxBareLine = 78, 998
)

// header is the head of a mail as it is sent. The zero value is an empty one.
type header struct {
	lines string
	err   error // the first of add
}

// add writes a header of words that are ready to send. A line is folded between two words
// only, and so never before the first one, however long: a header that begins with an
// empty line is read by some programs as one that begins with a blank, and held against
// the mail by filters.
func (h *header) add(name string, words ...string) {
	h.lines += name + ":"
	used := len(name) + 1
	for i, word := range words {
		if i > 0 && used+1+len(word) > maxLine {
			h.lines += "\r\n"
			used = 0
		}
		h.lines += " " + word
		used += 1 + len(word)
		if h.err == nil && (!printable(word) || used > maxBareLine) {
			h.err = fmt.Errorf("header %s: %q is no word of a header", name, word)
		}
	}
	h.lines += "\r\n"
}

// addText writes an unstructured header, such as a subject.
func (h *header) addText(name, text string) {
	if asItIs(text) {
		h.add(name, strings.Split(text, " ")...)
		return
	}
	h.add(name, encodedWords(text, room(name))...)
}

// addMailbox writes a header of one address, with a display name before it unless that
// is "".
func (h *header) addMailbox(name, display, address string) {
	mailbox := mail.Address{Address: address}
	words := []string{mailbox.String()}
	switch {
	case display == "":
	case asItIs(display) && len(name+": "+quoted(display)) <= maxPlainLine:
		words = append([]string{quoted(display)}, words...)
	default:
		words = append(encodedWords(display, room(name)), words...)
	}
	h.add(name, words...)
}

// room is what the first line of a header has for its first word.
func room(name string) int { return min(maxEncodedWord, maxLine-len(name+": ")) }

// quoted returns a quoted string (RFC 5322 3.2.4). It is one word, never folded within:
// not every program brings back the blanks.
func quoted(display string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(display) + `"`
}

// printable reports whether a text is ASCII without control characters.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != ""
}

// asItIs reports whether a text can stand in a header unencoded and comes back from any
// folding: single blanks between its words, none around them, nothing like an encoded word.
func asItIs(s string) bool {
	return printable(s) && !strings.Contains(s, "=?") && !strings.Contains(" "+s+" ", "  ") && longestWord(s) < maxBareLine-maxLine
}

func longestWord(s string) int {
	most := 0
	for word := range strings.SplitSeq(s, " ") {
		most = max(most, len(word))
	}
	return most
}

// encodedWords returns a text as encoded words (RFC 2047), the first of which has first
// characters at most. Each holds whole characters. Of the two encodings it takes the
// shorter one, and where they are equal the one that people can read.
func encodedWords(text string, first int) []string {
	text = strings.ToValidUTF8(text, "\ufffd")
	q, b := encodedBy(quotedWord, text, first), encodedBy(base64Word, text, first)
	if len(strings.Join(b, " ")) < len(strings.Join(q, " ")) {
		return b
	}
	return q
}

// encodedBy fills each word as far as it goes.
func encodedBy(encode func(string) string, text string, first int) []string {
	var words []string
	most, start, end := first, 0, 0
	for at, r := range text {
		next := at + utf8.RuneLen(r)
		if end > start && len(encode(text[start:next])) > most {
			words = append(words, encode(text[start:end]))
			most, start = maxEncodedWord, end
		}
		end = next
	}
	return append(words, encode(text[start:]))
}

func base64Word(s string) string {
	return "=?utf-8?b?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?="
}

// quotedWord leaves alone what a display name may have as well (RFC 2047 5.3).
func quotedWord(s string) string {
	var b strings.Builder
	b.WriteString("=?utf-8?q?")
	for i := range len(s) {
		switch c := s[i]; {
		case c == ' ':
			b.WriteByte('_')
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("!*+-/", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String() + "?="
}
