package dynamo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// The table: one item per tenant and address, one per tenant for its settings, and
// one for the schedule's watermark.
//
//	pk             sk             lk                        tb             td        ub         ut
//	partition      address key    class, then created_at    hour # shard   due, ms   e# shard   since, ms
//	partition      "settings"
//	partition      "standing"
//	partition      "tally#" and the day
//	partition      "optout#" and the address key
//	partition      "mails#" and the day
//	"#to#" recipient  "mails#" and the day
//	"#sweep"       "watermark"
//	"#domain"      a sender's domain
//
// by-created (local, strongly consistent) sorts a partition by lk; by-due (global,
// keys only) holds the items that have tb and td, by-unpublished (the same) those
// that hold an event which is not known to be published.
const (
	partitionKey = "pk"
	sortKey      = "sk"
	listKey      = "lk"
	bucketKey    = "tb"
	dueKey       = "td"
	pileKey      = "ub"
	sinceKey     = "ut"

	byCreated     = "by-created"
	byDue         = "by-due"
	byUnpublished = "by-unpublished"

	settingsName  = "settings"
	standingName  = "standing"
	tallyPrefix   = "tally#"
	optOutPrefix  = "optout#"
	mailsPrefix   = "mails#"
	recipients    = "#to#"
	watermarkName = "watermark"
	domainPile    = "#domain"
)

// The parts of expressions that name a key.
const (
	isAbsent    = "attribute_not_exists(#pk)"
	isThere     = "attribute_exists(#pk)"
	inClass     = "#pk = :pk AND #lk BETWEEN :first AND :last"
	inBucket    = "#tb = :bucket AND #td <= :now"
	ofDays      = "#pk = :pk AND #sk BETWEEN :first AND :last"
	inPile      = "#ub = :pile AND #ut < :before"
	listAsDone  = "#lk = #ca + :done"
	listAsEnded = "#lk = #ca + :ended"
	setTimer    = "#tb = :tb, #td = :td"
	clearTimer  = "#tb, #td"
	// setPile keeps the time of the oldest event: a record that changes all the time
	// must not always look as if it had just got on the pile.
	setPile      = "#ub = if_not_exists(#ub, :ub), #ut = if_not_exists(#ut, :ut)"
	clearPile    = "#ub, #ut"
	oneInvite    = `"pk" = ? AND "sk" = ?`
	withoutTimer = `REMOVE "tb" REMOVE "td"`
	onPile       = `SET "ub" = ? SET "ut" = ?`
)

// classSpan keeps the classes of lists apart: more milliseconds than any clock
// shows before the year 33658.
const classSpan = int64(1e15)

type item = map[string]types.AttributeValue

func key(k invite.Key) item {
	return item{partitionKey: text(k.Partition.String()), sortKey: text(k.Address.String())}
}

func settingsKey(t invite.TenantID) item {
	return item{partitionKey: text(invite.PartitionOf(t).String()), sortKey: text(settingsName)}
}

func standingKey(t invite.TenantID) item {
	return item{partitionKey: text(invite.PartitionOf(t).String()), sortKey: text(standingName)}
}

// tallyKey has the UTC day of an instant, so that days sort.
func tallyKey(t invite.TenantID, day time.Time) item {
	return item{partitionKey: text(invite.PartitionOf(t).String()), sortKey: text(tallyPrefix + dayText(day))}
}

func dayText(day time.Time) string { return day.UTC().Format("20060102") }

// optOutKey is where an address's wish to be left alone stands.
func optOutKey(k invite.Key) item {
	return item{partitionKey: text(k.Partition.String()), sortKey: text(optOutPrefix + k.Address.String())}
}

// tenantMailsKey and recipientMailsKey are where the mails of a UTC day are counted. A
// recipient has a partition of its own: there is no end of them.
func tenantMailsKey(t invite.TenantID, day time.Time) item {
	return item{partitionKey: text(invite.PartitionOf(t).String()), sortKey: text(mailsPrefix + dayText(day))}
}

func recipientMailsKey(r invite.RecipientKey, day time.Time) item {
	return item{partitionKey: text(recipients + r.String()), sortKey: text(mailsPrefix + dayText(day))}
}

func watermarkKey() item {
	return item{partitionKey: text("#sweep"), sortKey: text(watermarkName)}
}

// domainKey has all domains in one partition: there are at most as many as the mail
// provider knows identities (SES: 10,000), and one query lists them.
func domainKey(domain string) item {
	return item{partitionKey: text(domainPile), sortKey: text(domain)}
}

