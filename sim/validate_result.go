package sim

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// ValidateResult names the first thing for which a result cannot be one run of a valid scenario under a placement:
// other workloads, metros, sites, tiers or deadlines, another length, or books that do not balance. The error says
// where; a result that came from elsewhere should be asked before it is used.
func (s *Scenario) ValidateResult(p placement.Placement, r *Result) error {
	plan := &Plan{scenario: *s, placement: p}
	plan.takeRoles()
	for _, m := range s.Network.OfKind(topology.Metro) {
		plan.metros = append(plan.metros, s.Network.At(m).ID)
	}
	for i := range s.Workloads {
		plan.workloads = append(plan.workloads, newPlannedWorkload(&s.Workloads[i]))
	}
	want := plan.newResult(r.Replication)
	length := int64(s.WarmUp + s.Duration)
	shift := timelineShift(length)
	for i := range want.Workloads {
		if want.Workloads[i].Kind != Matched {
			want.Workloads[i].Timeline = Timeline{BatchNs: 1 << shift, Batches: make([]TimelineBatch, length>>shift)}
		}
	}
	for i := range want.Tiers {
		want.Tiers[i].Fill = FillTimeline{BatchNs: 1 << shift, UsedBytes: make([]int64, length>>shift)}
	}
	if err := want.matches(r); err != nil {
		return fmt.Errorf("sim: not a result of this scenario: %w", err)
	}
	for i := range r.Workloads {
		w := &r.Workloads[i]
		if n := len(want.Workloads[i].Timeline.Batches); len(w.Timeline.Batches) != n {
			return fmt.Errorf("sim: not a result of this scenario: workload %q: a timeline of %d batches; want %d", w.Name, len(w.Timeline.Batches), n)
		}
		if err := w.check(plan); err != nil {
			return fmt.Errorf("sim: not a result of a run: %w", err)
		}
	}
	return nil
}
