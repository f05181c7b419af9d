package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
)

// runCmd runs a scenario.
type runCmd struct {
	Scenario     string `arg:"" help:"The scenario file." type:"path"`
	Out          string `short:"o" required:"" help:"Directory for the report: ${outputs}, scenario.yaml, the files it names (inputs) and manifest.json; made if missing, in a directory that exists. A run that is interrupted writes what its finished replications say, but never over the report of one that was not." type:"path"`
	Replications *int   `short:"r" help:"Replications instead of the scenario's: 1 or more."`
	Workers      int    `short:"w" help:"Runs at a time; 0 means one a core. Results do not depend on it."`
	Quiet        bool   `short:"q" help:"No progress, no table."`
	Verbose      bool   `short:"v" help:"Print all: every placement, where otherwise the baseline and the ten best are shown, and the sources of the data. comparison.md has all in any case."`
	Sites        bool   `short:"s" help:"Print what every site does, too: requests, bytes, hits, how busy its servers are, players, the load on the origins. comparison.md has it in any case."`
}

// Run runs the scenario, prints the comparison and writes it into the directory. When interrupted it
// writes what the finished replications say, unless the directory holds the report of a run that was not
// interrupted, and fails.
func (c *runCmd) Run(ctx context.Context, s *streams) error {
	text, err := os.ReadFile(c.Scenario)
	if err != nil {
		return &usageError{err}
	}
	study, files, err := scenario.ParseWithFiles(c.Scenario, text)
	if err != nil {
		return &usageError{err}
	}
	s.warnAll(study.Warnings)
	var inputs []report.Input
	for _, f := range files {
		inputs = append(inputs, report.Input(f))
	}
	if c.Workers < 0 {
		return &usageError{fmt.Errorf("--workers is %d; want 0 or more", c.Workers)}
	}
	if n := c.Replications; n != nil {
		if *n < 1 {
			return &usageError{fmt.Errorf("--replications is %d; want 1 or more", *n)}
		}
		study.Until, study.Replications = nil, *n
	}
	study.Workers = c.Workers
	// Find out now, not after the run, whether the results can be written.
	if err := checkNewDirectory(c.Out); err != nil {
		return &usageError{err}
	}
	if err := report.CheckRun(c.Out, text, inputs...); err != nil {
		return &usageError{err}
	}
	comparison, runErr := runShown(ctx, study, c.Quiet, s)
	if comparison == nil {
		return stopped(runErr)
	}
	return c.write(s, comparison, runErr, text, inputs)
}

// write writes and prints a comparison. runErr says why not all of its replications were run, if so.
func (c *runCmd) write(s *streams, comparison *edgewise.Comparison, runErr error, text []byte, inputs []report.Input) error {
	keep := runErr != nil && holdsFinishedReport(c.Out)
	if !keep {
		if err := report.WriteRun(c.Out, comparison, text, inputs...); err != nil {
			return errors.Join(runErr, err)
		}
	}
	if !c.Quiet {
		layout := report.Layout{Width: widthOf(s.out), All: c.Verbose, Sites: c.Sites}
		if err := report.WriteScreen(s.out, comparison, layout); err != nil {
			return errors.Join(runErr, err)
		}
		if err := sayStopping(s.out, comparison); err != nil {
			return errors.Join(runErr, err)
		}
		if !keep {
			if err := c.listFiles(s.out, len(inputs)); err != nil {
				return errors.Join(runErr, err)
			}
		}
	}
	switch {
	case keep:
		return fmt.Errorf("stopped after %d of %d replications, which are not written: %s keeps the report of a run that was not interrupted: %w",
			comparison.Replications, comparison.Planned, c.Out, runErr)
	case runErr != nil:
		return fmt.Errorf("stopped after %d of %d replications, which were written: %w", comparison.Replications, comparison.Planned, runErr)
	}
	return nil
}

// holdsFinishedReport reports whether a directory holds the report of a run that was not interrupted.
func holdsFinishedReport(dir string) bool {
	m, err := report.ReadManifest(dir)
	return err == nil && (m.Stopping != nil || m.Replications == m.Planned)
}

// sayStopping says why a study that decides itself has stopped.
func sayStopping(w io.Writer, c *edgewise.Comparison) (err error) {
	switch s := c.Stopping; {
	case s == nil:
	case s.Best != "":
		_, err = fmt.Fprintf(w, "Stopped after %d replications: %s. Least latency: %s.\n", c.Replications, s.Reason, s.Best)
	default:
		_, err = fmt.Fprintf(w, "Stopped after %d replications: %s. Least precise: %s.\n", c.Replications, s.Reason, s.Widest)
	}
	return err
}

func (c *runCmd) listFiles(w io.Writer, inputs int) error {
	names := "scenario.yaml"
	if inputs > 0 {
		names += ", the files it names"
	}
	said := fmt.Sprintf("Written to %s: %s, %s and manifest.json (edgewise reproduce runs it again).", filepath.Clean(c.Out), outputNames(), names)
	_, err := fmt.Fprintln(w, wrap(said, widthOf(w)))
	return err
}

// outputNames lists the files of every report.
func outputNames() string {
	var names []string
	for _, o := range report.Outputs() {
		names = append(names, o.Name)
	}
	return strings.Join(names, ", ")
}

// runShown runs a study, with a bar of progress where there is a terminal.
func runShown(ctx context.Context, study *edgewise.Study, quiet bool, s *streams) (*edgewise.Comparison, error) {
	if !quiet {
		show, finish := progressOn(s.err, "runs ")
		defer finish()
		if show != nil {
			study.Progress = func(p edgewise.Progress) { show(p.Done, p.Total) }
		}
	}
	return study.Run(ctx)
}
