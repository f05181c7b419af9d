package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/batch"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/store/objects"
)

// A Job is a scenario that is run as pipelines: its placements, the points of its sweep, or the alternatives of its search.
type Job struct {
	// File is the scenario file as errors name it; Text is what is in it, Files are those that it names.
	File  string
	Text  []byte
	Files []scenario.File
	// Search runs the alternatives that the scenario's key search simulates, in place of its placements: the report is that of edgewise
	// search. Every process scores the alternatives itself.
	Search bool
	// Out is the directory of the report, as edgewise run writes it. Without a store a worker writes it, so that it must be on a
	// disk that the driver and the workers see.
	Out string
	// Force sets aside what stands in the way of the report, see [report.Run].
	Force bool
	// Store is where workers keep results, a directory that all see or an address as [objects.Open] has it. What is there already is not
	// run again. Empty means that results pass through the pipeline, into the memory of one worker.
	Store string
	// Pipelines is the number of pipelines side by side that the cells are dealt out to, 0 to 64; 0 means one. More than one needs a
	// store. Prism starts one worker for a pipeline; other runners start as many as they like, so that one is enough.
	Pipelines int
	// Attempts is how often a round is begun when pipelines fail, as Prism's do that lose their worker, 1 to 100; 0 means 3. What is in the
	// store is not run again; without a store nothing is tried again, but by the runner.
	Attempts int
	// Submit runs a pipeline: see [Runner]. It is called by several goroutines at a time.
	Submit Submit
	// Progress, if set, is called with what has happened, in a sentence.
	Progress func(string)

	loaded batch.Work // what Load has read, nil if the fields were set otherwise
}

const (
	mostPipelines   = 64
	mostAttempts    = 100
	defaultAttempts = 3
)

// Submit runs a pipeline to its end and calls progress now and then with the counters of [Namespace], which it returns in the end.
type Submit func(ctx context.Context, p *beam.Pipeline, progress func(Counts)) (Counts, error)

// A RefusedError says that a job cannot run as it is, and why; nothing has run.
type RefusedError struct{ Why error }

// Error implements error.
func (e *RefusedError) Error() string { return e.Why.Error() }

// Unwrap returns the reason.
func (e *RefusedError) Unwrap() error { return e.Why }

func refuse(format string, args ...any) error { return &RefusedError{fmt.Errorf(format, args...)} }

// Run runs the scenario and writes the report. It returns a [*RefusedError] for what is wrong before anything has run. A cell that
// fails is named in the error, after the others have run.
func (j *Job) Run(ctx context.Context) error {
	work, from, err := j.check(ctx)
	if err != nil {
		return err
	}
	run := j.runThrough
	if j.Store != "" {
		run = j.runStored
	}
	return errors.Join(run(ctx, work, from), from.close())
}

// check refuses what cannot run.
func (j *Job) check(ctx context.Context) (batch.Work, *source, error) {
	switch {
	case j.Pipelines < 0 || j.Pipelines > mostPipelines:
		return nil, nil, refuse("%d pipelines; want 0 (one) to %d", j.Pipelines, mostPipelines)
	case j.Pipelines > 1 && j.Store == "":
		return nil, nil, refuse("%d pipelines without a store; want one, where results come together", j.Pipelines)
	case j.Attempts < 0 || j.Attempts > mostAttempts:
		return nil, nil, refuse("%d attempts; want 0 (%d) to %d", j.Attempts, defaultAttempts, mostAttempts)
	}
	work, err := j.loaded, error(nil)
	if work == nil {
		work, err = batch.Reader{Search: j.Search}.ParseFrom(ctx, j.File, j.Text, j.Files)
	}
	if ctx.Err() != nil {
		return nil, nil, ctx.Err()
	}
	if err != nil {
		return nil, nil, &RefusedError{err}
	}
	if j.Store == "" && work.Decides() {
		return nil, nil, refuse("%s: it decides itself how many replications it needs (until), from the results of those before; want a store, where the next round finds them", j.File)
	}
	if err := report.CheckRun(j.Out, report.Run{Force: j.Force}); err != nil {
		return nil, nil, &RefusedError{err}
	}
	from := &source{Name: j.File, Search: j.Search}
	if from.Header, err = work.CellHeader(); err != nil {
		return nil, nil, &RefusedError{err}
	}
	return work, from, nil
}

// mostInPipeline bounds the scenario with its files where they are part of the pipeline: Dataflow takes graphs of 10 MB, in which
// bytes are written as text.
const mostInPipeline = 4 << 20

// runThrough runs work whose results pass through the pipeline.
func (j *Job) runThrough(ctx context.Context, work batch.Work, from *source) error {
	from.Text = j.Text
	size := len(j.Text)
	for _, f := range j.Files {
		from.Files = append(from.Files, store.File(f))
		size += len(f.Data)
	}
	if size > mostInPipeline {
		return refuse("%s has %d bytes with the files that it names, which is too much for the pipeline itself; want %d at most, or a store", j.File, size, mostInPipeline)
	}
	out, err := filepath.Abs(j.Out)
	if err != nil {
		return err
	}
	round, err := work.Round(ctx, encoded{}, 0)
	if err != nil {
		return err
	}
	return j.submit(ctx, &graph{study: *from, out: out, force: j.Force}, round.Cells, "round 0")
}

