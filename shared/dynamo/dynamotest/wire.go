package dynamotest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// operationOf reads the operation from the header that DynamoDB's protocol
// (JSON 1.0) names it in: DynamoDB_20120810.UpdateItem.
func operationOf(request *http.Request) string {
	target := request.Header.Get("X-Amz-Target")
	return target[strings.LastIndex(target, ".")+1:]
}

// peek returns a request's body and leaves the request as it was.
func peek(request *http.Request) ([]byte, error) {
	if request.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(request.Body)
	request.Body.Close()
	if err != nil {
		return nil, fmt.Errorf("read the request: %w", err)
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	return body, nil
}

// reads tells whether an operation consumes read units. A PartiQL batch is
// either all reads or all writes.
func reads(operation string, body []byte) bool {
	if strings.Contains(operation, "Execute") {
		var in struct {
			Statement              string
			Statements             []struct{ Statement string }
			TransactStatements     []struct{ Statement string }
			ReturnConsumedCapacity string
		}
		_ = json.Unmarshal(body, &in)
		for _, s := range append(in.Statements, in.TransactStatements...) {
			in.Statement = s.Statement
			break
		}
		return strings.HasPrefix(strings.ToUpper(strings.TrimSpace(in.Statement)), "SELECT")
	}
	return slices.Contains([]string{"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"}, operation)
}

// reply is what any reply may have that concerns the counter.
type reply struct {
	Type             string `json:"__type"`
	ConsumedCapacity capacities
}

// capacities is one object or, from operations on several items, a list.
type capacities []struct {
	TableName              string
	Table                  capacity
	LocalSecondaryIndexes  map[string]capacity
	GlobalSecondaryIndexes map[string]capacity
}

func (c *capacities) UnmarshalJSON(text []byte) error {
	type list capacities
	if bytes.HasPrefix(text, []byte("{")) {
		text = slices.Concat([]byte("["), text, []byte("]"))
	}
	return json.Unmarshal(text, (*list)(c))
}

// capacity has the sum, and in transactions also what of it is which.
type capacity struct {
	CapacityUnits      float64
	ReadCapacityUnits  float64
	WriteCapacityUnits float64
}

func (r reply) units(reads bool) map[place]Units {
	units := map[place]Units{}
	add := func(p place, c capacity) {
		u := Units{Read: c.ReadCapacityUnits, Write: c.WriteCapacityUnits}
		switch {
		case u != Units{}:
		case reads:
			u.Read = c.CapacityUnits
		default:
			u.Write = c.CapacityUnits
		}
		units[p] = units[p].plus(u)
	}
	for _, c := range r.ConsumedCapacity {
		add(place{c.TableName, ""}, c.Table)
		for name, i := range c.LocalSecondaryIndexes {
			add(place{c.TableName, name}, i)
		}
		for name, i := range c.GlobalSecondaryIndexes {
			add(place{c.TableName, name}, i)
		}
	}
	return units
}
