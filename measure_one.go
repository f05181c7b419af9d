package edgewise

import (
	"math"

	"github.com/edgewise-sim/edgewise/stats"
)

// In returns what the measure says of one run, in its unit, without an interval; false where it needs several runs or a baseline, and where
// nothing has happened that it counts.
func (m *Measure) In(t *Tallies) (value float64, ok bool) {
	part := func(r stats.Ratio) (float64, bool) {
		return float64(r.Numerator) / float64(r.Denominator), r.Denominator > 0
	}
	switch of := m.Of.(type) {
	case count:
		return float64(of.ratio(t).Numerator), true
	case share:
		return part(of.ratio(t))
	case scaled:
		value, ok = part(of.ratio(t))
		return value * of.factor, ok
	case mean:
		if s := t.Metric(of.metric()); s != nil && s.Count() > 0 {
			return s.MeanNs() * msPerNs, true
		}
	case quantile:
		if s := t.Metric(of.metric()); s != nil && s.Count() > 0 {
			return s.QuantileNs(of.p) * msPerNs, true
		}
	}
	return math.NaN(), false
}
