package locale

import (
	"regexp"
	"strings"
	"testing"
)

func TestDirections(t *testing.T) {
	for tag, want := range map[string]string{"en": "ltr", "en-US": "ltr", "ja": "ltr", "ar": "rtl", "ar-EG": "rtl", "arn": "ltr"} {
		if got := (&Catalogue{tag: tag}).Dir(); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
}

// Values alone are isolated, and only where they are written in the other direction.
func TestValuesOfTheOtherDirectionAreIsolated(t *testing.T) {
	for _, c := range []struct{ tag, tenant, want string }{
		{"en", "Acme", "Your invitation to Acme"},
		{"en", "株式会社", "Your invitation to 株式会社"},
		{"en", "أكمي", "Your invitation to \u2068أكمي\u2069"},
		{"de", "אקמי 7", "Ihre Einladung zu \u2068אקמי 7\u2069"},
		{"ja", "أكمي", "\u2068أكمي\u2069 への招待のお知らせ"},
		{"ar", "Acme", "دعوتك للانضمام إلى \u2068Acme\u2069"},
		{"ar", "أكمي", "دعوتك للانضمام إلى أكمي"},
		{"ar", "أكمي Acme", "دعوتك للانضمام إلى \u2068أكمي Acme\u2069"},
		{"ar", "株式会社", "دعوتك للانضمام إلى \u2068株式会社\u2069"},
		{"ar", "1&1", "دعوتك للانضمام إلى 1&1"},
	} {
		if got := Pick(c.tag).Text("mail.subject", "tenant", c.tenant); got != c.want {
			t.Errorf("%s: %q, want %q", c.tag, got, c.want)
		}
	}
	c := Pick("ar")
	inviter := c.Text("inviter.known", "name", "Ana", "email", "ana@acme.example")
	if want := "\u2068Ana\u2069 (\u2068ana@acme.example\u2069)"; inviter != want {
		t.Errorf("%q, want %q", inviter, want)
	}
	if got, want := c.Text("mail.intro.nobody.neutral", "inviter", inviter), "وصلتك دعوة من "+inviter+"."; got != want {
		t.Errorf("a value whose parts are isolated is isolated again: %q, want %q", got, want)
	}
	if got, want := c.HTML("mail.intro", "inviter", "Ana", "tenant", "Acme"), "وصلتك دعوة من <bdi>Ana</bdi> للانضمام إلى <bdi>Acme</bdi>."; string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A mail program that knows no direction takes that of the first letter, and an
// Arabic catalogue brings no letters of the other direction itself. The console knows its
// direction: it may name DNS records, which have no Arabic names, each isolated.
func TestArabicTextsBeginAndStayArabic(t *testing.T) {
	// Parts of a text: what they stand in begins it.
	parts := regexp.MustCompile(`^(inviter\.(known|named|address)|mail\.subject\.(reminder\.)?mark|mail\.(fact|lead))$`)
	records := regexp.MustCompile(`\x{2068}(SPF|DKIM|DMARC|DNS)\x{2069}`)
	for _, tag := range Languages() {
		if (&Catalogue{tag: tag}).Dir() != "rtl" {
			continue
		}
		for key, text := range whole(t, tag) {
			if strings.HasPrefix(text, "{") && !parts.MatchString(key) && !strings.HasPrefix(key, "date.") {
				t.Errorf("%s: %q begins with a value: %q", tag, key, text)
			}
			if strings.HasPrefix(key, console) {
				text = records.ReplaceAllString(text, "")
			}
			if found := regexp.MustCompile(`\p{Latin}+`).FindString(placeholder.ReplaceAllString(text, "")); found != "" {
				t.Errorf("%s: %q has %q", tag, key, found)
			}
		}
	}
}
