package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"

	"invites/infra/local/process"
)

// run starts everything and stays until asked ends or a part of it fails; then
// it ends everything. It calls ready, where given, once the stack is healthy.
func run(asked context.Context, p place, ready func()) error {
	if err := canRun(); err != nil {
		return err
	}
	lock, err := process.Acquire(p.stackLock())
	if errors.Is(err, process.ErrHeld) {
		return errors.New("the local stack is up already: use it, or end it with make down")
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := lock.Name(os.Getpid()); err != nil {
		return err
	}
	endOrphan(p)
	_ = os.Remove(p.stackFile())
	defer os.Remove(p.stackFile())

	ctx, fail := context.WithCancelCause(asked)
	s := &starting{place: p, progress: newProgress(os.Stdout), fail: fail}
	defer s.end()
	info, err := s.start(ctx)
	if err == nil {
		if err = info.Write(p.stackFile()); err == nil {
			ends := "Ctrl-C ends it."
			if ready != nil {
				ends = "make down ends it."
			}
			report(os.Stdout, info, ends)
			if ready != nil {
				ready()
			}
			<-ctx.Done()
			s.progress.say("ending")
		}
	}
	switch {
	case asked.Err() != nil && info.API != "":
		return nil
	case asked.Err() != nil:
		return context.Canceled
	case ctx.Err() != nil:
		return context.Cause(ctx)
	default:
		return err
	}
}

// canRun says what is missing before anything is begun.
func canRun() error {
	if runtime.GOOS != "linux" {
		return fmt.Errorf("the local stack runs the Lambdas as Linux programs: use it on Linux, not on %s", runtime.GOOS)
	}
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("go is missing: install the Go that go.mod names and put it on PATH")
	}
	return nil
}
