package edgewise

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// A CapacityQuestion asks how many servers the sites of a placement need.
type CapacityQuestion struct {
	// Placement is its number.
	Placement int
	// Served is the share of the requests that is to be served, in (0, 1): is not rejected or, where none is, does not wait.
	Served float64
	// Sample, if above 0, lets origins behind caches be found out by one run, after the warm-up of the study, for so long around the time of day when
	// most is asked of them; another for each site that may be lost. 0 leaves them unknown.
	Sample time.Duration
}

func (q *CapacityQuestion) validate(s *Study) error {
	return invalid.First(
		invalid.Range("Placement", q.Placement, 0, len(s.Placements)-1),
		invalid.Check(q.Served > 0 && q.Served < 1, "Served", q.Served, "a share above 0 and below 1"),
		invalid.Check(q.Sample == 0 || q.Sample >= time.Second && q.Sample <= 24*time.Hour, "Sample", q.Sample, "0, or 1s to 24h"),
	)
}

// A CapacityNeed says how many servers a site needs at the peak of a day, and how many when another site is lost (N+1).
type CapacityNeed struct {
	// Site is where the servers are, Servers whose: a workload, or a pool that workloads share, as [sim.Load] calls it.
	Site, Servers string
	// IsKnown is false where only a run tells: at origins behind caches without a sample, where servers have the cores that matches leave, and where the demand of a workload does not say what to
	// expect, as recorded traces do not. Then nothing else is known here but Have, and Why says the reason.
	IsKnown bool
	Why     string
	// Workloads say whose work it is, in order of the study.
	Workloads []OfferedWork
	// Have is how many there are, at most where their number follows the work; 0 where there are always enough.
	Have int
	// Offered is how many servers the work keeps busy at the peak of the day, or of a flash crowd as if it lasted, and PerSecond how many requests
	// a second that is; of a pool the sum of its workloads' peaks, which need not come at the same time.
	Offered, PerSecond float64
	// Sampled is how many requests of a run those of an origin behind caches are taken from; 0 where no run was needed.
	Sampled uint64
	// TakenIn is what of Offered is work that other sites have no room for and pass on, Spilled what of it this site passes on: by Erlang's fixed
	// point, see [sim.Plan.ServerLoads].
	TakenIn, Spilled float64
	// Rejected is the share of requests at the peak that the servers that there are reject, Waits that which waits for one of them: as their queue
	// and what they shed have it, see [placement.Pool.Turn]. Where all wait none is rejected. Both are 0 where there are always enough.
	Rejected, Waits float64
	// Needed is the least number of servers at which the share asked for is served: where requests are rejected, by what these servers have room
	// for, where all wait, and where there are always enough, without a wait.
	Needed int
	// ErlangB is the least number at which that share finds a server free where none waits, ErlangC that where all wait who find none.
	ErlangB, ErlangC int
	// Lost is the other site whose loss asks for the most here, "" where none asks for more than Offered; LostOffered and LostNeeded are
	// Offered and Needed when its users have been sent elsewhere.
	Lost        string
	LostOffered float64
	LostNeeded  int
	// Until is when sites open or close after which less is asked of these servers, since the run began; 0 where that is never.
	Until time.Duration
	// WithoutRetries are the workloads whose clients may ask these servers again, in order of the study: what they ask again is not in Offered.
	WithoutRetries []string
	// pool has the rules of the servers: those of the zero value let all wait.
	pool placement.Pool
}

// An OfferedWork is how many servers a workload keeps busy at its peak.
type OfferedWork struct {
	Workload string
	Offered  float64
	// InCrowd says that the peak is that of a flash crowd, and not of the day.
	InCrowd bool
}

// Utilisation returns the work at the peak as a share of the servers; 0 where there are always enough.
func (c *CapacityNeed) Utilisation() float64 {
	if c.Have == 0 {
		return 0
	}
	return c.Offered / float64(c.Have)
}

// Capacity returns how many servers the sites of a placement need at the peak of a day: in order of sites, of who computes requests and of origins.
// Nothing is run but a sample where one is asked for: peaks are those of [sim.Plan.PeaksWithCrowds], arrivals Poisson, times of work
// exponential where that matters. Where sites of the placement open or close in the recorded time the peak is the largest of all that are open at a time. Games, backups, failures, retries and what a site passes on in a flash crowd are not in it; retries are in what
// origins behind caches get. It looks at the loss of each site that has others beside it alone, which takes as many compilations.
func (s *Study) Capacity(ctx context.Context, q CapacityQuestion) ([]CapacityNeed, error) {
	if err := q.validate(s); err != nil {
		return nil, fmt.Errorf("edgewise: capacity: %w", err)
	}
	p := s.Placements[q.Placement]
	all, err := s.peakLoads(ctx, p, "", q.Sample)
	if err != nil {
		return nil, fmt.Errorf("edgewise: capacity: %w", err)
	}
	for i := range all {
		of := &all[i]
		if !of.IsKnown {
			continue
		}
		of.Needed = of.pool.ServersFor(q.Served, of.Offered, of.PerSecond)
		of.ErlangB = stats.ErlangServers(of.Offered, 1-q.Served)
		of.ErlangC = int(tariff.ServersWithoutWait(of.Offered, q.Served))
		if of.Have > 0 {
			turn := of.pool.Turn(of.Have, of.Offered, of.PerSecond)
			of.Rejected, of.Waits = turn.Rejected, turn.Waits
		}
	}
	for _, lost := range replaceable(&p) {
		without, err := s.peakLoads(ctx, p, lost, q.Sample)
		if err != nil {
			return nil, fmt.Errorf("edgewise: capacity without %s: %w", lost, err)
		}
		for i := range all {
			of := &all[i]
			k := slices.IndexFunc(without, func(o CapacityNeed) bool { return o.Site == of.Site && o.Servers == of.Servers })
			if of.IsKnown && of.Site != lost && k >= 0 && without[k].Offered > max(of.Offered, of.LostOffered) {
				of.Lost, of.LostOffered = lost, without[k].Offered
				of.LostNeeded = of.pool.ServersFor(q.Served, without[k].Offered, without[k].PerSecond)
			}
		}
	}
	return all, nil
}

