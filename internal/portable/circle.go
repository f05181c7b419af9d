package portable

import "math"

const (
	// half of pi in two parts: the first has 27 zero bits at its end.
	halfPiHigh = 1.57079632673412561417e+00
	halfPiLow  = 6.07710050650619224932e-11
)

// sine and cosine hold the coefficients of the series, highest power first: those of x^17 to x^1, and of x^18 to 1.
var (
	sine = [...]float64{
		1. / 355687428096000, -1. / 1307674368000, 1. / 6227020800, -1. / 39916800, 1. / 362880, -1. / 5040,
		1. / 120, -1. / 6, 1,
	}
	cosine = [...]float64{
		-1. / 6402373705728000, 1. / 20922789888000, -1. / 87178291200, 1. / 479001600, -1. / 3628800, 1. / 40320,
		-1. / 720, 1. / 24, -1. / 2, 1,
	}
)

// Sin returns the sine of an angle in radians, which must be within a million of 0. It is within 2e-16 of the true value.
func Sin(x float64) float64 { return quarter(x, 0) }

// Cos returns the cosine of an angle in radians, which must be within a million of 0. It is within 2e-16 of the true value.
func Cos(x float64) float64 { return quarter(x, 1) }

// quarter returns the sine of x and so many quarters of a turn.
func quarter(x float64, turns int) float64 {
	k := math.Floor(float64(x*(2/math.Pi)) + 0.5)
	r := x - float64(k*halfPiHigh) - float64(k*halfPiLow)
	z := float64(r * r)
	turns += int(math.Mod(k, 4)) + 4
	var y float64
	if turns%2 == 0 {
		for _, c := range sine {
			y = c + float64(z*y)
		}
		y = float64(r * y)
	} else {
		for _, c := range cosine {
			y = c + float64(z*y)
		}
	}
	if turns%4 >= 2 {
		return -y
	}
	return y
}

// Asin returns the angle in radians whose sine is x, for an x between -1 and 1, within 5e-16.
func Asin(x float64) float64 {
	if math.Abs(x) == 1 {
		return math.Copysign(math.Pi/2, x)
	}
	return atan(x / math.Sqrt(float64((1-x)*(1+x))))
}

// atan returns the angle in radians whose tangent is t.
func atan(t float64) float64 {
	if t < 0 {
		return -atan(-t)
	}
	if t > 1 {
		return math.Pi/2 - atan(1/t)
	}
	// Half the angle has the tangent t / (1 + sqrt(1 + t^2)): twice, and it is below 0.2.
	for range 2 {
		t /= 1 + math.Sqrt(1+float64(t*t))
	}
	z := float64(t * t)
	sum := 0.0
	for n := 25; n >= 1; n -= 2 {
		sum = 1/float64(n) - float64(z*sum)
	}
	return float64(4 * float64(t*sum))
}
