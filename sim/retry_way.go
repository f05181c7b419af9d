package sim

import (
	"cmp"
	"slices"
)

// A retryWay is one of the ways that clients of a metro take to a site in turn, as links fail.
type retryWay struct {
	clients uint32 // of the site, who take it
	delay   int64  // from their instant
	times   []span // nil where it is the only one
}

// A wayPoint is where the ways of a metro lead for a workload: to a site, through a PoP where that is another.
type wayPoint struct{ site, enters int }

// joinWays notes for the clients of a workload and a metro, of whom some are at each entry in turn, the ways that they may take to the same site.
func (r *run) joinWays(entries []entry, clients []uint32) {
	ways := make(map[wayPoint][]retryWay)
	for i := range entries {
		if e := &entries[i]; e.share != nil && e.share.times != nil {
			to := wayPoint{e.site, e.enters}
			ways[to] = append(ways[to], retryWay{clients[i], e.delay(), e.share.times})
		}
	}
	for to, all := range ways {
		r.sites[to.site].joinWays(all)
	}
}

// joinWays notes the ways that clients may take to the site in turn.
func (s *site) joinWays(all []retryWay) {
	shortest := slices.MinFunc(all, func(a, b retryWay) int { return cmp.Compare(a.delay, b.delay) })
	for _, way := range all {
		c := &s.clients[way.clients]
		c.patience.ways = all
		c.links.tellWithin(c.rtt + c.beyond - c.delay + shortest.delay) // who is not answered may be here so much earlier
	}
}

// wayAt returns that of several ways on which clients ask again at an instant of theirs, the only one where there is one; nil where there are none.
func wayAt(ways []retryWay, at int64) *retryWay {
	for k := range ways {
		if ways[k].times == nil || within(ways[k].times, at) {
			return &ways[k]
		}
	}
	return nil
}

// changeWay has a try that would be at the site at an instant made by other clients there, whose way is another. It returns when it is there.
func (c *clients) changeWay(t *try, at int64, to uint32) int64 {
	o := &c.patience.site.clients[to]
	later := o.delay - c.delay
	t.clients, t.first = to, t.first+later
	t.access += linkJitter(o.jitter, uint64(t.shake)) - linkJitter(c.jitter, uint64(t.shake))
	if t.recorded {
		c.asked--
		o.asked++
	}
	return max(at+later, c.patience.site.now)
}
