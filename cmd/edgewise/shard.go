package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/batch"
	"github.com/edgewise-sim/edgewise/store"
	"github.com/edgewise-sim/edgewise/store/objects"
)

// shardCmd runs a share of a study's cells.
type shardCmd struct {
	Scenario string `arg:"" help:"The scenario file." type:"path"`
	Store    string `short:"o" required:"" placeholder:"STORE" help:"Where every run is kept as it finishes, beside the scenario: a directory, made if missing, on a disk that all machines see, or s3://BUCKET/PREFIX. What is there already is not run again."`
	Index    *int   `short:"i" help:"Which shard this is, from 0; by default the index of the array job of Slurm, Kubernetes or AWS Batch that this is a task of."`
	Count    *int   `short:"n" help:"How many shards there are; by default the size of the array job of Slurm or AWS Batch."`
	Search   bool   `help:"Run the alternatives that a search of the scenario simulates (its key search), in place of its placements. Every shard scores the alternatives itself."`
	Round    int    `default:"-1" help:"Run this round of a study, or a sweep, that decides itself how many replications it needs (until), from 0; by default the first that is not complete. It needs all rounds before it."`
	Force    bool   `help:"Run, too, what is predicted to take more than the machine's memory, or more than 10^13 requests."`
	Workers  int    `short:"w" help:"Runs at a time; 0 means one a core. Results do not depend on it."`
	Quiet    bool   `short:"q" help:"No progress."`
	printFlag
}

// Run runs the cells of the share that the store lacks, the longest first. A run that fails does not keep the others from running;
// the command fails in the end. Run again, whatever ended it, it goes on.
func (c *shardCmd) Run(ctx context.Context, s *streams) error {
	part, err := shareOf(c.Index, c.Count)
	if err != nil {
		return &usageError{err}
	}
	if c.Round < edgewise.NextRound {
		return &usageError{fmt.Errorf("--round is %d; want 0 or more", c.Round)}
	}
	work, kept, err := c.read(ctx, s)
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	bucket, err := objects.BucketAt(c.Store)
	if err != nil {
		return &usageError{err}
	}
	about, err := work.About(c.Scenario)
	if err != nil {
		return &usageError{err}
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown machine"
	}
	cells, err := store.Join(ctx, bucket, about, kept, fmt.Sprintf("%s, process %d, %v", host, os.Getpid(), part))
	if err != nil {
		return unlessStopped(ctx, &usageError{err})
	}
	err = c.run(ctx, s, work, part, cells)
	return errors.Join(err, cells.Close())
}

// read reads the scenario.
func (c *shardCmd) read(ctx context.Context, s *streams) (batch.Work, store.Scenario, error) {
	text, err := readScenario(ctx, c.Scenario)
	if err != nil {
		return nil, store.Scenario{}, err
	}
	if c.Workers < 0 {
		return nil, store.Scenario{}, fmt.Errorf("--workers is %d; want 0 or more", c.Workers)
	}
	work, files, err := batch.Reader{Search: c.Search, Workers: c.Workers}.Parse(ctx, c.Scenario, text)
	if err != nil {
		return nil, store.Scenario{}, err
	}
	s.warnAll(work.Warnings())
	kept := store.Scenario{Text: text}
	for _, f := range files {
		kept.Files = append(kept.Files, store.File(f))
	}
	return work, kept, nil
}

