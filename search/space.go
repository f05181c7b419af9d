package search

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise"
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
	games     *games
	// near and tables are nil where alternatives are compiled. There is a table an objective, then one a constraint.
	near   *nearest
	tables []table
	// plans are of each site alone, candidates first; rtts are the round trips to them by metro.
	plans []*sim.Plan
	rtts  [][]time.Duration
	role  placement.Role
	// whole is the plan with all candidates, where the bill counts.
	whole *sim.Plan
	// siteAt holds the number of the site, a candidate or behind them a fixed one, by user and rank.
	siteAt []uint16
	// why says why there are no tables.
	why string
	// kept are plans of sets that were compiled; begin are sets that a search which is made again begins with.
	kept  *planCache
	begin [][]int
	// isAgain says that what is given is moved.
	isAgain bool
	// loads holds what each metro asks of the servers of the site it goes to, room how much a candidate has for it; nil where none
	// has a limit.
	loads []demanded
}

// newSpace prepares the surrogate of a problem.
func newSpace(ctx context.Context, p *prepared) (*space, error) {
	s, err := newSurrogate(&p.study)
	if err != nil {
		return nil, err
	}
	sp := &space{prepared: p, surrogate: s, games: new(games), kept: newPlanCache(len(p.study.Network.OfKind(topology.Metro)))}
	return sp, sp.survey(ctx)
}

// moved returns the space with some of what is given moved.
func (sp *space) moved(f factors) (*space, error) {
	other := &space{prepared: sp.prepared, surrogate: sp.surrogate.with(f), games: sp.games, why: sp.why, plans: sp.plans, rtts: sp.rtts, role: sp.role, whole: sp.whole, kept: sp.kept, begin: sp.begin, isAgain: true}
	return other, other.tabulate()
}

// usesMoney reports whether what is best depends on prices.
func (sp *space) usesMoney() bool {
	return slices.ContainsFunc(sp.figures(), func(f *figure) bool { return f.isMoney })
}

// figures returns those of the objectives and of the constraints.
func (sp *space) figures() []*figure { return slices.Concat(sp.objectives, sp.constraints) }

// churnInWords says why what a site answers depends on which others are chosen, where objects are replaced.
const churnInWords = "what a cache hits depends on how much it is asked for, where objects are replaced (churn)"

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
			if why := sp.whyNoMoneyTable(role, &one); why != "" {
				return role, why
			}
			continue
		}
		w := &sp.study.Workloads[f.number]
		if f.needsSample {
			return role, fmt.Sprintf("%s of %q takes a run", f.measure.Name(), w.Name)
		}
		kind := sim.KindOf(w.Service)
		serves := kind.Role()
		if kind.MeetsCaches() {
			serves = one.EntryRole()
		}
		if kind.MeetsCaches() && sp.surrogate.catalogue.churns {
			return role, churnInWords
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
		if !slices.Equal(sp.fixedOf(f.number, role), sp.fixedOf(sp.leading(role), role)) {
			return role, "other fixed sites serve the constraints' workloads"
		}
	}
	return role, ""
}

// leading returns the number of the workload by whose users sites are told apart: that of the first figure that is of one or, of bills
// alone, the first whose users go to sites of a role.
func (sp *space) leading(role placement.Role) int {
	for _, f := range sp.figures() {
		if !f.isMoney {
			return f.number
		}
	}
	one := sp.placed([]int{0})
	for i := range sp.study.Workloads {
		if !sp.servesElsewhere(&sp.study.Workloads[i], role, &one) {
			return i
		}
	}
	return 0
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

// proxy returns the figure by which the surrogate ranks alternatives where it does not know the objective: the mean of the
// latency by which the workload is judged.
func (sp *space) proxy(f *figure) *figure {
	found, err := resolve(&sp.study, Figure{Workload: f.Workload, By: "mean"})
	if err != nil {
		return f
	}
	return found
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

// cost returns what a search makes small of an objective: of one without a value, where nobody plays, it is infinite.
func (sp *space) cost(objective int, value float64) float64 {
	if math.IsNaN(value) {
		return math.Inf(1)
	}
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
		if t.money != nil {
			value, gap := t.money.of(set, best)
			s.refuse(gap, math.Inf(1))
			s.values = append(s.values, value)
			continue
		}
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
