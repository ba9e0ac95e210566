package infra

import (
	"regexp"
	"strings"
	"testing"

	"invites/shared/eventbridge"
	publisher "invites/shared/stream"
)

// The bus that events are put on, as the template spells it everywhere.
const eventBus = "!If [OwnEventBus, !Ref EventBus, !Ref EventBusName]"

// TestAnEventBusIsGivenByItsName: what is no name is refused before anything is made.
// Left out is whether the bus exists, which only AWS knows.
func TestAnEventBusIsGivenByItsName(t *testing.T) {
	p := at(template(t, root), "Parameters", "EventBusName")
	pattern := regexp.MustCompile("^(?:" + show(at(p, "AllowedPattern")) + ")$") // CloudFormation asks for the whole value
	for name, ok := range map[string]bool{
		"": true, "default": true, "product-events": true, "Product_Events.2": true, "aws.partner/example.com/1/events": true,
		strings.Repeat("x", 256): true, strings.Repeat("x", 257): false,
		"arn:aws:events:eu-west-1:123456789012:event-bus/product-events": false,
		"arn:aws:events:us-east-1:210987654321:event-bus/default":        false,
		"product events": false, " default": false, "default\n": false, "büs": false, "${Bus}": false, "https://bus": false,
	} {
		if pattern.MatchString(name) != ok {
			t.Errorf("%q: taken is %t, want %t", name, !ok, ok)
		}
	}
	said := show(at(p, "ConstraintDescription"))
	for _, word := range []string{"name of an event bus", "not its ARN", "account and region", "leave it empty"} {
		if !strings.Contains(said, word) {
			t.Errorf("the refusal does not say %q: %s", word, said)
		}
	}
}

// TestARuleStandsOnTheBus: CloudFormation cannot make one on a bus that is not there. It
// takes what publish puts on that very bus, of this stack.
func TestARuleStandsOnTheBus(t *testing.T) {
	tpl := template(t, root)
	publish := at(tpl, "Resources", "PublishFunction", "Properties")
	arrival := at(publish, "Events", "Arrival")
	wantEqual(t, "the rule's bus", at(arrival, "Properties", "EventBusName"), eventBus)
	for _, function := range []string{"PublishFunction", "FeedbackFunction"} {
		variables := at(tpl, "Resources", function, "Properties", "Environment", "Variables")
		wantEqual(t, "the bus of "+function, at(variables, "INVITES_EVENT_BUS"), eventBus)
		wantEqual(t, "the journal of "+function, at(variables, "INVITES_EVENT_JOURNAL"), "!Ref EventJournal")
	}
	wantEqual(t, "the rule", at(arrival, "Type"), "EventBridgeRule")
	wantEqual(t, "what it takes", at(arrival, "Properties", "Pattern"),
		"{detail: {stack: [!Ref AWS::StackName]}, source: ["+eventbridge.HeartbeatSource+"]}")
	wantEqual(t, "what it tells publish", at(arrival, "Properties", "Input"), `{"arrived": true}`)
	if at(arrival, "Condition") != nil {
		t.Error("the rule is not always there")
	}
	wantEqual(t, "the heartbeat", at(publish, "Events", "Heartbeat"), "{Properties: {Input: !Sub {\"heartbeat\": \"${AWS::StackName}\"}, OmitName: true, "+
		"RetryPolicy: {MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0}, RoleArn: !GetAtt HeartbeatRole.Arn, ScheduleExpression: rate(5 minutes)}, Type: ScheduleV2}")
}

// TestASilentBusIsAlarmed: none of three heartbeats came back. What the log says of them
// is what the metrics count.
func TestASilentBusIsAlarmed(t *testing.T) {
	tpl := template(t, "observability.yaml")
	for name, line := range map[string]string{"HeartbeatPut": publisher.HeartbeatPut, "HeartbeatArrived": publisher.HeartbeatArrived} {
		filter := at(tpl, "Resources", name+"Metric", "Properties")
		wantEqual(t, name+"'s lines", at(filter, "FilterPattern"), `{ $.msg = "`+line+`" }`)
		wantEqual(t, name+"'s metric", at(filter, "MetricTransformations"),
			"[{DefaultValue: 0, MetricName: "+name+", MetricNamespace: !Sub Invites/${NamePrefix}, MetricValue: 1}]")
	}
	alarm := at(tpl, "Resources", "EventBusSilent", "Properties")
	for what, want := range map[string]string{
		"Namespace": "!Sub Invites/${NamePrefix}", "MetricName": "HeartbeatArrived", "Statistic": "Sum", "Threshold": "1",
		"ComparisonOperator": "LessThanThreshold", "Period": "300", "EvaluationPeriods": "3", "TreatMissingData": "notBreaching",
	} {
		wantEqual(t, "the alarm's "+what, at(alarm, what), want)
	}
}

// TestWhatWasPublishedCanBePublishedAgain: the archive keeps all that is put in the
// journal, and what is replayed of it comes to publish alone.
func TestWhatWasPublishedCanBePublishedAgain(t *testing.T) {
	tpl := template(t, root)
	archive := at(tpl, "Resources", "EventArchive")
	wantSame(t, "the archive's properties", keys(at(archive, "Properties")), []string{"Description", "SourceArn", "RetentionDays"})
	wantEqual(t, "of what", at(archive, "Properties", "SourceArn"), "!GetAtt EventJournal.Arn")
	wantEqual(t, "for how long", at(archive, "Properties", "RetentionDays"), "!Ref EventArchiveDays")
	wantEqual(t, "where", at(archive, "Condition"), "InAws")
	wantEqual(t, "which is", at(tpl, "Conditions", "InAws"), "!Not [!Condition OnLocalAws]")
	wantEqual(t, "least days", at(tpl, "Parameters", "EventArchiveDays", "MinValue"), "1") // 0 would be for ever
	if at(tpl, "Resources", "EventJournal", "Condition") != nil {
		t.Error("the journal is not always there")
	}
	wantEqual(t, "the rule of replays", at(tpl, "Resources", "PublishFunction", "Properties", "Events", "Replay"),
		"{Properties: {EventBusName: !Ref EventJournal, Pattern: {replay-name: [{exists: true}], source: ["+eventbridge.Source+"]}, Target: {Id: publish}}, Type: EventBridgeRule}")
	for output, want := range map[string]string{"EventArchiveArn": "!GetAtt EventArchive.Arn", "EventJournalArn": "!GetAtt EventJournal.Arn"} {
		wantEqual(t, output, at(tpl, "Outputs", output, "Value"), want)
	}
}
