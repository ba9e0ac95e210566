package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// An owner's item holds the tenant that has the domain, since when, and whether the mail
// provider knows the domain from us. It stays when the domain is given up.
const (
	mayTake = "attribute_not_exists(#owner) OR #owner = :owner"
	isMine  = "#owner = :owner"
)

// DomainOwner reads who has a domain.
func (s *Store) DomainOwner(ctx context.Context, domain string) (invite.DomainOwner, error) {
	found, err := s.getItem(ctx, domainKey(domain))
	if err != nil || found == nil {
		return invite.DomainOwner{}, err
	}
	r := &reader{item: found}
	o := invite.DomainOwner{Tenant: invite.TenantID(r.optional().text("owner")), Ours: r.optional().count("ours") > 0}
	if r.err != nil {
		return invite.DomainOwner{}, fmt.Errorf("owner of a domain: %w", r.err)
	}
	return o, nil
}

// OwnIdentity remembers that the provider knows a tenant's domain from us.
func (s *Store) OwnIdentity(ctx context.Context, domain string, t invite.TenantID) error {
	err := s.write(ctx, update{key: domainKey(domain), when: isMine, set: "#ours = :one",
		values: item{"owner": text(string(t)), "one": number(1)}})
	if classify(err) == refused {
		return taken(err)
	}
	return err
}

// NoteDomain keeps what a look found with the settings, and with a proof the domain for
// the tenant.
func (s *Store) NoteDomain(ctx context.Context, t invite.TenantID, old invite.Settings, found invite.SenderDomain) (invite.Settings, error) {
	noted := old
	noted.Domain = found
	when, values := unchanged(old)
	values["sd"] = domainValue(found)
	note := update{key: settingsKey(t), when: when, set: "#sd = :sd", values: values}
	if !found.Proven() || old.Domain.Proven() {
		err := s.write(ctx, note)
		if classify(err) == refused {
			return invite.Settings{}, preconditionFailed(err)
		}
		return noted, err
	}
	take := update{key: domainKey(old.SenderDomainName()), when: mayTake, set: "#owner = :owner, #since = :now",
		values: item{"owner": text(string(t)), "now": millis(found.CheckedAt)}}
	switch refusal, err := s.together(ctx, s.member(note), s.member(take)); {
	case err == nil:
		return noted, nil
	case refusal == 0:
		return invite.Settings{}, preconditionFailed(err)
	case refusal == 1:
		return invite.Settings{}, taken(err)
	default:
		return invite.Settings{}, err
	}
}

// member makes an update part of a transaction.
func (s *Store) member(u update) types.TransactWriteItem {
	in := u.input(s.table)
	return types.TransactWriteItem{Update: &types.Update{
		TableName: in.TableName, Key: in.Key, UpdateExpression: in.UpdateExpression, ConditionExpression: in.ConditionExpression,
		ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
	}}
}

// unchanged demands that the settings of a tenant are still these.
func unchanged(s invite.Settings) (when string, values item) {
	when, values = "#ver = :oldver", item{"oldver": number(s.Version)}
	if s.Version == 0 {
		return isAbsent, item{}
	}
	if s.Domain.State == "" {
		return when + " AND attribute_not_exists(#sd)", values
	}
	values["oldsd"] = domainValue(s.Domain)
	return when + " AND #sd = :oldsd", values
}

func taken(cause error) error {
	return &invite.Error{Kind: invite.DomainTaken, Err: cause}
}

func preconditionFailed(cause error) error {
	return &invite.Error{Kind: invite.PreconditionFailed, Err: cause}
}

func domainValue(d invite.SenderDomain) types.AttributeValue {
	m := item{"st": text(string(d.State))}
	if !d.CheckedAt.IsZero() {
		m["ca"] = millis(d.CheckedAt)
	}
	if len(d.Records) > 0 {
		records := &types.AttributeValueMemberL{}
		for _, r := range d.Records {
			records.Value = append(records.Value, text(r.Type+" "+r.Name+" "+r.Value))
		}
		m["rr"] = records
	}
	return &types.AttributeValueMemberM{Value: m}
}

// domain reads a domainValue.
func (r *reader) domain(name string) (d invite.SenderDomain) {
	v, ok := attribute[*types.AttributeValueMemberM](r, name)
	if !ok {
		return d
	}
	in := &reader{item: v.Value}
	d.State = invite.SenderState(in.text("st"))
	d.CheckedAt = in.optional().time("ca")
	if l, ok := attribute[*types.AttributeValueMemberL](in.optional(), "rr"); ok {
		for _, e := range l.Value {
			record, err := parseRecord(e)
			if err != nil {
				in.fail("rr", err.Error())
				break
			}
			d.Records = append(d.Records, record)
		}
	}
	if in.err != nil {
		r.fail(name, in.err.Error())
	}
	return d
}

func parseRecord(v types.AttributeValue) (invite.DNSRecord, error) {
	s, ok := v.(*types.AttributeValueMemberS)
	if !ok {
		return invite.DNSRecord{}, errors.New("an entry is no text")
	}
	parts := strings.SplitN(s.Value, " ", 3)
	if len(parts) != 3 {
		return invite.DNSRecord{}, errors.New("an entry is no record")
	}
	return invite.DNSRecord{Type: parts[0], Name: parts[1], Value: parts[2]}, nil
}
