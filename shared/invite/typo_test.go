package invite_test

import (
	_ "embed"
	"iter"
	"strings"
	"testing"

	"invites/shared/idn"
	"invites/shared/invite"
)

//go:embed testdata/providers.txt
var providers string

//go:embed testdata/typos.tsv
var typos string

// lines are those of a file of cases that are no comment.
func lines(file string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(file) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}

func TestARealProviderIsNotDoubted(t *testing.T) {
	n := 0
	for domain := range lines(providers) {
		n++
		a := invite.Address("ana@" + domain)
		if got, ok := a.LikelyMeant(); ok || a.EndingUnknown() {
			t.Errorf("%s: got %q, and an ending that is unknown: %t", domain, got, a.EndingUnknown())
		}
	}
	if n < 284+150 {
		t.Errorf("only %d domains were tried", n)
	}
}

func TestASlipGetsWhatWasMeant(t *testing.T) {
	n := 0
	for line := range lines(typos) {
		n++
		typed, meant, _ := strings.Cut(line, "\t")
		if got, ok := invite.Address("a.b+c@" + typed).LikelyMeant(); !ok || string(got) != "a.b+c@"+meant {
			t.Errorf("%s: got %q, want %q", typed, got, meant)
		}
		if got, err := invite.ParseAddress("ana@"+typed, idn.ToASCII); strings.Contains(typed, ".") && (err != nil || got.Domain() != typed) {
			t.Errorf("%s: got %q, %v, want it taken and doubted", typed, got, err)
		}
		if got, ok := invite.Address("ana@" + meant).LikelyMeant(); ok {
			t.Errorf("%s, which is right: got %q", meant, got)
		}
	}
	if n < 130+60 {
		t.Errorf("only %d slips were tried", n)
	}
}

// A name that is not known is nobody's slip, whatever it is near to.
func TestARealEndingOfAnUnknownNameIsNotDoubted(t *testing.T) {
	for ending := range strings.FieldsSeq("com net org de co cm om ne et fr es it nl io ai app dev me md eu ec ed.jp co.uk com.br com.co ac.uk k12.ca.us example test xn--p1ai") {
		for _, name := range []string{"acme", "a", "1und2", "my-company", "mail.acme", "gmail.acme", "outlook.mail-server", "xn--bcher-kva"} {
			if got, ok := invite.Address("ana@" + name + "." + ending).LikelyMeant(); ok {
				t.Errorf("%s.%s: got %q", name, ending, got)
			}
		}
	}
}

func FuzzLikelyMeant(f *testing.F) {
	for line := range lines(typos) {
		typed, _, _ := strings.Cut(line, "\t")
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, domain string) {
		typed, err := invite.ParseAddress("ana@"+domain, idn.ToASCII)
		if err != nil {
			return
		}
		meant, ok := typed.LikelyMeant()
		if !ok {
			return
		}
		if again, ok := meant.LikelyMeant(); ok || !strings.HasPrefix(string(meant), "ana@") || meant.EndingUnknown() {
			t.Errorf("%q: got %q, and for that %q", domain, meant, again)
		}
	})
}
