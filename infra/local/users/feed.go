package users

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bus "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	queue "github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// name is that of the product's rule and of its queue.
const name = "demo-product-users"

// pattern is every event of the service.
const pattern = `{"source": ["invites"]}`

// Feed is the product's queue behind its rule of the service's bus. Both are the
// product's own, made beside the stack, as anybody's consumer is.
type Feed struct {
	queue *sqs.Client
	url   string
}

// Listen makes the queue and the rule: what the bus gets from now on comes to [Feed.Run].
func Listen(ctx context.Context, cfg aws.Config, busName string) (*Feed, error) {
	f := &Feed{queue: sqs.NewFromConfig(cfg)}
	made, err := f.queue.CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String(name)})
	if err != nil {
		return nil, fmt.Errorf("make the product's queue: %w", err)
	}
	f.url = aws.ToString(made.QueueUrl)
	about, err := f.queue.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &f.url, AttributeNames: []queue.QueueAttributeName{queue.QueueAttributeNameQueueArn},
	})
	if err != nil {
		return nil, fmt.Errorf("find the product's queue: %w", err)
	}
	arn := about.Attributes[string(queue.QueueAttributeNameQueueArn)]
	events := eventbridge.NewFromConfig(cfg)
	rule, err := events.PutRule(ctx, &eventbridge.PutRuleInput{Name: aws.String(name), EventBusName: &busName, EventPattern: aws.String(pattern)})
	if err != nil {
		return nil, fmt.Errorf("make the product's rule: %w", err)
	}
	policy, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": map[string]any{
		"Effect": "Allow", "Principal": map[string]string{"Service": "events.amazonaws.com"},
		"Action": "sqs:SendMessage", "Resource": arn,
		"Condition": map[string]any{"ArnEquals": map[string]any{"aws:SourceArn": rule.RuleArn}},
	}})
	if err != nil {
		return nil, err
	}
	if _, err := f.queue.SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{
		QueueUrl: &f.url, Attributes: map[string]string{string(queue.QueueAttributeNamePolicy): string(policy)},
	}); err != nil {
		return nil, fmt.Errorf("let the bus write to the product's queue: %w", err)
	}
	put, err := events.PutTargets(ctx, &eventbridge.PutTargetsInput{
		Rule: aws.String(name), EventBusName: &busName, Targets: []bus.Target{{Id: aws.String("queue"), Arn: &arn}},
	})
	if err == nil && put.FailedEntryCount > 0 {
		err = fmt.Errorf("%s", aws.ToString(put.FailedEntries[0].ErrorMessage))
	}
	if err != nil {
		return nil, fmt.Errorf("lead the product's rule to its queue: %w", err)
	}
	return f, nil
}

// How a queue is asked: for as many and for as long as SQS allows. After an error a
// little later.
const (
	most    = 10
	waits   = 20 // seconds
	afterAn = time.Second
)

// Run hands every event to take until ctx ends, each at least once. What is no event is
// logged and gone.
func (f *Feed) Run(ctx context.Context, take func(Event) Effect, errors *log.Logger) {
	for ctx.Err() == nil {
		if err := f.next(ctx, take, errors); err != nil && ctx.Err() == nil {
			errors.Printf("the product's queue: %v", err)
			select {
			case <-ctx.Done():
			case <-time.After(afterAn):
			}
		}
	}
}

// next takes what one look at the queue brings. A message is deleted once it is taken.
func (f *Feed) next(ctx context.Context, take func(Event) Effect, errors *log.Logger) error {
	out, err := f.queue.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: &f.url, MaxNumberOfMessages: most, WaitTimeSeconds: waits})
	if err != nil || len(out.Messages) == 0 {
		return err
	}
	var done []queue.DeleteMessageBatchRequestEntry
	for _, m := range out.Messages {
		var e Event
		if err := json.Unmarshal([]byte(aws.ToString(m.Body)), &e); err != nil {
			errors.Printf("the product's queue: message %s is no event: %v", aws.ToString(m.MessageId), err)
		} else {
			take(e)
		}
		done = append(done, queue.DeleteMessageBatchRequestEntry{Id: m.MessageId, ReceiptHandle: m.ReceiptHandle})
	}
	_, err = f.queue.DeleteMessageBatch(ctx, &sqs.DeleteMessageBatchInput{QueueUrl: &f.url, Entries: done})
	return err
}
