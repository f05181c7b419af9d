package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/batch"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/sweep"
)

// sweepCmd runs a scenario at many points.
type sweepCmd struct {
	Scenario  string `arg:"" help:"The scenario file, with the key sweep." type:"path"`
	Out       string `short:"o" placeholder:"DIR" help:"Directory for the report, which --dry-run and --point alone do not need: ${sweep_outputs}, scenario.yaml, the files it names (inputs) and manifest.json; made if missing, in a directory that exists. A report that is there is replaced in one step; anything else is refused."`
	Parquet   bool   `help:"Write sweep.parquet, too: the table of sweep.csv."`
	Point     int    `placeholder:"N" help:"Only print the scenario file of this point, from 1, which edgewise run runs to the same bits."`
	Force     bool   `help:"Set aside what stands in the way of the report, as DIR.old-1, instead of refusing it. Run, too, what is predicted to take more than the machine's memory, or more than 10^13 requests."`
	DryRun    bool   `short:"n" help:"Only say what the sweep would take: points, runs, requests, memory, and time as a pilot of one point has it."`
	Store     string `placeholder:"DIR" help:"Directory where every run is kept as it finishes, so that the same command goes on where it was ended; DIR.cells of the report, if left out. It is removed when the report is complete."`
	KeepCells bool   `help:"Do not remove the store when the report is complete."`
	Fresh     bool   `help:"Discard what the store has, of whatever study, and begin anew."`
	Workers   int    `short:"w" help:"Runs at a time; 0 means one a core. Results do not depend on it."`
	Quiet     bool   `short:"q" help:"No progress, no table."`
	Verbose   bool   `short:"v" help:"Print all points and metros, where otherwise a part of many is shown. sweep.md has all in any case."`
	printFlag
}

// Help adds to what --help shows.
func (c *sweepCmd) Help() string { return exitCodesInWords() }

// Run runs all points, prints what was found along the keys and writes the report. Every run is kept in the store as it finishes.
// When interrupted it says what is kept; the same command goes on.
func (c *sweepCmd) Run(ctx context.Context, s *streams) error {
	if c.Out == "" && !c.DryRun && c.Point == 0 {
		return &usageError{errors.New("missing flags: --out=DIR (-o), or its name is empty; want a directory for the report")}
	}
	of, from, err := c.read(ctx, s)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	if c.Point != 0 {
		if c.Point < 1 || c.Point > len(of.Points) {
			return &usageError{fmt.Errorf("--point is %d; want 1 to %d", c.Point, len(of.Points))}
		}
		return c.printPoint(s.out, of)
	}
	if c.Out != "" {
		if err := report.CheckRun(c.Out, from); err != nil {
			return &usageError{err}
		}
		if err := checkApart(c.Out, c.place()); err != nil {
			return &usageError{err}
		}
	}
	predicted, err := predictSweep(ctx, of, c.Force || c.DryRun)
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.print(s.out, predicted.found(), func(w io.Writer) error { return predicted.print(w, of) })
	}
	if !c.Quiet {
		if err := predicted.say(s.err); err != nil {
			return err
		}
	}
	cells, err := c.openCells(s, of)
	if err != nil {
		return &usageError{err}
	}
	s.last.set(func() string { return fmt.Sprintf("%v; no report of them is written", cells) })
	shown := s.progress(c.Quiet)
	shown.phase("running")
	of.Progress = func(p edgewise.Progress) {
		cells.count(p)
		shown.update(p.Share, fmt.Sprintf("%d of %s", p.Done, counted(float64(p.Total), "run")))
	}
	result, runErr := of.Run(ctx, cells.Dir) // a cell that cannot be kept ends the sweep: nothing else holds it
	shown.finish()
	if runErr != nil {
		if ctx.Err() != nil {
			runErr = &interruptedError{fmt.Errorf("stopped before all points were run: %w", ctx.Err())}
		}
		return cells.closeAfter(false, runErr)
	}
	return cells.closeAfter(c.write(ctx, s, result, from))
}

// printPoint prints the scenario of one point.
func (c *sweepCmd) printPoint(w io.Writer, of *sweep.Sweep) error {
	point := &of.Points[c.Point-1]
	values := make(map[string]string)
	for i, v := range point.Values {
		values[of.Keys[i].Path] = v.Text
	}
	found := struct {
		Point    int               `json:"point"`
		Values   map[string]string `json:"values"`
		Scenario string            `json:"scenario"`
	}{c.Point, values, string(point.Text)}
	return c.print(w, found, func(w io.Writer) error {
		_, err := w.Write(point.Text)
		return err
	})
}

