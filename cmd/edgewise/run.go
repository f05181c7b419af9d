package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

// runCmd runs a scenario.
type runCmd struct {
	Scenario     string      `arg:"" help:"The scenario file." type:"path"`
	Out          string      `short:"o" placeholder:"DIR" help:"Directory for the report, which --dry-run alone does not need: ${outputs}, scenario.yaml, the files it names (inputs) and manifest.json; made if missing, in a directory that exists. A report that is there is replaced in one step; anything else is refused. A run that is interrupted writes what its finished replications say, without pictures, as far as the second that it has then allows, and says whether it did; it never writes over the report of one that was not."`
	Force        bool        `help:"Set aside what stands in the way of the report, as DIR.old-1, instead of refusing it. Run, too, what is predicted to take more than the machine's memory, or more than 10^13 requests."`
	DryRun       bool        `short:"n" help:"Only say what the run would take, by placement: runs, requests, updates and sessions of games, memory, and time as a pilot has it."`
	Store        string      `placeholder:"DIR" help:"Directory where every run is kept as it finishes, so that the same command goes on where it was ended; DIR.cells of the report, if left out. It is removed when the report is complete."`
	KeepCells    bool        `help:"Do not remove the store when the report is complete."`
	Fresh        bool        `help:"Discard what the store has, of whatever study, and begin anew."`
	Replications *int        `short:"r" help:"Replications instead of the scenario's: 1 or more."`
	Window       *windowFlag `placeholder:"FROM,FOR" help:"Only this part of the time, a study of its own, for example 19h,1h, or 19h,1h,steady to begin as if the load of then had been for ever: the key window of the scenario, which the report's scenario.yaml then has."`
	Workers      int         `short:"w" help:"Runs at a time; 0 means one a core. Results do not depend on it."`
	Quiet        bool        `short:"q" help:"No progress, no table."`
	Verbose      bool        `short:"v" help:"Print all: every placement, where otherwise the baseline and the ten best are shown, and the sources of the data. comparison.md has all in any case."`
	Tails        bool        `help:"Take the slowest requests apart by cause, above p50, p90, p95 and p99, in all and by metro, as tails: true in the scenario does: two more runs of the first replication of every placement."`
	Sites        bool        `short:"s" help:"Print what every site does, too: requests, bytes, hits, how busy its servers are, players, the load on the origins. comparison.md has it in any case."`
	reportFlags
}

// Help adds to what --help shows.
func (c *runCmd) Help() string { return exitCodesInWords() }

// Run runs the scenario, prints the comparison and writes it into the directory. Every run is kept in the store as it
// finishes. When interrupted it prints and writes what the finished replications say, without pictures, unless the directory
// holds the report of a run that was not interrupted, and fails.
func (c *runCmd) Run(ctx context.Context, s *streams) error {
	if c.Out == "" && !c.DryRun {
		return &usageError{errors.New("missing flags: --out=DIR (-o), or its name is empty; want a directory for the report")}
	}
	if err := c.check(); err != nil {
		return &usageError{err}
	}
	study, from, err := c.read(ctx, s)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	if err := c.checkPlaces(from); err != nil {
		return &usageError{err}
	}
	if err := study.ValidateWays(ctx); err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	return c.simulate(ctx, s, study, func(comparison *edgewise.Comparison, runErr error) (isComplete bool, err error) {
		return c.write(ctx, s, comparison, runErr, from)
	})
}

// simulate predicts a study, runs it and keeps every run as it finishes. conclude writes what it has found, with the error that has ended
// it, and reports whether all of that is on the disk.
func (c *runCmd) simulate(ctx context.Context, s *streams, study *edgewise.Study, conclude func(*edgewise.Comparison, error) (isComplete bool, err error)) error {
	predicted, err := predict(ctx, study, c.Force || c.DryRun)
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.printPrediction(s.out, predicted, checkBounds(study, predicted))
	}
	if !c.Quiet {
		if err := sayPrediction(s.err, predicted); err != nil {
			return err
		}
	}
	cells, err := c.openCells(s, study)
	if err != nil {
		return &usageError{err}
	}
	study.Store = cells
	s.last.set(func() string { return fmt.Sprintf("%v; %s", cells, sayReport(c.Out)) })
	shown := s.progress(c.Quiet)
	comparison, runErr := runShown(ctx, study, shown)
	shown.finish()
	if comparison == nil {
		return cells.closeAfter(false, runErr)
	}
	return cells.closeAfter(conclude(comparison, runErr))
}

