package infra

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"invites/shared/invite"
)

// routes is the API: who answers, and whether the caller needs a verified token.
var routes = map[string][]string{
	"create":   {"POST /v1/invites by token", "POST /v1/invites/batch by token"},
	"list":     {"GET /v1/invites by token", "GET /v1/invites/{id} by token", "POST /v1/explain by token"},
	"resend":   {"POST /v1/invites/{id}/resend by token", "POST /v1/invites/resend by token"},
	"cancel":   {"POST /v1/invites/{id}/cancel by token", "POST /v1/invites/{id}/release by token", "POST /v1/invites/cancel by token"},
	"settings": {"GET /v1/settings by token", "PUT /v1/settings by token"},
	"accept": {
		"GET /i/{token+} by anybody", "HEAD /i/{token+} by anybody", "POST /i/{token+} by anybody",
		"POST /v1/peek by anybody", "POST /v1/accept by anybody", "POST /v1/redeem by token",
	},
	"optout": {"GET /o/{token+} by anybody", "HEAD /o/{token+} by anybody", "POST /o/{token+} by anybody"},
	"send":   {},
	"expire": {},
}

func TestRoutesAndWhoMayCallThem(t *testing.T) {
	tpl := template(t, root)
	all := []string{}
	for name, want := range routes {
		got := []string{}
		for _, e := range object(at(tpl, "Resources", id(name, "Function"), "Properties", "Events")) {
			if at(e, "Type") != "HttpApi" {
				continue
			}
			p := at(e, "Properties")
			wantEqual(t, "the API of a route", at(p, "ApiId"), "!Ref Api")
			route, by := show(at(p, "Method"))+" "+show(at(p, "Path")), ""
			switch show(at(p, "Auth")) {
			case "nothing":
				by = " by token"
			case "{Authorizer: NONE}":
				by = " by anybody"
			default:
				by = " by " + show(at(p, "Auth"))
			}
			got, all = append(got, route+by), append(all, route)
		}
		wantSame(t, name+" answers", got, want)
	}
	answering := []string{}
	for _, call := range documented(t) {
		route := routeOf(all, call)
		if route == "" {
			t.Errorf("%s of docs/openapi.yaml has no route in the template", call)
		} else if !slices.Contains(answering, route) {
			answering = append(answering, route)
		}
	}
	wantSame(t, "routes of the template, and those that docs/openapi.yaml knows", all, answering)
	api := at(tpl, "Resources", "Api", "Properties")
	wantEqual(t, "who checks tokens by default", at(api, "Auth", "DefaultAuthorizer"), "Token")
	wantSame(t, "authorizers", keys(at(api, "Auth", "Authorizers")), []string{"Token"})
	token := at(api, "Auth", "Authorizers", "Token")
	wantEqual(t, "where the token is", at(token, "IdentitySource"), "$request.header.Authorization")
	wantEqual(t, "issuer", at(token, "JwtConfiguration", "issuer"), "!If [OwnUserPool, !GetAtt Identity.Outputs.Issuer, !Ref JwtIssuer]")
	wantEqual(t, "audience", at(token, "JwtConfiguration", "audience"), "!If [OwnUserPool, [!GetAtt Identity.Outputs.UserPoolClientId, "+
		"!If [OwnServiceClient, !GetAtt Identity.Outputs.ServiceClientId, !Ref AWS::NoValue]], !Ref JwtAudience]")
}

// routeOf is the route that answers a call: its own, else the greedy one of its path.
func routeOf(routes []string, call string) string {
	if slices.Contains(routes, call) {
		return call
	}
	for _, route := range routes {
		before, greedy := strings.CutSuffix(route, "+}")
		if path, _, _ := strings.Cut(before, "{"); greedy && strings.HasPrefix(call, path) {
			return route
		}
	}
	return ""
}

func documented(t *testing.T) []string {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]any
	}
	if err := yaml.Unmarshal([]byte(fileText(t, "../docs/openapi.yaml")), &doc); err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for path, operations := range doc.Paths {
		for method := range operations {
			if slices.Contains([]string{"get", "head", "post", "put", "patch", "delete"}, method) {
				found = append(found, strings.ToUpper(method)+" "+path)
			}
		}
	}
	return found
}

func TestCrossOriginRulesAreTheContracts(t *testing.T) {
	api := at(template(t, root), "Resources", "Api", "Properties")
	wantEqual(t, "CORS", at(api, "CorsConfiguration"), "{AllowHeaders: [Authorization, Content-Type, Idempotency-Key, If-Match], "+
		"AllowMethods: [GET, POST, PUT], AllowOrigins: !Ref AllowedOrigins, ExposeHeaders: [Date, ETag, Location, Retry-After], MaxAge: 3600}")
	wantEqual(t, "throttling", at(api, "DefaultRouteSettings"), "{ThrottlingBurstLimit: !Ref ThrottleBurst, ThrottlingRateLimit: !Ref ThrottleRate}")
}

