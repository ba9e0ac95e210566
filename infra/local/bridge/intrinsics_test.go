package bridge

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func decoded(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func deployed(t *testing.T) scope {
	return scope{
		refs: map[string]any{
			"AWS::Region": "eu-west-1", "Stage": "prod", "Empty": "", "Origins": anys([]string{"http://a", "http://b"}),
			"Function": "stack-Function-1",
		},
		attributes: map[string]string{"Function.Arn": "arn:f", "Identity.Outputs.Issuer": "https://issuer"},
		conditions: decoded(t, `{
			"Yes": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
			"No": {"Fn::Not": [{"Condition": "Yes"}]},
			"Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
			"Either": {"Fn::Or": [{"Condition": "Yes"}, {"Condition": "No"}]}
		}`).(map[string]any),
	}
}

func TestIntrinsicFunctionsAreReplacedByTheirResults(t *testing.T) {
	for name, c := range map[string]struct{ template, want string }{
		"plain values stay":              {`{"a": [1, true, "x"]}`, `{"a": [1, true, "x"]}`},
		"Ref of a resource":              {`{"Ref": "Function"}`, `"stack-Function-1"`},
		"Ref of a list":                  {`{"Ref": "Origins"}`, `["http://a", "http://b"]`},
		"GetAtt as a list":               {`{"Fn::GetAtt": ["Function", "Arn"]}`, `"arn:f"`},
		"GetAtt as a text":               {`{"Fn::GetAtt": "Identity.Outputs.Issuer"}`, `"https://issuer"`},
		"Sub of ref, attribute, literal": {`{"Fn::Sub": "${AWS::Region}/${Function.Arn}/${!kept}"}`, `"eu-west-1/arn:f/${kept}"`},
		"Sub with variables of its own":  {`{"Fn::Sub": ["${mine}-${Stage}", {"mine": {"Ref": "Stage"}}]}`, `"prod-prod"`},
		"If that holds":                  {`{"Fn::If": ["Yes", "a", {"Ref": "Missing"}]}`, `"a"`},
		"If that does not":               {`{"Fn::If": ["No", {"Ref": "Missing"}, "b"]}`, `"b"`},
		"And, Or":                        {`[{"Fn::If": ["Both", 1, 2]}, {"Fn::If": ["Either", 1, 2]}]`, `[2, 1]`},
		"NoValue leaves a property out":  {`{"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Fn::If": ["No", 2, {"Ref": "AWS::NoValue"}]}]}`, `{"b": [1]}`},
		"Join, Split, Select":            {`{"Fn::Select": ["1", {"Fn::Split": [",", {"Fn::Join": [",", {"Ref": "Origins"}]}]}]}`, `"http://b"`},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := deployed(t).resolve(decoded(t, c.template))
			if err != nil {
				t.Fatal(err)
			}
			if want := decoded(t, c.want); !reflect.DeepEqual(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestWhatIsNotUnderstoodIsAnError(t *testing.T) {
	for name, template := range map[string]string{
		"Ref of nothing":            `{"Ref": "Missing"}`,
		"GetAtt of nothing":         `{"Fn::GetAtt": ["Function", "Missing"]}`,
		"Sub of nothing":            `{"Fn::Sub": "${Missing}"}`,
		"a condition of nothing":    `{"Fn::If": ["Missing", 1, 2]}`,
		"a function not known here": `{"Fn::ImportValue": "x"}`,
		"Select beyond the end":     `{"Fn::Select": [9, ["a"]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := deployed(t).resolve(decoded(t, template)); err == nil {
				t.Errorf("got %v, want an error", got)
			}
		})
	}
}

const apiBody = `{
	"openapi": "3.0.1",
	"paths": {
		"/v1/invites": {
			"post": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "arn:create", "payloadFormatVersion": "2.0"}, "security": [{"Token": []}]},
			"x-amazon-apigateway-any-method": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "arn:any", "payloadFormatVersion": "2.0", "timeoutInMillis": 9000}}
		},
		"/i/{token+}": {
			"head": {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": "arn:accept", "payloadFormatVersion": "2.0"}, "security": [{"NONE": []}]}
		}
	},
	"components": {"securitySchemes": {"Token": {"type": "oauth2", "x-amazon-apigateway-authorizer": {
		"type": "jwt", "identitySource": "$request.header.Authorization",
		"jwtConfiguration": {"issuer": "https://issuer", "audience": ["client"]}}}}}
}`

func TestABodyBecomesRoutesAndAuthorizers(t *testing.T) {
	got, err := translate(decoded(t, apiBody))
	if err != nil {
		t.Fatal(err)
	}
	want := plan{
		authorizers: []authorizer{{name: "Token", identitySource: "$request.header.Authorization", issuer: "https://issuer", audience: []string{"client"}}},
		routes: []route{
			{key: "ANY /v1/invites", uri: "arn:any", payload: "2.0", timeoutMillis: 9000},
			{key: "HEAD /i", uri: "arn:accept", payload: "2.0"},
			{key: "HEAD /i/{token+}", uri: "arn:accept", payload: "2.0"},
			{key: "HEAD /i/{token}", uri: "arn:accept", payload: "2.0"},
			{key: "POST /v1/invites", uri: "arn:create", payload: "2.0", authorizer: "Token", scopes: []string{}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestARouteIsNeverOpenedByMistake(t *testing.T) {
	for name, change := range map[string][2]string{
		"an authorizer that is not defined":  {`{"Token": []}`, `{"Other": []}`},
		"an authorizer of another kind":      {`"type": "jwt"`, `"type": "request"`},
		"an integration that is not a proxy": {`"aws_proxy", "uri": "arn:create"`, `"http_proxy", "uri": "arn:create"`},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := translate(decoded(t, strings.Replace(apiBody, change[0], change[1], 1))); err == nil {
				t.Errorf("got %+v, want an error", got)
			}
		})
	}
}
