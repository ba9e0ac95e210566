package invite

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Settings are what one tenant may choose.
type Settings struct {
	Name             string // shown in mails and pages
	Sender           string // address mails go from once Domain is proven; "" for the platform's
	ExpiresIn        time.Duration
	AcceptURL        string // the product's own accept page, see [Settings.LinkOf]; "" for ours
	SetupURL         string // where an accept leads, see [Settings.NextOf]; "" for none
	SignInURL        string
	PasswordResetURL string
	SupportEmail     string
	TimeZone         string   // IANA
	Roles            []string // lowest first
	Locale           string   // BCP 47
	BrandColor       string   // #rrggbb
	LogoURL          string
	RenewOnRequest   bool // who asks for a new invite with a dead link is sent one at once
	Reminders        bool // whether an invite that nobody accepts is reminded of

	// What the service itself keeps with them.
	NameTrusted bool         // the product's own backend set the name, see [TrustedName]
	Domain      SenderDomain // of Sender
	Version     uint64       // rises with every change; 0 where the tenant has none of its own
}

// The window of an invite (rule 1).
const (
	DefaultWindow = 7 * 24 * time.Hour
	MinWindow     = time.Hour
	MaxWindow     = 30 * 24 * time.Hour
)

// Lengths that keep a record under 1 KB and a mail readable.
const (
	MaxName   = 80 // characters
	MaxRole   = 32
	maxRoles  = 20
	maxURL    = 512
	maxLocale = 35 // RFC 5646 4.4.1
)

// DefaultRoles are a tenant's until it names its own.
var DefaultRoles = []string{"member", "admin"}

// Limits are what the operator allows in settings.
type Limits struct {
	PlatformSender string
	AllowedHosts   []string // host or host:port, lower case
	ToASCII        DomainToASCII
	KnownZone      func(name string) bool // whether mails and pages can say times in a time zone
}

var (
	colorPattern  = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	localePattern = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$`)
)

// Check normalises settings and reports every field that cannot stay.
func (l Limits) Check(s Settings) (Settings, []FieldError) {
	var bad []FieldError
	report := func(field, text string) { bad = append(bad, FieldError{Field: field, Text: text}) }
	s.Name = strings.TrimSpace(s.Name)
	if err := CheckName(s.Name); err != nil || s.Name == "" {
		report("/name", "Give a name of 1 to 80 characters without control characters.")
	}
	s.Sender = l.address(s.Sender, "/sender", report)
	if s.Sender == l.PlatformSender {
		s.Sender = ""
	}
	s.SupportEmail = l.address(s.SupportEmail, "/support_email", report)
	if s.ExpiresIn < MinWindow || s.ExpiresIn > MaxWindow {
		report("/expires_in_hours", "Choose 1 to 720 hours (30 days).")
	}
	for _, u := range []struct{ field, text string }{
		{"/accept_url", cmp.Or(l.checkURL(s.AcceptURL), checkLink(s.AcceptURL))},
		{"/setup_url", cmp.Or(l.checkURL(s.SetupURL), checkSetup(s.SetupURL))},
		{"/sign_in_url", l.checkURL(s.SignInURL)},
		{"/password_reset_url", l.checkURL(s.PasswordResetURL)},
		{"/logo_url", l.checkURL(s.LogoURL)},
	} {
		if u.text != "" {
			report(u.field, u.text)
		}
	}
	if s.TimeZone == "" {
		s.TimeZone = "UTC"
	}
	if !l.KnownZone(s.TimeZone) {
		report("/time_zone", "Give a time zone by its IANA name, such as Europe/Berlin, in exactly that spelling.")
	}
	if s.Roles == nil {
		s.Roles = slices.Clone(DefaultRoles)
	}
	if text := checkRoles(s.Roles); text != "" {
		report("/roles", text)
	}
	var ok bool
	if s.Locale, ok = languageTag(s.Locale); !ok {
		report("/locale", "Give a language tag such as en or de-CH.")
	}
	if s.BrandColor != "" && !colorPattern.MatchString(s.BrandColor) {
		report("/brand_color", "Give a colour as #rrggbb.")
	}
	return s, bad
}

// Warnings reports the fields of stored settings that [Limits.Check] would refuse today:
// the operator's hosts and the law change without the tenant.
func (l Limits) Warnings(s Settings) []FieldError {
	_, bad := l.Check(s)
	for i, f := range bad {
		if f.Field == "/time_zone" {
			bad[i].Text = "Mails and pages say times in UTC, because this time zone is not known. " + f.Text
		}
	}
	return bad
}

// mayGive returns the roles that somebody may give who has these: the highest of them
// and all below, and the lowest in any case. nil, which nobody checks, allows all.
func (s Settings) mayGive(has []string) []string {
	if has == nil {
		return s.Roles
	}
	highest := 0
	for n, role := range s.Roles {
		if slices.Contains(has, role) {
			highest = n
		}
	}
	return s.Roles[:highest+1]
}

// FieldError is one field at fault: a JSON pointer and what to do.
type FieldError struct{ Field, Text string }

// CheckName refuses names no mail could carry. What a name may look like in a
// mail is decided where the mail is made.
func CheckName(s string) error {
	if utf8.RuneCountInString(s) > MaxName || len(s) > 4*MaxName {
		return fmt.Errorf("name: longer than %d characters", MaxName)
	}
	for _, r := range s {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError {
			return fmt.Errorf("name: holds a control character")
		}
	}
	return nil
}

// languageTag returns a locale as a language tag, also where it is written as in Java,
// Python and POSIX (de_DE), and whether it is "" or a well-formed one.
func languageTag(s string) (string, bool) {
	s = strings.ReplaceAll(s, "_", "-")
	return s, s == "" || len(s) <= maxLocale && localePattern.MatchString(s)
}

func (l Limits) address(s, field string, report func(field, text string)) string {
	if s == "" {
		return ""
	}
	a, err := ParseAddress(s, l.ToASCII)
	var refusal *Error
	if errors.As(err, &refusal) {
		report(field, refusal.Text)
	}
	return string(a)
}

func checkRoles(roles []string) string {
	if len(roles) == 0 || len(roles) > maxRoles {
		return "Name 1 to 20 roles, lowest first."
	}
	for i, r := range roles {
		if r == "" || utf8.RuneCountInString(r) > MaxRole || strings.TrimSpace(r) != r || CheckName(r) != nil {
			return "A role is 1 to 32 characters without surrounding spaces."
		}
		if slices.Contains(roles[:i], r) {
			return "A role is named twice."
		}
	}
	return ""
}
