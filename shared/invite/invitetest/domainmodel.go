package invitetest

import (
	"context"

	"invites/shared/invite"
)

// unchanged tells whether the settings of a tenant are still these.
func (m *Model) unchanged(t invite.TenantID, s invite.Settings) bool {
	now := m.settings[t]
	return now.Version == s.Version && now.Domain.Equal(s.Domain)
}

// PutSettings implements invite.SettingsStore.
func (m *Model) PutSettings(_ context.Context, t invite.TenantID, old, to invite.Settings) (invite.Settings, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.unchanged(t, old) {
		return invite.Settings{}, &invite.Error{Kind: invite.PreconditionFailed}
	}
	if given := old.GivesUp(to); given != "" && m.domains[given].Tenant == t {
		m.domains[given] = invite.DomainOwner{Ours: m.domains[given].Ours}
	}
	to.Version = old.Version + 1
	m.settings[t] = to
	return to, nil
}

// NoteDomain implements invite.SettingsStore.
func (m *Model) NoteDomain(_ context.Context, t invite.TenantID, s invite.Settings, found invite.SenderDomain) (invite.Settings, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.unchanged(t, s) {
		return invite.Settings{}, &invite.Error{Kind: invite.PreconditionFailed}
	}
	if found.Proven() && !s.Domain.Proven() {
		owner := m.domains[s.SenderDomainName()]
		if owner.MayTake(t) != nil {
			return invite.Settings{}, owner.MayTake(t)
		}
		owner.Tenant = t
		m.domains[s.SenderDomainName()] = owner
	}
	s = m.settings[t]
	s.Domain = found
	m.settings[t] = s
	return s, nil
}

// DomainOwner implements invite.SettingsStore.
func (m *Model) DomainOwner(_ context.Context, domain string) (invite.DomainOwner, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.domains[domain], nil
}

// OwnIdentity implements invite.SettingsStore.
func (m *Model) OwnIdentity(_ context.Context, domain string, t invite.TenantID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	owner := m.domains[domain]
	if owner.Tenant != t {
		return &invite.Error{Kind: invite.DomainTaken}
	}
	owner.Ours = true
	m.domains[domain] = owner
	return nil
}
