package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/invite"
)

// List reads one page with one strongly consistent query of the local index.
func (s *Store) List(ctx context.Context, q invite.ListQuery) (invite.ListPage, error) {
	class := invite.Open
	if q.Status != "" {
		class = q.Status.Class()
	}
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
	in := &dynamodb.QueryInput{
		TableName: s.table, IndexName: aws.String(byCreated), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String(inClass), FilterExpression: &filter,
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
		ScanIndexForward: aws.Bool(false), Limit: aws.Int32(int32(q.PageSize)),
	}
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
	page := invite.ListPage{Invites: make([]*invite.Invite, len(out.Items))}
	for n, i := range out.Items {
		if page.Invites[n], err = decode(i); err != nil {
			return invite.ListPage{}, fmt.Errorf("list: %w", err)
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
