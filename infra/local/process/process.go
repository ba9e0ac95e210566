// Package process runs the programs that the local stack is made of: Run for
// one that ends by itself, Start for one that stays. Each is the leader of a
// process group of its own, so that ending it ends its children too, and a
// Ctrl-C at the terminal reaches only the local stack itself.
package process

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// grace is how long a group has between SIGTERM and SIGKILL.
const grace = 8 * time.Second

// Spec says what to run. Env is the whole environment: nothing is inherited.
type Spec struct {
	Path string
	Args []string
	Dir  string
	Env  []string
	// Log receives standard output and standard error.
	Log *os.File
	// Keep stays open in the child as file descriptor 3 where it is not nil.
	Keep *os.File
}

func (s Spec) command() *exec.Cmd {
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Dir, cmd.Env = s.Dir, s.Env
	cmd.Stdout, cmd.Stderr = s.Log, s.Log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if s.Keep != nil {
		cmd.ExtraFiles = []*os.File{s.Keep}
	}
	return cmd
}

// Process is a started program.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{}
	err  error
}

// Start starts the program; the caller ends it with Stop.
func Start(s Spec) (*Process, error) {
	cmd := s.command()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", s.Path, err)
	}
	p := &Process{cmd: cmd, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// PID is the process's id, which is its group's id too.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Stop ends the group and returns when its leader has ended.
func (p *Process) Stop() {
	EndGroup(p.PID(), p.done)
	<-p.done
}

// EndGroup sends SIGTERM to the process group pgid, waits until ended is closed,
// and in any case kills what is left of the group afterwards.
func EndGroup(pgid int, ended <-chan struct{}) {
	_ = syscall.Kill(-pgid, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(grace):
	}
	_ = syscall.Kill(-pgid, syscall.SIGKILL)
}

// Run runs the program to its end. When ctx ends first, so does its group, and
// the error is ctx's.
func Run(ctx context.Context, s Spec) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p, err := Start(s)
	if err != nil {
		return err
	}
	select {
	case <-p.done:
	case <-ctx.Done():
		p.Stop()
		return ctx.Err()
	}
	var exit *exec.ExitError
	if errors.As(p.err, &exit) {
		return fmt.Errorf("%s: %s", s.Path, exit.ProcessState)
	}
	return p.err
}
