package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress tells a waiting person what happens, with the time since the start.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	start time.Time
}

func newProgress(out io.Writer) *progress { return &progress{out: out, start: time.Now()} }

func (p *progress) say(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "%6.1fs  %s\n", time.Since(p.start).Seconds(), fmt.Sprintf(format, args...))
}

// step says what begins; done says how long it took.
func (p *progress) step(name string) (done func()) {
	began := time.Now()
	p.say("%s …", name)
	return func() { p.say("%s: done in %.1fs", name, time.Since(began).Seconds()) }
}
