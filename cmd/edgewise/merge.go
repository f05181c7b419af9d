package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/batch"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/store/objects"
	"github.com/edgewise-sim/edgewise/sweep"
)

// mergeCmd makes a report from the cells that shards have run.
type mergeCmd struct {
	Stores  []string `arg:"" name:"store" help:"The stores that shards have filled, of one study: directories or s3://BUCKET/PREFIX, in any order. Cells may be in several."`
	Out     string   `short:"o" required:"" placeholder:"DIR" help:"Directory for the report, as edgewise run writes it: the same to the bit."`
	Partial bool     `help:"If runs are missing, report what the first replications say, as many as every placement has, instead of nothing."`
	Force   bool     `help:"Set aside what stands in the way of the report, as DIR.old-1, instead of refusing it."`
	Quiet   bool     `short:"q" help:"No progress, no table."`
	Parquet bool     `help:"Of a sweep, write sweep.parquet, too."`
	Sites   bool     `short:"s" help:"Print what every site does, too."`
	printFlag

	shard string // the command that runs what is missing, if another than usual
}

// Run compares what the stores have and writes the report. Nothing is simulated, and no store is changed. Where runs are missing
// it says which round needs them, and fails; with --partial it reports the replications that are whole before that.
func (c *mergeCmd) Run(ctx context.Context, s *streams) error {
	var merged store.Merged
	for _, place := range c.Stores {
		b, err := objects.BucketAt(place)
		if err != nil {
			return &usageError{err}
		}
		if dir, ok := b.(store.Directory); ok {
			if err := checkApart(c.Out, string(dir)); err != nil {
				return &usageError{err}
			}
		}
		merged = append(merged, b)
	}
	work, from, err := c.read(ctx, merged)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	s.warnAll(work.Warnings())
	if err := report.CheckRun(c.Out, from); err != nil {
		return &usageError{err}
	}
	switch work := work.(type) {
	case *batch.Sweep:
		return c.mergeSweep(ctx, s, work.Sweep, from, merged)
	case *batch.Search:
		c.shard = "edgewise shard --search"
		return c.mergeStudy(ctx, s, work.Study.Study, merged, func(comparison *edgewise.Comparison) error {
			write := &searchCmd{Out: c.Out, Quiet: c.Quiet, printFlag: c.printFlag}
			_, err := write.conclude(ctx, s, work.Found, comparison, nil, from)
			return err
		})
	case *batch.Study:
		return c.mergeStudy(ctx, s, work.Study, merged, func(comparison *edgewise.Comparison) error {
			write := &runCmd{Out: c.Out, Quiet: c.Quiet, Sites: c.Sites, reportFlags: c.asReportFlags()}
			_, err := write.write(ctx, s, comparison, nil, from)
			return err
		})
	}
	return fmt.Errorf("cells of a %T cannot be merged", work)
}

// mergeStudy compares the placements of a study, or the alternatives of a search, and writes the report.
func (c *mergeCmd) mergeStudy(ctx context.Context, s *streams, study *edgewise.Study, stores store.Merged, write func(*edgewise.Comparison) error) error {
	shown := s.progress(c.Quiet)
	shown.phase("reading cells")
	study.Progress = func(p edgewise.Progress) {
		shown.update(float64(p.Done)/float64(max(p.Total, 1)), fmt.Sprintf("%d of %s", p.Done, counted(float64(p.Total), "cell")))
	}
	comparison, err := study.CompareKept(ctx, stores)
	shown.finish()
	var missing *edgewise.MissingError
	switch {
	case ctx.Err() != nil:
		return stopped(ctx.Err())
	case errors.As(err, &missing) && (comparison == nil || !c.Partial):
		return fmt.Errorf("%s; %s", explainMissing(missing, comparison), c.remedy(missing, comparison))
	case err != nil && missing == nil:
		return err
	}
	if err := write(comparison); err != nil {
		return err
	}
	if missing != nil {
		return fmt.Errorf("reported %d of %d replications: %s", comparison.Replications, comparison.Planned, explainMissing(missing, comparison))
	}
	return nil
}

// read reads the scenario that the first store keeps, of which the cells of all must be.
func (c *mergeCmd) read(ctx context.Context, stores store.Merged) (work batch.Work, from report.Run, err error) {
	from.Force = c.Force
	kept, first, err := store.ReadScenario(ctx, stores[0])
	if err != nil {
		return nil, from, err
	}
	for _, b := range stores[1:] {
		about, err := store.ReadAbout(ctx, b)
		if err != nil {
			return nil, from, err
		}
		if why := about.Header.Matches(&first.Header); why != nil {
			return nil, from, fmt.Errorf("%v has cells of another study than %v: %w", b, stores[0], why)
		}
	}
	var files []scenario.File
	for _, f := range kept.Files {
		files = append(files, scenario.File(f))
		from.Inputs = append(from.Inputs, report.Input(f))
	}
	from.Scenario = kept.Text
	name := first.File
	if name == "" {
		name = "scenario.yaml"
	}
	work, err = batch.Reader{Search: first.Search}.ParseFrom(ctx, name, kept.Text, files)
	if err != nil {
		return nil, from, err
	}
	// Before anything is compared, say if this is another program than that of the shards.
	want, err := work.CellHeader()
	if err == nil {
		if err = first.Header.Matches(&want); err != nil {
			err = fmt.Errorf("the cells in %v have %w", stores[0], err)
		}
	}
	return work, from, err
}

// mergeSweep compares all points of a sweep and writes its report.
func (c *mergeCmd) mergeSweep(ctx context.Context, s *streams, of *sweep.Sweep, from report.Run, stores store.Merged) error {
	shown := s.progress(c.Quiet)
	shown.phase("reading cells")
	result, err := of.CompareKept(ctx, stores)
	shown.finish()
	var missing *edgewise.MissingError
	switch {
	case ctx.Err() != nil:
		return stopped(ctx.Err())
	case errors.As(err, &missing) && (result == nil || !c.Partial):
		return fmt.Errorf("%s; %s", explainMissing(missing, nil), c.remedy(missing, nil))
	case err != nil && missing == nil:
		return err
	}
	write := &sweepCmd{Out: c.Out, Quiet: c.Quiet, Parquet: c.Parquet, printFlag: c.printFlag}
	if _, err := write.write(ctx, s, result, from); err != nil {
		return err
	}
	if missing != nil {
		return fmt.Errorf("reported what there is: %s", explainMissing(missing, nil))
	}
	return nil
}

// explainMissing says what is missing.
func explainMissing(m *edgewise.MissingError, comparison *edgewise.Comparison) string {
	const most = 5
	var names []string
	for _, c := range m.Cells[:min(most, len(m.Cells))] {
		names = append(names, c.String())
	}
	if more := len(m.Cells) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	text := fmt.Sprintf("%s of round %d missing: %s", counted(float64(len(m.Cells)), "cell"), m.Round, strings.Join(names, "; "))
	if comparison != nil {
		text += fmt.Sprintf(". %d replications of %d are whole", comparison.Replications, comparison.Planned)
	}
	return text
}

// remedy says what to do about what is missing.
func (c *mergeCmd) remedy(m *edgewise.MissingError, comparison *edgewise.Comparison) string {
	text := fmt.Sprintf("%s SCENARIO -o %s --round %d runs them", cmp.Or(c.shard, "edgewise shard"), c.Stores[0], m.Round)
	if comparison != nil {
		text += ", --partial reports those"
	}
	return text
}
