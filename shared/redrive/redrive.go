// Package redrive hands waiting mails from the schedule to the sender, by
// invoking its Lambda: only the sender may read the link key and send.
package redrive

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"invites/shared/invite"
)

// Client is the one call this package makes.
type Client interface {
	Invoke(context.Context, *lambda.InvokeInput, ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// Function invokes the sender and does not wait for it. It implements
// invite.Redriver.
type Function struct {
	Client Client
	Name   string
}

// mostKeys bounds one invocation, so that a sender finishes it within its time.
const mostKeys = 25

// Event is what the sender receives.
type Event struct {
	Redrive []Key `json:"redrive"`
}

// Key names one record as the store spells it.
type Key struct {
	Partition string `json:"partition"`
	Address   string `json:"address"`
}

// Redrive asks for the mails of the records at keys.
func (f Function) Redrive(ctx context.Context, keys []invite.Key) error {
	for len(keys) > 0 {
		n := min(len(keys), mostKeys)
		e := Event{}
		for _, k := range keys[:n] {
			e.Redrive = append(e.Redrive, Key{k.Partition.String(), k.Address.String()})
		}
		keys = keys[n:]
		payload, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("redrive: %w", err)
		}
		_, err = f.Client.Invoke(ctx, &lambda.InvokeInput{FunctionName: aws.String(f.Name), InvocationType: types.InvocationTypeEvent, Payload: payload})
		if err != nil {
			return fmt.Errorf("redrive %d mails: %w", n, err)
		}
	}
	return nil
}
