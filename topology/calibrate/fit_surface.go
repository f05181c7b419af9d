package calibrate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// A surfaceFit is what [fitSurface] needs to know besides the measurements.
type surfaceFit struct {
	offsetMs  float64
	pair, end Kernel
	// noise is the variance of a measured log ratio that no kernel explains, in units of the pair
	// kernel; endNoise that of an end's effect.
	noise, endNoise float64
	// robust is the log ratio at which a pair that does not fit counts half.
	robust float64
	rounds int
	// residualKm is the length over which what was measured between two places counts for others next to them; 0 if it does
	// not count beyond the surface, not even for themselves. Within wholeKm it counts whole.
	residualKm, wholeKm float64
}

// fitSurface fits a surface to measured round trips over modelled ones, both anchors x anchors in ms with
// NaN where nothing was measured.
//
// All pairs of n anchors make a covariance of n^2 x n^2; because it is a Kronecker product of n x n ones,
// the eigenvectors of the small matrix solve the large system. That asks for a full table of pairs with
// equal noise. What is missing, and what fits badly, is put in from the surface's own estimate, and the fit
// repeated: expectation maximisation for Cauchy noise.
func fitSurface(t *Trunks, anchors []Anchor, measured, modelled [][]float64, c surfaceFit) (*Surface, error) {
	n := len(anchors)
	s := &Surface{OffsetMs: c.offsetMs, Pair: c.pair, End: c.end, Anchors: anchors, ResidualKm: c.residualKm, ResidualWholeKm: c.wholeKm}
	s.prepare(t)
	pair, end := mat.NewSymDense(n, nil), mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i {
			km := topology.DistanceKm(anchors[i].place(), anchors[j].place())
			transit := inCommon(s.shares[i], s.shares[j])
			pair.SetSym(i, j, c.pair.between(anchors[i], anchors[j], km, transit))
			end.SetSym(i, j, c.end.between(anchors[i], anchors[j], km, transit))
		}
		pair.SetSym(i, i, c.pair.between(anchors[i], anchors[i], 0, 1)+c.pair.Own)
		end.SetSym(i, i, c.end.between(anchors[i], anchors[i], 0, 1)+c.end.Own)
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(pair, true) {
		return nil, fmt.Errorf("fit of %d anchors: eigenvalues of the pair kernel do not converge", n)
	}
	values := eigen.Values(nil)
	var vectors mat.Dense
	eigen.VectorsTo(&vectors)

	noisyEnd := mat.NewSymDense(n, nil)
	noisyEnd.CopySym(end)
	for i := range n {
		noisyEnd.SetSym(i, i, end.At(i, i)+c.endNoise)
	}
	var cholesky mat.Cholesky
	if !cholesky.Factorize(noisyEnd) {
		return nil, fmt.Errorf("fit of %d anchors: the end kernel is not positive definite", n)
	}

	ratio := mat.NewDense(n, n, nil)
	for i := range n {
		for j := range n {
			ratio.Set(i, j, portable.Log(measured[i][j]+c.offsetMs)-portable.Log(modelled[i][j]+c.offsetMs))
		}
	}
	trust := func(residual float64) float64 { return 1 / (1 + residual*residual/(c.robust*c.robust)) }
	ends, endWeights := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil)
	pairs, target := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	var left, core, weights mat.Dense
	for range c.rounds {
		for range 3 {
			for i := range n {
				sum, total := 0.0, 0.0
				for j := range n {
					x := ratio.At(i, j)
					if i == j || math.IsNaN(x) {
						continue
					}
					x -= pairs.At(i, j) + ends.AtVec(j)
					w := trust(x - ends.AtVec(i))
					sum += float64(w * x)
					total += w
				}
				if total > 0 {
					ends.SetVec(i, sum/total)
				}
			}
		}
		if err := cholesky.SolveVecTo(endWeights, ends); err != nil {
			return nil, fmt.Errorf("fit of %d anchors: end effects: %w", n, err)
		}
		ends.MulVec(end, endWeights)
		for i := range n {
			for j := range n {
				x := ratio.At(i, j)
				if i == j || math.IsNaN(x) {
					target.Set(i, j, pairs.At(i, j))
					continue
				}
				residual := x - ends.AtVec(i) - ends.AtVec(j) - pairs.At(i, j)
				target.Set(i, j, pairs.At(i, j)+float64(trust(residual)*residual))
			}
		}
		left.Mul(vectors.T(), target)
		core.Mul(&left, &vectors)
		for i := range n {
			for j := range n {
				core.Set(i, j, core.At(i, j)/(float64(values[i]*values[j])+c.noise))
			}
		}
		left.Mul(&vectors, &core)
		weights.Mul(&left, vectors.T())
		left.Mul(pair, &weights)
		pairs.Mul(&left, pair)
	}
	for i := range n {
		known := make([]byte, i)
		for j := range known {
			known[j] = '1'
			if math.IsNaN(ratio.At(i, j)) {
				known[j] = '0'
			}
		}
		s.Measured = append(s.Measured, string(known))
		residuals := make([]int, i)
		for j := range residuals {
			if known[j] == '1' {
				residual := ratio.At(i, j) - ends.AtVec(i) - ends.AtVec(j) - float64((pairs.At(i, j)+pairs.At(j, i))/2)
				residuals[j] = int(math.Round(min(mostResidual, max(-mostResidual, 1000*residual))))
			}
		}
		if c.residualKm > 0 {
			s.Residuals = append(s.Residuals, residuals)
		}
		row := make([]float64, i+1)
		for j := range row {
			row[j] = round5((weights.At(i, j) + weights.At(j, i)) / 2)
		}
		s.PairWeights = append(s.PairWeights, row)
		s.EndWeights = append(s.EndWeights, round5(endWeights.AtVec(i)))
	}
	return s, nil
}

// round5 rounds to five decimals: a weight's further digits would only make the stored model longer.
func round5(x float64) float64 { return math.Round(x*1e5) / 1e5 }
