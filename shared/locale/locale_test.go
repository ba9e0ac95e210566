package locale

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// dateParts may differ between languages: each writes a date in its own form.
var dateParts = []string{"{weekday}", "{day}", "{month}", "{year}", "{hour}", "{hour12}", "{half}", "{minute}", "{zone}"}

func TestEveryLanguageHasTheSameTexts(t *testing.T) {
	english := catalogues()[Default]
	for _, tag := range Languages() {
		c := find(tag)
		if c == nil || c.Tag() != tag {
			t.Errorf("%s is not found by its own tag", tag)
			continue
		}
		for key := range english.own {
			if c.base == nil && c.own[key] == "" {
				t.Errorf("%s lacks %q", tag, key)
			}
		}
		for key, text := range c.own {
			want, known := english.own[key]
			if !known {
				t.Errorf("%s has %q, which English lacks", tag, key)
			}
			if strings.HasPrefix(key, "date.") {
				for _, p := range placeholder.FindAllString(text, -1) {
					if !slices.Contains(dateParts, p) {
						t.Errorf("%s: %q has %s", tag, key, p)
					}
				}
				continue
			}
			if got, want := placeholders(text), placeholders(want); got != want {
				t.Errorf("%s: %q has %s, want %s", tag, key, got, want)
			}
			if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}<>&\n") || strings.TrimSpace(text) != text {
				t.Errorf("%s: %q is not plain text: %q", tag, key, text)
			}
		}
		if days, months := strings.Fields(c.Text("weekdays")), strings.Fields(c.Text("months")); len(days) != 7 || len(months) != 12 {
			t.Errorf("%s: %d weekdays, %d months", tag, len(days), len(months))
		}
	}
}

func placeholders(text string) string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

// A key in the catalogue that the code does not use, or the other way round, is a
// mistake of one of them. JSON would drop the first of two equal keys in silence.
func TestTextsAreUsedAndNamedOnce(t *testing.T) {
	code := ""
	for _, folder := range []string{"../mail", "../page", "../wording", "."} {
		names, err := filepath.Glob(folder + "/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".json") {
				continue
			}
			if text, err := os.ReadFile(name); err == nil {
				code += string(text)
			}
		}
	}
	english := catalogues()[Default].own
	for key := range english {
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".neutral"), ".nobody")
		used := strings.Contains(code, `"`+base+`"`) || strings.Contains(code, `"`+key+`"`) || strings.HasPrefix(key, "label.") || key == "inviter.nobody" || key == "inviter.nobody.neutral"
		if !used {
			t.Errorf("%q is used nowhere", key)
		}
	}
	for _, m := range regexp.MustCompile(`"((?:mail|page|inviter|date)\.[a-z0-9.]+)"`).FindAllStringSubmatch(code, -1) {
		key := m[1]
		if strings.HasSuffix(key, ".css") || strings.HasSuffix(key, ".html") || strings.HasSuffix(key, ".txt") {
			continue
		}
		if _, ok := english[key]; !ok {
			t.Errorf("the code asks for %q, which English lacks", key)
		}
	}
	for _, tag := range Languages() {
		text, err := files.ReadFile(tag + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var own map[string]string
		if err := json.Unmarshal(text, &own); err != nil {
			t.Fatal(err)
		}
		if lines := len(regexp.MustCompile(`(?m)^\s*"[^"]+":`).FindAll(text, -1)); lines != len(own) {
			t.Errorf("%s: %d lines with a key for %d keys: one comes twice", tag, lines, len(own))
		}
	}
}

func TestDates(t *testing.T) {
	winter, summer := time.Date(2026, 11, 30, 23, 5, 59, 0, time.UTC), time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		tag, zone string
		at        time.Time
		want      string
	}{
		{"en", "UTC", winter, "Monday, 30 November 2026, 23:05 (UTC)"},
		{"en", "", winter, "Monday, 30 November 2026, 23:05 (UTC)"},
		{"en", "Nowhere/Land", winter, "Monday, 30 November 2026, 23:05 (UTC)"},
		{"en", "Local", winter, "Monday, 30 November 2026, 23:05 (UTC)"},
		{"en", "Europe/Berlin", winter, "Tuesday, 1 December 2026, 00:05 (Europe/Berlin, UTC+1)"},
		{"de", "Europe/Berlin", summer, "Donnerstag, 1. Juli 2027, 02:00 Uhr (Europe/Berlin, UTC+2)"},
		{"de", "UTC", summer, "Donnerstag, 1. Juli 2027, 00:00 Uhr (UTC)"},
		{"en-US", "America/New_York", winter, "Monday, November 30, 2026, 6:05 PM (America/New_York, UTC-5)"},
		{"en-US", "UTC", summer, "Thursday, July 1, 2027, 12:00 AM (UTC)"},
		{"en", "Asia/Kathmandu", winter, "Tuesday, 1 December 2026, 04:50 (Asia/Kathmandu, UTC+5:45)"},
		{"en", "America/St_Johns", winter, "Monday, 30 November 2026, 19:35 (America/St_Johns, UTC-3:30)"},
	} {
		if got := Pick(c.tag).Date(c.at, c.zone); got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.tag, c.zone, got, c.want)
		}
	}
}

func TestLanguagesAreFound(t *testing.T) {
	for tag, want := range map[string]string{
		"en": "en", "EN": "en", "de-CH": "de", "de_AT": "de", "de-Latn-DE-1996": "de", "en-us": "en-US", "en-US-x-1": "en-US", "en-GB": "en",
		"fr": "en", "": "en", "-": "en", "deu": "en", "../de": "en",
	} {
		if got := Pick(tag).Tag(); got != want {
			t.Errorf("Pick(%q) = %s, want %s", tag, got, want)
		}
	}
}

func TestDirections(t *testing.T) {
	for tag, want := range map[string]string{"en": "ltr", "en-US": "ltr", "ar": "rtl", "ar-EG": "rtl", "arn": "ltr"} {
		if got := (&Catalogue{tag: tag}).Dir(); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
}

func TestValuesAreNotReadForPlaceholders(t *testing.T) {
	c := Pick("en")
	if got, want := c.Text("mail.intro", "inviter", "{tenant}", "tenant", "X"), "You have been invited by {tenant} to join X."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := c.HTML("mail.title", "tenant", "<b>"), "You are invited to <bdi>&lt;b&gt;</bdi>"; string(got) != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzNegotiate(f *testing.F) {
	f.Add("de-AT,de;q=0.9,en;q=0.8")
	f.Add("*;q=0.5, fr;q=nan,,;")
	f.Fuzz(func(t *testing.T, header string) {
		if c := Negotiate(header); !slices.Contains(Languages(), c.Tag()) {
			t.Errorf("Negotiate(%q) = %q", header, c.Tag())
		}
	})
}
