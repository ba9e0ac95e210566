// Package bridge gives the deployed HTTP APIs what MiniStack leaves out: it
// ignores the OpenAPI Body that SAM writes for an API, in which AWS finds the
// authorizer, integrations, routes and CORS. Build reads that Body from the
// processed template and makes the same things by API calls. Events does for the event
// buses what MiniStack's CloudFormation leaves out.
package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"go.yaml.in/yaml/v4"
)

// API is a bridged HTTP API.
type API struct {
	ID     string
	CORS   *CORS
	Routes int
}

// template is the part of a template that matters, as JSON or as YAML in which
// intrinsic functions have their long form, as sam writes it.
type template struct {
	Parameters map[string]struct {
		Type string `yaml:"Type"`
	} `yaml:"Parameters"`
	Conditions map[string]any `yaml:"Conditions"`
	Resources  map[string]struct {
		Type       string         `yaml:"Type"`
		Properties map[string]any `yaml:"Properties"`
	} `yaml:"Resources"`
}

// Build bridges the one HTTP API with a Body that the stack holds.
func Build(ctx context.Context, cfg aws.Config, stack string) (API, error) {
	cfn := cloudformation.NewFromConfig(cfg)
	deployed, known, err := read(ctx, cfn, stack)
	if err != nil {
		return API{}, err
	}
	for logical, resource := range deployed.Resources {
		id, exists := known.refs[logical].(string)
		if resource.Type != "AWS::ApiGatewayV2::Api" || resource.Properties["Body"] == nil || !exists {
			continue
		}
		resolved, err := known.resolve(resource.Properties["Body"])
		if err != nil {
			return API{}, fmt.Errorf("the Body of %s: %w", logical, err)
		}
		planned, err := translate(resolved)
		if err != nil {
			return API{}, err
		}
		if planned.cors, err = corsOf(ctx, cfn, stack, logical, known); err != nil {
			return API{}, err
		}
		return API{ID: id, CORS: planned.cors, Routes: len(planned.routes)}, apply(ctx, cfg, id, planned)
	}
	return API{}, fmt.Errorf("the stack %s has no HTTP API with a Body", stack)
}

// corsOf reads the API's CORS from the template as it was written, not from the
// Body: SAM resolves the parameters in it, and MiniStack gives SAM their defaults
// in place of the values of this deployment. An API without CORS allows no origin.
func corsOf(ctx context.Context, cfn *cloudformation.Client, stack, logical string, known scope) (*CORS, error) {
	written, err := cfn.GetTemplate(ctx, &cloudformation.GetTemplateInput{
		StackName: &stack, TemplateStage: cfntypes.TemplateStageOriginal,
	})
	if err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	var original template
	if err := yaml.Load([]byte(aws.ToString(written.TemplateBody)), &original); err != nil {
		return nil, fmt.Errorf("read the template: %w", err)
	}
	configured, ok := original.Resources[logical].Properties["CorsConfiguration"]
	if !ok {
		return &CORS{}, nil
	}
	resolved, err := known.resolve(configured)
	if err != nil {
		return nil, fmt.Errorf("the CORS of %s: %w", logical, err)
	}
	text, err := json.Marshal(resolved)
	if err != nil {
		return nil, err
	}
	cors := &CORS{}
	if err := json.Unmarshal(text, cors); err != nil {
		return nil, fmt.Errorf("the CORS of %s: %w", logical, err)
	}
	return cors, nil
}

// read returns the processed template of a stack and what its functions refer to.
func read(ctx context.Context, cfn *cloudformation.Client, stack string) (template, scope, error) {
	var deployed template
	processed, err := cfn.GetTemplate(ctx, &cloudformation.GetTemplateInput{
		StackName: &stack, TemplateStage: cfntypes.TemplateStageProcessed,
	})
	if err != nil {
		return deployed, scope{}, fmt.Errorf("read the processed template: %w", err)
	}
	if err := json.Unmarshal([]byte(aws.ToString(processed.TemplateBody)), &deployed); err != nil {
		return deployed, scope{}, fmt.Errorf("read the processed template: %w", err)
	}
	known, err := scopeOf(ctx, cfn, stack, deployed)
	return deployed, known, err
}

