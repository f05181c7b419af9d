package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// A bench runs works and keeps what it could not run.
type bench struct {
	rounds  int
	quick   bool
	peers   map[string]peer
	note    func(format string, args ...any)
	skipped []string
}

// budget is the CPU time that the trials of one row may take together, as far as there was one trial.
const budget = 12 * time.Second

// run measures every entry of the works. All entries of a work take turns, so that a disturbance of the
// machine hits them alike.
func (b *bench) run(works []work) ([]row, error) {
	var rows []row
	for _, w := range works {
		trials := make([][]outcome, len(w.entries))
		peaks := make([]int64, len(w.entries))
		spent := make([]time.Duration, len(w.entries))
		absent := make([]bool, len(w.entries))
		for round := range b.rounds {
			for i, e := range w.entries {
				if absent[i] || round > 0 && spent[i] > budget*time.Duration(round)/time.Duration(b.rounds)+budget/4 {
					continue
				}
				operations := e.operations
				if b.quick {
					operations = max(1, operations/100)
				}
				argv, missing := b.argv(w, i, operations)
				if missing != "" {
					b.skip("%s: %s", e.engine, missing)
					absent[i] = true
					continue
				}
				o, peak, total, err := trial(argv)
				if err != nil {
					return nil, fmt.Errorf("%s, %s (%s), size %d: %w", w.name, e.engine, e.how, e.size, err)
				}
				trials[i] = append(trials[i], o)
				peaks[i] = max(peaks[i], peak)
				spent[i] += total
			}
			b.note("%s: round %d of %d", w.name, round+1, b.rounds)
		}
		for i, e := range w.entries {
			if len(trials[i]) > 0 {
				r := newRow(w, e, trials[i], peaks[i])
				r.Quick = b.quick
				rows = append(rows, r)
			}
		}
		if !b.quick {
			if err := sameWork(w, rows); err != nil {
				return nil, err
			}
		}
	}
	return rows, nil
}

// skip notes once that an engine is absent.
func (b *bench) skip(format string, args ...any) {
	if what := fmt.Sprintf(format, args...); !slices.Contains(b.skipped, what) {
		b.skipped = append(b.skipped, what)
		b.note("skipped: %s", what)
	}
}

// trialCommand makes this program run one trial and print its outcome.
const trialCommand = "trial"

// argv returns the command of a trial: every trial has a process of its own, so that none inherits the
// memory of another.
func (b *bench) argv(w work, entry, operations int) (argv []string, missing string) {
	e := w.entries[entry]
	if e.run != nil {
		return []string{os.Args[0], trialCommand, w.name, strconv.Itoa(entry), strconv.Itoa(operations)}, ""
	}
	p, ok := b.peers[e.engine]
	if !ok {
		return nil, "nothing runs it"
	}
	return append(slices.Clone(p.argv), w.name, strconv.Itoa(e.size), strconv.Itoa(operations)), p.missing
}

// trialMain runs the trial that argv named.
func trialMain(args []string) error {
	if len(args) != 3 {
		return errors.New("a trial takes the work, the number of the entry and the operations")
	}
	for _, w := range allWorks() {
		if w.name != args[0] {
			continue
		}
		i, err := strconv.Atoi(args[1])
		if err != nil || i < 0 || i >= len(w.entries) || w.entries[i].run == nil {
			return fmt.Errorf("%s has no entry %q to run here", w.name, args[1])
		}
		operations, err := strconv.Atoi(args[2])
		if err != nil || operations < 1 {
			return fmt.Errorf("operations are %q; want a number of at least 1", args[2])
		}
		o, err := w.entries[i].run(w.entries[i].size, operations)
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(o)
	}
	return fmt.Errorf("no work %q", args[0])
}

// trial runs a command that prints an outcome as JSON; it returns the most memory that the process had and
// all the CPU time it took.
func trial(argv []string) (o outcome, peakBytes int64, total time.Duration, err error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return o, 0, 0, fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	if err := json.Unmarshal(stdout.Bytes(), &o); err != nil {
		return o, 0, 0, fmt.Errorf("its outcome %q: %w", bytes.TrimSpace(stdout.Bytes()), err)
	}
	if o.Operations < 1 || o.CPU < 1 {
		return o, 0, 0, fmt.Errorf("its outcome %q has no operations or no time", bytes.TrimSpace(stdout.Bytes()))
	}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		peakBytes = usage.Maxrss * maxrssUnit
	}
	return o, peakBytes, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), nil
}

// timed returns the CPU time that this process takes for f, of all threads, the garbage collector's
// included.
func timed(f func() error) (int64, error) {
	before, err := cpuTime()
	if err != nil {
		return 0, err
	}
	if err := f(); err != nil {
		return 0, err
	}
	after, err := cpuTime()
	return after - before, err
}

func newRow(w work, e entry, trials []outcome, peak int64) row {
	costs := make([]float64, len(trials))
	for i, o := range trials {
		costs[i] = float64(o.CPU) / float64(o.Operations)
	}
	slices.Sort(costs)
	median := costs[len(costs)/2]
	if len(costs)%2 == 0 {
		median = (median + costs[len(costs)/2-1]) / 2
	}
	return row{
		base: e.base,
		Work: w.name, Engine: e.engine, How: e.how, Size: e.size, Operations: trials[0].Operations,
		NsPerOp: median, NsLeast: costs[0], NsMost: costs[len(costs)-1], OpsPerSecond: 1e9 / median,
		PeakBytes: peak, Check: trials[0].Check, Trials: len(trials),
	}
}

// sameWork returns an error if a row of the work came to another result than it should.
func sameWork(w work, rows []row) error {
	if w.check == "" {
		return nil
	}
	first := map[int]row{}
	for _, r := range rows {
		if r.Work != w.name {
			continue
		}
		want, of := w.theory, "theory"
		if want == 0 {
			f, ok := first[r.Size]
			if !ok {
				first[r.Size] = r
				continue
			}
			want, of = f.Check, fmt.Sprintf("%s (%s)", f.Engine, f.How)
		}
		if !(math.Abs(r.Check-want) <= w.tolerance(r.Operations)) {
			return fmt.Errorf("%s: the %s is %v with %s (%s) and %v with %s: not the same work",
				w.name, w.check, r.Check, r.Engine, r.How, want, of)
		}
	}
	return nil
}
