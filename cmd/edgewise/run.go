package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

// runCmd runs a scenario.
type runCmd struct {
	Scenario     string `arg:"" help:"The scenario file." type:"path"`
	Out          string `short:"o" required:"" help:"Directory for comparison.json, comparison.csv and the plots; made if missing." type:"path"`
	Replications int    `short:"r" help:"Replications instead of the scenario's."`
	Workers      int    `short:"w" help:"Runs at a time; 0 means one a core. Results do not depend on it."`
	Quiet        bool   `short:"q" help:"No progress, no table."`
}

// Run runs the scenario, prints the comparison and writes it into the directory. When interrupted it
// writes what the finished replications say, and fails.
func (c *runCmd) Run(ctx context.Context, s *streams) error {
	study, err := scenario.Load(c.Scenario)
	if err != nil {
		return &usageError{err}
	}
	if c.Replications < 0 || c.Workers < 0 {
		return &usageError{fmt.Errorf("--replications is %d, --workers is %d; want 0 or more", c.Replications, c.Workers)}
	}
	if c.Replications > 0 {
		study.Replications = c.Replications
	}
	study.Workers = c.Workers
	// Find out now, not after the run, whether the results can be written.
	if err := os.MkdirAll(c.Out, 0o755); err != nil {
		return &usageError{err}
	}
	finish := func() {}
	if !c.Quiet {
		var show func(done, total int)
		if show, finish = progressOn(s.err, "runs "); show != nil {
			study.Progress = func(p edgewise.Progress) { show(p.Done, p.Total) }
		}
	}
	comparison, runErr := study.Run(ctx)
	finish()
	if comparison == nil {
		return runErr
	}
	if err := report.WriteAll(c.Out, comparison); err != nil {
		return errors.Join(runErr, err)
	}
	if !c.Quiet {
		if err := report.WriteTable(s.out, comparison); err != nil {
			return errors.Join(runErr, err)
		}
		if err := c.listFiles(s.out); err != nil {
			return errors.Join(runErr, err)
		}
	}
	if runErr != nil {
		return fmt.Errorf("stopped after %d of %d replications, which were written: %w", comparison.Replications, comparison.Planned, runErr)
	}
	return nil
}

func (c *runCmd) listFiles(w io.Writer) error {
	_, err := fmt.Fprintf(w, "\nWritten to %s: comparison.json, comparison.csv and the plots.\n", filepath.Clean(c.Out))
	return err
}
