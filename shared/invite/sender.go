package invite

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// A mail from an address that is not the tenant's own passes for somebody else's. So a
// sender's domain belongs to one tenant, which proves it by a TXT record that only the
// domain's owner can set. The domain is the tenant's until it puts another sender.

// SenderState says how far a tenant is with the domain of its sender.
type SenderState string

// The states of a sender's domain.
const (
	SenderUnproven SenderState = "unproven" // the tenant's TXT record was not found
	SenderTaken    SenderState = "taken"    // it is another tenant's
	SenderPending  SenderState = "pending"  // proven; the mail provider has not verified it
	SenderVerified SenderState = "verified" // proven, and the mail provider sends from it
)

// SenderDomain is what the last look at the domain of a tenant's sender found; the zero
// where nobody has looked. The domain itself is that of [Settings.Sender].
type SenderDomain struct {
	State     SenderState
	Records   []DNSRecord // that the mail provider asks for, once it knows the domain
	CheckedAt time.Time
}

// Proven tells whether the domain is the tenant's.
func (d SenderDomain) Proven() bool { return d.State == SenderPending || d.State == SenderVerified }

// Equal compares all of two.
func (d SenderDomain) Equal(other SenderDomain) bool {
	return d.State == other.State && d.CheckedAt.Equal(other.CheckedAt) && slices.Equal(d.Records, other.Records)
}

// DNSRecord is one record in the DNS.
type DNSRecord struct{ Type, Name, Value string }

// proofLabel is where the owner of a domain proves it. The underscore keeps the name
// apart from every host's (RFC 8552).
const proofLabel = "_invites."

// ProofOf returns the record that proves a domain for a tenant. It is the same each time,
// and another one for every tenant and deployment, so that nobody can use a record that
// was set for somebody else. It needs no secret: whoever knows the value still has to set
// it in the domain's DNS.
func ProofOf(deployment string, t TenantID, domain string) DNSRecord {
	sum := sha256.Sum256([]byte("invites sender domain\x00" + deployment + "\x00" + string(t) + "\x00" + domain))
	return DNSRecord{Type: "TXT", Name: proofLabel + domain, Value: "invites-domain=" + encode(sum[:16])}
}

// SenderDomainName is the domain of the tenant's own sender, or "".
func (s Settings) SenderDomainName() string { return Address(s.Sender).Domain() }

// DomainOwner is who has a domain.
type DomainOwner struct {
	Tenant TenantID // "" for nobody
	// Ours tells that we made the domain known to the mail provider, and so may start its
	// verification anew. What others made is only looked at.
	Ours bool
}

// MayTake tells whether a tenant may have the domain.
func (o DomainOwner) MayTake(t TenantID) error {
	if o.Tenant == "" || o.Tenant == t {
		return nil
	}
	return &Error{Kind: DomainTaken, Field: "/sender",
		Text: "Mails from this domain belong to another tenant. Choose a sender on a domain of your own; if this one is yours, ask the operator to have it given up there."}
}

// Replacing returns the settings as they are kept in the place of old ones: with what is
// known of the sender's domain where that stays, and with the trust in the name. byService
// tells that the product's own backend puts them, which knows its tenants' names; an
// admin's change of the name ends that trust.
func (s Settings) Replacing(old Settings, byService bool) Settings {
	s.Version = old.Version
	s.NameTrusted = byService || old.NameTrusted && s.Name == old.Name
	s.Domain = SenderDomain{}
	if s.SenderDomainName() == old.SenderDomainName() {
		s.Domain = old.Domain
	}
	if s.Sender != old.Sender {
		s.Domain.CheckedAt = time.Time{} // the provider may know the other address only
	}
	return s
}

// GivesUp names the domain that is nobody's once next stands in the place of s, or "".
func (s Settings) GivesUp(next Settings) string {
	if s.Domain.Proven() && s.SenderDomainName() != next.SenderDomainName() {
		return s.SenderDomainName()
	}
	return ""
}

// parents returns a domain and those above it, nearest first, as far as a mail provider
// could know them: the last label alone is nobody's.
func parents(domain string) (all []string) {
	const most = 10 // labels; the provider is asked for all of them at once
	for strings.Contains(domain, ".") && len(all) < most {
		all = append(all, domain)
		_, domain, _ = strings.Cut(domain, ".")
	}
	return all
}
