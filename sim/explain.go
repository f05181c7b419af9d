package sim

import (
	"context"
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// An Explanation is the way of one request, step by step.
type Explanation struct {
	Sighting
	// WorkloadName, MetroName are the ids of those that the sighting numbers; Number is that of the request among the recorded ones of
	// the metro, from 1, in order of time, of Count.
	WorkloadName, MetroName string
	Number, Count           int
	// FirstAtOnce and LastAtOnce are the numbers of the first and the last request that the metro asked at the same instant: that of this one where it is alone.
	FirstAtOnce, LastAtOnce int
	// Which is why it was chosen, Judged the byte by which the workload is judged, Among of how many requests: those of the metro, or of all.
	Which  Which
	Judged workload.Byte
	Among  int
	// Site is where the request is served, first of all: a cache, an origin or who computes.
	Site string
	// Opened is when that site opened, since the start of the run; 0 of one that has always been there.
	Opened time.Duration
	// Line is the user's line, Connection that over which the request was asked.
	Line       topology.Technology
	Connection UserConnection
	// Tried are the tries that were given up and the waits between them, in order of time; ConnectsAfter is how many of them came before the user opened
	// the connection on which it got its answer. Steps are what went on after them behind that site. Together they sum to the time between the request's
	// arrival there and the first byte, or to how long the failed one waits in vain from then on.
	Tried         []Step
	ConnectsAfter int
	Steps         []Step
	// Way is what the request's way to that site and back took where it failed with an error, as Causes has it of others: with WaitNs it sums to TTFB. It is 0
	// where there was no answer.
	Way [NumCauses]int64
	// Bytes is the size of the answer.
	Bytes int64
	// WaitNs is that time.
	WaitNs int64
	// Rest is what the other bytes waited for: it sums to what TTLB is more than TTFB.
	Rest []Step
	// Links are what events of links did to the way of the user, and to those between sites on which something was asked for the request.
	Links []LinkOnWay
}

// Explain follows one request of a workload from a metro in a replication, which it runs twice on one core: to find the request,
// and to follow it; where a cache lacks what it asks for a third time, to say why. Workload and metro are numbers as in a [Result], the metro may be [AllMetros] but for [ByNumber]; number counts from 1 and is for
// [ByNumber]. Updates of games cannot be explained. Where there is no such request the error is a [NoRequestError].
func (p *Plan) Explain(ctx context.Context, replication, workload, metro int, which Which, number int) (*Explanation, error) {
	if err := invalid.First(
		invalid.Range("workload", workload, 0, len(p.workloads)-1),
		invalid.Check(metro != AllMetros || which != ByNumber, "metro", metro, "one metro: requests are numbered by metro"),
		invalid.Range("metro", metro, AllMetros, len(p.metros)-1),
		invalid.Range("which", int(which), int(ByNumber), int(FirstRejected)),
	); err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	if p.workloads[workload].kind == Matched {
		return nil, fmt.Errorf("sim: workload %q is a game; want one with requests", p.workloads[workload].name)
	}
	f, err := p.find(ctx, replication, workload, metro, which, number)
	if err != nil {
		return nil, err
	}
	t := newTracer(p, workload, int32(f.metro), f.number)
	e, by, err := p.follow(ctx, replication, which, &f, t)
	if err == nil && len(t.lacks) > 0 {
		t = t.again()
		e, by, err = p.follow(ctx, replication, which, &f, t)
	}
	if err != nil || by == nil {
		return e, err
	}
	e.Links, err = p.linksOnWays(ctx, e, by, t.asked)
	return e, err
}

// follow runs a replication and tells the way of a request that was found, and whose clients it is of.
func (p *Plan) follow(ctx context.Context, replication int, which Which, f *foundRequest, t *tracer) (e *Explanation, by *entry, err error) {
	workload, metro := t.workload, f.metro
	e = &Explanation{
		WorkloadName: p.workloads[workload].name, MetroName: p.metros[metro], Number: f.place, Count: f.count,
		FirstAtOnce: f.first, LastAtOnce: f.last,
		Which: which, Judged: p.scenario.Workloads[workload].Judged, Among: f.among,
	}
	r := &run{plan: p, ctx: ctx, rep: uint64(replication), result: p.newResult(replication), trace: t}
	r.explains = func(s *Sighting, of *entry, q *request, first int64) {
		if e.Site == "" && s.Workload == workload && s.Metro == metro && q.number == f.number {
			by = of
			if s.Outcome.IsFailure() && s.Reason.IsSilence() { // what the site still does for it is in vain
				first = min(first, q.arrived+s.TTFB)
			}
			e.Sighting, e.Site, e.Line, e.WaitNs = *s, p.sites[of.site].id, q.line, first-q.arrived
			e.Opened, e.Connection, e.Bytes = p.openedAt(e.Site), r.connectionOf(s), s.bytes
			if t.found {
				e.Tried, e.ConnectsAfter = t.triedSteps()
				e.Steps = t.steps(first, s.Outcome, s.Reason)
			}
			switch {
			case !s.Outcome.IsFailure():
				e.Rest = r.restOf(&e.Sighting, of)
			case !s.Reason.IsSilence():
				e.Way = r.wayOf(&e.Sighting, of)
			}
		}
	}
	if err := r.build(); err != nil {
		return nil, nil, fmt.Errorf("sim: placement %q: %w", p.placement.Name, err)
	}
	return e, by, r.advance(1)
}
