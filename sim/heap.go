package sim

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/hugepages"
)

// heapShare is how many bytes the heap has for each byte in use: Go collects garbage when there is as much of it as there is memory in use.
const heapShare = 2

// wantMemory says what a run will take for caches that are read here and there all the time, to have it in huge pages.
func (p *Plan) wantMemory() (done func()) {
	return hugepages.Want(int64(min(heapShare*p.turnsBytes(), math.MaxInt64/2)))
}

// turnsBytes returns about how many bytes of memory the caches take at the end of a run in which they take turns, 0 where sites run alone, one after another.
func (p *Plan) turnsBytes() float64 {
	if !p.takesTurns() {
		return 0
	}
	s := &p.scenario
	objects, perSecond, size := 0.0, 0.0, math.Inf(1)
	for i := range s.Workloads {
		n := s.objects(i)
		if n == 0 {
			continue
		}
		objects += float64(n)
		perSecond += perSecondOf(&s.Workloads[i])
		if w := &s.Workloads[i]; w.RecordsSizes() {
			size = 1
		} else {
			sizes := w.SizesOf(s.Seed, 0)
			size = min(size, max(sizes.MedianBytes(), 1)) // the mean is larger
		}
	}
	requests, held := float64(perSecond*(s.WarmUp+s.Duration).Seconds()), 0.0
	for t := range p.placement.Tiers {
		begun, filled := 0.0, 0.0
		for _, c := range p.placement.Tiers[t].Caches {
			if most := min(objects, float64(c.CapacityBytes)/size); c.Preload {
				begun += most
			} else {
				filled += most
			}
		}
		held += begun + min(filled, requests)
	}
	if s.ages(&p.placement) {
		return (entryBytes + heldBytes) * held
	}
	return entryBytes * held
}

// takesTurns reports whether any cache asks another site by message.
func (p *Plan) takesTurns() bool {
	for w := range p.workloads {
		for site, tiers := range p.workloads[w].hops {
			for _, hops := range tiers {
				for i := range hops {
					if hops[i].remote && hops[i].to != site {
						return true
					}
				}
			}
		}
	}
	return false
}
