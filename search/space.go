package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
)

// A space is all alternatives of a problem, and what the surrogate expects of them.
//
// Where every metro goes to the nearest of the sites that serve it, and no site's answer depends on which others are chosen, a
// figure adds up over metros, and tables say what each adds by the site that it goes to: then an alternative takes microseconds.
// Elsewhere each is compiled, which takes milliseconds.
type space struct {
	*prepared
	surrogate *surrogate
	// near and tables are nil where alternatives are compiled. There is a table an objective, then one a constraint.
	near   *nearest
	tables []table
	// plans are of each site alone, candidates first; rtts are the round trips to them by metro.
	plans []*sim.Plan
	rtts  [][]time.Duration
	role  placement.Role
	// siteAt holds the number of the site, a candidate or behind them a fixed one, by user and rank.
	siteAt []uint16
	// why says why there are no tables.
	why string
	// isAgain says that what is given is moved.
	isAgain bool
	// loads holds what each metro asks of the servers of the site it goes to, room how much a candidate has for it; nil where none
	// has a limit.
	loads []demanded
}

// A demanded workload is what the users ask of the servers of a site.
type demanded struct {
	ofUser []float64
	number int // of the workload
	// room is by site; 0 is without limit. steady says that no more than that can be served, ever.
	room   []float64
	steady bool
}

