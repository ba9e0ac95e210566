package bridge

import (
	"fmt"
	"regexp"
	"strings"
)

// scope is what a template's intrinsic functions refer to once its stack is deployed.
type scope struct {
	// refs holds parameters (a string, or a []any for a list), pseudo parameters
	// and the physical ids of resources.
	refs map[string]any
	// attributes holds what Fn::GetAtt may ask for, by "Resource.Attribute".
	attributes map[string]string
	conditions map[string]any
}

// noValue stands for AWS::NoValue: the property that has it is left out.
type noValue struct{}

// resolve returns value with every intrinsic function replaced by its result.
// It knows Ref, Fn::Sub, Fn::GetAtt, Fn::If, Fn::Join, Fn::Select and Fn::Split.
func (s scope) resolve(value any) (any, error) {
	switch v := value.(type) {
	case []any:
		out := make([]any, 0, len(v))
		for _, element := range v {
			resolved, err := s.resolve(element)
			if err != nil {
				return nil, err
			}
			if _, absent := resolved.(noValue); !absent {
				out = append(out, resolved)
			}
		}
		return out, nil
	case map[string]any:
		if name, argument, ok := intrinsic(v); ok {
			return s.call(name, argument)
		}
		out := make(map[string]any, len(v))
		for key, element := range v {
			resolved, err := s.resolve(element)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			if _, absent := resolved.(noValue); !absent {
				out[key] = resolved
			}
		}
		return out, nil
	default:
		return value, nil
	}
}

// intrinsic tells an intrinsic function from an ordinary object.
func intrinsic(object map[string]any) (name string, argument any, ok bool) {
	if len(object) != 1 {
		return "", nil, false
	}
	for name, argument = range object {
		ok = name == "Ref" || name == "Condition" || strings.HasPrefix(name, "Fn::")
	}
	return name, argument, ok
}

func (s scope) call(name string, argument any) (any, error) {
	if name == "Fn::If" {
		return s.choose(argument)
	}
	if name == "Fn::Sub" {
		return s.substitute(argument)
	}
	resolved, err := s.resolve(argument)
	if err != nil {
		return nil, err
	}
	list, _ := resolved.([]any)
	text, isText := resolved.(string)
	switch name {
	case "Ref":
		if text == "AWS::NoValue" {
			return noValue{}, nil
		}
		if found, ok := s.refs[text]; ok {
			return found, nil
		}
		return nil, fmt.Errorf("Ref to %q: nothing deployed has this name", text)
	case "Fn::GetAtt":
		if !isText {
			text = strings.Join(stringsOf(list), ".")
		}
		if found, ok := s.attributes[text]; ok {
			return found, nil
		}
		return nil, fmt.Errorf("Fn::GetAtt of %q: not known", text)
	case "Fn::Join":
		if len(list) == 2 {
			separator, _ := list[0].(string)
			if parts, ok := list[1].([]any); ok {
				return strings.Join(stringsOf(parts), separator), nil
			}
		}
	case "Fn::Split":
		if texts := stringsOf(list); len(texts) == 2 {
			return anys(strings.Split(texts[1], texts[0])), nil
		}
	case "Fn::Select":
		if len(list) == 2 {
			var index int
			from, ok := list[1].([]any)
			if _, err := fmt.Sscan(fmt.Sprint(list[0]), &index); err == nil && ok && index >= 0 && index < len(from) {
				return from[index], nil
			}
		}
	}
	return nil, fmt.Errorf("%s of %v: not understood", name, argument)
}

func (s scope) choose(argument any) (any, error) {
	list, ok := argument.([]any)
	if !ok || len(list) != 3 {
		return nil, fmt.Errorf("Fn::If of %v: not understood", argument)
	}
	holds, err := s.holds(map[string]any{"Condition": list[0]})
	if err != nil {
		return nil, err
	}
	if holds {
		return s.resolve(list[1])
	}
	return s.resolve(list[2])
}

// holds evaluates a condition: a named one, Fn::Equals, Fn::Not, Fn::And or Fn::Or.
func (s scope) holds(condition any) (bool, error) {
	object, _ := condition.(map[string]any)
	name, argument, ok := intrinsic(object)
	if !ok {
		return false, fmt.Errorf("condition %v: not understood", condition)
	}
	if name == "Condition" {
		known, ok := s.conditions[fmt.Sprint(argument)]
		if !ok {
			return false, fmt.Errorf("condition %v is not in the template", argument)
		}
		return s.holds(known)
	}
	list, ok := argument.([]any)
	if !ok {
		return false, fmt.Errorf("condition %s of %v: not understood", name, argument)
	}
	if name == "Fn::Equals" && len(list) == 2 {
		resolved, err := s.resolve(list)
		if err != nil {
			return false, err
		}
		sides := resolved.([]any)
		return len(sides) == 2 && fmt.Sprint(sides[0]) == fmt.Sprint(sides[1]), nil
	}
	results := make([]bool, len(list))
	for i, part := range list {
		var err error
		if results[i], err = s.holds(part); err != nil {
			return false, err
		}
	}
	switch {
	case name == "Fn::Not" && len(list) == 1:
		return !results[0], nil
	case name == "Fn::And":
		for _, holds := range results {
			if !holds {
				return false, nil
			}
		}
		return true, nil
	case name == "Fn::Or":
		for _, holds := range results {
			if holds {
				return true, nil
			}
		}
		return false, nil
	}
	return false, fmt.Errorf("condition %s of %v: not understood", name, argument)
}

var placeholder = regexp.MustCompile(`\$\{([^}]*)\}`)

func (s scope) substitute(argument any) (any, error) {
	text, ok := argument.(string)
	own := map[string]any{}
	if list, isList := argument.([]any); isList && len(list) == 2 {
		text, ok = list[0].(string)
		variables, err := s.resolve(list[1])
		if err != nil {
			return nil, err
		}
		own, _ = variables.(map[string]any)
	}
	if !ok {
		return nil, fmt.Errorf("Fn::Sub of %v: not understood", argument)
	}
	var failure error
	result := placeholder.ReplaceAllStringFunc(text, func(match string) string {
		name := match[2 : len(match)-1]
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			return "${" + literal + "}"
		}
		if value, ok := own[name]; ok {
			return fmt.Sprint(value)
		}
		if value, ok := s.refs[name]; ok {
			return fmt.Sprint(value)
		}
		if value, ok := s.attributes[name]; ok {
			return value
		}
		failure = fmt.Errorf("Fn::Sub of %q: nothing deployed is named %q", text, name)
		return match
	})
	return result, failure
}

func stringsOf(list []any) []string {
	out := make([]string, len(list))
	for i, element := range list {
		out[i] = fmt.Sprint(element)
	}
	return out
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, element := range list {
		out[i] = element
	}
	return out
}
