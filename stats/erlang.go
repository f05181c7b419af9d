package stats

import "math"

// ErlangB returns the share of the jobs that find all of so many servers busy and go, where work for offered servers comes as a
// Poisson process (M/G/c/c): the formula that Erlang published in 1917, by its recursion. It is 0 for no work, 1 without servers.
func ErlangB(servers int, offered float64) float64 {
	if !(offered > 0) {
		return 0
	}
	blocked := 1.0
	for c := 1; c <= servers; c++ {
		blocked = float64(offered*blocked) / (float64(c) + float64(offered*blocked))
	}
	return blocked
}

// ErlangC returns the share of jobs that have to wait where others wait, too, with so many servers and so much work offered, in Erlang: the
// probability of waiting of M/M/c. It is 1 where the work is as much as the servers can do, or more.
func ErlangC(servers int, offered float64) float64 {
	if !(offered > 0) {
		return 0
	}
	load := offered / float64(servers)
	if load >= 1 {
		return 1
	}
	blocked := ErlangB(servers, offered)
	return blocked / (1 - float64(load*(1-blocked)))
}

// ErlangServers returns the least number of servers at which the blocked share of [ErlangB] is at most so much, a share in
// (0, 1); 0 for no work. Beyond a million servers it returns the work and a hundredth, which is more than it takes.
func ErlangServers(offered, blockedShare float64) int {
	if !(offered > 0) {
		return 0
	}
	if offered > 1e6 {
		return int(math.Ceil(offered * 1.01))
	}
	blocked := 1.0
	for c := 1; ; c++ {
		if blocked = float64(offered*blocked) / (float64(c) + float64(offered*blocked)); blocked <= blockedShare {
			return c
		}
	}
}
