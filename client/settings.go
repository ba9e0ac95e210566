package client

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"
)

// Settings are what a tenant may choose. Read them, change them and put them back: what a
// newer service has beside these fields is kept with them.
type Settings struct {
	Name string `json:"name"`
	// Sender is the address mails go from once its domain is verified; empty for the
	// platform's.
	Sender         string `json:"sender,omitempty"`
	ExpiresInHours int    `json:"expires_in_hours,omitempty"`
	// AcceptURL is the product's own accept page; empty for the service's.
	AcceptURL        string `json:"accept_url,omitempty"`
	SetupURL         string `json:"setup_url,omitempty"`
	SignInURL        string `json:"sign_in_url,omitempty"`
	PasswordResetURL string `json:"password_reset_url,omitempty"`
	LogoURL          string `json:"logo_url,omitempty"`
	// TimeZone is of the IANA's list.
	TimeZone     string `json:"time_zone,omitempty"`
	SupportEmail string `json:"support_email,omitempty"`
	// Roles are the lowest first.
	Roles          []string `json:"roles,omitempty"`
	Locale         string   `json:"locale,omitempty"`
	BrandColor     string   `json:"brand_color,omitempty"`
	RenewOnRequest bool     `json:"renew_on_request,omitempty"`
	Reminders      bool     `json:"reminders,omitempty"`

	// From here on the service says it, and ignores what is put.

	NameTrusted bool `json:"name_trusted,omitempty"`
	// SenderDomain is nil where the tenant has no sender of its own.
	SenderDomain *SenderDomain `json:"sender_domain,omitempty"`
	// Warnings are of fields that the service would refuse today: see each one's Detail.
	Warnings []Warning `json:"warnings,omitempty"`
	TenantID string    `json:"tenant_id,omitempty"`
	ETag     string    `json:"etag,omitempty"`

	// rest is what was read and has no field here.
	rest map[string]json.RawMessage
}

// Warning is of one field.
type Warning struct {
	// Pointer is the field, such as "/time_zone" (RFC 6901).
	Pointer string `json:"pointer"`
	// Detail says what it means and what to do.
	Detail string `json:"detail"`
}

// SenderDomain is how far a tenant is with the domain of its own sender.
type SenderDomain struct {
	Domain string `json:"domain"`
	// State is unproven, pending, verified or taken.
	State string `json:"state"`
	// Message says what it means and what to do.
	Message   string    `json:"message"`
	Records   []Record  `json:"records"`
	CheckedAt time.Time `json:"checked_at"`
}

// Record is one to be set in the domain's DNS.
type Record struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	// State is awaited or found.
	State string `json:"state"`
}

// Settings returns the tenant's settings, with the operator's defaults where it has none.
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	return do[Settings](ctx, c, call{method: http.MethodGet, path: "/v1/settings"})
}

// PutSettings replaces the tenant's settings whole; an empty field takes its default. It
// is refused with status 412 where the settings have changed since s.ETag; with an empty
// ETag it overwrites them.
func (c *Client) PutSettings(ctx context.Context, s Settings) (Settings, error) {
	return do[Settings](ctx, c, call{method: http.MethodPut, path: "/v1/settings", body: s, ifMatch: s.ETag, written: true})
}

// UnmarshalJSON reads settings and keeps what has no field here.
func (s *Settings) UnmarshalJSON(text []byte) error {
	type plain Settings
	var p plain
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	if err := json.Unmarshal(text, &p.rest); err != nil {
		return err
	}
	for _, field := range reflect.VisibleFields(reflect.TypeFor[plain]()) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		delete(p.rest, name)
	}
	*s = Settings(p)
	return nil
}

// MarshalJSON writes settings with all that was read.
func (s Settings) MarshalJSON() ([]byte, error) {
	type plain Settings
	known, err := json.Marshal(plain(s))
	if err != nil || len(s.rest) == 0 {
		return known, err
	}
	all := map[string]json.RawMessage{}
	for name, value := range s.rest {
		all[name] = value
	}
	if err := json.Unmarshal(known, &all); err != nil {
		return nil, err
	}
	return json.Marshal(all)
}
