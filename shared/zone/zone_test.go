package zone_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"invites/shared/zone"
)

// law is what a clock shows at an instant, and why.
type law struct {
	zone, at, want string
}

// laws are instants of 2026 and after, with the hour that the law says. From the NEWS of
// the tz database, releases 2026a to 2026f, and for what has not changed from 2025's.
var laws = []law{
	// 2026c: Morocco, and Western Sahara, to UTC for good on 20 September 2026 at 02:00.
	{"Africa/Casablanca", "2026-09-20T00:59:59Z", "2026-09-20 01:59:59 +01:00"},
	{"Africa/Casablanca", "2026-09-20T01:00:00Z", "2026-09-20 01:00:00 +00:00"},
	{"Africa/Casablanca", "2026-12-24T12:00:00Z", "2026-12-24 12:00:00 +00:00"},
	{"Africa/Casablanca", "2027-02-20T12:00:00Z", "2027-02-20 12:00:00 +00:00"}, // Ramadan
	{"Africa/El_Aaiun", "2027-07-01T12:00:00Z", "2027-07-01 12:00:00 +00:00"},
	// 2026b: British Columbia stays on -07 from March 2026.
	{"America/Vancouver", "2026-11-01T08:59:59Z", "2026-11-01 01:59:59 -07:00"},
	{"America/Vancouver", "2026-11-01T09:00:00Z", "2026-11-01 02:00:00 -07:00"},
	{"America/Vancouver", "2027-01-15T20:00:00Z", "2027-01-15 13:00:00 -07:00"},
	{"Canada/Pacific", "2027-07-01T20:00:00Z", "2027-07-01 13:00:00 -07:00"},
	// 2026c: Alberta stays on -06, and by 2026d the Northwest Territories.
	{"America/Edmonton", "2026-12-01T12:00:00Z", "2026-12-01 06:00:00 -06:00"},
	{"Canada/Mountain", "2027-01-15T12:00:00Z", "2027-01-15 06:00:00 -06:00"},
	{"America/Yellowknife", "2027-01-15T12:00:00Z", "2027-01-15 06:00:00 -06:00"},
	{"America/Inuvik", "2026-12-01T12:00:00Z", "2026-12-01 06:00:00 -06:00"},
	// 2026e: Manitoba stays on -05, and by 2026f northwestern Ontario with it.
	{"America/Winnipeg", "2026-12-01T12:00:00Z", "2026-12-01 07:00:00 -05:00"},
	{"Canada/Central", "2027-07-01T12:00:00Z", "2027-07-01 07:00:00 -05:00"},
	{"America/Rainy_River", "2027-01-15T12:00:00Z", "2027-01-15 07:00:00 -05:00"},
	// 2026f: Cuba stays on -04 through 7 November 2027.
	{"America/Havana", "2026-12-01T12:00:00Z", "2026-12-01 08:00:00 -04:00"},
	{"America/Havana", "2027-11-07T04:59:59Z", "2027-11-07 00:59:59 -04:00"},
	{"America/Havana", "2027-11-07T05:00:00Z", "2027-11-07 00:00:00 -05:00"},
	{"Cuba", "2028-07-01T12:00:00Z", "2028-07-01 08:00:00 -04:00"},
	// 2026b: Moldova changes with the European Union.
	{"Europe/Chisinau", "2026-10-25T00:59:59Z", "2026-10-25 03:59:59 +03:00"},
	{"Europe/Chisinau", "2026-10-25T01:00:00Z", "2026-10-25 03:00:00 +02:00"},
	// Neighbours that did not follow, and zones of odd offsets.
	{"America/Los_Angeles", "2026-12-01T12:00:00Z", "2026-12-01 04:00:00 -08:00"},
	{"America/Denver", "2026-12-01T12:00:00Z", "2026-12-01 05:00:00 -07:00"},
	{"America/Chicago", "2026-12-01T12:00:00Z", "2026-12-01 06:00:00 -06:00"},
	{"America/Regina", "2026-12-01T12:00:00Z", "2026-12-01 06:00:00 -06:00"},
	{"Asia/Kathmandu", "2026-12-01T12:00:00Z", "2026-12-01 17:45:00 +05:45"},
	{"Australia/Lord_Howe", "2026-12-01T12:00:00Z", "2026-12-01 23:00:00 +11:00"},
	{"Australia/Lord_Howe", "2027-07-01T12:00:00Z", "2027-07-01 22:30:00 +10:30"},
	{"Pacific/Kiritimati", "2026-12-31T12:00:00Z", "2027-01-01 02:00:00 +14:00"},
	{"America/St_Johns", "2026-12-01T12:00:00Z", "2026-12-01 08:30:00 -03:30"},
	{"Europe/Dublin", "2026-12-01T12:00:00Z", "2026-12-01 12:00:00 +00:00"},
	{"Etc/GMT+5", "2026-12-01T12:00:00Z", "2026-12-01 07:00:00 -05:00"}, // POSIX's sign
	// Past the tables of transitions, where the last line of a file is the rule: after
	// the end of 32 bits, of Go's own tables, and a century on.
	{"Europe/Berlin", "2038-07-01T12:00:00Z", "2038-07-01 14:00:00 +02:00"},
	{"Europe/Berlin", "2126-01-01T12:00:00Z", "2126-01-01 13:00:00 +01:00"},
	{"America/New_York", "2099-07-01T12:00:00Z", "2099-07-01 08:00:00 -04:00"},
	{"America/Santiago", "2050-01-01T12:00:00Z", "2050-01-01 09:00:00 -03:00"},
	{"Africa/Casablanca", "2087-12-01T12:00:00Z", "2087-12-01 12:00:00 +00:00"},
	{"America/Vancouver", "2040-01-01T12:00:00Z", "2040-01-01 05:00:00 -07:00"},
	{"Asia/Jerusalem", "2060-07-01T12:00:00Z", "2060-07-01 15:00:00 +03:00"},
	// Before.
	{"America/Vancouver", "2026-01-15T20:00:00Z", "2026-01-15 12:00:00 -08:00"},
	{"Europe/Berlin", "1900-01-01T12:00:00Z", "1900-01-01 13:00:00 +01:00"},
}

