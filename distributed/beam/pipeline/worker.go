package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"sync"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/log"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/batch"
	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/scenario"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/store/objects"
)

// A source says where workers find what is run: in the store, where there is one, else in the pipeline itself.
type source struct {
	// Name is the scenario file as errors name it.
	Name string
	// Search says that the alternatives of its search are run, in place of its placements: see [Job].
	Search bool
	// Store is the address of the store, empty where results pass through the pipeline.
	Store string
	// Text is the scenario and Files are those that it names, empty where the store has them.
	Text  []byte
	Files []store.File
	// Header is that of the driver's results, which those of workers must have, too.
	Header edgewise.CellHeader
}

// A worker is what a process has of a study, a search or a sweep. All functions of the process share it: runners call several at a
// time, and each would compile the study, or score the alternatives, for itself.
type worker struct {
	work  batch.Work
	text  []byte
	files []store.File
	kept  *store.Shared // nil without a store
	// cell runs a cell.
	cell func(context.Context, edgewise.Cell, int) (*edgewise.CellResult, error)
	// cores has a place for every run at a time: runners start as many bundles as they like.
	cores chan struct{}
}

// workers are the studies that are open in this process, by the hash of their source. They stay so: Beam tears functions down
// when it likes, or never.
var workers struct {
	sync.Mutex
	open map[[sha256.Size]byte]*worker
}

// open returns the process's worker of a study.
func (s *source) open(ctx context.Context) (*worker, error) {
	key, err := s.key()
	if err != nil {
		return nil, err
	}
	workers.Lock()
	defer workers.Unlock()
	if w := workers.open[key]; w != nil {
		return w, nil
	}
	w, err := s.newWorker(ctx)
	if err != nil {
		return nil, err
	}
	if workers.open == nil {
		workers.open = make(map[[sha256.Size]byte]*worker)
	}
	workers.open[key] = w
	return w, nil
}

// close closes what is open of a study, when its pipelines have ended: where they ran in the driver's process, so that others
// may have the store for themselves.
func (s *source) close() error {
	key, err := s.key()
	if err != nil {
		return err
	}
	workers.Lock()
	defer workers.Unlock()
	w := workers.open[key]
	delete(workers.open, key)
	if w == nil || w.kept == nil {
		return nil
	}
	return w.kept.Close()
}

func (s *source) key() ([sha256.Size]byte, error) {
	text, err := json.Marshal(s)
	return sha256.Sum256(text), err
}

func (s *source) newWorker(ctx context.Context) (*worker, error) {
	w := &worker{text: s.Text, files: s.Files, cores: make(chan struct{}, runtime.GOMAXPROCS(0))}
	var bucket store.Bucket
	var err error
	if s.Store != "" {
		if bucket, err = objects.BucketAt(s.Store); err != nil {
			return nil, err
		}
		kept, _, err := store.ReadScenario(ctx, bucket)
		if err != nil {
			return nil, err
		}
		w.text, w.files = kept.Text, kept.Files
	}
	var files []scenario.File
	for _, f := range w.files {
		files = append(files, scenario.File(f))
	}
	if w.work, err = (batch.Reader{Search: s.Search}).ParseFrom(ctx, s.Name, w.text, files); err != nil {
		return nil, err
	}
	header, err := w.work.CellHeader()
	if err != nil {
		return nil, err
	}
	if why := header.Matches(&s.Header); why != nil {
		return nil, fmt.Errorf("this worker, %s, is not of the study and the program that the pipeline was made by: it has %w", name(), why)
	}
	runner, err := w.work.Runner()
	if err != nil {
		return nil, err
	}
	w.cell = runner.Run
	if bucket == nil {
		return w, nil
	}
	about, err := w.work.About(s.Name)
	if err != nil {
		return nil, err
	}
	if w.kept, err = store.Join(ctx, bucket, about, store.Scenario{Text: w.text, Files: w.files}, name()); err != nil {
		return nil, err
	}
	w.kept.Damaged = func(blob string, why error) {
		log.Warnf(context.Background(), "%s is damaged and is run again: %v", blob, why)
	}
	return w, nil
}

// name names this process in notes.
func name() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown machine"
	}
	return fmt.Sprintf("%s, process %d, Apache Beam", host, os.Getpid())
}

// from is what a report is made of.
func (w *worker) from(force bool) report.Run {
	run := report.Run{Scenario: w.text, Force: force}
	for _, f := range w.files {
		run.Inputs = append(run.Inputs, report.Input(f))
	}
	return run
}

// run runs a cell, unless the store has it. Its error is not of the cell, which is an outcome.
func (w *worker) run(ctx context.Context, c edgewise.Cell) (outcome, error) {
	select {
	case w.cores <- struct{}{}:
		defer func() { <-w.cores }()
	case <-ctx.Done():
		return outcome{}, ctx.Err()
	}
	if w.kept != nil {
		return w.runKept(ctx, c)
	}
	r, err := w.cell(ctx, c, 1)
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	if err != nil {
		return outcome{Cell: c, Failure: err.Error()}, nil
	}
	data, err := r.MarshalBinary()
	return outcome{Cell: c, Data: data}, err
}

// runKept runs a cell whose result goes into the store.
func (w *worker) runKept(ctx context.Context, c edgewise.Cell) (outcome, error) {
	there, err := w.kept.Get(ctx, c)
	if err != nil {
		return outcome{}, err
	}
	if there != nil {
		return outcome{Cell: c, Kept: true}, nil
	}
	note, err := w.kept.Begin(ctx, c)
	if err != nil {
		return outcome{}, err
	}
	r, failure := w.cell(ctx, c, 1)
	if ctx.Err() != nil {
		return outcome{}, ctx.Err()
	}
	o := outcome{Cell: c}
	if failure != nil {
		o.Failure = failure.Error()
	} else if err := w.kept.Put(ctx, r); err != nil {
		return outcome{}, err
	}
	return o, w.kept.End(ctx, note, failure)
}
