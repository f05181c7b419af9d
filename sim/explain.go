package sim

import (
	"context"
	"fmt"
	"slices"

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
	// Line is the user's line.
	Line topology.Technology
	// Steps are what went on behind that site: they sum to the time between the request's arrival there and the first byte.
	Steps []Step
	// WaitNs is that time.
	WaitNs int64
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
// and to follow it. Number counts from 1 and is for [ByNumber]. Updates of games cannot be explained.
func (p *Plan) Explain(ctx context.Context, replication, workload, metro int, which Which, number int) (*Explanation, error) {
	if p.workloads[workload].kind == Matched {
		return nil, fmt.Errorf("sim: workload %q is a game; want one with requests", p.workloads[workload].name)
	}
	all, found, err := p.find(ctx, replication, workload, metro, which, number)
	if err != nil {
		return nil, err
	}
	t := &tracer{
		plan: p, workload: workload, metro: int32(metro), at: found.At, flights: make(map[flightName]bool), messages: make(map[uint64]bool),
	}
	e := &Explanation{WorkloadName: p.workloads[workload].name, MetroName: p.metros[metro]}
	r := &run{plan: p, ctx: ctx, rep: uint64(replication), result: p.newResult(replication), trace: t}
	r.explains = func(s *Sighting, site uint32, q *request, first int64) {
		if e.Site == "" && s.Workload == workload && s.Metro == metro && s.At == found.At {
			e.Sighting, e.Site, e.Line, e.WaitNs = *s, p.sites[site].id, q.line, first-q.arrived
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
	slices.Sort(all)
	e.Number, _ = slices.BinarySearch(all, found.At)
	e.Number++
	return e, nil
}

// find finds the request, and the instants of all.
func (p *Plan) find(ctx context.Context, replication, workload, metro int, which Which, number int) (all []int64, found Sighting, err error) {
	isFound := false
	var seen []Sighting // by number: all, without their causes
	_, err = p.Watch(ctx, replication, func(s *Sighting) {
		if s.Workload != workload || s.Metro != metro {
			return
		}
		all = append(all, s.At)
		is := false
		switch which {
		case ByNumber:
			seen = append(seen, Sighting{Workload: s.Workload, Metro: s.Metro, At: s.At})
		case Slowest:
			is = s.Outcome != Failed && (!isFound || s.TTFB > found.TTFB || s.TTFB == found.TTFB && s.At < found.At)
		case FirstMiss:
			is = s.Outcome == Miss && (!isFound || s.At < found.At)
		}
		if is {
			isFound, found = true, *s
		}
	})
	if err != nil {
		return nil, found, err
	}
	if which == ByNumber {
		slices.SortFunc(seen, func(a, b Sighting) int { return int(min(max(a.At-b.At, -1), 1)) })
		if number < 1 || number > len(seen) {
			return nil, found, fmt.Errorf("sim: request %d; want 1 to %d, as many as workload %q has from %q in the recorded time", number, len(seen), p.workloads[workload].name, p.metros[metro])
		}
		return all, seen[number-1], nil
	}
	if !isFound {
		return nil, found, fmt.Errorf("sim: workload %q has no such request from %q in the recorded time, of %d", p.workloads[workload].name, p.metros[metro], len(all))
	}
	return all, found, nil
}
