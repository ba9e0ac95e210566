package dynamotest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"
)

// Units are capacity units.
type Units struct{ Read, Write float64 }

func (u Units) plus(v Units) Units { return Units{u.Read + v.Read, u.Write + v.Write} }

func (u Units) String() string { return fmt.Sprintf("read %g, write %g", u.Read, u.Write) }

// Counter counts the round trips of clients, each attempt of the SDK as one, and
// sums the capacity that the replies report, by table and index. It makes every
// request ask for that. The zero value is ready, for any number of goroutines.
//
// What no reply reports is not in the sum: in DynamoDB a refused condition, which
// costs what the write would have (see Failed for how many there were), and a
// reply that was lost; in DynamoDB Local also PartiQL.
type Counter struct {
	mu     sync.Mutex
	trips  map[string]int            // by operation
	failed map[string]map[string]int // by operation and error code
	units  map[place]Units
}

// place is a table, or with an index that index of it.
type place struct{ table, index string }

// lost is the error code of a round trip without a reply.
const lost = "no reply"

// Attach is an option for Start and for the SDK.
func (c *Counter) Attach(o *dynamodb.Options) {
	o.HTTPClient = counting{c, o.HTTPClient}
	o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
		const id = "ReturnConsumedCapacity"
		if _, asked := stack.Initialize.Get(id); asked {
			return nil // a second counter of this client
		}
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc(id, askForCapacity), middleware.After)
	})
}

// askForCapacity sets ReturnConsumedCapacity in a copy of any input that has it.
func askForCapacity(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
	middleware.InitializeOutput, middleware.Metadata, error,
) {
	if from := reflect.ValueOf(in.Parameters); from.Kind() == reflect.Pointer && !from.IsNil() {
		if input := from.Elem(); input.FieldByName("ReturnConsumedCapacity").IsValid() {
			to := reflect.New(input.Type())
			to.Elem().Set(input)
			to.Elem().FieldByName("ReturnConsumedCapacity").Set(reflect.ValueOf(types.ReturnConsumedCapacityIndexes))
			in.Parameters = to.Interface()
		}
	}
	return next.HandleInitialize(ctx, in)
}

// Trips is the number of round trips of the operations, of all where none is
// named. An operation is named as in the API: UpdateItem.
func (c *Counter) Trips(operations ...string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := 0
	for operation, count := range c.trips {
		if len(operations) == 0 || slices.Contains(operations, operation) {
			sum += count
		}
	}
	return sum
}

// Answered is the number of round trips that were answered. The others were given up,
// as an attempt is that takes too long, and followed by another one: how many there are
// says how busy the machine is, and nothing of what an operation asks.
func (c *Counter) Answered() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := 0
	for operation, count := range c.trips {
		sum += count - c.failed[operation][lost]
	}
	return sum
}

// Failed is the number of round trips of an operation that ended in an error of
// this code (ConditionalCheckFailedException), or of any where code is empty.
func (c *Counter) Failed(operation, code string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := 0
	for have, count := range c.failed[operation] {
		if code == "" || code == have {
			sum += count
		}
	}
	return sum
}

// Units is the capacity reported for an index of a table, for the table without
// its indexes where index is empty.
func (c *Counter) Units(table, index string) Units {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.units[place{table, index}]
}

// Total is the capacity of all tables and indexes.
func (c *Counter) Total() Units {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total()
}

func (c *Counter) total() Units {
	var sum Units
	for _, u := range c.units {
		sum = sum.plus(u)
	}
	return sum
}

// Reset starts again from nothing.
func (c *Counter) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.trips, c.failed, c.units = nil, nil, nil
}

// String is a line for each operation, table and index, for a test's log.
func (c *Counter) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, operation := range slices.Sorted(maps.Keys(c.trips)) {
		fmt.Fprintf(&b, "%s: %d", operation, c.trips[operation])
		for _, code := range slices.Sorted(maps.Keys(c.failed[operation])) {
			fmt.Fprintf(&b, ", of these %d %s", c.failed[operation][code], code)
		}
		b.WriteByte('\n')
	}
	places := slices.SortedFunc(maps.Keys(c.units), func(a, b place) int {
		return strings.Compare(a.table+"\x00"+a.index, b.table+"\x00"+b.index)
	})
	for _, p := range places {
		name := "table " + p.table
		if p.index != "" {
			name = "  index " + p.index
		}
		fmt.Fprintf(&b, "%s: %v\n", name, c.units[p])
	}
	fmt.Fprintf(&b, "total: %v\n", c.total())
	return b.String()
}

// counting counts what passes to the next client.
type counting struct {
	counter *Counter
	next    aws.HTTPClient
}

func (h counting) Do(request *http.Request) (*http.Response, error) {
	operation := operationOf(request)
	asked, err := peek(request)
	if err != nil {
		return nil, err
	}
	response, err := h.next.Do(request)
	if err != nil {
		h.counter.add(operation, lost, nil)
		return nil, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil {
		h.counter.add(operation, lost, nil)
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	var reply reply
	_ = json.Unmarshal(body, &reply) // the SDK reports what is not JSON
	code := ""
	if response.StatusCode != http.StatusOK {
		code = reply.Type[strings.LastIndex(reply.Type, "#")+1:]
	}
	h.counter.add(operation, code, reply.units(reads(operation, asked)))
	return response, nil
}

func (c *Counter) add(operation, code string, units map[place]Units) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trips == nil {
		c.trips, c.failed, c.units = map[string]int{}, map[string]map[string]int{}, map[place]Units{}
	}
	c.trips[operation]++
	if code != "" {
		if c.failed[operation] == nil {
			c.failed[operation] = map[string]int{}
		}
		c.failed[operation][code]++
	}
	for p, u := range units {
		c.units[p] = c.units[p].plus(u)
	}
}
