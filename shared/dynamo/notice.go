package dynamo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// noticeText spells a notice so that text sorts as [invite.Notice.Outranks] does: a
// condition can then demand a higher one. The ranks have one digit.
func noticeText(n invite.Notice) types.AttributeValue {
	return text(fmt.Sprintf("%d|%015d|%s|%s", n.Rank(), n.At.UnixMilli(), n.Reason, n.Status))
}

// rankText is what the notices of a rank and of all above it are not less than.
func rankText(rank int) types.AttributeValue { return text(strconv.Itoa(rank)) }

func (r *reader) notice(name string) (n invite.Notice) {
	s := r.text(name)
	if s == "" {
		return n
	}
	parts := strings.Split(s, "|")
	if len(parts) != 4 {
		r.fail(name, "no notice")
		return n
	}
	ms, err := strconv.ParseInt(parts[1], 10, 64)
	n = invite.Notice{Status: invite.MailStatus(parts[3]), Reason: parts[2], At: time.UnixMilli(ms).UTC()}
	if err != nil || strconv.Itoa(n.Rank()) != parts[0] {
		r.fail(name, "no notice")
	}
	return n
}

// ofReminder demands the mail that a notice is about, or one that followed it where the
// notice holds for that as well.
func ofReminder(n invite.Notification) string {
	switch follows := n.Notice.Rank() >= invite.BlockedFrom; {
	case n.Reminder == 0 && follows:
		return isThere
	case n.Reminder == 0:
		return isNoReminder
	case follows:
		return "#rn >= :rn"
	default:
		return isReminder
	}
}

// Note keeps a notice. The first write is for a mail whose sender has settled it; one
// that came before that also takes the mail off the schedule's hands.
func (s *Store) Note(ctx context.Context, n invite.Notification) (*invite.Invite, error) {
	u := update{
		key:    key(n.Key),
		when:   "#gen = :gen AND #seq = :seq AND (attribute_not_exists(#nt) OR #nt < :nt) AND NOT #ms IN (:queued, :sending) AND " + ofReminder(n),
		set:    "#ver = #ver + :one, #nt = :nt",
		values: with(item{"gen": number(uint64(n.Gen)), "seq": number(n.Seq), "nt": noticeText(n.Notice), "rn": number(n.Reminder)}),
	}
	if mark, ok := n.Mark(); ok {
		s.telling(&u, n.Key, mark, n.Notice.At, n.Now, invite.Person{}, "#seq")
	}
	return s.apply(ctx, n.Key, transition{first: &u, next: n.Note, now: n.Now})
}
