// Command local runs the whole service on one machine: the unchanged template
// and the real Lambda binaries on a local AWS. The Makefile calls it; see
// README.md beside this file.
//
//	local run     start, and stay until Ctrl-C
//	local up      start, and return once it is healthy
//	local down    end what up started
//	local token   print a bearer token:   TENANT=acme [AS=admin|viewer|service]
//	local age     make an invite older:   INVITE=inv_… BY=8d
//	local tools   install the Python tools and web/node_modules, and nothing else
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := realMain(ctx, os.Args[1:])
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil:
	case errors.Is(err, errSaid):
		os.Exit(1)
	case interrupted && errors.Is(err, context.Canceled):
		os.Exit(130) // 128 + SIGINT, as a shell says it
	default:
		fmt.Fprintln(os.Stderr, "local:", strings.TrimSpace(err.Error()))
		os.Exit(1)
	}
}

func realMain(ctx context.Context, args []string) error {
	if len(args) != 1 {
		return errors.New("say one of: run, up, down, token, age, tools")
	}
	place, err := findPlace()
	if err != nil {
		return err
	}
	switch args[0] {
	case "run":
		return run(ctx, place, nil)
	case "serve": // what up starts
		return serve(ctx, place)
	case "up":
		return up(ctx, place)
	case "down":
		return down(place)
	case "tools":
		return provide(ctx, place)
	case "token":
		return token(ctx, place)
	case "age":
		return age(ctx, place)
	}
	return fmt.Errorf("%q is none of: run, up, down, token, age, tools", args[0])
}
