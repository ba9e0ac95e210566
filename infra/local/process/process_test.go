package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestALockedFileNamesALivingProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run", "x.lock")
	if _, held := Holder(path); held {
		t.Fatal("a lock nobody took is held")
	}
	lock, err := Acquire(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Name(os.Getpid()); err != nil {
		t.Fatal(err)
	}
	if _, err := Acquire(path); !errors.Is(err, ErrHeld) {
		t.Errorf("taken twice: %v", err)
	}
	if pid, held := Holder(path); !held || pid != os.Getpid() {
		t.Errorf("holder: got %d, %v", pid, held)
	}
	child, err := Start(Spec{Path: "/bin/sleep", Args: []string{"60"}, Keep: lock.File()})
	if err != nil {
		t.Fatal(err)
	}
	lock.Release()
	if _, held := Holder(path); !held {
		t.Error("the lock did not stay with the child it was handed to")
	}
	child.Stop()
	if _, held := Holder(path); held {
		t.Error("the lock outlives everybody who held it")
	}
}

func TestTheEndOfAContextEndsTheWholeGroup(t *testing.T) {
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- Run(ctx, Spec{Path: "/bin/sh", Args: []string{"-c", "sleep 60 & echo $!; wait"}, Log: log})
	}()
	grandchild := 0
	for ; grandchild == 0; time.Sleep(20 * time.Millisecond) {
		text, err := os.ReadFile(log.Name())
		if err != nil {
			t.Fatal(err)
		}
		if line, whole := strings.CutSuffix(string(text), "\n"); whole {
			if grandchild, err = strconv.Atoi(line); err != nil {
				t.Fatal(err)
			}
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the context's end", err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		state, err := os.ReadFile("/proc/" + strconv.Itoa(grandchild) + "/stat")
		if err != nil || strings.Contains(string(state), ") Z ") || errors.Is(syscall.Kill(grandchild, 0), syscall.ESRCH) {
			return
		}
		if time.Now().After(end) {
			t.Fatal("a child's child lives on")
		}
	}
}
