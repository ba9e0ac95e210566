package tests

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	events "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/ses"
	sestypes "github.com/aws/aws-sdk-go-v2/service/ses/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

// rights is what each function may do; every other probe must be refused. The
// policies of AWS are asserted on the template (infra/template_test.go), which a
// local AWS enforces less narrowly: it knows no conditions and no leading keys.
var rights = map[string]string{
	"Create":   "get update",
	"List":     "get query-lists read-cursor-key",
	"Resend":   "get update",
	"Cancel":   "update",
	"Settings": "get put update read-identity read-identity-keys make-identity",
	"Accept":   "get update",
	"Optout":   "get update read-opt-out-key",
	"Send":     "get update read-link-key read-opt-out-key send-mail",
	"Publish":  "get update put-events keep-events",
	"Expire":   "get update query-timer query-pile invoke-send invoke-publish",
	"Feedback": "get update query-table receive-notices put-events keep-events",
}

// probes ask for one right each and change nothing of the stack's where it is granted.
func probes(t *testing.T, c aws.Config) map[string]func(context.Context) error {
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	db, table := dynamodb.NewFromConfig(c), aws.String(s.Table)
	key := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "nobody"}, "sk": &types.AttributeValueMemberS{Value: "nobody"}}
	values := map[string]types.AttributeValue{":v": &types.AttributeValueMemberS{Value: "nobody"}}
	there := aws.String("attribute_exists(pk)")
	secret := func(part string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := secretsmanager.NewFromConfig(c).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: aws.String(secretARN(t, part))})
			return err
		}
	}
	query := func(index, by string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := db.Query(ctx, &dynamodb.QueryInput{TableName: table, IndexName: aws.String(index), KeyConditionExpression: aws.String(by + " = :v"), ExpressionAttributeValues: values})
			return err
		}
	}
	putEvent := func(bus string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := eventbridge.NewFromConfig(c).PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []events.PutEventsRequestEntry{{
				EventBusName: aws.String(output(t, bus)), Source: aws.String("probe"), DetailType: aws.String("Probe"), Detail: aws.String("{}")}}})
			return err
		}
	}
	return map[string]func(context.Context) error{
		"get": func(ctx context.Context) error {
			_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key})
			return err
		},
		"update": func(ctx context.Context) error {
			_, err := db.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: table, Key: key, UpdateExpression: aws.String("SET x = :v"), ConditionExpression: there, ExpressionAttributeValues: values})
			return err
		},
		"put": func(ctx context.Context) error {
			_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: table, Item: key, ConditionExpression: there})
			return err
		},
		"delete": func(ctx context.Context) error {
			_, err := db.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: table, Key: key, ConditionExpression: there})
			return err
		},
		"scan": func(ctx context.Context) error {
			_, err := db.Scan(ctx, &dynamodb.ScanInput{TableName: table, Limit: aws.Int32(1)})
			return err
		},
		"delete-table": func(ctx context.Context) error {
			_, err := db.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: aws.String(s.Table + "-none")})
			return err
		},
		"query-lists": query("by-created", "pk"),
		"query-timer": query("by-due", "tb"),
		"query-pile":  query("by-unpublished", "ub"),
		"query-table": func(ctx context.Context) error {
			_, err := db.Query(ctx, &dynamodb.QueryInput{TableName: table, KeyConditionExpression: aws.String("pk = :v"), ExpressionAttributeValues: values})
			return err
		},
		"put-events":  putEvent("EventBusName"),
		"keep-events": putEvent("EventJournalArn"),
		"invoke-publish": func(ctx context.Context) error {
			_, err := lambda.NewFromConfig(c).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(output(t, "PublishFunctionName")), InvocationType: lambdatypes.InvocationTypeDryRun})
			return err
		},
		"read-opt-out-key": secret("OptOutKey"),
		"read-link-key":    secret("LinkKey"),
		"read-cursor-key":  secret("CursorKey"),
		"send-mail": func(ctx context.Context) error {
			_, err := ses.NewFromConfig(c).SendRawEmail(ctx, &ses.SendRawEmailInput{
				Source: aws.String("invites@platform.example"), Destinations: []string{"probe@platform.example"},
				RawMessage: &sestypes.RawMessage{Data: []byte("From: invites@platform.example\r\nTo: probe@platform.example\r\nSubject: probe\r\n\r\nprobe\r\n")},
			})
			return err
		},
		"read-identity": func(ctx context.Context) error {
			_, err := ses.NewFromConfig(c).GetIdentityVerificationAttributes(ctx, &ses.GetIdentityVerificationAttributesInput{Identities: []string{"probe.example"}})
			return err
		},
		"read-identity-keys": func(ctx context.Context) error {
			_, err := ses.NewFromConfig(c).GetIdentityDkimAttributes(ctx, &ses.GetIdentityDkimAttributesInput{Identities: []string{"probe.example"}})
			return err
		},
		"make-identity": func(ctx context.Context) error {
			_, err := ses.NewFromConfig(c).VerifyDomainDkim(ctx, &ses.VerifyDomainDkimInput{Domain: aws.String("probe.example")})
			return err
		},
		"delete-identity": func(ctx context.Context) error {
			_, err := ses.NewFromConfig(c).DeleteIdentity(ctx, &ses.DeleteIdentityInput{Identity: aws.String("nobody.example")})
			return err
		},
		"change-identity": func(ctx context.Context) error {
			_, err := ses.NewFromConfig(c).SetIdentityDkimEnabled(ctx, &ses.SetIdentityDkimEnabledInput{Identity: aws.String("nobody.example"), DkimEnabled: false})
			return err
		},
		"verify-sender": func(ctx context.Context) error {
			_, err := ses.NewFromConfig(c).VerifyEmailIdentity(ctx, &ses.VerifyEmailIdentityInput{EmailAddress: aws.String("probe@platform.example")})
			return err
		},
		"invoke-send": func(ctx context.Context) error {
			_, err := lambda.NewFromConfig(c).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(output(t, "SendFunctionName")), InvocationType: lambdatypes.InvocationTypeDryRun})
			return err
		},
		"receive-notices": func(ctx context.Context) error {
			_, err := sqs.NewFromConfig(c).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: aws.String(output(t, "NoticesUrl")), VisibilityTimeout: 0})
			return err
		},
		"put-notices": func(ctx context.Context) error {
			_, err := sqs.NewFromConfig(c).SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(output(t, "NoticesUrl")), MessageBody: aws.String("{}")})
			return err
		},
		"receive-failures": func(ctx context.Context) error {
			_, err := sqs.NewFromConfig(c).ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: aws.String(output(t, "FeedbackFailuresUrl")), VisibilityTimeout: 0})
			return err
		},
		"publish-notices": func(ctx context.Context) error {
			_, err := ses.NewFromConfig(c).SetIdentityNotificationTopic(ctx, &ses.SetIdentityNotificationTopicInput{Identity: aws.String("probe.example"), NotificationType: sestypes.NotificationTypeBounce})
			return err
		},
		"invoke-create": func(ctx context.Context) error {
			_, err := lambda.NewFromConfig(c).Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(output(t, "CreateFunctionName")), InvocationType: lambdatypes.InvocationTypeDryRun})
			return err
		},
	}
}

