package sim

import (
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/workload"
)

// An overflow is what spill moves between the sites of a plan, as far as it is known before a run: Erlang's fixed point. Every stream of requests is
// taken for a Poisson process and every pool for one on its own, with exponential work. So what is passed on is that of M/M/c with as much room
// as the pool has, exactly where no other site passes on to it; what is rejected where it comes to is too little, since what is passed on
// comes in bursts. Rates are requests a second, by workload and site.
type overflow struct {
	plan *Plan
	at   int64       // an instant at which the sites are open that are
	own  [][]float64 // of users who enter there; nil for what is not computed, and where the demand does not say
	// passed are those that a site passes on, extra those that it is asked for by others, of which it takes in taken.
	passed, extra, taken [][]float64
	// unknown says what is passed on with a share that depends on demands that do not say what to expect.
	unknown [][]bool
}

// overflowSteps bounds the steps to the fixed point, overflowError is how near to it is near enough, as a share of all requests.
const (
	overflowSteps = 1000
	overflowError = 1e-10
)

// spills reports whether any request may be passed on.
func (p *Plan) spills() bool {
	return slices.ContainsFunc(p.workloads, func(w plannedWorkload) bool { return w.spills != nil })
}

// newOverflow returns that of so many requests a second in a phase of the recorded time.
func (p *Plan) newOverflow(own [][]float64, phase int) *overflow {
	o := &overflow{plan: p, at: p.phases[phase], own: own}
	o.passed, o.extra, o.taken = o.nothing(), o.nothing(), o.nothing()
	all := 0.0
	for _, rates := range own {
		for _, rate := range rates {
			all += rate
		}
	}
	for range overflowSteps {
		before := o.extra
		o.step(o.blocked())
		if change(before, o.extra) <= all*overflowError {
			break
		}
	}
	return o
}

// change returns by how much rates differ, in all.
func change(a, b [][]float64) (sum float64) {
	for i := range a {
		for k := range a[i] {
			sum += math.Abs(a[i][k] - b[i][k])
		}
	}
	return sum
}

func (o *overflow) nothing() [][]float64 {
	all := make([][]float64, len(o.own))
	for i := range all {
		if o.own[i] != nil {
			all[i] = make([]float64, len(o.plan.sites))
		}
	}
	return all
}

// step passes on what is rejected at the shares by site and pool.
func (o *overflow) step(blocked [][]float64) {
	o.passed, o.extra, o.taken = o.nothing(), o.nothing(), o.nothing()
	share := func(number, site int) float64 {
		if n := o.plan.poolNumber(number, site); n >= 0 {
			return blocked[site][n]
		}
		return 0
	}
	for i := range o.own {
		w := &o.plan.workloads[i]
		if o.own[i] == nil || w.spills == nil {
			continue
		}
		for site, hops := range w.spills {
			left := float64(o.own[i][site] * share(i, site))
			if len(hops) == 0 || left == 0 {
				continue
			}
			o.passed[i][site] = left
			for k := range hops {
				h := &hops[k]
				// Sites that open are taken as they are in the phase, as by those who enter, and what else happens to them as at the start.
				if !o.plan.isOpen(h.to, o.at) || o.plan.isOpen(h.to, 0) && h.isAvoided(0) {
					continue
				}
				lost := float64(left * share(i, h.to))
				o.extra[i][h.to] += left
				o.taken[i][h.to] += left - lost
				left = lost
			}
		}
	}
}

// blocked returns the share of its requests that every pool of those who compute rejects, by site.
func (o *overflow) blocked() [][]float64 {
	p := o.plan
	busy, rate := make([][]float64, len(p.sites)), make([][]float64, len(p.sites))
	for s := range p.sites {
		if a := p.sites[s].compute; a != nil {
			busy[s], rate[s] = make([]float64, len(a.Pools)), make([]float64, len(a.Pools))
		}
	}
	add := func(number, site int, perSecond float64, work workload.ServiceTime) {
		if n := p.poolNumber(number, site); n >= 0 {
			busy[site][n] += float64(perSecond * work.Mean.Seconds())
			rate[site][n] += perSecond
		}
	}
	for i := range o.own {
		if o.own[i] == nil {
			continue
		}
		for site, perSecond := range o.own[i] {
			if perSecond > 0 { // at some sites nothing is computed
				p.eachWork(i, site, perSecond, add)
			}
		}
		o.each(i, add)
	}
	for s := range busy {
		for n := range busy[s] {
			a := p.sites[s].compute
			pool := &a.Pools[n]
			servers := a.MostOf(pool)
			if pool.SpareCores {
				servers -= int(p.taken[s])
			}
			busy[s][n] = pool.Turn(max(servers, pool.Servers), busy[s][n], rate[s][n]).Rejected
		}
	}
	return busy
}

