package search

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

// compiledAtOnce is how many alternatives are compiled together: they share the routes.
const compiledAtOnce = 64

// compile returns what to expect of sets that are compiled, queues included.
func (sp *space) compile(ctx context.Context, sets [][]int) ([]scored, error) {
	var placements []placement.Placement
	for _, set := range sets {
		placements = append(placements, sp.placed(set))
	}
	all, err := sp.compilePlaced(ctx, placements)
	for i := range all {
		s := &all[i]
		s.set = sets[i]
		s.refuse(sp.forbidden(s.set), math.Inf(1))
		sp.keep(s)
	}
	return all, err
}

// compilePlaced returns what to expect of placements.
func (sp *space) compilePlaced(ctx context.Context, placements []placement.Placement) (all []scored, err error) {
	scenario := sp.study.Scenario
	scenario.Failures = nil
	for chunk := range slices.Chunk(placements, compiledAtOnce) {
		plans, err := sim.Compile(ctx, scenario, chunk...)
		if err != nil {
			return nil, err
		}
		for _, plan := range plans {
			s, err := sp.expectAll(plan)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// expectAll returns what to expect of all figures under a plan.
func (sp *space) expectAll(plan *sim.Plan) (s scored, err error) {
	for _, f := range sp.figures() {
		if f.isMoney {
			total, gaps, err := sp.surrogate.money(plan)
			if err != nil {
				return s, err
			}
			if len(gaps) > 0 { // what has no price costs something all the same
				s.refuse("no price for "+gaps[0].String(), math.Inf(1))
			}
			s.values = append(s.values, total)
			continue
		}
		if !f.isKnown {
			f = sp.proxy(f)
		}
		e, err := sp.surrogate.expect(plan, f)
		if err != nil {
			return s, err
		}
		if e.overloaded != "" {
			s.refuse(e.overloaded+" is full", math.Inf(1))
		}
		s.values = append(s.values, e.value)
	}
	if !sp.WithinCapacity {
		return s, nil
	}
	loads, err := plan.ServerLoads()
	for _, l := range loads {
		if !l.IsSteady() {
			s.refuse(cmp.Or(l.Site, "every site of "+l.Workload)+" is full", math.Inf(1))
		}
	}
	return s, err
}

// expectation returns what to expect of a figure under a placement.
func (sp *space) expectation(ctx context.Context, p placement.Placement, f *figure) (*expectation, error) {
	scenario := sp.study.Scenario
	scenario.Failures = nil
	plans, err := sim.Compile(ctx, scenario, p)
	if err != nil {
		return nil, err
	}
	return sp.surrogate.expect(plans[0], f)
}
