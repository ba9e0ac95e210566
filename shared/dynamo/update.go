package dynamo

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// update is one conditional UpdateItem. Its expressions spell an attribute as
// #name and a value as :name, so that no reserved word is ever in the way.
type update struct {
	key    item
	when   string
	set    string
	remove string
	names  map[string]string // attributes whose #name is not their name
	values item
}

func (u update) input(table *string) *dynamodb.UpdateItemInput {
	change := ""
	if u.set != "" {
		change = "SET " + u.set
	}
	if u.remove != "" {
		change += " REMOVE " + u.remove
	}
	names, values := bind(u.names, u.values, change, u.when)
	var when *string // DynamoDB refuses an empty one
	if u.when != "" {
		when = &u.when
	}
	return &dynamodb.UpdateItemInput{
		TableName: table, Key: u.key,
		UpdateExpression: &change, ConditionExpression: when,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		ReturnConsumedCapacity:              types.ReturnConsumedCapacityNone,
	}
}

// bind returns the names and the values that expressions use, and no others:
// DynamoDB refuses a request with one that is not used.
func bind(special map[string]string, all item, expressions ...string) (map[string]string, item) {
	names, values := map[string]string{}, item{}
	for _, e := range expressions {
		for i := 0; i < len(e); i++ {
			if e[i] != '#' && e[i] != ':' {
				continue
			}
			end := i + 1
			for end < len(e) && isWord(e[end]) {
				end++
			}
			word := e[i+1 : end]
			if v, ok := all[word]; ok && e[i] == ':' {
				values[":"+word] = v
			}
			if e[i] == '#' {
				name, ok := special[word]
				if !ok {
					name = word
				}
				names["#"+word] = name
			}
			i = end - 1
		}
	}
	if len(values) == 0 {
		values = nil
	}
	return names, values
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// instant returns the values that conditions on time compare with. The record's
// times are whole, so it does not matter that these are cut to whole ones.
func instant(now time.Time, r invite.Retention) item {
	return item{
		"now":  millis(now),
		"nows": seconds(now),
		"gone": millis(now.Add(-r.Expired)),
		// Operations are as old as their seconds say; the limit itself is too old.
		"oplimit": blob(opTime(now.Add(-invite.OpsLife).Truncate(time.Second).Add(time.Second))),
	}
}

// with returns the values of both and those that many expressions share.
func with(own ...item) item {
	all := item{
		"one": number(1), "zero": number(0), "none": &types.AttributeValueMemberL{Value: []types.AttributeValue{}},
		"ended": number(int64(invite.Ended) * classSpan), "done": number(int64(invite.Done) * classSpan),
	}
	for _, s := range invite.Statuses {
		all[string(s)] = text(string(s))
	}
	all["queued"], all["sending"] = text(string(invite.MailQueued)), text(string(invite.MailSending))
	for _, o := range own {
		maps.Copy(all, o)
	}
	return all
}

// The conditions that transitions share, and the functions they stand for.
const (
	// notGone is the opposite of Invite.GoneAt.
	notGone = "(#ttl > :nows OR attribute_not_exists(#ttl) AND (#st <> :pending OR #ex > :gone))"
	// notLeased is the opposite of Invite.LeasedAt.
	notLeased = "(attribute_not_exists(#lu) OR #lu <= :now)"
	// isNewOp tells that an operation has not taken effect before.
	isNewOp = "(attribute_not_exists(#ops.#op) OR #ops.#op < :oplimit)"
	isOpen  = "#st IN (:pending, :expired)"
	// isWelcome is the part of Invite.CannotSend that is about our own refusals.
	isWelcome = "attribute_not_exists(#oo) AND NOT (#ms = :suppressed AND #mr = :capped AND #ma >= :today)"
	// isNoReminder and isReminder tell which of the mails about a link the newest is.
	isNoReminder = "attribute_not_exists(#rn)"
	isReminder   = "#rn = :rn"
)

// rewrite makes old into next, if the record is still old. It serves what one
// condition cannot say; since the version only rises, it takes effect once at most.
func (s *Store) rewrite(old, next *invite.Invite, now time.Time) update {
	u := update{key: key(old.Key), when: "#gen = :oldgen AND #ver = :oldver",
		values: item{"oldgen": number(uint64(old.Gen)), "oldver": number(old.Version)}}
	var set, remove []string
	before, after := encode(old), encode(next)
	if !next.Due.Equal(old.Due) {
		if next.Due.IsZero() {
			remove = append(remove, clearTimer)
		} else {
			u.values[bucketKey], u.values[dueKey] = s.timer(next.Key, next.Due, now)
			set = append(set, setTimer)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if !reflect.DeepEqual(before[name], after[name]) {
			u.values[name] = after[name]
			set = append(set, "#"+name+" = :"+name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, stays := after[name]; !stays {
			remove = append(remove, "#"+name)
		}
	}
	if len(next.Events) > len(old.Events) {
		u.values[pileKey], u.values[sinceKey] = s.pile(next.Key, now)
		set = append(set, setPile)
	}
	u.set, u.remove = strings.Join(set, ", "), strings.Join(remove, ", ")
	return u
}
