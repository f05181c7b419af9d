package search

import (
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/stats"
)

// erlangC returns the probability that a request has to wait at servers that it keeps so many busy, less than there are: that of
// M/M/c.
func erlangC(servers int, offered float64) float64 {
	blocked := stats.ErlangB(servers, offered)
	load := offered / float64(servers)
	return blocked / (1 - float64(load*(1-blocked)))
}

// A queue is the wait before the servers of a site: none with the probability 1-waits, else exponential with a mean in ns.
// Work that is constant waits half as long on the mean (M/D/1), and is taken so.
type queue struct{ waits, meanNs float64 }

// newQueue returns the queue before servers, of which work keeps so many busy; ok is false where it has no end.
func newQueue(servers int, offered, workNs float64, isExponential bool) (q queue, ok bool) {
	if servers == 0 || offered == 0 {
		return queue{}, true
	}
	if offered >= float64(servers) {
		return queue{}, false
	}
	q = queue{waits: erlangC(servers, offered), meanNs: workNs / (float64(servers) - offered)}
	if !isExponential {
		q.meanNs /= 2
	}
	return q, true
}

// at returns the wait of a share p of the requests.
func (q queue) at(p float64) float64 {
	if q.waits == 0 || p >= q.waits {
		return 0
	}
	return -q.meanNs * portable.Log(p/q.waits)
}
