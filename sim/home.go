package sim

import (
	"cmp"
	"fmt"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// validateHomes names the first workload whose data has its home nowhere.
func (s *Scenario) validateHomes() error {
	for i := range s.Workloads {
		w := &s.Workloads[i]
		home := w.DataCalls().Home
		if n, ok := s.Network.Index(home); home != "" && (!ok || !s.Network.At(n).Kind.IsSite()) {
			return fmt.Errorf("sim: workload %q: %w", w.Name, invalid.New("Service.Data.Home", home, "a site of the network"))
		}
	}
	return nil
}

// HomeOfData returns the site that a workload's calls go to under a placement, wherever they come from; "" where the
// workload makes none, or its data is replicated. Where the workload does not say, the data lives in the first
// region that computes it, or else in the parent of the first Local Zone that does: in one place, so that no site has it at
// hand by construction.
func (s *Scenario) HomeOfData(p placement.Placement, w *workload.Workload) string {
	data := w.DataCalls()
	if !w.CallsHome() || data.Replicated {
		return ""
	}
	if data.Home != "" {
		return data.Home
	}
	first := ""
	for _, a := range p.Of(placement.Compute) {
		n, ok := s.Network.Index(a.Site)
		if !ok || a.Backup || !a.Serves(w.Name) {
			continue
		}
		node := s.Network.At(n)
		if node.Kind == topology.Region {
			return a.Site
		}
		first = cmp.Or(first, node.Parent, a.Site)
	}
	return first
}

// homeOfSite returns where the calls of a workload go from a site under a placement.
func (s *Scenario) homeOfSite(p placement.Placement, w *workload.Workload, site string) string {
	n, _ := s.Network.Index(site)
	return cmp.Or(s.HomeOfData(p, w), s.Network.At(n).Parent, site)
}
