package sim

import (
	"time"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
)

// What steps of a [Course] take, in bytes: about what was measured with this version on amd64.
const (
	// openStepBytes is what one takes that is open: its counters, those of tiers, and the latencies of four octaves of 128 bytes. Those of one city and its PoP
	// have one or two, those of many cities and lines six to eight.
	openStepBytes = 400 + 4*128
	// packedStepBytes is what one takes at least in which anything has happened, packed; every request may add a cell of latencies, of which mostCells are filled
	// at most.
	packedStepBytes, cellBytes, mostCells = 20, 1.2, 60
	originStepBytes                       = 16
)

// packedBytes returns about how many bytes a step takes, packed, in which so many requests are expected.
func packedBytes(requests float64) float64 {
	return 1 + float64(min(1, requests)*packedStepBytes) + float64(cellBytes*mostCells*(1-portable.Exp(-requests/mostCells)))
}

// courseBytes returns about how much memory the courses of a run take at most: those of the result, those of all users while they are
// added up, and what the sites keep while they are simulated.
func (s *Scenario) courseBytes(p *placement.Placement, byStep []float64) (sum float64) {
	if s.Timeline == nil {
		return 0
	}
	steps, sites, origins := float64(s.Timeline.countIn(s.Duration)), float64(sitesOf(p)), 0.0
	for i := range p.Sites {
		if p.Sites[i].Role == placement.Origin {
			origins++
		}
	}
	atOnce := 1.0
	if len(p.Tiers) > 1 { // sites that send each other messages are simulated side by side
		atOnce = sites
	}
	for i := range s.Workloads {
		requests := byStep[i]
		open := float64(steps * openStepBytes)
		if s.Timeline.BySite {
			open *= 1 + origins
		}
		users := atOnce * packedBytes(requests/max(1, sites))
		if s.Timeline.ByMetro || s.Timeline.BySite {
			users = 0 // they become a part of the result
		}
		sum += open + float64(steps*(users+float64(atOnce*float64(origins*originStepBytes))))
	}
	return sum + s.keptCourseBytes(p, byStep)
}

// KeptCourseBytes returns about how much memory the courses take that a result of a placement keeps, as [Scenario.Timeline] asks for them: 0 without.
func (s *Scenario) KeptCourseBytes(p *placement.Placement) float64 {
	return s.keptCourseBytes(p, s.perStep())
}

func (s *Scenario) keptCourseBytes(p *placement.Placement, byStep []float64) (sum float64) {
	if s.Timeline == nil {
		return 0
	}
	steps := float64(s.Timeline.countIn(s.Duration))
	for i := range s.Workloads {
		requests := byStep[i]
		all, metros := packedBytes(requests), 0.0
		if n := float64(s.metroCount()); s.Timeline.ByMetro && n > 0 {
			metros = float64(n * packedBytes(requests/n))
		}
		if n := float64(sitesOf(p)); s.Timeline.BySite && n > 0 {
			all += float64(n * packedBytes(requests/n))
		}
		if s.isPaired() { // all and sites, once more
			all *= 2
		}
		sum += float64(steps * (all + metros))
	}
	return sum
}

// perStep returns how many requests, or updates, of each workload are expected in a step of time; nothing without a timeline.
func (s *Scenario) perStep() (all []float64) {
	if s.Timeline == nil {
		return nil
	}
	for i := range s.Workloads {
		work := s.WorkOf(i)
		all = append(all, (work.Requests+work.Updates)*min(s.Timeline.lengthFor(s.Duration), s.Duration).Seconds()/max(time.Nanosecond, s.WarmUp+s.Duration).Seconds())
	}
	return all
}

func (s *Scenario) metroCount() int {
	if s.Network == nil {
		return 0
	}
	return len(s.Network.OfKind(topology.Metro))
}
