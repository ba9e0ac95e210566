package dynamo

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// maxCodes is how many codes may pile up in a record, at 30 bytes each. Only the
// newest invite.LiveCodes count; adding one in front of the others needs no
// knowledge of them, so that people who press at once never wait for each other.
const maxCodes = 20

const (
	isFirst     = "#st = :pending AND #dg = :link AND #ex > :now"
	isReturning = "#st = :accepted AND #ad = :link AND #ttl > :nows"
)

// isNewCode keeps an attempt that the network delivers late from bringing back a code
// that was used: none is added twice, nor by a request older than the last redemption.
var isNewCode = " AND (attribute_not_exists(#codes) OR size(#codes) < :maxcodes)" +
	" AND (attribute_not_exists(#ra) OR #ra < :now)" +
	" AND NOT (" + anyCodeIs(":digest") + ")"

func anyCodeIs(value string) string {
	each := make([]string, maxCodes)
	for i := range each {
		each[i] = fmt.Sprintf("#codes[%d].#d = %s", i, value)
	}
	return strings.Join(each, " OR ")
}

// Accept makes the holder of the live link a member: one write, and no read. The
// holder of the accepted link is refused that one and gets a fresh code by a second.
func (s *Store) Accept(ctx context.Context, a invite.Acceptance) (*invite.Invite, error) {
	if a.Link.IsZero() {
		_, err := a.Accept(nil)
		return nil, err
	}
	code := codeValue(invite.SetupCode{Digest: a.Code, Ends: a.Now.Add(invite.CodeLife)})
	values := with(instant(a.Now, a.Retention), item{
		"link": blob(a.Link[:]), "digest": blob(a.Code[:]), "maxcodes": number(maxCodes),
		"codes": &types.AttributeValueMemberL{Value: []types.AttributeValue{code}},
		"purge": seconds(invite.PurgeAt(a.Now.Add(a.Retention.Ended))),
	})
	const addCode = "#ver = #ver + :one, #codes = list_append(:codes, if_not_exists(#codes, :none))"
	first := update{
		key: key(a.Key), when: isFirst + isNewCode,
		set:    addCode + ", #st = :accepted, #ad = :link, #aa = :now, #ttl = :purge, " + listAsDone,
		remove: "#dg, " + clearTimer, values: values,
	}
	s.telling(&first, a.Key, invite.EventMark(invite.EventAccepted, a.Now, invite.ByLink(a.Link)), a.Now, a.Now, invite.Person{}, "#seq")
	returning := update{key: first.key, when: isReturning + isNewCode, set: addCode, values: values}
	tried := false
	return s.apply(ctx, a.Key, transition{
		first: &first, next: a.Accept, now: a.Now, traceless: true,
		again: func(old *invite.Invite) *update {
			// A record that is full of codes is written as a whole, which drops the dead ones.
			if tried = !tried; tried && old.Status == invite.Accepted {
				return &returning
			}
			return nil
		},
	})
}

// Redeem uses up a code. Which one of the five it is takes a read; the write then
// demands that nothing has changed since.
func (s *Store) Redeem(ctx context.Context, r invite.Redemption) (*invite.Invite, error) {
	inv, err := s.apply(ctx, r.Key, transition{next: r.Redeem, now: r.Now})
	return s.remembering(ctx, inv, err, 2*invite.MaxOps, r.Now)
}
