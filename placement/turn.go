package placement

import (
	"math"
	"sort"

	"github.com/edgewise-sim/edgewise/stats"
)

// Turn returns how requests fare at so many servers under the rules of the pool, where perSecond requests a second, Poisson, are work that would
// keep offered servers busy: as M/M/c with the room that there is ([stats.BoundedQueue]), or with waits that are bounded ([stats.BoundedWait]), of
// both the one that rejects more; where neither is, all wait who find no server (Erlang C). It is exact for exponential work, and for any
// other where none waits or servers share themselves among all requests.
func (p *Pool) Turn(servers int, offered, perSecond float64) (turn stats.Turn) {
	if !(offered > 0) {
		return turn
	}
	if !p.Rejects() {
		return stats.Turn{Waits: stats.ErlangC(servers, offered)}
	}
	if p.Queue.Is {
		turn = stats.BoundedQueue(servers, p.Queue.Most, offered)
	}
	if p.Shed > 0 {
		if bounded := stats.BoundedWait(servers, offered, p.Shed.Seconds()*perSecond/offered); !p.Queue.Is || bounded.Rejected > turn.Rejected {
			turn = bounded
		}
	}
	return turn
}

// ServersFor returns the least number of servers at which a share of the requests, in (0, 1), is served under the rules of the pool: is not
// rejected or, where none is, does not wait. Offered and perSecond are those of [Pool.Turn]. For work that is more than a million servers can do it
// returns the work and a hundredth, which is more than it takes.
func (p *Pool) ServersFor(share, offered, perSecond float64) int {
	if !(offered > 0) {
		return 0
	}
	if offered > 1e6 {
		return int(math.Ceil(offered * 1.01))
	}
	isEnough := func(servers int) bool {
		turn := p.Turn(servers, offered, perSecond)
		if p.Rejects() {
			return turn.Rejected <= 1-share
		}
		return turn.Waits <= 1-share
	}
	most := 1
	for !isEnough(most) {
		most *= 2
	}
	return 1 + sort.Search(most-1, func(n int) bool { return isEnough(n + 1) })
}
