package dynamo

import (
	"bytes"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// linkMarks is a list, so that a write can put one in front of the others.
func linkMarks(marks ...invite.LinkMark) types.AttributeValue {
	l := &types.AttributeValueMemberL{Value: []types.AttributeValue{}}
	for _, m := range marks {
		l.Value = append(l.Value, blob(bytes.Clone(m[:])))
	}
	return l
}

func (r *reader) links(name string) []invite.LinkMark {
	v, ok := attribute[*types.AttributeValueMemberL](r, name)
	if !ok {
		return nil
	}
	var marks []invite.LinkMark
	for _, e := range v.Value {
		b, ok := e.(*types.AttributeValueMemberB)
		if !ok || len(b.Value) != len(invite.LinkMark{}) {
			r.fail(name, "an entry is no mark")
			return nil
		}
		marks = append(marks, invite.LinkMark(b.Value))
	}
	return marks
}