func TestEachFunctionIsRefusedWhatItMustNotDo(t *testing.T) {
	roles := roleARNs(t)
	for function, granted := range rights {
		t.Run(function, func(t *testing.T) {
			may := strings.Fields(granted)
			for name, probe := range probes(t, assume(t, roles[function])) {
				err := probe(context.Background())
				denied := isDenied(err)
				allowed := false
				for _, right := range may {
					allowed = allowed || right == name
				}
				if denied == allowed {
					t.Errorf("%s: denied is %v, want %v (%v)", name, denied, !allowed, err)
				}
			}
		})
	}
}

func isDenied(err error) bool {
	var e smithy.APIError
	return errors.As(err, &e) && strings.Contains(e.ErrorCode(), "AccessDenied")
}

// roleARNs finds the role of each function by its name in the template.
func roleARNs(t *testing.T) map[string]string {
	t.Helper()
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	out, err := iam.NewFromConfig(cloud(t)).ListRoles(context.Background(), &iam.ListRolesInput{})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, role := range out.Roles {
		for function := range rights {
			if strings.HasPrefix(aws.ToString(role.RoleName), s.Stack+"-"+function+"Role-") {
				found[function] = aws.ToString(role.Arn)
			}
		}
	}
	if len(found) != len(rights) {
		t.Fatalf("found the roles %v, want one for each of %v", found, rights)
	}
	return found
}

func assume(t *testing.T, role string) aws.Config {
	t.Helper()
	c := cloud(t)
	out, err := sts.NewFromConfig(c).AssumeRole(context.Background(), &sts.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("probe")})
	if err != nil {
		t.Fatal(err)
	}
	c.Credentials = credentials.NewStaticCredentialsProvider(*out.Credentials.AccessKeyId, *out.Credentials.SecretAccessKey, *out.Credentials.SessionToken)
	return c
}

func secretARN(t *testing.T, part string) string {
	t.Helper()
	out, err := secretsmanager.NewFromConfig(cloud(t)).ListSecrets(context.Background(), &secretsmanager.ListSecretsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range out.SecretList {
		if strings.Contains(aws.ToString(s.Name), part) {
			return aws.ToString(s.ARN)
		}
	}
	t.Fatalf("no secret is named after %s", part)
	return ""
}

// output is one output of the deployed stack.
func output(t testing.TB, name string) string {
	t.Helper()
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	if s.Outputs[name] == "" {
		t.Fatalf("the stack has no output %s", name)
	}
	return s.Outputs[name]
}
