package report

import (
	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// NotComparable is the verdict on a latency of which the two figures are of other users: one of the two placements leaves
// many more without an answer. Whoever serves few serves them fast.
const NotComparable stats.Verdict = "not comparable"

// servedMargin is the default of [Margins.Served].
const servedMargin = 0.05

// servedShare returns the share of all requests that were answered, or played.
func servedShare(w *edgewise.WorkloadResult) float64 {
	return 1 - valueOf(w, "outcome", sim.Failed.String()) - valueOf(w, "outcome", sim.NotPlayed.String())
}

// isOfServed reports whether a figure is of those alone who were served: latencies, and all that is of matches, but neither
// shares of all who asked nor waits, which are of all who waited.
func isOfServed(f *edgewise.Figure) bool {
	metric, err := sim.ParseMetric(f.Metric)
	switch {
	case err != nil || metric == sim.LobbyWait:
		return false
	case metric == sim.WorstRTT:
		return true
	}
	return f.Unit == "ms"
}
