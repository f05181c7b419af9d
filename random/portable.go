package random

import "math"

// The functions below stand in for math.Log and math.Exp, whose last bit depends on the processor: some
// have assembly routines, some fuse a multiplication with an addition. Tables and rejection steps must
// not differ by a bit between machines, or a simulation would. Both are within 2 units in the last
// place. Every product is wrapped in float64(...), which forbids fusing.

const (
	// ln2 in two parts: the first has 21 zero bits at its end, so that a small whole number times it
	// is exact.
	ln2High = 6.93147180369123816490e-01
	ln2Low  = 1.90821492927058770002e-10
)

// artanh holds the coefficients of the series of the logarithm, highest power first: 1/25 to 1/3.
var artanh = [...]float64{
	1. / 25, 1. / 23, 1. / 21, 1. / 19, 1. / 17, 1. / 15, 1. / 13, 1. / 11, 1. / 9, 1. / 7, 1. / 5, 1. / 3,
}

// factorials holds the coefficients of the series of the exponential, highest power first: 1/14! to 1/0!.
var factorials = [...]float64{
	1. / 87178291200, 1. / 6227020800, 1. / 479001600, 1. / 39916800, 1. / 3628800, 1. / 362880,
	1. / 40320, 1. / 5040, 1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2, 1, 1,
}

// logarithm returns the natural logarithm of x, which must be a positive finite number.
func logarithm(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	// ln m = 2 artanh(s) = 2 (s + s^3/3 + s^5/5 + ...), |s| < 0.172
	f := m - 1
	s := f / (2 + f)
	z := float64(s * s)
	sum := 0.0
	for _, c := range artanh {
		sum = float64(z * (sum + c))
	}
	return float64(float64(e)*ln2High) + (2*s + (float64(2*s*sum) + float64(float64(e)*ln2Low)))
}

// exponential returns e to the power of x, 0 where that is below the smallest number; x must not be
// above 700. The layers of Exp and Normal and the tables of Zipf are made with it: another last bit would
// change what they draw. [power] is faster and not bound in this way.
func exponential(x float64) float64 {
	if x < -746 {
		return 0
	}
	k := math.Floor(float64(x*(1/math.Ln2)) + 0.5)
	r := x - float64(k*ln2High) - float64(k*ln2Low)
	sum := 0.0
	for _, c := range factorials {
		sum = c + float64(r*sum)
	}
	return math.Ldexp(sum, int(k))
}
