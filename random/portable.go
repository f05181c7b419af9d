package random

import (
	"math"
	"math/big"
)

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

// powersOf2 holds 2 to the power of i/64, each rounded once.
var powersOf2 = newPowersOf2()

func newPowersOf2() (powers [64]float64) {
	const digits = 128 // binary ones, more than twice those of a float64
	for i := range powers {
		power, root := big.NewFloat(1).SetPrec(digits), big.NewFloat(2).SetPrec(digits)
		for bit := 32; bit > 0; bit /= 2 {
			root.Sqrt(root)
			if i&bit != 0 {
				power.Mul(power, root)
			}
		}
		powers[i], _ = power.Float64()
	}
	return powers
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

// exponential returns e to the power of x, 0 where that is below the smallest number and infinite where it is
// beyond the largest; x must not be above 710.
func exponential(x float64) float64 {
	if x < -746 {
		return 0
	}
	// e^x is 2^(n/64) e^r, where n is a whole number and r at most ln 2 / 128 either way.
	const whole = 0x1.8p52 // what is added to it loses its fraction and has the rest in its lowest bits
	shifted := float64(x*(64/math.Ln2)) + whole
	bits := math.Float64bits(shifted) - math.Float64bits(whole)
	n := shifted - whole
	r := x - float64(n*(ln2High/64)) - float64(n*(ln2Low/64))
	// r + r^2/2! + ... + r^5/5! is e^r - 1
	sum := r + float64(float64(r*r)*(1./2+float64(r*(1./6+float64(r*(1./24+float64(r*(1./120))))))))
	power := powersOf2[bits%64]
	power += float64(power * sum)
	exponent := int64(bits) >> 6
	if exponent < -1020 || exponent > 1020 {
		return math.Ldexp(power, int(exponent))
	}
	return math.Float64frombits(math.Float64bits(power) + uint64(exponent)<<52)
}
