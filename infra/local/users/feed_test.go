package users

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"invites/infra/local/ministack"
)

// cloud answers as SQS and EventBridge do, and keeps what it was asked.
type cloud struct {
	mu       sync.Mutex
	asked    []string
	messages []string // in the queue
	broken   int      // receives that fail before one works
	deleted  chan string
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, action+" "+body.String())
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	answer := any(map[string]any{})
	switch action {
	case "CreateQueue":
		answer = map[string]string{"QueueUrl": "http://queue/1"}
	case "GetQueueAttributes":
		answer = map[string]any{"Attributes": map[string]string{"QueueArn": "arn:queue"}}
	case "PutRule":
		answer = map[string]string{"RuleArn": "arn:rule"}
	case "PutTargets":
		answer = map[string]int{"FailedEntryCount": 0}
	case "ReceiveMessage":
		if c.broken > 0 {
			c.broken--
			w.WriteHeader(http.StatusBadRequest)
			break
		}
		var messages []map[string]string
		for _, text := range c.messages {
			sum := md5.Sum([]byte(text))
			messages = append(messages, map[string]string{"MessageId": "m", "ReceiptHandle": text[:1], "Body": text, "MD5OfBody": hex.EncodeToString(sum[:])})
		}
		c.messages = nil
		answer = map[string]any{"Messages": messages}
	case "DeleteMessageBatch":
		c.deleted <- body.String()
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func TestARuleOfTheBusLeadsToTheProductsQueue(t *testing.T) {
	c := &cloud{}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	if _, err := Listen(t.Context(), ministack.Config(server.URL), "invites-bus"); err != nil {
		t.Fatal(err)
	}
	for _, want := range [][]string{
		{"PutRule", `"EventBusName":"invites-bus"`, `{\"source\": [\"invites\"]}`},
		{"PutTargets", `"EventBusName":"invites-bus"`, `"Arn":"arn:queue"`},
		{"SetQueueAttributes", `events.amazonaws.com`, `arn:rule`, `sqs:SendMessage`},
	} {
		if !slices.ContainsFunc(c.asked, func(call string) bool {
			return strings.HasPrefix(call, want[0]+" ") && !slices.ContainsFunc(want[1:], func(part string) bool { return !strings.Contains(call, part) })
		}) {
			t.Errorf("no call with %q among %q", want, c.asked)
		}
	}
}

func TestEveryMessageIsTakenAndThenDeleted(t *testing.T) {
	text, err := json.Marshal(accepted)
	if err != nil {
		t.Fatal(err)
	}
	c := &cloud{messages: []string{string(text), "no event"}, broken: 1, deleted: make(chan string, 1)}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	f, err := Listen(t.Context(), ministack.Config(server.URL), "bus")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	d, ended := &Directory{}, make(chan struct{})
	var said bytes.Buffer
	go func() {
		f.Run(ctx, d.Apply, log.New(&said, "", 0))
		close(ended)
	}()
	deleted := <-c.deleted
	stop()
	<-ended
	if got := d.Users("acme"); len(got) != 1 || got[0].Email != "ana@example.com" {
		t.Errorf("got %+v", got)
	}
	if !strings.Contains(deleted, `"ReceiptHandle":"{"`) || !strings.Contains(deleted, `"ReceiptHandle":"n"`) {
		t.Errorf("deleted %s", deleted)
	}
	if !strings.Contains(said.String(), "is no event") || strings.Contains(said.String(), "ana@") {
		t.Errorf("logged %q", said.String())
	}
}