// place returns where the cells of the sweep are kept.
func (c *sweepCmd) place() string { return cmp.Or(c.Store, cellsOf(c.Out)) }

// read reads the scenario.
func (c *sweepCmd) read(ctx context.Context, s *streams) (*sweep.Sweep, report.Run, error) {
	from := report.Run{Force: c.Force}
	of, text, files, err := readSweep(ctx, s, c.Scenario, c.Workers)
	from.Scenario = text
	for _, f := range files {
		from.Inputs = append(from.Inputs, report.Input(f))
	}
	return of, from, err
}

// readSweep reads a scenario file with a sweep, and the files that it names, and tells its warnings.
func readSweep(ctx context.Context, s *streams, path string, workers int) (*sweep.Sweep, []byte, []scenario.File, error) {
	text, err := readScenario(ctx, path)
	if err != nil {
		return nil, nil, nil, err
	}
	of, files, err := parseSweep(s, path, text, workers)
	return of, text, files, err
}

func parseSweep(s *streams, path string, text []byte, workers int) (*sweep.Sweep, []scenario.File, error) {
	of, files, err := scenario.ParseSweep(path, text)
	if err != nil {
		return nil, nil, err
	}
	if workers < 0 {
		return nil, nil, fmt.Errorf("--workers is %d; want 0 or more", workers)
	}
	of.Workers = workers
	s.warnAll((&batch.Sweep{Sweep: of}).Warnings())
	return of, files, nil
}

// openCells opens the store of the sweep.
func (c *sweepCmd) openCells(s *streams, of *sweep.Sweep) (*cells, error) {
	if c.Fresh {
		if err := store.Discard(c.place()); err != nil {
			return nil, err
		}
	}
	about, err := (&batch.Sweep{Sweep: of}).About(c.Scenario)
	if err != nil {
		return nil, err
	}
	all, err := openCells(s, c.place(), about, c.Quiet)
	if err != nil {
		return nil, err
	}
	all.keepDone = c.KeepCells
	return all, nil
}

// write prints and writes what was found, and reports whether all of the report is on the disk.
func (c *sweepCmd) write(ctx context.Context, s *streams, result *sweep.Result, from report.Run) (isComplete bool, err error) {
	var printed error
	switch {
	case c.printsJSON():
		printed = report.WriteSweepJSON(s.out, result)
	case !c.Quiet:
		printed = report.WriteSweepScreen(s.out, result, report.Layout{Width: widthOf(s.out), All: c.Verbose})
	}
	shown := s.progress(c.Quiet)
	shown.phase("drawing and writing the report")
	err = writeSweepReport(ctx, c.Out, result, from, c.Parquet)
	shown.finish()
	switch {
	case errors.Is(err, context.Canceled):
		return false, errors.Join(&interruptedError{fmt.Errorf("stopped while the report was drawn: %w", err)}, printed)
	case err != nil:
		return false, errors.Join(err, printed)
	}
	if !c.Quiet && !c.printsJSON() && printed == nil {
		_, printed = fmt.Fprintf(s.out, "Written to %s.\n", c.Out)
	}
	if printed == nil {
		printed = refusedOf(result)
	}
	return true, printed
}

func writeSweepReport(ctx context.Context, dir string, result *sweep.Result, from report.Run, parquet bool) error {
	var more []report.SweepOutput
	if parquet {
		more = append(more, report.ParquetOutput)
	}
	return report.WriteSweep(ctx, dir, result, from, more...)
}

// refusedOf returns an error if a point, or a placement at one, is not compared.
func refusedOf(result *sweep.Result) error {
	var refused []edgewise.Refusal
	points := 0
	for i := range result.Points {
		if c := result.Points[i].Comparison; c != nil {
			refused = append(refused, c.Refused...)
		} else {
			points++
		}
	}
	switch {
	case points > 0:
		return &notComparedError{fmt.Errorf("reported without %s of %d, which are refused", counted(float64(points), "point"), len(result.Points))}
	case len(refused) > 0:
		return &refusedError{refused}
	}
	return nil
}

// A notComparedError says that points are not in the report.
type notComparedError struct{ error }

func (e *notComparedError) Unwrap() error { return e.error }

