package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
)

// A table is a figure by the ranks of the sites that users go to.
type table struct {
	*figure
	// sums holds the figure or, of a quantile, the share of the users within each of the levels.
	sums   []sum
	levels []float64 // ms
	// money is the table of a bill, nil of others.
	money *moneyTable
}

// of returns the figure.
func (t *table) of(best []uint16) float64 {
	switch {
	case t.isWorst && t.base.Deadline > 0:
		return -t.sums[0].largest(best)
	case t.isWorst:
		return t.sums[0].largest(best)
	case t.base.Q == 0:
		return t.sums[0].of(best)
	}
	low, high := 0, len(t.levels)-1
	for low < high {
		if middle := (low + high) / 2; t.sums[middle].of(best) < t.base.Q {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low == 0 {
		return t.levels[0]
	}
	below, above := t.sums[low-1].of(best), t.sums[low].of(best)
	if above <= below || above < t.base.Q {
		return t.levels[low]
	}
	return t.levels[low-1] + (t.levels[low]-t.levels[low-1])*(t.base.Q-below)/(above-below)
}

// isBeyond reports whether the figure is sure to cost more than one that is known: of a quantile, whether fewer users than it asks for are
// within that. One look tells it, where the quantile itself takes seven.
func (t *table) isBeyond(best []uint16, known float64) bool {
	switch {
	case t.better == edgewise.More:
		return t.of(best) < known
	case t.base.Q == 0 || t.isWorst:
		return t.of(best) > known
	}
	level, _ := slices.BinarySearch(t.levels, known)
	return level < len(t.levels) && t.sums[level].of(best) < t.base.Q
}

// alone returns what is fixed with one site alone in a role.
func (sp *space) alone(role placement.Role, site string) placement.Placement {
	p := sp.Fixed
	p.Sites, p.Tiers = nil, nil
	for _, a := range sp.Fixed.Sites {
		if a.Role != role || a.Site == site && !a.Backup {
			p.Sites = append(p.Sites, a)
		}
	}
	for _, t := range sp.Fixed.Tiers {
		if placement.Role(t.Name) == role {
			t.Caches = slices.DeleteFunc(slices.Clone(t.Caches), func(c placement.Cache) bool { return c.Site != site || c.Backup })
			if len(t.Caches) == 0 {
				continue
			}
		}
		p.Tiers = append(p.Tiers, t)
	}
	return p.Named("alone: " + site)
}

// survey compiles every site alone, where tables say all, and makes them.
func (sp *space) survey(ctx context.Context) error {
	role, why := sp.whyCompiled()
	if why != "" {
		sp.why = why
		return nil
	}
	// Calls must go where they go with all that is fixed.
	scenario := sp.study.Scenario.WithoutEvents()
	scenario.Workloads = slices.Clone(scenario.Workloads)
	for i := range scenario.Workloads {
		w := &scenario.Workloads[i]
		if home := sp.study.HomeOfData(sp.Fixed, w); home != "" {
			w.SetDataHome(home)
		}
	}
	fixed := sp.fixedOf(sp.leading(role), role)
	var placements []placement.Placement
	for i := range sp.Candidates {
		c := &sp.Candidates[i]
		placements = append(placements, c.addTo(sp.alone(role, "")).Named("alone: "+c.Site))
	}
	for _, site := range fixed {
		placements = append(placements, sp.alone(role, site))
	}
	var err error
	if sp.plans, err = sim.Compile(ctx, scenario, placements...); err != nil {
		return err
	}
	sp.role = role
	if sp.usesMoney() {
		if err := sp.compileWhole(ctx, scenario); err != nil {
			return err
		}
	}
	sites := make([]string, len(placements))
	for i := range sp.Candidates {
		sites[i] = sp.Candidates[i].Site
	}
	copy(sites[len(sp.Candidates):], fixed)
	if sp.rtts, err = sp.roundTrips(sites); err != nil {
		return err
	}
	return sp.tabulate()
}

// tabulate makes the tables, if there are to be any.
func (sp *space) tabulate() error {
	if sp.plans == nil {
		return nil
	}
	plans, options := sp.plans, len(sp.Candidates)
	rtts := sp.rtts
	if sp.surrogate.factors.site != nil {
		rtts = sp.movedTrips()
	}
	n := &nearest{users: len(rtts), options: options, rank: make([]uint16, options*len(rtts)), fixed: make([]uint16, len(rtts))}
	// order holds by user the number of the plan at each rank.
	order := make([][]int, n.users)
	for u := range order {
		order[u] = sp.rankUser(n, u, rtts[u])
	}
	sp.near = n
	sp.siteAt = make([]uint16, n.users*n.width())
	for u := range order {
		for r, plan := range order[u] {
			sp.siteAt[u*n.width()+r] = uint16(plan)
		}
	}
	for _, f := range sp.figures() {
		t, err := sp.tableOf(f, plans, order)
		if err != nil {
			return err
		}
		sp.tables = append(sp.tables, t)
	}
	return sp.findRoom(plans)
}

// compileWhole compiles what is fixed with all candidates, for what of a bill does not depend on where users go.
func (sp *space) compileWhole(ctx context.Context, scenario sim.Scenario) error {
	all := make([]int, len(sp.Candidates))
	for i := range all {
		all[i] = i
	}
	plans, err := sim.Compile(ctx, scenario, sp.placed(all))
	if err != nil {
		return err
	}
	sp.whole = plans[0]
	return nil
}

// rankUser ranks the options of a user by round trip: fixed sites come first where they are as near, as they stand first in every
// placement. It returns the number of the plan at each rank; fixed sites behind the nearest of them have none.
func (sp *space) rankUser(n *nearest, u int, rtts []time.Duration) (order []int) {
	type option struct {
		rtt  time.Duration
		plan int
	}
	var all []option
	nearestFixed := -1
	for i := n.options; i < len(rtts); i++ {
		if nearestFixed < 0 || rtts[i] < rtts[nearestFixed] {
			nearestFixed = i
		}
	}
	if nearestFixed >= 0 {
		all = append(all, option{rtts[nearestFixed], nearestFixed})
	}
	for i := range n.options {
		all = append(all, option{rtts[i], i})
	}
	slices.SortStableFunc(all, func(a, b option) int { return cmp.Compare(a.rtt, b.rtt) })
	n.fixed[u] = uint16(n.options + 1)
	for r, o := range all {
		if o.plan >= n.options {
			n.fixed[u] = uint16(r)
		} else {
			n.rank[o.plan*n.users+u] = uint16(r)
		}
		order = append(order, o.plan)
	}
	return order
}

// roundTrips returns the round trips by which users find the nearest site, by metro and site.
func (sp *space) roundTrips(sites []string) ([][]time.Duration, error) {
	net := sp.study.Network
	metros := net.OfKind(topology.Metro)
	nodes := make([]int, len(sites))
	for i, site := range sites {
		nodes[i], _ = net.Index(site)
	}
	there, err := net.Routes(metros, nodes, topology.Public)
	if err != nil {
		return nil, err
	}
	back, err := there.Back()
	if err != nil {
		return nil, err
	}
	all := make([][]time.Duration, len(metros))
	for m := range metros {
		all[m] = make([]time.Duration, len(sites))
		for i := range sites {
			all[m][i] = there.OneWay(m, i) + back.OneWay(m, i)
		}
	}
	return all, nil
}

// movedTrips returns the round trips with the delays to the sites moved.
func (sp *space) movedTrips() [][]time.Duration {
	all := make([][]time.Duration, len(sp.rtts))
	leading := sp.leading(sp.role)
	for m := range all {
		all[m] = slices.Clone(sp.rtts[m])
		for i, plan := range sp.plans {
			site := plan.Ways(leading)[m][0].Site
			all[m][i] = time.Duration(float64(all[m][i]) * sp.surrogate.factors.ofSite(site))
		}
	}
	return all
}

// quantileLevels is at how many latencies the share of users is known, of whom a quantile is wanted.
const quantileLevels = 65

// tableOf makes the table of a figure.
func (sp *space) tableOf(f *figure, plans []*sim.Plan, order [][]int) (table, error) {
	if !f.isKnown {
		return sp.tableOf(sp.proxy(f), plans, order)
	}
	t := table{figure: f}
	if f.isMoney {
		var err error
		t.money, err = sp.newMoneyTable(plans)
		return t, err
	}
	demand, err := sp.surrogate.demandOf(plans[0], f.number)
	if err != nil {
		return t, err
	}
	total := 0.0
	for _, d := range demand {
		total += d
	}
	servings := make([]serving, len(plans))
	for i, plan := range plans {
		ways := plan.Ways(f.number)[0]
		if servings[i], _, err = sp.surrogate.servingOf(plan, f.number, ways[0].Site, nil); err != nil {
			return t, err
		}
	}
	ways := make([][][]sim.Way, len(plans))
	for i, plan := range plans {
		ways[i] = plan.Ways(f.number)
	}
	resend := resendOf(&sp.study.Workloads[f.number])
	ns := make([]float64, usersAMetro)
	visit := func(take func(u, rank int)) {
		for u := range order {
			if demand[u] == 0 {
				continue
			}
			var users []user
			var home distance
			for r, plan := range order[u] {
				way := &ways[plan][u][0]
				if users == nil || way.HasMile != ways[order[u][r-1]][u][0].HasMile {
					users = sp.surrogate.pointsOf(plans[plan], f.number, u, f.metric, way.HasMile)
					home = sp.surrogate.distanceOf(plans[plan], f.number, u, way.HasMile)
				}
				sp.surrogate.latencies(users, &home, way, &servings[plan], resend, ns)
				take(u, r)
			}
		}
	}
	if f.base.Q > 0 && !f.isWorst {
		t.levels = sp.levelsOf(f, ns, demand, visit)
		for range t.levels {
			t.sums = append(t.sums, sp.newSum(0))
		}
		visit(func(u, r int) {
			var cells [quantileLevels + 1]int
			for _, x := range ns {
				k, _ := slices.BinarySearch(t.levels, x*msPerNs)
				cells[k]++
			}
			within := 0
			for k := range t.levels {
				within += cells[k]
				t.sums[k].values[u*t.sums[k].width+r] = float32(demand[u] / total * float64(within) / float64(len(ns)))
			}
		})
		return t, nil
	}
	s := sp.newSum(0)
	nobody := float32(math.Inf(1)) // no site at all
	if f.base.Deadline > 0 {
		nobody = 0
	}
	for u := range demand {
		at := nobody
		if demand[u] == 0 {
			at = 0
			if f.isWorst {
				at = float32(math.Inf(-1))
			}
		}
		for r := range s.width {
			s.values[u*s.width+r] = at
		}
	}
	visit(func(u, r int) {
		x := f.statistic(ns)
		switch {
		case f.isWorst && f.base.Deadline > 0:
			x = -x // the largest is the worst
		case f.isWorst:
		default:
			x *= demand[u] / total
		}
		s.values[u*s.width+r] = float32(x)
	})
	t.sums = []sum{s}
	return t, nil
}

// levelsOf returns latencies in ms between which a quantile lies, whatever is chosen: from that of users who all have the site that is
// best for them to that of those who all have the worst.
func (sp *space) levelsOf(f *figure, ns []float64, demand []float64, visit func(func(u, rank int))) []float64 {
	var best, worst histogram
	var least, most []float64
	low, high := 0.0, 0.0
	of := -1
	flush := func() {
		if of >= 0 {
			best.add(least, demand[of])
			worst.add(most, demand[of])
		}
	}
	visit(func(u, _ int) {
		mean := 0.0
		for _, x := range ns {
			mean += x
		}
		if u != of {
			flush()
			of, low, high = u, mean, mean
			least, most = slices.Clone(ns), slices.Clone(ns)
		}
		if mean < low {
			low = mean
			copy(least, ns)
		}
		if mean > high {
			high = mean
			copy(most, ns)
		}
	})
	flush()
	from, to := best.quantile(f.base.Q)*msPerNs*0.98, worst.quantile(f.base.Q)*msPerNs*1.02
	levels := make([]float64, quantileLevels)
	for i := range levels {
		levels[i] = from * portable.Pow(to/from, float64(i)/(quantileLevels-1))
	}
	return levels
}

func (sp *space) newSum(value float32) sum {
	width := sp.near.width()
	s := sum{width: width, values: make([]float32, sp.near.users*width)}
	if value != 0 {
		for i := range s.values {
			s.values[i] = value
		}
	}
	return s
}
