package search

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// A loose problem stands for alternatives that must be compiled: every user goes to whichever open site is best for him, whatever the routing
// rule says; no queue is waited in; what a cache lacks is next door, and so are the data. No alternative does better.

// whyNotLoose says why there is no such problem for an objective, "" if there is.
func (sp *space) whyNotLoose(f *figure) string {
	switch {
	case f.isMoney:
		return "a bill of all that a placement does has no bound where alternatives must be compiled: " + sp.why
	case !f.isKnown:
		return "there is no bound of " + f.measure.Name()
	case f.base.Q > 0 || f.isWorst:
		return "quantiles and worst metros have no bound where alternatives must be compiled"
	}
	w := &sp.study.Workloads[f.number]
	kind := sim.KindOf(w.Service)
	entry := kind.Role()
	for i := range sp.Candidates {
		one := sp.placed([]int{i})
		if kind.MeetsCaches() {
			if i > 0 && one.EntryRole() != entry {
				return fmt.Sprintf("users of %q enter at sites of several roles", w.Name)
			}
			entry = one.EntryRole()
		} else if c := &sp.Candidates[i]; c.Role != entry {
			return fmt.Sprintf("candidates with the role %q may shorten the way of %q to its sites", c.Role, w.Name)
		}
	}
	return ""
}

// looseBound returns what no alternative is better than; NaN where it is not known.
func (sp *space) looseBound(ctx context.Context, objective int, best float64) (float64, error) {
	f := sp.objectives[objective]
	if sp.whyNotLoose(f) != "" {
		return math.NaN(), nil
	}
	w := &sp.study.Workloads[f.number]
	one := sp.placed([]int{0})
	entry := sim.KindOf(w.Service).Role()
	if sim.KindOf(w.Service).MeetsCaches() {
		entry = one.EntryRole()
	}
	var placements []placement.Placement
	for i := range sp.Candidates {
		if c := &sp.Candidates[i]; c.Role == entry && (len(c.Workloads) == 0 || slices.Contains(c.Workloads, w.Name)) {
			placements = append(placements, c.addTo(sp.alone(entry, "")).Named("alone: "+c.Site))
		}
	}
	options := len(placements)
	for _, site := range sp.fixedOf(f.number, entry) {
		placements = append(placements, sp.alone(entry, site))
	}
	scenario := sp.study.Scenario
	scenario.Failures = nil
	plans, err := sim.Compile(ctx, scenario, placements...)
	if err != nil {
		return 0, err
	}
	m, err := sp.looseMedian(plans, options, objective)
	if err != nil {
		return 0, err
	}
	sign := 1.0
	if f.better == edgewise.More {
		sign = -1
	}
	return sign * m.bound(ctx, sign*best), nil
}

// looseMedian returns the problem of the p-median of the figure, times its sign.
func (sp *space) looseMedian(plans []*sim.Plan, options, objective int) (*median, error) {
	f := sp.objectives[objective]
	demand, err := sp.surrogate.demandOf(plans[0], f.number)
	if err != nil {
		return nil, err
	}
	total := 0.0
	for _, d := range demand {
		total += d
	}
	users := len(demand)
	m := &median{users: users, options: options, most: min(sp.Most, options), costs: make([]float32, options*users), fixed: make([]float32, users)}
	for u := range m.fixed {
		if m.fixed[u] = float32(math.Inf(1)); demand[u] == 0 {
			m.fixed[u] = 0
		}
	}
	w := &sp.study.Workloads[f.number]
	_, meetsCaches := w.Service.(workload.Cacheable)
	resend := resendOf(w)
	ns := make([]float64, usersAMetro)
	for site, plan := range plans {
		ways := plan.Ways(f.number)
		for u := range ways {
			if demand[u] == 0 {
				continue
			}
			least := math.Inf(1)
			for i := range ways[u] {
				way := &ways[u][i]
				points := slices.Clone(sp.surrogate.pointsOf(plan, f.number, u, f.metric, way.HasMile))
				if meetsCaches {
					for k := range points {
						points[k].work = 0
					}
				}
				home := sp.surrogate.distanceOf(plan, f.number, u, way.HasMile)
				sp.surrogate.latencies(points, &home, way, &serving{served: 1}, resend, ns)
				least = math.Min(least, sp.cost(objective, f.statistic(ns)))
			}
			least *= demand[u] / total
			if site < options {
				m.costs[site*users+u] = float32(least)
			} else {
				m.fixed[u] = min(m.fixed[u], float32(least))
			}
		}
	}
	return m, nil
}
