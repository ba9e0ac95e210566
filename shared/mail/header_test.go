package mail

import (
	"bytes"
	"fmt"
	"mime"
	netmail "net/mail"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"invites/shared/invite"
	"invites/shared/locale"
	"invites/shared/wording"
	"invites/shared/zone"
)

// scripts are words in the scripts that names come in.
var scripts = map[string]string{
	"Latin":    "Müller Überwald Żółć Ngọc Ærø Łódź Straße Çelik Ştefan Öl Åse",
	"ASCII":    "Acme International Consulting Services and Partners of Northern Lights",
	"one word": strings.Repeat("Donaudampfschifffahrt", 4),
	"Greek":    "Ελληνική Εταιρεία Διεθνών Επενδύσεων και Εμπορίου Αθηνών Θεσσαλονίκης",
	"Cyrillic": "Общество международной торговли и промышленности северного региона страны",
	"Arabic":   "شركة المثال الدولية للتجارة والصناعة والخدمات المتكاملة الحديثة الكبرى جدا",
	"Hebrew":   "החברה הישראלית למסחר בינלאומי ולתעשייה מתקדמת ולשירותים כלליים בצפון הארץ",
	"Thai":     "บริษัทตัวอย่างระหว่างประเทศเพื่อการค้าและอุตสาหกรรมและบริการครบวงจรสมัยใหม่มากมาย",
	"Japanese": "株式会社東京国際情報技術研究開発機構第二営業本部企画推進室御中東京都千代田区",
	"Korean":   "주식회사 서울 국제 정보 기술 연구 개발 기구 제이 영업 본부 기획 추진실 서울 특별시",
	"quotes":   `Acme "the best" \ of (all), <none>; @ "" Partners, Limited: "North" and South`,
	"like one": "Acme =?utf-8?q?x?= Partners =?",
	"emoji":    "Acme 🚀 Rockets 👩‍👩‍👧‍👦 Families 🇩🇪 and more 🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀🚀",
}

// namesOf are the beginnings of a script's words, of 1 to 70 characters.
func namesOf(script string) []string {
	var names []string
	letters := []rune(scripts[script])
	for n := 1; n <= min(70, len(letters)); n++ {
		if name := string(letters[:n]); name == strings.TrimSpace(name) {
			names = append(names, name)
		}
	}
	return names
}

var encodedWord = regexp.MustCompile(`=\?utf-8\?([qb])\?([^? ]*)\?=`)

// wellFolded fails where a header is folded before its first word, or is longer than
// RFC 2047 and RFC 5322 have it, or where an encoded word is cut within a character.
func wellFolded(t *testing.T, raw string) {
	t.Helper()
	head, _, _ := strings.Cut(raw, "\r\n\r\n")
	for i, line := range strings.Split(strings.TrimSuffix(head, "\r\n"), "\r\n") {
		name, rest, _ := strings.Cut(line, ":")
		if begins := line != "" && line[0] != ' '; begins && strings.TrimSpace(rest) == "" {
			t.Errorf("%s begins with an empty line in\n%s", name, head)
		} else if !begins {
			rest = line
		}
		if strings.TrimSpace(line) == "" {
			t.Errorf("line %d is blank in\n%s", i+1, head)
		}
		words := encodedWord.FindAllString(line, -1)
		switch alone := !strings.Contains(strings.TrimSpace(rest), " "); {
		case len(words) > 0 && len(line) > 76, len(line) > 998:
			t.Errorf("a line of %d characters: %q", len(line), line)
		case len(line) > 78 && !alone:
			t.Errorf("a line of %d characters could be folded: %q", len(line), line)
		}
		for _, word := range words {
			said, err := new(mime.WordDecoder).Decode(word)
			if len(word) > 75 || err != nil || !utf8.ValidString(said) {
				t.Errorf("%q, of %d characters, says %q, %v", word, len(word), said, err)
			}
		}
	}
}

