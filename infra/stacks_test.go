package infra

import (
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestTheTableIsWhatTheStoreExpects(t *testing.T) {
	table := at(template(t, "data.yaml"), "Resources", "Table", "Properties")
	for what, want := range map[string]string{
		"KeySchema":             "[{AttributeName: pk, KeyType: HASH}, {AttributeName: sk, KeyType: RANGE}]",
		"AttributeDefinitions":  "[{AttributeName: pk, AttributeType: S}, {AttributeName: sk, AttributeType: S}, {AttributeName: lk, AttributeType: N}, {AttributeName: tb, AttributeType: S}, {AttributeName: td, AttributeType: S}, {AttributeName: ub, AttributeType: S}, {AttributeName: ut, AttributeType: S}]",
		"LocalSecondaryIndexes": "[{IndexName: by-created, KeySchema: [{AttributeName: pk, KeyType: HASH}, {AttributeName: lk, KeyType: RANGE}], Projection: {ProjectionType: ALL}}]",
		"GlobalSecondaryIndexes": "[{IndexName: by-due, KeySchema: [{AttributeName: tb, KeyType: HASH}, {AttributeName: td, KeyType: RANGE}], Projection: {ProjectionType: KEYS_ONLY}}, " +
			"{IndexName: by-unpublished, KeySchema: [{AttributeName: ub, KeyType: HASH}, {AttributeName: ut, KeyType: RANGE}], Projection: {ProjectionType: KEYS_ONLY}}]",
		"BillingMode":                      "PAY_PER_REQUEST",
		"TimeToLiveSpecification":          "{AttributeName: ttl, Enabled: true}",
		"StreamSpecification":              "{StreamViewType: NEW_AND_OLD_IMAGES}",
		"PointInTimeRecoverySpecification": "{PointInTimeRecoveryEnabled: true}",
		"SSESpecification":                 "{SSEEnabled: true, SSEType: KMS}",
		"DeletionProtectionEnabled":        "!Ref DeletionProtection",
		"TableName":                        "nothing", // a fixed name would bar a restore beside it
	} {
		wantEqual(t, what, at(table, what), want)
	}
}

func TestDataOutlivesItsStack(t *testing.T) {
	data, pool, parent := template(t, "data.yaml"), template(t, "identity.yaml"), template(t, root)
	for what, kept := range map[string]any{
		"the table":          at(data, "Resources", "Table"),
		"the link key":       at(data, "Resources", "LinkKey"),
		"the cursor key":     at(data, "Resources", "CursorKey"),
		"the opt-out key":    at(data, "Resources", "OptOutKey"),
		"the user pool":      at(pool, "Resources", "UserPool"),
		"the data stack":     at(parent, "Resources", "Data"),
		"the identity stack": at(parent, "Resources", "Identity"),
	} {
		wantEqual(t, what+" on delete", at(kept, "DeletionPolicy"), "Retain")
		wantEqual(t, what+" on replacement", at(kept, "UpdateReplacePolicy"), "Retain")
	}
	wantSame(t, "resources of the data stack", keys(data["Resources"]), []string{"Table", "LinkKey", "OptOutKey", "CursorKey"})
}

// TestKeysAreRandomAndPoliciesNameThemExactly: the Id of a secret is its whole ARN in
// AWS and in an emulator alike, where Ref is a name in one of them.
func TestKeysAreRandomAndPoliciesNameThemExactly(t *testing.T) {
	data := template(t, "data.yaml")
	for _, id := range []string{"LinkKey", "OptOutKey", "CursorKey"} {
		p := at(data, "Resources", id, "Properties")
		wantSame(t, id+" sets", keys(p), []string{"Description", "GenerateSecretString"})
		wantEqual(t, id, at(p, "GenerateSecretString"),
			`{ExcludePunctuation: true, GenerateStringKey: key, PasswordLength: 64, SecretStringTemplate: {"version":"1"}}`)
		wantEqual(t, id+"'s output", at(data, "Outputs", id+"Arn", "Value"), "!GetAtt "+id+".Id")
	}
}

func TestNoUserOfThePoolCanChooseATenant(t *testing.T) {
	tpl := template(t, "identity.yaml")
	pool, client := at(tpl, "Resources", "UserPool", "Properties"), at(tpl, "Resources", "Client", "Properties")
	wantEqual(t, "sign-up", at(pool, "AdminCreateUserConfig"), "{AllowAdminCreateUserOnly: true}")
	wantEqual(t, "attributes", at(pool, "Schema"),
		"[{AttributeDataType: String, Mutable: false, Name: tenant_id, StringAttributeConstraints: {MaxLength: 64, MinLength: 1}}]")
	wantEqual(t, "what a user may write", at(client, "WriteAttributes"), "[locale]")
	wantEqual(t, "what a token may hold", at(client, "ReadAttributes"), "[email, email_verified, name, locale, custom:tenant_id]")
	wantEqual(t, "ways to sign in", at(client, "ExplicitAuthFlows"), "[ALLOW_USER_SRP_AUTH, ALLOW_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]")
	wantEqual(t, "groups, which are permissions, made by the template", len(ofType(tpl, "AWS::Cognito::UserPoolGroup")), "0")
}

// TestNobodyIsAServiceByDefault: the list is empty, and the pool has no client for one.
func TestNobodyIsAServiceByDefault(t *testing.T) {
	tpl, pool := template(t, root), template(t, "identity.yaml")
	wantEqual(t, "clients that are services", at(tpl, "Parameters", "ServiceClients", "Default"), "")
	wantEqual(t, "a client of the pool's own", at(tpl, "Parameters", "PoolServiceClient", "Default"), "false")
	wantEqual(t, "and in the pool's template", at(pool, "Parameters", "ServiceClient", "Default"), "false")
	wantEqual(t, "when there is one", at(tpl, "Conditions", "OwnServiceClient"), "!And [!Condition OwnUserPool, !Equals [!Ref PoolServiceClient, true]]")
	wantEqual(t, "what the Lambdas are told", at(tpl, "Globals", "Function", "Environment", "Variables", "INVITES_SERVICE_CLIENTS"),
		"!Join [,, [!If [OwnServiceClient, !GetAtt Identity.Outputs.ServiceClientId, ], !Join [,, !Ref ServiceClients]]]")
	wantEqual(t, "what the pool is told", at(tpl, "Resources", "Identity", "Properties", "Parameters", "ServiceClient"), "!Ref PoolServiceClient")
	wantEqual(t, "when the pool has it", at(pool, "Conditions", "HasServiceClient"), "!Equals [!Ref ServiceClient, true]")
	for _, name := range []string{"ResourceServer", "BackendClient", "Domain"} {
		wantEqual(t, name, at(pool, "Resources", name, "Condition"), "HasServiceClient")
	}
}

func TestNoUserSignsInThroughTheBackendsClient(t *testing.T) {
	pool := template(t, "identity.yaml")
	client := at(pool, "Resources", "BackendClient", "Properties")
	for what, want := range map[string]string{
		"GenerateSecret": "true", "AllowedOAuthFlowsUserPoolClient": "true", "AllowedOAuthFlows": "[client_credentials]",
		"AllowedOAuthScopes": "[invites/service]", "ExplicitAuthFlows": "[ALLOW_REFRESH_TOKEN_AUTH]",
	} {
		wantEqual(t, "the client's "+what, at(client, what), want)
	}
	for _, what := range []string{"AllowedOAuthFlows", "AllowedOAuthScopes", "AllowedOAuthFlowsUserPoolClient"} {
		wantEqual(t, "the console's "+what, at(pool, "Resources", "Client", "Properties", what), "nothing")
	}
	server := at(pool, "Resources", "ResourceServer", "Properties")
	wantEqual(t, "the scope's server", at(server, "Identifier"), "invites")
	wantEqual(t, "its scopes", at(server, "Scopes"), "[{ScopeDescription: Act for every tenant, ScopeName: service}]")
	wantEqual(t, "the domain, free in every region", at(pool, "Resources", "Domain", "Properties", "Domain"),
		"!Join [-, [invites, !Select [2, !Split [/, !Ref AWS::StackId]]]]")
	for name, output := range object(pool["Outputs"]) {
		if strings.Contains(show(output), "ClientSecret") {
			t.Errorf("the output %s shows the client's secret", name)
		}
	}
}

func TestMailIsNotTrackedAndBouncesStayOffTheList(t *testing.T) {
	tpl := template(t, "mail.yaml")
	wantEqual(t, "configuration set", at(tpl, "Resources", "ConfigurationSet", "Properties"),
		"{ReputationOptions: {ReputationMetricsEnabled: true}, SendingOptions: {SendingEnabled: true}, SuppressionOptions: {SuppressedReasons: [COMPLAINT]}}")
}

// TestNoticesComeFromOurMailsAlone: the queue takes them from the rule, and from the topic
// where there is one, which is on a local AWS.
func TestNoticesComeFromOurMailsAlone(t *testing.T) {
	tpl := template(t, "mail.yaml")
	resource := func(name string) any { return at(tpl, "Resources", name, "Properties") }
	wantEqual(t, "what SES tells", at(resource("NoticesDestination"), "EventDestination"),
		"{Enabled: true, EventBridgeDestination: {EventBusArn: !Sub arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/default}, "+
			"MatchingEventTypes: [send, delivery, deliveryDelay, bounce, complaint, reject, renderingFailure], Name: notices}")
	wantEqual(t, "of which mails", at(resource("NoticesDestination"), "ConfigurationSetName"), "!Ref ConfigurationSet")
	wantEqual(t, "what the rule takes", at(resource("NoticesRule"), "EventPattern"),
		"{detail: {mail: {tags: {ses:configuration-set: [!Ref ConfigurationSet]}}}, "+
			"detail-type: [Email Delivered, Email Delivery Delayed, Email Bounced, Email Complaint Received, Email Rejected, Email Rendering Failed], "+
			"source: [aws.ses]}")
	// The documented events are what it takes, but for the one that tells nothing.
	documented := map[string]bool{}
	files, err := filepath.Glob("../shared/feedback/testdata/event/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		var e struct {
			DetailType string `json:"detail-type"`
			Detail     struct {
				Mail struct{ Tags map[string][]string }
			}
		}
		if err := json.Unmarshal([]byte(fileText(t, f)), &e); err != nil || len(e.Detail.Mail.Tags["ses:configuration-set"]) != 1 {
			t.Errorf("%s: %v, tags %v", f, err, e.Detail.Mail.Tags)
		}
		documented[e.DetailType] = true
	}
	delete(documented, "Email Sent")
	taken := []string{}
	for _, kind := range list(at(resource("NoticesRule"), "EventPattern", "detail-type")) {
		taken = append(taken, show(kind))
	}
	wantSame(t, "the kinds of event that are taken and documented", taken, slices.Collect(maps.Keys(documented)))
	wantEqual(t, "where the rule puts it", at(resource("NoticesRule"), "Targets"),
		"[{Arn: !GetAtt Notices.Arn, DeadLetterConfig: {Arn: !GetAtt FeedbackFailures.Arn}, Id: notices}]")

	statement := func(queue, service, source string) string {
		return "{Action: sqs:SendMessage, Condition: {ArnEquals: {aws:SourceArn: " + source + "}}, Effect: Allow, " +
			"Principal: {Service: " + service + "}, Resource: !GetAtt " + queue + ".Arn}"
	}
	rule := statement("Notices", "events.amazonaws.com", "!GetAtt NoticesRule.Arn")
	topic := statement("Notices", "sns.amazonaws.com", "!Ref NoticesTopic")
	wantEqual(t, "who may put into the queue", at(resource("NoticesPolicy"), "PolicyDocument", "Statement"),
		"["+rule+", !If [OnLocalAws, "+topic+", !Ref AWS::NoValue]]")
	wantEqual(t, "who may put into the failures", at(resource("FeedbackFailuresPolicy"), "PolicyDocument", "Statement"),
		"["+statement("FeedbackFailures", "events.amazonaws.com", "!GetAtt NoticesRule.Arn")+"]")
	wantEqual(t, "a local AWS", at(tpl, "Conditions", "OnLocalAws"), "!Equals [!Ref LocalAws, true]")
	wantEqual(t, "which is the exception", at(tpl, "Parameters", "LocalAws", "Default"), "false")
	for _, name := range []string{"NoticesTopic", "NoticesSubscription"} {
		wantEqual(t, name, at(tpl, "Resources", name, "Condition"), "OnLocalAws")
	}
}