// keyOf reads the key of an invite. It fails for items that are none.
func keyOf(i item) (invite.Key, error) {
	pk, ok := i[partitionKey].(*types.AttributeValueMemberS)
	sk, also := i[sortKey].(*types.AttributeValueMemberS)
	if !ok || !also {
		return invite.Key{}, fmt.Errorf("item without a key")
	}
	return invite.ParseKey(pk.Value, sk.Value)
}

// listValue is where the lists have an invite: by class, then by time of creation.
func listValue(s invite.Status, created time.Time) types.AttributeValue {
	return number(created.UnixMilli() + int64(s.Class())*classSpan)
}

// classRange returns the first and the last listValue of a class.
func classRange(c invite.Class) (first, last types.AttributeValue) {
	return number(int64(c) * classSpan), number(int64(c)*classSpan + classSpan - 1)
}

// listCursor is a place in the list of a partition.
type listCursor struct {
	address invite.AddressKey
	value   int64
}

func (c listCursor) item(p invite.Partition) item {
	return item{partitionKey: text(p.String()), sortKey: text(c.address.String()), listKey: number(c.value)}
}

func listCursorOf(i item) (c listCursor, err error) {
	k, err := keyOf(i)
	if err != nil {
		return c, fmt.Errorf("list cursor: %w", err)
	}
	n, ok := i[listKey].(*types.AttributeValueMemberN)
	if !ok {
		return c, fmt.Errorf("list cursor without %s", listKey)
	}
	c.address = k.Address
	c.value, err = strconv.ParseInt(n.Value, 10, 64)
	return c, err
}

// keyParameters are what oneInvite asks for.
func keyParameters(k invite.Key) (pk, sk types.AttributeValue) {
	return text(k.Partition.String()), text(k.Address.String())
}

// notInvite tells the items that are something else.
func notInvite(i item) bool {
	if pk, ok := i[partitionKey].(*types.AttributeValueMemberS); ok && pk.Value == domainPile {
		return true
	}
	sk, ok := i[sortKey].(*types.AttributeValueMemberS)
	if !ok {
		return false
	}
	switch sk.Value {
	case settingsName, standingName, watermarkName:
		return true
	}
	for _, prefix := range []string{tallyPrefix, optOutPrefix, mailsPrefix} {
		if strings.HasPrefix(sk.Value, prefix) {
			return true
		}
	}
	return false
}

// hour counts hours since the epoch.
type hour int64

func hourOf(t time.Time) hour { return hour(t.Unix() / 3600) }

func (h hour) end() time.Time { return time.Unix(int64(h+1)*3600, 0).UTC() }

func (h hour) bucket(shard int) string {
	return fmt.Sprintf("%s#%02d", time.Unix(int64(h)*3600, 0).UTC().Format("2006010215"), shard)
}

// timer returns where by-due has an invite that is due at an instant. What is due
// already is filed under the present hour, because the schedule does not come back
// to hours that are long over.
func (s *Store) timer(k invite.Key, due, now time.Time) (bucket, at types.AttributeValue) {
	filed := due
	if now.After(due) {
		filed = now
	}
	return text(hourOf(filed).bucket(int(k.Address[0]) % s.shards)), dueText(due)
}

// pile returns where by-unpublished has an invite that holds an event since an instant.
func (s *Store) pile(k invite.Key, since time.Time) (pile, at types.AttributeValue) {
	return text(pileName(int(k.Address[0]) % s.shards)), dueText(since)
}

func pileName(shard int) string { return fmt.Sprintf("e#%02d", shard) }

// dueText spells an instant so that text sorts as time does: milliseconds with
// leading zeros, enough for the years of classSpan.
func dueText(t time.Time) types.AttributeValue { return text(fmt.Sprintf("%015d", t.UnixMilli())) }

// due reads a dueText; an absent one is the zero time.
func (r *reader) due(name string) time.Time {
	s := r.optional().text(name)
	if s == "" {
		return time.Time{}
	}
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		r.fail(name, "no milliseconds")
	}
	return time.UnixMilli(ms).UTC()
}

// timerOf reads an entry of by-due.
func timerOf(i item) (invite.Timer, error) {
	k, err := keyOf(i)
	if err != nil {
		return invite.Timer{}, fmt.Errorf("entry of %s: %w", byDue, err)
	}
	r := reader{item: i}
	t := invite.Timer{Key: k, Due: r.due(dueKey)}
	if r.err != nil {
		return invite.Timer{}, fmt.Errorf("entry of %s: %w", byDue, r.err)
	}
	return t, nil
}
