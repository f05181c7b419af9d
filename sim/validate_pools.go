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
				if err := checkSpill(p, a, &a.Pools[n].Spill, name); err != nil {
					return invalid.In(fmt.Sprintf("Sites[%d].Pools[%d].Spill", i, n), err)
				}
			}
		}
		if n := slices.Index(used, false); n >= 0 {
			return invalid.New(field(n), fmt.Sprintf("%q", a.Pools[n].Workloads), "workloads with requests that the site serves: nobody would use the pool")
		}
	}
	return nil
}

// checkSpill names the first site that would get requests of a workload which it does not compute, or says that none would.
func checkSpill(p *placement.Placement, a *placement.Assignment, s *placement.Spill, workload string) error {
	serves := func(is func(o *placement.Assignment) bool) bool {
		return slices.ContainsFunc(p.Sites, func(o placement.Assignment) bool {
			return o.Role == placement.Compute && o.Site != a.Site && o.Serves(workload) && is(&o)
		})
	}
	for i, id := range s.To {
		if id != a.Site && !serves(func(o *placement.Assignment) bool { return o.Site == id }) {
			return invalid.New(fmt.Sprintf("To[%d]", i), id, "a site that computes workload %q", workload)
		}
	}
	isBackup := s.Rule == placement.SpillToBackup
	if (isBackup && !a.Backup || s.Rule == placement.SpillToNearest) && !serves(func(o *placement.Assignment) bool { return o.Backup == isBackup }) {
		return invalid.New("Rule", s.Rule, "none: no such other site computes workload %q", workload)
	}
	return nil
}
