// Package infra holds the nested stacks, and the tests of all templates: what each
// Lambda may do, which routes there are and who may call them, and what must never
// be lost. They read the templates as files, so they need no AWS.
package infra

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../template.yaml"

var templates = []string{root, "data.yaml", "identity.yaml", "mail.yaml", "observability.yaml"}

const (
	table      = " on !GetAtt Data.Outputs.TableArn"
	stream     = " on !GetAtt Data.Outputs.StreamArn"
	notices    = " on !GetAtt Mail.Outputs.NoticesArn"
	identity   = "!Sub arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:"
	localOnly  = "only on a local AWS: "
	putEvents  = "events:PutEvents on !If [OwnEventBus, !GetAtt EventBus.Arn, !Sub arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${EventBusName}]"
	keepEvents = "events:PutEvents on !GetAtt EventJournal.Arn"
)

// may is everything that each Lambda may do, one action on one resource.
var may = map[string][]string{
	"create": {"dynamodb:GetItem" + table, "dynamodb:UpdateItem" + table},
	"list": {
		"dynamodb:GetItem" + table,
		"dynamodb:Query on !Sub ${Data.Outputs.TableArn}/index/by-created",
		"secretsmanager:GetSecretValue on !GetAtt Data.Outputs.CursorKeyArn",
	},
	"resend": {"dynamodb:GetItem" + table, "dynamodb:UpdateItem" + table},
	"cancel": {"dynamodb:UpdateItem" + table},
	"settings": {
		"dynamodb:GetItem" + table, "dynamodb:PutItem" + table, "dynamodb:UpdateItem" + table,
		"ses:GetIdentityVerificationAttributes on *", "ses:GetIdentityDkimAttributes on *", "ses:VerifyDomainDkim on *",
	},
	"accept": {"dynamodb:GetItem" + table, "dynamodb:UpdateItem" + table},
	"optout": {
		"dynamodb:GetItem" + table, "dynamodb:UpdateItem" + table,
		"secretsmanager:GetSecretValue on !GetAtt Data.Outputs.OptOutKeyArn",
	},
	"send": {
		"dynamodb:GetItem" + table, "dynamodb:UpdateItem" + table,
		"dynamodb:DescribeStream" + stream, "dynamodb:GetRecords" + stream, "dynamodb:GetShardIterator" + stream,
		"dynamodb:ListStreams on *",
		"secretsmanager:GetSecretValue on !GetAtt Data.Outputs.LinkKeyArn",
		"secretsmanager:GetSecretValue on !GetAtt Data.Outputs.OptOutKeyArn",
		"sqs:SendMessage on !GetAtt SendFailures.Arn",
		"ses:SendRawEmail on " + identity + "identity/*",
		"ses:SendRawEmail on " + identity + "configuration-set/${Mail.Outputs.ConfigurationSetName}",
		localOnly + "ses:SendRawEmail on *",
	},
	"feedback": {
		"dynamodb:UpdateItem" + table, "dynamodb:GetItem" + table, "dynamodb:Query" + table, putEvents, keepEvents,
		"sqs:ReceiveMessage" + notices, "sqs:DeleteMessage" + notices, "sqs:GetQueueAttributes" + notices,
	},
	"publish": {
		"dynamodb:GetItem" + table, "dynamodb:UpdateItem" + table,
		"dynamodb:DescribeStream" + stream, "dynamodb:GetRecords" + stream, "dynamodb:GetShardIterator" + stream,
		"dynamodb:ListStreams on *",
		putEvents, keepEvents,
		"sqs:SendMessage on !GetAtt PublishFailures.Arn",
	},
	"expire": {
		"dynamodb:GetItem" + table, "dynamodb:UpdateItem" + table, "dynamodb:PartiQLUpdate" + table,
		"dynamodb:Query on !Sub ${Data.Outputs.TableArn}/index/by-due",
		"dynamodb:Query on !Sub ${Data.Outputs.TableArn}/index/by-unpublished",
		"lambda:InvokeFunction on !GetAtt SendFunction.Arn",
		"lambda:InvokeFunction on !GetAtt PublishFunction.Arn",
		"sqs:SendMessage on !GetAtt ExpireFailures.Arn",
		localOnly + "dynamodb:BatchExecuteStatement on *",
	},
}