// A table is a figure by the ranks of the sites that users go to.
type table struct {
	*figure
	// sums holds the figure or, of a quantile, the share of the users within each of the levels.
	sums   []sum
	levels []float64 // ms
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

// newSpace prepares the surrogate of a problem.
func newSpace(ctx context.Context, p *prepared) (*space, error) {
	s, err := newSurrogate(&p.study)
	if err != nil {
		return nil, err
	}
	sp := &space{prepared: p, surrogate: s}
	return sp, sp.survey(ctx)
}

// moved returns the space with some of what is given moved.
func (sp *space) moved(f factors) (*space, error) {
	other := &space{prepared: sp.prepared, surrogate: sp.surrogate.with(f), why: sp.why, plans: sp.plans, rtts: sp.rtts, role: sp.role, isAgain: true}
	return other, other.tabulate()
}

// figures returns those of the objectives and of the constraints.
func (sp *space) figures() []*figure { return slices.Concat(sp.objectives, sp.constraints) }

// whyCompiled says why alternatives must be compiled, "" if they need not be. It returns the role of the candidates.
func (sp *space) whyCompiled() (role placement.Role, why string) {
	roles := sp.roles()
	if len(roles) > 1 {
		return "", fmt.Sprintf("candidates have %d roles", len(roles))
	}
	role = roles[0]
	one := sp.placed([]int{0})
	for _, f := range sp.figures() {
		if f.isMoney {
			return role, "a bill is of all that a placement does"
		}
		w := &sp.study.Workloads[f.number]
		kind := sim.KindOf(w.Service)
		serves := kind.Role()
		if kind.MeetsCaches() {
			serves = one.EntryRole()
		}
		if serves != role {
			return role, fmt.Sprintf("sites with the role %q do not serve the users of %q themselves", role, w.Name)
		}
		for i := range sp.Candidates {
			if c := &sp.Candidates[i]; len(c.Workloads) > 0 && !slices.Contains(c.Workloads, w.Name) {
				return role, fmt.Sprintf("%s does not serve %q", c.Site, w.Name)
			}
		}
		switch one.RouteOf(w.Name, role).Routing.(type) {
		case nil, placement.NearestRTT:
		default:
			return role, fmt.Sprintf("the routing rule of %q looks at all sites", w.Name)
		}
		if data := w.DataCalls(); data.Calls > 0 && data.Probability > 0 && data.Home == "" && !data.Replicated && sp.study.HomeOfData(sp.Fixed, w) == "" {
			return role, fmt.Sprintf("the home of the data of %q depends on which sites are chosen", w.Name)
		}
		if f.number != sp.objectives[0].number && !slices.Equal(sp.fixedOf(f.number, role), sp.fixedOf(sp.objectives[0].number, role)) {
			return role, "other fixed sites serve the constraints' workloads"
		}
	}
	return role, ""
}

// fixedOf returns the fixed sites that serve a workload.
func (sp *space) fixedOf(number int, role placement.Role) (sites []string) {
	name := sp.study.Workloads[number].Name
	for _, a := range sp.Fixed.Of(role) {
		if a.Serves(name) && !a.Backup {
			sites = append(sites, a.Site)
		}
	}
	for _, t := range sp.Fixed.Tiers {
		if placement.Role(t.Name) == role {
			for _, c := range t.Caches {
				if !c.Backup {
					sites = append(sites, c.Site)
				}
			}
		}
	}
	return sites
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
	scenario := sp.study.Scenario
	scenario.Failures = nil
	scenario.Workloads = slices.Clone(scenario.Workloads)
	for i := range scenario.Workloads {
		w := &scenario.Workloads[i]
		if home := sp.study.HomeOfData(sp.Fixed, w); home != "" {
			w.SetDataHome(home)
		}
	}
	fixed := sp.fixedOf(sp.objectives[0].number, role)
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
	for m := range all {
		all[m] = slices.Clone(sp.rtts[m])
		for i, plan := range sp.plans {
			site := plan.Ways(sp.objectives[0].number)[m][0].Site
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

// proxy returns the figure by which the surrogate ranks alternatives where it does not know the objective: the mean of the
// latency by which the workload is judged.
func (sp *space) proxy(f *figure) *figure {
	found, err := resolve(&sp.study, Figure{Workload: f.Workload, By: "mean"})
	if err != nil {
		return f
	}
	return found
}

// findRoom notes what servers have to do and can do.
func (sp *space) findRoom(plans []*sim.Plan) error {
	if sp.role != placement.Compute {
		return nil
	}
	for number := range sp.study.Workloads {
		d := demanded{number: number, room: make([]float64, len(plans)), steady: true}
		limited := false
		for i, plan := range plans {
			loads, err := plan.ServerLoads()
			if err != nil {
				return err
			}
			for _, l := range loads {
				if l.Workload != sp.study.Workloads[number].Name {
					continue
				}
				limited = true
				d.room[i] = l.Capacity
				d.steady = l.Unit != sim.Players
				if d.ofUser == nil {
					demand, err := sp.surrogate.demandOf(plan, number)
					if err != nil {
						return err
					}
					total := 0.0
					for _, x := range demand {
						total += x
					}
					d.ofUser = make([]float64, len(demand))
					for u, x := range demand {
						d.ofUser[u] = x * l.Offered / total
					}
				}
			}
		}
		if limited {
			sp.loads = append(sp.loads, d)
		}
	}
	return nil
}

// A scored alternative is a set of candidates with what the surrogate expects.
type scored struct {
	set []int
	// values are the figures, of the objectives first, then of the constraints, in their units.
	values []float64
	// broken says what is not kept, "" if all is; misses by how much bounds are not kept, as parts of them, infinite where it is
	// for what it is that a set cannot be chosen.
	broken string
	misses float64
}

func (s *scored) refuse(why string, misses float64) {
	if why == "" {
		return
	}
	if s.broken == "" {
		s.broken = why
	}
	s.misses += misses
}

// cost returns what a search makes small of an objective.
func (sp *space) cost(objective int, value float64) float64 {
	if sp.objectives[objective].better == edgewise.More {
		return -value
	}
	return value
}

// forbidden says for which reason a set cannot be chosen, whatever it does; "" if it can.
func (sp *space) forbidden(set []int) string {
	if len(sp.Countries) > 0 {
		has := sp.countriesOf(sp.Fixed)
		for _, i := range set {
			has = append(has, sp.countryOf(sp.Candidates[i].Site))
		}
		for _, country := range sp.Countries {
			if !slices.Contains(has, country) {
				return "no site in " + country
			}
		}
	}
	if sp.MostProviders > 0 {
		var all []string
		for _, site := range sp.Fixed.AllSites() {
			all = append(all, sp.providerOf(site))
		}
		for _, i := range set {
			all = append(all, sp.providerOf(sp.Candidates[i].Site))
		}
		slices.Sort(all)
		if n := len(slices.Compact(all)); n > sp.MostProviders {
			return fmt.Sprintf("%d providers", n)
		}
	}
	return ""
}

// score returns what to expect of a set, by the ranks of the sites that users go to.
func (sp *space) score(set []int, best []uint16) scored {
	s := scored{set: slices.Clone(set)}
	s.refuse(sp.forbidden(set), math.Inf(1))
	var served []float64
	for i := range sp.loads {
		d := &sp.loads[i]
		share, full := d.served(sp, best)
		if full != "" && (d.steady || sp.WithinCapacity) {
			s.refuse(full+" is full", math.Inf(1))
		}
		if !d.steady && d.number == sp.objectives[0].number {
			served = share
		}
	}
	for k := range sp.tables {
		t := &sp.tables[k]
		value := t.of(best)
		if served != nil && t.base.Deadline > 0 && !t.isWorst && t.number == sp.objectives[0].number {
			value = 0
			for u, r := range best {
				value += float64(float64(t.sums[0].values[u*t.sums[0].width+int(r)]) * served[sp.siteAt[u*t.sums[0].width+int(r)]])
			}
		}
		s.values = append(s.values, value)
	}
	sp.keep(&s)
	return s
}

// keep notes which bounds are not kept.
func (sp *space) keep(s *scored) {
	for i := range sp.Constraints {
		why, misses := sp.breaks(i, s.values[len(sp.objectives)+i])
		s.refuse(why, misses)
	}
}

// breaks says that a value is not within the bounds of a constraint, and by what part of the bound; "" if it is.
func (sp *prepared) breaks(constraint int, value float64) (why string, misses float64) {
	c, f := &sp.Constraints[constraint], sp.constraints[constraint]
	for _, bound := range []struct {
		of    float64
		sign  float64
		words string
	}{{c.AtLeast, 1, "less than"}, {c.AtMost, -1, "more than"}} {
		if by := bound.sign * (bound.of - value); by > 0 {
			return fmt.Sprintf("%s is %s, %s %s", f.measure.Name(), f.write(value), bound.words, f.write(bound.of)), by / math.Max(math.Abs(bound.of), 1e-9)
		}
	}
	return "", 0
}

// served returns the part of those who want to be served that each site serves, and the first site that is full.
func (d *demanded) served(sp *space, best []uint16) (share []float64, full string) {
	asked := make([]float64, len(d.room))
	width := sp.near.width()
	for u, r := range best {
		if d.ofUser[u] > 0 {
			asked[sp.siteAt[u*width+int(r)]] += d.ofUser[u]
		}
	}
	share = make([]float64, len(asked))
	for i := range asked {
		share[i] = 1
		if d.room[i] > 0 && asked[i] > d.room[i] {
			share[i] = d.room[i] / asked[i]
			if full == "" && i < len(sp.Candidates) {
				full = sp.Candidates[i].Site
			} else if full == "" {
				full = "a fixed site"
			}
		}
	}
	return share, full
}

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
			s.refuse(l.Site+" is full", math.Inf(1))
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

// scoreAll returns what to expect of sets, by tables where there are any.
func (sp *space) scoreAll(ctx context.Context, sets [][]int) ([]scored, error) {
	if sp.near == nil {
		return sp.compile(ctx, sets)
	}
	all := make([]scored, len(sets))
	best := make([]uint16, sp.near.users)
	for i, set := range sets {
		sp.near.of(set, best)
		all[i] = sp.score(set, best)
	}
	return all, nil
}
