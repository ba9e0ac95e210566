package dynamo

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// FromStream reads an image of a record as the table's stream carries it. ok is
// false for a record that is no invite: settings and the watermark.
func FromStream(image json.RawMessage) (inv *invite.Invite, ok bool, err error) {
	var attributes map[string]streamValue
	if err := json.Unmarshal(image, &attributes); err != nil {
		return nil, false, fmt.Errorf("stream image: %w", err)
	}
	if len(attributes) == 0 {
		return nil, false, fmt.Errorf("stream image: empty")
	}
	i := make(item, len(attributes))
	for name, v := range attributes {
		if i[name], err = v.value(); err != nil {
			return nil, false, fmt.Errorf("stream image: attribute %q: %w", name, err)
		}
	}
	if notInvite(i) {
		return nil, false, nil
	}
	inv, err = decode(i)
	return inv, err == nil, err
}

// streamValue is DynamoDB's JSON spelling of the types that records use.
type streamValue struct {
	S    *string
	N    *string
	B    []byte
	M    map[string]streamValue
	L    []streamValue
	BOOL *bool
	NULL *bool
}

func (v streamValue) value() (types.AttributeValue, error) {
	switch {
	case v.S != nil:
		return text(*v.S), nil
	case v.N != nil:
		return &types.AttributeValueMemberN{Value: *v.N}, nil
	case v.B != nil:
		return blob(v.B), nil
	case v.M != nil:
		m := make(item, len(v.M))
		for name, e := range v.M {
			var err error
			if m[name], err = e.value(); err != nil {
				return nil, fmt.Errorf("%q: %w", name, err)
			}
		}
		return &types.AttributeValueMemberM{Value: m}, nil
	case v.L != nil:
		l := make([]types.AttributeValue, len(v.L))
		for n, e := range v.L {
			var err error
			if l[n], err = e.value(); err != nil {
				return nil, fmt.Errorf("%d: %w", n, err)
			}
		}
		return &types.AttributeValueMemberL{Value: l}, nil
	case v.BOOL != nil:
		return &types.AttributeValueMemberBOOL{Value: *v.BOOL}, nil
	case v.NULL != nil:
		return &types.AttributeValueMemberNULL{Value: *v.NULL}, nil
	}
	return nil, fmt.Errorf("of a type that no record uses")
}
