package calibrate

import (
	"fmt"
	"math"
	"strings"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// A Surface gives for any two places the logarithm of measured over modelled round trip: the sum of an
// effect of each end and of an effect of the pair. It is the mean of a Gaussian process whose covariance
// between two pairs is the product of the [Kernel] between their ends (kriging, with a Kronecker
// structure), conditioned on measured pairs.
type Surface struct {
	// OffsetMs is added to both round trips before the logarithm is taken, so that a short path is
	// corrected in milliseconds and a long one in proportion; at least 0.
	OffsetMs float64 `json:"offset_ms"`
	// Pair and End are the kernels of the two effects.
	Pair Kernel `json:"pair_kernel"`
	End  Kernel `json:"end_kernel"`
	// Anchors are the places measured.
	Anchors []Anchor `json:"anchors"`
	// shares holds, by anchor, at which hubs it buys transit.
	shares [][]float64
	// PairWeights holds row a with the weights of the anchor pairs (a, 0) to (a, a).
	PairWeights [][]float64 `json:"pair_weights"`
	// EndWeights holds one weight an anchor.
	EndWeights []float64 `json:"end_weights"`
	// Measured holds row a with 1 or 0 for each of the anchors before a: whether the two were measured with each other. No rows
	// if that is not known.
	Measured []string `json:"measured,omitempty"`
	// Residuals holds row a with what the effects above miss of the pairs of anchors (a, 0) to (a, a-1), in thousandths of the
	// logarithm, 0 where nothing was measured; no rows if nothing is to be met. It is added for the anchors next to both ends, whole
	// within ResidualWholeKm, and beyond fades with e^(-km/ResidualKm) at each.
	Residuals  [][]int `json:"residuals,omitempty"`
	ResidualKm float64 `json:"residual_km,omitempty"`
	// ResidualWholeKm is at least 0.
	ResidualWholeKm float64 `json:"residual_whole_km,omitempty"`
}

// prepare makes the surface ready: where its anchors buy transit.
func (s *Surface) prepare(t *Trunks) { s.shares = sharesOf(t, s.Anchors) }

const wantKernel = "finite weights, 0 or more, and lengths above 0"

// validate returns an error if the parts do not fit together.
func (s *Surface) validate() error {
	n := len(s.Anchors)
	switch {
	case !(s.OffsetMs >= 0) || math.IsInf(s.OffsetMs, 1):
		return invalid.New("OffsetMs", s.OffsetMs, "a finite number, 0 or more")
	case !s.Pair.valid():
		return invalid.New("Pair", s.Pair, wantKernel)
	case !s.End.valid():
		return invalid.New("End", s.End, wantKernel)
	case len(s.PairWeights) != n:
		return invalid.New("PairWeights", fmt.Sprintf("of %d rows", len(s.PairWeights)), "as many as Anchors, %d", n)
	case len(s.EndWeights) != n:
		return invalid.New("EndWeights", fmt.Sprintf("of %d weights", len(s.EndWeights)), "as many as Anchors, %d", n)
	}
	if len(s.Measured) != 0 && len(s.Measured) != n {
		return invalid.New("Measured", fmt.Sprintf("of %d rows", len(s.Measured)), "none, or as many as Anchors, %d", n)
	}
	if len(s.Residuals) != 0 {
		if err := invalid.First(
			positive("ResidualKm", s.ResidualKm),
			invalid.Range("ResidualWholeKm", s.ResidualWholeKm, 0, 20_000),
			invalid.Check(len(s.Residuals) == n, "Residuals", fmt.Sprintf("of %d rows", len(s.Residuals)), fmt.Sprintf("none, or as many as Anchors, %d", n)),
		); err != nil {
			return err
		}
	}
	for i, row := range s.Residuals {
		if len(row) != i {
			return invalid.New(fmt.Sprintf("Residuals[%d]", i), fmt.Sprintf("of %d numbers", len(row)), "%d", i)
		}
		for j, r := range row {
			if r < -mostResidual || r > mostResidual {
				return invalid.New(fmt.Sprintf("Residuals[%d][%d]", i, j), r, "-%d to %d", mostResidual, mostResidual)
			}
		}
	}
	for i, row := range s.Measured {
		if len(row) != i || strings.Trim(row, "01") != "" {
			return invalid.New(fmt.Sprintf("Measured[%d]", i), row, "%d digits, 0 or 1", i)
		}
	}
	for i, a := range s.Anchors {
		if err := a.place().Validate(); err != nil {
			return invalid.In(fmt.Sprintf("Anchors[%d]", i), err)
		}
		if len(s.PairWeights[i]) != i+1 {
			return invalid.New(fmt.Sprintf("PairWeights[%d]", i), fmt.Sprintf("of %d weights", len(s.PairWeights[i])), "%d", i+1)
		}
		for _, weights := range [][]float64{s.PairWeights[i], s.EndWeights[i : i+1]} {
			for _, w := range weights {
				if math.IsNaN(w) || math.IsInf(w, 0) {
					return invalid.New(fmt.Sprintf("Anchors[%d]", i), fmt.Sprintf("of weight %v", w), "finite weights")
				}
			}
		}
	}
	return nil
}

// mostResidual bounds a residual: a factor of 20,000.
const mostResidual = 10_000

// A foothold is a place prepared for a surface: all that needs to be known of it to correct a pair.
type foothold struct {
	shared   []float64 // what it has in common with each anchor
	weighted []float64 // the pair weights times shared
	end      float64   // the effect of this end
	remoteKm float64   // how far the nearest anchor is; infinite if there is none
	nearest  int       // which it is
	met      float64   // how much of what was measured there counts, from 0 to 1
}

// sameSpotKm is how close a place must be to an anchor to be that anchor, and share what is its own.
const sameSpotKm = 1

// locate prepares a place.
func (s *Surface) locate(p Anchor, shares []float64) foothold {
	n := len(s.Anchors)
	f := foothold{shared: make([]float64, n), weighted: make([]float64, n), remoteKm: math.Inf(1)}
	for i, a := range s.Anchors {
		km := topology.DistanceKm(p.place(), a.place())
		transit := inCommon(shares, s.shares[i])
		pair, end := s.Pair.between(p, a, km, transit), s.End.between(p, a, km, transit)
		if km < sameSpotKm {
			pair += s.Pair.Own
			end += s.End.Own
		}
		f.shared[i] = pair
		if km < f.remoteKm {
			f.remoteKm, f.nearest = km, i
		}
		f.end += float64(end * s.EndWeights[i])
	}
	for i, row := range s.PairWeights {
		// Each weight stands for (i, j) and for (j, i).
		own, sum := f.shared[i], f.weighted[i]
		shared, weighted := f.shared[:i], f.weighted[:i]
		for j, w := range row[:i] {
			sum += float64(w * shared[j])
			weighted[j] += float64(w * own)
		}
		f.weighted[i] = sum + float64(row[i]*own)
	}
	if len(s.Residuals) > 0 {
		f.met = portable.Exp(-max(0, f.remoteKm-s.ResidualWholeKm) / s.ResidualKm)
	}
	return f
}

// residual returns what the effects miss of a pair that was measured where both ends are, or near.
func (s *Surface) residual(a, b *foothold) float64 {
	if len(s.Residuals) == 0 || a.nearest == b.nearest {
		return 0
	}
	return float64(float64(s.Residuals[max(a.nearest, b.nearest)][min(a.nearest, b.nearest)]) / 1000 * a.met * b.met)
}

// logRatio returns the effect of the pair and of both ends.
func (f *foothold) logRatio(o *foothold) float64 {
	sum := 0.0
	for i, w := range f.weighted {
		sum += float64(w * o.shared[i])
	}
	return sum + f.end + o.end
}

// correct returns the round trip that the surface makes of a modelled one, in ms.
func (s *Surface) correct(ms, logRatio float64) float64 {
	return float64((float64(ms)+s.OffsetMs)*portable.Exp(logRatio)) - s.OffsetMs
}
