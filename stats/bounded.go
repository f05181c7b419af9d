package stats

import (
	"math"

	"github.com/edgewise-sim/edgewise/internal/portable"
)

// A Turn says how jobs fare that come to servers as a Poisson process, by shares of all of them; what is left finds a server at once.
type Turn struct {
	// Waits is the share that waits for a server, Rejected that which is turned away.
	Waits, Rejected float64
}

// BoundedQueue returns how jobs fare at so many servers with room for so many who wait, where work for offered servers comes: M/M/c/c+queue. Its
// rejections are Erlang B with a geometric tail. Without room they hold for any law of the work (M/G/c/c), and so does all of it where servers
// share themselves among all jobs at once; there those wait who find no server that is theirs alone.
func BoundedQueue(servers, queue int, offered float64) Turn {
	if !(offered > 0) {
		return Turn{}
	}
	full, ratio, q := ErlangB(servers, offered), offered/float64(servers), float64(queue)
	if ratio == 1 {
		all := 1 + float64(full*q)
		return Turn{Waits: full * q / all, Rejected: full / all}
	}
	// The states from that on in which all servers are busy fall off, or grow, as a geometric series: it is summed from its larger end.
	if ratio < 1 {
		tail := portable.Pow(ratio, q)
		waits := full * (1 - tail) / (1 - ratio)
		all := 1 + float64(ratio*waits)
		return Turn{Waits: waits / all, Rejected: full * tail / all}
	}
	tail := portable.Pow(1/ratio, q)
	beyond := full * (1 - tail) / (1 - 1/ratio)
	all := tail + beyond
	return Turn{Waits: beyond / ratio / all, Rejected: full / all}
}

// BoundedWait returns how jobs fare at so many servers that turn away who would wait longer than a limit, in service times, where work for offered
// servers comes: the virtual wait of M/M/c falls off as exp(-(c-a)x) up to the limit, and as exp(-cx) beyond it (level crossings, Brill and
// Posner 1977).
func BoundedWait(servers int, offered, limit float64) Turn {
	if !(offered > 0) {
		return Turn{}
	}
	c := float64(servers)
	slack := c - offered
	if -slack*limit > 700 { // as of a fluid: the limit makes no difference
		return Turn{Waits: c / offered, Rejected: 1 - c/offered}
	}
	at := portable.Exp(-slack * limit)
	within := limit
	if math.Abs(slack*limit) > 1e-8 { // below that the difference would be noise
		within = (1 - at) / slack
	}
	busy := float64(offered * ErlangB(servers-1, offered)) // the density at a wait of nothing
	beyond := busy * at / c
	all := 1 + float64(busy*within) + beyond
	return Turn{Waits: busy * within / all, Rejected: beyond / all}
}
