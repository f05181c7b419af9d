package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/edgewise-sim/edgewise/report"
)

// reportCmd draws a report anew.
type reportCmd struct {
	Dir     string `arg:"" help:"The directory of a report that edgewise run, search or merge wrote." type:"path"`
	Out     string `short:"o" placeholder:"DIR" help:"Directory for the new report; the old one, if left out."`
	Force   bool   `help:"Set aside what stands in the way of the report, as DIR.old-1, instead of refusing it."`
	Quiet   bool   `short:"q" help:"No table, no summary."`
	Verbose bool   `short:"v" help:"As of edgewise run."`
	Sites   bool   `short:"s" help:"As of edgewise run."`
	reportFlags
}

// Run reads what a report says and draws it anew, without simulating: by this version of the program, in more formats. What was asked
// for when the report was written is made again.
func (c *reportCmd) Run(ctx context.Context, s *streams) error {
	if err := c.check(); err != nil {
		return &usageError{err}
	}
	comparison, m, err := report.ReadComparison(c.Dir)
	if err != nil {
		return &usageError{err}
	}
	to := cmp.Or(c.Out, c.Dir)
	run := report.Run{Force: c.Force, Outputs: append(m.FurtherOutputs(), c.outputs()...)}
	if err := report.CheckRun(to, run); err != nil {
		return &usageError{err}
	}
	var printed error
	if !c.Quiet || c.printsJSON() {
		printed = c.print(s.out, comparison, report.Layout{All: c.Verbose, Sites: c.Sites})
	}
	shown := s.progress(c.Quiet)
	shown.phase("drawing and writing the report")
	err = report.Redraw(ctx, c.Dir, to, run)
	shown.finish()
	if err != nil {
		return errors.Join(unlessStopped(ctx, err), printed)
	}
	if c.Quiet || printed != nil || c.printsJSON() {
		return printed
	}
	_, err = fmt.Fprintf(s.out, "Drawn anew in %s, without a run: %s of %d replications.\n", filepath.Clean(to), counted(float64(len(comparison.Placements)), "placement"), comparison.Replications)
	return err
}
