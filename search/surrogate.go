package search

import (
	"math"
	"slices"
	"sync"
	"time"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A surrogate says what to expect of a placement without simulating it: routes as the simulator has them, the law of the last mile
// at a few hundred points a metro, hit ratios by characteristic times, queues as M/M/c. It leaves out what depends on the
// order of events: matches that lack players, joined fetches, cold connections between sites; and what happens at a time: see [SurrogateReport].LeftOut.
type surrogate struct {
	study     *edgewise.Study
	catalogue *catalogue
	users     *laws
	passing   *passing
	// factors move what the surrogate takes as given, for questions of what if.
	factors factors
}

// factors multiply what is given; nil or 0 leaves it.
type factors struct {
	demand map[string]float64 // by metro
	site   map[string]float64 // the delays to a site
	delay  float64            // all delays of the network
	mile   float64            // the last mile
	price  map[string]float64 // prices at a site
}

func (f *factors) ofMetro(id string) float64 { return orOne(f.demand[id]) }
func (f *factors) ofSite(id string) float64  { return orOne(f.site[id]) * orOne(f.delay) }

func orOne(x float64) float64 {
	if x == 0 {
		return 1
	}
	return x
}

// laws are points of laws that were made before. They are safe for several goroutines.
type laws struct {
	mutex sync.Mutex
	known map[lawKey][]user
}

type lawKey struct {
	number int
	metric sim.Metric
	of     mile
	turn   int
}

func newSurrogate(study *edgewise.Study) (*surrogate, error) {
	c, err := newCatalogue(&study.Scenario)
	return &surrogate{study: study, catalogue: c, users: &laws{known: make(map[lawKey][]user)}, passing: new(passing)}, err
}

// with returns a copy with what is given moved.
func (s *surrogate) with(f factors) *surrogate {
	copied := *s
	copied.factors, copied.passing = f, new(passing)
	if f.mile != 0 {
		copied.users = &laws{known: make(map[lawKey][]user)}
	}
	return &copied
}

// pointsOf returns the points of the law of a metro's latencies.
func (s *surrogate) pointsOf(plan *sim.Plan, number, metro int, metric sim.Metric, hasMile bool) []user {
	of := mile{is: hasMile}
	if hasMile {
		of.mix, _ = plan.Mile(number, metro)
	}
	key := lawKey{number, metric, of, metro % turns}
	s.users.mutex.Lock()
	defer s.users.mutex.Unlock()
	known, ok := s.users.known[key]
	if !ok {
		known = usersOf(&s.study.Workloads[number], metric, of, key.turn)
		if f := s.factors.mile; f != 0 {
			without := usersOf(&s.study.Workloads[number], metric, mile{}, key.turn)
			for i := range known {
				known[i].fixed += float64((f - 1) * (known[i].fixed - without[i].fixed))
			}
		}
		s.users.known[key] = known
	}
	return known
}

// A serving is what a site does to the requests of a workload under a plan.
type serving struct {
	home  float64 // ns to the home of the data and back
	hops  []hop   // from the entry on; none where the site is no cache
	isOff bool    // the entry is the origin itself: its work counts for all
	queue queue
	// served is the part of those who want to be served who are.
	served float64
}

// A hop is where what the cache before it lacks is asked for.
type hop struct {
	hit float64 // of the cache before it
	rtt float64 // ns
}

// servingOf returns what a site does; ok is false where its servers never get done.
func (s *surrogate) servingOf(plan *sim.Plan, number int, site string, loads []sim.Load) (of serving, ok bool, err error) {
	of.served = 1
	w := &s.study.Workloads[number]
	of.home = float64(plan.HomeRTT(number, site)) * s.factors.ofSite(site)
	switch w.Service.(type) {
	case workload.Cacheable:
		if of.hops, err = s.chain(plan, number, site); err != nil {
			return of, false, err
		}
		of.isOff = of.hops == nil
	}
	for _, l := range loads {
		if l.Site != site || l.Workload != w.Name && (l.Pool == "" || l.Pool != plan.PoolAt(number, site)) {
			continue
		}
		if l.Rejects && l.Offered >= l.Capacity {
			of.served = l.Capacity / l.Offered
			continue
		}
		if l.Unit == sim.Players {
			of.served = math.Min(1, l.Capacity/l.Offered)
			continue
		}
		work := workOf(w)
		if of.queue, ok = newQueue(int(l.Capacity), l.Offered, work); !ok {
			return of, false, nil
		}
	}
	return of, true, nil
}

// workOf returns the time that a server spends on a request of a workload; none where no server does.
func workOf(w *workload.Workload) workload.ServiceTime {
	switch service := w.Service.(type) {
	case workload.Computed:
		return service.Work
	case workload.Cacheable:
		return service.Origin
	}
	return workload.ServiceTime{}
}

// chain returns the hops from the cache at a site to the origin, nil where there is no cache.
func (s *surrogate) chain(plan *sim.Plan, number int, site string) (hops []hop, err error) {
	p := plan.Placement()
	var caches []placement.Cache
	var perSecond []float64
	tier := 0
	for tier >= 0 {
		f, ok := plan.Fetch(number, site, tier)
		if !ok {
			break
		}
		caches = append(caches, cacheAt(&p, tier, site))
		if s.catalogue.churns {
			passes, err := s.passesBy(plan, stop{site, tier})
			if err != nil {
				return nil, err
			}
			perSecond = append(perSecond, passes)
		}
		hops = append(hops, hop{rtt: float64(f.RTT) * s.factors.ofSite(site)})
		site, tier = f.Site, f.Tier
	}
	if hops == nil {
		return nil, nil
	}
	hits, err := s.catalogue.hits(caches, perSecond)
	if err != nil {
		return nil, err
	}
	for i := range hops {
		hops[i].hit = hits[i][number]
	}
	return hops, nil
}

func cacheAt(p *placement.Placement, tier int, site string) placement.Cache {
	of := &p.Tiers[tier]
	if i := slices.IndexFunc(of.Caches, func(c placement.Cache) bool { return c.Site == site }); i >= 0 {
		return of.Caches[i]
	}
	return placement.Cache{}
}

// A distance is how long the way from home to their metro's place and back takes users, in ns, by how far they live from it.
type distance [topology.SpreadParts]float64

// distanceOf returns the distance of a metro's users, none where a route has no last mile.
func (s *surrogate) distanceOf(plan *sim.Plan, number, metro int, hasMile bool) (d distance) {
	if !hasMile {
		return d
	}
	_, spread := plan.Mile(number, metro)
	for part := range d {
		d[part] = float64(float64(spread.RTT(part)) * orOne(s.factors.mile))
	}
	return d
}

// latencies fills ns with the latencies of a metro's users at their points.
func (s *surrogate) latencies(users []user, home *distance, way *sim.Way, of *serving, resend time.Duration, ns []float64) {
	delay := s.factors.ofSite(way.Site)
	rtt, beyond, links := float64(float64(way.RTT)*delay), float64(float64(way.Beyond)*delay), float64(float64(way.Jitter)*delay)
	if len(of.hops) == 0 && way.LossRatio == 0 && of.queue.waits == 0 && !of.isOff {
		for i := range users {
			u := &users[i]
			ns[i] = u.fixed + float64(u.trips*(rtt+home[u.part])) + beyond + float64(u.links*links) + float64(u.calls*of.home)
		}
		return
	}
	for i := range users {
		u := &users[i]
		x := u.fixed + float64(u.trips*(rtt+home[u.part])) + beyond + float64(u.links*links) + float64(u.calls*of.home)
		missed := u.hit
		for k := range of.hops {
			if missed < of.hops[k].hit {
				missed = -1
				break
			}
			missed = (missed - of.hops[k].hit) / (1 - of.hops[k].hit)
			x += of.hops[k].rtt
		}
		if missed >= 0 {
			x += u.work // nothing where no origin is asked
		}
		ns[i] = x + of.queue.at(u.wait) + lossOf(u, way.LossRatio, rtt+home[u.part], resend)
	}
}

// resendOf returns after which time a lost message of a workload is sent again, 0 for that of TCP.
func resendOf(w *workload.Workload) time.Duration {
	if service, ok := w.Service.(workload.Matched); ok {
		return service.SendPeriod()
	}
	return 0
}

// An expectation is what the surrogate expects of a figure under a placement.
type expectation struct {
	// value is in the figure's unit.
	value float64
	// metros hold the figure of each metro, NaN where nobody is, and sites who serves most of its users.
	metros []float64
	sites  []string
	// overloaded names a site whose servers never get done, "" if there is none.
	overloaded string
}

const msPerNs = 1e-6

// expect returns what to expect of a figure under a plan.
func (s *surrogate) expect(plan *sim.Plan, f *figure) (*expectation, error) {
	demand, err := s.demandOf(plan, f.number)
	if err != nil {
		return nil, err
	}
	loads, err := plan.ServerLoads()
	if err != nil {
		return nil, err
	}
	w := &s.study.Workloads[f.number]
	resend := resendOf(w)
	ways := plan.Ways(f.number)
	e := &expectation{metros: make([]float64, len(ways)), sites: make([]string, len(ways))}
	served := make(map[string]*serving)
	total, sum := 0.0, 0.0
	ns := make([]float64, usersAMetro)
	var all histogram
	worst := math.NaN()
	for m := range ways {
		e.metros[m] = math.NaN()
		if demand[m] == 0 {
			continue
		}
		var own histogram
		here, most := 0.0, 0.0
		for i := range ways[m] {
			way := &ways[m][i]
			if way.Share > most {
				most, e.sites[m] = way.Share, way.Site
			}
			of := served[way.Site+" "+way.Enters]
			if of == nil {
				found, ok, err := s.servingOf(plan, f.number, way.Site, loads)
				if err != nil {
					return nil, err
				}
				if !ok {
					e.overloaded = way.Site
				}
				of = &found
				served[way.Site+" "+way.Enters] = of
			}
			users := s.pointsOf(plan, f.number, m, f.metric, way.HasMile)
			home := s.distanceOf(plan, f.number, m, way.HasMile)
			s.latencies(users, &home, way, of, resend, ns)
			here += float64(way.Share * f.statistic(ns) * f.served(of))
			if f.base.Q > 0 {
				all.add(ns, demand[m]*way.Share)
				if len(ways[m]) > 1 { // else the statistic of the one way has it
					own.add(ns, way.Share)
				}
			}
		}
		if own.total > 0 {
			here = own.quantile(f.base.Q) * msPerNs
		}
		e.metros[m] = here
		total += demand[m]
		sum += float64(demand[m] * here)
		if math.IsNaN(worst) || (here < worst) == (f.base.Better == edgewise.More) {
			worst = here
		}
	}
	switch {
	case f.isWorst:
		e.value = worst
	case f.base.Q > 0:
		e.value = all.quantile(f.base.Q) * msPerNs
	default:
		e.value = sum / total
	}
	return e, nil
}

// served returns what part of a metro counts, of a share of all who ask.
func (f *figure) served(of *serving) float64 {
	if f.base.Deadline > 0 {
		return of.served
	}
	return 1
}

// statistic returns the figure of latencies in ns that are equally likely.
func (f *figure) statistic(ns []float64) float64 {
	switch {
	case f.base.Deadline > 0:
		n, within := 0, float64(f.base.Deadline)
		for _, x := range ns {
			if x <= within {
				n++
			}
		}
		return float64(n) / float64(len(ns))
	case f.base.Q > 0:
		sorted := slices.Clone(ns)
		slices.Sort(sorted)
		return quantileOf(sorted, f.base.Q) * msPerNs
	}
	sum := 0.0
	for _, x := range ns {
		sum += x
	}
	return sum / float64(len(ns)) * msPerNs
}

// quantileOf returns the quantile of sorted values that are equally likely.
func quantileOf(sorted []float64, p float64) float64 {
	x := float64(p*float64(len(sorted))) - 0.5
	i := int(math.Floor(x))
	switch {
	case i < 0:
		return sorted[0]
	case i >= len(sorted)-1:
		return sorted[len(sorted)-1]
	}
	return sorted[i] + float64((x-float64(i))*(sorted[i+1]-sorted[i]))
}

// demandOf returns what is asked for by metro.
func (s *surrogate) demandOf(plan *sim.Plan, number int) ([]float64, error) {
	demand, err := plan.MeanDemand(number)
	if err != nil {
		return nil, err
	}
	if s.factors.demand != nil {
		for m, id := range plan.Metros() {
			demand[m] *= s.factors.ofMetro(id)
		}
	}
	return demand, nil
}

// A histogram is of latencies with weights, in cells of half a per cent.
type histogram struct {
	cells []float64
	total float64
}

const (
	cellRatio = 1.005
	leastNs   = 1e3
)

var lnCell = portable.Log(cellRatio)

func (h *histogram) add(ns []float64, weight float64) {
	if h.cells == nil {
		h.cells = make([]float64, 4400) // beyond an hour
	}
	weight /= float64(len(ns))
	for _, x := range ns {
		i := min(max(int(portable.Log(x/leastNs)/lnCell), 0), len(h.cells)-1)
		h.cells[i] += weight
		h.total += weight
	}
}

// quantile returns a quantile, by a straight line over the cell that it lies in.
func (h *histogram) quantile(p float64) float64 {
	want := p * h.total
	for i, n := range h.cells {
		if n > 0 && want <= n {
			return leastNs * portable.Exp(lnCell*(float64(i)+want/n))
		}
		want -= n
	}
	return leastNs * portable.Exp(lnCell*float64(len(h.cells)))
}
