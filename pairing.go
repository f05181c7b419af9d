package edgewise

import (
	"math"

	"github.com/edgewise-sim/edgewise/stats"
)

// measurePairing fills in what meeting the same users has saved, figure by figure, against the baseline.
func (p *PlacementResult) measurePairing(baseline *PlacementResult) {
	for i := range p.Workloads {
		w, base := &p.Workloads[i], &baseline.Workloads[i]
		w.Requests.measurePairing(base.Requests)
		for m := range w.Latency {
			own, other := &w.Latency[m], &base.Latency[m]
			own.Mean.measurePairing(other.Mean)
			for q := range own.Quantiles {
				own.Quantiles[q].At.measurePairing(other.Quantiles[q].At)
			}
			for d := range own.Within {
				own.Within[d].Share.measurePairing(other.Within[d].Share)
			}
		}
		if w.Failed != nil && base.Failed != nil {
			w.Failed.Share.measurePairing(base.Failed.Share)
		}
		if w.Sessions != nil && base.Sessions != nil {
			w.Sessions.LostShare.measurePairing(base.Sessions.LostShare)
		}
		if w.Cache != nil && base.Cache != nil {
			w.Cache.RequestHitRatio.measurePairing(base.Cache.RequestHitRatio)
			w.Cache.ByteHitRatio.measurePairing(base.Cache.ByteHitRatio)
			w.Cache.OriginOffload.measurePairing(base.Cache.OriginOffload)
			w.Cache.ByteOriginOffload.measurePairing(base.Cache.ByteOriginOffload)
			if own, other := w.Cache.MidTier, base.Cache.MidTier; own != nil && other != nil {
				own.RequestHitRatio.measurePairing(other.RequestHitRatio)
				own.ByteHitRatio.measurePairing(other.ByteHitRatio)
			}
		}
		if w.Origin != nil && base.Origin != nil {
			w.Origin.Requests.measurePairing(base.Origin.Requests)
			w.Origin.Bytes.measurePairing(base.Origin.Bytes)
		}
	}
}

func (f *Figure) measurePairing(baseline Figure) {
	if f.Difference == nil {
		return
	}
	factor, ok := stats.VarianceReduction(f.Estimate, baseline.Estimate, *f.Difference)
	if ok && !math.IsInf(factor, 0) {
		f.VarianceReduction = factor
	}
}

// distance returns the Wasserstein distance of two pooled distributions, nil where one is empty.
func distance(a, b *stats.Sketch, replications int) *stats.Estimate {
	ms := stats.WassersteinMs(a, b)
	if math.IsNaN(ms) {
		return nil
	}
	return &stats.Estimate{
		Value: ms, Low: ms, High: ms, N: replications, Unsupported: "a distance of pooled distributions: no interval",
	}
}
