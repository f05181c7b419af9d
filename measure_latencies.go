package edgewise

import (
	"slices"

	"github.com/edgewise-sim/edgewise/internal/words"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// quantiles are the probabilities that every comparison shows.
var quantiles = []float64{0.5, 0.9, 0.95, 0.99, 0.999}

// metroQuantiles are those shown by metro, judgedQuantiles those judged.
var metroQuantiles, judgedQuantiles = []float64{0.5, 0.95}, []float64{0.5, 0.95, 0.99}

// latencies returns the figures of all metrics. Headlines, of requests one of two bytes, are judged and shown by metro.
func latencies(judged workload.Byte) (all []Measure) {
	for metric := range sim.NumMetrics {
		if isSeen(metric) {
			continue // see seenByPlayers
		}
		var kinds []sim.Kind
		headline := false
		for _, k := range sim.Kinds() {
			if slices.Contains(k.Metrics(), metric) {
				kinds, headline = append(kinds, k), headline || k.Headline(judged) == metric
			}
		}
		of := []Measure{}
		for _, p := range quantiles {
			m := quantileOf(metric, p)
			m.ByMetro = headline && slices.Contains(metroQuantiles, p)
			m.judge(headline && slices.Contains(judgedQuantiles, p))
			if metric == sim.TTLB && !headline && slices.Contains(judgedQuantiles, p) {
				m.Table, m.Column = LastByteTable, m.Statistic
			}
			of = append(of, m)
		}
		mean := meanOf(metric)
		mean.ByMetro = headline
		mean.judge(headline)
		if metric == sim.TTLB && !headline {
			mean.Table, mean.Column = LastByteTable, mean.Statistic
		}
		of = append(of, mean)
		if !metric.IsWait() { // deadlines are about latency
			m := Measure{
				Label:   Label{Metric: metric.String(), Statistic: "within", Unit: "share", Better: More},
				Of:      within{metric: metric, judged: headline},
				ByMetro: metric == sim.PlayerRTT,
			}
			if who := whose[metric]; who != "" {
				m.Table, m.Column, m.Judged = PlayersTable, who, who
			}
			of = append(of, m)
		}
		of = append(of, Measure{
			Label: Label{Metric: metric.String(), Statistic: "Wasserstein distance from the baseline", Unit: "ms"},
			Of:    distance{sample(metric)},
		})
		for i := range of {
			if metric == sim.TTLB && of[i].Judged != "" {
				of[i].Judged = "TTLB " + of[i].Judged // others are of the first byte
			}
			of[i].Kinds = kinds
			of[i].showPlayers()
			if metric == sim.FirstWait || metric == sim.GaveUpWait {
				of[i].Where = func(t *Tallies) bool { return t.Metric(metric).Count() > 0 }
			}
		}
		all = append(all, of...)
	}
	return all
}

func meanOf(metric sim.Metric) Measure {
	return Measure{Label: Label{Metric: metric.String(), Statistic: "mean", Unit: "ms", Better: Less}, Of: MeanMsOf(metric)}
}

func quantileOf(metric sim.Metric, p float64) Measure {
	return Measure{
		Label: Label{Metric: metric.String(), Statistic: words.Quantile(p), Unit: "ms", Q: p, Better: Less},
		Of:    QuantileMsOf(metric, p),
	}
}

// judge lets the figure be judged under the name of its statistic, and shown beside the others that are.
func (m *Measure) judge(judged bool) {
	if judged {
		m.Judged = m.Statistic
		m.Table, m.Column = LatencyTable, m.Statistic
	}
}