// each calls add with the work that spill brings to servers, and with that of calls, which are made where a request is worked on: less than
// nothing where its own site does not make them.
func (o *overflow) each(number int, add func(number, site int, perSecond float64, work workload.ServiceTime)) {
	service, ok := o.plan.scenario.Workloads[number].Service.(workload.Computed)
	if !ok || o.own[number] == nil {
		return
	}
	for site, extra := range o.extra[number] {
		if extra > 0 {
			add(number, site, extra, service.Work)
		}
		if more := o.taken[number][site] - o.passed[number][site]; more != 0 {
			o.plan.eachCall(number, site, more, add)
		}
	}
}

// moved returns how many servers the work keeps busy that a site passes on, and that which it is asked for by others.
func (o *overflow) moved(number, site int) (passed, extra float64) {
	if o.own[number] == nil {
		return 0, 0
	}
	work := o.plan.scenario.Workloads[number].Service.(workload.Computed).Work.Mean.Seconds()
	return float64(o.passed[number][site] * work), float64(o.extra[number][site] * work)
}

// poolNumber returns the number of the pool that computes a workload at a site; -1 where there is none.
func (p *Plan) poolNumber(number, site int) int {
	a := p.sites[site].compute
	if a == nil {
		return -1
	}
	n, ok := a.PoolOf(p.workloads[number].name)
	if !ok {
		return -1
	}
	return n
}

// overflowsOverDay returns what spill moves in a phase of the recorded time, by step of a day; nil where nothing is passed on.
func (p *Plan) overflowsOverDay(phase int) (steps []*overflow, err error) {
	if !p.spills() {
		return nil, nil
	}
	rates := make([][][]float64, len(p.workloads))
	for i := range p.workloads {
		if p.workloads[i].kind == Computed {
			if rates[i], err = p.ratesOverDay(i); err != nil {
				return nil, err
			}
		}
	}
	unknown := p.unknownOverflow(rates)
	for step := range peakSteps {
		own := make([][]float64, len(p.workloads))
		for i := range rates {
			if rates[i] != nil {
				own[i] = p.entering(i, rates[i][step], phase)
			}
		}
		o := p.newOverflow(own, phase)
		o.unknown = unknown
		steps = append(steps, o)
	}
	return steps, nil
}

// unknownOverflow says, by workload and site, what is passed on with a share that depends on demands of which no rates are known.
func (p *Plan) unknownOverflow(rates [][][]float64) [][]bool {
	unknown := make([][]bool, len(p.workloads))
	isVague := func(number, site int) bool {
		n := p.poolNumber(number, site)
		for j := range p.workloads {
			if a := p.sites[site].compute; n >= 0 && p.workloads[j].kind == Computed && rates[j] == nil && a.Serves(p.workloads[j].name) && p.poolNumber(j, site) == n {
				return true
			}
		}
		return false
	}
	for i := range p.workloads {
		unknown[i] = make([]bool, len(p.sites))
		for site, hops := range p.workloads[i].spills {
			is := len(hops) > 0 && isVague(i, site)
			for k := range hops {
				is = is || isVague(i, hops[k].to)
			}
			for k := range hops {
				unknown[i][hops[k].to] = unknown[i][hops[k].to] || is
			}
		}
	}
	return unknown
}

// entering returns the requests a second that enter at each site, of those by metro, in a phase of the recorded time.
func (p *Plan) entering(number int, byMetro []float64, phase int) []float64 {
	all := make([]float64, len(p.sites))
	for m, rate := range byMetro {
		for k := range p.workloads[number].entries[m] {
			e := &p.workloads[number].entries[m][k]
			all[e.site] += float64(rate * e.share.inPhase(phase))
		}
	}
	return all
}
