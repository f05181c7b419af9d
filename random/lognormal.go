package random

// Lognormal returns a number whose natural logarithm follows the normal law with the given mean and standard
// deviation, both finite; it is infinite where that is beyond the largest float64.
func (s *Stream) Lognormal(lnMean, lnSD float64) float64 {
	return exponential(min(lnMean+float64(lnSD*s.Normal()), 710))
}
