package main

import (
	"context"

	"invites/infra/local/tools"
)

// provide makes the Python tools without starting anything.
func provide(ctx context.Context, p place) error {
	log, err := p.log("tools")
	if err != nil {
		return err
	}
	defer log.Close()
	_, _, err = tools.Ensure(ctx, p.local("venv"), p.root+"/infra/local/requirements.txt", log)
	return err
}
