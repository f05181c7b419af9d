package edgewise

import (
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// failed counts the requests without an answer that is of use, those included that servers rejected.
func failed(t *Tallies) uint64 { return t.Outcomes[sim.Failed] + t.Outcomes[sim.Rejected] }

// gaveUp counts those of them for which their users waited.
func gaveUp(t *Tallies) uint64 { return t.Outcomes[sim.Failed] }

// waits are the reasons why updates are not played; the others are why requests fail.
var waits = []sim.Reason{sim.WaitsForPlayers, sim.WaitsForServer, sim.SessionLost, sim.LoggingIn, sim.GaveUp, sim.TurnedAway}

// reasons takes the share that failed apart.
func reasons() (all []Measure) {
	for why := range sim.NumReasons {
		if slices.Contains(waits, why) {
			continue
		}
		of := func(t *Tallies) uint64 { return t.Failures[why] }
		all = append(all, Measure{
			Label: Label{Metric: "failed", Statistic: why.String(), Unit: "share", Better: Less},
			Of:    ofRequests(of), OnlyWithFailures: true, Where: happened(of),
		})
	}
	return all
}

// mayFail reports whether requests can fail: sites or links are down, or origins answer errors.
func (s *Study) mayFail() bool {
	if len(s.Failures)+len(s.LinkFailures)+len(s.OriginErrors) > 0 || slices.ContainsFunc(s.Placements, rejects) {
		return true
	}
	return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool {
		if w.GivesUp() {
			return true
		}
		service, ok := w.Service.(workload.Cacheable)
		return ok && slices.ContainsFunc(service.Controls, func(c workload.Controlled) bool { return c.Status >= 500 })
	})
}

// rejects reports whether a placement has servers that reject what they have no room for.
func rejects(p placement.Placement) bool {
	return slices.ContainsFunc(p.Sites, func(a placement.Assignment) bool {
		return slices.ContainsFunc(a.Pools, func(p placement.Pool) bool { return p.Rejects() })
	})
}
