package tariff

import "math"

// ServersWithoutWait returns how many servers it takes for a share of the jobs to find one free, where work for so many servers
// is offered: the least number at which the probability of waiting of M/M/c (Erlang C) is at most 1 - share. It is 0 for no
// work; share must be in (0, 1).
func ServersWithoutWait(offered, share float64) float64 {
	if !(offered > 0) {
		return 0
	}
	// Erlang B by its recursion, and Erlang C of it.
	blocked := 1.0
	for c := 1.0; ; c++ {
		blocked = float64(offered*blocked) / (c + float64(offered*blocked))
		if c > offered && blocked/(1-float64(offered/c)*(1-blocked)) <= 1-share {
			return c
		}
		if c > offered && offered > 1e7 { // by the square root, close enough there
			return math.Ceil(offered + 6*math.Sqrt(offered))
		}
	}
}

// SeatsFor returns how many seats it takes for a share of the players to have one, where the number of players is Poisson with
// a mean, as that of M_t/G/infinity is at every instant: the least number s at which E[min(N, s)] is at least share times the
// mean. It is 0 for no players; share must be in (0, 1).
func SeatsFor(mean, share float64) float64 {
	if !(mean > 0) {
		return 0
	}
	// E[min(N, s)] is the sum of P(N > k) over k < s. Beyond 12 standard deviations below the mean P(N > k) is 1.
	first := math.Max(0, math.Floor(mean-12*math.Sqrt(mean)-12))
	served := first
	lg, _ := math.Lgamma(first + 1)
	p := math.Exp(first*math.Log(mean) - mean - lg) // P(N = k)
	below := 0.0                                    // P(N <= k)
	for s := first; ; s++ {
		if served >= share*mean {
			return s
		}
		below += p
		served += math.Max(0, 1-below)
		p *= mean / (s + 1)
		if s > mean+40*math.Sqrt(mean)+200 {
			return s
		}
	}
}
