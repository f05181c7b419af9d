package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// compiledAtOnce is how many alternatives are compiled together: they share the routes.
const compiledAtOnce = 64

// compile returns what to expect of sets that are compiled, queues included.
func (sp *space) compile(ctx context.Context, sets [][]int) ([]scored, error) {
	plans := make([]*sim.Plan, len(sets))
	var placements []placement.Placement
	var missing []int
	for i, set := range sets {
		if plans[i] = sp.kept.get(set); plans[i] == nil {
			placements, missing = append(placements, sp.placed(set)), append(missing, i)
		}
	}
	all := make([]scored, len(sets))
	take := func(i int, plan *sim.Plan) (err error) {
		if all[i], err = sp.expectAll(ctx, plan); err != nil {
			return err
		}
		s := &all[i]
		s.set = sets[i]
		s.refuse(sp.forbidden(s.set), math.Inf(1))
		sp.keep(s)
		return nil
	}
	for i, plan := range plans {
		if plan != nil {
			if err := take(i, plan); err != nil {
				return nil, err
			}
		}
	}
	err := sp.compileEach(ctx, placements, func(k int, plan *sim.Plan) error {
		if sp.near == nil {
			sp.kept.put(sets[missing[k]], plan)
		}
		return take(missing[k], plan)
	})
	return all, err
}

// compilePlaced returns what to expect of placements.
func (sp *space) compilePlaced(ctx context.Context, placements []placement.Placement) (all []scored, err error) {
	err = sp.compileEach(ctx, placements, func(_ int, plan *sim.Plan) error {
		s, err := sp.expectAll(ctx, plan)
		all = append(all, s)
		return err
	})
	return all, err
}

// leftOut says what happens at a time in the study of which the surrogate knows nothing; "" where nothing does.
func (sp *space) leftOut() string {
	s := &sp.study.Scenario
	var all []string
	for _, of := range []struct {
		is   bool
		what string
	}{
		{len(s.Failures) > 0, "failures"},
		{len(s.Drains) > 0, "drains"},
		{len(s.Slowdowns) > 0, "slow servers"},
		{len(s.LinkFailures) > 0, "links that fail"},
		{len(s.LinkImpairments) > 0, "links that are slow or lose packets"},
		{len(s.OriginErrors) > 0, "errors of origins"},
		{len(sp.Fixed.Openings) > 0, "sites that open or close, but for how it is in the end"},
		{slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool {
			return len(w.Flashes) > 0 && sim.KindOf(w.Service) != sim.Matched
		}), "flash crowds but for what they ask on the mean"},
	} {
		if of.is {
			all = append(all, of.what)
		}
	}
	return strings.Join(all, ", ")
}

// compileEach compiles placements, some at a time.
func (sp *space) compileEach(ctx context.Context, placements []placement.Placement, take func(number int, plan *sim.Plan) error) error {
	scenario := sp.study.Scenario.WithoutEvents()
	for first := 0; first < len(placements); first += compiledAtOnce {
		plans, err := sim.Compile(ctx, scenario, placements[first:min(first+compiledAtOnce, len(placements))]...)
		if err != nil {
			return err
		}
		for i, plan := range plans {
			if err := take(first+i, plan); err != nil {
				return err
			}
		}
	}
	return nil
}

// expectAll returns what to expect of all figures under a plan.
func (sp *space) expectAll(ctx context.Context, plan *sim.Plan) (s scored, err error) {
	for _, f := range sp.figures() {
		if f.isMoney {
			total, gaps, err := sp.surrogate.money(plan)
			if err != nil {
				return s, err
			}
			if len(gaps) > 0 { // what has no price costs something all the same
				s.refuse("no price for "+gaps[0].Reason(), math.Inf(1))
			}
			s.values = append(s.values, total)
			continue
		}
		if !f.isKnown {
			f = sp.proxy(f)
		}
		e, err := sp.expect(ctx, plan, f)
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
	scenario := sp.study.Scenario.WithoutEvents()
	plans, err := sim.Compile(ctx, scenario, p)
	if err != nil {
		return nil, err
	}
	return sp.expect(ctx, plans[0], f)
}