func TestNoNoticeIsLostAndNoneLoopsForEver(t *testing.T) {
	tpl, mail := template(t, root), template(t, "mail.yaml")
	feedback := at(tpl, "Resources", "FeedbackFunction", "Properties")
	wantEqual(t, "what wakes feedback", at(feedback, "Events"), "{Notices: {Properties: {BatchSize: 10, "+
		"FunctionResponseTypes: [ReportBatchItemFailures], Queue: !GetAtt Mail.Outputs.NoticesArn, ScalingConfig: {MaximumConcurrency: 10}}, Type: SQS}}")
	wantEqual(t, "its timeout", at(feedback, "Timeout"), "30")
	wantEqual(t, "the queue (hidden for six timeouts, given up after ten tries)", at(mail, "Resources", "Notices", "Properties"),
		"{MessageRetentionPeriod: 345600, RedrivePolicy: {deadLetterTargetArn: !GetAtt FeedbackFailures.Arn, maxReceiveCount: 10}, "+
			"SqsManagedSseEnabled: true, VisibilityTimeout: 180}")
	wantEqual(t, "the failures (kept longer)", at(mail, "Resources", "FeedbackFailures", "Properties"),
		"{MessageRetentionPeriod: 1209600, SqsManagedSseEnabled: true}")
}

