package invite

import (
	"slices"
	"strings"
	"sync"
)

// LikelyMeant returns the address that was probably meant, where the domain is a slip of
// the finger from one of a well-known mail provider, or ends in nothing that exists and
// in one slip from what does. To doubt an address that is right is worse than to miss one
// that is not: a real ending behind a name that we do not know is never doubted, and
// neither are a provider's other countries.
func (a Address) LikelyMeant() (Address, bool) {
	local, domain, _ := strings.Cut(string(a), "@")
	if meant, ok := meantDomain(domain); ok {
		return Address(local + "@" + meant), true
	}
	return "", false
}

// EndingUnknown reports whether the address ends in what no domain ended in when the list
// of endings was last renewed.
func (a Address) EndingUnknown() bool {
	return !isEnding(lastLabel(a.Domain()))
}

func lastLabel(domain string) string { return domain[strings.LastIndexByte(domain, '.')+1:] }

func meantDomain(domain string) (string, bool) {
	known := providers()
	if domain == "" || known.real[domain] {
		return "", false
	}
	if bare, ok := strings.CutPrefix(domain, "www."); ok && known.real[bare] {
		return bare, true
	}
	name, ending, ok := strings.Cut(domain, ".")
	// The dot is missing, or elsewhere. "livecom.mx" may well be a company of its own.
	if meant, ok := known.byDots[strings.ReplaceAll(domain, ".", "")]; ok && (meant.by == alone || meant.by == large || !existing(ending)) {
		return meant.domain, true
	}
	if ok {
		if meant, ok := known.meant(name, ending); ok {
			return meant, true
		}
	}
	meant, ok := known.meantEnding(domain)
	if better, again := meantDomain(meant); ok && again {
		return better, true
	}
	return meant, ok
}

// meant reads a domain as a provider's name, or a slip of one, and its ending.
func (known directory) meant(name, ending string) (string, bool) {
	if p, ok := known.byName[name]; ok {
		meant, ok := p.meantEnding(ending)
		return name + "." + meant, ok
	}
	for _, p := range known.all {
		if !p.slipped(name) {
			continue
		}
		if slices.Contains(p.endings, ending) {
			return p.name + "." + ending, true
		}
		if meant, ok := p.meantEnding(ending); ok && (!existing(ending) || slices.Contains(forCom, ending)) {
			return p.name + "." + meant, true
		}
	}
	return "", false
}

// kind says which slips in its name tell a provider.
type kind byte

const (
	// alone has one domain, so any other ending of its name is a slip.
	alone kind = 'a'
	// large has so many customers that a name near its own is hardly ever another's.
	large kind = 'l'
	// named has a name of its own: neighbours on the keyboard, a letter too much or too few.
	named kind = 'n'
	// short has few letters, or a name that is a word: letters doubled or in another order.
	short kind = 's'
	// brief has two or three letters: a letter doubled.
	brief kind = 'b'
	// word could be anybody's: slips in its ending that do not exist.
	word kind = 'w'
)

type provider struct {
	kind    kind
	name    string
	endings []string // the likeliest first
	wrong   []string // endings that exist, and are a slip of the first of endings
}

// slipped reports whether a name is one slip of a finger away from the provider's.
func (p provider) slipped(typed string) bool {
	s, at := slipOf(typed, p.name)
	last := len(p.name) - 1
	switch p.kind {
	case word:
		return false
	case short:
		return s == swapped || s == doubled
	case brief:
		return s == doubled && last > 1
	case named:
		switch s {
		case swapped, doubled:
			return true
		case missing:
			return at > 0 && last > 3 && (at < last || last > 5)
		case added:
			return at > 0 && at <= last
		case changed:
			return at > 0 && (last > 4 && neighbours(typed[at], p.name[at]) || last > 5 && vowels(typed[at], p.name[at]))
		}
		return false
	case alone, large:
		switch s {
		case swapped, doubled, twice:
			return true
		case missing:
			return at > 0 || last > 5
		case added:
			return at > 0 && at <= last || neighbours(typed[at], p.name[max(at-1, 0)])
		case changed:
			near := neighbours(typed[at], p.name[at])
			if at == 0 {
				return near && (p.kind == large || last > 5)
			}
			// By ear, or the letter beside it a second time.
			return near || last > 5 || vowels(typed[at], p.name[at]) || typed[at] == typed[at-1] || at < last && typed[at] == typed[at+1]
		}
	}
	return false
}

// forCom are endings of countries that ".com" turns into, and forNet those that ".net" does.
var (
	forCom = []string{"co", "cm", "om"}
	forNet = []string{"ne", "et"}
)

