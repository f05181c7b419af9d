package stats

// IndependentDifferenceOf estimates the mean of a minus that of b where replications are not paired: of runs with other users. The interval
// is Welch's, whose degrees of freedom are rounded down; N is one more than these, so that the estimate is tested as a paired one is. See
// Welch, The generalization of "Student's" problem when several different population variances are involved, Biometrika 34 (1947).
func IndependentDifferenceOf(a, b []float64, level float64) Estimate {
	for _, samples := range [][]float64{a, b} {
		if reason := checkSamples(samples, level); reason != "" {
			return Estimate{Unsupported: reason}
		}
	}
	meanA, meanB := meanOf(a), meanOf(b)
	if len(a) < 2 || len(b) < 2 {
		return withoutInterval(meanA-meanB, min(len(a), len(b)), "one replication: no interval")
	}
	of := func(samples []float64, mean float64) (variance, degrees float64) {
		n := float64(len(samples))
		return squaredDeviations(samples, mean) / (n * (n - 1)), n - 1
	}
	va, da := of(a, meanA)
	vb, db := of(b, meanB)
	variance := va + vb
	degrees := da + db
	if variance > 0 {
		degrees = float64(variance*variance) / (float64(va*va/da) + float64(vb*vb/db))
	}
	n := max(int(degrees), 1) + 1
	return around(meanA-meanB, float64(variance*float64(n)*float64(n-1)), n, level)
}
