package edgewise

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// A CapacityNeed says how many servers a site needs at the peak of a day, and how many when another site is lost (N+1).
type CapacityNeed struct {
	// Site is where the servers are, Servers whose: a workload, or a pool that workloads share, as [sim.Load] calls it.
	Site, Servers string
	// IsKnown is false where only a run tells: at origins behind caches, and where the demand of a workload does not say what to expect, as
	// recorded traces do not. Then nothing else is known here but Have, and Why says the reason.
	IsKnown bool
	Why     string
	// Workloads say whose work it is, in order of the study.
	Workloads []OfferedWork
	// Have is how many there are, at most where their number follows the work; 0 where there are always enough.
	Have int
	// Offered is how many servers the work keeps busy at the peak of the day, or of a flash crowd as if it lasted; of a pool the sum of its
	// workloads' peaks, which need not come at the same time.
	Offered float64
	// TakenIn is what of Offered is work that other sites have no room for and pass on, Spilled what of it this site passes on: by Erlang's fixed
	// point, see [sim.Plan.ServerLoads].
	TakenIn, Spilled float64
	// Blocked is the share of requests at the peak that would find all servers busy that there are: Erlang B, as if none waited; 0 where
	// there are always enough.
	Blocked float64
	// Waits is the share of requests at the peak that would wait for one where others wait, too: Erlang C; 1 where there is work for all
	// servers and more, 0 where there are always enough.
	Waits float64
	// Needed is the least number of servers at which the share asked for finds one free where none waits (Erlang B), WithoutWait that
	// where others wait (Erlang C, which asks for more).
	Needed, WithoutWait int
	// Lost is the other site whose loss asks for the most here, "" where none asks for more than Offered; LostOffered and LostNeeded are
	// Offered and Needed when its users have been sent elsewhere.
	Lost        string
	LostOffered float64
	LostNeeded  int
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

// Capacity returns how many servers the sites of a placement, by its number, need at the peak of a day for a share of the requests,
// in (0, 1), to find one free: in order of sites, of who computes requests and of origins that users meet. Nothing is run: peaks are those of
// [sim.Plan.PeaksWithCrowds], arrivals Poisson. Games, backups, failures, retries and what a site passes on in a flash crowd are not in it. It looks at the loss of each such
// site alone, which takes as many compilations.
func (s *Study) Capacity(ctx context.Context, number int, served float64) ([]CapacityNeed, error) {
	if err := invalid.First(
		invalid.Range("number", number, 0, len(s.Placements)-1),
		invalid.Check(served > 0 && served < 1, "served", served, "a share above 0 and below 1"),
	); err != nil {
		return nil, fmt.Errorf("edgewise: capacity: %w", err)
	}
	p := s.Placements[number]
	all, err := s.peakLoads(ctx, p, "")
	if err != nil {
		return nil, fmt.Errorf("edgewise: capacity: %w", err)
	}
	for i := range all {
		of := &all[i]
		if !of.IsKnown {
			continue
		}
		of.Needed = stats.ErlangServers(of.Offered, 1-served)
		of.WithoutWait = int(tariff.ServersWithoutWait(of.Offered, served))
		if of.Have > 0 {
			of.Blocked, of.Waits = stats.ErlangB(of.Have, of.Offered), stats.ErlangC(of.Have, of.Offered)
		}
	}
	for _, lost := range replaceable(&p) {
		without, err := s.peakLoads(ctx, p, lost)
		if err != nil {
			return nil, fmt.Errorf("edgewise: capacity without %s: %w", lost, err)
		}
		for i := range all {
			of := &all[i]
			k := slices.IndexFunc(without, func(o CapacityNeed) bool { return o.Site == of.Site && o.Servers == of.Servers })
			if of.IsKnown && of.Site != lost && k >= 0 && without[k].Offered > max(of.Offered, of.LostOffered) {
				of.Lost, of.LostOffered = lost, without[k].Offered
				of.LostNeeded = stats.ErlangServers(of.LostOffered, 1-served)
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
func (s *Study) peakLoads(ctx context.Context, p placement.Placement, lost string) (all []CapacityNeed, err error) {
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
	for _, peak := range peaks {
		number := slices.IndexFunc(s.Workloads, func(w workload.Workload) bool { return w.Name == peak.Workload })
		if sim.KindOf(s.Workloads[number].Service) == sim.Matched {
			continue
		}
		name := cmp.Or(plans[0].PoolAt(number, peak.Site), peak.Workload)
		k := slices.IndexFunc(all, func(o CapacityNeed) bool { return o.Site == peak.Site && o.Servers == name })
		if k < 0 {
			k = len(all)
			all = append(all, CapacityNeed{Site: peak.Site, Servers: name, Have: peak.Most, IsKnown: true})
		}
		of := &all[k]
		of.Offered += peak.Offered
		of.TakenIn += peak.TakenIn
		of.Spilled += peak.Spilled
		of.Workloads = append(of.Workloads, OfferedWork{Workload: peak.Workload, Offered: peak.Offered, InCrowd: peak.InCrowd})
		if why := s.whyUnknown(&p, number, &peak); why != "" && of.IsKnown {
			of.IsKnown, of.Why = false, why
		}
	}
	for i := range all {
		if of := &all[i]; !of.IsKnown {
			*of = CapacityNeed{Site: of.Site, Servers: of.Servers, Have: of.Have, Why: of.Why}
		}
	}
	return all, nil
}

// whyUnknown says why only a run tells what a workload asks of servers; "" where it is known.
func (s *Study) whyUnknown(p *placement.Placement, number int, peak *sim.Peak) string {
	w := &s.Workloads[number]
	_, isRated := w.Demand.(workload.Rated)
	switch {
	case sim.KindOf(w.Service).MeetsCaches() && len(p.Tiers) > 0:
		return fmt.Sprintf("%s is behind caches: a run tells what they fetch", w.Name)
	case peak.IsKnown:
		return ""
	case !isRated:
		return fmt.Sprintf("the demand of %s does not say how many requests to expect: a run tells", w.Name)
	}
	return fmt.Sprintf("others pass on what they have no room for of %s, beside a demand that does not say how many requests to expect: a run tells", w.Name)
}
