package sim

import (
	"fmt"
	"slices"

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
	if err := s.checkLinks(r); err != nil {
		return fmt.Errorf("sim: not a result of this scenario: %w", err)
	}
	want.Links = r.Links // which of them something crosses is known to who has compiled the placement
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

// checkLinks names the first link of a result that the scenario does not have, or that has done what no link can.
func (s *Scenario) checkLinks(r *Result) error {
	if len(r.Links) == 0 {
		return nil
	}
	links := s.Network.Links()
	for i := range r.Links {
		t := &r.Links[i]
		is := func(l topology.Link) bool {
			return l.From == t.From && l.To == t.To && l.Sharing != topology.Unshared && l.Sharing.String() == t.Sharing && l.CapacityBitsPerSecond == t.BitsPerSecond
		}
		switch {
		case !slices.ContainsFunc(links, is):
			return fmt.Errorf("link %d: no link %q -> %q of %v bit/s is shared (%s)", i, t.From, t.To, t.BitsPerSecond, t.Sharing)
		case len(t.Sites) == 0 || slices.ContainsFunc(t.Sites, func(id string) bool { return !slices.Contains(r.Sites, id) }):
			return fmt.Errorf("link %d: sites %q; want one or more of the placement", i, t.Sites)
		case len(t.Workloads) != len(s.Workloads):
			return fmt.Errorf("link %d: %d workloads; want %d", i, len(t.Workloads), len(s.Workloads))
		case t.BusyUs > t.TotalUs || t.PeakBusyUs > min(t.BusyUs, t.StepUs):
			return fmt.Errorf("link %d: sent for %d us of %d, in the busiest step %d", i, t.BusyUs, t.TotalUs, t.PeakBusyUs)
		}
		if err := t.checkCourse(s); err != nil {
			return fmt.Errorf("link %d: %w", i, err)
		}
	}
	return nil
}
