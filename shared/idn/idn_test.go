package idn_test

import (
	"errors"
	"testing"

	"invites/shared/idn"
)

// What is not here: whole addresses, which shared/invite tries with this.
func TestToASCII(t *testing.T) {
	for _, c := range []struct {
		typed, want string
		sign        rune // at fault, where it is one
	}{
		{"Example.COM", "example.com", 0},
		{"r3---sn.example.", "r3---sn.example.", 0},
		{"STRAẞE.de", "xn--strae-oqa.de", 0},
		{"straße.de", "xn--strae-oqa.de", 0},
		{"XN--STRAE-OQA.de", "xn--strae-oqa.de", 0},
		{"münchen.exa", "xn--mnchen-3ya.exa", 0},
		{"mu\u0308nchen.", "xn--mnchen-3ya.", 0},
		{"ｅｘａｍｐｌｅ。com", "example.com", 0},
		{"ﾊﾟﾝ.jp", "xn--odk8c.jp", 0},
		{"example.com™", "", '™'},
		{"example.com،", "", '،'},
		{"example.xn--com-nwe", "", '،'},
		{"ﬁrma.de", "", 'ﬁ'},
		{"İzmir.com", "", 'İ'},
		{"a_b.com", "", '_'},
		{"-ü.de", "", '-'},
		{"example.comへ", "", 'へ'},
		{"\u0301a.com", "", 0},
		{"ab--ü.de", "", 0},
		{"a\u200db.com", "", 0},
		{"אa.com", "", 0}, // two directions in one label
		{"xn--a.com", "", 0x80},
	} {
		got, err := idn.ToASCII(c.typed)
		var sign idn.SignError
		if errors.As(err, &sign); got != c.want || (err != nil) != (c.want == "") || sign.Sign() != c.sign {
			t.Errorf("%q: got %q, %v, want %q, %q", c.typed, got, err, c.want, c.sign)
		}
	}
}
