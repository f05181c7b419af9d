package search

import (
	"sync"

	"github.com/edgewise-sim/edgewise/sim"
)

// A stop is a cache on the way from the users to the origin.
type stop struct {
	site string
	tier int
}

// A passing says how many requests a second come to the entries whose misses go by a cache, of the plan that was looked at last: of one plan
// all caches are asked about, one after another. It is safe for several goroutines.
type passing struct {
	mutex sync.Mutex
	plan  *sim.Plan
	by    map[stop]float64
}

// passesBy returns how many requests a second, of all workloads that meet caches, come to the entries whose misses go by a cache.
func (s *surrogate) passesBy(plan *sim.Plan, at stop) (perSecond float64, err error) {
	s.passing.mutex.Lock()
	defer s.passing.mutex.Unlock()
	if s.passing.plan == plan {
		return s.passing.by[at], nil
	}
	by := make(map[stop]float64)
	for number := range s.study.Workloads {
		if !sim.KindOf(s.study.Workloads[number].Service).MeetsCaches() {
			continue
		}
		demand, err := s.demandOf(plan, number)
		if err != nil {
			return 0, err
		}
		ways := plan.Ways(number)
		for m := range ways {
			for i := range ways[m] {
				here := float64(demand[m] * ways[m][i].Share)
				for to := (stop{ways[m][i].Site, 0}); to.tier >= 0; {
					f, ok := plan.Fetch(number, to.site, to.tier)
					if !ok {
						break
					}
					by[to] += here
					to = stop{f.Site, f.Tier}
				}
			}
		}
	}
	s.passing.plan, s.passing.by = plan, by
	return by[at], nil
}
