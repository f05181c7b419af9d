package stats

// RestOf estimates what a ratio leaves of 1, for example the share of requests that another has not been asked for: 1 less the sum of
// all numerators over the sum of all denominators, with the interval of [RatioOf]. It is below 0 where more was counted than there is
// to count it by. Where no replication has counted more, it is a share, with the interval of [ShareOf].
func RestOf(ratios []Ratio, level float64) Estimate {
	if rests, ok := sharesLeft(ratios); ok {
		return ShareOf(rests, level)
	}
	e := jackknife(restsOf(ratios), nil, level)
	e.High = min(e.High, 1)
	return e
}

// RestDifferenceOf estimates what the ratio of a leaves of 1, less what the ratio of b leaves, paired by replication.
func RestDifferenceOf(a, b []Ratio, level float64) Estimate {
	if len(a) != len(b) {
		return unpaired(len(a), len(b))
	}
	left, isShare := sharesLeft(a)
	base, isAlso := sharesLeft(b)
	if isShare && isAlso {
		return ShareDifferenceOf(left, base, level)
	}
	return jackknife(restsOf(a), restsOf(b), level)
}

// RestPseudovalues is [Pseudovalues] of what [RestOf] estimates.
func RestPseudovalues(ratios []Ratio) []float64 { return pseudovalues(restsOf(ratios)) }

// sharesLeft returns what ratios leave of 1; false where one of them leaves less than nothing.
func sharesLeft(ratios []Ratio) ([]Ratio, bool) {
	rests := make([]Ratio, len(ratios))
	for i, r := range ratios {
		if r.Numerator > r.Denominator {
			return nil, false
		}
		rests[i] = Ratio{Numerator: r.Denominator - r.Numerator, Denominator: r.Denominator}
	}
	return rests, true
}

// restsOf returns what ratios leave of 1, or how far they are above it, as floats.
func restsOf(ratios []Ratio) []pair {
	pairs := make([]pair, len(ratios))
	for i, r := range ratios {
		pairs[i].denominator = float64(r.Denominator)
		if r.Numerator > r.Denominator {
			pairs[i].numerator = -float64(r.Numerator - r.Denominator)
		} else {
			pairs[i].numerator = float64(r.Denominator - r.Numerator)
		}
	}
	return pairs
}
