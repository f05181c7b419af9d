package edgewise

import (
	"slices"

	"github.com/edgewise-sim/edgewise/sim"
)

var cacheable, games = []sim.Kind{sim.Cacheable}, []sim.Kind{sim.Matched}

// MeasuresOf returns the figures of a workload, given by its name, in the order of results, own ones last: one for each of its
// deadlines and of the placements' tiers. The error lists the names there are.
func (s *Study) MeasuresOf(workload string) ([]Measure, error) {
	var names []string
	for _, d := range s.workloads() {
		if d.name == workload {
			return s.measuresOf(&d), nil
		}
		names = append(names, d.name)
	}
	return nil, unknown("workload", workload, names)
}

// HeadlineOf returns the metric by which a workload is judged, given by its name: "ttfb", of downloads "ttlb", of games
// "response"; "" where there is no such workload.
func (s *Study) HeadlineOf(workload string) string {
	for _, d := range s.workloads() {
		if d.name == workload {
			return d.headline.String()
		}
	}
	return ""
}

// measuresOf returns the figures of a workload.
func (s *Study) measuresOf(w *described) (all []Measure) {
	tiers := s.tiersBehind()
	rows := measures
	if w.headline == sim.TTLB {
		rows = measuresOfLastByte
	}
	for i, m := range slices.Concat(rows, s.Measures) {
		if i >= len(rows) {
			m.showOwn()
		}
		if len(tiers) > 0 && m.AmongTiers != (Shown{}) {
			m.Shown = m.AmongTiers
		}
		if !m.isOf(w) || m.isLeftOut(w) || m.OnlyWithFailures && !s.mayFail() {
			continue
		}
		switch each := m.Of.(type) {
		case within:
			all = append(all, each.deadlines(&m, w.deadlinesOf(each.metric))...)
		case classes:
			all = append(all, each.rows(&m, w.game.Quality.Classes)...)
		case behind:
			for _, name := range tiers {
				all = append(all, each.tier(m, name))
			}
		default:
			all = append(all, m)
		}
	}
	return all
}

// tiersBehind returns the names of all tiers of caches but the first ones of the placements.
func (s *Study) tiersBehind() (names []string) {
	for i := range s.Placements {
		for k, t := range s.Placements[i].Tiers {
			if k > 0 && !slices.Contains(names, t.Name) {
				names = append(names, t.Name)
			}
		}
	}
	return names
}

// isOf reports whether a workload has the figure.
func (m *Measure) isOf(w *described) bool {
	metric, ok := m.Of.sampled()
	return (len(m.Kinds) == 0 || slices.Contains(m.Kinds, w.kind)) && (!ok || slices.Contains(w.kind.Metrics(), metric))
}
