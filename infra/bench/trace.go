package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// inits sums what the runtime says of the initialisation of packages.
type inits struct {
	clock  time.Duration
	bytes  int64
	allocs int64
	top    []string // the five that take longest
}

// traced is one line of GODEBUG=inittrace=1 (package runtime).
var traced = regexp.MustCompile(`init (\S+) @\S+ ms, (\S+) ms clock, (\d+) bytes, (\d+) allocs`)

func readTrace(text string) (sum inits) {
	type one struct {
		name  string
		clock float64
	}
	var all []one
	for _, m := range traced.FindAllStringSubmatch(text, -1) {
		clock, _ := strconv.ParseFloat(m[2], 64) // the pattern and the runtime agree on digits
		bytes, _ := strconv.ParseInt(m[3], 10, 64)
		allocs, _ := strconv.ParseInt(m[4], 10, 64)
		sum.clock += time.Duration(clock * float64(time.Millisecond))
		sum.bytes += bytes
		sum.allocs += allocs
		all = append(all, one{m[1], clock})
	}
	slices.SortStableFunc(all, func(a, b one) int { return int(1000 * (b.clock - a.clock)) })
	for _, o := range all[:min(5, len(all))] {
		name := strings.TrimPrefix(strings.TrimPrefix(o.name, "github.com/aws/"), "invites/")
		sum.top = append(sum.top, fmt.Sprintf("%s %.2f", name, o.clock))
	}
	return sum
}