func TestTheLawInForce(t *testing.T) {
	for _, c := range laws {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.In(zone.Of(c.zone)).Format("2006-01-02 15:04:05 -07:00"); got != c.want {
			t.Errorf("%s at %s: %s, want %s", c.zone, c.at, got, c.want)
		}
	}
}

// Files of zones that a machine has, and where it says to look for them, come first in
// [time.LoadLocation]. Here they are New York's under every name.
func TestTheMachinesFilesAreNotAsked(t *testing.T) {
	const child = "ZONE_TEST_CHILD"
	if os.Getenv(child) != "" {
		wrong, err := time.LoadLocation("Africa/Casablanca")
		if _, offset := time.Unix(1_800_000_000, 0).In(wrong).Zone(); err != nil || offset == 0 {
			t.Fatalf("the machine's zone is right (%d, %v): this test would show nothing", offset, err)
		}
		TestTheLawInForce(t)
		TestNamesThatAreNoZones(t)
		return
	}
	dir := t.TempDir()
	eastern := newYork()
	for _, name := range append(zone.Names(), "Factory", "localtime", "posix/Europe/Berlin", "right/UTC", "europe/berlin", "Mars/Olympus") {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, eastern, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), child+"=1", "ZONEINFO="+dir, "TZ=America/New_York")
	if said, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(said), "--- PASS: "+t.Name()) {
		t.Errorf("with other files: %v\n%s", err, said)
	}
}

// newYork is a TZif file of one type, five hours behind, as RFC 9636 section 3 has it.
func newYork() []byte {
	header := "TZif2" + strings.Repeat("\x00", 15) + strings.Repeat("\x00", 16) + "\x00\x00\x00\x01" + "\x00\x00\x00\x04"
	block := "\xff\xff\xb9\xb0" + "\x00\x00" + "EST\x00"
	return []byte(header + block + header + block + "\nEST5\n")
}

