package bridge

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
)

// Events refuses a stack with a rule on an event bus that does not exist, as the
// CloudFormation of AWS does, and makes the archives of the template. It returns the ARN
// of each archive by its name in the template.
func Events(ctx context.Context, cfg aws.Config, stack string) (archives map[string]string, err error) {
	deployed, known, err := read(ctx, cloudformation.NewFromConfig(cfg), stack)
	if err != nil {
		return nil, err
	}
	events := eventbridge.NewFromConfig(cfg)
	archives = map[string]string{}
	for logical, resource := range deployed.Resources {
		switch resource.Type {
		case "AWS::Events::Rule":
			if _, made := known.refs[logical]; made {
				err = onABus(ctx, events, known, logical, resource.Properties)
			}
		case "AWS::Events::Archive":
			archives[logical], err = archive(ctx, events, known, stack+"-"+logical, resource.Properties)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", logical, err)
		}
	}
	return archives, nil
}

// onABus refuses a rule whose bus does not exist.
func onABus(ctx context.Context, events *eventbridge.Client, known scope, logical string, properties map[string]any) error {
	bus, err := known.resolve(properties["EventBusName"])
	if err != nil {
		return fmt.Errorf("EventBusName: %w", err)
	}
	name, named := bus.(string)
	if !named {
		return nil // on the account's default bus
	}
	_, err = events.DescribeEventBus(ctx, &eventbridge.DescribeEventBusInput{Name: &name})
	var missing *types.ResourceNotFoundException
	if errors.As(err, &missing) {
		return fmt.Errorf("event bus %s does not exist, so AWS would not deploy this", name)
	}
	return err
}

// archive makes an archive and returns its ARN.
func archive(ctx context.Context, events *eventbridge.Client, known scope, name string, properties map[string]any) (string, error) {
	source, err := known.resolve(properties["SourceArn"])
	if err != nil {
		return "", fmt.Errorf("SourceArn: %w", err)
	}
	arn, ok := source.(string)
	if !ok {
		return "", errors.New("SourceArn: not a text")
	}
	made, err := events.CreateArchive(ctx, &eventbridge.CreateArchiveInput{ArchiveName: &name, EventSourceArn: &arn})
	if err != nil {
		return "", err
	}
	return aws.ToString(made.ArchiveArn), nil
}
