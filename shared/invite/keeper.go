package invite

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// SettingsKeeper keeps tenants' settings and looks after the domains of their senders.
type SettingsKeeper struct {
	Store SettingsStore
	// Deployment names this one among all, see [ProofOf].
	Deployment string
	// AnySender leaves domains to the operator: nothing is proven and nobody is asked.
	AnySender  bool
	TXT        TextRecords
	Identities SenderIdentities
	Now        func() time.Time
	Wait       func(context.Context, time.Duration) error // sleeps, or ends with the context
	// Report takes what went wrong in a look; its caller gets the settings all the same.
	Report func(context.Context, error)
}

// TextRecords finds the TXT records of a name in the DNS. None and no error where there
// are none.
type TextRecords interface {
	TXT(ctx context.Context, name string) ([]string, error)
}

// SenderIdentities are the senders that the mail provider knows.
type SenderIdentities interface {
	// Find says what the provider knows of an address: by its own name, by its domain, or
	// by a domain above that. candidates are all of these, the address first and its domain
	// second.
	Find(ctx context.Context, candidates []string) (SenderIdentity, error)
	// Make makes a domain known to the provider, or has it verified anew, and returns the
	// records it asks for.
	Make(ctx context.Context, domain string) ([]DNSRecord, error)
}

// SenderIdentity is what the mail provider knows of a sender.
type SenderIdentity struct {
	Verified bool        // it sends from the address
	Known    bool        // it knows the domain itself
	Failed   bool        // it has given up looking for the domain's records
	Records  []DNSRecord // it asks for, where it tells
}

// A look asks the DNS and the mail provider, and nobody waits for it much longer than this.
const (
	dnsTime      = time.Second
	providerTime = 2 * time.Second
)

// How old the last look may be for those who read settings: what is awaited is looked for
// again while somebody waits for it, what is well is left alone. Putting settings looks at
// once.
const (
	lookAgain    = 10 * time.Second
	lookVerified = time.Hour
)

// mostPuts bounds the attempts of a put that others keep coming before.
const mostPuts = 10

// Get returns the settings a tenant works with.
func (k *SettingsKeeper) Get(ctx context.Context, t TenantID) (Settings, error) {
	s, err := k.Store.Settings(ctx, t)
	if err != nil {
		return Settings{}, err
	}
	if s.Domain.CheckedAt.Add(lookAgain).After(k.Now()) || k.isWell(s) {
		return s, nil
	}
	return k.look(ctx, t, s), nil
}

// isWell tells that the sender was verified not long ago.
func (k *SettingsKeeper) isWell(s Settings) bool {
	return s.Domain.State == SenderVerified && s.Domain.CheckedAt.Add(lookVerified).After(k.Now())
}

// Put replaces the settings of a tenant; byService tells that the product's own backend
// does it. With ifVersion it demands that this version is replaced.
//
// Errors: DomainTaken where the sender's domain is another tenant's, PreconditionFailed,
// Unavailable.
func (k *SettingsKeeper) Put(ctx context.Context, t TenantID, to Settings, ifVersion *uint64, byService bool) (Settings, error) {
	for n := 1; ; n++ {
		old, err := k.Store.Settings(ctx, t)
		if err != nil {
			return Settings{}, err
		}
		if ifVersion != nil && *ifVersion != old.Version {
			return Settings{}, changedSettings(nil)
		}
		next := to.Replacing(old, byService)
		if err := k.mayHave(ctx, t, next); err != nil {
			return Settings{}, err
		}
		stored, err := k.Store.PutSettings(ctx, t, old, next)
		if err == nil && k.isWell(stored) {
			return stored, nil
		}
		if err == nil {
			return k.look(ctx, t, stored), nil
		}
		if KindOf(err) != PreconditionFailed {
			return Settings{}, err
		}
		if n == mostPuts || k.Wait(ctx, time.Duration(n)*10*time.Millisecond) != nil {
			return Settings{}, changedSettings(err)
		}
	}
}

func changedSettings(cause error) error {
	return &Error{Kind: PreconditionFailed, Err: cause, Text: "Somebody else changed the settings. Load them again and decide anew."}
}

// mayHave refuses a sender whose domain is another tenant's before anything is changed.
func (k *SettingsKeeper) mayHave(ctx context.Context, t TenantID, s Settings) error {
	if k.AnySender || s.SenderDomainName() == "" || s.Domain.Proven() {
		return nil
	}
	owner, err := k.Store.DomainOwner(ctx, s.SenderDomainName())
	if err != nil {
		return fmt.Errorf("settings: owner of the domain: %w", err)
	}
	return owner.MayTake(t)
}

