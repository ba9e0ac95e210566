// Package zone holds the IANA time zones as of one release, so that a mail and a page
// say the same hour on every machine. [Of] finds a zone, and [Known] reports whether
// there is one of a name.
//
// Neither looks at files of the machine, its environment or the data in Go's own
// time/tzdata: those differ, and laws change more often than they do.
//
// The files names.txt and zones.bin are written by
//
//	go run ./shared/zone/renew
//
// and say which release they hold. See docs/decisions/0060-time-zones.md.
package zone

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"
)

// names has a line of comment, which begins with the IANA's release, and then a line
// for each zone in zones.bin, in its order: its names, separated by spaces.
//
//go:embed names.txt
var names string

// zones has the zones in blocks that are compressed one by one, so that a Lambda
// unpacks no more than a part of them: see [Pack]. What needs names only does not
// link it.
//
//go:embed zones.bin
var zones string

// Release returns the release of the IANA's data, such as "2026f".
func Release() string {
	_, release, _ := strings.Cut(names, " ")
	release, _, _ = strings.Cut(release, ",")
	return release
}

// Known reports whether the data has a zone of this name, spelt as the IANA spells it.
// Links such as "US/Pacific" are names too. "" is none, nor are "Local", "Factory" and
// those below "posix/" and "right/", which some machines have.
func Known(name string) bool { return find(name) >= 0 }

// Names lists all names.
func Names() []string {
	_, list, _ := strings.Cut(names, "\n")
	return strings.Fields(list)
}

// Of returns the zone of a name, or UTC where it is not [Known]. Its own name is the
// one that was asked for.
func Of(name string) *time.Location {
	if loaded, ok := locations.Load(name); ok {
		return loaded.(*time.Location)
	}
	number := find(name)
	if number < 0 {
		return time.UTC // and not remembered: there is no end of wrong names
	}
	loc, err := read(name, number)
	if err != nil {
		panic(fmt.Sprintf("zone: %s: %v", name, err)) // the files do not belong together, see the tests
	}
	locations.Store(name, loc)
	return loc
}

// locations are those that were asked for, by name.
var locations sync.Map

// find returns the number of a name's zone, or -1.
func find(name string) int {
	if name == "" || strings.ContainsAny(name, " #\n") {
		return -1
	}
	number := -1
	for line := range strings.Lines(names) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		number++
		for known := range strings.SplitSeq(line, " ") {
			if known == name {
				return number
			}
		}
	}
	return -1
}

func read(name string, number int) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil // the one that compares equal
	}
	data, err := unpack(zones, number)
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(name, data)
}
