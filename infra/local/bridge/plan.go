package bridge

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// CORS is an HTTP API's cross-origin configuration, in the words of a SAM template.
type CORS struct {
	AllowOrigins, AllowHeaders, AllowMethods, ExposeHeaders []string
	MaxAge                                                  int32
	AllowCredentials                                        bool
}

// plan is what an HTTP API's OpenAPI Body asks for, in the terms of API
// Gateway's own calls.
type plan struct {
	cors        *CORS // not from the Body, see corsOf
	authorizers []authorizer
	routes      []route
}

type authorizer struct {
	name, identitySource, issuer string
	audience                     []string
}

type route struct {
	// key is "METHOD /path".
	key           string
	uri           string
	payload       string
	timeoutMillis int32
	// authorizer is the name of one of the plan's, or empty for none.
	authorizer string
	scopes     []string
}

// body is the part of the OpenAPI document that matters; every intrinsic
// function in it is already resolved.
type body struct {
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	Security   []map[string][]string                 `json:"security"`
	Components struct {
		SecuritySchemes map[string]struct {
			Authorizer *struct {
				Type           string `json:"type"`
				IdentitySource string `json:"identitySource"`
				JWT            struct {
					Issuer   string   `json:"issuer"`
					Audience []string `json:"audience"`
				} `json:"jwtConfiguration"`
			} `json:"x-amazon-apigateway-authorizer"`
		} `json:"securitySchemes"`
	} `json:"components"`
}

type operation struct {
	Security    *[]map[string][]string `json:"security"`
	Integration *struct {
		Type          string `json:"type"`
		URI           string `json:"uri"`
		Payload       string `json:"payloadFormatVersion"`
		TimeoutMillis int32  `json:"timeoutInMillis"`
	} `json:"x-amazon-apigateway-integration"`
}

// anyMethod is the OpenAPI name of a route for every method.
const anyMethod = "x-amazon-apigateway-any-method"

// translate reads a resolved Body. Anything it would have to guess is an error.
func translate(resolved any) (plan, error) {
	text, err := json.Marshal(resolved)
	if err != nil {
		return plan{}, err
	}
	var document body
	if err := json.Unmarshal(text, &document); err != nil {
		return plan{}, fmt.Errorf("the API's Body: %w", err)
	}
	result := plan{}
	for name, scheme := range document.Components.SecuritySchemes {
		if scheme.Authorizer == nil {
			continue
		}
		if scheme.Authorizer.Type != "jwt" {
			return plan{}, fmt.Errorf("authorizer %s is of type %q: only jwt is bridged", name, scheme.Authorizer.Type)
		}
		result.authorizers = append(result.authorizers, authorizer{
			name: name, identitySource: scheme.Authorizer.IdentitySource,
			issuer: scheme.Authorizer.JWT.Issuer, audience: scheme.Authorizer.JWT.Audience,
		})
	}
	slices.SortFunc(result.authorizers, func(a, b authorizer) int { return strings.Compare(a.name, b.name) })
	for path, methods := range document.Paths {
		for method, raw := range methods {
			planned, err := result.route(path, method, raw, document.Security)
			if err != nil {
				return plan{}, fmt.Errorf("%s %s: %w", method, path, err)
			}
			result.routes = append(result.routes, planned)
			result.routes = append(result.routes, beside(planned)...)
		}
	}
	slices.SortFunc(result.routes, func(a, b route) int { return strings.Compare(a.key, b.key) })
	if len(result.routes) == 0 {
		return plan{}, errors.New("the API's Body has no routes")
	}
	return result, nil
}

// beside are the routes that a greedy one needs in MiniStack, where its variable may not be
// empty, as it may in AWS, and holds no line break; nor is there a slash at the end of a
// path of one segment.
func beside(greedy route) []route {
	path, ok := strings.CutSuffix(greedy.key, "+}")
	if !ok {
		return nil
	}
	empty, plain := greedy, greedy
	empty.key = strings.TrimSuffix(path[:strings.LastIndexByte(path, '{')], "/")
	plain.key = path + "}"
	return []route{empty, plain}
}

func (p plan) route(path, method string, raw json.RawMessage, defaults []map[string][]string) (route, error) {
	var op operation
	if err := json.Unmarshal(raw, &op); err != nil {
		return route{}, err
	}
	if op.Integration == nil || !strings.EqualFold(op.Integration.Type, "aws_proxy") {
		return route{}, errors.New("only Lambda proxy integrations are bridged")
	}
	key := strings.ToUpper(method) + " " + path
	if method == anyMethod {
		key = "ANY " + path
	}
	if path == "/$default" {
		key = "$default"
	}
	planned := route{
		key: key, uri: op.Integration.URI, payload: op.Integration.Payload,
		timeoutMillis: op.Integration.TimeoutMillis,
	}
	security := defaults
	if op.Security != nil {
		security = *op.Security
	}
	for _, requirement := range security {
		for name, scopes := range requirement {
			known := slices.ContainsFunc(p.authorizers, func(a authorizer) bool { return a.name == name })
			switch {
			case known:
				planned.authorizer, planned.scopes = name, scopes
			case name != "NONE":
				return route{}, fmt.Errorf("needs the authorizer %q, which the Body does not define", name)
			}
		}
	}
	return planned, nil
}
