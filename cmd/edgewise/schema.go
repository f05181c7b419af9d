package main

import (
	"context"

	"github.com/edgewise-sim/edgewise/scenario"
)

// schemaCmd prints the schema of scenario files.
type schemaCmd struct {
	Out    string `short:"o" placeholder:"FILE" help:"File to write; standard output, if left out." type:"path"`
	Format string `default:"json" enum:"json" help:"A schema is JSON in any case."`
}

// Help adds to what --help shows.
func (c *schemaCmd) Help() string {
	return "Editors complete and check a scenario by it that begins with the line\n\n# yaml-language-server: $schema=scenario.schema.json"
}

// Run writes the schema.
func (c *schemaCmd) Run(_ context.Context, s *streams) error {
	if err := checkOutputs([]string{c.Out}, nil); err != nil {
		return &usageError{err}
	}
	data, err := scenario.Schema()
	if err != nil {
		return err
	}
	return writeOutput(c.Out, s.out, data)
}
