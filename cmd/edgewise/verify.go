package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/edgewise-sim/edgewise/verify"
)

// verifyCmd holds the simulator against closed forms and reference values.
type verifyCmd struct {
	Effort  string   `default:"normal" enum:"quick,normal,thorough" help:"How long to simulate: ${enum}."`
	Group   []string `help:"Make the checks of this group only, for example Queues; may be given more than once."`
	Out     string   `short:"o" help:"Write the page into this Markdown file as well, in a directory that exists." type:"path"`
	Seed    uint64   `default:"1" help:"Seed of all random numbers."`
	Workers int      `short:"w" help:"Checks at a time; 0 means one a core. Results do not depend on it."`
	Quiet   bool     `short:"q" help:"Print the summary only."`
}

// Run makes all checks, prints the page, and fails when chance does not explain what is off.
func (c *verifyCmd) Run(ctx context.Context, s *streams) error {
	// Find out now, not after the checks, whether the page can be written.
	if err := checkOutputs([]string{c.Out}, nil); err != nil {
		return &usageError{err}
	}
	for _, g := range c.Group {
		if known := verify.Groups(); !slices.Contains(known, g) {
			return &usageError{fmt.Errorf("--group is %q; want one of %q", g, known)}
		}
	}
	page, err := verify.Run(ctx, verify.Options{Effort: verify.Effort(c.Effort), Groups: c.Group, Seed: c.Seed, Workers: c.Workers})
	if err != nil {
		return stopped(err)
	}
	var text bytes.Buffer
	if err := page.WriteMarkdown(&text); err != nil {
		return err
	}
	if c.Out != "" {
		if err := writeOutput(c.Out, io.Discard, text.Bytes()); err != nil {
			return err
		}
	}
	if c.Quiet {
		_, err = fmt.Fprintln(s.out, page.Summary())
	} else {
		_, err = s.out.Write(text.Bytes())
	}
	if err == nil && !page.Passed() {
		err = errors.New("verification failed")
	}
	return err
}