func (c *shardCmd) run(ctx context.Context, s *streams, work batch.Work, part share, kept *store.Shared) error {
	say := func(format string, args ...any) {
		if !c.Quiet {
			fmt.Fprintf(s.err, "edgewise: "+format+"\n", args...)
		}
	}
	kept.Damaged = func(blob string, why error) {
		fmt.Fprintf(s.err, "edgewise: %s is damaged and is run again: %v\n", blob, why)
	}
	round, err := work.Round(ctx, kept, c.Round)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	found := &shardDone{Store: c.Store, Index: part.index, Count: part.count, Round: round.Number, Failed: []string{}}
	if len(round.Cells) == 0 {
		found.Complete = true
		say("nothing to run: the study is complete; edgewise merge %s -o DIR writes its report", c.Store)
		return c.print(s.out, found, saidAlready)
	}
	mine, there, err := missingOf(ctx, kept, round.Cells, part)
	if err != nil {
		return unlessStopped(ctx, err)
	}
	say("round %d, %v: %s to run, %d are there", round.Number, part, counted(float64(len(mine)), "cell"), there)
	found.There = there
	if len(mine) == 0 {
		return c.print(s.out, found, saidAlready)
	}
	if err := longestFirst(ctx, work, mine, c.Force); err != nil {
		return err
	}
	shown := s.progress(c.Quiet)
	defer shown.finish()
	shown.phase("running")
	running := &shardRun{kept: kept, notes: make(map[edgewise.Cell]*store.Note), shown: shown, total: len(mine)}
	s.last.set(running.String)
	err = work.RunCells(ctx, mine, func(cell edgewise.Cell) (bool, error) { return running.begin(ctx, cell) },
		func(cell edgewise.Cell, r *edgewise.CellResult, why error) error {
			return running.end(ctx, cell, r, why)
		})
	if ctx.Err() != nil {
		return &interruptedError{fmt.Errorf("%v: %w", running, ctx.Err())}
	}
	found.Ran = running.done
	for _, e := range running.failed {
		found.Failed = append(found.Failed, plainly(e))
	}
	return errors.Join(err, errors.Join(running.failed...), c.print(s.out, found, saidAlready))
}

// A shardDone is what JSON says of a shard that has come to its end.
type shardDone struct {
	Store    string   `json:"store"`
	Index    int      `json:"index"`
	Count    int      `json:"count"`
	Round    int      `json:"round"`
	There    int      `json:"there"` // cells of the share that the store had
	Ran      int      `json:"ran"`
	Failed   []string `json:"failed"`
	Complete bool     `json:"complete"` // whether the whole study is
}

// missingOf returns those cells of a share that a store lacks, and how many it has.
func missingOf(ctx context.Context, kept edgewise.Store, cells []edgewise.Cell, part share) (missing []edgewise.Cell, there int, err error) {
	for n, cell := range cells {
		if !part.holds(n) {
			continue
		}
		r, err := kept.Get(ctx, cell)
		if err != nil {
			return nil, 0, err
		}
		if r != nil {
			there++
		} else {
			missing = append(missing, cell)
		}
	}
	return missing, there, nil
}

// A shardRun keeps what cells give, and notes who runs them.
type shardRun struct {
	kept  *store.Shared
	shown *progress
	total int

	mu     sync.Mutex
	notes  map[edgewise.Cell]*store.Note
	done   int
	failed []error
}

func (r *shardRun) begin(ctx context.Context, c edgewise.Cell) (bool, error) {
	note, err := r.kept.Begin(ctx, c)
	if err != nil {
		return false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes[c] = note
	return true, nil
}

func (r *shardRun) end(ctx context.Context, c edgewise.Cell, result *edgewise.CellResult, why error) error {
	if why == nil {
		if err := r.kept.Put(ctx, result); err != nil {
			return err
		}
	}
	r.mu.Lock()
	note := r.notes[c]
	if why != nil {
		r.failed = append(r.failed, fmt.Errorf("%v: %w", c, why))
	} else {
		r.done++
		r.shown.update(float64(r.done)/float64(r.total), fmt.Sprintf("%d of %s", r.done, counted(float64(r.total), "cell")))
	}
	r.mu.Unlock()
	return r.kept.End(ctx, note, why) // a store may be far: nobody waits for it but this worker
}

// String says how far it is.
func (r *shardRun) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("stopped after %d cells of %d; they are kept, and the same command goes on", r.done, r.total)
}
