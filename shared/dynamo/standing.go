package dynamo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/invite"
)

// tallyLife is how long the tally of a day is kept: longer than it is judged.
const tallyLife = 2 * invite.TallyDays * 24 * time.Hour

// Standing reads how a tenant's mails fare; the zero Standing where nothing is known.
func (s *Store) Standing(ctx context.Context, t invite.TenantID) (invite.Standing, error) {
	found, err := s.getItem(ctx, standingKey(t))
	if err != nil || found == nil {
		return invite.Standing{}, err
	}
	r := &reader{item: found}
	st := invite.Standing{
		PausedAt: r.optional().time("pa"), PausedFor: r.optional().text("pr"), Since: r.optional().time("since"),
		Trouble: r.optional().text("tr"), TroubleAt: r.optional().time("ta"),
	}
	if r.err != nil {
		return invite.Standing{}, fmt.Errorf("standing: %w", r.err)
	}
	return st, nil
}

// Trouble notes that the sender cannot be used, or with "" that it can.
func (s *Store) Trouble(ctx context.Context, t invite.TenantID, reason string, now time.Time) error {
	u := update{key: standingKey(t), set: "#tenant = :tenant, #tr = :tr, #ta = :ta",
		values: item{"tenant": text(string(t)), "tr": text(reason), "ta": millis(now)}}
	if reason == "" {
		u = update{key: u.key, remove: "#tr, #ta"}
	}
	return s.writeAgain(ctx, u)
}

// Pause pauses a tenant that is not paused.
func (s *Store) Pause(ctx context.Context, t invite.TenantID, reason string, now time.Time) error {
	err := s.writeAgain(ctx, update{key: standingKey(t), when: "attribute_not_exists(#pa)",
		set:    "#tenant = :tenant, #pa = :pa, #pr = :pr",
		values: item{"tenant": text(string(t)), "pa": millis(now), "pr": text(reason)}})
	if classify(err) == refused {
		return nil
	}
	return err
}

// Count adds to the tally of a day. A count whose outcome nobody knows is not repeated:
// one too few changes no rate.
func (s *Store) Count(ctx context.Context, t invite.TenantID, day time.Time, add invite.Tally) error {
	u := update{key: tallyKey(t, day), values: item{"ttl": seconds(day.Add(tallyLife))}}
	var adds []string
	for name, n := range map[string]uint64{"delivered": add.Delivered, "bounced": add.Bounced, "complained": add.Complained} {
		if n > 0 {
			adds = append(adds, "#"+name+" :"+name)
			u.values[name] = number(n)
		}
	}
	u.set = "#ttl = :ttl ADD " + strings.Join(adds, ", ")
	err := s.write(ctx, u)
	if classify(err) == unknown {
		return nil
	}
	return err
}

// Tally sums the days from one to another.
func (s *Store) Tally(ctx context.Context, t invite.TenantID, from, to time.Time) (sum invite.Tally, err error) {
	first, last := tallyKey(t, from), tallyKey(t, to)
	names, values := bind(nil, item{partitionKey: first[partitionKey], "first": first[sortKey], "last": last[sortKey]}, ofDays)
	out, err := s.reads.Query(ctx, &dynamodb.QueryInput{
		TableName: s.table, KeyConditionExpression: aws.String(ofDays), ConsistentRead: aws.Bool(true),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	if err != nil {
		return sum, reading("tally", err)
	}
	for _, i := range out.Items {
		r := &reader{item: i}
		sum = sum.Add(invite.Tally{Delivered: r.optional().count("delivered"), Bounced: r.optional().count("bounced"), Complained: r.optional().count("complained")})
		if r.err != nil {
			return sum, fmt.Errorf("tally: %w", r.err)
		}
	}
	return sum, nil
}

// write makes one update of an item that is no invite and needs no answer, once.
func (s *Store) write(ctx context.Context, u update) error { return s.writeBy(ctx, s.writes, u) }

// writeAgain is write for an update that comes to the same however often it is made: the
// client repeats it where it was throttled or got no answer.
func (s *Store) writeAgain(ctx context.Context, u update) error { return s.writeBy(ctx, s.reads, u) }

func (s *Store) writeBy(ctx context.Context, client *dynamodb.Client, u update) error {
	in := u.input(s.table)
	in.ReturnValues, in.ReturnValuesOnConditionCheckFailure = "", ""
	_, err := client.UpdateItem(ctx, in)
	if err != nil && classify(err) != refused && classify(err) != broken {
		return unavailable(fmt.Errorf("update: %w", err))
	}
	return err
}
