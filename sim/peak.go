package sim

import (
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// A Peak is the most that is expected of a workload at a site in a day.
type Peak struct {
	Workload, Site string
	// Servers is how many the placement gives; 0 means that there are always enough. Cores that games share, and pools of servers, are
	// those of the first of the workloads, and IsShared says of the others that they have them there.
	Servers  int
	IsShared bool
	// Most is how many servers there are when there are most: as many as Servers where their number stays.
	Most int
	// Rented is how many more there have been on the mean, of a game or of servers that follow the work, as far as a run has found: see [Plan.Rented].
	Rented float64
	// Offered is how many servers the work keeps busy at the peak, of a game how many players want to play; PerServer is how
	// many players a server of a game has seats for, else 0.
	Offered   float64
	PerServer int
	// PerSecond is how many requests a second that is, calls for data included; 0 of a game.
	PerSecond float64
	// TakenIn is what of Offered others have no room for and pass on, Spilled what of it this site passes on, both then and by Erlang's fixed point:
	// see [Plan.ServerLoads].
	TakenIn, Spilled float64
	// OfMean is the largest load of all users in a day by their mean; 1 where that is not known.
	OfMean float64
	// Work is how many servers one request to an origin a second keeps busy; 0 for what is no origin.
	Work float64
	// IsKnown is false where the demand does not say what to expect, or what is taken in depends on a demand that does not.
	IsKnown bool
	// Until is when sites open or close after which less is asked of these servers, since the run began; 0 of a peak of those that are open in the end.
	Until time.Duration
	// InCrowd says that Offered is the load of a flash crowd at its largest, as if it lasted: see [Plan.PeaksWithCrowds].
	InCrowd bool
}

// Peaks returns the peaks of a day, by workload and site that computes it, before any run; none of games that no server plays: those of M_t/G/infinity, looked
// at every quarter of an hour. Calls at the home of the data, and origins that users meet, are in it; what origins get from
// caches is not known before a run. The peak of a day has no flash crowds, and sites that open or close are as they are in the end.
func (p *Plan) Peaks() ([]Peak, error) { return p.peaks(p.ratesOverDay, len(p.phases)-1) }

// PeaksWithCrowds returns the same with the flash crowds of requests, each when it has risen, as if that lasted, and without what is passed on then; of games they are [Plan.Peaks].
// Where sites open or close in the recorded time they are the largest of all that are open at a time.
func (p *Plan) PeaksWithCrowds() ([]Peak, error) { return p.peaks(p.ratesWithCrowds, 0) }

// peaks returns the peaks of rates, of which the first are those of the steps of a day, over the phases from one on.
func (p *Plan) peaks(ratesOf func(number int) ([][]float64, error), first int) ([]Peak, error) {
	var all []Peak
	shared := make(map[string]bool)
	spilled := make([][]*overflow, len(p.phases))
	for phase := first; phase < len(p.phases); phase++ {
		var err error
		if spilled[phase], err = p.overflowsOverDay(phase); err != nil {
			return nil, err
		}
	}
	for i := range p.workloads {
		peaks, err := p.peaksOf(i, ratesOf, first, spilled)
		if err != nil {
			return nil, err
		}
		for k := range peaks {
			a := p.sites[p.number(peaks[k].Site)].compute
			if p.workloads[i].kind == Matched && a != nil && a.Cores > 0 {
				peaks[k].Servers, peaks[k].IsShared = a.Cores, shared[peaks[k].Site]
				shared[peaks[k].Site] = true
			}
			if of := p.sites[p.number(peaks[k].Site)].assignment(p.workloads[i].kind.Role()); p.workloads[i].kind != Matched {
				if n, ok := of.PoolOf(p.workloads[i].name); ok {
					key := poolName(of.Role, &of.Pools[n]) + "@" + peaks[k].Site
					peaks[k].IsShared, shared[key] = shared[key], true
				}
			}
		}
		all = append(all, peaks...)
	}
	return all, nil
}

// Rented returns peaks with the cores that games rented, and servers that follow the work, on the mean of the recorded time of a run.
func (p *Plan) Rented(peaks []Peak, r *Result) []Peak {
	all := slices.Clone(peaks)
	for i := range all {
		for w := range r.Workloads {
			if r.Workloads[w].Name == all[i].Workload {
				us := r.Workloads[w].Sites[p.number(all[i].Site)].Count(RentedUs)
				all[i].Rented = float64(us) / float64(p.scenario.Duration.Microseconds())
			}
		}
	}
	return all
}

const (
	peakStep  = 15 * time.Minute
	peakSteps = int(24 * time.Hour / peakStep)
)

// peaksOf returns those of a workload over the phases from one on, of rates of which the first are those of a day, with what spill moves by phase and
// step of that, nil where it moves nothing.
func (p *Plan) peaksOf(number int, ratesOf func(number int) ([][]float64, error), first int, spilled [][]*overflow) (all []Peak, err error) {
	planned, w := &p.workloads[number], &p.scenario.Workloads[number]
	game, isGame := w.Service.(workload.Matched)
	if !game.Peers.IsZero() {
		return nil, nil // no server plays it
	}
	role := planned.kind.Role()
	at := make(map[int]int)
	for n := range p.sites {
		if a := p.sites[n].assignment(role); a != nil && !a.Backup && a.Serves(planned.name) {
			at[n] = len(all)
			all = append(all, Peak{Workload: planned.name, Site: p.sites[n].id, Servers: a.ServersFor(planned.name), Most: a.MostServersFor(planned.name), OfMean: 1, Work: p.scenario.OriginWork(number)})
		}
	}
	loads, err := ratesOf(number)
	if loads == nil {
		return all, err
	}
	for i := range all {
		all[i].IsKnown = true
		if isGame {
			all[i].PerServer = max(game.MatchesOn(1), 1) * game.MatchPlayers
		}
	}
	busiest := busiestOfMean(loads[:peakSteps])
	for phase := len(p.phases) - 1; phase >= first; phase-- {
		for step, rates := range loads {
			o := p.offeredIn(number, at, rates, phase, step, spilled[phase])
			for site, i := range at {
				all[i].OfMean = busiest
				if o[i].Offered <= all[i].Offered {
					continue
				}
				all[i].Offered, all[i].PerSecond, all[i].InCrowd = o[i].Offered, o[i].PerSecond, step >= peakSteps
				if all[i].Until = 0; phase+1 < len(p.phases) {
					all[i].Until = time.Duration(p.phases[phase+1])
				}
				if all[i].Spilled, all[i].TakenIn = 0, 0; step < len(spilled[phase]) {
					all[i].Spilled, all[i].TakenIn = spilled[phase][step].moved(number, site)
				}
			}
		}
	}
	for site, i := range at {
		for _, steps := range spilled[first:] {
			all[i].IsKnown = all[i].IsKnown && (steps == nil || !steps[0].unknown[number][site])
		}
	}
	return all, nil
}

// offeredIn returns what is offered of a workload, and how often, to the sites that have a number, at rates by metro and a step in a phase, with what
// spill moves by step, nil where it moves nothing.
func (p *Plan) offeredIn(number int, at map[int]int, rates []float64, phase, step int, spilled []*overflow) []Peak {
	all := make([]Peak, len(at))
	add := func(_, site int, rate float64, work workload.ServiceTime) {
		if i, ok := at[site]; ok {
			all[i].Offered += float64(rate * work.Mean.Seconds())
			all[i].PerSecond += rate
		}
	}
	planned := &p.workloads[number]
	for m, rate := range rates {
		for k := range planned.entries[m] {
			e := &planned.entries[m][k]
			if planned.kind != Matched {
				p.eachWork(number, e.site, rate*e.share.inPhase(phase), add)
			} else if i, ok := at[e.site]; ok {
				all[i].Offered += float64(rate * e.share.inPhase(phase))
			}
		}
	}
	if step < len(spilled) {
		spilled[step].each(number, add)
	}
	return all
}

// busiestOfMean returns the largest sum of a step by the mean of all.
func busiestOfMean(steps [][]float64) float64 {
	var most, all float64
	for _, rates := range steps {
		sum := 0.0
		for _, rate := range rates {
			sum += rate
		}
		most, all = max(most, sum), all+sum
	}
	if all == 0 {
		return 1
	}
	return most * float64(len(steps)) / all
}

// ratesOverDay returns the requests per second, or the players, of a workload by step of a day and metro; nil where the demand
// does not say.
func (p *Plan) ratesOverDay(number int) ([][]float64, error) {
	w, users := &p.scenario.Workloads[number], p.workloads[number].audiences
	if mean, _, ok := w.DayMean(); ok {
		loads, err := w.LoadsOverDay(users, p.scenario.Start, peakSteps)
		for _, at := range loads {
			for m := range at {
				at[m] *= mean
			}
		}
		return loads, err
	}
	if _, ok := w.Demand.(workload.Rated); !ok {
		return nil, nil
	}
	loads := make([][]float64, peakSteps)
	for step := range loads {
		var err error
		if loads[step], err = w.RatesAt(users, p.scenario.Start.Add(time.Duration(step)*peakStep)); err != nil {
			return nil, err
		}
	}
	return loads, nil
}

// crowdFalls is at how many instants a flash crowd that falls is looked at where its visits go on: most is asked for at one of them.
const crowdFalls = 16

// ratesWithCrowds returns the same, and behind the steps of the day those when a flash crowd has risen, when it begins to fall and, where its visits go on, while it falls.
func (p *Plan) ratesWithCrowds(number int) ([][]float64, error) {
	loads, err := p.ratesOverDay(number)
	w := &p.scenario.Workloads[number]
	if loads == nil || err != nil || p.workloads[number].kind == Matched || len(w.Flashes) == 0 {
		return loads, err
	}
	inTime, err := w.LoadInTime()
	if err != nil {
		return nil, err
	}
	const instant = time.Millisecond
	for k := range w.Flashes {
		f := &w.Flashes[k]
		instants := []time.Duration{f.At + f.Rise, max(f.At+f.Rise, f.At+f.Rise+f.For-instant)}
		for n := time.Duration(1); n < crowdFalls && f.Decay > 0 && w.Visits.Requests > 1; n++ {
			instants = append(instants, f.At+f.Rise+f.For+(f.End()-f.At-f.Rise-f.For)*n/crowdFalls)
		}
		for _, at := range instants {
			rates, err := w.RatesAt(p.workloads[number].audiences, p.scenario.Start.Add(at))
			if err != nil {
				return nil, err
			}
			for m := range rates {
				rates[m] *= inTime(p.workloads[number].audiences[m].Metro, at, at+instant)
			}
			loads = append(loads, rates)
		}
	}
	return loads, nil
}

// offer says what so many requests a second, or players, that enter at a site are for servers.
func (p *Plan) offer(number, at int, much float64, to func(site int, servers float64)) {
	if p.workloads[number].kind == Matched {
		to(at, much)
		return
	}
	p.eachWork(number, at, much, func(_, site int, perSecond float64, work workload.ServiceTime) {
		to(site, perSecond*work.Mean.Seconds())
	})
}

// OriginWork returns how many servers the work of one request to the origin keeps busy a request a second, of a workload; 0
// where origins do no work or the workload has none.
func (s *Scenario) OriginWork(number int) float64 {
	if service, ok := s.Workloads[number].Service.(workload.Cacheable); ok {
		return service.Origin.Mean.Seconds()
	}
	return 0
}

// DayRates returns the requests per second, or the players, of a workload at each step of a day, by metro in the order of the
// network; nil where the demand does not say. [Plan.Peaks] looks at the same steps.
func (p *Plan) DayRates(number int) ([][]float64, error) { return p.ratesOverDay(number) }

// Offers calls to with each site whose servers one request a second, or one player, of a workload is work for where it enters at a site,
// and with how many servers that keeps busy: as [Plan.Peaks] counts them.
func (p *Plan) Offers(number int, site string, to func(site string, servers float64)) {
	at := slices.IndexFunc(p.sites, func(s plannedSite) bool { return s.id == site })
	if at < 0 {
		return
	}
	p.offer(number, at, 1, func(site int, servers float64) { to(p.sites[site].id, servers) })
}

// BusiestOfMean returns the largest load of all users in a day by their mean, of the rates of a day by step and metro.
func BusiestOfMean(steps [][]float64) float64 { return busiestOfMean(steps) }