// replaceable returns the sites that compute or are origins beside others, of which one may be lost.
func replaceable(p *placement.Placement) (sites []string) {
	for _, role := range []placement.Role{placement.Origin, placement.Compute} {
		of := slices.DeleteFunc(p.Of(role), func(a placement.Assignment) bool { return a.Backup })
		if len(of) < 2 {
			continue
		}
		for _, a := range of {
			if !slices.Contains(sites, a.Site) {
				sites = append(sites, a.Site)
			}
		}
	}
	return sites
}

// peakLoads returns what is offered to servers at the peak while a site is lost; "" stands for none.
func (s *Study) peakLoads(ctx context.Context, p placement.Placement, lost string, sample time.Duration) (all []CapacityNeed, err error) {
	scenario := s.Scenario
	scenario.Failures, scenario.LinkFailures, scenario.LinkImpairments = nil, nil, nil
	if lost != "" {
		scenario.Failures = []sim.Failure{{Site: lost, For: scenario.WarmUp + scenario.Duration}}
	}
	plans, err := sim.Compile(ctx, scenario, p)
	if err != nil {
		return nil, err
	}
	peaks, err := plans[0].PeaksWithCrowds()
	if err != nil {
		return nil, err
	}
	var found *originSample
	for _, peak := range peaks {
		number := slices.IndexFunc(s.Workloads, func(w workload.Workload) bool { return w.Name == peak.Workload })
		if sim.KindOf(s.Workloads[number].Service) == sim.Matched {
			continue
		}
		name := cmp.Or(plans[0].PoolAt(number, peak.Site), peak.Workload)
		k := slices.IndexFunc(all, func(o CapacityNeed) bool { return o.Site == peak.Site && o.Servers == name })
		if k < 0 {
			k = len(all)
			all = append(all, CapacityNeed{Site: peak.Site, Servers: name, Have: peak.Most, IsKnown: true, pool: poolAt(&p, number, s, peak.Site)})
		}
		of := &all[k]
		why := s.whyUnknown(number, &peak)
		if why == "" && s.isBehindCaches(&p, number) {
			if _, isTrace := s.Workloads[number].Demand.(workload.Trace); isTrace {
				why = fmt.Sprintf("%s is a recorded trace behind caches: a run tells what they fetch", peak.Workload)
			} else if sample == 0 {
				why = fmt.Sprintf("%s is behind caches: a sample tells what they fetch (--sample 5m)", peak.Workload)
			} else {
				if found == nil {
					if found, err = s.sampleOrigins(ctx, p, lost, sample); err != nil {
						return nil, fmt.Errorf("sample: %w", err)
					}
				}
				why = found.tell(number, &peak, &of.Sampled)
			}
		}
		if why == "" && of.pool.SpareCores {
			why = fmt.Sprintf("%s has the cores that matches leave: a run tells", name)
		}
		if why != "" {
			if of.IsKnown {
				of.IsKnown, of.Why = false, why
			}
			continue
		}
		of.Offered += peak.Offered
		of.PerSecond += peak.PerSecond
		of.TakenIn += peak.TakenIn
		of.Spilled += peak.Spilled
		of.Until = max(of.Until, peak.Until)
		if s.Workloads[number].Patience().Retries > 0 && !s.isBehindCaches(&p, number) {
			of.WithoutRetries = append(of.WithoutRetries, peak.Workload)
		}
		of.Workloads = append(of.Workloads, OfferedWork{Workload: peak.Workload, Offered: peak.Offered, InCrowd: peak.InCrowd})
	}
	for i := range all {
		if of := &all[i]; !of.IsKnown {
			*of = CapacityNeed{Site: of.Site, Servers: of.Servers, Have: of.Have, Why: of.Why}
		}
	}
	return all, nil
}

// poolAt returns the rules of the servers that a workload finds at a site.
func poolAt(p *placement.Placement, number int, s *Study, site string) (pool placement.Pool) {
	w := &s.Workloads[number]
	for _, a := range p.Of(sim.KindOf(w.Service).Role()) {
		if n, ok := a.PoolOf(w.Name); ok && a.Site == site && a.Serves(w.Name) {
			return a.Pools[n]
		}
	}
	return pool
}

// isBehindCaches reports whether an origin gets of a workload what caches lack.
func (s *Study) isBehindCaches(p *placement.Placement, number int) bool {
	return sim.KindOf(s.Workloads[number].Service).MeetsCaches() && len(p.Tiers) > 0
}

// whyUnknown says why only a run tells what a workload asks for; "" where it is known.
func (s *Study) whyUnknown(number int, peak *sim.Peak) string {
	w := &s.Workloads[number]
	_, isRated := w.Demand.(workload.Rated)
	switch {
	case peak.IsKnown:
		return ""
	case !isRated:
		return fmt.Sprintf("the demand of %s does not say how many requests to expect: a run tells", w.Name)
	}
	return fmt.Sprintf("others pass on what they have no room for of %s, beside a demand that does not say how many requests to expect: a run tells", w.Name)
}
