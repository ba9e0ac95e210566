package invite

import (
	"encoding/hex"
	"strings"
)

// Between the mail and us, a token meets programs that glue something to it or break it:
// a sentence's full stop, a bracket, the next word where a language writes none apart, a
// soft hyphen, a line break with the "=" of quoted-printable. Its length is fixed and its
// alphabet closed, so what is no part of it is told apart and dropped
// (docs/decisions/0063-a-link-with-something-glued-to-it.md).

// present reads n characters of the alphabet in what somebody presents: percent-decoded
// once, without what is no character of the alphabet, the first n of them. whole is false
// where there are fewer.
//
// A "=3D" in front is what quoted-printable makes of the "=" of a parameter, and is dropped
// as well, although 3 and D are in the alphabet. Where its "=" is gone, or may have been
// any other sign, right settles it: it reports whether n characters have the right check
// character, and is nil where there is none.
func present(s string, n int, right func(string) bool) (read string, whole bool) {
	s = percentDecoded(s)
	plain := kept(s)
	ruled := kept(withoutEquals(s))
	if right != nil {
		for _, r := range []string{strings.TrimPrefix(plain, "3d"), ruled, plain} {
			if len(r) >= n && right(r[:n]) {
				return r[:n], true
			}
		}
	}
	if len(ruled) < n {
		return "", false
	}
	return ruled[:n], true
}

// kept returns the characters of the alphabet that are in a text, in lower case. It goes
// by bytes: no letter beyond ASCII is one of them, whatever Unicode folds it to.
func kept(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c, ok := character(s[i]); ok {
			b = append(b, c)
		}
	}
	return string(b)
}

// character returns a character of the alphabet in lower case; ok is false for any other.
func character(c byte) (lower byte, ok bool) {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c, strings.IndexByte(alphabet, c) >= 0
}

// withoutEquals drops the "=3D" before the first character of the alphabet: a "=" as
// quoted-printable writes it, left over from "token=".
func withoutEquals(s string) string {
	front := 0
	for front < len(s) {
		if _, ok := character(s[front]); ok {
			break
		}
		front++
	}
	if front > 0 && s[front-1] == '=' && len(s) >= front+2 && strings.EqualFold(s[front:front+2], "3d") {
		return s[front+2:]
	}
	return s
}

// percentDecoded decodes once what is percent-encoded, and leaves any other "%" alone.
func percentDecoded(s string) string { return escaped(s, '%') }

// escaped replaces every mark that two hexadecimal digits follow by the byte they name.
func escaped(s string, mark byte) string {
	if strings.IndexByte(s, mark) < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		var one [1]byte
		if s[i] == mark && i+2 < len(s) {
			if _, err := hex.Decode(one[:], []byte(s[i+1:i+3])); err == nil {
				b = append(b, one[0])
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