func TestNamesOfZones(t *testing.T) {
	for _, name := range []string{
		"UTC", "Etc/UTC", "Europe/Berlin", "America/Argentina/ComodRivadavia", "Africa/Abidjan", "Zulu", // the first and the last
		"Asia/Calcutta", "Asia/Kolkata", "US/Pacific", "Europe/Kyiv", "Europe/Kiev", "America/Coyhaique", "Asia/Saigon",
		"EST5EDT", "EST", "GMT0", "GMT+0", "Etc/GMT-14", "W-SU", "NZ-CHAT", "PRC", "America/Port-au-Prince",
	} {
		if !zone.Known(name) || zone.Of(name).String() != name {
			t.Errorf("%s is not known", name)
		}
	}
	for _, same := range [][2]string{{"Asia/Calcutta", "Asia/Kolkata"}, {"Europe/Kiev", "Europe/Kyiv"}, {"US/Pacific", "America/Los_Angeles"}} {
		for at := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2040; at = at.Add(1000 * time.Hour) {
			_, a := at.In(zone.Of(same[0])).Zone()
			if _, b := at.In(zone.Of(same[1])).Zone(); a != b {
				t.Fatalf("%v differ at %s", same, at)
			}
		}
	}
}

// noZones are names that some machine has a file for, or a program a meaning, and tricks.
var noZones = []string{
	"", "Local", "localtime", "Factory", "posixrules", "posix/Europe/Berlin", "right/Europe/Berlin", "posix", "right/UTC",
	"europe/berlin", "EUROPE/BERLIN", "utc", "Utc", "Europe", "Europe/", "/Europe/Berlin", "Berlin", "Europe/Berlin ", " UTC",
	"Europe/Berlin Europe/Kiev", "Europe/Berlin\n", "\n", " ", "#", "2026f", "2026f,", "sha256", "Europe//Berlin", "./UTC", "../UTC",
	"Europe/../UTC", "../zoneinfo/UTC", "/etc/localtime", "/usr/share/zoneinfo/UTC", "Europe\\Berlin", "Europe/Berlin\x00", ":UTC",
	"UTC+1", "GMT+1", "CST6", "EST5EDT,M3.2.0,M11.1.0", "Mars/Olympus", "tzdata.zi", "leapseconds", "zone.tab", "US/Pacific-New",
	"W. Europe Standard Time", "CEST", "+01:00", strings.Repeat("Europe/Berlin", 1000),
}

func TestNamesThatAreNoZones(t *testing.T) {
	for _, name := range noZones {
		if loc := zone.Of(name); zone.Known(name) || loc != time.UTC {
			t.Errorf("%.40q is known, as %s", name, loc)
		}
	}
}

func TestEveryZoneIsThere(t *testing.T) {
	all := zone.Names()
	if sorted := slices.Compact(slices.Sorted(slices.Values(all))); len(sorted) != len(all) || len(all) < 590 {
		t.Errorf("%d names, %d of them different", len(all), len(sorted))
	}
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, name := range all {
		if loc := zone.Of(name); loc.String() != name || !zone.Known(name) {
			t.Errorf("%s is %s", name, loc)
		}
		// The farthest that a place on earth is from UTC.
		if _, offset := at.In(zone.Of(name)).Zone(); offset < -12*3600 || offset > 14*3600 {
			t.Errorf("%s is %d seconds from UTC", name, offset)
		}
	}
	if zone.Of("UTC") != time.UTC {
		t.Error("UTC is another one")
	}
}

func TestTheReleaseIsSaid(t *testing.T) {
	if r := zone.Release(); len(r) < 5 || r < "2026f" || r > "2100" {
		t.Errorf("%q", r)
	}
}

// BenchmarkFirst is what a Lambda pays for the first time that it says in a zone.
func BenchmarkFirst(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := zone.Read("Europe/Berlin"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkKnown(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if zone.Known("Zulu2") {
			b.Fatal("known")
		}
	}
}
