package main

import "context"

// provide installs the tools and what the web folder needs, without starting anything.
func provide(ctx context.Context, p place) error {
	log, err := p.log("tools")
	if err != nil {
		return err
	}
	defer log.Close()
	if _, err := p.ensureTools(ctx, log); err != nil {
		return err
	}
	return p.web(log).Install(ctx)
}
