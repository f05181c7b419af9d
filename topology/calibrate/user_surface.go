package calibrate

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/topology"
)

// A UserSurface gives for a place where users live how much longer or shorter their ways to all sites are than the model says from
// servers, as the logarithm of a ratio: how their networks are joined to the world. It is the mean of a Gaussian process whose
// covariance is the [Kernel], conditioned on what players measured. Without anchors it is nought.
type UserSurface struct {
	// OffsetMs is added to both round trips before the logarithm is taken; at least 0.
	OffsetMs float64 `json:"offset_ms"`
	Kernel   Kernel  `json:"kernel"`
	// Anchors are the places measured, Weights one weight each.
	Anchors []Anchor  `json:"anchors"`
	Weights []float64 `json:"weights"`
	// shares holds, by anchor, at which hubs it buys transit.
	shares [][]float64
}

// validate returns an error if the parts do not fit together.
func (s *UserSurface) validate() error {
	if len(s.Anchors) == 0 && len(s.Weights) == 0 {
		return nil
	}
	if err := invalid.First(
		invalid.Check(s.OffsetMs >= 0 && !math.IsInf(s.OffsetMs, 1), "OffsetMs", s.OffsetMs, "a finite number, 0 or more"),
		invalid.Check(s.Kernel.valid(), "Kernel", s.Kernel, wantKernel),
		invalid.Check(len(s.Weights) == len(s.Anchors), "Weights", fmt.Sprintf("of %d", len(s.Weights)), fmt.Sprintf("as many as Anchors, %d", len(s.Anchors))),
	); err != nil {
		return err
	}
	for i, a := range s.Anchors {
		if err := a.place().Validate(); err != nil {
			return invalid.In(fmt.Sprintf("Anchors[%d]", i), err)
		}
		if w := s.Weights[i]; math.IsNaN(w) || math.IsInf(w, 0) {
			return invalid.New(fmt.Sprintf("Weights[%d]", i), w, "a finite weight")
		}
	}
	return nil
}

// prepare makes the surface ready: where its anchors buy transit.
func (s *UserSurface) prepare(t *Trunks) { s.shares = sharesOf(t, s.Anchors) }

// sharesOf returns at which hubs each of some places buys transit.
func sharesOf(t *Trunks, places []Anchor) [][]float64 {
	if len(places) == 0 {
		return nil
	}
	shares := make([][]float64, len(places))
	for i, a := range places {
		shares[i] = t.locate(a).shares
	}
	return shares
}

// logRatio returns the effect of a place where users live.
func (s *UserSurface) logRatio(p Anchor, shares []float64) float64 {
	sum := 0.0
	for i, a := range s.Anchors {
		km := topology.DistanceKm(p.place(), a.place())
		shared := s.Kernel.between(p, a, km, inCommon(shares, s.shares[i]))
		if km < sameSpotKm {
			shared += s.Kernel.Own
		}
		sum += float64(shared * s.Weights[i])
	}
	return sum
}

// correct returns the round trip that the surface makes of a modelled one, in ms.
func (s *UserSurface) correct(ms, logRatio float64) float64 {
	if len(s.Anchors) == 0 {
		return ms
	}
	return float64((float64(ms)+s.OffsetMs)*portable.Exp(logRatio)) - s.OffsetMs
}

// A userFit is what [fitUserSurface] needs to know besides the measurements.
type userFit struct {
	offsetMs float64
	kernel   Kernel
	noise    float64 // variance of the log ratio of one round trip that the place does not explain
	robust   float64 // the log ratio at which a round trip that does not fit counts half
	rounds   int
}

// A userRTT is a round trip from the place of an anchor, measured and modelled, in ms without the last mile.
type userRTT struct {
	anchor              int
	measuredMs, modelMs float64
}

// fitUserSurface fits a surface to round trips. What fits badly counts less, round after round.
func fitUserSurface(t *Trunks, anchors []Anchor, rtts []userRTT, c userFit) (*UserSurface, error) {
	n := len(anchors)
	s := &UserSurface{OffsetMs: c.offsetMs, Kernel: c.kernel, Anchors: anchors}
	s.prepare(t)
	kernel := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i {
			km := topology.DistanceKm(anchors[i].place(), anchors[j].place())
			kernel.SetSym(i, j, c.kernel.between(anchors[i], anchors[j], km, inCommon(s.shares[i], s.shares[j])))
		}
		kernel.SetSym(i, i, c.kernel.between(anchors[i], anchors[i], 0, 1)+c.kernel.Own)
	}
	effects, weights, noisy := mat.NewVecDense(n, nil), mat.NewVecDense(n, nil), mat.NewSymDense(n, nil)
	for range c.rounds {
		sums, trusts := make([]float64, n), make([]float64, n)
		for _, r := range rtts {
			x := portable.Log(r.measuredMs+c.offsetMs) - portable.Log(r.modelMs+c.offsetMs)
			residual := x - effects.AtVec(r.anchor)
			trust := 1 / (1 + residual*residual/(c.robust*c.robust))
			sums[r.anchor] += float64(trust * x)
			trusts[r.anchor] += trust
		}
		noisy.CopySym(kernel)
		for i := range n {
			noisy.SetSym(i, i, kernel.At(i, i)+c.noise/trusts[i])
			effects.SetVec(i, sums[i]/trusts[i])
		}
		var cholesky mat.Cholesky
		if !cholesky.Factorize(noisy) {
			return nil, fmt.Errorf("fit of %d places: the kernel is not positive definite", n)
		}
		if err := cholesky.SolveVecTo(weights, effects); err != nil {
			return nil, fmt.Errorf("fit of %d places: %w", n, err)
		}
		effects.MulVec(kernel, weights)
	}
	for i := range n {
		s.Weights = append(s.Weights, round5(weights.AtVec(i)))
	}
	return s, nil
}
