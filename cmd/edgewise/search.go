package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/search"
)

// searchCmd chooses sites.
type searchCmd struct {
	Scenario  string `arg:"" help:"The scenario file, with the key search." type:"path"`
	Out       string `short:"o" placeholder:"DIR" help:"Directory for the report, which --dry-run alone does not need: search.md, search.csv, search.json and pictures, beside what edgewise run writes of the alternatives that were simulated. It is written as that of edgewise run."`
	Force     bool   `help:"As of edgewise run."`
	DryRun    bool   `short:"n" help:"Only score the alternatives, and say which would be simulated and what that would take."`
	Store     string `placeholder:"DIR" help:"Directory where every run is kept as it finishes, so that the same command goes on where it was ended; DIR.cells of the report, if left out. It is removed when the report is complete."`
	KeepCells bool   `help:"Do not remove the store when the report is complete."`
	Fresh     bool   `help:"Discard what the store has, of whatever study, and begin anew."`
	Workers   int    `short:"w" help:"Runs at a time; 0 means one a core. Results do not depend on it."`
	Quiet     bool   `short:"q" help:"No progress, no table."`
	Verbose   bool   `short:"v" help:"Print all rows. search.md has them in any case."`
	printFlag
}

// Help adds to what --help shows.
func (c *searchCmd) Help() string { return exitCodesInWords() }

// Run scores the alternatives, simulates the best and prints and writes the answer. It is interrupted and goes on as edgewise run.
func (c *searchCmd) Run(ctx context.Context, s *streams) error {
	if c.Out == "" && !c.DryRun {
		return &usageError{errors.New("missing flags: --out=DIR (-o), or its name is empty; want a directory for the report")}
	}
	problem, from, err := c.read(ctx, s)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	as := c.asRun()
	if err := as.checkPlaces(from); err != nil {
		return &usageError{err}
	}
	shown := s.progress(c.Quiet)
	shown.phase("scoring the alternatives")
	found, err := search.Explore(ctx, problem)
	shown.finish()
	if err != nil {
		return stopped(err)
	}
	return as.simulate(ctx, s, found.Study(), func(comparison *edgewise.Comparison, runErr error) (isComplete bool, err error) {
		return c.conclude(ctx, s, found, comparison, runErr, from)
	})
}

// asRun returns the command that runs a scenario with the same flags.
func (c *searchCmd) asRun() *runCmd {
	return &runCmd{
		reportFlags: c.asReportFlags(), Scenario: c.Scenario, Out: c.Out, Force: c.Force, DryRun: c.DryRun, Store: c.Store, KeepCells: c.KeepCells, Fresh: c.Fresh,
		Workers: c.Workers, Quiet: c.Quiet, Verbose: c.Verbose,
	}
}

// read reads the scenario.
func (c *searchCmd) read(ctx context.Context, s *streams) (*search.Problem, report.Run, error) {
	from := report.Run{Force: c.Force}
	text, err := readScenario(ctx, c.Scenario)
	if err != nil {
		return nil, from, err
	}
	problem, files, err := parseSearch(s, c.Scenario, text, c.Workers)
	if err != nil {
		return nil, from, err
	}
	from.Scenario = text
	for _, f := range files {
		from.Inputs = append(from.Inputs, report.Input(f))
	}
	return problem, from, nil
}

// parseSearch reads a scenario with a search, and tells its warnings.
func parseSearch(s *streams, path string, text []byte, workers int) (*search.Problem, []scenario.File, error) {
	problem, files, err := scenario.Reader{}.ParseSearch(path, text)
	if err != nil {
		return nil, nil, err
	}
	s.warnAll(problem.Study.Warnings)
	if workers < 0 {
		return nil, nil, fmt.Errorf("--workers is %d; want 0 or more", workers)
	}
	problem.Study.Workers = workers
	return problem, files, nil
}

// conclude prints and writes the answer, and reports whether all of its report is on the disk.
func (c *searchCmd) conclude(ctx context.Context, s *streams, found *search.Exploration, comparison *edgewise.Comparison, runErr error, from report.Run) (isComplete bool, err error) {
	concluding := ctx
	if runErr != nil {
		concluding = context.WithoutCancel(ctx) // what is finished is told all the same
	}
	shown := s.progress(c.Quiet)
	shown.phase("varying what is given")
	answer, err := found.Conclude(concluding, comparison)
	shown.finish()
	if err != nil {
		return false, errors.Join(stopped(err), runErr)
	}
	from.Outputs = append(from.Outputs, report.SearchOutputs(answer)...)
	var printed error
	switch {
	case c.printsJSON():
		printed = report.WriteSearchJSON(s.out, answer)
	case !c.Quiet:
		printed = report.WriteSearch(s.out, answer, report.Layout{Width: widthOf(s.out), All: c.Verbose})
	}
	as := c.asRun()
	as.Quiet, as.Format = true, nil // its own tables are in comparison.md
	isComplete, err = as.write(ctx, s, comparison, runErr, from)
	if isComplete && !c.Quiet && !c.printsJSON() && printed == nil {
		_, printed = io.WriteString(s.out, fmt.Sprintf("Written to %s: search.md, search.csv, search.json, pictures, and the comparison of what was simulated (edgewise reproduce runs it again).\n", c.Out))
	}
	return isComplete, errors.Join(err, printed)
}
