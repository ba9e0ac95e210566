package infra

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// call is one of CloudFormation's functions, whichever way it is written: "!Ref x"
// and "{Ref: x}" are the same.
type call struct {
	name string
	arg  any
}

// template reads a template into maps, lists, scalars as text, and calls.
func template(t *testing.T, path string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return value(doc.Content[0]).(map[string]any)
}

func value(n *yaml.Node) any {
	plain := n.Tag == "" || strings.HasPrefix(n.Tag, "!!")
	var v any
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(n.Content[i+1])
		}
		v = m
		for k, arg := range m {
			if name, isCall := strings.CutPrefix(k, "Fn::"); len(m) == 1 && (isCall || k == "Ref" || k == "Condition") {
				v = call{name, arg}
			}
		}
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, value(c))
		}
		v = list
	default:
		v = n.Value
	}
	if !plain {
		return call{strings.TrimPrefix(n.Tag, "!"), v}
	}
	return v
}

// at walks into maps by key and into calls by their argument.
func at(v any, path ...string) any {
	for _, p := range path {
		if c, ok := v.(call); ok {
			v = c.arg
		}
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func list(v any) []any { l, _ := v.([]any); return l }

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func keys(v any) []string { return slices.Sorted(maps.Keys(object(v))) }

// show writes a value on one line, maps in the order of their keys, so that a test
// can say what it wants as text.
func show(v any) string {
	switch v := v.(type) {
	case call:
		return "!" + v.name + " " + show(v.arg)
	case []any:
		parts := []string{}
		for _, e := range v {
			parts = append(parts, show(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		parts := []string{}
		for _, k := range keys(v) {
			parts = append(parts, k+": "+show(v[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case nil:
		return "nothing"
	default:
		return fmt.Sprint(v)
	}
}

// ofType returns the resources of a type by their logical ids.
func ofType(tpl map[string]any, kind string) map[string]any {
	found := map[string]any{}
	for id, r := range object(tpl["Resources"]) {
		if at(r, "Type") == kind {
			found[id] = r
		}
	}
	return found
}

// every calls visit for v and all that is in it.
func every(v any, visit func(any)) {
	visit(v)
	switch v := v.(type) {
	case call:
		every(v.arg, visit)
	case []any:
		for _, e := range v {
			every(e, visit)
		}
	case map[string]any:
		for _, e := range v {
			every(e, visit)
		}
	}
}

func wantEqual(t *testing.T, what string, got any, want string) {
	t.Helper()
	if s := show(got); s != want {
		t.Errorf("%s\n got %s\nwant %s", what, s, want)
	}
}

// wantSame compares two lists whose order means nothing.
func wantSame(t *testing.T, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s\n got %s\nwant %s", what, strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}
