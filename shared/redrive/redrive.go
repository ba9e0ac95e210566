// Package redrive hands what the stream left behind from the schedule to who deals
// with it, by invoking its Lambda: only the sender may read the link key and send, only
// the publisher may put events on the bus.
package redrive

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"invites/shared/invite"
)

// Client is the one call this package makes.
type Client interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Function invokes a Lambda and does not wait for it. It implements invite.Redriver.
type Function struct {
	Client Client
	Name   string
	// Calls is how many invocations one hand-over makes at most: they run side by
	// side, and each keeps to its share of the provider's rate.
	Calls int
}

// fewKeys are not worth a second invocation: a sender sends as many side by side.
const fewKeys = 8

// Event is what the Lambda receives.
type Event struct {
	Redrive []Key `json:"redrive"`
}

// Key names one record as the store spells it.
type Key struct {
	Partition string `json:"partition"`
	Address   string `json:"address"`
}

// Redrive hands over the records at keys, shared out evenly.
func (f Function) Redrive(ctx context.Context, keys []invite.Key) error {
	calls := max(1, min(f.Calls, (len(keys)+fewKeys-1)/fewKeys))
	for part := range slices.Chunk(keys, max(1, (len(keys)+calls-1)/calls)) {
		e := Event{}
		for _, k := range part {
			e.Redrive = append(e.Redrive, Key{k.Partition.String(), k.Address.String()})
		}
		payload, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("redrive: %w", err)
		}
		_, err = f.Client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(f.Name), InvocationType: types.InvocationTypeEvent, Payload: payload})
		if err != nil {
			return fmt.Errorf("redrive %d records: %w", len(part), err)
		}
	}
	return nil
}