// scopeOf gathers what the template's intrinsic functions can refer to.
func scopeOf(ctx context.Context, cfn *cloudformation.Client, stack string, deployed template) (scope, error) {
	described, err := cfn.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil || len(described.Stacks) != 1 {
		return scope{}, fmt.Errorf("describe the stack %s: %w", stack, err)
	}
	arn := strings.Split(aws.ToString(described.Stacks[0].StackId), ":")
	known := scope{
		refs: map[string]any{
			"AWS::StackName": stack, "AWS::StackId": aws.ToString(described.Stacks[0].StackId),
			"AWS::Partition": arn[1], "AWS::Region": arn[3], "AWS::AccountId": arn[4],
			"AWS::URLSuffix": "amazonaws.com",
		},
		attributes: map[string]string{},
		conditions: deployed.Conditions,
	}
	for _, parameter := range described.Stacks[0].Parameters {
		name, value := aws.ToString(parameter.ParameterKey), aws.ToString(parameter.ParameterValue)
		if kind := deployed.Parameters[name].Type; kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<") {
			known.refs[name] = anys(strings.Split(value, ","))
			continue
		}
		known.refs[name] = value
	}
	pages := cloudformation.NewListStackResourcesPaginator(cfn, &cloudformation.ListStackResourcesInput{StackName: &stack})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return scope{}, fmt.Errorf("list the resources of %s: %w", stack, err)
		}
		for _, resource := range page.StackResourceSummaries {
			logical, physical := aws.ToString(resource.LogicalResourceId), aws.ToString(resource.PhysicalResourceId)
			known.refs[logical] = physical
			switch aws.ToString(resource.ResourceType) {
			case "AWS::Lambda::Function":
				known.attributes[logical+".Arn"] = fmt.Sprintf("arn:%s:lambda:%s:%s:function:%s", arn[1], arn[3], arn[4], physical)
			case "AWS::Events::EventBus":
				known.attributes[logical+".Arn"] = fmt.Sprintf("arn:%s:events:%s:%s:event-bus/%s", arn[1], arn[3], arn[4], physical)
			case "AWS::Cognito::UserPool":
				known.attributes[logical+".ProviderURL"] = fmt.Sprintf("https://cognito-idp.%s.amazonaws.com/%s", arn[3], physical)
			case "AWS::CloudFormation::Stack":
				if err := addOutputs(ctx, cfn, known.attributes, logical, physical); err != nil {
					return scope{}, err
				}
			}
		}
	}
	return known, nil
}

// addOutputs makes a nested stack's outputs known to Fn::GetAtt.
func addOutputs(ctx context.Context, cfn *cloudformation.Client, attributes map[string]string, logical, stack string) error {
	nested, err := cfn.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return fmt.Errorf("describe the nested stack %s: %w", logical, err)
	}
	for _, one := range nested.Stacks {
		for _, output := range one.Outputs {
			attributes[logical+".Outputs."+aws.ToString(output.OutputKey)] = aws.ToString(output.OutputValue)
		}
	}
	return nil
}

// apply makes what the plan says in the API with this id, which has none of it yet.
func apply(ctx context.Context, cfg aws.Config, id string, planned plan) error {
	gateway := apigatewayv2.NewFromConfig(cfg)
	if c := planned.cors; c != nil {
		_, err := gateway.UpdateApi(ctx, &apigatewayv2.UpdateApiInput{ApiId: &id, CorsConfiguration: &types.Cors{
			AllowOrigins: c.AllowOrigins, AllowHeaders: c.AllowHeaders, AllowMethods: c.AllowMethods,
			ExposeHeaders: c.ExposeHeaders, MaxAge: &c.MaxAge, AllowCredentials: &c.AllowCredentials,
		}})
		if err != nil {
			return fmt.Errorf("set the API's CORS: %w", err)
		}
	}
	authorizers := map[string]*string{}
	for _, a := range planned.authorizers {
		made, err := gateway.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{
			ApiId: &id, Name: &a.name, AuthorizerType: types.AuthorizerTypeJwt, IdentitySource: []string{a.identitySource},
			JwtConfiguration: &types.JWTConfiguration{Issuer: &a.issuer, Audience: a.audience},
		})
		if err != nil {
			return fmt.Errorf("create the authorizer %s: %w", a.name, err)
		}
		authorizers[a.name] = made.AuthorizerId
	}
	integrations := map[string]*string{}
	for _, r := range planned.routes {
		integration, ok := integrations[r.uri]
		if !ok {
			input := &apigatewayv2.CreateIntegrationInput{
				ApiId: &id, IntegrationType: types.IntegrationTypeAwsProxy, IntegrationMethod: aws.String("POST"),
				IntegrationUri: &r.uri, PayloadFormatVersion: &r.payload,
			}
			if r.timeoutMillis > 0 {
				input.TimeoutInMillis = &r.timeoutMillis
			}
			made, err := gateway.CreateIntegration(ctx, input)
			if err != nil {
				return fmt.Errorf("create the integration of %s: %w", r.key, err)
			}
			integration, integrations[r.uri] = made.IntegrationId, made.IntegrationId
		}
		input := &apigatewayv2.CreateRouteInput{
			ApiId: &id, RouteKey: &r.key, Target: aws.String("integrations/" + aws.ToString(integration)),
			AuthorizationType: types.AuthorizationTypeNone,
		}
		if r.authorizer != "" {
			input.AuthorizationType, input.AuthorizerId = types.AuthorizationTypeJwt, authorizers[r.authorizer]
			input.AuthorizationScopes = r.scopes
		}
		if _, err := gateway.CreateRoute(ctx, input); err != nil {
			return fmt.Errorf("create the route %s: %w", r.key, err)
		}
	}
	return nil
}
