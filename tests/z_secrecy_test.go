package tests

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	sqstypes "github.com/aws/aws-sdk-go-v2/service/sqs/types"

	domain "invites/shared/invite"
)

// heard is what this run got from the admin API and what it was told in secret.
var heard struct {
	sync.Mutex
	answers strings.Builder
	codes   []string
}

// hear keeps an answer for the search at the end.
func hear(path string, a answer) {
	heard.Lock()
	defer heard.Unlock()
	for _, to := range []string{a.header.Get("Location"), strings.TrimPrefix(a.header.Get("Refresh"), "0;url=")} {
		if next, err := url.Parse(to); err == nil && next.Query().Get("code") != "" {
			heard.codes = append(heard.codes, next.Query().Get("code"))
		}
	}
	if strings.HasPrefix(path, "/v1/") && path != "/v1/accept" {
		heard.answers.WriteString(a.body)
	}
}

// TestNothingSecretIsWrittenAnywhere is in the last file, so it searches what the
// whole run has left behind: logs, queues, the table and the admin API's answers.
func TestNothingSecretIsWrittenAnywhere(t *testing.T) {
	secrets, digests := everySecret(t)
	t.Logf("%d secrets and %d digests are searched for", len(secrets), len(digests))
	heard.Lock()
	answers := heard.answers.String()
	heard.Unlock()
	for place, text := range map[string]string{
		"the logs of the Lambdas and the gateway": logs(t), "the local logs": localLogs(t),
		"the queues": queues(t), "the admin API": answers,
	} {
		t.Logf("%s: %d bytes", place, len(text))
		search(t, place, text, secrets)
		search(t, place, text, digests)
	}
	search(t, "the table", table(t), secrets) // it keeps digests, and nothing else
	if len(secrets) < 10 || len(answers) == 0 && len(heard.codes) > 0 {
		t.Errorf("the search had nothing to look for: run it with the other tests")
	}
}

func search(t *testing.T, place, text string, secrets map[string]string) {
	t.Helper()
	for secret, what := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%s hold a %s", place, what)
		}
	}
}

// everySecret collects the token of every mail, every code and bearer of this run,
// and the keys; and the digests of tokens and codes in every common spelling.
func everySecret(t *testing.T) (secrets, digests map[string]string) {
	secrets, digests = map[string]string{}, map[string]string{}
	digest := func(d domain.Digest, what string) {
		for _, s := range []string{hex.EncodeToString(d[:]), base64.StdEncoding.EncodeToString(d[:]), base64.RawURLEncoding.EncodeToString(d[:])} {
			digests[strings.TrimRight(s, "=")] = "digest of a " + what
		}
	}
	var listed struct{ Messages []struct{ Links []string } }
	text := do(t, request{method: "GET", path: "/mailbox/api/messages"}).body
	if strings.HasPrefix(strings.TrimSpace(text), "[") {
		text = `{"messages":` + text + `}`
	}
	if err := json.Unmarshal([]byte(text), &listed); err != nil {
		t.Fatal(err)
	}
	for _, m := range listed.Messages {
		for _, l := range m.Links {
			if _, tok, ok := strings.Cut(l, "/o/"); ok {
				secrets[tok] = "opt-out token"
			}
			_, tok, ok := strings.Cut(l, "/i/")
			if !ok { // of a product's own accept page
				_, tok, ok = strings.Cut(l, "#token=")
			}
			if ok {
				secrets[tok] = "token"
				if parsed, err := domain.ParseToken(tok); err == nil {
					digest(parsed.Digest(), "token")
				}
			}
		}
	}
	heard.Lock()
	for _, code := range heard.codes {
		secrets[code] = "code"
		if parsed, err := domain.ParseCode(code); err == nil {
			digest(parsed.Digest(), "code")
		}
	}
	heard.Unlock()
	tokensMu.Lock()
	for _, bearer := range tokens {
		secrets[bearer] = "bearer token"
		secrets[strings.Split(bearer, ".")[2]] = "signature of a bearer token"
	}
	tokensMu.Unlock()
	for _, part := range []string{"LinkKey", "OptOutKey", "CursorKey"} {
		out, err := secretsmanager.NewFromConfig(cloud(t)).GetSecretValue(context.Background(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(secretARN(t, part))})
		if err != nil {
			t.Fatal(err)
		}
		var doc struct{ Key string }
		if err := json.Unmarshal([]byte(*out.SecretString), &doc); err != nil {
			t.Fatal(err)
		}
		secrets[doc.Key] = part
	}
	return secrets, digests
}

func logs(t *testing.T) string {
	ctx, c := context.Background(), cloudwatchlogs.NewFromConfig(cloud(t))
	var all strings.Builder
	groups, err := c.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups.LogGroups {
		for p := cloudwatchlogs.NewFilterLogEventsPaginator(c, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: g.LogGroupName}); p.HasMorePages(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Events {
				all.WriteString(aws.ToString(e.Message))
			}
		}
	}
	if all.Len() == 0 {
		t.Error("there are no logs to search")
	}
	return all.String()
}

func localLogs(t *testing.T) string {
	files, err := filepath.Glob("../.local/log/*.log")
	if err != nil || len(files) == 0 {
		t.Fatalf("no local logs: %v", err)
	}
	var all strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

func queues(t *testing.T) string {
	ctx, c := context.Background(), sqs.NewFromConfig(cloud(t))
	var all strings.Builder
	listed, err := c.ListQueues(ctx, &sqs.ListQueuesInput{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range listed.QueueUrls {
		out, err := c.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{QueueUrl: aws.String(u), MaxNumberOfMessages: 10, VisibilityTimeout: 1, MessageSystemAttributeNames: []sqstypes.MessageSystemAttributeName{"All"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.Messages {
			all.WriteString(aws.ToString(m.Body))
		}
	}
	return all.String()
}

func table(t *testing.T) string {
	s, err := stack()
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for p := dynamodb.NewScanPaginator(dynamodb.NewFromConfig(cloud(t)), &dynamodb.ScanInput{TableName: aws.String(s.Table)}); p.HasMorePages(); {
		page, err := p.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			text, err := json.Marshal(item)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	return all.String()
}