// runStored runs work whose results are in a store, round after round.
func (j *Job) runStored(ctx context.Context, work batch.Work, from *source) (err error) {
	if from.Store = j.Store; !strings.HasPrefix(j.Store, objects.Scheme) {
		if from.Store, err = filepath.Abs(j.Store); err != nil {
			return err
		}
	}
	bucket, err := objects.BucketAt(from.Store)
	if err != nil {
		return &RefusedError{err}
	}
	about, err := work.About(j.File)
	if err != nil {
		return &RefusedError{err}
	}
	keep := store.Scenario{Text: j.Text}
	for _, f := range j.Files {
		keep.Files = append(keep.Files, store.File(f))
	}
	kept, err := store.Join(ctx, bucket, about, keep, name())
	if err != nil {
		return &RefusedError{err}
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	for {
		isLast, err := j.runRound(ctx, work, &graph{study: *from}, kept, bucket)
		if err != nil {
			return err
		}
		if isLast {
			break
		}
	}
	w := &worker{text: j.Text, files: keep.Files}
	return work.WriteReport(ctx, j.Out, kept, w.from(j.Force))
}

// runRound runs what the store lacks of the first round that is not complete, or says that there is none. Where a pipeline fails and
// no cell has, as when a worker is lost, it begins again with what is missing.
func (j *Job) runRound(ctx context.Context, work batch.Work, like *graph, kept edgewise.Store, bucket store.Bucket) (isLast bool, err error) {
	round, err := work.Round(ctx, kept, edgewise.NextRound)
	if err != nil || len(round.Cells) == 0 {
		return true, err
	}
	what := fmt.Sprintf("round %d", round.Number)
	attempts := cmp.Or(j.Attempts, defaultAttempts)
	for n := 1; ; n++ {
		failed := j.submit(ctx, like, round.Cells, what)
		if ctx.Err() != nil {
			return false, failed
		}
		if failed != nil {
			if failures := j.failures(ctx, bucket); failures != nil {
				return false, errors.Join(failures, failed)
			}
		}
		missing, err := missingOf(ctx, kept, round.Cells)
		switch {
		case err != nil:
			return false, errors.Join(failed, err)
		case len(missing) == 0:
			return false, nil
		case failed == nil:
			return false, fmt.Errorf("%s has run, and the store lacks the results of %d cells still, that of %v the first", what, len(missing), missing[0])
		case n == attempts:
			return false, fmt.Errorf("%s: %d cells are missing after %d attempts: %w", what, len(missing), n, failed)
		}
		round.Cells = missing
		if j.Progress != nil {
			j.Progress(fmt.Sprintf("%s: a pipeline has failed, as when its worker is lost; %d cells are missing and are run again (attempt %d of %d)", what, len(missing), n+1, attempts))
		}
	}
}

// missingOf returns those cells that a store lacks.
func missingOf(ctx context.Context, kept edgewise.Store, cells []edgewise.Cell) (missing []edgewise.Cell, err error) {
	for _, c := range cells {
		r, err := kept.Get(ctx, c)
		if err != nil {
			return nil, err
		}
		if r == nil {
			missing = append(missing, c)
		}
	}
	return missing, nil
}

// failures names the cells that have failed, by the notes of the workers: what runners say of errors in workers is long, or nothing.
func (j *Job) failures(ctx context.Context, bucket store.Bucket) error {
	status, err := store.Read(ctx, bucket)
	if err != nil {
		return nil // the error of the pipeline says enough
	}
	var all []error
	for _, n := range status.Failed {
		all = append(all, fmt.Errorf("%v: %s (%s)", n.Cell, n.Error, n.Worker))
	}
	return errors.Join(all...)
}

// submit deals cells out to pipelines like one, and runs them side by side. One that fails keeps no other from running.
func (j *Job) submit(ctx context.Context, like *graph, cells []edgewise.Cell, what string) error {
	shares := spansOf(cells, max(1, j.Pipelines))
	progress := &progress{what: what, cells: len(cells), say: j.Progress, counts: make([]Counts, len(shares))}
	progress.begin()
	errs := make([]error, len(shares))
	var running sync.WaitGroup
	for i, spans := range shares {
		g := *like
		g.spans = spans
		running.Go(func() {
			counts, err := j.Submit(ctx, g.pipeline(), func(c Counts) { progress.set(i, c) })
			progress.set(i, counts)
			errs[i] = err
		})
	}
	running.Wait()
	err := errors.Join(errs...)
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		err = errors.Join(ctx.Err(), err)
	}
	return err
}

// Load reads the scenario of a job, and returns what is odd about it. Search is set before, and File, Text and Files are not changed after.
func (j *Job) Load(ctx context.Context, file string) (warnings []string, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &RefusedError{err}
	}
	work, files, err := batch.Reader{Search: j.Search}.Parse(ctx, file, text)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, &RefusedError{err}
	}
	j.File, j.Text, j.Files, j.loaded = file, text, files, work
	return work.Warnings(), nil
}
