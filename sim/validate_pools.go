package sim

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
)

// validatePools names the first pool of servers of a valid placement that nobody would use, and the first workload that would find no
// servers where others have pools.
func (s *Scenario) validatePools(p *placement.Placement) error {
	for i := range p.Sites {
		a := &p.Sites[i]
		if len(a.Pools) == 0 {
			continue
		}
		field := func(k int) string { return fmt.Sprintf("Sites[%d].Pools[%d].Workloads", i, k) }
		used := make([]bool, len(a.Pools))
		for w := range s.Workloads {
			kind, name := s.kind(w), s.Workloads[w].Name
			n, ok := a.PoolOf(name)
			switch {
			case kind.Role() != a.Role || !a.Serves(name):
			case kind == Matched && ok && slices.Contains(a.Pools[n].Workloads, name):
				return invalid.New(field(n), name, "workloads with requests: games share Cores")
			case kind == Matched:
				if a.Cores == 0 {
					return invalid.New(fmt.Sprintf("Sites[%d].Cores", i), a.Cores, "1 or more for the game %q: games share no pool of servers", name)
				}
			case !ok:
				return invalid.New(fmt.Sprintf("Sites[%d].Pools", i), fmt.Sprintf("%d pools", len(a.Pools)), "a pool for workload %q, too: one that names it, or one that names none", name)
			default:
				used[n] = true
			}
		}
		if n := slices.Index(used, false); n >= 0 {
			return invalid.New(field(n), fmt.Sprintf("%q", a.Pools[n].Workloads), "workloads with requests that the site serves: nobody would use the pool")
		}
	}
	return nil
}
