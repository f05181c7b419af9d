package sim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
)

// An Explanation is the way of one request, step by step.
type Explanation struct {
	Sighting
	// WorkloadName, MetroName are the ids of those that the sighting numbers; Number is that of the request among the recorded ones of
	// the metro, from 1, in order of time.
	WorkloadName, MetroName string
	Number                  int
	// Site is where the request is served, first of all: a cache, an origin or who computes.
	Site string
	// Opened is when that site opened, since the start of the run; 0 of one that has always been there.
	Opened time.Duration
	// Line is the user's line.
	Line topology.Technology
	// Steps are what went on behind that site: they sum to the time between the request's arrival there and the first byte.
	Steps []Step
	// WaitNs is that time.
	WaitNs int64
	// Links are what events of links did to the way of the user, and to those between sites on which something was asked for the request.
	Links []LinkOnWay
}

// A Which says which request is to be explained, of those that are recorded.
type Which uint8

// The ways to choose.
const (
	// ByNumber is one by its number.
	ByNumber Which = iota
	// Slowest is that with the longest time to the first byte, the first of several.
	Slowest
	// FirstMiss is the first that a first cache had to fetch.
	FirstMiss
)

// Explain follows one request of a workload from a metro in a replication, which it runs twice on one core: to find the request,
// and to follow it. Workload and metro are numbers as in a [Result]; number counts from 1 and is for [ByNumber]. Updates of games
// cannot be explained.
func (p *Plan) Explain(ctx context.Context, replication, workload, metro int, which Which, number int) (*Explanation, error) {
	if err := invalid.First(
		invalid.Range("workload", workload, 0, len(p.workloads)-1),
		invalid.Range("metro", metro, 0, len(p.metros)-1),
	); err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	if p.workloads[workload].kind == Matched {
		return nil, fmt.Errorf("sim: workload %q is a game; want one with requests", p.workloads[workload].name)
	}
	at, number, err := p.find(ctx, replication, workload, metro, which, number)
	if err != nil {
		return nil, err
	}
	t := &tracer{
		plan: p, workload: workload, metro: int32(metro), at: at, flights: make(map[flightName]bool), messages: make(map[uint64]bool),
	}
	e := &Explanation{WorkloadName: p.workloads[workload].name, MetroName: p.metros[metro], Number: number}
	r := &run{plan: p, ctx: ctx, rep: uint64(replication), result: p.newResult(replication), trace: t}
	var by *entry
	r.explains = func(s *Sighting, of *entry, q *request, first int64) {
		if e.Site == "" && s.Workload == workload && s.Metro == metro && s.At == at {
			by = of
			e.Sighting, e.Site, e.Line, e.WaitNs = *s, p.sites[of.site].id, q.line, first-q.arrived
			e.Opened = p.openedAt(e.Site)
			if t.found {
				e.Steps = t.steps(first)
			}
		}
	}
	if err := r.build(); err != nil {
		return nil, fmt.Errorf("sim: placement %q: %w", p.placement.Name, err)
	}
	if err := r.advance(1); err != nil {
		return nil, err
	}
	if by == nil {
		return e, nil
	}
	e.Links, err = p.linksOnWays(ctx, e, by, t.asked)
	return e, err
}

// find returns the instant of the request that is asked for, and its number.
func (p *Plan) find(ctx context.Context, replication, workload, metro int, which Which, number int) (at int64, _ int, err error) {
	var all []int64
	isFound, slowest := false, int64(0)
	_, err = p.Watch(ctx, replication, func(s *Sighting) {
		if s.Workload != workload || s.Metro != metro {
			return
		}
		all = append(all, s.At)
		is := false
		switch which {
		case Slowest:
			is = s.Outcome != Failed && (!isFound || s.TTFB > slowest || s.TTFB == slowest && s.At < at)
		case FirstMiss:
			is = s.Outcome == Miss && (!isFound || s.At < at)
		}
		if is {
			isFound, at, slowest = true, s.At, s.TTFB
		}
	})
	if err != nil {
		return 0, 0, err
	}
	slices.Sort(all)
	switch {
	case which == ByNumber && (number < 1 || number > len(all)):
		return 0, 0, fmt.Errorf("sim: request %d; want 1 to %d, as many as workload %q has from %q in the recorded time", number, len(all), p.workloads[workload].name, p.metros[metro])
	case which == ByNumber:
		at = all[number-1]
	case !isFound:
		return 0, 0, fmt.Errorf("sim: workload %q has no such request from %q in the recorded time, of %d", p.workloads[workload].name, p.metros[metro], len(all))
	}
	before, _ := slices.BinarySearch(all, at)
	return at, before + 1, nil
}
