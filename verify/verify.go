package verify

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/stats"
)

// An Effort is how long to simulate.
type Effort string

// The efforts: seconds, half a minute, several minutes on two cores.
const (
	Quick    Effort = "quick"
	Normal   Effort = "normal"
	Thorough Effort = "thorough"
)

// size returns the replications of a check and how long each is.
func (e Effort) size() (replications int, scale float64, err error) {
	switch e {
	case Quick:
		return 10, 0.1, nil
	case Normal, "":
		return 20, 1, nil
	case Thorough:
		return 40, 10, nil
	}
	return 0, 0, fmt.Errorf("verify: effort is %q; want %q, %q or %q", e, Quick, Normal, Thorough)
}

// Options say how to verify. The zero value is ready.
type Options struct {
	// Effort is how long to simulate; "" means Normal.
	Effort Effort
	// Groups are those of the checks to make, of [Groups]; none means all.
	Groups []string
	// Seed is the root of all random numbers.
	Seed uint64
	// Workers is the number of checks at a time; 0 means GOMAXPROCS. Results do not depend on it.
	Workers int
	// Progress, if set, is called after every check, never by two goroutines at a time.
	Progress func(done, total int)

	broken breakage
}

const (
	// level is the confidence level of a row.
	level = 0.95
	// alarm is the probability at which chance no longer explains the page.
	alarm = 0.01
)

// Run makes all checks. An error means that a check could not be made, not that it failed: [Page.Passed]
// tells that.
func Run(ctx context.Context, o Options) (*Page, error) {
	replications, scale, err := o.Effort.size()
	if err != nil {
		return nil, err
	}
	if o.Workers < 0 {
		return nil, fmt.Errorf("verify: %d workers; want 0 (all cores) or more", o.Workers)
	}
	workers := o.Workers
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	known := Groups()
	for _, g := range o.Groups {
		if !slices.Contains(known, g) {
			return nil, fmt.Errorf("verify: group is %q; want one of %q", g, known)
		}
	}
	checks := all()
	if len(o.Groups) > 0 {
		checks = slices.DeleteFunc(checks, func(c check) bool { return !slices.Contains(o.Groups, c.group) })
	}
	rows, done := make([]Row, len(checks)), 0
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	jobs := make(chan int)
	var pool sync.WaitGroup
	var progress sync.Mutex
	for range min(workers, len(checks)) {
		pool.Go(func() {
			for i := range jobs {
				row, err := checks[i].make(ctx, o, replications, scale)
				if err != nil {
					stop(fmt.Errorf("verify: %s: %s: %w", checks[i].group, checks[i].name, err))
					continue
				}
				rows[i] = row
				progress.Lock()
				if done++; o.Progress != nil {
					o.Progress(done, len(checks))
				}
				progress.Unlock()
			}
		})
	}
feed:
	for i := range checks {
		select {
		case jobs <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(jobs)
	pool.Wait()
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	return newPage(rows, o, replications), nil
}

// make simulates a check and compares.
func (c *check) make(ctx context.Context, o Options, replications int, scale float64) (Row, error) {
	row := Row{Group: c.group, Name: c.name, Source: c.source, Unit: c.unit, Expected: c.expected, Tolerance: c.tolerance, Exact: c.exact}
	t := trial{seed: o.Seed, entity: random.Entity("verify\x00" + c.group + "\x00" + c.name), scale: scale, broken: o.broken}
	if c.exact {
		value, err := c.simulate(ctx, t)
		if err != nil {
			return Row{}, err
		}
		row.Simulated = stats.Estimate{Value: value, Low: value, High: value, N: 1, Unsupported: "exact"}
		row.P, row.Verdict = 1, Agrees
		if value != c.expected {
			row.P, row.Verdict = 0, Outside
		}
		return row, nil
	}
	samples := make([]float64, replications)
	for r := range samples {
		if err := ctx.Err(); err != nil {
			return Row{}, err
		}
		t.replication = uint64(r)
		var err error
		if samples[r], err = c.simulate(ctx, t); err != nil {
			return Row{}, err
		}
	}
	row.Simulated = stats.MeanOf(samples, level)
	if !row.Simulated.HasInterval() {
		return Row{}, fmt.Errorf("no interval: %s", row.Simulated.Unsupported)
	}
	law := distuv.StudentsT{Sigma: 1, Nu: float64(replications - 1)}
	half := row.Simulated.HalfWidth()
	off := math.Max(0, math.Abs(row.Simulated.Value-c.expected)-c.tolerance)
	switch {
	case off == 0:
		row.P = 1
	case half > 0:
		row.P = 2 * law.Survival(off/(half/law.Quantile((1+level)/2)))
	}
	row.Verdict = Agrees
	if off > half {
		row.Verdict = Outside
	}
	return row, nil
}
