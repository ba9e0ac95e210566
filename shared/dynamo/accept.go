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

// isFirstOrReturning is what Acceptance.Accept allows. The rest keeps an attempt
// that the network delivers late from bringing back a code that was used: none is
// added twice, nor by a request older than the last redemption.
var isFirstOrReturning = "(#st = :pending AND #dg = :link AND #ex > :now" +
	" OR #st = :accepted AND #ad = :link AND #ttl > :nows)" +
	" AND (attribute_not_exists(#codes) OR size(#codes) < :maxcodes)" +
	" AND (attribute_not_exists(#ra) OR #ra < :now)" +
	" AND NOT (" + anyCodeIs(":digest") + ")"

func anyCodeIs(value string) string {
	each := make([]string, maxCodes)
	for i := range each {
		each[i] = fmt.Sprintf("#codes[%d].#d = %s", i, value)
	}
	return strings.Join(each, " OR ")
}

// Accept makes the holder of the live link a member, or gives the holder of the
// accepted one a fresh code: one write for both, and no read.
func (s *Store) Accept(ctx context.Context, a invite.Acceptance) (*invite.Invite, error) {
	if a.Link.IsZero() {
		_, err := a.Accept(nil)
		return nil, err
	}
	code := codeValue(invite.SetupCode{Digest: a.Code, Ends: a.Now.Add(invite.CodeLife)})
	return s.apply(ctx, a.Key, transition{
		first: &update{
			key:  key(a.Key),
			when: isFirstOrReturning,
			set: "#ver = #ver + :one, #st = :accepted, #ad = :link, #aa = if_not_exists(#aa, :now), " +
				"#ttl = if_not_exists(#ttl, :purge), #codes = list_append(:codes, if_not_exists(#codes, :none)), " + listAsDone,
			remove: "#dg, " + clearTimer,
			values: with(instant(a.Now, a.Retention), item{
				"link": blob(a.Link[:]), "digest": blob(a.Code[:]), "maxcodes": number(maxCodes),
				"codes": &types.AttributeValueMemberL{Value: []types.AttributeValue{code}},
				"purge": seconds(invite.PurgeAt(a.Now.Add(a.Retention.Ended))),
			}),
		},
		next: a.Accept, now: a.Now, traceless: true,
	})
}

// Redeem uses up a code. Which one of the five it is takes a read; the write then
// demands that nothing has changed since.
func (s *Store) Redeem(ctx context.Context, r invite.Redemption) (*invite.Invite, error) {
	inv, err := s.apply(ctx, r.Key, transition{next: r.Redeem, now: r.Now})
	return s.remembering(ctx, inv, err, 2*invite.MaxOps, r.Now)
}
