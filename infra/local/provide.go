package main

import "context"

// provide makes the Python tools without starting anything.
func provide(ctx context.Context, p place) error {
	log, err := p.log("tools")
	if err != nil {
		return err
	}
	defer log.Close()
	_, err = p.ensureTools(ctx, log)
	return err
}
