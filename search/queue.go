package search

import (
	"github.com/edgewise-sim/edgewise/internal/portable"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// A queue is the wait before the servers of a site: none with the probability 1-waits, else exponential with a mean in ns. The mean
// grows with the variance of the work as Pollaczek and Khinchine have it for one server, and Lee and Longton take it for several.
type queue struct{ waits, meanNs float64 }

// newQueue returns the queue before servers, of which work keeps so many busy; ok is false where it has no end.
func newQueue(servers int, offered float64, work workload.ServiceTime) (q queue, ok bool) {
	if servers == 0 || offered == 0 {
		return queue{}, true
	}
	if offered >= float64(servers) {
		return queue{}, false
	}
	q = queue{waits: stats.ErlangC(servers, offered), meanNs: float64(work.Mean) / (float64(servers) - offered)}
	q.meanNs *= (1 + work.SquaredVariation()) / 2
	return q, true
}

// at returns the wait of a share p of the requests.
func (q queue) at(p float64) float64 {
	if q.waits == 0 || p >= q.waits {
		return 0
	}
	return -q.meanNs * portable.Log(p/q.waits)
}
