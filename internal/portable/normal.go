package portable

import "math"

// NormalQuantile returns the quantile of the standard normal law at a probability between 0 and 1, with a relative
// error of about 1e-15 (Wichura's AS 241, routine PPND16): minus infinity at 0, infinity at 1.
func NormalQuantile(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		r := 0.180625 - float64(q*q)
		return float64(q * ratio(r, &middleAbove, &middleBelow))
	}
	tail := min(p, 1-p)
	if tail <= 0 {
		return math.Copysign(math.Inf(1), q)
	}
	r := math.Sqrt(-Log(tail))
	if r <= 5 {
		return math.Copysign(ratio(r-1.6, &flankAbove, &flankBelow), q)
	}
	return math.Copysign(ratio(r-5, &tailAbove, &tailBelow), q)
}

// The coefficients of the three pairs of polynomials, highest power first.
var (
	middleAbove = [8]float64{
		2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
		13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
	}
	middleBelow = [8]float64{
		5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
		5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1,
	}
	flankAbove = [8]float64{
		7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
		3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
	}
	flankBelow = [8]float64{
		1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
		0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
	}
	tailAbove = [8]float64{
		2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
		0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
	}
	tailBelow = [8]float64{
		2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
		0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
	}
)

// ratio returns the quotient of two polynomials.
func ratio(x float64, above, below *[8]float64) float64 {
	var a, b float64
	for i := range above {
		a = above[i] + float64(x*a)
		b = below[i] + float64(x*b)
	}
	return a / b
}
