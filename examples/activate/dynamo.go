package activate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/client"
)

// Table is [Users] in a DynamoDB table with the keys tenant and email, one item per user.
type Table struct {
	DynamoDB *dynamodb.Client
	Name     string
}

// Take is one conditional write: DynamoDB decides whether the event is newer, so that two
// Lambdas with two events of one user cannot undo each other.
func (t Table) Take(ctx context.Context, e Event) error {
	_, err := t.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &t.Name, Key: key(e.TenantID, e.Email),
		UpdateExpression: aws.String("SET invite = :invite, #status = :status, version = :version, occurred_at = :at"),
		ConditionExpression: aws.String("attribute_not_exists(version) OR (invite <> :invite AND occurred_at < :before)" +
			" OR (version < :version AND (invite = :invite OR occurred_at <= :after))"),
		ExpressionAttributeNames: map[string]string{"#status": "status"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":invite": text(e.InviteID), ":status": text(e.Status), ":at": text(instant(e.OccurredAt)),
			":before": text(instant(e.OccurredAt.Add(-cleared))), ":after": text(instant(e.OccurredAt.Add(cleared))),
			":version": &types.AttributeValueMemberN{Value: strconv.FormatUint(e.Version, 10)},
		},
	})
	var older *types.ConditionalCheckFailedException
	if errors.As(err, &older) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("take in version %d of %s: %w", e.Version, e.InviteID, err)
	}
	return nil
}

// Create writes the account beside what was taken in.
func (t Table) Create(ctx context.Context, r client.Redeemed) error {
	_, err := t.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &t.Name, Key: key(r.TenantID, r.Email),
		UpdateExpression:         aws.String("SET account = :account, #name = :name, #role = :role"),
		ExpressionAttributeNames: map[string]string{"#name": "name", "#role": "role"},
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":account": text(r.InviteID), ":name": text(r.Name), ":role": text(r.Role),
		},
	})
	if err != nil {
		return fmt.Errorf("create the account of %s: %w", r.InviteID, err)
	}
	return nil
}

// Get returns the user; a zero one where nothing is known of the address.
func (t Table) Get(ctx context.Context, tenant, email string) (User, error) {
	out, err := t.DynamoDB.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.Name, Key: key(tenant, email), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return User{}, fmt.Errorf("read a user: %w", err)
	}
	get := func(name string) string {
		switch v := out.Item[name].(type) {
		case *types.AttributeValueMemberS:
			return v.Value
		case *types.AttributeValueMemberN:
			return v.Value
		}
		return ""
	}
	// What is not there stays zero.
	version, _ := strconv.ParseUint(get("version"), 10, 64)
	at, _ := time.Parse(time.RFC3339Nano, get("occurred_at"))
	return User{
		Tenant: tenant, Email: email, Account: get("account"), Name: get("name"), Role: get("role"),
		Last: Event{TenantID: tenant, Email: email, InviteID: get("invite"), Status: get("status"), Version: version, OccurredAt: at},
	}, nil
}

func key(tenant, email string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"tenant": text(tenant), "email": text(email)}
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// instant writes a time so that later ones are greater as text.
func instant(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }
