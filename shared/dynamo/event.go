package dynamo

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// An event stands in the map "ev" as four entries, so that a write can add it
// without knowing the record: under its mark what the writer knows; under "v", "n" and
// "t" before the mark the version, the count of mails asked for and the status, which
// the database fills in. No mark begins with these letters. The status is that of
// before the write, and counts only where the type does not say another.
const (
	versionOf = "v"
	countOf   = "n"
	statusOf  = "t"
	// eventParts is how many entries of the map an event takes.
	eventParts = 4
)

// telling adds an event to an update. seq spells the count of mails after the
// change: "#seq", or more where the change itself asks for one.
func (s *Store) telling(u *update, k invite.Key, mark string, at, now time.Time, by invite.Person, seq string) {
	u.set += ", #ev.#em = :event, #ev.#ev1 = #ver + :one, #ev.#ev2 = " + seq + ", #ev.#ev3 = #st, " + setPile
	if u.names == nil {
		u.names = map[string]string{}
	}
	u.names["em"], u.names["ev1"], u.names["ev2"], u.names["ev3"] = mark, versionOf+mark, countOf+mark, statusOf+mark
	u.values["event"] = eventValue(at, by)
	u.values["one"] = number(1)
	u.values[pileKey], u.values[sinceKey] = s.pile(k, now)
}

func eventValue(at time.Time, by invite.Person) *types.AttributeValueMemberM {
	v := &types.AttributeValueMemberM{Value: item{"a": millis(at)}}
	if p := encodePerson(by); len(p) > 0 {
		v.Value["by"] = &types.AttributeValueMemberM{Value: p}
	}
	return v
}

// encodeEvents writes what an event of this generation shares with the record only
// for one of an earlier generation.
func encodeEvents(i *invite.Invite) types.AttributeValue {
	out := item{}
	for _, e := range i.Events {
		v, count := eventValue(e.At, e.Actor), e.SendCount+i.FirstSeq
		if e.Gen != i.Gen {
			v.Value["g"], v.Value["r"] = number(uint64(e.Gen)), text(e.Role)
			count = e.SendCount
		}
		out[e.Mark], out[versionOf+e.Mark], out[countOf+e.Mark], out[statusOf+e.Mark] = v, number(e.Version), number(count), text(string(e.Status))
	}
	return &types.AttributeValueMemberM{Value: out}
}

// events reads the events of a record, in the order in which they happened.
func (r *reader) events(name string, of *invite.Invite) []invite.Event {
	v, ok := attribute[*types.AttributeValueMemberM](r, name)
	if !ok {
		return nil
	}
	var events []invite.Event
	for mark, e := range v.Value {
		m, ok := e.(*types.AttributeValueMemberM)
		if !ok {
			continue // the version, the count or the status of one
		}
		in, parts := &reader{item: m.Value}, &reader{item: v.Value}
		event := invite.Event{
			Mark: mark, Gen: of.Gen, Role: of.Role, At: in.time("a"), Actor: in.optional().person("by"),
			Version: parts.count(versionOf + mark), SendCount: parts.count(countOf+mark) - of.FirstSeq,
		}
		if _, old := m.Value["g"]; old {
			event.Gen, event.Role, event.SendCount = invite.Gen(in.count("g")), in.text("r"), event.SendCount+of.FirstSeq
		}
		var implied bool
		if event.Status, implied = event.Type().Becomes(); !implied {
			event.Status = parts.status(statusOf + mark)
		}
		if err := cmp.Or(in.err, parts.err); err != nil {
			r.fail(name, err.Error())
		}
		if event.Type() == "" {
			r.fail(name, "no event")
		}
		events = append(events, event)
	}
	slices.SortFunc(events, func(a, b invite.Event) int {
		return cmp.Or(cmp.Compare(a.Version, b.Version), strings.Compare(a.Mark, b.Mark))
	})
	return events
}

// Publish forgets events. The first write is for a record that holds these and no
// others, and takes it off the pile. One that got another event since then stays there,
// for that is to be published too: it is written as its refusal shows it.
func (s *Store) Publish(ctx context.Context, p invite.Publication) (*invite.Invite, error) {
	first := forgetting(p.Key, p.Marks, true)
	return s.apply(ctx, p.Key, transition{
		first: &first, next: p.Publish,
		again: func(old *invite.Invite) *update {
			var these []string
			for _, e := range old.Events {
				if slices.Contains(p.Marks, e.Mark) {
					these = append(these, e.Mark)
				}
			}
			u := forgetting(p.Key, these, len(these) == len(old.Events))
			return &u
		},
	})
}

// forgetting takes events out of a record; alone says that it holds no others.
func forgetting(k invite.Key, marks []string, alone bool) update {
	u := update{key: key(k), when: isThere, names: map[string]string{}, values: item{}}
	var remove []string
	for n, mark := range marks {
		for part, name := range []string{mark, versionOf + mark, countOf + mark, statusOf + mark} {
			placeholder := "e" + strconv.Itoa(eventParts*n+part)
			u.names[placeholder] = name
			remove = append(remove, "#ev.#"+placeholder)
			if alone && part == 0 {
				u.when += " AND attribute_exists(#ev.#" + placeholder + ")"
			}
		}
	}
	if alone { // all of these are there, and nothing is beside them
		u.when += " AND size(#ev) = :all"
		u.values["all"] = number(len(remove))
		remove = append(remove, clearPile)
	}
	u.remove = strings.Join(remove, ", ")
	return u
}

// Unpublished walks the piles.
func (s *Store) Unpublished(ctx context.Context, before time.Time) iter.Seq2[[]invite.Key, error] {
	return func(yield func([]invite.Key, error) bool) {
		for shard := range s.shards {
			names, values := bind(nil, item{"pile": text(pileName(shard)), "before": dueText(before)}, inPile)
			in := &dynamodb.QueryInput{
				TableName: s.table, IndexName: aws.String(byUnpublished), KeyConditionExpression: aws.String(inPile),
				ExpressionAttributeNames: names, ExpressionAttributeValues: values, Limit: aws.Int32(queryLimit),
			}
			for {
				out, err := s.reads.Query(ctx, in)
				if err != nil {
					yield(nil, reading("pile", err))
					return
				}
				var keys []invite.Key
				for _, i := range out.Items {
					k, err := keyOf(i)
					if err != nil {
						yield(nil, fmt.Errorf("entry of %s: %w", byUnpublished, err))
						return
					}
					keys = append(keys, k)
				}
				for page := range slices.Chunk(keys, pageLimit) {
					if !yield(page, nil) {
						return
					}
				}
				if in.ExclusiveStartKey = out.LastEvaluatedKey; in.ExclusiveStartKey == nil {
					break
				}
			}
		}
	}
}
