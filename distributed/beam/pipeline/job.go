package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/store/objects"
)

// A Job is a scenario that is run as pipelines.
type Job struct {
	// File is the scenario file as errors name it; Text is what is in it, Files are those that it names.
	File  string
	Text  []byte
	Files []scenario.File
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
	// Submit runs a pipeline: see [Runner]. It is called by several goroutines at a time.
	Submit Submit
	// Progress, if set, is called with what has happened, in a sentence.
	Progress func(string)
}

const mostPipelines = 64

// Submit runs a pipeline to its end and calls progress now and then with the counters of [Namespace], which it returns in the end.
type Submit func(ctx context.Context, p *beam.Pipeline, progress func(Counts)) (Counts, error)

// A RefusedError says that a job cannot run as it is, and why; nothing has run.
type RefusedError struct{ Why error }

// Error implements error.
func (e *RefusedError) Error() string { return e.Why.Error() }

// Unwrap returns the reason.
func (e *RefusedError) Unwrap() error { return e.Why }

func refuse(format string, args ...any) error { return &RefusedError{fmt.Errorf(format, args...)} }

// Run runs the study and writes the report. It returns a [*RefusedError] for what is wrong before anything has run. A cell that
// fails is named in the error, after the others have run.
func (j *Job) Run(ctx context.Context) error {
	study, from, err := j.check()
	if err != nil {
		return err
	}
	run := j.runThrough
	if j.Store != "" {
		run = j.runStored
	}
	return errors.Join(run(ctx, study, from), from.close())
}

// check refuses what cannot run.
func (j *Job) check() (*edgewise.Study, *source, error) {
	if j.Pipelines < 0 || j.Pipelines > mostPipelines {
		return nil, nil, refuse("%d pipelines; want 0 (one) to %d", j.Pipelines, mostPipelines)
	}
	if j.Pipelines > 1 && j.Store == "" {
		return nil, nil, refuse("%d pipelines without a store; want one, where results come together", j.Pipelines)
	}
	study, err := scenario.ParseFrom(j.File, j.Text, j.Files)
	if err != nil {
		return nil, nil, &RefusedError{err}
	}
	if j.Store == "" && study.Until != nil {
		return nil, nil, refuse("%s: replications: the study decides itself how many it needs (until), from the results of those before; want a store, where the next round finds them", j.File)
	}
	if err := report.CheckRun(j.Out, report.Run{Force: j.Force}); err != nil {
		return nil, nil, &RefusedError{err}
	}
	from := &source{Name: j.File}
	if from.Header, err = study.CellHeader(); err != nil {
		return nil, nil, &RefusedError{err}
	}
	return study, from, nil
}

// mostInPipeline bounds the scenario with its files where they are part of the pipeline: Dataflow takes graphs of 10 MB, in which
// bytes are written as text.
const mostInPipeline = 4 << 20

// runThrough runs a study whose results pass through the pipeline.
func (j *Job) runThrough(ctx context.Context, study *edgewise.Study, from *source) error {
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
	cells, err := study.Cells()
	if err != nil {
		return err
	}
	return j.submit(ctx, &graph{study: *from, out: out, force: j.Force}, byPlacement(study, cells), "the study")
}

// runStored runs a study whose results are in a store, round after round.
func (j *Job) runStored(ctx context.Context, study *edgewise.Study, from *source) (err error) {
	if from.Store = j.Store; !strings.HasPrefix(j.Store, objects.Scheme) {
		if from.Store, err = filepath.Abs(j.Store); err != nil {
			return err
		}
	}
	bucket, err := objects.BucketAt(from.Store)
	if err != nil {
		return &RefusedError{err}
	}
	about, err := store.Of(study, j.File)
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
	before := -1
	for {
		round, err := study.Round(ctx, kept, edgewise.NextRound)
		if err != nil {
			return err
		}
		if len(round.Cells) == 0 {
			break
		}
		if round.Number == before {
			return fmt.Errorf("round %d has run, and the store lacks results still: %w", before, missing(ctx, study, kept))
		}
		before = round.Number
		if err := j.submit(ctx, &graph{study: *from}, round.Cells, fmt.Sprintf("round %d", round.Number)); err != nil {
			return errors.Join(j.failures(ctx, bucket), err)
		}
	}
	comparison, err := study.CompareKept(ctx, kept)
	if err != nil {
		return err
	}
	w := &worker{text: j.Text, files: keep.Files}
	return report.WriteRun(ctx, j.Out, comparison, w.from(j.Force))
}

// missing says what the store lacks.
func missing(ctx context.Context, study *edgewise.Study, kept edgewise.Store) error {
	_, err := study.CompareKept(ctx, kept)
	return err
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

// byPlacement sorts cells placement by placement, as spans have them.
func byPlacement(study *edgewise.Study, cells []edgewise.Cell) (sorted []edgewise.Cell) {
	of := make(map[string][]edgewise.Cell)
	for _, c := range cells {
		of[c.Placement] = append(of[c.Placement], c)
	}
	for _, p := range study.Placements {
		sorted = append(sorted, of[p.Name]...)
	}
	return sorted
}

// Load reads the scenario of a job, and returns what is odd about it.
func (j *Job) Load(file string) (warnings []string, err error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &RefusedError{err}
	}
	study, files, err := scenario.ParseWithFiles(file, text)
	if err != nil {
		return nil, &RefusedError{err}
	}
	j.File, j.Text, j.Files = file, text, files
	return study.Warnings, nil
}
