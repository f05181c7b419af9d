package edgewise

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
)

// WorstMetro is the metric of figures that are those of the metro which has the worst.
const WorstMetro = "worst metro"

// WorstMetroOf returns the measure of the metro that has the worst of a figure, the first of equals: of a mean, a quantile or a
// share within a deadline. A quantile or mean is that over runs of what the worst metro of each run has; of shares, all runs'
// worst metros are taken together. Metros without requests do not count. To have it in a study, add it to [Study.Measures].
func WorstMetroOf(of Measure) (Measure, error) {
	metric, err := sim.ParseMetric(of.Metric)
	isShare := of.Deadline > 0
	if err != nil || metric == sim.WorstRTT || metric == sim.LobbyWait || !isShare && of.Q == 0 && of.Statistic != "mean" {
		return Measure{}, fmt.Errorf("edgewise: %w", invalid.New("measure", of.Name(), "a mean, a quantile or a share within a deadline of the latency of requests, updates or players"))
	}
	m := Measure{
		Label: Label{Metric: WorstMetro, Statistic: of.Name(), Unit: of.Unit, Better: of.Better},
		Kinds: of.Kinds,
	}
	if isShare {
		m.Of = ShareOf(func(t *Tallies) stats.Ratio { return worst(t, More, of.Of.ratio) })
		return m, nil
	}
	m.Of = RatioOf(func(t *Tallies) stats.Ratio {
		return worst(t, Less, func(at *Tallies) stats.Ratio {
			sketch := at.Metric(metric)
			if sketch == nil || sketch.Count() == 0 {
				return stats.Ratio{}
			}
			if of.Q > 0 {
				return ratio(uint64(sketch.QuantileNs(of.Q)), 1)
			}
			return ratio(uint64(sketch.MeanNs()), 1)
		})
	}, msPerNs)
	return m, nil
}

// worst returns the worst of the metros' ratios.
func worst(t *Tallies, better Direction, of func(*Tallies) stats.Ratio) (found stats.Ratio) {
	value := func(r stats.Ratio) float64 { return float64(r.Numerator) / float64(r.Denominator) }
	for m := range t.Workload.Metros {
		r := of(&Tallies{Tally: &t.Workload.Metros[m], Workload: t.Workload, Duration: t.Duration})
		if r.Denominator == 0 {
			continue
		}
		if found.Denominator == 0 || better == Less && value(r) > value(found) || better == More && value(r) < value(found) {
			found = r
		}
	}
	return found
}
