package app

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// environment reads the variables that template.yaml sets, and remembers what is
// missing or wrong, so that one start tells all of it.
type environment struct{ errs []error }

func (e *environment) text(name string) string {
	v := os.Getenv(name)
	if v == "" {
		e.errs = append(e.errs, fmt.Errorf("%s is not set", name))
	}
	return v
}

func (e *environment) optional(name string) string { return os.Getenv(name) }

func (e *environment) positive(name string) int {
	v, err := strconv.Atoi(os.Getenv(name))
	if err != nil || v < 1 {
		e.errs = append(e.errs, fmt.Errorf("%s is %q, want a whole number above 0", name, os.Getenv(name)))
	}
	return v
}

func (e *environment) rate(name string) float64 {
	v, err := strconv.ParseFloat(os.Getenv(name), 64)
	if err != nil || v <= 0 || v > 1 {
		e.errs = append(e.errs, fmt.Errorf("%s is %q, want a part of one such as 0.04", name, os.Getenv(name)))
	}
	return v
}

func (e *environment) list(name string) []string {
	return strings.FieldsFunc(strings.ToLower(os.Getenv(name)), func(c rune) bool { return c == ',' || c == ' ' })
}

// names reads names with commas between them; a name may have spaces in it.
func (e *environment) names(name string) (found []string) {
	for one := range strings.SplitSeq(os.Getenv(name), ",") {
		if one = strings.TrimSpace(one); one != "" {
			found = append(found, one)
		}
	}
	return found
}

func (e *environment) err() error { return errors.Join(e.errs...) }
