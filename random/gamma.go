package random

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// Gamma returns a number of the gamma law with the given shape, above 0, and scale 1 (Marsaglia and Tsang: "A simple
// method for generating gamma variables", 2000). It takes a number of draws that differs from time to time.
func (s *Stream) Gamma(shape float64) float64 {
	if shape < 1 {
		// U^(1/shape) times a number of the law with one more; in logarithms, for it may be very small.
		larger := s.Gamma(shape + 1)
		return float64(larger * portable.Exp(portable.Log(s.OpenFloat64())/shape))
	}
	d := shape - 1./3
	c := 1 / math.Sqrt(9*d)
	for {
		x := s.Normal()
		v := 1 + float64(c*x)
		if v <= 0 {
			continue
		}
		v = float64(v * v * v)
		u := s.OpenFloat64()
		if squared := float64(x * x); u < 1-float64(0.0331*float64(squared*squared)) {
			return float64(d * v) // which saves logarithms, and lets nothing through that they would not
		}
		if portable.Log(u) < float64(x*x/2)+d-float64(d*v)+float64(d*portable.Log(v)) {
			return float64(d * v)
		}
	}
}
