package dynamotest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const dropLimit = 5 * time.Minute

// CreateTable makes an empty table with the schema of infra/data.yaml, drops it
// when the test ends and returns its name. The name comes from the test's, so a
// repetition sends the same requests. Its time to live is off: an item that is
// past it stays, as it may for days in AWS, and a test can delete it.
func CreateTable(t testing.TB) string {
	t.Helper()
	schema, err := ReadSchema()
	if err != nil {
		t.Fatal(err)
	}
	client := Start(t)
	name, release := reserve(t.Name())
	t.Cleanup(release)
	input := &dynamodb.CreateTableInput{
		TableName:              &name,
		BillingMode:            schema.BillingMode,
		AttributeDefinitions:   schema.AttributeDefinitions,
		KeySchema:              schema.KeySchema,
		LocalSecondaryIndexes:  schema.LocalSecondaryIndexes,
		GlobalSecondaryIndexes: schema.GlobalSecondaryIndexes,
	}
	if s := schema.StreamSpecification; s != nil {
		// A template has a view only; that there is one means that it is enabled.
		input.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: s.StreamViewType}
	}
	if _, err := client.CreateTable(t.Context(), input); err != nil {
		t.Fatalf("create the test's table: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), dropLimit)
		defer cancel()
		if _, err := client.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
			t.Errorf("drop the test's table: %v", err)
		}
	})
	return name
}

var (
	reserved   = map[string]bool{}
	reservedMu sync.Mutex
	notInNames = regexp.MustCompile(`[^a-zA-Z0-9_.-]+`)
)

// longest leaves room for a digest and a number within DynamoDB's limit of 255.
const longest = 200

// reserve turns a test's name into that of a table, numbered from the second
// table of a test on.
func reserve(test string) (name string, release func()) {
	base := notInNames.ReplaceAllString(test, "-")
	if base != test || len(base) > longest {
		digest := sha256.Sum256([]byte(test))
		base = base[:min(len(base), longest)] + "-" + hex.EncodeToString(digest[:4])
	}
	reservedMu.Lock()
	defer reservedMu.Unlock()
	name = base
	for n := 2; reserved[name]; n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	reserved[name] = true
	return name, func() {
		reservedMu.Lock()
		defer reservedMu.Unlock()
		delete(reserved, name)
	}
}
