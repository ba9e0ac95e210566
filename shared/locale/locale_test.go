package locale

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

var placeholder = regexp.MustCompile(`\{[^{}]*\}`)

// dateParts may differ between languages: each writes a date in its own form.
var dateParts = []string{"{weekday}", "{day}", "{month}", "{year}", "{hour}", "{hour12}", "{half}", "{minute}", "{zone}"}

func TestEveryLanguageHasTheSameTexts(t *testing.T) {
	english := whole(t, Default)
	for _, tag := range Languages() {
		c := find(tag)
		if c == nil || c.Tag() != tag {
			t.Errorf("%s is not found by its own tag", tag)
			continue
		}
		all := whole(t, tag)
		for key := range english {
			if c.base == nil && all[key] == "" {
				t.Errorf("%s lacks %q", tag, key)
			}
		}
		for key, text := range all {
			want, known := english[key]
			if !known {
				t.Errorf("%s has %q, which English lacks", tag, key)
			}
			if strings.HasPrefix(key, "date.") {
				for _, p := range placeholder.FindAllString(text, -1) {
					if !slices.Contains(dateParts, p) {
						t.Errorf("%s: %q has %s", tag, key, p)
					}
				}
			} else if got, want := placeholders(text), placeholders(want); got != want {
				t.Errorf("%s: %q has %s, want %s", tag, key, got, want)
			}
			if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}<>&\n\t") || strings.TrimSpace(text) != text || strings.Contains(text, "  ") {
				t.Errorf("%s: %q is not plain text: %q", tag, key, text)
			}
		}
		for key, want := range map[string]int{"weekdays": 7, "months": 12} {
			words := strings.Split(c.Text(key), " ")
			if slices.Sort(words); len(words) != want || len(slices.Compact(words)) != want || words[0] == "" {
				t.Errorf("%s: %q are not %d words", tag, key, want)
			}
		}
	}
}

func placeholders(text string) string {
	found := placeholder.FindAllString(text, -1)
	slices.Sort(found)
	return strings.Join(slices.Compact(found), " ")
}

// sameAsEnglish are the texts that may be: words that both languages have, and signs.
// Anything else that equals the English text was forgotten.
var sameAsEnglish = map[string][]string{
	"inviter.known": nil, "inviter.named": nil, "inviter.address": nil, "mail.fact": nil, "mail.lead": nil, // nil: in any language
	"date.first":   nil,
	"date.short":   {"pl"},
	"date.mark":    {"pl"},
	"label.tenant": {"de", "it", "nl"}, // Team

	"console.said.refused":   nil,
	"console.column.mail":    {"de", "nl"},
	"console.column.actions": {"fr"},
	"console.form.name":      {"de"},
}

func TestEveryTextIsTranslated(t *testing.T) {
	english, excused := whole(t, Default), map[string]bool{}
	for _, tag := range Languages() {
		if tag == Default {
			continue
		}
		for key, text := range whole(t, tag) {
			if text != english[key] {
				continue
			}
			if tags, ok := sameAsEnglish[key]; !ok || tags != nil && !slices.Contains(tags, tag) {
				t.Errorf("%s: %q is English: %q", tag, key, text)
			}
			excused[key], excused[key+" "+tag] = true, true
		}
	}
	for key, tags := range sameAsEnglish {
		if !excused[key] {
			t.Errorf("%q is English nowhere", key)
		}
		for _, tag := range tags {
			if !excused[key+" "+tag] {
				t.Errorf("%s: %q is not English", tag, key)
			}
		}
	}
}

// A sentence must stand with the tenant's name and without it.
func TestTextsWithoutTheTenantsNameDoNotAskForIt(t *testing.T) {
	for _, tag := range Languages() {
		for key, text := range whole(t, tag) {
			if strings.HasSuffix(key, ".neutral") && strings.Contains(text, "{tenant}") {
				t.Errorf("%s: %q has the name: %q", tag, key, text)
			}
			if base, ok := strings.CutSuffix(key, ".neutral"); ok && text == whole(t, tag)[base] {
				t.Errorf("%s: %q says no more than %q", tag, key, base)
			}
		}
	}
}

// French has a no-break space before the signs of two parts; with another one they
// could begin a line.
func TestFrenchSignsStayInTheirLine(t *testing.T) {
	for key, text := range whole(t, "fr") {
		if found := regexp.MustCompile(`[^\x{00a0}][:;?!]|« |n° `).FindString(strings.ReplaceAll(text, "{hour}:{minute}", "")); found != "" {
			t.Errorf("%q has %q in %q", key, found, text)
		}
	}
}

func TestLanguagesAreFound(t *testing.T) {
	if got, want := strings.Join(Languages(), " "), "ar de en en-US es fr it ja nl pl pt"; got != want {
		t.Fatalf("languages %s, want %s", got, want)
	}
	for tag, want := range map[string]string{
		"en": "en", "EN": "en", "de-CH": "de", "de_AT": "de", "de-Latn-DE-1996": "de", "en-us": "en-US", "en-US-x-1": "en-US", "en-GB": "en",
		"fr-CA": "fr", "es-419": "es", "pt-BR": "pt", "pt_PT": "pt", "it-CH": "it", "nl-BE": "nl", "pl-PL": "pl", "ja-JP": "ja", "ar-EG": "ar", "ar-Arab-MA": "ar",
		"zh": "en", "zh-Hant-TW": "en", "he": "en", "arn": "en", "": "en", "-": "en", "deu": "en", "../de": "en",
	} {
		if got := Pick(tag).Tag(); got != want {
			t.Errorf("Pick(%q) = %s, want %s", tag, got, want)
		}
	}
	for header, want := range map[string]string{
		"pt-BR,pt;q=0.9,en;q=0.8": "pt", "ar-SA": "ar", "ja": "ja", "fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5": "fr",
		"zh-TW,zh;q=0.9": "en", "zh-TW, ja;q=0.3": "ja", "es;q=0.2, it;q=0.4": "it", "nl;q=0, pl;q=0.1": "pl", "*": "en",
	} {
		if got := Negotiate(header).Tag(); got != want {
			t.Errorf("Negotiate(%q) = %s, want %s", header, got, want)
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

func TestTheZeroCatalogueHasNoWords(t *testing.T) {
	if new(Catalogue).Has("mail.title") {
		t.Error("it has a title")
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

// BenchmarkFirstText is what a Lambda pays for words at its first mail or page.
func BenchmarkFirstText(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if list()["ar"].Text("mail.button") == "" {
			b.Fatal("no text")
		}
	}
}