// id is the logical id of a Lambda's resource: its name as a prefix.
func id(lambda, kind string) string { return strings.ToUpper(lambda[:1]) + lambda[1:] + kind }

func TestEachLambdaMayDoThisAndNothingMore(t *testing.T) {
	tpl := template(t, root)
	names := []string{}
	for name, want := range may {
		names = append(names, id(name, "Function"))
		f := at(tpl, "Resources", id(name, "Function"), "Properties")
		wantEqual(t, name+"'s role", at(f, "Role"), "!GetAtt "+id(name, "Role")+".Arn")
		role := at(tpl, "Resources", id(name, "Role"), "Properties")
		wantEqual(t, name+"'s shared policies", at(role, "ManagedPolicyArns"), "[!Ref RuntimePolicy]")
		wantEqual(t, "who may take "+name+"'s role", at(role, "AssumeRolePolicyDocument", "Statement"),
			"[{Action: sts:AssumeRole, Effect: Allow, Principal: {Service: lambda.amazonaws.com}}]")
		got := []string{}
		for _, p := range list(at(role, "Policies")) {
			got = append(got, statements(t, p)...)
		}
		wantSame(t, name+" may", got, want)
	}
	wantSame(t, "the Lambdas", keys(ofType(tpl, "AWS::Serverless::Function")), names)
	wantSame(t, "all Lambdas may", statements(t, at(tpl, "Resources", "RuntimePolicy", "Properties")), []string{
		"logs:CreateLogStream on !GetAtt FunctionLogs.Arn", "logs:PutLogEvents on !GetAtt FunctionLogs.Arn",
		"xray:PutTraceSegments on *", "xray:PutTelemetryRecords on *",
	})
	for role, function := range map[string]string{"ExpireScheduleRole": "ExpireFunction", "HeartbeatRole": "PublishFunction"} {
		schedule := at(tpl, "Resources", role, "Properties")
		wantSame(t, role+" may", statements(t, list(at(schedule, "Policies"))[0]),
			[]string{"lambda:InvokeFunction on !GetAtt " + function + ".Arn"})
		wantEqual(t, role+"'s other policies", at(schedule, "ManagedPolicyArns"), "nothing")
	}
}

// statements returns a policy's statements as "action on resource".
func statements(t *testing.T, policy any) []string {
	t.Helper()
	found := []string{}
	for _, s := range list(at(policy, "PolicyDocument", "Statement")) {
		prefix := ""
		if c, ok := s.(call); ok {
			branches := list(c.arg)
			wantEqual(t, "what a conditional statement asks", branches[0], "OnLocalAws")
			wantEqual(t, "a local statement in AWS", branches[2], "!Ref AWS::NoValue")
			s, prefix = branches[1], localOnly
		}
		wantSame(t, "members of a statement", keys(s), []string{"Action", "Effect", "Resource"})
		wantEqual(t, "effect of a statement", at(s, "Effect"), "Allow")
		found = append(found, prefix+show(at(s, "Action"))+" on "+show(at(s, "Resource")))
	}
	return found
}

func TestNothingIsGrantedByOtherMeans(t *testing.T) {
	for _, path := range templates {
		tpl := template(t, path)
		every(tpl, func(v any) {
			if a, ok := at(v, "Action").(string); ok && strings.Contains(a, "*") {
				t.Errorf("%s: the action %q has a wildcard", path, a)
			}
			for _, k := range []string{"NotAction", "NotResource", "Connectors", "PermissionsBoundary"} {
				if at(v, k) != nil {
					t.Errorf("%s uses %s", path, k)
				}
			}
		})
		for name, r := range object(tpl["Resources"]) {
			kind := show(at(r, "Type"))
			granted := strings.HasPrefix(kind, "AWS::IAM::") || strings.HasSuffix(kind, "Policy") || kind == "AWS::Lambda::Permission"
			known := kind == "AWS::IAM::Role" || name == "RuntimePolicy" || name == "NoticesPolicy" || name == "FeedbackFailuresPolicy"
			if granted && !known {
				t.Errorf("%s: %s (%s) grants something this test does not read", path, name, kind)
			}
			if kind == "AWS::Serverless::Function" && at(r, "Properties", "Policies") != nil {
				t.Errorf("%s: %s has policies beside its role", path, name)
			}
		}
	}
}

