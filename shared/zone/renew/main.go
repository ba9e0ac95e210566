// Command renew writes the time zones of a release of the IANA's data into shared/zone.
// It takes them, compiled, from the package tzdata of PyPI, which the maintainers of
// Python publish within a day or two of a release, and needs python3 with pip.
//
//	go run ./shared/zone/renew                   take the newest release
//	go run ./shared/zone/renew -version 2026.6   take this one: writes the same bytes again
//	go run ./shared/zone/renew -check            write nothing; fail where there is a newer one
package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"invites/shared/zone"
)

const here = "shared/zone" // below the module's root

func main() {
	version := flag.String("version", "", "the version of the package, such as 2026.6 for the release 2026f")
	check := flag.Bool("check", false, "compare with the newest release instead of writing")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := renew(ctx, *version, *check); err != nil {
		fmt.Fprintln(os.Stderr, "renew the time zones:", err)
		os.Exit(1)
	}
}

func renew(ctx context.Context, version string, check bool) error {
	dir, err := os.MkdirTemp("", "tzdata")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	wheel, err := download(ctx, version, dir)
	if err != nil {
		return err
	}
	p, err := read(wheel)
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(wheel), err)
	}
	if check {
		return compare(zone.Release(), p.release)
	}
	if _, err := os.Stat(filepath.Join(here, "zone.go")); err != nil {
		return fmt.Errorf("run this at the root of the repository: %w", err)
	}
	names, zones, err := p.files()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(here, "names.txt"), names, 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(here, "zones.bin"), zones, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d names, %d bytes of zones\n", p.release, len(p.names), len(zones))
	return nil
}

// compare fails where the newest release is not the one that is built in.
func compare(ours, newest string) error {
	if ours >= newest { // releases sort: a year and a letter
		fmt.Printf("time zones: %s is the newest release\n", ours)
		return nil
	}
	return fmt.Errorf("%s is built in and %s is out: run `go run ./shared/zone/renew`, read what changed in its NEWS, and deploy", ours, newest)
}

// download fetches the package and returns the path of its wheel.
func download(ctx context.Context, version, dir string) (string, error) {
	wanted := "tzdata"
	if version != "" {
		wanted += "==" + version
	}
	pip := exec.CommandContext(ctx, "python3", "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
		"--no-cache-dir", "--no-deps", "--only-binary", ":all:", "--dest", dir, wanted)
	if said, err := pip.CombinedOutput(); err != nil {
		return "", fmt.Errorf("pip download %s: %w\n%s", wanted, err, said)
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "tzdata-*.whl"))
	if err != nil || len(wheels) != 1 {
		return "", fmt.Errorf("pip download %s: got %d wheels (%v), want one", wanted, len(wheels), err)
	}
	return wheels[0], nil
}

// published is what a wheel of tzdata holds.
type published struct {
	version, release string // of the package and of the IANA
	sha256           string
	names            []string
	tzif             map[string][]byte // by name
}

var (
	packageVersion = regexp.MustCompile(`__version__ = "([0-9.]+(?:post[0-9]+)?)"`)
	ianaVersion    = regexp.MustCompile(`IANA_VERSION = "([0-9]{4}[a-z]+)"`)
)

// noZones are names in the package for something that is no zone: the state of a
// machine on which nobody has chosen one.
var noZones = []string{"Factory"}

func read(wheel string) (*published, error) {
	data, err := os.ReadFile(wheel)
	if err != nil {
		return nil, err
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, err
	}
	about, err := content(archive, "tzdata/__init__.py")
	if err != nil {
		return nil, err
	}
	version, release := packageVersion.FindSubmatch(about), ianaVersion.FindSubmatch(about)
	if version == nil || release == nil {
		return nil, fmt.Errorf("tzdata/__init__.py says no version: %q", about)
	}
	p := &published{
		version: string(version[1]), release: string(release[1]),
		sha256: fmt.Sprintf("%x", sha256.Sum256(data)), tzif: map[string][]byte{},
	}
	list, err := content(archive, "tzdata/zones")
	if err != nil {
		return nil, err
	}
	for _, name := range strings.Fields(string(list)) {
		if slices.Contains(noZones, name) {
			continue
		}
		if p.tzif[name], err = content(archive, "tzdata/zoneinfo/"+name); err != nil {
			return nil, err
		}
		if _, err := time.LoadLocationFromTZData(name, p.tzif[name]); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		p.names = append(p.names, name)
	}
	slices.Sort(p.names)
	return p, nil
}

func content(archive *zip.Reader, name string) ([]byte, error) {
	f, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// files returns names.txt and zones.bin. Names whose data are the same share them.
func (p *published) files() (names, zones []byte, err error) {
	number := map[string]int{} // by data
	var shared [][]string
	var tzif [][]byte
	for _, name := range p.names {
		data := p.tzif[name]
		n, known := number[string(data)]
		if !known {
			n = len(tzif)
			number[string(data)] = n
			tzif, shared = append(tzif, data), append(shared, nil)
		}
		shared[n] = append(shared[n], name)
	}
	const enough = 400 // names that there have been for twenty years
	if len(p.names) < enough {
		return nil, nil, fmt.Errorf("the package has %d zones only", len(p.names))
	}
	var text strings.Builder
	fmt.Fprintf(&text, "# %s, from tzdata %s of PyPI, wheel of sha256 %s\n", p.release, p.version, p.sha256)
	for _, names := range shared {
		fmt.Fprintln(&text, strings.Join(names, " "))
	}
	return []byte(text.String()), zone.Pack(tzif), nil
}
