package sim

import (
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/workload"
)

// askedOnce returns the share of a workload's requests for objects that nobody asks for again.
func askedOnce(w *workload.Workload) float64 {
	if d, ok := w.Demand.(workload.Endless); ok {
		return d.AskedOnce()
	}
	return 0
}

// heldOnce returns about how many objects that were asked for once addOnce adds at most: with 95 % none of n objects was
// last asked for longer ago than 3 + ln n times the mean time between two requests for the least popular.
func heldOnce(w *workload.Workload) float64 {
	d, ok := w.Demand.(workload.Endless)
	if !ok || d.AskedOnce() == 0 {
		return 0
	}
	shares, err := d.Popularity()
	if err != nil || len(shares) == 0 {
		return workload.AskedBefore // who opens the demand says what is wrong
	}
	return min(d.AskedOnce()/slices.Min(shares)*(3+portable.Log(float64(len(shares)))), workload.AskedBefore)
}

// addOnce adds to what was found the objects that were asked for once: back in time, workload by workload, until they
// and what was asked for since would fill the cache, or to the oldest of the others: those behind it leave before any of
// the others does, so that their place may as well be free.
func (p *preloader) addOnce(t *tier, s *site, rates rates, server, from int, d *scratch) {
	if t.cache.CapacityBytes() == math.MaxInt64 {
		return
	}
	capacity, oldest := t.serverBytes(), 0.0
	for _, o := range d.found[from:] {
		oldest = max(oldest, o.ago)
	}
	regular := d.weight
	for i := range rates {
		of := &p.workloads[i]
		if !(rates[i].once > 0) {
			continue
		}
		entity := purpose.EntityOf(p.plan.scenario.Workloads[i].Name, s.name)
		key := random.NewKey(p.plan.scenario.Seed, p.rep, entity, purpose.OnceOfTier(int(t.number)))
		stream := key.Stream()
		base := cache.AtServer(uint64(p.plan.scenario.keyBase(i)), server)
		held, even, step := int64(0), 0.0, uint64(0)
		clock := p.clocksOf(t, i).now
		// Half of the numbers of a catalogue at most are of objects asked for before the run.
		for number := of.highest; number > of.highest-workload.AskedBefore; number-- {
			even += stream.Exp() / rates[i].once
			ago := clock.at(even, 0, 0)
			if ago > oldest {
				break
			}
			size := of.catalogue.SizeBytes(of.object(number))
			for at := math.Float64bits(ago) >> coarse; step < at; step++ {
				held += regular[step]
			}
			if held > capacity {
				break
			}
			first, next, sliceBytes := of.partOf(size, key, number)
			for n := first; n < next; n++ {
				bytes := min(sliceBytes, size-n*sliceBytes)
				if bytes > capacity || p.serverOfOnce(t, i, uint64(number)|uint64(n)<<sliceShift, key) != server {
					continue
				}
				held += bytes
				d.once = append(d.once, recent{ago: ago, key: base + uint64(number) + uint64(n)<<sliceShift, bytes: bytes})
			}
		}
	}
	for _, o := range d.once {
		d.weight[math.Float64bits(o.ago)>>coarse] += o.bytes
	}
	d.found = append(d.found, d.once...)
	d.once = d.once[:0]
}