func TestTheStreamAndTheScheduleWakeTheirLambdas(t *testing.T) {
	tpl := template(t, root)
	send := at(tpl, "Resources", "SendFunction", "Properties")
	wantEqual(t, "what wakes send", at(send, "Events"), "{Stream: {Properties: {"+
		"BatchSize: 10, BisectBatchOnFunctionError: true, "+
		"DestinationConfig: {OnFailure: {Destination: !GetAtt SendFailures.Arn, Type: SQS}}, "+
		`FilterCriteria: {Filters: [{Pattern: {"dynamodb":{"NewImage":{"ms":{"S":["queued"]}}}}}]}, `+
		"FunctionResponseTypes: [ReportBatchItemFailures], MaximumRecordAgeInSeconds: 3600, MaximumRetryAttempts: 3, "+
		"ParallelizationFactor: 4, StartingPosition: TRIM_HORIZON, Stream: !GetAtt Data.Outputs.StreamArn}, Type: DynamoDB}}")
	publish := at(tpl, "Resources", "PublishFunction", "Properties")
	wantSame(t, "what wakes publish", keys(at(publish, "Events")), []string{"Stream", "Heartbeat", "Arrival", "Replay"}) // events_test.go
	wantEqual(t, "the stream of publish", at(publish, "Events", "Stream"), "{Properties: {"+
		"BatchSize: 10, BisectBatchOnFunctionError: true, "+
		"DestinationConfig: {OnFailure: {Destination: !GetAtt PublishFailures.Arn, Type: SQS}}, "+
		`FilterCriteria: {Filters: [{Pattern: {"dynamodb":{"NewImage":{"ub":{"S":[{"exists":true}]}}}}}]}, `+
		"FunctionResponseTypes: [ReportBatchItemFailures], MaximumRecordAgeInSeconds: 3600, MaximumRetryAttempts: 3, "+
		"ParallelizationFactor: 4, StartingPosition: TRIM_HORIZON, Stream: !GetAtt Data.Outputs.StreamArn}, Type: DynamoDB}")
	wantEqual(t, "publish's failed calls", at(publish, "EventInvokeConfig", "DestinationConfig"), "{OnFailure: {Destination: !GetAtt PublishFailures.Arn, Type: SQS}}")
	wantEqual(t, "how many senders share a rate",
		at(send, "Events", "Stream", "Properties", "ParallelizationFactor"), strconv.Itoa(invite.Senders))
	for _, name := range []string{"send", "expire"} {
		wantEqual(t, name+"'s rate", at(tpl, "Resources", id(name, "Function"), "Properties", "Environment", "Variables", "INVITES_MAILS_PER_SECOND"), "!Ref MailsPerSecond")
	}
	wantEqual(t, "the rate of an account that SES has let out of its sandbox", at(tpl, "Parameters", "MailsPerSecond", "Default"), "14")
	expire := at(tpl, "Resources", "ExpireFunction", "Properties")
	wantEqual(t, "what wakes expire", at(expire, "Events"), "{EveryMinute: {Properties: {OmitName: true, "+
		"RetryPolicy: {MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0}, RoleArn: !GetAtt ExpireScheduleRole.Arn, "+
		"ScheduleExpression: rate(1 minute)}, Type: ScheduleV2}}")
	for name, queue := range map[string]string{"send": "SendFailures", "expire": "ExpireFailures"} {
		f := at(tpl, "Resources", id(name, "Function"), "Properties")
		wantEqual(t, name+"'s timeout (under the lease of 60 s, and the schedule's minute)", at(f, "Timeout"), "50")
		wantEqual(t, name+"'s retries of a call", at(f, "EventInvokeConfig", "MaximumRetryAttempts"), "0")
		wantEqual(t, name+"'s failed calls", at(f, "EventInvokeConfig", "DestinationConfig"), "{OnFailure: {Destination: !GetAtt "+queue+".Arn, Type: SQS}}")
		wantEqual(t, queue, at(tpl, "Resources", queue, "Properties"), "{MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true}")
	}
}

// TestNothingWaitsForItself follows what each resource needs before it can be made.
// The API needs the functions behind its routes, so none of those may need the API.
func TestNothingWaitsForItself(t *testing.T) {
	tpl := template(t, root)
	resources := object(tpl["Resources"])
	needs := map[string][]string{}
	note := func(name string, v any) {
		every(v, func(v any) {
			c, ok := v.(call)
			if !ok {
				return
			}
			for other := range resources {
				text := show(c.arg)
				if c.name == "Ref" && (text == other || strings.HasPrefix(text, other+".")) ||
					c.name == "GetAtt" && strings.HasPrefix(text, other+".") ||
					c.name == "Sub" && (strings.Contains(text, "${"+other+"}") || strings.Contains(text, "${"+other+".")) {
					needs[name] = append(needs[name], other)
				}
			}
		})
	}
	for name, r := range resources {
		// SAM makes a resource of each event: a permission, a mapping, a schedule. The
		// function does not wait for it; it waits for the function.
		own := maps.Clone(object(at(r, "Properties")))
		for event, e := range object(own["Events"]) {
			note(name+event, e)
			needs[name+event] = append(needs[name+event], name)
			if at(e, "Type") == "HttpApi" {
				needs["Api"] = append(needs["Api"], name)
			}
		}
		delete(own, "Events")
		note(name, own)
		if at(r, "Type") == "AWS::Serverless::Function" {
			note(name, tpl["Globals"])
		}
	}
	var walk func(string, []string)
	walk = func(name string, way []string) {
		if slices.Contains(way, name) {
			t.Fatalf("%s waits for itself: %s", name, strings.Join(append(way, name), " > "))
		}
		for _, n := range needs[name] {
			walk(n, append(way, name))
		}
	}
	for name := range needs {
		walk(name, nil)
	}
	for name, want := range map[string]string{"SendFunction": "Api", "Api": "AcceptFunction", "AcceptFunction": "Data", "ExpireFunctionEveryMinute": "ExpireScheduleRole"} {
		if !slices.Contains(needs[name], want) {
			t.Errorf("the test no longer sees that %s needs %s", name, want)
		}
	}
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