func TestEveryAlarmHasARunbookAndEveryRunbookAnAlarm(t *testing.T) {
	tpl := template(t, "observability.yaml")
	alarms, runbooks := []string{}, []string{}
	for id, a := range ofType(tpl, "AWS::CloudWatch::Alarm") {
		p := at(a, "Properties")
		name, ok := strings.CutPrefix(show(at(p, "AlarmName")), "!Sub ${NamePrefix}-")
		if !ok {
			t.Errorf("%s has the name %s", id, show(at(p, "AlarmName")))
		}
		alarms = append(alarms, name)
		if want := "Runbook docs/runbooks/" + name + ".md"; !strings.HasSuffix(show(at(p, "AlarmDescription")), want) {
			t.Errorf("%s does not say %q", id, want)
		}
		for _, k := range []string{"AlarmActions", "OKActions"} {
			wantEqual(t, id+"'s "+k, at(p, k), "!If [HasActions, [!If [HasTopic, !Ref AlarmTopicArn, !Ref AlarmTopic]], !Ref AWS::NoValue]")
		}
	}
	files, err := filepath.Glob("../docs/runbooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".md")
		runbooks = append(runbooks, name)
		if first, _, _ := strings.Cut(fileText(t, f), "\n"); first != "# "+name {
			t.Errorf("%s begins with %q", f, first)
		}
	}
	wantSame(t, "runbooks and alarms", runbooks, alarms)
	for name := range may {
		wantEqual(t, name+"'s alarm", at(tpl, "Resources", id(name, "Errors"), "Properties", "MetricName"), "Errors")
	}
	wantEqual(t, "silence of the schedule", at(tpl, "Resources", "ExpireNotRunning", "Properties", "TreatMissingData"), "breaching")
}

func TestTheDashboardIsJSON(t *testing.T) {
	body := at(template(t, "observability.yaml"), "Resources", "Dashboard", "Properties", "DashboardBody")
	if text := strings.TrimPrefix(show(body), "!Sub "); !json.Valid([]byte(text)) {
		t.Errorf("not JSON: %s", text)
	}
}
