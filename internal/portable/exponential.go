package portable

import "math"

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

// Log returns the natural logarithm of x, within 2 units in the last place: minus infinity for 0, not a number below.
func Log(x float64) float64 {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 1):
		return x
	case x < 0:
		return math.NaN()
	case x == 0:
		return math.Inf(-1)
	}
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 {
		m *= 2
		e--
	}
	f := m - 1
	s := f / (2 + f) // below 0.172 either way
	return float64(float64(e)*ln2High) + (float64(2*s) + (float64(2*s*artanhRest(s)) + float64(float64(e)*ln2Low)))
}

// Log1p returns the natural logarithm of 1 + x, within 3 units in the last place also where x is near 0.
func Log1p(x float64) float64 {
	if math.Abs(x) > 0.4 {
		return Log(1 + x)
	}
	s := x / (2 + x)
	return float64(2*s) + float64(2*s*artanhRest(s))
}

// artanhRest returns artanh(s)/s - 1 = s^2/3 + s^4/5 + ..., half of the logarithm of (1+s)/(1-s) over s less 1; s must
// be within 0.25 of 0.
func artanhRest(s float64) float64 {
	z := float64(s * s)
	sum := 0.0
	for _, c := range artanh {
		sum = float64(z * (sum + c))
	}
	return sum
}

// Exp returns e to the power of x, within 2 units in the last place: 0 where that is below the smallest number,
// infinite where it is beyond the greatest.
func Exp(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x < -746:
		return 0
	case x > 710:
		return math.Inf(1)
	}
	k := math.Floor(float64(x*(1/math.Ln2)) + 0.5)
	r := x - float64(k*ln2High) - float64(k*ln2Low)
	sum := 0.0
	for _, c := range factorials {
		sum = c + float64(r*sum)
	}
	return math.Ldexp(sum, int(k))
}

// Expm1 returns e to the power of x, less 1, within 3 units in the last place also where x is near 0.
func Expm1(x float64) float64 {
	if math.Abs(x) > 0.35 {
		return Exp(x) - 1
	}
	sum := 0.0
	for _, c := range factorials[:len(factorials)-1] {
		sum = c + float64(x*sum)
	}
	return float64(x * sum)
}

// Exp2 returns 2 to the power of x, within 2 units in the last place, and exactly where x is whole.
func Exp2(x float64) float64 {
	switch {
	case math.IsNaN(x):
		return x
	case x < -1080:
		return 0
	case x > 1030:
		return math.Inf(1)
	}
	whole := math.Floor(x + 0.5)
	return math.Ldexp(Exp(float64((x-whole)*math.Ln2)), int(whole))
}

// Pow returns x to the power of y for an x that is not below 0. Its relative error is within (2 + |y ln x|) units in
// the last place.
func Pow(x, y float64) float64 {
	switch {
	case y == 0 || x == 1:
		return 1
	case x == 0 && y < 0:
		return math.Inf(1)
	case x == 0:
		return 0
	}
	return Exp(float64(y * Log(x)))
}
