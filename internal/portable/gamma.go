package portable

// stirling holds the coefficients of Stirling's series of the logarithm of the gamma function, highest power first:
// the Bernoulli numbers B(2k) over 2k(2k-1), for k from 8 to 1.
var stirling = [...]float64{
	-3617. / 122400, 1. / 156, -691. / 360360, 1. / 1188, -1. / 1680, 1. / 1260, -1. / 360, 1. / 12,
}

// LogGamma returns the logarithm of the gamma function of an x above 0, within 2e-15 of the true value or of its size.
func LogGamma(x float64) float64 {
	// Gamma(x) = Gamma(x+n) / (x (x+1) ... (x+n-1)); the series is good from 10.
	product := 1.0
	for x < 10 {
		product = float64(product * x)
		x++
	}
	z := 1 / float64(x*x)
	sum := 0.0
	for _, c := range stirling {
		sum = c + float64(z*sum)
	}
	return float64((x-0.5)*Log(x)) - x + 0.91893853320467274178 + sum/x - Log(product)
}

// Gamma returns the gamma function of an x above 0, with a relative error within 1e-14 for an x below 20.
func Gamma(x float64) float64 { return Exp(LogGamma(x)) }