// meantEnding returns the ending that was meant behind the provider's own name.
func (p provider) meantEnding(ending string) (string, bool) {
	if p.kind == alone {
		first, rest, two := strings.Cut(ending, ".")
		if s, _ := slipOf(first, "com"); !two || !strings.Contains(rest, ".") && (isGeneric(first) || s != none) {
			return p.endings[0], true
		}
		return "", false
	}
	for _, e := range p.endings {
		if ending == e+"."+lastLabel(e) {
			return e, true // "hotmail.com.com"
		}
		if e == "com" && slices.Contains(forCom, ending) && (p.kind != word || ending != "co") || e == "net" && slices.Contains(forNet, ending) {
			return e, true
		}
	}
	if existing(ending) {
		return p.endings[0], slices.Contains(p.wrong, ending)
	}
	return nearest(ending, p.endings, true)
}

// existing reports whether domains that can be had end so: in a top-level domain, or in
// one of the labels before it that countries have.
func existing(ending string) bool {
	first, _, two := strings.Cut(ending, ".")
	return isEnding(lastLabel(ending)) && (!two || isGeneric(first))
}

// meantEnding is for the domains of any company: of those it doubts the endings that do
// not exist, and nothing else.
func (known directory) meantEnding(domain string) (string, bool) {
	if isEnding(lastLabel(domain)) {
		return "", false
	}
	name, ending, ok := strings.Cut(domain, ".")
	for ok {
		if meant, found := nearest(ending, known.common, false); found {
			return name + "." + meant, true
		}
		var label string
		label, ending, ok = strings.Cut(ending, ".")
		name += "." + label
	}
	return "", false
}

// nearest returns the first of the endings that is the least away from a wrong one. With
// the name of a provider before it even a single letter tells.
func nearest(wrong string, endings []string, provider bool) (string, bool) {
	best, least := "", 3
	for _, e := range endings {
		if d := distance(wrong, e, provider); d < least {
			best, least = e, d
		}
	}
	return best, least < 3
}

// distance of a wrong ending: 1 for what a finger does, 2 for any other single letter.
func distance(wrong, right string, provider bool) int {
	if strings.ReplaceAll(right, ".", "") == wrong && strings.Contains(right, ".") {
		return 1 // "couk"
	}
	s, at := slipOf(wrong, right)
	switch {
	case provider && strings.HasPrefix(right, wrong):
		return 1 // "c"
	case wrong == right+right:
		return 2 // "comcom"
	case s == swapped, s == doubled:
		return 1
	case !provider && len(right) == 2 && !(s == added && at > 0):
		return 3 // of two letters, one wrong leaves a dozen countries
	case s == missing && (provider || len(right) > 3), s == changed && neighbours(wrong[at], right[at]):
		return 1
	case s == added && at < len(right) && (neighbours(wrong[at], right[at]) || at > 0 && neighbours(wrong[at], right[at-1])):
		return 1
	case s == added, s == changed, s == missing && len(right) > 2:
		return 2
	}
	return 3
}

// directory finds a provider by what was typed.
type directory struct {
	all    []provider
	byName map[string]provider
	byDots map[string]undotted // by the letters of a domain without its dots
	real   map[string]bool
	common []string // endings of companies
}

type undotted struct {
	domain string
	by     kind
}

// providers reads the list once: most Lambdas never ask.
var providers = sync.OnceValue(func() directory {
	known := directory{byName: map[string]provider{}, byDots: map[string]undotted{}, real: map[string]bool{}, common: strings.Fields(commonEndings)}
	for line := range strings.Lines(strings.TrimSpace(mailProviders)) {
		fields := strings.Fields(line)
		p := provider{kind: kind(fields[0][0]), name: fields[1]}
		for _, e := range fields[2:] {
			if wrong, ok := strings.CutPrefix(e, "!"); ok {
				p.wrong = append(p.wrong, wrong)
			} else {
				p.endings = append(p.endings, e)
			}
		}
		known.all = append(known.all, p)
		known.byName[p.name] = p
		for _, e := range p.endings {
			domain := p.name + "." + e
			known.real[domain] = true
			if letters := strings.ReplaceAll(domain, ".", ""); len(letters) >= shortest {
				known.byDots[letters] = undotted{domain, p.kind}
			}
		}
	}
	for _, domain := range strings.Fields(nearProviders) {
		known.real[domain] = true
	}
	return known
})

// shortest is how many letters a domain has that no other domain has in this order.
const shortest = 7
