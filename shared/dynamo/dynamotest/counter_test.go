package dynamotest

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func TestUnitsAreSummedByTableAndIndex(t *testing.T) {
	counter := new(Counter)
	client, table := Start(t, counter.Attach), CreateTable(t)
	// A new item that is in both indexes, less than 1 KB: one unit in each place.
	item := key("a")
	item["lk"], item["tb"], item["td"] = &types.AttributeValueMemberN{Value: "1"}, s("hour"), s("instant")
	put := &dynamodb.PutItemInput{TableName: &table, Item: item, ConditionExpression: aws.String("attribute_not_exists(pk)")}
	if _, err := client.PutItem(t.Context(), put); err != nil {
		t.Fatal(err)
	}
	if put.ReturnConsumedCapacity != "" {
		t.Error("the caller's input was changed")
	}
	var refused *types.ConditionalCheckFailedException
	if _, err := client.PutItem(t.Context(), put); !errors.As(err, &refused) {
		t.Fatalf("got %v, want a refused condition", err)
	}
	if _, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key("a"), ConsistentRead: aws.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Query(t.Context(), &dynamodb.QueryInput{
		TableName: &table, IndexName: aws.String("by-created"), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: map[string]types.AttributeValue{":pk": s("a")},
	}); err != nil {
		t.Fatal(err)
	}
	want := "GetItem: 1\n" +
		"PutItem: 2, of these 1 ConditionalCheckFailedException\n" +
		"Query: 1\n" +
		"table TestUnitsAreSummedByTableAndIndex: read 1, write 1\n" +
		"  index by-created: read 1, write 1\n" +
		"  index by-due: read 0, write 1\n" +
		"total: read 2, write 3\n"
	if got := counter.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got, want := counter.Units(table, "by-due"), (Units{Write: 1}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := counter.Trips("PutItem", "Query"); got != 3 {
		t.Errorf("got %d puts and queries, want 3", got)
	}
	if got := counter.Failed("PutItem", ""); got != 1 {
		t.Errorf("got %d failures, want 1", got)
	}
	counter.Reset()
	if got := counter.Trips(); got != 0 {
		t.Errorf("got %d after a reset", got)
	}
}

func TestOperationsOnSeveralItemsAreCounted(t *testing.T) {
	counter := new(Counter)
	client, table := Start(t, counter.Attach), CreateTable(t)
	if _, err := client.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &table, Item: key("a")}}, {Put: &types.Put{TableName: &table, Item: key("b")}},
	}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.BatchGetItem(t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		table: {Keys: []map[string]types.AttributeValue{key("a"), key("b")}, ConsistentRead: aws.Bool(true)},
	}}); err != nil {
		t.Fatal(err)
	}
	// In AWS the transaction would cost 4: DynamoDB Local does not double writes.
	if got, want := counter.Total(), (Units{Read: 2, Write: 2}); got != want {
		t.Errorf("got %v, want %v\n%v", got, want, counter)
	}
}

func TestPartiQLIsAReadOnlyWhereItSelects(t *testing.T) {
	for body, want := range map[string]bool{
		`{"Statement":"select * from t"}`:                             true,
		`{"Statements":[{"Statement":" SELECT * FROM t"}]}`:           true,
		`{"TransactStatements":[{"Statement":"UPDATE t SET x = 1"}]}`: false,
		`{}`: false,
	} {
		if got := reads("BatchExecuteStatement", []byte(body)); got != want {
			t.Errorf("%s: got %v, want %v", body, got, want)
		}
	}
}

func TestAttemptsOfTheSDKAreRoundTrips(t *testing.T) {
	counter := new(Counter)
	client := Start(t, Script(LoseRequest, Throttle).Attach, counter.Attach, quick)
	table := CreateTable(t)
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: key("a")}); err != nil {
		t.Fatal(err)
	}
	want := "PutItem: 3, of these 1 ProvisionedThroughputExceededException, of these 1 no reply\n"
	if got := counter.String(); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if got := counter.Answered(); got != 2 {
		t.Errorf("%d were answered, want 2", got)
	}
}
