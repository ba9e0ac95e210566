package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// ErrHeld says that another process holds the lock.
var ErrHeld = errors.New("lock is held")

// Lock is a file that names a process and is locked as long as that process, or
// one that was handed the file, lives. So a process id read from a locked file
// is never that of a stranger.
type Lock struct{ file *os.File }

// Acquire locks path, or returns ErrHeld.
func Acquire(path string) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrHeld
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return &Lock{file: file}, nil
}

// File is handed to a child that holds the lock too.
func (l *Lock) File() *os.File { return l.file }

// Name writes the id of the process that the lock stands for.
func (l *Lock) Name(pid int) error {
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(strconv.Itoa(pid)+"\n"), 0)
	return err
}

// Release gives this process's hold up; one that was handed the file keeps its own.
func (l *Lock) Release() { l.file.Close() }

// Holder reports the process that holds the lock at path; false where nobody does.
func Holder(path string) (pid int, held bool) {
	lock, err := Acquire(path)
	if err == nil {
		lock.Release()
		return 0, false
	}
	if !errors.Is(err, ErrHeld) {
		return 0, false
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, true
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, true
	}
	return pid, true
}
