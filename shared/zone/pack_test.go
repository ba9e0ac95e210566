package zone

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Read is for the benchmark, which must not find a zone that was loaded before.
func Read(name string) (*time.Location, error) { return read(name, find(name)) }

func TestWhatIsPackedIsUnpacked(t *testing.T) {
	var files [][]byte
	for i := range 2*perBlock + 1 {
		files = append(files, []byte(strings.Repeat(fmt.Sprint(i), i)))
	}
	packed := string(Pack(files))
	for i, want := range files {
		if got, err := unpack(packed, i); err != nil || string(got) != string(want) {
			t.Errorf("%d: %.20q, %v", i, got, err)
		}
	}
	for _, number := range []int{len(files), 3 * perBlock, 4 * perBlock} {
		if got, err := unpack(packed, number); err == nil {
			t.Errorf("%d: %q, want an error", number, got)
		}
	}
	for size := range packed {
		if _, err := unpack(packed[:size], len(files)-1); err == nil {
			t.Fatalf("cut to %d bytes it is whole", size)
		}
	}
}

// The two files are written together: a line for each zone, and a zone for each line.
func TestTheFilesBelongTogether(t *testing.T) {
	lines := strings.Count(names, "\n") - 1
	if _, err := unpack(zones, lines-1); err != nil {
		t.Error(err)
	}
	if _, err := unpack(zones, lines); err == nil {
		t.Errorf("there are more zones than the %d lines of names", lines)
	}
}
