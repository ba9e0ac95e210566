package dynamo

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"invites/shared/dynamo/dynamotest/local"
	"invites/shared/invite/invitetest"
)

var scratchN atomic.Int64

type counting struct {
	n  *atomic.Int64
	in http.RoundTripper
}

func (c counting) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return c.in.RoundTrip(r)
}

func scratch(t testing.TB) (*Store, *atomic.Int64) {
	addr, err := local.Address()
	if err != nil {
		t.Fatal(err)
	}
	n := new(atomic.Int64)
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.MaxIdleConnsPerHost = 64
	client := dynamodb.New(dynamodb.Options{Region: "eu-west-1", BaseEndpoint: aws.String("http://" + addr),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "a", SecretAccessKey: "b"}, nil
		}), HTTPClient: &http.Client{Transport: counting{n, tr}}})
	name := fmt.Sprintf("t%d-%d", time.Now().UnixNano(), scratchN.Add(1))
	_, err = client.CreateTable(context.Background(), &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}, {AttributeName: aws.String("sk"), AttributeType: "S"},
			{AttributeName: aws.String("lk"), AttributeType: "N"}, {AttributeName: aws.String("tb"), AttributeType: "S"}, {AttributeName: aws.String("td"), AttributeType: "N"}},
		KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}, {AttributeName: aws.String("sk"), KeyType: "RANGE"}},
		LocalSecondaryIndexes: []types.LocalSecondaryIndex{{IndexName: aws.String("by-created"), Projection: &types.Projection{ProjectionType: "ALL"},
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}, {AttributeName: aws.String("lk"), KeyType: "RANGE"}}}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String("by-due"), Projection: &types.Projection{ProjectionType: "KEYS_ONLY"},
			KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("tb"), KeyType: "HASH"}, {AttributeName: aws.String("td"), KeyType: "RANGE"}}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(client, Config{Table: name, Shards: 4, CursorKey: []byte("0123456789abcdef0123456789abcdef"), Defaults: invitetest.Defaults,
		Random: func(b []byte) { rand.Read(b) }, Wait: func(_ context.Context, d time.Duration) error { time.Sleep(d); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.saveWatermark(context.Background(), hourOf(invitetest.Base)-2); err != nil {
		t.Fatal(err)
	}
	return s, n
}

func TestContract(t *testing.T) {
	invitetest.Contract(t, func(t *testing.T) invitetest.Stores {
		s, n := scratch(t)
		return invitetest.Stores{Store: s, Outbox: s, Timer: s, Settings: s, Requests: func() int { return int(n.Load()) }}
	})
}
