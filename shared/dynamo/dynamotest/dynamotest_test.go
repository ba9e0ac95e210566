package dynamotest

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func s(text string) types.AttributeValue { return &types.AttributeValueMemberS{Value: text} }

func key(pk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": s(pk), "sk": s("sk")}
}

func TestTheTableIsTheOneOfTheTemplate(t *testing.T) {
	table := CreateTable(t)
	out, err := Start(t).DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	if err != nil {
		t.Fatal(err)
	}
	describe := func(keys []types.KeySchemaElement) string {
		var parts []string
		for _, k := range keys {
			for _, d := range out.Table.AttributeDefinitions {
				if *d.AttributeName == *k.AttributeName {
					parts = append(parts, *k.AttributeName+" "+string(d.AttributeType)+" "+string(k.KeyType))
				}
			}
		}
		return strings.Join(parts, ", ")
	}
	got := []string{describe(out.Table.KeySchema), string(out.Table.StreamSpecification.StreamViewType), string(out.Table.BillingModeSummary.BillingMode)}
	for _, i := range out.Table.LocalSecondaryIndexes {
		got = append(got, *i.IndexName+": "+describe(i.KeySchema)+" "+string(i.Projection.ProjectionType))
	}
	for _, i := range out.Table.GlobalSecondaryIndexes {
		got = append(got, *i.IndexName+": "+describe(i.KeySchema)+" "+string(i.Projection.ProjectionType))
	}
	want := []string{
		"pk S HASH, sk S RANGE", "NEW_AND_OLD_IMAGES", "PAY_PER_REQUEST",
		"by-created: pk S HASH, lk N RANGE ALL",
		"by-due: tb S HASH, td S RANGE KEYS_ONLY",
		"by-unpublished: ub S HASH, ut S RANGE KEYS_ONLY",
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

func TestASchemaThatIsNotUnderstoodIsRefused(t *testing.T) {
	const table = "Resources: {T: {Type: 'AWS::DynamoDB::Table', Properties: {DeletionProtectionEnabled: !Ref P, "
	for name, c := range map[string]struct{ template, want string }{
		"a property that could matter":   {table + "Replicas: []}}}", `unknown field "Replicas"`},
		"a key that a function makes":    {table + "KeySchema: [{AttributeName: [x], KeyType: HASH}]}}}", "cannot unmarshal"},
		"a template without a table":     {"Resources: {}", "got 0 tables, want 1"},
		"something that is not YAML":     {"Resources: {", "yaml"},
		"no properties that are unknown": {table + "}}}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseSchema([]byte(c.template))
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestTablesOfATestHaveNamesOfTheirOwn(t *testing.T) {
	if a, b := CreateTable(t), CreateTable(t); a != "TestTablesOfATestHaveNamesOfTheirOwn" || b != a+"-2" {
		t.Errorf("got %q and %q", a, b)
	}
	t.Run("in a subtest / with a name that no table can have", func(t *testing.T) {
		if a := CreateTable(t); !strings.HasPrefix(a, "TestTablesOfATestHaveNamesOfTheirOwn-in_a_subtest_-_with") {
			t.Errorf("got %q", a)
		}
	})
	one, release := reserve("a/b")
	defer release()
	other, release := reserve("a-b")
	defer release()
	if one == other {
		t.Errorf("got %q for both", one)
	}
}

func TestPartiQLRunsAndRefuses(t *testing.T) {
	client, table := Start(t), CreateTable(t)
	if _, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: key("a")}); err != nil {
		t.Fatal(err)
	}
	statement := func(pk string) types.BatchStatementRequest {
		return types.BatchStatementRequest{
			Statement:  aws.String(`UPDATE "` + table + `" SET x=1 WHERE pk=? AND sk=? AND attribute_not_exists(x)`),
			Parameters: []types.AttributeValue{s(pk), s("sk")},
		}
	}
	for _, want := range []types.BatchStatementErrorCodeEnum{"", types.BatchStatementErrorCodeEnumConditionalCheckFailed} {
		out, err := client.BatchExecuteStatement(t.Context(), &dynamodb.BatchExecuteStatementInput{Statements: []types.BatchStatementRequest{statement("a")}})
		if err != nil {
			t.Fatal(err)
		}
		var got types.BatchStatementErrorCodeEnum
		if e := out.Responses[0].Error; e != nil {
			got = e.Code
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
