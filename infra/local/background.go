package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"invites/infra/local/process"
	"invites/infra/local/stack"
)

// readyFD is where serve tells the up that started it how it went.
const readyFD = 3

// healthy is what it says there when all is well.
const healthy = "healthy"

// up starts serve in the background, shows what it says, and returns when the
// stack is healthy or serve has ended.
func up(ctx context.Context, p place) error {
	if _, held := process.Holder(p.stackLock()); held {
		info, err := stack.Read(p.stackFile())
		if err != nil {
			return errors.New("the local stack is just starting or ending: wait, or end it with make down")
		}
		fmt.Println("The local stack is up already.")
		report(os.Stdout, info, "make down ends it.")
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	log, err := p.log("stack")
	if err != nil {
		return err
	}
	defer log.Close()
	readyOut, readyIn, err := os.Pipe()
	if err != nil {
		return err
	}
	defer readyOut.Close()
	cmd := exec.Command(self, "serve")
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.root, log, log
	cmd.ExtraFiles = []*os.File{readyIn}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start in the background: %w", err)
	}
	readyIn.Close()
	settled := make(chan string, 1)
	go func() {
		said, _ := io.ReadAll(readyOut)
		settled <- string(said)
	}()
	shown, err := os.Open(log.Name())
	if err != nil {
		return err
	}
	defer shown.Close()
	interrupted := false
	for {
		_, _ = io.Copy(os.Stdout, shown)
		select {
		case said := <-settled:
			_, _ = io.Copy(os.Stdout, shown)
			if said == healthy {
				return cmd.Process.Release()
			}
			_ = cmd.Wait()
			if interrupted {
				return context.Canceled
			}
			if said == "" {
				said = "the local stack died while starting: see " + log.Name()
			}
			return errors.New(said)
		case <-ctx.Done():
			interrupted = true
			_ = cmd.Process.Signal(syscall.SIGTERM)
			ctx = context.WithoutCancel(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// errSaid ends a process that has told why already.
var errSaid = errors.New("")

// serve is run in the background. What it writes to readyFD is healthy, or why it
// could not start.
func serve(ctx context.Context, p place) error {
	syscall.CloseOnExec(readyFD)
	ready := os.NewFile(readyFD, "ready")
	err := run(ctx, p, func() {
		_, _ = io.WriteString(ready, healthy)
		ready.Close()
	})
	if err == nil {
		return nil
	}
	if _, untold := io.WriteString(ready, err.Error()); untold != nil {
		return err
	}
	return errSaid
}

// patience is how long an ending stack may take: MiniStack's grace, and what a busy machine adds.
const patience = 2 * time.Minute

// down ends the stack, whoever started it, and what a killed one left behind.
func down(p place) error {
	pid, held := process.Holder(p.stackLock())
	if !held {
		ended := endOrphan(p)
		_ = os.Remove(p.stackFile())
		if ended {
			fmt.Println("The local stack had died; what it left behind is ended.")
			return nil
		}
		fmt.Println("The local stack is not up.")
		return nil
	}
	if pid == 0 {
		return errors.New("the local stack is just starting: try again in a moment")
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return fmt.Errorf("end the local stack (process %d): %w", pid, err)
	}
	if !released(p.stackLock()) {
		_ = syscall.Kill(pid, syscall.SIGKILL)
		if !released(p.stackLock()) {
			return fmt.Errorf("the local stack (process %d) does not end", pid)
		}
	}
	endOrphan(p)
	_ = os.Remove(p.stackFile())
	fmt.Println("The local stack is down.")
	return nil
}

// released waits until nobody holds the lock.
func released(path string) bool {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, held := process.Holder(path); !held {
			return true
		}
	}
	return false
}

// endOrphan ends a MiniStack whose stack was killed; only one of this working
// tree can hold the lock.
func endOrphan(p place) bool {
	pid, held := process.Holder(p.ministackLock())
	if !held || pid == 0 {
		return false
	}
	ended := make(chan struct{})
	go func() {
		released(p.ministackLock())
		close(ended)
	}()
	process.EndGroup(pid, ended)
	return true
}
