package tools

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"invites/infra/local/process"
)

// Web is what the browser's parts are made of and into: folders below a repository.
type Web struct {
	root string
	log  *os.File
}

// NewWeb returns the web folder of a repository; npm's words go to log.
func NewWeb(root string, log *os.File) Web { return Web{root, log} }

func (w Web) dir() string { return filepath.Join(w.root, "web") }

// Part is the folder that the finished <pending-invites> is in.
func (w Web) Part() string { return filepath.Join(w.dir(), "pending-invites", "dist") }

// Renderer is the folder of what shows an OpenAPI document to people.
func (w Web) Renderer() string { return filepath.Join(w.dir(), "node_modules", "swagger-ui-dist") }

// Install installs what web/package-lock.json pins, or finds it there.
func (w Web) Install(ctx context.Context) error {
	stamp, err := digest(filepath.Join(w.dir(), "package-lock.json"), filepath.Join(w.dir(), "package.json"))
	if err != nil {
		return err
	}
	return once(filepath.Join(w.dir(), "node_modules", stampName), stamp, func() error {
		if err := w.npm(ctx, "ci"); err != nil {
			return orEnded(ctx, fmt.Errorf("npm could not install what web/package-lock.json pins (is the package registry reachable?): see %s", w.log.Name()))
		}
		return nil
	})
}

// Build makes what is in [Web.Part] from its sources, or finds it current.
func (w Web) Build(ctx context.Context) error {
	if err := w.Install(ctx); err != nil {
		return err
	}
	stamp, err := digest(
		filepath.Join(w.dir(), "package-lock.json"), filepath.Join(w.dir(), "tsconfig.json"),
		filepath.Join(w.dir(), "client"), filepath.Join(w.dir(), "pending-invites"), filepath.Join(w.root, "shared", "locale"))
	if err != nil {
		return err
	}
	return once(filepath.Join(w.Part(), stampName), stamp, func() error {
		if err := w.npm(ctx, "run", "build"); err != nil {
			return orEnded(ctx, fmt.Errorf("the console's part could not be built: see %s", w.log.Name()))
		}
		return nil
	})
}

func (w Web) npm(ctx context.Context, args ...string) error {
	path, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is missing: install Node.js 20.19 or newer and put it on PATH")
	}
	return process.Run(ctx, process.Spec{Path: path, Args: args, Dir: w.dir(), Env: os.Environ(), Log: w.log})
}

// once does the work unless the file at path says that it was done from the same
// sources, and says so when it is done.
func once(path, stamp string, work func() error) error {
	if have, err := os.ReadFile(path); err == nil && string(have) == stamp {
		return nil
	}
	if err := work(); err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(stamp), 0o644); err != nil {
		return fmt.Errorf("mark it as made: %w", err)
	}
	return nil
}

// digest is one of the names and contents of files, and of those below folders that
// somebody wrote.
func digest(paths ...string) (string, error) {
	sum := sha256.New()
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == "dist"):
				return filepath.SkipDir
			case entry.IsDir():
				return nil
			}
			file, err := os.Open(name)
			if err != nil {
				return err
			}
			defer file.Close()
			fmt.Fprintf(sum, "%s\x00", filepath.Base(name))
			_, err = io.Copy(sum, file)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("read what is to be built: %w", err)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
