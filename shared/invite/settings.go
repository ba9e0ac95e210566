package invite

import (
	"cmp"
	"fmt"
	"net/url"
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
	SetupURL         string // where an accept leads; "" for none
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
}

var (
	colorPattern  = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	localePattern = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
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
	if text := cmp.Or(l.checkURL(s.AcceptURL), checkLink(s.AcceptURL)); text != "" {
		report("/accept_url", text)
	}
	for _, u := range []struct {
		field string
		value *string
	}{{"/setup_url", &s.SetupURL}, {"/sign_in_url", &s.SignInURL}, {"/password_reset_url", &s.PasswordResetURL}, {"/logo_url", &s.LogoURL}} {
		if text := l.checkURL(*u.value); text != "" {
			report(u.field, text)
		}
	}
	if s.TimeZone == "" {
		s.TimeZone = "UTC"
	}
	if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "Local" {
		report("/time_zone", "Give an IANA time zone such as Europe/Berlin.")
	}
	if s.Roles == nil {
		s.Roles = slices.Clone(DefaultRoles)
	}
	if text := checkRoles(s.Roles); text != "" {
		report("/roles", text)
	}
	if !ValidLocale(s.Locale) {
		report("/locale", "Give a language tag such as en or de-CH.")
	}
	if s.BrandColor != "" && !colorPattern.MatchString(s.BrandColor) {
		report("/brand_color", "Give a colour as #rrggbb.")
	}
	return s, bad
}

// LinkOf returns what a mail leads to: the product's own accept page with the token in
// its fragment, which a browser keeps to itself, or our page at a base address. That one
// opens in both cases (docs/decisions/0052-an-accept-page-of-the-products-own.md).
func (s Settings) LinkOf(base string, t Token) string {
	u, err := url.Parse(s.AcceptURL)
	if err != nil || s.AcceptURL == "" {
		return base + "/i/" + t.Reveal()
	}
	u.Fragment = TokenParameter + "=" + t.Reveal()
	return u.String()
}

// TokenParameter names the token in the fragment of a product's own accept page.
const TokenParameter = "token"

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

// ValidLocale accepts "" and anything that is well formed as a language tag.
func ValidLocale(s string) bool {
	return s == "" || len(s) <= maxLocale && localePattern.MatchString(s)
}

func (l Limits) address(s, field string, report func(field, text string)) string {
	if s == "" {
		return ""
	}
	a, err := ParseAddress(s, l.ToASCII)
	if err != nil {
		report(field, "Give one plain address such as noreply@example.com.")
	}
	return string(a)
}

func (l Limits) checkURL(s string) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || len(s) > maxURL || u.Host == "" || u.User != nil || u.Fragment != "" {
		return "Give a full address such as https://app.example.com/welcome, without a fragment."
	}
	local := u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1"
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return "The address must begin with https://."
	}
	if !slices.Contains(l.AllowedHosts, strings.ToLower(u.Host)) {
		return "The operator allows other hosts only; ask for this one to be added to AllowedUrlHosts."
	}
	return ""
}

// checkLink refuses what a mail program would not make one whole link of.
func checkLink(s string) string {
	u, err := url.Parse(s)
	if err != nil || len(u.String()) > maxURL || strings.ContainsFunc(u.String(), func(c rune) bool {
		return c <= ' ' || c > '~' || strings.ContainsRune("\"'<>()[]\\^`{|}", c)
	}) {
		return "Write the address as a link has it: at most 512 characters, letters, digits and common signs, everything else with a percent sign such as %C3%BC."
	}
	return ""
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
