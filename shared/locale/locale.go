// Package locale holds the words and date forms of what invitees read. [Pick] finds
// the catalogue of an invite's language tag, [Negotiate] that of a browser.
//
// A language is one file beside this one: add xx.json with every key of en.json, and
// its dates to the table in date_test.go. A file of a region, such as en-US.json, has
// only what differs from its language. The keys that begin with "console." are those
// of web/pending-invites, and come last.
package locale

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Default is the language of those whose language we do not have.
const Default = "en"

//go:embed *.json
var files embed.FS

// Catalogue is one language. The zero value has no words; get one from [Pick].
type Catalogue struct {
	tag  string
	own  func() map[string]string // nil in the zero value
	base *Catalogue
}

// catalogues lists the files at first use: half of the Lambdas show no words.
var catalogues = sync.OnceValue(list)

func list() map[string]*Catalogue {
	entries, err := files.ReadDir(".")
	if err != nil {
		panic("locale: " + err.Error())
	}
	all := map[string]*Catalogue{}
	for _, e := range entries {
		tag := strings.TrimSuffix(e.Name(), ".json")
		all[strings.ToLower(tag)] = &Catalogue{tag: tag, own: sync.OnceValue(func() map[string]string { return parse(tag) })}
	}
	for tag, c := range all {
		if language, _, region := strings.Cut(tag, "-"); region {
			c.base = all[language]
		}
	}
	return all
}

// console begins the keys of what web/pending-invites says to admins. They come last
// in a file.
const console = "console."

// parse reads a file, once one of its texts is asked for: a mail needs one language of
// ten. It stops before the texts of the console, which no Lambda shows.
func parse(tag string) map[string]string {
	text, err := files.ReadFile(tag + ".json")
	if head, _, found := bytes.Cut(text, []byte(`"`+console)); found {
		text = append(bytes.TrimRight(head, ", \t\r\n"), '}')
	}
	var own map[string]string
	if err == nil {
		err = json.Unmarshal(text, &own)
	}
	if err != nil {
		panic(fmt.Sprintf("locale: %s: %v", tag, err))
	}
	return own
}

// find returns the catalogue of the longest part of a tag that has one: de-CH is
// read as de. Nil where there is none.
func find(tag string) *Catalogue {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	for tag != "" {
		if c := catalogues()[tag]; c != nil {
			return c
		}
		tag = tag[:max(strings.LastIndexByte(tag, '-'), 0)]
	}
	return nil
}

// Pick returns the catalogue of the first tag that is not empty, or that of
// [Default] where there is none for it.
func Pick(tags ...string) *Catalogue {
	for _, tag := range tags {
		if tag == "" {
			continue
		}
		if c := find(tag); c != nil {
			return c
		}
		break
	}
	return find(Default)
}

// Negotiate returns the catalogue for an Accept-Language header (RFC 9110 12.5.4),
// or that of [Default] where none of its languages is there. It depends on the
// header alone.
func Negotiate(acceptLanguage string) *Catalogue {
	const longest = 1024 // what browsers send is under 200
	if len(acceptLanguage) > longest {
		return find(Default)
	}
	var best *Catalogue
	bestQ := 0.0
	for part := range strings.SplitSeq(acceptLanguage, ",") {
		tag, param, _ := strings.Cut(part, ";")
		q := 1.0
		if value, ok := strings.CutPrefix(strings.TrimSpace(param), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(value, 64); err != nil || q > 1 {
				continue
			}
		}
		if c := find(strings.TrimSpace(tag)); c != nil && q > bestQ {
			best, bestQ = c, q
		}
	}
	if best == nil {
		return find(Default)
	}
	return best
}

// Languages lists the tags of all catalogues.
func Languages() []string {
	var tags []string
	for _, c := range catalogues() {
		tags = append(tags, c.tag)
	}
	slices.Sort(tags)
	return tags
}

// Tag returns the language tag for the lang attribute.
func (c *Catalogue) Tag() string { return c.tag }

// Has tells whether the catalogue or its base has a key.
func (c *Catalogue) Has(key string) bool { _, ok := c.lookup(key); return ok }

// Text returns the text of a key with its {placeholders} filled from pairs of name
// and value. A value is never read for placeholders; one that is written in the other
// direction than the text is isolated. It panics on a key that no catalogue has: keys
// are constants, and a test knows all of them.
func (c *Catalogue) Text(key string, pairs ...string) string {
	text, ok := c.lookup(key)
	if !ok {
		panic(fmt.Sprintf("locale: no text %q", key))
	}
	return fill(text, pairs, c.isolate)
}

// Isolated returns a value as Text has it in a text: between characters that isolate it
// where it is written in the other direction.
func (c *Catalogue) Isolated(value string) string { return c.isolate(value) }

// HTML is Text for a page: everything is escaped, and each value isolated, so that
// a name written from right to left disturbs nothing around it.
func (c *Catalogue) HTML(key string, pairs ...string) template.HTML {
	text, ok := c.lookup(key)
	if !ok {
		panic(fmt.Sprintf("locale: no text %q", key))
	}
	return template.HTML(fill(template.HTMLEscapeString(text), pairs, func(s string) string {
		return "<bdi>" + template.HTMLEscapeString(s) + "</bdi>"
	}))
}

func (c *Catalogue) lookup(key string) (string, bool) {
	if c.own != nil {
		if text, ok := c.own()[key]; ok {
			return text, true
		}
	}
	if c.base != nil {
		return c.base.lookup(key)
	}
	return "", false
}

func fill(text string, pairs []string, value func(string) string) string {
	if len(pairs) == 0 {
		return text
	}
	replace := make([]string, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		replace[i], replace[i+1] = "{"+pairs[i]+"}", value(pairs[i+1])
	}
	return strings.NewReplacer(replace...).Replace(text)
}
