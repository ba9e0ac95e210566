package client

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v4"
)

// document is docs/openapi.yaml.
type document map[string]any

func read(t *testing.T) document {
	t.Helper()
	text, err := os.ReadFile("../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := yaml.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// resolve follows references.
func (d document) resolve(of any) map[string]any {
	at, _ := of.(map[string]any)
	for {
		ref, ok := at["$ref"].(string)
		if !ok {
			return at
		}
		at = map[string]any(d)
		for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
			at = at[name].(map[string]any)
		}
	}
}

// paths are the operations under /v1 by method; each has its path's parameters too.
func (d document) paths() map[string]map[string]map[string]any {
	all := map[string]map[string]map[string]any{}
	for path, item := range d["paths"].(map[string]any) {
		if !strings.HasPrefix(path, "/v1/") {
			continue
		}
		all[path] = map[string]map[string]any{}
		for method, operation := range item.(map[string]any) {
			if method != "parameters" {
				all[path][strings.ToUpper(method)] = operation.(map[string]any)
			}
		}
	}
	return all
}

// success is the schema and the status of an operation's 2xx answer.
func (d document) success(operation map[string]any) (schema map[string]any, status int) {
	for text, response := range operation["responses"].(map[string]any) {
		if strings.HasPrefix(text, "2") {
			_, _ = fmt.Sscan(text, &status)
			return d.json(d.resolve(response)), status
		}
	}
	return nil, 0
}

func (d document) json(of map[string]any) map[string]any {
	content, _ := of["content"].(map[string]any)
	media, _ := content["application/json"].(map[string]any)
	return d.resolve(media["schema"])
}

// sent holds a request against the parameters and the body of its operation.
func (d document) sent(t *testing.T, operation map[string]any, r *http.Request, body []byte) {
	t.Helper()
	named := map[string][]string{}
	parameters, _ := operation["parameters"].([]any)
	for _, p := range parameters {
		at := d.resolve(p)
		named[at["in"].(string)] = append(named[at["in"].(string)], at["name"].(string))
	}
	equal(t, "query", slices.Collect(maps.Keys(r.URL.Query())), named["query"])
	var headers []string
	for _, name := range []string{"Invite-Tenant", "Idempotency-Key", "If-Match"} {
		if r.Header.Get(name) != "" {
			headers = append(headers, name)
		}
	}
	equal(t, "headers", headers, named["header"])
	_, open := operation["security"]
	if signed := r.Header.Get("Authorization") == "Bearer t"; signed == open {
		t.Errorf("with a token: %v, want %v", signed, !open)
	}
	schema := d.json(d.resolve(operation["requestBody"]))
	if (schema == nil) != (len(body) == 0) {
		t.Fatalf("got the body %q", body)
	}
	if schema != nil {
		var said any
		if err := json.Unmarshal(body, &said); err != nil {
			t.Fatal(err)
		}
		d.says(t, "body", schema, said)
	}
}

// says holds what was sent against a schema: every field of either is one of the other.
func (d document) says(t *testing.T, at string, of any, said any) {
	t.Helper()
	schema := d.resolve(of)
	switch v := said.(type) {
	case map[string]any:
		properties, ok := schema["properties"].(map[string]any)
		if !ok {
			return // ignored by the service
		}
		equal(t, at, slices.Collect(maps.Keys(v)), slices.Collect(maps.Keys(properties)))
		for name, value := range v {
			d.says(t, at+"/"+name, properties[name], value)
		}
	case []any:
		d.says(t, at+"/0", schema["items"], v[0])
	}
}

// same holds a type against a schema, both ways.
func (d document) same(t *testing.T, at string, of any, typ reflect.Type) {
	t.Helper()
	schema := d.value(of)
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	kind := kindOf(schema)
	want := map[reflect.Kind]string{reflect.String: "string", reflect.Int: "integer", reflect.Bool: "boolean", reflect.Slice: "array", reflect.Struct: "object"}[typ.Kind()]
	if typ == reflect.TypeFor[time.Time]() {
		want = "string"
		if schema["format"] != "date-time" {
			t.Errorf("%s is no time", at)
		}
	}
	if kind != want {
		t.Errorf("%s is %s in the document and %s here", at, kind, typ)
		return
	}
	switch kind {
	case "array":
		d.same(t, at+"/0", schema["items"], typ.Elem())
	case "object":
		properties, _ := schema["properties"].(map[string]any)
		fields := map[string]reflect.Type{}
		for _, f := range reflect.VisibleFields(typ) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
				fields[name] = f.Type
			}
		}
		equal(t, at, slices.Collect(maps.Keys(fields)), slices.Collect(maps.Keys(properties)))
		for name, field := range fields {
			d.same(t, at+"/"+name, properties[name], field)
		}
	}
}

// value is a schema without the null that it allows. Of objects to choose from, such as a
// peek's, it is one with the fields of all.
func (d document) value(of any) map[string]any {
	schema := d.resolve(of)
	choice, ok := schema["oneOf"].([]any)
	if !ok || schema["properties"] != nil {
		return schema
	}
	var found []map[string]any
	all := map[string]any{}
	for _, one := range choice {
		if s := d.resolve(one); s["type"] != "null" {
			found = append(found, s)
			properties, _ := s["properties"].(map[string]any)
			maps.Copy(all, properties)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return map[string]any{"type": "object", "properties": all}
}

// kindOf is the type that a schema names beside null.
func kindOf(schema map[string]any) string {
	switch v := schema["type"].(type) {
	case string:
		return v
	case []any:
		for _, one := range v {
			if one != "null" {
				return one.(string)
			}
		}
	}
	return ""
}

// sample is a value of a schema with every field, none of them zero.
func (d document) sample(of any) any {
	schema := d.value(of)
	switch kindOf(schema) {
	case "object":
		o := map[string]any{}
		properties, _ := schema["properties"].(map[string]any)
		for name, s := range properties {
			o[name] = d.sample(s)
		}
		return o
	case "array":
		return []any{d.sample(schema["items"])}
	case "integer":
		return 7
	case "boolean":
		return true
	}
	if schema["format"] == "date-time" {
		return "2026-11-24T10:20:30.456Z"
	}
	return "x"
}

// full is a value with every field set.
func full[T any]() (v T) {
	fill(reflect.ValueOf(&v).Elem())
	return v
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int:
		v.SetInt(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for n := range v.NumField() {
			if v.Type().Field(n).IsExported() && v.Type() != reflect.TypeFor[time.Time]() {
				fill(v.Field(n))
			}
		}
	}
}

// whole tells whether nothing of a value is zero.
func whole(v reflect.Value) bool {
	switch {
	case v.Kind() == reflect.Slice:
		return v.Len() == 1 && whole(v.Index(0))
	case v.Kind() == reflect.Pointer:
		return !v.IsNil() && whole(v.Elem())
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for n := range v.NumField() {
			if v.Type().Field(n).IsExported() && !whole(v.Field(n)) {
				return false
			}
		}
		return true
	}
	return !v.IsZero()
}

func equal(t *testing.T, what string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want as docs/openapi.yaml has them: %v", what, got, want)
	}
}