func TestNoHeaderBeginsWithAnEmptyLine(t *testing.T) {
	address := strings.Repeat("a", 60) + "@" + strings.Repeat("b", 60) + ".example"
	for script := range scripts {
		for _, name := range namesOf(script) {
			for _, box := range []string{"a@b.example", address} {
				var h header
				h.addMailbox("From", name, box)
				h.addText("Subject", name)
				h.addText("X-Auto-Response-Suppress", name)
				if h.err != nil {
					t.Fatalf("%q: %v", name, h.err)
				}
				raw := h.lines + "\r\n"
				wellFolded(t, raw)
				m, err := netmail.ReadMessage(strings.NewReader(raw))
				if err != nil {
					t.Fatalf("%q: %v", name, err)
				}
				from, err := m.Header.AddressList("From")
				if err != nil || len(from) != 1 || *from[0] != (netmail.Address{Name: name, Address: box}) {
					t.Errorf("net/mail reads %v, %v, want %q of %s in\n%s", from, err, name, box, raw)
				}
				env, err := mailProgram.ReadEnvelope(strings.NewReader(raw + "text"))
				if err != nil || env.GetHeader("Subject") != name || env.GetHeader("X-Auto-Response-Suppress") != name {
					t.Errorf("enmime reads %q and %q, %v, want %q in\n%s", env.GetHeader("Subject"), env.GetHeader("X-Auto-Response-Suppress"), err, name, raw)
				}
				for _, field := range []string{"Subject", "X-Auto-Response-Suppress"} {
					if got, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(field)); err != nil || got != name {
						t.Errorf("mime reads %s as %q, %v, want %q in\n%s", field, got, err, name, raw)
					}
				}
			}
		}
	}
}

func TestHeadersOfEveryMailAreWellFolded(t *testing.T) {
	for _, tag := range locale.Languages() {
		usual := message(nil)
		w := wording.Of(locale.Pick(tag), &usual.Invite, usual.Settings, zone.Of)
		for script := range scripts {
			for _, name := range namesOf(script) {
				for kind := range 2 + invite.MaxReminders { // the first mail, a fresh link, reminders
					m := message(func(m *invite.Message) {
						m.Invite.Locale = tag
						if kind > 0 {
							m.Invite.Seq, m.Invite.Mail.Reminder = 120, kind-1
						}
					})
					w.Tenant = invite.TrustedName(name, "")
					l := letter{fromName: w.Tenant, subject: subject(w, m)}
					raw, err := l.mail(m, m.Settings.Sender)
					if err != nil {
						t.Fatalf("%q: %v", name, err)
					}
					wellFolded(t, string(raw))
					read, err := netmail.ReadMessage(bytes.NewReader(raw))
					if err != nil {
						t.Fatal(err)
					}
					if got, err := new(mime.WordDecoder).DecodeHeader(read.Header.Get("Subject")); err != nil || got != l.subject {
						t.Errorf("%s, %q: Subject %q, %v, want %q", tag, name, got, err, l.subject)
					}
				}
			}
		}
	}
}

// The shorter encoding is taken, and what needs none has none.
func TestTheEncodingOfAHeader(t *testing.T) {
	for text, want := range map[string]string{
		"Your invitation to Acme":              "Subject: Your invitation to Acme\r\n",
		"Einladung für Sie":                    "Subject: =?utf-8?q?Einladung_f=C3=BCr_Sie?=\r\n",
		"株式会社":                                 "Subject: =?utf-8?b?5qCq5byP5Lya56S+?=\r\n",
		"two  blanks":                          "Subject: =?utf-8?q?two__blanks?=\r\n",
		" a blank before":                      "Subject: =?utf-8?q?_a_blank_before?=\r\n",
		"a\r\nBcc: b@c.example":                "Subject: =?utf-8?b?YQ0KQmNjOiBiQGMuZXhhbXBsZQ==?=\r\n",
		strings.Repeat("a", 200):               "Subject: " + strings.Repeat("a", 200) + "\r\n",
		"b " + strings.Repeat("a", 200) + " c": "Subject: b\r\n " + strings.Repeat("a", 200) + "\r\n c\r\n",
	} {
		var h header
		if h.addText("Subject", text); h.lines != want || h.err != nil {
			t.Errorf("%q: %q, %v, want %q", text, h.lines, h.err, want)
		}
	}
}

func TestAWordThatIsNoneIsRefused(t *testing.T) {
	for _, word := range []string{"", "a\r\nBcc: b@c.example", "a\nb", "ü", strings.Repeat("a", 990)} {
		var h header
		if h.add("List-Unsubscribe", word); h.err == nil {
			t.Errorf("%.40q is taken", fmt.Sprint(word))
		}
	}
}
