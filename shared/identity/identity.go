// Package identity knows the senders that Amazon SES knows. [New] makes the
// [invite.SenderIdentities].
package identity

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	"github.com/aws/aws-sdk-go-v2/service/ses/types"

	"invites/shared/invite"
)

// SES asks the classic SES API. Each of these calls is one a second for a whole account, so
// a look makes as few as it can.
type SES struct {
	client     Client
	dkimDomain string
}

// Client is what is needed of the SES client.
type Client interface {
	GetIdentityVerificationAttributes(context.Context, *ses.GetIdentityVerificationAttributesInput, ...func(*ses.Options)) (*ses.GetIdentityVerificationAttributesOutput, error)
	GetIdentityDkimAttributes(context.Context, *ses.GetIdentityDkimAttributesInput, ...func(*ses.Options)) (*ses.GetIdentityDkimAttributesOutput, error)
	VerifyDomainDkim(context.Context, *ses.VerifyDomainDkimInput, ...func(*ses.Options)) (*ses.VerifyDomainDkimOutput, error)
}

var _ invite.SenderIdentities = (*SES)(nil)

// New returns the identities of a region.
func New(client Client, region string) *SES {
	s := &SES{client: client, dkimDomain: "dkim.amazonses.com"}
	if slices.Contains(ownDKIM, region) {
		s.dkimDomain = "dkim." + region + ".amazonses.com"
	}
	return s
}

// ownDKIM are the regions whose DKIM keys are under a domain of their own (AWS General
// Reference, Amazon SES endpoints and quotas, DKIM domains).
var ownDKIM = []string{
	"af-south-1", "ap-northeast-3", "ap-south-2", "ap-southeast-3", "ap-southeast-5", "ca-west-1", "eu-central-2",
	"eu-south-1", "il-central-1", "me-central-1", "us-gov-east-1",
}

// Find looks for any of the candidates that SES has verified, and else for what is to be
// done for the domain, the second of them. It only reads.
func (s *SES) Find(ctx context.Context, candidates []string) (invite.SenderIdentity, error) {
	out, err := s.client.GetIdentityVerificationAttributes(ctx, &ses.GetIdentityVerificationAttributesInput{Identities: candidates})
	if err != nil {
		return invite.SenderIdentity{}, fmt.Errorf("verification attributes: %w", err)
	}
	for _, found := range out.VerificationAttributes {
		if found.VerificationStatus == types.VerificationStatusSuccess {
			return invite.SenderIdentity{Verified: true, Known: true}, nil
		}
	}
	domain := candidates[1]
	if _, known := out.VerificationAttributes[domain]; !known { // SES leaves out what it does not know
		return invite.SenderIdentity{}, nil
	}
	dkim, err := s.client.GetIdentityDkimAttributes(ctx, &ses.GetIdentityDkimAttributesInput{Identities: []string{domain}})
	if err != nil {
		return invite.SenderIdentity{}, fmt.Errorf("DKIM attributes: %w", err)
	}
	a := dkim.DkimAttributes[domain]
	return invite.SenderIdentity{
		Known:    true,
		Verified: a.DkimVerificationStatus == types.VerificationStatusSuccess,
		Failed:   a.DkimVerificationStatus == types.VerificationStatusFailed,
		Records:  s.records(domain, a.DkimTokens),
	}, nil
}

// Make has SES sign for a domain with keys of its own (Easy DKIM). That alone adds the
// domain to the account, and its three records are all that SES looks for.
func (s *SES) Make(ctx context.Context, domain string) ([]invite.DNSRecord, error) {
	out, err := s.client.VerifyDomainDkim(ctx, &ses.VerifyDomainDkimInput{Domain: aws.String(domain)})
	if err != nil {
		return nil, fmt.Errorf("verify domain: %w", err)
	}
	return s.records(domain, out.DkimTokens), nil
}

// records are none where the tokens are not those of Easy DKIM: a key that somebody
// brought along has one token, its selector.
func (s *SES) records(domain string, tokens []string) (all []invite.DNSRecord) {
	if len(tokens) != 3 {
		return nil
	}
	for _, token := range tokens {
		all = append(all, invite.DNSRecord{Type: "CNAME", Name: token + "._domainkey." + domain, Value: token + "." + s.dkimDomain})
	}
	return all
}
