package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/jedib0t/go-pretty/v6/table"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
)

// pilotBudget is how long a pilot may measure how fast the machine is, and shortSteps the work that needs no pilot: it
// is done in about a second.
const (
	pilotBudget = time.Second
	shortSteps  = 3e6
	// smallBytes is the memory of which nobody need know more than about how much it is.
	smallBytes = 256 << 20
)

// predict says what a study will take, refuses what is beyond bounds unless it is forced, and measures how long it will
// be where that is not short, and what memory its timeline takes where that is not little.
func predict(ctx context.Context, study *edgewise.Study, force bool) (*edgewise.Prediction, error) {
	p := study.Predict()
	if !force {
		if err := checkBounds(study, p); err != nil {
			return nil, &usageError{err}
		}
	}
	if p.All.Steps() > shortSteps || study.Timeline != nil && p.MemoryBytes > smallBytes {
		if err := study.Pilot(ctx, p, pilotBudget); err != nil {
			return nil, stopped(err)
		}
		if !force { // what is told of memory may be more now
			if err := checkBounds(study, p); err != nil {
				return nil, &usageError{err}
			}
		}
	}
	return p, nil
}

// checkBounds returns an error if a study would take more than this machine should be asked for.
func checkBounds(study *edgewise.Study, p *edgewise.Prediction) error {
	bounds := edgewise.Bounds{Steps: edgewise.MostSteps, MemoryBytes: machineMemoryBytes()}
	if err := study.Check(p, bounds); err != nil {
		return fmt.Errorf("%w; --force runs it all the same", err)
	}
	return nil
}

// sayPrediction says on one line what a study will take.
func sayPrediction(w io.Writer, p *edgewise.Prediction) error {
	runs := len(p.Placements) * p.Replications
	line := fmt.Sprintf("%s (%s, %s): %s; about %s of memory",
		counted(float64(runs), "run"), counted(float64(len(p.Placements)), "placement"), counted(float64(p.Replications), "replication"),
		workInWords(p.All), humanize.IBytes(uint64(p.MemoryBytes)))
	if p.RoughMemory {
		line += " (what the timeline takes is not measured)"
	}
	if p.Tails > 0 {
		line += fmt.Sprintf(", and %s more to take the slowest requests apart", counted(float64(p.Tails), "run"))
	}
	if p.Time > 0 {
		line += fmt.Sprintf(", about %s as this machine is loaded now", inWordsTime(p.Time))
	}
	_, err := fmt.Fprintln(w, "edgewise:", line)
	return err
}

// workInWords names what there is of requests, updates and sessions.
func workInWords(w sim.Work) string {
	var parts []string
	for _, part := range []struct {
		n    float64
		what string
	}{{w.Requests, "request"}, {w.Updates, "update"}, {w.Sessions, "session"}} {
		if part.n > 0 {
			parts = append(parts, counted(part.n, part.what))
		}
	}
	if parts == nil {
		return "how many requests is not known"
	}
	return strings.Join(parts, ", ")
}

// counted writes a number of things: "1 run", "1.25 M requests".
func counted(n float64, what string) string {
	return rounded(n) + " " + words.Plural(n, what)
}

// rounded writes a number with three digits where it is large: "92,000", "1.25 M".
func rounded(n float64) string {
	if n < 100_000 {
		return humanize.Comma(int64(n + 0.5))
	}
	if value, prefix := humanize.ComputeSI(n); prefix != "" && n < 1e18 {
		return fmt.Sprintf("%.3g %s", value, prefix)
	}
	return fmt.Sprintf("%.3g", n)
}

// A predictedWork is what JSON says of what a study, a placement or a sweep will take.
type predictedWork struct {
	Points       int             `json:"points,omitempty"`
	Placement    string          `json:"placement,omitempty"`
	Replications int             `json:"replications,omitempty"`
	Runs         int             `json:"runs"`
	Requests     float64         `json:"requests"`
	Updates      float64         `json:"updates"`
	Sessions     float64         `json:"sessions"`
	MemoryBytes  int64           `json:"memory_bytes"`
	RoughMemory  bool            `json:"rough_memory,omitempty"` // what a timeline takes of it is not measured
	Seconds      *float64        `json:"seconds"`                // null where no pilot has measured it
	Refused      string          `json:"refused,omitempty"`
	Placements   []predictedWork `json:"placements,omitempty"`
}

func predictedOf(work sim.Work, runs int, memoryBytes int64, took time.Duration) predictedWork {
	p := predictedWork{Runs: runs, Requests: work.Requests, Updates: work.Updates, Sessions: work.Sessions, MemoryBytes: memoryBytes}
	if took > 0 {
		seconds := took.Seconds()
		p.Seconds = &seconds
	}
	return p
}

// printPrediction prints what a study will take as JSON or, by placement, as a table.
func (f *reportFlags) printPrediction(w io.Writer, p *edgewise.Prediction, excess error) error {
	if !f.printsJSON() {
		return printPrediction(w, p, excess)
	}
	found := predictedOf(p.All, len(p.Placements)*p.Replications+p.Tails, p.MemoryBytes, p.Time)
	found.Replications, found.RoughMemory = p.Replications, p.RoughMemory
	if excess != nil {
		found.Refused = plainly(excess)
	}
	per := p.Run.Times(float64(p.Replications))
	for _, of := range p.Placements {
		one := predictedOf(per, p.Replications, p.SharedBytes+of.MemoryBytes, times(of.Time, p.Replications))
		one.Placement = of.Name
		found.Placements = append(found.Placements, one)
	}
	return writeJSON(w, found)
}

// printPrediction prints what a study will take, by placement, and whether it is refused; excess is nil if it is not. The
// memory is that of one run at a time, with what the program takes.
func printPrediction(w io.Writer, p *edgewise.Prediction, excess error) error {
	if err := sayPrediction(w, p); err != nil {
		return err
	}
	if excess != nil {
		if _, err := fmt.Fprintf(w, "edgewise: a run refuses this: %s\n", plainly(excess)); err != nil {
			return err
		}
	}
	rows := []table.Row{{"placement", "runs", "requests", "updates", "sessions", "memory", "time, about"}}
	per := p.Run.Times(float64(p.Replications))
	for _, of := range p.Placements {
		took := "not measured"
		if of.Time > 0 {
			took = inWordsTime(times(of.Time, p.Replications))
		}
		rows = append(rows, table.Row{
			of.Name, p.Replications, rounded(per.Requests), rounded(per.Updates), rounded(per.Sessions),
			humanize.IBytes(uint64(p.SharedBytes + of.MemoryBytes)), took,
		})
	}
	_, err := fmt.Fprintln(w, newTable("", rows).Render())
	return err
}

// times returns a time so many times, the longest where that is too short.
func times(d time.Duration, n int) time.Duration {
	if n > 0 && d > math.MaxInt64/time.Duration(n) {
		return math.MaxInt64
	}
	return d * time.Duration(n)
}