// A sweepPrediction says what a sweep will take.
type sweepPrediction struct {
	points, placements, run, runs int
	of                            *edgewise.Prediction
	pilot                         *edgewise.Prediction // of the point that was measured, nil if none was
	excess                        error
}

// predictSweep predicts the work of all points from that of each, and measures how long it will be by a pilot of the first.
func predictSweep(ctx context.Context, of *sweep.Sweep, force bool) (*sweepPrediction, error) {
	p := &sweepPrediction{points: len(of.Points), of: &edgewise.Prediction{}}
	var err error
	if p.placements, p.run, err = of.Shared(); err != nil {
		return nil, &usageError{err}
	}
	var first *edgewise.Prediction
	for i := range of.Points {
		study := *of.Points[i].Study
		study.Workers = of.Workers
		if study.Placements, err = of.OwnPlacements(i); err != nil {
			return nil, &usageError{err}
		}
		at := study.Predict()
		if first == nil && len(study.Placements) > 0 {
			first = at
			if at.All.Steps() > shortSteps {
				if err := study.Pilot(ctx, at, pilotBudget); err != nil {
					return nil, stopped(err)
				}
				if at.Time > 0 {
					p.pilot = at
				}
			}
		}
		p.runs += len(study.Placements) * at.Replications
		p.of.All.Requests += at.All.Requests
		p.of.All.Updates += at.All.Updates
		p.of.All.Sessions += at.All.Sessions
		p.of.MemoryBytes = max(p.of.MemoryBytes, at.MemoryBytes)
	}
	if first != nil && first.Time > 0 && first.All.Steps() > 0 {
		p.of.Time = rest(first.Time, p.of.All.Steps()/first.All.Steps())
	}
	study := of.Points[0].Study
	p.excess = study.Check(p.of, edgewise.Bounds{Steps: edgewise.MostSteps, MemoryBytes: machineMemoryBytes()})
	if p.excess != nil {
		p.excess = fmt.Errorf("%w; --force runs it all the same", p.excess)
		if !force {
			return nil, &usageError{p.excess}
		}
	}
	return p, nil
}

// say says on one line what the sweep will take.
func (p *sweepPrediction) say(w io.Writer) error {
	shared := ""
	if p.run < p.placements {
		shared = fmt.Sprintf(" of %d, the others being the same at several points", p.placements)
	}
	line := fmt.Sprintf("%s; %s of %s%s: %s; about %s of memory",
		counted(float64(p.points), "point"), counted(float64(p.runs), "run"), counted(float64(p.run), "placement"), shared,
		workInWords(p.of.All), humanize.IBytes(uint64(p.of.MemoryBytes)))
	if p.of.Time > 0 {
		line += fmt.Sprintf(", about %s as this machine is loaded now", inWordsTime(p.of.Time))
	}
	_, err := fmt.Fprintln(w, "edgewise:", line)
	return err
}

// found returns what JSON says of it.
func (p *sweepPrediction) found() predictedWork {
	found := predictedOf(p.of.All, p.runs, p.of.MemoryBytes, p.of.Time)
	found.Points = p.points
	if p.excess != nil {
		found.Refused = plainly(p.excess)
	}
	return found
}

// print prints what the sweep will take, and its points.
func (p *sweepPrediction) print(w io.Writer, of *sweep.Sweep) error {
	if err := p.say(w); err != nil {
		return err
	}
	if p.excess != nil {
		if _, err := fmt.Fprintf(w, "edgewise: a sweep refuses this: %s\n", plainly(p.excess)); err != nil {
			return err
		}
	}
	header := table.Row{"point"}
	for _, k := range of.Keys {
		header = append(header, k.Path)
	}
	rows := []table.Row{append(header, "placements run")}
	const most = 100
	for i := range of.Points {
		if i == most {
			rows = append(rows, table.Row{fmt.Sprintf("and %d more", len(of.Points)-most)})
			break
		}
		row := table.Row{i + 1}
		for _, v := range of.Points[i].Values {
			row = append(row, v.Text)
		}
		own, err := of.OwnPlacements(i)
		if err != nil {
			return err
		}
		rows = append(rows, append(row, len(own)))
	}
	_, err := fmt.Fprintln(w, newTable("", rows).Render())
	return err
}

// sweepOutputNames lists the files of every report of a sweep.
func sweepOutputNames() string {
	var names []string
	for _, o := range report.SweepOutputs() {
		names = append(names, o.Name)
	}
	return strings.Join(names, ", ")
}
