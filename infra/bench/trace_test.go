package main

import (
	"slices"
	"testing"
	"time"
)

func TestTheTraceOfInitsIsSummed(t *testing.T) {
	got := readTrace(`init internal/bytealg @0.003 ms, 0 ms clock, 0 bytes, 0 allocs
something the Lambda said
init github.com/aws/aws-sdk-go-v2/service/ses @1.2 ms, 0.50 ms clock, 1024 bytes, 8 allocs
init invites/shared/invite @2 ms, 1.5 ms clock, 2048 bytes, 2 allocs
`)
	if got.clock != 2*time.Millisecond || got.bytes != 3072 || got.allocs != 10 {
		t.Errorf("got %+v", got)
	}
	if want := []string{"shared/invite 1.50", "aws-sdk-go-v2/service/ses 0.50", "internal/bytealg 0.00"}; !slices.Equal(got.top, want) {
		t.Errorf("got %q, want %q", got.top, want)
	}
}
