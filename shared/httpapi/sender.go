package httpapi

import (
	"fmt"

	"invites/shared/invite"
)

// SenderDomain tells how far a tenant is with the domain of its sender, and what to do.
type SenderDomain struct {
	Domain    string             `json:"domain"`
	State     invite.SenderState `json:"state"`
	Message   string             `json:"message"`
	Records   []DNSRecord        `json:"records"`
	CheckedAt *Time              `json:"checked_at"`
}

// DNSRecord is one record to set where the domain's DNS is managed.
type DNSRecord struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
	State string `json:"state"`
}

// The states of a record.
const (
	recordFound   = "found"
	recordAwaited = "awaited"
)

// senderDomain is nil where the tenant sends from the platform's address, and where the
// operator looks after domains.
func (a SettingsAPI) senderDomain(t invite.TenantID, s invite.Settings) *SenderDomain {
	if s.SenderDomainName() == "" || a.Keeper.AnySender {
		return nil
	}
	v := &SenderDomain{Domain: s.SenderDomainName(), State: s.Domain.State, Records: []DNSRecord{}, CheckedAt: optional(s.Domain.CheckedAt)}
	if v.State == "" {
		v.State = invite.SenderUnproven
	}
	v.Message = a.senderMessage(s, v.State)
	if v.State == invite.SenderTaken {
		return v
	}
	add := func(r invite.DNSRecord, found bool) {
		state := recordAwaited
		if found {
			state = recordFound
		}
		v.Records = append(v.Records, DNSRecord{Type: r.Type, Name: r.Name, Value: r.Value, State: state})
	}
	add(a.Keeper.Proof(t, s), s.Domain.Proven())
	for _, r := range s.Domain.Records {
		add(r, s.Domain.State == invite.SenderVerified)
	}
	return v
}

func (a SettingsAPI) senderMessage(s invite.Settings, state invite.SenderState) string {
	switch {
	case state == invite.SenderVerified:
		return fmt.Sprintf("The domain is yours and verified: mails come from %s.", s.Sender)
	case state == invite.SenderTaken:
		return fmt.Sprintf("Another tenant has this domain, so mails come from %s. Choose a sender on a domain of your own; if this one is yours, ask the operator to have it given up there.", a.Limits.PlatformSender)
	case state == invite.SenderPending && len(s.Domain.Records) > 0:
		return fmt.Sprintf("The domain is yours. Set the CNAME records as well; until the mail provider has found them, within 72 hours, mails come from %s.", a.Limits.PlatformSender)
	case state == invite.SenderPending:
		return fmt.Sprintf("The domain is yours, but the mail provider has not verified it, so mails come from %s. Look here again in a minute; if it stays so, ask the operator to finish the verification.", a.Limits.PlatformSender)
	default:
		return fmt.Sprintf("Set the TXT record where the DNS of %s is managed. It is looked for when these settings are opened or saved; until it is found, mails come from %s.", s.SenderDomainName(), a.Limits.PlatformSender)
	}
}
