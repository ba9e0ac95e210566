package tests

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	domain "invites/shared/invite"
)

// cloud is the configuration of the local AWS's root user.
func cloud(t testing.TB) aws.Config {
	t.Helper()
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	return aws.Config{
		Region: s.Region, BaseEndpoint: aws.String(s.AWSEndpoint),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
	}
}

// record returns the item of one of acme's invites as text, whole but for the events
// that are being published: they leave it at a time of their own.
func record(t testing.TB, id string) string {
	t.Helper()
	item := map[string]string{}
	for name, value := range recordItem(t, id) {
		if name == "ev" || name == "ub" || name == "ut" {
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		item[name] = string(text)
	}
	text, err := json.Marshal(item) // in the order of the names
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// storedStatus is the state as the schedule and the writes have left it.
func storedStatus(t testing.TB, id string) string {
	t.Helper()
	status, _ := recordItem(t, id)["st"].(*types.AttributeValueMemberS)
	return status.Value
}

func recordItem(t testing.TB, id string) map[string]types.AttributeValue {
	t.Helper()
	return itemOf(t, "acme", id)
}

// itemOf returns the whole item of an invite.
func itemOf(t testing.TB, tenant, id string) map[string]types.AttributeValue {
	t.Helper()
	k, _, err := domain.ParseID(domain.TenantID(tenant), id)
	if err != nil {
		t.Fatal(err)
	}
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	out, err := dynamodb.NewFromConfig(cloud(t)).GetItem(context.Background(), &dynamodb.GetItemInput{
		TableName: aws.String(s.Table), ConsistentRead: aws.Bool(true),
		Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: k.Partition.String()},
			"sk": &types.AttributeValueMemberS{Value: k.Address.String()},
		},
	})
	if err != nil || len(out.Item) == 0 {
		t.Fatalf("record of %s: %v, %d attributes", id, err, len(out.Item))
	}
	return out.Item
}
