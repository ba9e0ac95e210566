// Package tools provides the programs the local stack needs and a developer's
// machine does not have: Ensure makes a Python environment with the SAM CLI,
// cfn-lint and MiniStack in the versions and with the hashes of requirements.txt.
package tools

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"invites/infra/local/process"
)

// stampName holds, inside the environment, the hash of what it was made from.
const stampName = "made-from"

// minimum is the oldest Python that every pinned package supports.
const minimum = "3.11"

// Venv is a finished Python environment.
type Venv struct{ dir string }

// Bin is the path of one of its programs.
func (v Venv) Bin(name string) string { return filepath.Join(v.dir, "bin", name) }

// Path is the folder of its programs.
func (v Venv) Path() string { return filepath.Join(v.dir, "bin") }

// Ensure makes the environment at dir from the requirements file, or finds it
// current. pip's words go to log.
func Ensure(ctx context.Context, dir, requirements string, log *os.File) (Venv, error) {
	v := Venv{dir: dir}
	python, version, err := findPython(ctx)
	if err != nil {
		return v, err
	}
	pinned, err := os.ReadFile(requirements)
	if err != nil {
		return v, fmt.Errorf("read the pinned tools: %w", err)
	}
	digest := sha256.Sum256(append(pinned, version...))
	stamp := hex.EncodeToString(digest[:])
	if have, err := os.ReadFile(filepath.Join(dir, stampName)); err == nil && string(have) == stamp {
		return v, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return v, fmt.Errorf("remove the old Python environment: %w", err)
	}
	env := os.Environ()
	if err := process.Run(ctx, process.Spec{Path: python, Args: []string{"-m", "venv", dir}, Env: env, Log: log}); err != nil {
		return v, orEnded(ctx, fmt.Errorf("%s cannot make a virtual environment: install its venv module (Debian: python3-venv); see %s", python, log.Name()))
	}
	// The list is complete, so pip need not resolve anything: --no-deps.
	install := []string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
		"--require-hashes", "--no-deps", "--no-compile", "--only-binary", ":all:", "-r", requirements}
	if err := process.Run(ctx, process.Spec{Path: v.Bin("python"), Args: install, Env: env, Log: log}); err != nil {
		return v, orEnded(ctx, fmt.Errorf("pip could not install the pinned tools (is the package index reachable?): see %s", log.Name()))
	}
	if err := os.WriteFile(filepath.Join(dir, stampName), []byte(stamp), 0o644); err != nil {
		return v, fmt.Errorf("mark the Python environment as made: %w", err)
	}
	return v, nil
}

// orEnded is the context's end where that is why a step failed, else the failure.
func orEnded(ctx context.Context, failure error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return failure
}

// findPython takes the first Python on the path that is new enough.
func findPython(ctx context.Context) (path, version string, err error) {
	found := ""
	for _, name := range []string{"python3", "python3.13", "python3.12", "python3.11"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		out, err := exec.CommandContext(ctx, path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])").Output()
		if err != nil {
			continue
		}
		version := strings.TrimSpace(string(out))
		if newEnough(version) {
			return path, version, nil
		}
		if found == "" {
			found = version
		}
	}
	if ctx.Err() != nil {
		return "", "", ctx.Err()
	}
	if found != "" {
		return "", "", fmt.Errorf("python3 is %s: install Python %s or newer and put it on PATH", found, minimum)
	}
	return "", "", errors.New("python3 is missing: install Python " + minimum + " or newer and put it on PATH")
}

func newEnough(version string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return false
	}
	return major == 3 && minor >= 11
}
