package edgewise_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// A run of 200 ms has queue waits, peaks and requests of metros whose intervals over two replications reach below 0.
func TestIntervalsOfFiguresEndWhereTheFiguresDo(t *testing.T) {
	s := smallStudy(t)
	s.WarmUp, s.Duration, s.Replications = time.Second, 200*time.Millisecond, 2
	s.Replicated = func(edgewise.Label) bool { return true }
	c, err := s.Run(t.Context())
	require.NoError(t, err)
	cut := map[string]int{}
	whole := func(f *edgewise.Figure) stats.Estimate { return stats.MeanOf(f.Replicates, c.Level) }
	check := func(of string, all, baseline edgewise.Figures) {
		for _, f := range all {
			if !f.HasInterval() || f.Replicates == nil || f.Unit == "share" {
				continue
			}
			require.GreaterOrEqual(t, f.Low, 0., f.Name())
			if f.Q > 0 {
				continue // their intervals are not those of a mean
			}
			is := whole(&f)
			require.InDelta(t, max(is.Low, 0), f.Low, 1e-6*is.High, f.Name())
			require.InDelta(t, is.High, f.High, 1e-6*is.High, f.Name())
			if is.Low < 0 {
				cut[of]++
			}
			other, ok := baseline.Find(f.Metric, f.Statistic)
			if f.VarianceReduction > 0 && ok && other.Replicates != nil {
				want, ok := stats.VarianceReduction(is, whole(&other), *f.Difference)
				require.True(t, ok)
				require.InEpsilon(t, want, f.VarianceReduction, 1e-6, "%s: what pairing saves is measured by whole intervals", f.Name())
			}
		}
	}
	for _, p := range c.Placements {
		for i, w := range p.Workloads {
			of := c.Placements[0].Workloads[i]
			check("all", w.Figures, of.Figures)
			for k, m := range w.Metros {
				check("metro", m.Figures, of.Metros[k].Figures)
			}
			for _, site := range w.Sites {
				check("site", site.Figures, nil)
			}
		}
	}
	for _, of := range []string{"all", "metro", "site"} {
		require.Positive(t, cut[of], of)
	}
}
