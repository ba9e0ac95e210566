package invite_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"

	"invites/shared/invite"
)

// Names as people and companies have them. Left out: names with emoji and names that
// are domains, which are lost (see the decision record), and those of namelinks_test.go.
var honestNames = []string{
	"O'Neil", "O’Neil", "O´Neil", "Dr. Müller-Lüdenscheidt", "J. R. Smith", "J.R.R. Tolkien", "J.R.Smith",
	"株式会社", "三菱UFJフィナンシャル・グループ", "Acme Inc.", "Smith & Sons", "Yahoo!", "AT&T", "C++ Guild", "3M",
	"7-Eleven", "Acme (UK) Ltd.", "Société Générale S.A.", "S.p.A.", "Toys \"R\" Us", "E.ON", "Novo Nordisk A/S",
	"ACME GmbH & Co. KG", "Ke$ha", "Who?", "1. FC Köln 01/07", "Web 2.0 Club", "Route 66", "Nguyễn Thị Minh Khai",
	"Nguye\u0302\u0303n", "น้ำทิพย์ ที่รัก", "И.И. Иванов", "И.И.Иванов", "ООО «Ромашка»", "Αλέξανδρος", "בע״מ חברה", "שָׁלוֹם",
	"محمد علي", "क्षितिज शर्मा", "김민수", "Mary-Jane St. John", "Ana", "Ñandú", "Αθήνα Acme", "A*Star", "H&M",
	"Trustees of the University of the Arts of London", "Straße 7", "Vitamin B12", "Dr.Müller", "Acme Co., Ltd.",
	"50% More", "Canal+", "№ 5", "Müller – Söhne", "IT_Services", "Awww.", "Node.js", "第Ⅱ営業部", "Louis Ⅲ", "阿里‧巴巴", "አበበ፡በቀለ", "山田、鈴木", "【公式】アクメ", "Acme × Globex", "L'Arc〜en〜Ciel",
	"8½ Studio", "CO₂ Team", "Acme ― Tokyo", "‚Acme‘", "Γ΄ Λυκείου", "ד″ר כהן", "བཀྲ་ཤིས།",
}

// Names that are more than names.
var hostileNames = []string{
	"", " ", "\u00a0", "!", "-",
	"Acme\r\nBcc: x@evil.example", "Acme\n", "a\tb", "a\x00b", "a\x7fb", "a\u0085b", "a\u2028b", "a\u2029b",
	"Acme\u202egnp.exe", "\u2066Acme", "\u200fAcme", "Ac\u200bme", "Ac\u200dme", "Ac\u2060me", "\ufeffAcme", "Ac\u00adme",
	"A\u034fcme", "\u3164", "A\ufe0fcme", "Ac\U000e0041me", "\u180eAcme", "A\u115fB",
	"Z\u0301\u0302\u0303algo", strings.Repeat("a\u0301\u0301\u0301", 20), "\u0301Acme", "A \u0301B",
	"https://evil.example", "http evil", "evil.example", "EVIL.COM", "Booking.Com", "Acme.Inc", "t.co", "x.com", "bit.ly/abc",
	"www.evil", "WWW evil", "evil。中国", "пример.рф", "ПРИМЕР.РФ", "ｅｖｉｌ．ｃｏｍ", "evil｡com", "example.newtld",
	"visit evil.com now", "evil(.)com", "evil .com", "evil dot com", "evil Punkt de", "192.168.10.1", "10.0.0.1", "xn--80ak6aa92e.com",
	"a@b", "ana@evil.example", "ana＠evil", "mailto:ana", "javascript:alert(1)", "Ana: urgent",
	"+49 170 1234567", "call 555-0123", "0800-555-0199", "+49 30 12", "٠١٢٣٤٥٦٧", "(030) 123 4567", "0 8 0 0 5 5 5 0 1",
	"You won $500", "<b>Acme</b>", "<script>alert(1)</script>", "{{.Link}}", "=?utf-8?q?Acme?=", "Acme; DROP", "a\\b", "[link](x)",
	"Acme 🚀", "EvⅠl", "Ⅰcloud", "\U0001d4d0cme", "Pаypal", "Αcme", "Acme\xff", "Acme\ufffd", "WIN!!!", "a..b", "a//b",
	strings.Repeat("a", 65), strings.Repeat("株", 33), "a b c d e f g h i j k", strings.Repeat("long ", 500),
}

func TestHonestNamesStay(t *testing.T) {
	for _, name := range honestNames {
		if got := invite.SafeName(name, "-"); got != name {
			t.Errorf("SafeName(%q) = %q, want it kept", name, got)
		}
	}
}

