package dynamo

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// Settings returns the settings of a tenant as they were put, or the operator's
// defaults where there are none.
func (s *Store) Settings(ctx context.Context, t invite.TenantID) (invite.Settings, error) {
	found, err := s.getItem(ctx, settingsKey(t))
	if err != nil {
		return invite.Settings{}, fmt.Errorf("settings: %w", err)
	}
	if found == nil {
		return s.defaults(t), nil
	}
	return decodeSettings(found)
}

// PutSettings replaces the settings of a tenant on the condition that they are the old
// ones, so that versions only rise. A domain that the tenant gives up changes with them.
func (s *Store) PutSettings(ctx context.Context, t invite.TenantID, old, to invite.Settings) (invite.Settings, error) {
	to.Version = old.Version + 1
	when, values := unchanged(old)
	names, values := bind(nil, values, when)
	put := types.Put{
		TableName: s.table, Item: encodeSettings(t, to),
		ConditionExpression: &when, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	}
	given := old.GivesUp(to)
	if given == "" {
		return to, s.putAlone(ctx, put)
	}
	give := s.member(update{key: domainKey(given), when: isMine, remove: "#owner", values: item{"owner": text(string(t))}})
	switch refusal, err := s.together(ctx, types.TransactWriteItem{Put: &put}, give); {
	case refusal == 1: // an operator has taken the domain away
		return to, s.putAlone(ctx, put)
	case refusal == 0:
		return invite.Settings{}, preconditionFailed(err)
	default:
		return to, err
	}
}

// putAlone writes once where it can. A repetition after an attempt of unknown outcome
// knows its own work when it meets it.
func (s *Store) putAlone(ctx context.Context, put types.Put) error {
	in := &dynamodb.PutItemInput{
		TableName: put.TableName, Item: put.Item, ConditionExpression: put.ConditionExpression,
		ExpressionAttributeNames: put.ExpressionAttributeNames, ExpressionAttributeValues: put.ExpressionAttributeValues,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	var cause error
	unsure := false
	for n := range maxAttempts {
		if n > 0 {
			if err := s.pause(ctx, n); err != nil {
				return unavailable(errors.Join(err, cause))
			}
		}
		err := s.putOnce(ctx, in)
		switch classify(err) {
		case done:
			return nil
		case unknown:
			unsure = true
		case refused:
			if unsure && sameItem(err, in.Item) {
				return nil
			}
			if unsure {
				return unavailable(err)
			}
			return preconditionFailed(err)
		case broken:
			if !unsure {
				return fmt.Errorf("put settings: %w", err)
			}
			return unavailable(err)
		case notNow:
		}
		if cause = err; ctx.Err() != nil {
			break
		}
	}
	return unavailable(fmt.Errorf("put settings: %w", cause))
}

func (s *Store) putOnce(ctx context.Context, in *dynamodb.PutItemInput) error {
	ctx, cancel := context.WithTimeout(ctx, s.attempt)
	defer cancel()
	_, err := s.writes.PutItem(ctx, in)
	return err
}

func sameItem(err error, want item) bool {
	var refusal *types.ConditionalCheckFailedException
	if !errors.As(err, &refusal) {
		return false
	}
	return reflect.DeepEqual(refusal.Item, want)
}

func encodeSettings(t invite.TenantID, s invite.Settings) item {
	out := settingsKey(t)
	out["tenant"], out["ver"] = text(string(t)), number(s.Version)
	out["win"] = number(s.ExpiresIn.Milliseconds())
	if s.NameTrusted {
		out["trust"] = number(1)
	}
	if s.RenewOnRequest {
		out["renew"] = number(1)
	}
	if s.Reminders {
		out["remind"] = number(1)
	}
	if s.Domain.State != "" {
		out["sd"] = domainValue(s.Domain)
	}
	roles := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	for _, r := range s.Roles {
		roles.Value = append(roles.Value, text(r))
	}
	out["roles"] = roles
	for name, v := range settingsTexts(&s) {
		if *v != "" {
			out[name] = text(*v)
		}
	}
	return out
}

func decodeSettings(i item) (s invite.Settings, err error) {
	r := &reader{item: i}
	s.Version = r.count("ver")
	s.ExpiresIn = time.Duration(r.number("win")) * time.Millisecond
	s.NameTrusted = r.optional().count("trust") > 0
	s.RenewOnRequest = r.optional().count("renew") > 0
	s.Reminders = r.optional().count("remind") > 0
	s.Domain = r.optional().domain("sd")
	if l, ok := attribute[*types.AttributeValueMemberL](r, "roles"); ok {
		for _, e := range l.Value {
			role, ok := e.(*types.AttributeValueMemberS)
			if !ok {
				r.fail("roles", "an entry is no text")
				break
			}
			s.Roles = append(s.Roles, role.Value)
		}
	}
	for name, v := range settingsTexts(&s) {
		*v = r.optional().text(name)
	}
	if r.err != nil {
		return invite.Settings{}, fmt.Errorf("settings: %w", r.err)
	}
	return s, nil
}

func settingsTexts(s *invite.Settings) map[string]*string {
	return map[string]*string{
		"name": &s.Name, "sender": &s.Sender, "accept": &s.AcceptURL, "setup": &s.SetupURL, "signin": &s.SignInURL, "reset": &s.PasswordResetURL,
		"support": &s.SupportEmail, "zone": &s.TimeZone, "locale": &s.Locale, "color": &s.BrandColor, "logo": &s.LogoURL,
	}
}
