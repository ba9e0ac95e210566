package dynamotest

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// Fault is what happens to one request below the SDK.
type Fault int

const (
	None         Fault = iota
	LoseRequest        // the server never gets it; the client sees its connection reset
	LoseResponse       // the server executes it; the client sees its connection reset
	Late               // the client sees its connection reset; the server executes it later
	Duplicate          // the server executes it, answers, and executes it again later
	Delay              // it waits, or ends with its context as an attempt that takes too long does
	Throttle           // the server never gets it; the client is told ProvisionedThroughputExceededException
	faultCount
)

var faultNames = [faultCount]string{"none", "lose request", "lose response", "late", "duplicate", "delay", "throttle"}

func (f Fault) String() string { return faultNames[f] }

// Plan says how often which fault happens. Chances are of 1, their sum is at
// most 1 and the rest passes unharmed.
type Plan struct {
	Seed    uint64
	Chances map[Fault]float64
	// Operations meet faults, named as in the API; without any, all do.
	Operations []string
	// LongestDelay bounds a Delay; 0 means 20 ms.
	LongestDelay time.Duration
	// LongestLag bounds how many more requests a Late one or the second of a
	// Duplicate arrives after, at least 1; 0 means 3.
	LongestLag int
}

// Faults injects faults between the SDK and DynamoDB. The n-th request meets the
// n-th draw of the seed, so one goroutine that sends the same requests meets the
// same faults: give each actor of a concurrent test Faults of its own, with a
// seed of its own. What is late arrives just before a later request of the same
// Faults is sent, or at Flush, and the server's answer to it is awaited: no
// time is involved in the order.
type Faults struct {
	plan   Plan
	mu     sync.Mutex
	random *rand.Rand
	script []Fault // what remains of it; nil where a plan draws
	drawn  bool
	count  int // requests that could have met a fault
	held   []held
	log    []string
}

// held is a request that the server will get before request number due.
type held struct {
	due    int
	number int // its own
	send   func()
}

// NewFaults follows a plan.
func NewFaults(p Plan) *Faults {
	if p.LongestDelay == 0 {
		p.LongestDelay = 20 * time.Millisecond
	}
	if p.LongestLag == 0 {
		p.LongestLag = 3
	}
	return &Faults{plan: p, random: rand.New(rand.NewPCG(p.Seed, 0)), drawn: true}
}

// Script gives the first requests these faults, and the rest none. What is late
// arrives before the next request, and a delay is 20 ms.
func Script(faults ...Fault) *Faults {
	f := NewFaults(Plan{LongestLag: 1})
	f.script, f.drawn = faults, false
	return f
}

// Attach is an option for Start and for the SDK.
func (f *Faults) Attach(o *dynamodb.Options) { o.HTTPClient = faulty{f, o.HTTPClient} }

// Flush delivers what is still held back.
func (f *Faults) Flush() {
	f.mu.Lock()
	due := f.held
	f.held = nil
	f.mu.Unlock()
	for _, h := range due {
		h.send()
	}
}

// String is the seed and a line for each fault that happened, for a failed test.
func (f *Faults) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return fmt.Sprintf("seed %d, %d requests\n%s", f.plan.Seed, f.count, strings.Join(f.log, ""))
}

// fate is what the next request meets.
type fate struct {
	fault  Fault
	number int
	wait   time.Duration
	lag    int
	before []held // to be delivered first
}

func (f *Faults) next(operation string) fate {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.plan.Operations) > 0 && !slices.Contains(f.plan.Operations, operation) {
		return fate{}
	}
	f.count++
	n := fate{number: f.count, lag: 1, wait: f.plan.LongestDelay}
	switch {
	case f.drawn:
		// Always as many draws, so that each request has its own place in the stream.
		chance, share := f.random.Float64(), f.random.Float64()
		for fault := LoseRequest; fault < faultCount; fault++ {
			if chance -= f.plan.Chances[fault]; chance < 0 {
				n.fault = fault
				break
			}
		}
		n.wait = time.Duration(share * float64(f.plan.LongestDelay))
		n.lag = 1 + int(share*float64(f.plan.LongestLag))
	case len(f.script) > 0:
		n.fault, f.script = f.script[0], f.script[1:]
	}
	if n.fault != None {
		f.log = append(f.log, fmt.Sprintf("%d %s: %v\n", n.number, operation, n.fault))
	}
	f.held = slices.DeleteFunc(f.held, func(h held) bool {
		if h.due <= n.number {
			n.before = append(n.before, h)
		}
		return h.due <= n.number
	})
	return n
}

func (f *Faults) hold(n fate, send func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.held = append(f.held, held{due: n.number + n.lag, number: n.number, send: send})
}

// faulty sends what is to be sent by the next client.
type faulty struct {
	faults *Faults
	next   aws.HTTPClient
}

func (h faulty) Do(request *http.Request) (*http.Response, error) {
	body, err := peek(request)
	if err != nil {
		return nil, err
	}
	n := h.faults.next(operationOf(request))
	for _, late := range n.before {
		late.send()
	}
	switch n.fault {
	case LoseRequest:
		return nil, errReset
	case LoseResponse:
		response, err := h.next.Do(request)
		if err != nil {
			return nil, err
		}
		discard(response)
		return nil, errReset
	case Late:
		h.faults.hold(n, h.again(request, body))
		return nil, errReset
	case Duplicate:
		h.faults.hold(n, h.again(request, body))
	case Delay:
		select {
		case <-time.After(n.wait):
		case <-request.Context().Done():
			return nil, request.Context().Err()
		}
	case Throttle:
		return throttled(request), nil
	}
	return h.next.Do(request)
}

// again sends a request once more, whatever became of the caller.
func (h faulty) again(request *http.Request, body []byte) func() {
	copied := request.Clone(context.WithoutCancel(request.Context()))
	return func() {
		copied.Body = io.NopCloser(bytes.NewReader(body))
		if response, err := h.next.Do(copied); err == nil {
			discard(response)
		}
	}
}

// discard reads a response to its end: by then the server has executed the request.
func discard(response *http.Response) {
	_, _ = io.Copy(io.Discard, response.Body)
	response.Body.Close()
}

// errReset is what net/http returns when the other side is gone.
var errReset error = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// throttled is DynamoDB's answer in its own words and headers.
func throttled(request *http.Request) *http.Response {
	const body = `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",` +
		`"message":"The level of configured provisioned throughput for the table was exceeded. ` +
		`Consider increasing your provisioning level with the UpdateTable API."}`
	header := http.Header{}
	header.Set("Content-Type", "application/x-amz-json-1.0")
	header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 10))
	header.Set("X-Amzn-Requestid", "INJECTEDTHROTTLE")
	return &http.Response{
		Status: "400 Bad Request", StatusCode: http.StatusBadRequest,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: request,
	}
}