// Proof returns the record that proves the domain of a tenant's sender.
func (k *SettingsKeeper) Proof(t TenantID, s Settings) DNSRecord {
	return ProofOf(k.Deployment, t, s.SenderDomainName())
}

// look finds out how far the tenant is with the domain of its sender, keeps that with the
// settings and returns them. A look that fails changes nothing but its time.
func (k *SettingsKeeper) look(ctx context.Context, t TenantID, s Settings) Settings {
	if k.AnySender || s.SenderDomainName() == "" {
		return s
	}
	found := s.Domain
	found.CheckedAt = k.Now()
	if !found.Proven() {
		found.State = k.prove(ctx, t, s)
		noted, err := k.Store.NoteDomain(ctx, t, s, found)
		if KindOf(err) == DomainTaken { // since a moment ago
			found.State = SenderTaken
			noted, err = k.Store.NoteDomain(ctx, t, s, found)
		}
		if err != nil || !found.Proven() {
			return k.kept(ctx, s, noted, err)
		}
		s = noted
	}
	found = k.identify(ctx, s, found)
	if found.Equal(s.Domain) {
		return s
	}
	noted, err := k.Store.NoteDomain(ctx, t, s, found)
	return k.kept(ctx, s, noted, err)
}

// kept returns what a look could keep. Where the settings were changed meanwhile, or the
// table cannot be reached, that is what the caller had.
func (k *SettingsKeeper) kept(ctx context.Context, before, noted Settings, err error) Settings {
	if err == nil {
		return noted
	}
	if KindOf(err) != PreconditionFailed {
		k.Report(ctx, fmt.Errorf("note the sender's domain: %w", err))
	}
	return before
}

// prove looks for the tenant's record. It answers [SenderPending] where it is there.
func (k *SettingsKeeper) prove(ctx context.Context, t TenantID, s Settings) SenderState {
	owner, err := k.Store.DomainOwner(ctx, s.SenderDomainName())
	if err != nil {
		k.Report(ctx, fmt.Errorf("owner of the sender's domain: %w", err))
		return SenderUnproven
	}
	if owner.MayTake(t) != nil {
		return SenderTaken
	}
	want := k.Proof(t, s)
	ctx, cancel := context.WithTimeout(ctx, dnsTime)
	defer cancel()
	values, err := k.TXT.TXT(ctx, want.Name)
	if err != nil {
		k.Report(ctx, fmt.Errorf("look for the sender's domain in the DNS: %w", err))
	}
	if slices.Contains(values, want.Value) {
		return SenderPending
	}
	return SenderUnproven
}

// identify asks the mail provider about the sender of a tenant that has its domain, and
// makes the domain known there where it is not. It touches nothing that others made.
func (k *SettingsKeeper) identify(ctx context.Context, s Settings, d SenderDomain) SenderDomain {
	domain := s.SenderDomainName()
	ctx, cancel := context.WithTimeout(ctx, providerTime)
	defer cancel()
	id, err := k.Identities.Find(ctx, append([]string{s.Sender}, parents(domain)...))
	if err != nil {
		k.Report(ctx, fmt.Errorf("look for the sender at the mail provider: %w", err))
		return d
	}
	d.State = SenderPending
	if id.Verified {
		d.State = SenderVerified
		return d
	}
	if id.Known && !id.Failed {
		d.Records = id.Records
		return d
	}
	records, err := k.make(ctx, domain, id)
	if err != nil {
		k.Report(ctx, fmt.Errorf("make the sender's domain known to the mail provider: %w", err))
		return d
	}
	d.Records = records
	return d
}

// make remembers that the domain is of our making before it is made: what a crash leaves
// behind is still known as ours.
func (k *SettingsKeeper) make(ctx context.Context, domain string, id SenderIdentity) ([]DNSRecord, error) {
	owner, err := k.Store.DomainOwner(ctx, domain)
	if err != nil {
		return nil, err
	}
	if id.Known && !owner.Ours {
		return id.Records, nil
	}
	if !owner.Ours {
		if err := k.Store.OwnIdentity(ctx, domain, owner.Tenant); err != nil {
			return nil, err
		}
	}
	return k.Identities.Make(ctx, domain)
}
