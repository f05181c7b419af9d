package random

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// Poisson returns a number of the Poisson law with the given mean, from 0 to 2^53. It takes a number of draws that
// differs from time to time. Small means are drawn by the times between the events, others by transformed rejection
// (Hörmann: "The transformed rejection method for generating Poisson random variables", 1993, algorithm PTRS).
func (s *Stream) Poisson(mean float64) uint64 {
	if mean < 10 {
		var n uint64
		for t := s.Exp(); t < mean; t += s.Exp() {
			n++
		}
		return n
	}
	b := 0.931 + float64(2.53*math.Sqrt(mean))
	a := float64(0.02483*b) - 0.059
	inverse := 1.1239 + 1.1328/(b-3.4)
	sure := 0.9277 - 3.6224/(b-2)
	lnMean := portable.Log(mean)
	for {
		u, v := float64(s.Float64())-0.5, s.OpenFloat64()
		edge := 0.5 - math.Abs(u)
		k := math.Floor(float64((2*a/edge+b)*u) + mean + 0.43)
		switch {
		case edge >= 0.07 && v <= sure:
			return uint64(k)
		case k < 0 || edge < 0.013 && v > edge:
			continue
		case portable.Log(v*inverse/(a/(edge*edge)+b)) <= float64(k*lnMean)-mean-portable.LogGamma(k+1):
			return uint64(k)
		}
	}
}
