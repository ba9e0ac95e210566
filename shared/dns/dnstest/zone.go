package dnstest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Record is a TXT or CNAME record.
type Record struct{ Type, Name, Value string }

// Zone is records that can change at any time.
type Zone struct {
	mu      sync.Mutex
	records []Record
}

// Add adds a record; one that is there already changes nothing.
func (z *Zone) Add(r Record) error {
	r.Type, r.Name = strings.ToUpper(r.Type), canonical(r.Name)
	if r.Type != "TXT" && r.Type != "CNAME" || r.Name == "" || r.Value == "" {
		return fmt.Errorf("a record is a TXT or CNAME with a name and a value, not %q", r)
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	if !slices.Contains(z.records, r) {
		z.records = append(z.records, r)
	}
	return nil
}

// Remove removes the records of a type and name.
func (z *Zone) Remove(kind, name string) {
	kind, name = strings.ToUpper(kind), canonical(name)
	z.mu.Lock()
	defer z.mu.Unlock()
	z.records = slices.DeleteFunc(z.records, func(r Record) bool { return r.Type == kind && r.Name == name })
}

// All returns the records, by name.
func (z *Zone) All() []Record {
	z.mu.Lock()
	defer z.mu.Unlock()
	return slices.SortedStableFunc(slices.Values(z.records), func(a, b Record) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Type, b.Type))
	})
}

// Has tells whether there is such a record.
func (z *Zone) Has(r Record) bool {
	records, _ := z.find(r.Name)
	return slices.ContainsFunc(records, func(found Record) bool {
		return found.Type == r.Type && (found.Value == r.Value || r.Type == "CNAME" && canonical(found.Value) == canonical(r.Value))
	})
}

// find returns the records of a name, and whether it or a name below it has any.
func (z *Zone) find(name string) (records []Record, exists bool) {
	name = canonical(name)
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, r := range z.records {
		if r.Name == name {
			records = append(records, r)
		}
		exists = exists || r.Name == name || strings.HasSuffix(r.Name, "."+name)
	}
	return records, exists
}

// canonical is a name as it is compared: lower case, without the full stop at its end.
func canonical(name string) string { return strings.TrimSuffix(strings.ToLower(name), ".") }
