package search

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

// A loose problem stands for alternatives that must be compiled: every user goes to whichever open site is best for him, whatever the routing
// rule says; no queue is waited in; what a cache lacks is next door, and so are the data. No alternative does better.

// whyNotLoose says why there is no such problem for an objective, "" if there is.
func (sp *space) whyNotLoose(f *figure) string {
	switch {
	case f.isMoney:
		return "a bill of all that a placement does has no bound where alternatives must be compiled: " + sp.why
	case !f.isKnown, f.needsSample:
		return "there is no bound of " + f.measure.Name()
	case f.base.Q > 0 && !f.isWorst && f.better == edgewise.More:
		return "there is no bound of " + f.measure.Name()
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
	l, err := sp.looseOf(ctx, f)
	if err != nil {
		return 0, err
	}
	known := sp.cost(objective, best)
	cost := func(ns []float64) float64 { return sp.cost(objective, f.statistic(ns)) }
	var least float64
	switch {
	case f.isWorst:
		least = l.center(cost).bound()
	case f.base.Q > 0:
		least = l.quantileBound(ctx, f.base.Q, known)
	default:
		least = l.median(cost).bound(ctx, known)
	}
	return sp.cost(objective, math.Min(least, known)), nil
}

// A loose problem has candidates, each as a plan in which it stands alone, and what is open in any case likewise.
type loose struct {
	users, options, most int
	demand               []float64 // by user, as a part of all
	// each calls take with the latencies in ns that a user may have of a site, the options first; in several places where the user's metro
	// enters in several.
	each func(take func(user, site int, ns []float64))
}

func (sp *space) looseOf(ctx context.Context, f *figure) (*loose, error) {
	w := &sp.study.Workloads[f.number]
	kind := sim.KindOf(w.Service)
	entry := kind.Role()
	if kind.MeetsCaches() {
		entry = sp.placed([]int{0}).EntryRole()
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
	scenario := sp.study.Scenario.WithoutEvents()
	plans, err := sim.Compile(ctx, scenario, placements...)
	if err != nil {
		return nil, err
	}
	demand, err := sp.surrogate.demandOf(plans[0], f.number)
	if err != nil {
		return nil, err
	}
	l := &loose{users: len(demand), options: options, most: min(sp.Most, options), demand: make([]float64, len(demand))}
	total := 0.0
	for _, d := range demand {
		total += d
	}
	for u, d := range demand {
		l.demand[u] = d / total
	}
	l.each = func(take func(user, site int, ns []float64)) {
		resend := resendOf(w)
		ns := make([]float64, usersAMetro)
		for site, plan := range plans {
			for u, ways := range plan.Ways(f.number) {
				for i := range ways {
					if l.demand[u] == 0 {
						continue
					}
					way := &ways[i]
					points := sp.surrogate.pointsOf(plan, f.number, u, f.metric, way.HasMile)
					if kind.MeetsCaches() {
						points = slices.Clone(points)
						for k := range points {
							points[k].work = 0
						}
					}
					home := sp.surrogate.distanceOf(plan, f.number, u, way.HasMile)
					sp.surrogate.latencies(points, &home, way, &serving{served: 1}, resend, ns)
					take(u, site, ns)
				}
			}
		}
	}
	return l, nil
}

// leastCosts returns what every option costs a user at least, at [option*users+user], and what is open in any case; nothing is known of users
// whom nobody demands anything for.
func (l *loose) leastCosts(cost func(ns []float64) float64) (options, fixed []float64) {
	options = slices.Repeat([]float64{math.Inf(1)}, l.options*l.users)
	fixed = slices.Repeat([]float64{math.Inf(1)}, l.users)
	l.each(func(u, site int, ns []float64) {
		at := &fixed[u]
		if site < l.options {
			at = &options[site*l.users+u]
		}
		*at = math.Min(*at, cost(ns))
	})
	return options, fixed
}

// median returns the problem of the mean over users.
func (l *loose) median(cost func(ns []float64) float64) *median {
	options, fixed := l.leastCosts(cost)
	return l.medianOf(options, fixed)
}

func (l *loose) medianOf(options, fixed []float64) *median {
	m := &median{users: l.users, options: l.options, most: l.most, costs: make([]float32, len(options)), fixed: make([]float32, len(fixed))}
	weigh := func(cost float64, user int) float32 {
		if l.demand[user] == 0 {
			return 0
		}
		return float32(cost * l.demand[user])
	}
	for u, cost := range fixed {
		m.fixed[u] = weigh(cost, u)
	}
	for i, cost := range options {
		m.costs[i] = weigh(cost, i%l.users)
	}
	return m
}

// center returns the problem of the user who is worst off.
func (l *loose) center(cost func(ns []float64) float64) *center {
	c := &center{users: l.users, options: l.options, most: l.most}
	c.costs, c.fixed = l.leastCosts(cost)
	for u, d := range l.demand {
		if d == 0 {
			c.fixed[u] = math.Inf(-1)
		}
	}
	return c
}

// quantileBound returns a latency in ms that a quantile is not below, where one that is known is as given: one within which fewer users can
// be than the quantile asks for.
func (l *loose) quantileBound(ctx context.Context, q, known float64) float64 {
	levels := l.levels(q, known)
	options, fixed := make([][]float64, len(levels)), make([][]float64, len(levels))
	for k := range levels {
		options[k], fixed[k] = make([]float64, l.options*l.users), make([]float64, l.users)
	}
	cells := make([]int, len(levels)+1)
	l.each(func(u, site int, ns []float64) {
		clear(cells)
		for _, x := range ns {
			k, _ := slices.BinarySearch(levels, x*msPerNs)
			cells[k]++
		}
		within := 0
		for k := range levels {
			within += cells[k]
			at := &fixed[k][u]
			if site < l.options {
				at = &options[k][site*l.users+u]
			}
			*at = math.Min(*at, -float64(within)/float64(len(ns)))
		}
	})
	return leastLevel(levels, q, func(level int) float64 {
		return -l.medianOf(options[level], fixed[level]).relaxed(ctx, -q)
	})
}

// levels returns latencies in ms: 0, within which nobody is, and from what the quantile would be if all were open to the one that is known, no closer than cells of a
// histogram are.
func (l *loose) levels(q, known float64) []float64 {
	best, least := make([][]float64, l.users), make([]float64, l.users)
	l.each(func(u, _ int, ns []float64) {
		if mean := stat.Mean(ns, nil); best[u] == nil || mean < least[u] {
			best[u], least[u] = append(best[u][:0], ns...), mean
		}
	})
	var all histogram
	for u, ns := range best {
		if ns != nil {
			all.add(ns, l.demand[u])
		}
	}
	from := all.quantile(q) * msPerNs * 0.98
	step := math.Max(cellRatio, portable.Pow(known/from, 1/float64(quantileLevels-1)))
	levels := []float64{0, from}
	for at := from * step; at <= known*step; at *= step {
		levels = append(levels, at)
	}
	return levels
}