func TestWhatALocalAwsNeedsIsOffByDefault(t *testing.T) {
	tpl := template(t, root)
	for name, want := range map[string]string{"LocalAws": "false", "SenderProof": "dns", "DnsResolver": "", "TrustedRoots": "amazon", "LinkBaseUrl": "", "Architecture": "arm64"} {
		wantEqual(t, "default of "+name, at(tpl, "Parameters", name, "Default"), want)
	}
	wantEqual(t, "the condition", at(tpl, "Conditions", "OnLocalAws"), "!Equals [!Ref LocalAws, true]")
	wantEqual(t, "whether a route stands in the sender", at(tpl, "Resources", "SendFunction", "Properties", "Environment", "Variables", "INVITES_ROUTE_IN_SENDER"), "!Ref LocalAws")
	wantEqual(t, "what the mail stack is told", at(tpl, "Resources", "Mail", "Properties", "Parameters"), "{LocalAws: !Ref LocalAws}")
	rule := at(tpl, "Rules", "WidePoliciesStayLocal")
	wantEqual(t, "the rule asks", at(rule, "RuleCondition"), "!Equals [!Ref LocalAws, true]")
	wantEqual(t, "the rule demands", at(list(at(rule, "Assertions"))[0], "Assert"), "!Equals [!Ref Environment, local]")
	for _, env := range []string{"[default", "[prod"} {
		if s := fileText(t, "../samconfig.toml"); !strings.Contains(s, env) || strings.Contains(s, "LocalAws") {
			t.Errorf("samconfig.toml: want %s…] and no LocalAws", env)
		}
	}
}

// TestEnvironment holds the names that shared/app reads. Plain configuration is
// the same everywhere; what leads to a key or another function is where it is used.
func TestEnvironment(t *testing.T) {
	tpl := template(t, root)
	wantSame(t, "every Lambda's variables", keys(at(tpl, "Globals", "Function", "Environment", "Variables")), []string{
		"INVITES_TABLE", "INVITES_ENVIRONMENT", "INVITES_ROOTS", "INVITES_TIMER_SHARDS",
		"INVITES_EXPIRED_RETENTION_DAYS", "INVITES_ENDED_RETENTION_DAYS",
		"INVITES_TENANT_CLAIM", "INVITES_PERMISSIONS_CLAIM", "INVITES_REQUIRED_PERMISSION", "INVITES_SETTINGS_PERMISSION",
		"INVITES_SERVICE_PERMISSION", "INVITES_SERVICE_CLIENTS", "INVITES_INVITER_NAME_CLAIM", "INVITES_INVITER_EMAIL_CLAIM", "INVITES_INVITER_ROLE_CLAIM",
		"INVITES_PLATFORM_SENDER", "INVITES_SENDER_PROOF", "INVITES_DEFAULT_SETUP_URL", "INVITES_DEFAULT_SIGN_IN_URL",
		"INVITES_DEFAULT_PASSWORD_RESET_URL", "INVITES_ALLOWED_URL_HOSTS", "INVITES_DEFAULT_LOCALE",
	})
	own := map[string][]string{
		"list":   {"INVITES_CURSOR_KEY_SECRET"},
		"optout": {"INVITES_OPT_OUT_KEY_SECRET"},
		"send": {"INVITES_LINK_KEY_SECRET", "INVITES_OPT_OUT_KEY_SECRET", "INVITES_LINK_BASE_URL", "INVITES_CONFIGURATION_SET", "INVITES_ROUTE_IN_SENDER",
			"INVITES_MAILS_PER_SECOND", "INVITES_RECIPIENT_CAP_PER_DAY", "INVITES_TENANT_CAP_PER_DAY"},
		"settings": {"INVITES_DNS_RESOLVER"},
		"publish":  {"INVITES_EVENT_BUS", "INVITES_EVENT_JOURNAL"},
		"feedback": {"INVITES_EVENT_BUS", "INVITES_EVENT_JOURNAL", "INVITES_PAUSE_BOUNCE_RATE", "INVITES_PAUSE_COMPLAINT_RATE", "INVITES_PAUSE_MIN_BOUNCES", "INVITES_PAUSE_MIN_COMPLAINTS"},
		"expire":   {"INVITES_SEND_FUNCTION", "INVITES_PUBLISH_FUNCTION", "INVITES_MAILS_PER_SECOND"},
	}
	for name := range may {
		vars := at(tpl, "Resources", id(name, "Function"), "Properties", "Environment", "Variables")
		wantSame(t, name+"'s own variables", keys(vars), own[name])
		for _, v := range read(t, "../shared/app/"+name+"/*.go") {
			if !slices.Contains(own[name], v) && at(tpl, "Globals", "Function", "Environment", "Variables", v) == nil {
				t.Errorf("%s reads %s, which is not set for it", name, v)
			}
		}
	}
	for _, v := range read(t, "../shared/app/*.go") {
		if at(tpl, "Globals", "Function", "Environment", "Variables", v) == nil {
			t.Errorf("shared/app reads %s, which is not set for every function", v)
		}
	}
}

