package report

import (
	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// NotComparable is the verdict where one of the two placements leaves many more without an answer than the other. Latencies
// are of other users then: whoever serves few serves them fast. And whoever serves many fewer is better in no time.
const NotComparable stats.Verdict = "not comparable"

// servedShare returns the share of all requests that were answered, or played. Of a metro outcomes are not known, but what
// failed and was not played is.
func servedShare(figures edgewise.Figures) float64 {
	served := 1.0
	for _, lost := range [][2][2]string{
		{{"failed", "share"}, {"outcome", sim.Failed.String()}}, {{"outcome", sim.NotPlayed.String()}, {"not playing", "share"}},
	} {
		for _, name := range lost {
			if f, ok := figures.Find(name[0], name[1]); ok {
				served -= f.Value
				break
			}
		}
	}
	return served
}

// withhold takes back a verdict on a figure that the share of those served has decided.
func (v *PlacementVerdict) withhold() {
	if v.ofOthers || v.servesFewer && v.Verdict == stats.Better {
		v.Verdict = NotComparable
	}
}

// isOfTime reports whether a figure is made of a metric: of latencies, or shares within a deadline.
func isOfTime(f *edgewise.Figure) bool {
	_, err := sim.ParseMetric(f.Metric)
	return err == nil
}

// isOfServed reports whether a figure is of those alone who were served: latencies, and all that is of matches, but neither
// shares of all who asked nor waits, which are of all who waited.
func isOfServed(f *edgewise.Figure) bool {
	metric, err := sim.ParseMetric(f.Metric)
	switch {
	case err != nil || metric.IsWait():
		return false
	case metric == sim.WorstRTT:
		return true
	}
	return f.Unit == "ms"
}
