// Package dynamotest gives tests a real DynamoDB Local with the table of
// infra/data.yaml, and what a test wants to do to it: count what it is asked and
// what that costs (Counter), and lose, delay, repeat or throttle requests on the
// way (Faults).
//
//	counter := new(dynamotest.Counter)
//	client := dynamotest.Start(t, counter.Attach)
//	table := dynamotest.CreateTable(t, client)
//
// It must be installed once: go run ./shared/dynamo/dynamotest/install. A test
// without it fails and says so; it is never skipped. All processes of a test run
// share one server (package local), and each sees its own tables only.
//
// Not like DynamoDB in AWS: it never throttles and never reports a conflict of
// transactions (inject those), it reports no consumed capacity for PartiQL, and
// for transactional writes half of it.
package dynamotest

import (
	"fmt"
	"os"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"invites/shared/dynamo/dynamotest/local"
)

// Start returns a client of DynamoDB Local, which it starts if no test process
// has yet. Options apply in their order; give Faults before a Counter, so that
// the counter sees what the client sees. The retries are the SDK's own. All
// clients of a process see the same tables. It ends the test, in one line, when
// DynamoDB Local is not installed.
func Start(t testing.TB, options ...func(*dynamodb.Options)) *dynamodb.Client {
	t.Helper()
	return dynamodb.NewFromConfig(Config(t), options...)
}

// Config is the SDK configuration that leads to DynamoDB Local, for a client of
// another kind (its streams are at the same address) or code that makes its own.
func Config(t testing.TB) aws.Config {
	t.Helper()
	address, err := local.Address()
	if err != nil {
		t.Fatal(err)
	}
	// The server keeps a database for each access key: processes do not meet.
	key := fmt.Sprintf("test%d", os.Getpid())
	return aws.Config{
		Region:       "eu-central-1",
		BaseEndpoint: aws.String("http://" + address),
		Credentials:  credentials.NewStaticCredentialsProvider(key, "secret", ""),
		HTTPClient:   http.NewBuildableClient(),
	}
}
