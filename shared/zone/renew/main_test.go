package main

import (
	"archive/zip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnOlderReleaseFailsTheCheck(t *testing.T) {
	for _, c := range []struct {
		ours, newest string
		old          bool
	}{
		{"2026f", "2026f", false}, {"2026f", "2026g", true}, {"2026f", "2027a", true}, {"2027a", "2026f", false},
	} {
		if err := compare(c.ours, c.newest); (err != nil) != c.old {
			t.Errorf("%s and %s: %v", c.ours, c.newest, err)
		}
	}
}

// wheel makes a package whose zones have a file each; those that begin with "Same/"
// have one together.
func wheel(t *testing.T, about string, zones []string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tzdata-2027.1-py2.py3-none-any.whl")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := zip.NewWriter(file)
	put := func(name, content string) {
		f, err := w.Create("tzdata/" + name)
		if err == nil {
			_, err = f.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	put("__init__.py", about)
	put("zones", strings.Join(zones, "\n")+"\n")
	for i, name := range zones {
		if strings.HasPrefix(name, "Same/") {
			i = 0
		}
		header := "TZif2" + strings.Repeat("\x00", 31) + "\x00\x00\x00\x01" + "\x00\x00\x00\x04"
		block := string([]byte{0, 0, byte(i / 256), byte(i)}) + "\x00\x00LMT\x00"
		put("zoneinfo/"+name, header+block+header+block+"\n\n")
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

const about = "__version__ = \"2027.1\"\nIANA_VERSION = \"2027a\"\n"

func TestAPackageBecomesTwoFiles(t *testing.T) {
	zones := []string{"Same/B", "Same/A", "Factory"}
	for i := range 450 {
		zones = append(zones, fmt.Sprintf("Zone/%03d", i))
	}
	p, err := read(wheel(t, about, zones))
	if err != nil {
		t.Fatal(err)
	}
	names, packed, err := p.files()
	if err != nil || len(packed) == 0 {
		t.Fatalf("%d bytes, %v", len(packed), err)
	}
	lines := strings.Split(strings.TrimSuffix(string(names), "\n"), "\n")
	if !strings.HasPrefix(lines[0], "# 2027a, from tzdata 2027.1 of PyPI, wheel of sha256 ") {
		t.Errorf("%q", lines[0])
	}
	if lines[1] != "Same/A Same/B" || lines[2] != "Zone/000" || len(lines) != 1+1+450 {
		t.Errorf("%d lines: %q", len(lines), lines[:3])
	}
}

func TestAPackageThatIsNotWhatItWasIsRefused(t *testing.T) {
	if _, err := read(wheel(t, "nothing", []string{"A"})); err == nil {
		t.Error("without a version it is taken")
	}
	p, err := read(wheel(t, about, []string{"A", "B"}))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.files(); err == nil {
		t.Error("two zones are enough")
	}
}
