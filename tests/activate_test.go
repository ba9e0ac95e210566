package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bus "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"go.yaml.in/yaml/v4"

	"invites/client"
	"invites/examples/activate"
)

// pattern is that of the rule in the example's template.
func pattern(t *testing.T) string {
	t.Helper()
	var template struct {
		Resources struct {
			Consumer struct {
				Properties struct {
					Events struct {
						Invites struct {
							Properties struct {
								Pattern map[string][]string `yaml:"Pattern"`
							} `yaml:"Properties"`
						} `yaml:"Invites"`
					} `yaml:"Events"`
				} `yaml:"Properties"`
			} `yaml:"Consumer"`
		} `yaml:"Resources"`
	}
	text, err := os.ReadFile("../examples/activate/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, &template); err != nil {
		t.Fatal(err)
	}
	found := template.Resources.Consumer.Properties.Events.Invites.Properties.Pattern
	if len(found) == 0 {
		t.Fatal("the template has no pattern")
	}
	pattern, err := json.Marshal(found)
	if err != nil {
		t.Fatal(err)
	}
	return string(pattern)
}

// The example's consumer and set-up page, as a product would have them: its table, a rule
// on the stack's own bus with the template's pattern, and a service token.
func TestTheExampleMakesAUserActiveByTheEventAndTakesItBack(t *testing.T) {
	ctx, name := t.Context(), fmt.Sprint("activate-", time.Now().UnixNano())
	users := activate.Table{DynamoDB: dynamodb.NewFromConfig(cloud(t)), Name: name}
	if _, err := users.DynamoDB.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("tenant"), AttributeType: "S"}, {AttributeName: aws.String("email"), AttributeType: "S"}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("tenant"), KeyType: "HASH"}, {AttributeName: aws.String("email"), KeyType: "RANGE"}},
	}); err != nil {
		t.Fatal(err)
	}
	queue, onBus := sqs.NewFromConfig(cloud(t)), eventbridge.NewFromConfig(cloud(t))
	made, err := queue.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: &name})
	if err != nil {
		t.Fatal(err)
	}
	busName := aws.String(output(t, "EventBusName"))
	if _, err := onBus.PutRule(ctx, &eventbridge.PutRuleInput{Name: &name, EventBusName: busName, EventPattern: aws.String(pattern(t))}); err != nil {
		t.Fatal(err)
	}
	arn := fmt.Sprintf("arn:aws:sqs:%s:000000000000:%s", cloud(t).Region, name)
	if _, err := onBus.PutTargets(ctx, &eventbridge.PutTargetsInput{Rule: &name, EventBusName: busName, Targets: []bus.Target{{Id: aws.String("queue"), Arn: &arn}}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.Background()
		_, _ = onBus.RemoveTargets(ctx, &eventbridge.RemoveTargetsInput{Rule: &name, EventBusName: busName, Ids: []string{"queue"}})
		_, _ = onBus.DeleteRule(ctx, &eventbridge.DeleteRuleInput{Name: &name, EventBusName: busName})
		_, _ = queue.DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: made.QueueUrl})
		_, _ = users.DynamoDB.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: &name})
	})

	i := create(t, "acme", address(t))
	var all []lambdaevents.EventBridgeEvent
	// takes waits for the next event, and takes in all of them so far, the newest first.
	takes := func(kind string) activate.User {
		t.Helper()
		within(t, func() error {
			out, err := queue.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: made.QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 3600})
			if err != nil {
				return err
			}
			for _, m := range out.Messages {
				var e lambdaevents.EventBridgeEvent
				if err := json.Unmarshal([]byte(*m.Body), &e); err != nil {
					return err
				}
				if strings.Contains(string(e.Detail), i.ID) { // and not another test's
					all = append(all, e)
				}
			}
			if len(all) == 0 || all[len(all)-1].DetailType != kind {
				return fmt.Errorf("got %d events, none of them the %s", len(all), kind)
			}
			return nil
		})
		for _, e := range slices.Backward(all) {
			if err := (activate.Consumer{Users: users}).Handle(ctx, e); err != nil {
				t.Fatal(err)
			}
		}
		u, err := users.Get(ctx, "acme", i.Email)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}

	code := press(t, newest(t, i.Email, 1), 303).Get("code")
	if u := takes("InviteAccepted"); u.Active() || u.Last.Status != "accepted" {
		t.Errorf("got %+v: who has no account yet is not active", u)
	}
	var said strings.Builder
	page := httptest.NewServer(activate.SetUp{Invites: client.New(api(t), bearer(t, "", "service")), Users: users, Log: log.New(&said, "", 0)})
	defer page.Close()
	for _, want := range []int{200, 410} { // the code is good once
		response, err := http.PostForm(page.URL, url.Values{"code": {code}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != want || said.Len() > 0 {
			t.Fatalf("got %d %s %s, want %d", response.StatusCode, body, said.String(), want)
		}
	}
	if u := takes("InviteAccepted"); !u.Active() || u.Role != "member" {
		t.Errorf("got %+v, want it active", u)
	}
	on(t, "acme", i.ID, "release").invite(t, 200)
	if u := takes("InviteReleased"); u.Active() || u.Last.Status != "released" {
		t.Errorf("got %+v, want it released", u)
	}
	if len(all) != 2 {
		t.Errorf("%d events came by the rule, want the accept and the release", len(all))
	}
}
