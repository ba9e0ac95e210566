package locale

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date says an instant as an invitee reads it, to the minute, with day, time and
// zone: "Monday, 30 November 2026, 14:05 (Europe/Berlin, UTC+1)". The zone is t's own.
// Its words have the case that the catalogue's own sentences ask for: Polish ones
// stand after "until".
//
// What is said is never later than t.
func (c *Catalogue) Date(t time.Time) string { return c.date("date.long", t) }

// ShortDate is Date without weekday and year, for a subject.
func (c *Catalogue) ShortDate(t time.Time) string { return c.date("date.short", t) }

// Mark says day and time without a zone, for telling two mails apart.
func (c *Catalogue) Mark(t time.Time) string { return c.date("date.mark", t) }

// date fills a form. The names of days and months are separated by one space: a name
// of two words has a no-break space in it.
func (c *Catalogue) date(form string, t time.Time) string {
	half := "AM"
	if t.Hour() >= 12 {
		half = "PM"
	}
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 {
		day = c.Text("date.first")
	}
	return c.Text(form,
		"weekday", strings.Split(c.Text("weekdays"), " ")[t.Weekday()],
		"day", day,
		"month", strings.Split(c.Text("months"), " ")[t.Month()-1],
		"year", strconv.Itoa(t.Year()),
		"hour", fmt.Sprintf("%02d", t.Hour()),
		"hour12", strconv.Itoa((t.Hour()+11)%12+1),
		"half", half,
		"minute", fmt.Sprintf("%02d", t.Minute()),
		"zone", zoneName(t))
}

// zoneName avoids abbreviations, which differ between languages and mean several
// zones (CST is three).
func zoneName(t time.Time) string {
	_, offset := t.Zone()
	utc := "UTC"
	if offset != 0 {
		sign := '+'
		if offset < 0 {
			sign, offset = '-', -offset
		}
		utc = fmt.Sprintf("UTC%c%d", sign, offset/3600)
		if minutes := offset % 3600 / 60; minutes != 0 {
			utc += fmt.Sprintf(":%02d", minutes)
		}
	}
	if name := t.Location().String(); name != "UTC" {
		return name + ", " + utc
	}
	return utc
}
