package dynamo

import (
	"bytes"
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

// An event stands in the map "ev" as three entries, so that a write can add it
// without knowing the record: under its mark what the writer knows, under "v" and
// the mark the version, under "n" and the mark the count of mails asked for, both of
// which the database works out. No mark begins with these letters.
const (
	versionOf = "v"
	countOf   = "n"
	// eventParts is how many entries of the map an event takes.
	eventParts = 3
)

// telling adds an event to an update. seq spells the count of mails after the
// change: "#seq", or more where the change itself asks for one.
func (s *Store) telling(u *update, k invite.Key, mark string, at, now time.Time, by invite.Person, seq string) {
	u.set += ", #ev.#em = :event, #ev.#ev1 = #ver + :one, #ev.#ev2 = " + seq + ", " + setPile
	if u.names == nil {
		u.names = map[string]string{}
	}
	u.names["em"], u.names["ev1"], u.names["ev2"] = mark, versionOf+mark, countOf+mark
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
		out[e.Mark], out[versionOf+e.Mark], out[countOf+e.Mark] = v, number(e.Version), number(count)
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
			continue // the version or the count of one
		}
		in, parts := &reader{item: m.Value}, &reader{item: v.Value}
		event := invite.Event{
			Mark: mark, Gen: of.Gen, Role: of.Role, At: in.time("a"), Actor: in.optional().person("by"),
			Version: parts.count(versionOf + mark), SendCount: parts.count(countOf+mark) - of.FirstSeq,
		}
		if _, old := m.Value["g"]; old {
			event.Gen, event.Role, event.SendCount = invite.Gen(in.count("g")), in.text("r"), event.SendCount+of.FirstSeq
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

// Publish forgets events. A record that holds no others leaves the pile; one that got
// another event since then stays, for that event is to be published too.
func (s *Store) Publish(ctx context.Context, p invite.Publication) (*invite.Invite, error) {
	u := update{key: key(p.Key), when: isThere + " AND size(#ev) = :all", names: map[string]string{},
		values: item{"all": number(eventParts * len(p.Marks))}}
	var paths []string
	for i, mark := range p.Marks {
		for part, name := range []string{mark, versionOf + mark, countOf + mark} {
			placeholder := "e" + strconv.Itoa(eventParts*i+part)
			u.names[placeholder] = name
			paths = append(paths, "#ev.#"+placeholder)
		}
	}
	u.remove = strings.Join(append(slices.Clone(paths), clearPile), ", ")
	rest := update{key: u.key, when: isThere, names: u.names, remove: strings.Join(paths, ", ")}
	if len(paths) == 0 {
		rest = u
	}
	return s.apply(ctx, p.Key, transition{
		first: &u, again: func(*invite.Invite) *update { return &rest },
		next: p.Publish,
	})
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