func TestHostileNamesFallBack(t *testing.T) {
	for _, name := range hostileNames {
		if got := invite.SafeName(name, "your team"); got != "your team" {
			t.Errorf("SafeName(%q) = %q, want the fallback", name, got)
		}
	}
}

// domainNames are those of hostileNames that are so for their domain alone.
var domainNames = []string{
	"evil.example", "EVIL.COM", "Booking.Com", "Acme.Inc", "t.co", "x.com", "пример.рф", "ПРИМЕР.РФ", "ｅｖｉｌ．ｃｏｍ",
	"example.newtld", "visit evil.com now",
}

func TestATrustedNameMayLookLikeADomainAndNothingMore(t *testing.T) {
	for _, name := range append(slices.Clone(honestNames), domainNames...) {
		if got := invite.TrustedName(name, "-"); got != name {
			t.Errorf("TrustedName(%q) = %q, want it kept", name, got)
		}
	}
	for _, name := range append([]string{"evil.com/x", "evil.com?x"}, hostileNames...) {
		if got := invite.TrustedName(name, "-"); got != "-" && !slices.Contains(domainNames, name) {
			t.Errorf("TrustedName(%q) = %q, want the fallback", name, got)
		}
	}
}

func TestWhiteSpaceOfANameIsOneSpace(t *testing.T) {
	for in, want := range map[string]string{
		"  Ana  Silva ": "Ana Silva", "Ana\u00a0Silva": "Ana Silva", "株式会社\u3000アクメ": "株式会社 アクメ",
	} {
		if got := invite.SafeName(in, "-"); got != want {
			t.Errorf("SafeName(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSafeAddress(t *testing.T) {
	for in, want := range map[string]string{
		"Ana@Example.com": "ana@example.com", "a.b+c@x-y.example": "a.b+c@x-y.example",
		"": "", "ana": "", "a@b@c.de": "", "ana@bücher.example": "", "a!b@example.com": "", "ana@example.com\r\nX: y": "",
		"\"a b\"@example.com": "", "<ana@example.com>": "", strings.Repeat("a", 60) + "@" + strings.Repeat("b", 40) + ".example": "",
	} {
		if got := invite.SafeAddress(in); got != want {
			t.Errorf("SafeAddress(%q) = %q, want %q", in, got, want)
		}
	}
}

// The list of top-level domains is a copy; every line of it must be one.
func TestTopLevelDomainsAreReal(t *testing.T) {
	for _, tld := range []string{"com", "de", "zip", "museum", "co", "io", "dev"} {
		if suffix, icann := publicsuffix.PublicSuffix(tld); !icann || suffix != tld {
			t.Fatalf("%q is no top-level domain any more", tld)
		}
		if got := invite.SafeName("Acme."+strings.ToUpper(tld), "-"); got != "-" {
			t.Errorf("SafeName keeps Acme.%s", strings.ToUpper(tld))
		}
	}
}

func FuzzSafeName(f *testing.F) {
	for _, s := range append(append([]string(nil), honestNames...), hostileNames...) {
		f.Add(s)
	}
	for _, names := range dottedNames {
		for _, s := range names {
			f.Add(s)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		const fallback = "\x00"
		got := invite.SafeName(s, fallback)
		if got == fallback {
			return
		}
		if !utf8.ValidString(got) || got == "" || strings.TrimSpace(got) != got || utf8.RuneCountInString(got) > 64 {
			t.Fatalf("SafeName(%q) = %q", s, got)
		}
		if again := invite.SafeName(got, fallback); again != got {
			t.Fatalf("SafeName(%q) = %q, and of that %q", s, got, again)
		}
		if strings.ContainsAny(got, "@<>:;=\\[]{}^~") || strings.Contains(got, "//") {
			t.Fatalf("SafeName(%q) = %q holds a forbidden sign", s, got)
		}
		for _, r := range got {
			if r == '〇' || r >= 'Ⅰ' && r <= 'Ⅻ' || r == '\u200c' || r == '\u200d' { // of Chinese and Roman numbers, and joiners
				continue
			}
			if r != ' ' && !unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.P, unicode.S, unicode.No) || unicode.In(r, unicode.C) {
				t.Fatalf("SafeName(%q) = %q holds %U", s, got, r)
			}
		}
		lower := strings.ToLower(got)
		for _, bad := range []string{".com", ".net", ".org"} {
			if strings.HasSuffix(lower, "b.com") || strings.HasSuffix(lower, "m.com") { // a degree
				continue
			}
			if i := strings.Index(lower, bad); i > 0 && i+len(bad) == len(lower) && lower[i-1] >= 'a' && lower[i-1] <= 'z' {
				t.Fatalf("SafeName(%q) = %q holds a domain", s, got)
			}
		}
	})
}
