#!/usr/bin/env bash
# MiniStack makes a CloudFormation rule on an event bus that does not exist
#
# MiniStack 1.5.33, boto3 1.43.102. PutRule with the name of a bus that does not exist is
# refused with ResourceNotFoundException, in AWS and in MiniStack. AWS::Events::Rule in a
# template is PutRule in AWS, so the stack fails. MiniStack writes the rule by another way,
# which does not look for the bus: the stack completes, the rule is listed on a bus that
# DescribeEventBus does not find, and PutEvents to that bus reports success, as in AWS. A
# wrong bus name is so found by the first deployment to AWS, not by the local one.
#
# Seen:
#   PutRule: ResourceNotFoundException
#   DescribeEventBus: ResourceNotFoundException
#   stack: CREATE_COMPLETE
#   rules on the bus: 1
#   PutEvents, entries that failed: 0
# Seen 2026-11-27
set -euo pipefail

work=$(mktemp -d)
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check ministack==1.5.33 boto3==1.43.102
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir "$work/home"
env -i PATH="$PATH" HOME="$work/home" TMPDIR="$work/home" GATEWAY_PORT="$port" BIND_HOST=127.0.0.1 IOT_MTLS_ENABLED=0 \
  "$work/venv/bin/ministack" > "$work/log" 2>&1 &
server=$!

cat > "$work/probe.py" <<'PY'
import sys, time
import boto3
from botocore.exceptions import ClientError, EndpointConnectionError

where = dict(endpoint_url="http://127.0.0.1:" + sys.argv[1], region_name="us-east-1",
             aws_access_key_id="test", aws_secret_access_key="test")
events, stacks = boto3.client("events", **where), boto3.client("cloudformation", **where)
while True:  # the script's caller ends it if the server never comes
    try:
        events.list_event_buses()
        break
    except EndpointConnectionError:
        time.sleep(0.2)

def code(call, **arguments):
    try:
        call(**arguments)
        return "no error"
    except ClientError as e:
        return e.response["Error"]["Code"]

print("PutRule:", code(events.put_rule, Name="by-hand", EventBusName="nope", EventPattern='{"source":["x"]}'))
print("DescribeEventBus:", code(events.describe_event_bus, Name="nope"))
stacks.create_stack(StackName="probe", TemplateBody="""
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties: {EventBusName: nope, EventPattern: {source: [x]}}
""")
status = "CREATE_IN_PROGRESS"
while status.endswith("IN_PROGRESS"):
    status = stacks.describe_stacks(StackName="probe")["Stacks"][0]["StackStatus"]
    time.sleep(0.2)
print("stack:", status)
print("rules on the bus:", len(events.list_rules(EventBusName="nope")["Rules"]))
put = events.put_events(Entries=[{"Source": "x", "DetailType": "x", "Detail": "{}", "EventBusName": "nope"}])
print("PutEvents, entries that failed:", put["FailedEntryCount"])
PY
seen=$(timeout 120 "$work/venv/bin/python" "$work/probe.py" "$port")
echo "$seen"
diff <(sed -n '/^# Seen:$/,/^# Seen 2/p' "$0" | sed -n 's/^#   //p') <(echo "$seen")
