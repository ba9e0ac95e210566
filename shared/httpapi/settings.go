package httpapi

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"invites/shared/auth"
	"invites/shared/invite"
)

// SettingsAPI serves GET and PUT /v1/settings.
type SettingsAPI struct {
	Admin
	Keeper *invite.SettingsKeeper
	Limits invite.Limits
}

// Settings is the API's view of a tenant's settings. Empty text means "not set";
// sender then shows the platform's.
type Settings struct {
	Name             string   `json:"name"`
	Sender           string   `json:"sender"`
	ExpiresInHours   int      `json:"expires_in_hours"`
	AcceptURL        string   `json:"accept_url"`
	SetupURL         string   `json:"setup_url"`
	SignInURL        string   `json:"sign_in_url"`
	TimeZone         string   `json:"time_zone"`
	PasswordResetURL string   `json:"password_reset_url"`
	SupportEmail     string   `json:"support_email"`
	Roles            []string `json:"roles"`
	Locale           string   `json:"locale"`
	BrandColor       string   `json:"brand_color"`
	LogoURL          string   `json:"logo_url"`
	RenewOnRequest   bool     `json:"renew_on_request"`
	Reminders        bool     `json:"reminders"`

	// Read-only: known and ignored in a PUT.
	NameTrusted  bool          `json:"name_trusted"`
	SenderDomain *SenderDomain `json:"sender_domain"` // null where there is nothing to prove
	// Warnings are of fields that a PUT of the same would refuse; never null.
	Warnings []ProblemField `json:"warnings"`
	TenantID string         `json:"tenant_id"`
	ETag     string         `json:"etag"`
}

// Handler serves both methods. Whoever may see invites may read the settings;
// changing them takes a permission of its own.
func (a SettingsAPI) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /v1/settings", handler(a.get))
	mux.Handle("PUT /v1/settings", handler(a.put))
	mux.Handle("/", notFound)
	return mux
}

func (a SettingsAPI) get(w http.ResponseWriter, r *http.Request) error {
	p, err := a.principal(r, a.Auth.RequiredPermission)
	if invite.KindOf(err) == forbidden {
		p, err = a.principal(r, a.Auth.SettingsPermission)
	}
	if err != nil {
		return err
	}
	s, err := a.Keeper.Get(r.Context(), p.Tenant)
	if err != nil {
		return err
	}
	a.write(w, p.Tenant, s)
	return nil
}

func (a SettingsAPI) put(w http.ResponseWriter, r *http.Request) error {
	p, err := a.principal(r, a.Auth.SettingsPermission)
	if err != nil {
		return err
	}
	s, err := a.read(r, p.Service)
	if err != nil {
		return err
	}
	version, err := settingsVersion(r.Header.Get("If-Match"))
	if err != nil {
		return err
	}
	s, err = a.Keeper.Put(r.Context(), p.Tenant, s, version, p.Service)
	if err != nil {
		return err
	}
	a.write(w, p.Tenant, s)
	return nil
}

// read decodes the whole settings; a field that is not given takes its default.
func (a SettingsAPI) read(r *http.Request, service bool) (invite.Settings, error) {
	var name, sender, accept, setup, signIn, zone, reset, support, locale, color, logo *string
	var roles []string
	var hours *int
	var renew, reminders *bool
	var person actor
	err := readObject(r, person.in(service, map[string]any{
		"name": &name, "sender": &sender, "expires_in_hours": &hours, "accept_url": &accept, "setup_url": &setup, "sign_in_url": &signIn,
		"time_zone": &zone, "password_reset_url": &reset, "support_email": &support, "roles": &roles,
		"locale": &locale, "brand_color": &color, "logo_url": &logo, "renew_on_request": &renew, "reminders": &reminders,
		"name_trusted": nil, "sender_domain": nil, "warnings": nil, "tenant_id": nil, "etag": nil,
	}))
	if err == nil {
		_, err = person.of(auth.Principal{})
	}
	if err != nil {
		return invite.Settings{}, err
	}
	s := invite.Settings{
		Name: orEmpty(name), Sender: orEmpty(sender), ExpiresIn: invite.DefaultWindow,
		AcceptURL: orEmpty(accept), SetupURL: orEmpty(setup), SignInURL: orEmpty(signIn), TimeZone: orEmpty(zone), PasswordResetURL: orEmpty(reset),
		SupportEmail: orEmpty(support), Roles: roles, Locale: orEmpty(locale), BrandColor: orEmpty(color), LogoURL: orEmpty(logo),
		RenewOnRequest: renew != nil && *renew, Reminders: reminders != nil && *reminders,
	}
	if hours != nil {
		// Out of any range first, so that the product cannot overflow.
		s.ExpiresIn = time.Duration(min(max(*hours, 0), 10_000)) * time.Hour
	}
	s, bad := a.Limits.Check(s)
	if len(bad) > 0 {
		return s, &fieldsError{kind: invite.InvalidField, detail: "Some settings cannot be kept; nothing was changed.", fields: fieldsOf(bad)}
	}
	return s, nil
}

// fieldsOf returns [] where there are none.
func fieldsOf(bad []invite.FieldError) []ProblemField {
	fields := []ProblemField{}
	for _, f := range bad {
		fields = append(fields, ProblemField{Pointer: f.Field, Detail: f.Text})
	}
	return fields
}

func (a SettingsAPI) write(w http.ResponseWriter, t invite.TenantID, s invite.Settings) {
	v := Settings{
		Name: s.Name, Sender: s.Sender, ExpiresInHours: int(s.ExpiresIn / time.Hour), AcceptURL: s.AcceptURL, SetupURL: s.SetupURL,
		SignInURL: s.SignInURL, TimeZone: s.TimeZone, PasswordResetURL: s.PasswordResetURL, SupportEmail: s.SupportEmail,
		Roles: s.Roles, Locale: s.Locale, BrandColor: s.BrandColor, LogoURL: s.LogoURL, RenewOnRequest: s.RenewOnRequest, Reminders: s.Reminders,
		NameTrusted: s.NameTrusted, SenderDomain: a.senderDomain(t, s), Warnings: fieldsOf(a.Limits.Warnings(s)),
		TenantID: string(t), ETag: `"settings-` + strconv.FormatUint(s.Version, 10) + `"`,
	}
	if v.Sender == "" {
		v.Sender = a.Limits.PlatformSender
	}
	w.Header().Set("ETag", v.ETag)
	writeJSON(w, http.StatusOK, v)
}

// settingsVersion reads If-Match; nil where the caller demands nothing.
func settingsVersion(h string) (*uint64, error) {
	h = strings.TrimSpace(h)
	if h == "" || h == "*" {
		return nil, nil
	}
	text, ok := strings.CutPrefix(strings.Trim(h, `"`), "settings-")
	v, err := strconv.ParseUint(text, 10, 64)
	if !ok || err != nil {
		return nil, &invite.Error{Kind: invite.PreconditionFailed, Text: "This is not the entity tag of these settings. Load them again."}
	}
	return &v, nil
}
