package invite

import "strings"

// slip is one thing that a finger does to a word (Damerau 1964).
type slip byte

const (
	none    slip = iota // the same word, or more than a slip
	swapped             // two neighbours changed places
	doubled             // a letter came twice, or once where it is double
	missing             // a letter was left out
	added               // a letter came between
	changed             // another key was hit
	twice               // two slips: a letter moved, or two swapped and one once too often
)

// slipOf tells what made one word of another, and where: the place in the longer one.
func slipOf(typed, meant string) (slip, int) {
	n := 0
	for n < len(typed) && n < len(meant) && typed[n] == meant[n] {
		n++
	}
	t, m := typed[n:], meant[n:]
	switch {
	case t == "" && m == "":
		return none, 0
	case len(t) == len(m)+1 && t[1:] == m:
		if n > 0 && t[0] == typed[n-1] {
			return doubled, n
		}
		return added, n
	case len(m) == len(t)+1 && m[1:] == t:
		if n > 0 && m[0] == meant[n-1] {
			return doubled, n
		}
		return missing, n
	case len(t) == len(m) && t[1:] == m[1:]:
		return changed, n
	case len(t) == len(m) && len(t) > 1 && t[0] == m[1] && t[1] == m[0] && t[2:] == m[2:]:
		return swapped, n
	case n > 0 && len(meant) > 4 && sameLetters(typed, meant):
		return twice, n
	}
	return none, 0
}

// sameLetters reports whether a word is another with one letter moved, or with two
// neighbours swapped and one of its letters once too often.
func sameLetters(typed, meant string) bool {
	for i := range typed {
		rest := typed[:i] + typed[i+1:]
		if len(rest) == len(meant) && strings.IndexByte(meant, typed[i]) >= 0 {
			if s, _ := slipOf(rest, meant); s == swapped {
				return true
			}
		}
		for j := range meant {
			if len(typed) == len(meant) && typed[i] == meant[j] && rest == meant[:j]+meant[j+1:] {
				return true
			}
		}
	}
	return false
}

// keys is a keyboard by its rows; each is half a key right of the one above.
var keys = [...]string{"1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"}

// neighbours reports whether two keys touch.
func neighbours(a, b byte) bool {
	rowA, atA := keyOf(a)
	rowB, atB := keyOf(b)
	if rowA < 0 || rowB < 0 {
		return false
	}
	if rowA > rowB {
		rowA, atA, rowB, atB = rowB, atB, rowA, atA
	}
	switch rowB - rowA {
	case 0:
		return atA-atB == 1 || atB-atA == 1
	case 1:
		return atB == atA || atB == atA-1
	}
	return false
}

func keyOf(c byte) (row, at int) {
	for row, keys := range keys {
		if at := strings.IndexByte(keys, c); at >= 0 {
			return row, at
		}
	}
	return -1, -1
}

// vowels reports whether two letters are vowels, which are taken for one another by ear.
func vowels(a, b byte) bool {
	const all = "aeiouy"
	return strings.IndexByte(all, a) >= 0 && strings.IndexByte(all, b) >= 0
}
