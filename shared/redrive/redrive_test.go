package redrive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"invites/shared/invite"
)

// invoked notes the keys of each call.
type invoked struct {
	calls [][]Key
	fails int // the call that fails, from 1; 0 for none
}

func (i *invoked) Invoke(_ context.Context, in *lambda.InvokeInput, _ ...func(*lambda.Options)) (*lambda.InvokeOutput, error) {
	var e Event
	if err := json.Unmarshal(in.Payload, &e); err != nil {
		return nil, err
	}
	if aws.ToString(in.FunctionName) != "send" || in.InvocationType != types.InvocationTypeEvent {
		return nil, errors.New("another call")
	}
	i.calls = append(i.calls, e.Redrive)
	if len(i.calls) == i.fails {
		return nil, errors.New("refused")
	}
	return &lambda.InvokeOutput{}, nil
}

func keys(n int) (all []invite.Key) {
	for i := range n {
		all = append(all, invite.KeyOf("acme", invite.Address(fmt.Sprintf("ana.%d@example.com", i))))
	}
	return all
}

func TestKeysAreSharedOutEvenlyAmongFewCalls(t *testing.T) {
	for _, c := range []struct {
		keys int
		want []int
	}{
		{0, nil}, {1, []int{1}}, {8, []int{8}}, {9, []int{5, 4}}, {30, []int{8, 8, 8, 6}}, {420, []int{105, 105, 105, 105}},
	} {
		client := &invoked{}
		asked := keys(c.keys)
		if err := (Function{Client: client, Name: "send", Calls: 4}).Redrive(t.Context(), asked); err != nil {
			t.Fatal(err)
		}
		var got []int
		var said []Key
		for _, call := range client.calls {
			got, said = append(got, len(call)), append(said, call...)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d keys: calls of %v, want %v", c.keys, got, c.want)
		}
		for n, k := range asked {
			if said[n] != (Key{k.Partition.String(), k.Address.String()}) {
				t.Fatalf("key %d is %v", n, said[n])
			}
		}
	}
}

func TestACallThatIsRefusedIsAnError(t *testing.T) {
	client := &invoked{fails: 2}
	if err := (Function{Client: client, Name: "send", Calls: 4}).Redrive(t.Context(), keys(30)); err == nil || len(client.calls) != 2 {
		t.Errorf("got %v after %d calls", err, len(client.calls))
	}
}
