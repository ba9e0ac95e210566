package tests

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	domain "invites/shared/invite"
)

// A tenant of its own, by a service token: what it is paused for must not reach others.
func TestATenantWhoseMailsAreSpamIsPausedAlone(t *testing.T) {
	listen(t)
	tenant := domain.TenantID(fmt.Sprintf("spam-%d", time.Now().UnixNano()%1e9))
	by := func(method, path, body string) answer {
		return do(t, request{method: method, path: path, as: token(t, "acme", "service"), body: body, header: map[string]string{"Invite-Tenant": string(tenant)}})
	}
	first := by("POST", "/v1/invites", object("email", address(t))).invite(t, 201)
	kept := by("POST", "/v1/invites", object("email", "kept-"+address(t))).invite(t, 201)
	path := newest(t, kept.Email, 1)
	// Fifty complaints of this day, which the local stack asks for.
	item := map[string]types.AttributeValue{
		"pk": &types.AttributeValueMemberS{Value: domain.PartitionOf(tenant).String()},
		"sk": &types.AttributeValueMemberS{Value: "tally#" + time.Now().UTC().Format("20060102")}, "complained": &types.AttributeValueMemberN{Value: "50"},
	}
	if _, err := dynamodb.NewFromConfig(cloud(t)).PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String(output(t, "TableName")), Item: item}); err != nil {
		t.Fatal(err)
	}
	by("POST", "/v1/invites", object("email", fmt.Sprintf("complaint+%s@simulator.amazonses.com", tenant))).invite(t, 201)
	refused := func(a answer) error {
		var p struct{ Code, Reason string }
		if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != 409 || p.Code != "cannot_send" || p.Reason != "tenant_paused" {
			return fmt.Errorf("got %d %s", a.status, a.body)
		}
		return nil
	}
	// Each Lambda remembers a standing for ten seconds; until then a resend is one.
	within(t, func() error { return refused(by("POST", "/v1/invites/"+first.ID+"/resend", "")) })
	opens(t, path, 200)
	within(t, func() error {
		a := by("POST", "/v1/invites", object("email", fmt.Sprintf("n%d@example.com", time.Now().UnixNano())))
		return refused(a)
	})
	within(t, func() error {
		for _, p := range toldAll(t) {
			if p.Type == "TenantPaused" && p.Detail.TenantID == string(tenant) {
				return nil
			}
		}
		return fmt.Errorf("no event says that %s is paused", tenant)
	})
	create(t, "acme", address(t)) // another tenant's mails go on
}