// checkPlaces finds out now, not after the run, whether the results can be written.
func (c *runCmd) checkPlaces(from report.Run) error {
	if c.Out == "" && c.DryRun {
		return nil
	}
	if err := report.CheckRun(c.Out, from); err != nil {
		return err
	}
	return checkApart(c.Out, c.place())
}

// read reads the scenario.
func (c *runCmd) read(ctx context.Context, s *streams) (*edgewise.Study, report.Run, error) {
	from := report.Run{Force: c.Force, Outputs: c.outputs()}
	study, text, files, err := readWindow(ctx, s, c.Scenario, c.Window, c.Workers)
	if err != nil {
		return nil, from, err
	}
	study.Tails = study.Tails || c.Tails
	from.Scenario = text
	for _, f := range files {
		from.Inputs = append(from.Inputs, report.Input(f))
	}
	if n := c.Replications; n != nil {
		if *n < 1 {
			return nil, from, fmt.Errorf("--replications is %d; want 1 or more", *n)
		}
		study.Until, study.Replications = nil, *n
		if err := study.Validate(); err != nil {
			return nil, from, fmt.Errorf("--replications: %w", err)
		}
	}
	return study, from, nil
}

// write prints and writes a comparison, and reports whether all of its report is on the disk. runErr says why not all of its
// replications were run, if so. The table is printed whatever happens to the files, and the files are written whether or not
// somebody reads the table.
func (c *runCmd) write(ctx context.Context, s *streams, comparison *edgewise.Comparison, runErr error, from report.Run) (isComplete bool, err error) {
	var printed error
	if !c.Quiet || c.printsJSON() {
		printed = c.print(s.out, comparison, report.Layout{All: c.Verbose, Sites: c.Sites})
	}
	if runErr != nil {
		return false, errors.Join(c.writeUnfinished(ctx, comparison, runErr, from), printed)
	}
	shown := s.progress(c.Quiet)
	shown.phase("drawing and writing the report")
	err = report.WriteRun(ctx, c.Out, comparison, from)
	shown.finish()
	switch {
	case errors.Is(err, context.Canceled):
		return false, errors.Join(&interruptedError{fmt.Errorf("stopped while the report was drawn; %s: %w", sayReport(c.Out), err)}, printed)
	case err != nil:
		return false, errors.Join(err, printed)
	}
	if !c.Quiet && !c.printsJSON() && printed == nil {
		printed = c.listFiles(s.out, comparison, len(from.Inputs))
	}
	if unmet := comparison.Unmet(); printed == nil && len(unmet) > 0 {
		return true, &unmetError{unmet}
	}
	if printed == nil && len(comparison.Refused) > 0 {
		return true, &refusedError{comparison.Refused}
	}
	return true, printed
}

// writeUnfinished writes what an interrupted run has finished, in the time that the grace leaves: without pictures.
func (c *runCmd) writeUnfinished(ctx context.Context, comparison *edgewise.Comparison, runErr error, from report.Run) error {
	which := fmt.Sprintf("stopped after %d of %d replications", comparison.Replications, comparison.Planned)
	if holdsFinishedReport(c.Out) {
		return &interruptedError{fmt.Errorf("%s, which are not written: %s keeps the report of a run that was not interrupted: %w", which, c.Out, runErr)}
	}
	from.NoPictures = true
	if err := report.WriteRun(context.WithoutCancel(ctx), c.Out, comparison, from); err != nil {
		return errors.Join(&interruptedError{fmt.Errorf("%s: %w", which, runErr)}, err)
	}
	return &interruptedError{fmt.Errorf("%s, which were written to %s without pictures: %w", which, c.Out, runErr)}
}

