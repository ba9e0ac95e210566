package bridge

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"invites/infra/local/ministack"
)

// events is the part of template.yaml's processed form that is about event buses.
const events = `{
	"Parameters": {"EventBusName": {"Type": "String"}},
	"Conditions": {"OwnEventBus": {"Fn::Equals": [{"Ref": "EventBusName"}, ""]}},
	"Resources": {
		"EventBus": {"Type": "AWS::Events::EventBus", "Properties": {}},
		"EventJournal": {"Type": "AWS::Events::EventBus", "Properties": {}},
		"EventArchive": {"Type": "AWS::Events::Archive", "Properties": {"SourceArn": {"Fn::GetAtt": ["EventJournal", "Arn"]}}},
		"Arrival": {"Type": "AWS::Events::Rule", "Properties": {
			"EventBusName": {"Fn::If": ["OwnEventBus", {"Ref": "EventBus"}, {"Ref": "EventBusName"}]}}},
		"Notices": {"Type": "AWS::Events::Rule", "Properties": {}}
	}}`

// cloud answers as CloudFormation and EventBridge do for a stack whose parameter
// EventBusName is the name; made keeps the archives that were asked for.
type cloud struct {
	busName string
	buses   []string
	made    []string
}

func (c *cloud) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body bytes.Buffer
	_, _ = body.ReadFrom(r.Body)
	if _, action, ok := strings.Cut(r.Header.Get("X-Amz-Target"), "."); ok {
		c.eventBridge(w, action, body.String())
		return
	}
	asked, _ := url.ParseQuery(body.String())
	var text bytes.Buffer
	switch action := asked.Get("Action"); action {
	case "GetTemplate":
		_ = xml.EscapeText(&text, []byte(events))
		fmt.Fprintf(w, "<GetTemplateResponse><GetTemplateResult><TemplateBody>%s</TemplateBody></GetTemplateResult></GetTemplateResponse>", &text)
	case "DescribeStacks":
		fmt.Fprintf(w, `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackId>arn:aws:cloudformation:eu-west-1:123456789012:stack/s/1</StackId>
			<Parameters><member><ParameterKey>EventBusName</ParameterKey><ParameterValue>%s</ParameterValue></member></Parameters>
			</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`, c.busName)
	case "ListStackResources":
		for logical, kind := range map[string]string{"EventBus": "EventBus", "EventJournal": "EventBus", "Arrival": "Rule", "Notices": "Rule"} {
			fmt.Fprintf(&text, "<member><LogicalResourceId>%s</LogicalResourceId><PhysicalResourceId>s-%s</PhysicalResourceId><ResourceType>AWS::Events::%s</ResourceType></member>", logical, logical, kind)
		}
		fmt.Fprintf(w, "<ListStackResourcesResponse><ListStackResourcesResult><StackResourceSummaries>%s</StackResourceSummaries></ListStackResourcesResult></ListStackResourcesResponse>", &text)
	default:
		http.Error(w, "what is "+action+"?", http.StatusBadRequest)
	}
}

func (c *cloud) eventBridge(w http.ResponseWriter, action, body string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	var in struct{ Name, ArchiveName, EventSourceArn string }
	_ = json.Unmarshal([]byte(body), &in)
	if action == "CreateArchive" {
		c.made = append(c.made, in.ArchiveName+" of "+in.EventSourceArn)
		_ = json.NewEncoder(w).Encode(map[string]string{"ArchiveArn": "arn:archive"})
		return
	}
	for _, bus := range c.buses {
		if action == "DescribeEventBus" && in.Name == bus {
			_ = json.NewEncoder(w).Encode(map[string]string{"Name": bus})
			return
		}
	}
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]string{"__type": "ResourceNotFoundException", "message": "Event bus " + in.Name + " does not exist."})
}

func TestARuleOnABusThatIsNotThereIsRefused(t *testing.T) {
	for name, c := range map[string]struct{ bus, refused string }{
		"the stack's own bus":     {"", ""},
		"a bus that is there":     {"product-events", ""},
		"the account's own bus":   {"default", ""},
		"a bus that is not there": {"prodcut-events", "Arrival: event bus prodcut-events does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			aws := &cloud{busName: c.bus, buses: []string{"s-EventBus", "s-EventJournal", "product-events", "default"}}
			server := httptest.NewServer(aws)
			defer server.Close()
			archives, err := Events(t.Context(), ministack.Config(server.URL), "s")
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Errorf("got %v, want %q", err, c.refused)
				}
				return
			}
			if err != nil || archives["EventArchive"] != "arn:archive" {
				t.Fatalf("got %v, %v", archives, err)
			}
			if want := "[s-EventArchive of arn:aws:events:eu-west-1:123456789012:event-bus/s-EventJournal]"; fmt.Sprint(aws.made) != want {
				t.Errorf("made %v, want %s", aws.made, want)
			}
		})
	}
}
