package dynamo

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func blob(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

func number[N ~int | ~int64 | ~uint64](n N) types.AttributeValue {
	if n < 0 {
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(int64(n), 10)}
	}
	return &types.AttributeValueMemberN{Value: strconv.FormatUint(uint64(n), 10)}
}

func millis(t time.Time) types.AttributeValue { return number(t.UnixMilli()) }

func seconds(t time.Time) types.AttributeValue { return number(t.Unix()) }

// An operation is remembered as an entry of a map, so that a write can add one
// without knowing the others: its id names the entry, and the entry begins with
// its time, so that a condition can tell its age.
const opSize = 4 + 1 + 4

func opName(id invite.OperationID) string { return base64.RawURLEncoding.EncodeToString(id[:]) }

func opValue(o invite.Operation) types.AttributeValue {
	b := opTime(o.At)
	if o.Keyed {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	return blob(append(b, o.Body[:]...))
}

// opTime is what the value of an operation at an instant begins with: whole
// seconds, which fit until 2106.
func opTime(t time.Time) []byte {
	return binary.BigEndian.AppendUint32(make([]byte, 0, opSize), uint32(t.Unix()))
}

func parseOp(name string, b []byte) (o invite.Operation, err error) {
	id, err := base64.RawURLEncoding.Strict().DecodeString(name)
	if err != nil || len(id) != len(o.ID) || len(b) != opSize {
		return o, fmt.Errorf("operation: want a name of %d bytes and a value of %d", len(o.ID), opSize)
	}
	copy(o.ID[:], id)
	o.At = time.Unix(int64(binary.BigEndian.Uint32(b)), 0).UTC()
	o.Keyed = b[4] != 0
	copy(o.Body[:], b[5:])
	return o, nil
}

func codeValue(c invite.SetupCode) types.AttributeValue {
	return &types.AttributeValueMemberM{Value: item{"d": blob(c.Digest[:]), "e": millis(c.Ends)}}
}