// sayReport says what report there is when a run is ended.
func sayReport(dir string) string {
	m, err := report.ReadManifest(dir)
	switch {
	case err != nil:
		return "no report of them is written"
	case isFinished(m):
		return fmt.Sprintf("no report of them is written: %s keeps that of a run that was not interrupted", dir)
	}
	return fmt.Sprintf("%s has the report of %d of %d replications", dir, m.Replications, m.Planned)
}

// An unmetError says which expectations do not hold.
type unmetError struct{ unmet []edgewise.Expected }

func (e *unmetError) Error() string {
	var all []string
	for i := range e.unmet {
		all = append(all, report.ExpectedInWords(&e.unmet[i]))
	}
	return strings.Join(all, "; ")
}

// A refusedError says that placements are not in the report.
type refusedError struct{ refused []edgewise.Refusal }

func (e *refusedError) Error() string {
	var names []string
	for _, r := range e.refused {
		names = append(names, r.String())
	}
	return "reported without what is overloaded: " + strings.Join(names, "; ")
}

// holdsFinishedReport reports whether a directory holds the report of a run that was not interrupted.
func holdsFinishedReport(dir string) bool {
	m, err := report.ReadManifest(dir)
	return err == nil && isFinished(m)
}

func isFinished(m *report.Manifest) bool {
	return len(m.Missing) == 0 && !m.PicturesLeftOut && (m.Stopping != nil || m.Replications == m.Planned)
}

// sayStopping says why a study that decides itself has stopped.
func sayStopping(w io.Writer, c *edgewise.Comparison) (err error) {
	switch s := c.Stopping; {
	case s == nil:
	case len(s.Ranking) > 0:
		_, err = fmt.Fprintf(w, "Stopped after %d replications: %s. Best: %s, with a probability of %.3g %%.\n", c.Replications, s.Reason, s.Best, 100*s.Ranking[0].Best)
	case s.Best != "":
		_, err = fmt.Fprintf(w, "Stopped after %d replications: %s. Least latency: %s.\n", c.Replications, s.Reason, s.Best)
	case len(s.Unvalued) > 0 && s.Widest == "" && s.Reason != string(report.NotComparable):
		_, err = fmt.Fprintf(w, "Stopped after %d replications: %s: no placement has what the rule watches.\n", c.Replications, s.Reason)
	case s.Widest == "":
		_, err = fmt.Fprintf(w, "Stopped after %d replications: %s, for the placement with the least latency leaves many more without an answer than another.\n", c.Replications, s.Reason)
	default:
		_, err = fmt.Fprintf(w, "Stopped after %d replications: %s. Least precise: %s.\n", c.Replications, s.Reason, s.Widest)
	}
	if s := c.Stopping; s != nil && err == nil {
		for _, u := range s.Unvalued {
			if _, err = fmt.Fprintf(w, "Left out of that: %v.\n", u); err != nil {
				break
			}
		}
	}
	return err
}

func (c *runCmd) listFiles(w io.Writer, comparison *edgewise.Comparison, inputs int) error {
	names := "scenario.yaml"
	if inputs > 0 {
		names += ", the files it names"
	}
	files := fmt.Sprintf("%s, %s and manifest.json (edgewise reproduce runs it again, edgewise report draws it anew).", namesOf(append(report.OutputsOf(comparison), c.outputs()...)), names)
	_, err := fmt.Fprintf(w, "Written to %s:\n%s\n", filepath.Clean(c.Out), wrap(files, widthOf(w)))
	return err
}

// outputNames lists the files of every report.
func outputNames() string { return namesOf(report.Outputs()) }

func namesOf(outputs []edgewise.Output) string {
	var names []string
	for _, o := range outputs {
		names = append(names, o.Name)
	}
	return strings.Join(names, ", ")
}

// runShown runs a study and shows how far it is.
func runShown(ctx context.Context, study *edgewise.Study, shown *progress) (*edgewise.Comparison, error) {
	shown.phase("running")
	also := study.Progress
	study.Progress = func(p edgewise.Progress) {
		if also != nil {
			also(p)
		}
		shown.update(p.Share, fmt.Sprintf("%d of %s", p.Done, counted(float64(p.Total), "run")))
	}
	return study.Run(ctx)
}
