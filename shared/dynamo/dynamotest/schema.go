package dynamotest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"go.yaml.in/yaml/v4"

	"invites/shared/dynamo/dynamotest/local"
)

// Schema is what a template says of a table and DynamoDB Local can do.
type Schema struct {
	BillingMode             types.BillingMode
	AttributeDefinitions    []types.AttributeDefinition
	KeySchema               []types.KeySchemaElement
	LocalSecondaryIndexes   []types.LocalSecondaryIndex
	GlobalSecondaryIndexes  []types.GlobalSecondaryIndex
	StreamSpecification     *types.StreamSpecification
	TimeToLiveSpecification *types.TimeToLiveSpecification
}

// without are the properties that change nothing a test could see.
var without = map[string]bool{
	"TableName": true, "DeletionProtectionEnabled": true, "PointInTimeRecoverySpecification": true, "SSESpecification": true,
	"Tags": true, "TableClass": true, "ContributorInsightsSpecification": true, "OnDemandThroughput": true,
}

// ReadSchema reads the schema of the one table in infra/data.yaml, so that tests
// and deployments cannot drift apart.
var ReadSchema = sync.OnceValues(func() (Schema, error) {
	root, err := local.Root()
	if err != nil {
		return Schema{}, err
	}
	text, err := os.ReadFile(filepath.Join(root, "infra", "data.yaml"))
	if err != nil {
		return Schema{}, fmt.Errorf("read the table's schema: %w", err)
	}
	s, err := parseSchema(text)
	if err != nil {
		return Schema{}, fmt.Errorf("read the table's schema in infra/data.yaml: %w", err)
	}
	return s, nil
})

// parseSchema refuses what it does not know, rather than to test another table
// than the one deployed.
func parseSchema(template []byte) (Schema, error) {
	var doc struct {
		Resources map[string]struct {
			Type       string         `yaml:"Type"`
			Properties map[string]any `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(template, &doc); err != nil {
		return Schema{}, err
	}
	var tables []map[string]any
	for _, r := range doc.Resources {
		if r.Type == "AWS::DynamoDB::Table" {
			tables = append(tables, r.Properties)
		}
	}
	if len(tables) != 1 {
		return Schema{}, fmt.Errorf("got %d tables, want 1", len(tables))
	}
	properties := map[string]any{}
	for name, v := range tables[0] {
		if !without[name] {
			properties[name] = v
		}
	}
	// The SDK's types have the template's names for their fields and no tags,
	// so JSON carries the one into the other.
	text, err := json.Marshal(properties)
	if err != nil {
		return Schema{}, err
	}
	var s Schema
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Schema{}, err
	}
	return s, nil
}