// TestCapsAreSoHighThatNoHonestAdminMeetsThem: a demo of a day, and the largest tenant.
func TestCapsAreSoHighThatNoHonestAdminMeetsThem(t *testing.T) {
	tpl := template(t, root)
	for name, want := range map[string]string{"RecipientCapPerDay": "200", "TenantCapPerDay": "50000"} {
		p := at(tpl, "Parameters", name)
		wantEqual(t, "default of "+name, at(p, "Default"), want)
		wantEqual(t, "least of "+name, at(p, "MinValue"), "1")
	}
	wantEqual(t, "whether roles are checked by default", at(tpl, "Parameters", "InviterRoleClaim", "Default"), "")
}

// read returns the variables that files name.
func read(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for _, f := range files {
		found = append(found, regexp.MustCompile(`INVITES_[A-Z_]+`).FindAllString(fileText(t, f), -1)...)
	}
	return found
}

func TestEachLambdaIsBuiltAndRunTheSameWay(t *testing.T) {
	tpl := template(t, root)
	g := at(tpl, "Globals", "Function")
	wantEqual(t, "runtime", at(g, "Runtime"), "provided.al2023")
	wantEqual(t, "handler", at(g, "Handler"), "bootstrap")
	wantEqual(t, "architectures", at(g, "Architectures"), "[!Ref Architecture]")
	wantEqual(t, "tracing", at(g, "Tracing"), "Active")
	wantEqual(t, "logs", at(g, "LoggingConfig"), "{LogFormat: JSON, LogGroup: !Ref FunctionLogs}")
	for name := range may {
		f := at(tpl, "Resources", id(name, "Function"))
		wantEqual(t, name+"'s build", at(f, "Metadata"), "{BuildMethod: go1.x}")
		wantEqual(t, name+"'s code", at(f, "Properties", "CodeUri"), "functions/"+name+"/")
		for _, k := range keys(at(f, "Properties")) {
			if slices.Contains([]string{"Runtime", "Handler", "Architectures", "Tracing", "LoggingConfig", "FunctionName"}, k) {
				t.Errorf("%s has a %s of its own", name, k)
			}
		}
	}
	if !strings.Contains(fileText(t, "../samconfig.toml"), "cached = false") {
		t.Error("samconfig.toml: a cached build misses changes in shared/")
	}
}

func TestLogsAreKeptForAWhileAndHoldNoToken(t *testing.T) {
	tpl := template(t, root)
	groups := ofType(tpl, "AWS::Logs::LogGroup")
	wantSame(t, "log groups", keys(groups), []string{"FunctionLogs", "AccessLogs"})
	for name, g := range groups {
		wantEqual(t, name+"'s retention", at(g, "Properties", "RetentionInDays"), "!Ref LogRetentionDays")
	}
	access := at(tpl, "Resources", "Api", "Properties", "AccessLogSettings")
	wantEqual(t, "destination", at(access, "DestinationArn"), "!GetAtt AccessLogs.Arn")
	var format map[string]string
	if err := json.Unmarshal([]byte(show(at(access, "Format"))), &format); err != nil {
		t.Fatalf("access log format: %v", err)
	}
	fields := []string{}
	for _, v := range format {
		fields = append(fields, v)
	}
	// Whatever is added here must never hold a path, a query, a header or a claim.
	wantSame(t, "access log fields", fields, []string{
		"$context.requestId", "$context.requestTime", "$context.routeKey", "$context.status", "$context.responseLatency",
		"$context.integrationStatus", "$context.integrationLatency", "$context.integrationErrorMessage", "$context.error.responseType",
	})
}
