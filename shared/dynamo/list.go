package dynamo

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/invite"
)

// List reads one page with one strongly consistent query of the local index. What needs
// attention is picked from the page that was read: a filter of DynamoDB would cost the
// same units and say the rule of [invite.Invite.AttentionAt] a second time.
func (s *Store) List(ctx context.Context, q invite.ListQuery) (invite.ListPage, error) {
	class := invite.Open
	if q.Status != "" {
		class = q.Status.Class()
	}
	in := s.listed(q, class, q.PageSize)
	if q.Page != "" {
		at, err := s.cursors.open(q, q.Page)
		if err != nil {
			return invite.ListPage{}, err
		}
		in.ExclusiveStartKey = at.item(invite.PartitionOf(q.Tenant))
	}
	out, err := s.reads.Query(ctx, in)
	if err != nil {
		return invite.ListPage{}, reading("list", err)
	}
	page := invite.ListPage{Invites: make([]*invite.Invite, 0, len(out.Items))}
	for _, i := range out.Items {
		inv, err := decode(i)
		if err != nil {
			return invite.ListPage{}, fmt.Errorf("list: %w", err)
		}
		if !q.Attention || inv.NeedsAttention(q.Now) {
			page.Invites = append(page.Invites, inv)
		}
	}
	if len(out.LastEvaluatedKey) > 0 {
		at, err := listCursorOf(out.LastEvaluatedKey)
		if err != nil {
			return invite.ListPage{}, fmt.Errorf("list: %w", err)
		}
		if page.Next, err = s.cursors.seal(q, at); err != nil {
			return invite.ListPage{}, fmt.Errorf("list: %w", err)
		}
	}
	return page, nil
}

// Counts asks for both classes side by side, one query each: 500 records under 1 KB are
// less than the 1 MB that a query reads at most.
func (s *Store) Counts(ctx context.Context, q invite.ListQuery) (c invite.Counts, err error) {
	q.Status = "" // its filter would hide the other state of the class
	accepted := s.listed(q, invite.Done, invite.MostCounted)
	accepted.Select = types.SelectCount
	var done *dynamodb.QueryOutput
	var doneErr error
	var wg sync.WaitGroup
	wg.Go(func() { done, doneErr = s.reads.Query(ctx, accepted) })
	open, err := s.reads.Query(ctx, s.listed(q, invite.Open, invite.MostCounted))
	wg.Wait()
	if err = errors.Join(err, doneErr); err != nil {
		return invite.Counts{}, reading("count", err)
	}
	for _, i := range open.Items {
		inv, err := decode(i)
		if err != nil {
			return invite.Counts{}, fmt.Errorf("count: %w", err)
		}
		c.Add(inv, q.Now)
	}
	c.Accepted = int(done.Count)
	c.MoreOpen, c.MoreAccepted = len(open.LastEvaluatedKey) > 0, len(done.LastEvaluatedKey) > 0
	return c, nil
}

// listed asks for the newest records of a class, and of those that were read for the
// ones that a query lists, but for those that need no attention.
func (s *Store) listed(q invite.ListQuery, class invite.Class, most int) *dynamodb.QueryInput {
	values := instant(q.Now, q.Retention)
	values["first"], values["last"] = classRange(class)
	values[partitionKey] = text(invite.PartitionOf(q.Tenant).String())
	values["prefix"] = text(q.Prefix)
	for _, st := range invite.Statuses {
		values[string(st)] = text(string(st))
	}
	filter := notGone
	if q.Prefix != "" {
		filter += " AND begins_with(#email, :prefix)"
	}
	switch q.Status {
	case invite.Pending:
		filter += " AND #st = :pending AND #ex > :now"
	case invite.Expired:
		filter += " AND (#st = :expired OR #st = :pending AND #ex <= :now)"
	case invite.Cancelled:
		filter += " AND #st = :cancelled"
	case invite.Released:
		filter += " AND #st = :released"
	case invite.Accepted: // the whole class
	}
	names, values := bind(nil, values, inClass, filter)
	return &dynamodb.QueryInput{
		TableName: s.table, IndexName: aws.String(byCreated), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String(inClass), FilterExpression: &filter,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(most)),
	}
}
