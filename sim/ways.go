package sim

import (
	"fmt"
	"time"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A Way is how users of a metro reach the site that serves them when a run begins, as a plan has it: what is known before
// anything is simulated.
type Way struct {
	// Site serves the users, Enters is the site that they reach first: the same, or a PoP on the way to it.
	Site, Enters string
	// Share is the part of the metro's users, in (0, 1], who go this way.
	Share float64
	// RTT is the fixed round trip between the metro and the entry point, without the last mile; Beyond that from there to
	// the site.
	RTT, Beyond time.Duration
	// HasMile says that a last mile comes before: see [Plan.Mile].
	HasMile bool
	// Jitter is the mean of the links' jitter, both ways, and LossRatio the probability that an exchange loses a packet.
	Jitter    time.Duration
	LossRatio float64
}

// Metros returns the ids of the metros, in the order of the network.
func (p *Plan) Metros() []string { return append([]string(nil), p.metros...) }

// Ways returns how the users of a workload, given by its number, come to who serves them, by metro.
func (p *Plan) Ways(number int) [][]Way {
	planned := &p.workloads[number]
	all := make([][]Way, len(planned.entries))
	for m := range planned.entries {
		for i := range planned.entries[m] {
			e := &planned.entries[m][i]
			share := e.share.usual()
			if share == 0 {
				continue // only while something is down
			}
			all[m] = append(all[m], Way{
				Site: p.sites[e.site].id, Enters: p.sites[e.enters].id, Share: share,
				RTT: time.Duration(e.up + e.down), Beyond: time.Duration(e.beyond.rtt()), HasMile: e.access > 0,
				Jitter: time.Duration(e.jitter), LossRatio: e.loss,
			})
		}
	}
	return all
}

// Mile returns the mix of access technologies of a workload's users in a metro, given by their numbers, and how far they
// live from it.
func (p *Plan) Mile(number, metro int) (topology.AccessMix, topology.Spread) {
	n, _ := p.scenario.Network.Index(p.metros[metro])
	node := p.scenario.Network.At(n)
	return p.scenario.Workloads[number].AccessOf(node), node.Spread
}

// MeanDemand returns what is expected of the users of a workload by metro, on the mean of the recorded time: requests a
// second or, of a demand of [workload.Sessions], players. It fails for a demand that does not know.
func (p *Plan) MeanDemand(number int) ([]float64, error) {
	w, planned := &p.scenario.Workloads[number], &p.workloads[number]
	if mean, _, ok := w.DayMean(); ok && planned.kind == Matched {
		parts, err := w.MeanLoads(planned.audiences, p.scenario.Start.Add(p.scenario.WarmUp), p.scenario.Duration)
		for m := range parts {
			parts[m] *= mean
		}
		return parts, err
	}
	if _, ok := w.Demand.(workload.Rated); !ok {
		return nil, fmt.Errorf("workload %q: its demand, a %T, does not say how much it asks for (workload.Rated)", w.Name, w.Demand)
	}
	return p.meanRates(number)
}

// HomeRTT returns the round trip of a call from a site that computes to the home of a workload's data, 0 where that is at the
// site.
func (p *Plan) HomeRTT(number int, site string) time.Duration {
	homes, n := p.workloads[number].homes, p.number(site)
	if n < 0 || homes == nil || homes[n] == nil {
		return 0
	}
	return time.Duration(homes[n][0].rtt())
}

// A Fetch is where a cache gets what it lacks.
type Fetch struct {
	// Site is asked first. Tier is the number of its tier, or -1 for an origin.
	Site string
	Tier int
	// RTT is the round trip to it, without what a connection costs.
	RTT time.Duration
}

// Fetch returns where the cache of a tier at a site fetches the objects of a workload from; false where there is no such
// cache.
func (p *Plan) Fetch(number int, site string, tier int) (f Fetch, ok bool) {
	hops, n := p.workloads[number].hops, p.number(site)
	if n < 0 || hops == nil || hops[n] == nil || tier >= len(hops[n]) || hops[n][tier] == nil {
		return Fetch{}, false
	}
	h := &hops[n][tier][0]
	f = Fetch{Site: p.sites[h.to].id, Tier: int(h.part), RTT: time.Duration(h.rtt())}
	if h.part == originPart {
		f.Tier = -1
	}
	return f, true
}

// Placement returns the placement that the plan is of.
func (p *Plan) Placement() placement.Placement { return p.placement }

// DayDemand returns what [Plan.MeanDemand] does, on the mean of the day in which recording begins.
func (p *Plan) DayDemand(number int) ([]float64, error) {
	w, planned := &p.scenario.Workloads[number], &p.workloads[number]
	mean, _, ok := w.DayMean()
	if !ok {
		return p.MeanDemand(number)
	}
	parts, err := w.MeanLoads(planned.audiences, p.scenario.Start.Add(p.scenario.WarmUp), 24*time.Hour)
	for m := range parts {
		parts[m] *= mean
	}
	return parts, err
}
