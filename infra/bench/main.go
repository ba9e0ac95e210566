// Command bench prints what each Lambda weighs and how long its init takes, beside
// an empty one's, built as the deployment builds them and measured in one run. It
// measures and judges nothing: machines are shared, and only figures of one run
// compare. `make bench` calls it.
package main

import (
	"compress/flate"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// runs is how many starts a median is taken of.
const runs = 15

func main() {
	if err := bench(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "invites-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	mains, err := filepath.Glob("functions/*/main.go")
	if err != nil || len(mains) == 0 {
		return fmt.Errorf("run this at the root of the repository (%v)", err)
	}
	api, err := newRuntimeAPI()
	if err != nil {
		return err
	}
	defer api.close()
	sources := []string{"./infra/bench/empty"}
	for _, m := range mains {
		sources = append(sources, "./"+filepath.Dir(m))
	}
	fmt.Fprintf(out, "Size and init of each Lambda, median of %d starts on this machine; the empty one is the floor.\n\n", runs)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "lambda\tMiB\tzipped MiB\tinit ms\tpackage init ms\tallocs\tKiB\t")
	var dominating strings.Builder
	for _, source := range sources {
		m, err := measure(ctx, api, source, filepath.Join(dir, filepath.Base(source)))
		if err != nil {
			return fmt.Errorf("%s: %w", source, err)
		}
		fmt.Fprintf(table, "%s\t%.2f\t%.2f\t%.1f\t%.2f\t%d\t%.0f\t\n", filepath.Base(source),
			mib(m.size), mib(m.zipped), ms(m.start), ms(m.inits.clock), m.inits.allocs, float64(m.inits.bytes)/1024)
		fmt.Fprintf(&dominating, "  %-9s %s\n", filepath.Base(source), strings.Join(m.inits.top, ", "))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nWhat dominates the initialisation of packages (milliseconds):\n%s", dominating.String())
	return nil
}

// measured is one Lambda.
type measured struct {
	size, zipped int64
	start        time.Duration // from exec to the first call for an event
	inits        inits
}

func measure(ctx context.Context, api *runtimeAPI, source, binary string) (m measured, err error) {
	build := exec.CommandContext(ctx, "go", "build", "-tags=lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", binary, source)
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if said, err := build.CombinedOutput(); err != nil {
		return m, fmt.Errorf("build: %w: %s", err, said)
	}
	if m.size, m.zipped, err = weigh(binary); err != nil {
		return m, err
	}
	var starts []time.Duration
	for range runs {
		took, _, err := api.start(ctx, binary, false)
		if err != nil {
			return m, err
		}
		starts = append(starts, took)
	}
	slices.Sort(starts)
	m.start = starts[len(starts)/2]
	_, trace, err := api.start(ctx, binary, true)
	if err != nil {
		return m, err
	}
	m.inits = readTrace(trace)
	return m, nil
}

// weigh returns the size of a file, and as deflate in a deployment's zip makes it.
func weigh(path string) (size, zipped int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	var count counter
	w, err := flate.NewWriter(&count, flate.DefaultCompression)
	if err != nil {
		return 0, 0, err
	}
	if size, err = io.Copy(w, f); err != nil {
		return 0, 0, err
	}
	return size, int64(count), w.Close()
}

type counter int64

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

func mib(n int64) float64        { return float64(n) / (1 << 20) }
func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
