package topology

import "github.com/edgewise-sim/edgewise/internal/portable"

// A quantileCurve runs through measured quantiles: between two of them, and beyond the ends, the logarithm is a straight line over
// the quantile of a normal, as if each piece were a piece of a lognormal distribution.
type quantileCurve struct {
	probs, ms [7]float64
	z         [7]float64 // quantiles of a normal at probs
	rise      [6]float64 // of the logarithm, from each quantile to the next
	tail      float64    // the slope beyond the last
	maxP      float64    // from here on the curve stays flat
}

// newQuantileCurve returns the curve through the quantiles ms at probs, which beyond the last goes on with the slope from the
// tailFrom-th to the last.
func newQuantileCurve(probs, ms [7]float64, tailFrom int, maxP float64) quantileCurve {
	c := quantileCurve{probs: probs, ms: ms, maxP: maxP}
	for i, p := range probs {
		c.z[i] = portable.NormalQuantile(p)
	}
	for i := range c.rise {
		c.rise[i] = portable.Log(ms[i+1] / ms[i])
	}
	c.tail = portable.Log(ms[6]/ms[tailFrom]) / (c.z[6] - c.z[tailFrom])
	return c
}

// at returns the p-quantile. NaN counts as 0, as does what is below.
func (c *quantileCurve) at(p float64) float64 {
	if p = clampP(p, c.maxP); p <= 0 {
		return 0
	}
	z := portable.NormalQuantile(p)
	last := len(c.probs) - 1
	if p >= c.probs[last] {
		return c.ms[last] * portable.Exp(float64(c.tail*(z-c.z[last])))
	}
	k := 0
	for k < last-1 && p >= c.probs[k+1] {
		k++
	}
	share := (z - c.z[k]) / (c.z[k+1] - c.z[k])
	return c.ms[k] * portable.Exp(float64(share*c.rise[k]))
}
