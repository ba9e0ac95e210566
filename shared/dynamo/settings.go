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

// PutSettings replaces the settings of a tenant on the condition that their version
// is ifVersion, or else the one that is found, so that versions only rise.
func (s *Store) PutSettings(ctx context.Context, t invite.TenantID, to invite.Settings, ifVersion *uint64) (invite.Settings, error) {
	if ifVersion != nil {
		return s.putSettings(ctx, t, to, *ifVersion)
	}
	for n := 0; ; n++ {
		now, err := s.Settings(ctx, t)
		if err != nil {
			return invite.Settings{}, err
		}
		stored, err := s.putSettings(ctx, t, to, now.Version)
		if invite.KindOf(err) != invite.PreconditionFailed {
			return stored, err
		}
		if n == maxAttempts {
			return invite.Settings{}, unavailable(err)
		}
		if err := s.pause(ctx, n); err != nil {
			return invite.Settings{}, unavailable(err)
		}
	}
}

// putSettings writes once where it can. A repetition after an attempt of unknown
// outcome knows its own work when it meets it.
func (s *Store) putSettings(ctx context.Context, t invite.TenantID, to invite.Settings, version uint64) (invite.Settings, error) {
	to.Version = version + 1
	when, values := "#ver = :version", item{"version": number(version)}
	if version == 0 {
		when = isAbsent
	}
	names, values := bind(nil, values, when)
	in := &dynamodb.PutItemInput{
		TableName: s.table, Item: encodeSettings(t, to),
		ConditionExpression: &when, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}
	var cause error
	unsure := false
	for n := range maxAttempts {
		if n > 0 {
			if err := s.pause(ctx, n); err != nil {
				return invite.Settings{}, unavailable(errors.Join(err, cause))
			}
		}
		err := s.putOnce(ctx, in)
		switch classify(err) {
		case done:
			return to, nil
		case unknown:
			unsure = true
		case refused:
			if unsure && sameItem(err, in.Item) {
				return to, nil
			}
			if unsure {
				return invite.Settings{}, unavailable(err)
			}
			return invite.Settings{}, &invite.Error{Kind: invite.PreconditionFailed, Err: err,
				Text: "Somebody else changed the settings. Load them again and decide anew."}
		case broken:
			if !unsure {
				return invite.Settings{}, fmt.Errorf("put settings: %w", err)
			}
			return invite.Settings{}, unavailable(err)
		case notNow:
		}
		if cause = err; ctx.Err() != nil {
			break
		}
	}
	return invite.Settings{}, unavailable(fmt.Errorf("put settings: %w", cause))
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
		"name": &s.Name, "sender": &s.Sender, "setup": &s.SetupURL, "signin": &s.SignInURL, "reset": &s.PasswordResetURL,
		"support": &s.SupportEmail, "zone": &s.TimeZone, "locale": &s.Locale, "color": &s.BrandColor, "logo": &s.LogoURL,
	}
}
