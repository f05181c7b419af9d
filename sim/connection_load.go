package sim

import (
	"math"
	"slices"
	"time"

	"github.com/edgewise-sim/edgewise/workload"
)

// ConnectionLoads returns the loads of the connections over which PoPs pass requests on to other sites, as far as they are known before a run: of ways that lose packets, over
// which one connection carries so much and no more ([transport.LossyDialer.CarriedBitsPerSecond]), and of workloads whose demand knows its rate. What caches fetch depends on what they hit: [Plan.LoadsOf] tells
// it after a run, and [Plan.FetchesAtMost] what it can be. Pools and connections that are always open have none: answers do not wait for one another there. Failures, retries and
// impairments of links are left out, and sites that open or close are as they are in the end.
func (p *Plan) ConnectionLoads() ([]Load, error) {
	var all loads
	for i := range p.workloads {
		bytes, ok := computedBytes(p.scenario.Workloads[i].Service)
		if _, isRated := p.scenario.Workloads[i].Demand.(workload.Rated); !ok || !isRated || !p.passesOnOverLoss(i) {
			continue
		}
		rates, err := p.meanRates(i)
		if err != nil {
			return nil, err
		}
		for m, rate := range rates {
			for k := range p.workloads[i].entries[m] {
				e := &p.workloads[i].entries[m][k]
				p.addRide(&all, i, e, 8*rate*e.share.inPhase(len(p.phases)-1)*bytes)
			}
		}
	}
	return all, nil
}

// FetchesAtMost returns what the first tier of caches fetches over such connections if nothing is a hit: the share that may be missed, in bytes, is the inverse of
// [Load.Ratio]. Of what it is not told is as of [Plan.LinkLoads]: demands whose rates or sizes are not known; nor of those of more than ten million objects of different sizes.
func (p *Plan) FetchesAtMost() ([]Load, error) {
	var all loads
	for i := range p.workloads {
		planned := &p.workloads[i]
		if !fetchesLose(planned.hops) {
			continue
		}
		if w := &p.scenario.Workloads[i]; objectsOf(w.Demand) > mostLookedAt {
			if sizes := w.SizesOf(p.scenario.Seed, 0); !sizes.AreSame() {
				continue
			}
		}
		mean, ok, err := p.meanBytes(i)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		rates, err := p.meanRates(i)
		if err != nil {
			return nil, err
		}
		for at, perSecond := range p.entering(i, rates, len(p.phases)-1) {
			if len(planned.hops[at]) == 0 || planned.hops[at][firstTier] == nil || perSecond == 0 {
				continue
			}
			hops := planned.hops[at][firstTier]
			parts := p.partsOf(hops, p.end()-1)
			for _, n := range parts {
				p.addConnection(&all, hops[n].lossy, Load{
					Workload: planned.name, Tier: p.placement.Tiers[firstTier].Name, To: p.sites[at].id, Offered: 8 * perSecond * mean / float64(len(parts)),
				}, &hops[n].leg)
			}
		}
	}
	return all, nil
}

// mostLookedAt is how many objects of different sizes are looked at for their mean, which takes about a second.
const mostLookedAt = 10_000_000

// objectsOf returns how many objects a demand has, without those that are asked for once.
func objectsOf(d workload.Demand) int {
	switch of := d.(type) {
	case workload.Endless:
		return of.Regular()
	case workload.Catalogued:
		return of.Catalogue()
	}
	return 0
}

// passesOnOverLoss reports whether PoPs pass requests of a workload on over a way that loses packets.
func (p *Plan) passesOnOverLoss(number int) bool {
	for _, entries := range p.workloads[number].entries {
		for k := range entries {
			if entries[k].enters != entries[k].site && entries[k].beyond.lossBack > 0 {
				return true
			}
		}
	}
	return false
}

// addRide adds so many bits a second to the connection on which a PoP passes on what enters there, if it loses packets.
func (p *Plan) addRide(all *loads, number int, e *entry, bitsPerSecond float64) {
	if _, rides := computedBytes(p.scenario.Workloads[number].Service); !rides || e.enters == e.site || e.beyond.lossBack == 0 {
		return
	}
	p.addConnection(all, newLossyWay(&p.placement.Upstream, &e.beyond), Load{Workload: p.workloads[number].name, To: p.sites[e.enters].id, Offered: bitsPerSecond}, &leg{
		to: e.site, there: e.beyond.there, back: e.beyond.back, lossBack: e.beyond.lossBack,
	})
}

// addConnection adds a load to the one connection of a workload over a way; nothing where it loses no packets, or has more than one.
func (p *Plan) addConnection(all *loads, over *lossyWay, one Load, way *leg) {
	if over == nil || way.lossBack == 0 || p.placement.Upstream.Pool > 0 || p.placement.Upstream.AlwaysOpen {
		return
	}
	one.From, one.LossRatio, one.RTT = p.sites[way.to].id, way.lossBack, time.Duration(way.rtt())
	if k := slices.IndexFunc(*all, one.IsOfTheSame); k >= 0 {
		one.Capacity = (*all)[k].Capacity
	} else if one.Capacity = over.carried(); math.IsInf(one.Capacity, 0) {
		return
	}
	all.add(one)
}
