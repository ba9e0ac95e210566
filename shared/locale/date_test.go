package locale

import (
	"slices"
	"strings"
	"testing"
	"time"

	"invites/shared/zone"
)

var (
	winter = time.Date(2026, 11, 30, 23, 5, 59, 0, time.UTC)
	summer = time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)
)

func TestDates(t *testing.T) {
	for _, c := range []struct {
		tag, zone string
		at        time.Time
		want      string
	}{
		{"en", "UTC", winter, "Monday, 30 November 2026, 23:05 (UTC)"},
		{"en", "Nowhere/Land", winter, "Monday, 30 November 2026, 23:05 (UTC)"},
		{"en", "Europe/Berlin", winter, "Tuesday, 1 December 2026, 00:05 (Europe/Berlin, UTC+1)"},
		{"en-US", "UTC", summer, "Thursday, July 1, 2027, 12:00 AM (UTC)"},
		{"de", "UTC", summer, "Donnerstag, 1. Juli 2027, 00:00 Uhr (UTC)"},
		{"en", "Asia/Kathmandu", winter, "Tuesday, 1 December 2026, 04:50 (Asia/Kathmandu, UTC+5:45)"},
		{"en", "America/St_Johns", winter, "Monday, 30 November 2026, 19:35 (America/St_Johns, UTC-3:30)"},
	} {
		if got := Pick(c.tag).Date(c.at.In(zone.Of(c.zone))); got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.tag, c.zone, got, c.want)
		}
	}
}

// Every language, in winter and in summer time, on a first day of a month and on
// another: long as in a text, short as in a subject.
func TestDatesOfEveryLanguage(t *testing.T) {
	tested := []string{}
	for _, c := range []struct{ tag, zone, winter, summer, short, mark string }{
		{"en", "Europe/London", "Monday, 30 November 2026, 23:05 (Europe/London, UTC)", "Thursday, 1 July 2027, 01:00 (Europe/London, UTC+1)", "1 July, 01:00 (Europe/London, UTC+1)", "1 July, 01:00"},
		{"en-US", "America/New_York", "Monday, November 30, 2026, 6:05 PM (America/New_York, UTC-5)", "Wednesday, June 30, 2027, 8:00 PM (America/New_York, UTC-4)", "June 30, 8:00 PM (America/New_York, UTC-4)", "June 30, 8:00 PM"},
		{"de", "Europe/Berlin", "Dienstag, 1. Dezember 2026, 00:05 Uhr (Europe/Berlin, UTC+1)", "Donnerstag, 1. Juli 2027, 02:00 Uhr (Europe/Berlin, UTC+2)", "1. Juli, 02:00 Uhr (Europe/Berlin, UTC+2)", "1. Juli, 02:00 Uhr"},
		{"fr", "Europe/Paris", "mardi 1er décembre 2026 à 00:05 (Europe/Paris, UTC+1)", "jeudi 1er juillet 2027 à 02:00 (Europe/Paris, UTC+2)", "1er juillet à 02:00 (Europe/Paris, UTC+2)", "1er juillet à 02:00"},
		{"es", "America/Bogota", "lunes 30 de noviembre de 2026, 18:05 h (America/Bogota, UTC-5)", "miércoles 30 de junio de 2027, 19:00 h (America/Bogota, UTC-5)", "30 de junio, 19:00 h (America/Bogota, UTC-5)", "30 de junio, 19:00 h"},
		{"pt", "Europe/Lisbon", "segunda-feira, 30 de novembro de 2026, 23:05 (Europe/Lisbon, UTC)", "quinta-feira, 1º de julho de 2027, 01:00 (Europe/Lisbon, UTC+1)", "1º de julho, 01:00 (Europe/Lisbon, UTC+1)", "1º de julho, 01:00"},
		{"it", "Europe/Rome", "martedì 1º dicembre 2026, ore 00:05 (Europe/Rome, UTC+1)", "giovedì 1º luglio 2027, ore 02:00 (Europe/Rome, UTC+2)", "1º luglio, ore 02:00 (Europe/Rome, UTC+2)", "1º luglio, ore 02:00"},
		{"nl", "Europe/Amsterdam", "dinsdag 1 december 2026 om 00:05 uur (Europe/Amsterdam, UTC+1)", "donderdag 1 juli 2027 om 02:00 uur (Europe/Amsterdam, UTC+2)", "1 juli om 02:00 uur (Europe/Amsterdam, UTC+2)", "1 juli om 02:00 uur"},
		{"pl", "Europe/Warsaw", "wtorku, 1 grudnia 2026 r., godz. 00:05 (Europe/Warsaw, UTC+1)", "czwartku, 1 lipca 2027 r., godz. 02:00 (Europe/Warsaw, UTC+2)", "1 lipca, 02:00 (Europe/Warsaw, UTC+2)", "1 lipca, 02:00"},
		{"ja", "Asia/Tokyo", "2026年12月1日（火）08:05（Asia/Tokyo, UTC+9）", "2027年7月1日（木）09:00（Asia/Tokyo, UTC+9）", "7月1日 09:00（Asia/Tokyo, UTC+9）", "7月1日 09:00"},
		{"ar", "Africa/Cairo", "الثلاثاء 1 ديسمبر 2026، الساعة 01:05 (\u2068Africa/Cairo, UTC+2\u2069)", "الخميس 1 يوليو 2027، الساعة 03:00 (\u2068Africa/Cairo, UTC+3\u2069)", "1 يوليو، الساعة 03:00 (\u2068Africa/Cairo, UTC+3\u2069)", "1 يوليو، الساعة 03:00"},
	} {
		say, loc := Pick(c.tag), zone.Of(c.zone)
		for _, d := range []struct{ got, want string }{
			{say.Date(winter.In(loc)), c.winter}, {say.Date(summer.In(loc)), c.summer},
			{say.ShortDate(summer.In(loc)), c.short}, {say.Mark(summer.In(loc)), c.mark},
		} {
			if d.got != d.want {
				t.Errorf("%s in %s: %q, want %q", c.tag, c.zone, d.got, d.want)
			}
		}
		tested = append(tested, c.tag)
	}
	if slices.Sort(tested); !slices.Equal(tested, Languages()) {
		t.Errorf("the table has %v, want %v", tested, Languages())
	}
}

// weekdays and months by number: a pair that is swapped is found by nobody else.
func TestDaysAndMonthsStandInTheirOrder(t *testing.T) {
	for tag, want := range map[string][4]string{
		"en": {"Sunday", "Saturday", "January", "December"}, "de": {"Sonntag", "Samstag", "Januar", "Dezember"},
		"fr": {"dimanche", "samedi", "janvier", "décembre"}, "es": {"domingo", "sábado", "enero", "diciembre"},
		"pt": {"domingo", "sábado", "janeiro", "dezembro"}, "it": {"domenica", "sabato", "gennaio", "dicembre"},
		"nl": {"zondag", "zaterdag", "januari", "december"}, "pl": {"niedzieli", "soboty", "stycznia", "grudnia"},
		"ja": {"日", "土", "1月", "12月"}, "ar": {"الأحد", "السبت", "يناير", "ديسمبر"},
	} {
		c := Pick(tag)
		sunday, saturday := time.Date(2027, 1, 3, 12, 0, 0, 0, time.UTC), time.Date(2027, 12, 25, 12, 0, 0, 0, time.UTC)
		first, last := c.Date(sunday), c.Date(saturday)
		for i, word := range want {
			if date := []string{first, last, first, last}[i]; !strings.Contains(date, word) {
				t.Errorf("%s: %q lacks %q", tag, date, word)
			}
		}
	}
}
