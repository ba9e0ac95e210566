package dynamo

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/invite"
)

// Get reads the record at a key, strongly consistent.
func (s *Store) Get(ctx context.Context, k invite.Key) (*invite.Invite, error) {
	inv, err := s.read(ctx, k)
	if err != nil {
		return nil, err
	}
	if inv == nil {
		return nil, &invite.Error{Kind: invite.NotFound, Text: "There is no invite with this id.", Err: errors.New("no record")}
	}
	return inv, nil
}

// read returns the record at a key, or nil where there is none.
func (s *Store) read(ctx context.Context, k invite.Key) (*invite.Invite, error) {
	found, err := s.getItem(ctx, key(k))
	if err != nil || found == nil {
		return nil, err
	}
	return decode(found)
}

func (s *Store) getItem(ctx context.Context, k item) (item, error) {
	out, err := s.reads.GetItem(ctx, &dynamodb.GetItemInput{TableName: s.table, Key: k, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, reading("get", err)
	}
	if len(out.Item) == 0 {
		return nil, nil
	}
	return out.Item, nil
}
