package tariff

import "math"

// ServersWithoutWait returns how many servers it takes for a share of the jobs to find one free, where work for so many servers
// is offered: the least number at which the probability of waiting of M/M/c (Erlang C) is at most 1 - share. It is 0 for no
// work; share must be in (0, 1).
func ServersWithoutWait(offered, share float64) float64 {
	if !(offered > 0) {
		return 0
	}
	if offered > 1e7 {
		return math.Ceil(offered * 1.01) // many times the square root, and nobody has as many
	}
	// Erlang B by its recursion, and Erlang C of it.
	blocked := 1.0
	for c := 1.0; ; c++ {
		blocked = float64(offered*blocked) / (c + float64(offered*blocked))
		if c > offered && blocked/(1-float64(offered/c*(1-blocked))) <= 1-share {
			return c
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
	// The weights of a Poisson law around its mode, up and down until they are nothing; its normalisation is their sum.
	mode := math.Floor(mean)
	const nothing = 1e-18
	var below []float64 // the weights of mode-1, mode-2, ...
	sum := 1.0
	for k, p := mode, 1.0; k > 0; k-- {
		if p = float64(p * (k / mean)); p < nothing {
			break
		}
		below, sum = append(below, p), sum+p
	}
	for k, p := mode+1, 1.0; ; k++ {
		if p = float64(p * (mean / k)); p < nothing {
			break
		}
		sum += p
	}
	// E[min(N, s)] is the sum of P(N > k) over k < s; below the first weight P(N > k) is 1.
	first := mode - float64(len(below))
	served, cumulated, p := first, 0.0, 0.0
	for s := first; ; s++ {
		if served >= float64(share*mean) || s > mode && p < nothing {
			return s
		}
		switch at := int(mode - s); {
		case at > 0:
			p = below[at-1]
		case at == 0:
			p = 1
		default:
			p = float64(p * (mean / s))
		}
		cumulated += p / sum
		served += math.Max(0, 1-cumulated)
	}
}
