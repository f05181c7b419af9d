package sim

import (
	"cmp"
	"slices"
)

// A retryWay is one of the ways that clients of a metro take to a site in turn, as links fail.
type retryWay struct {
	clients uint32 // of the site, who take it
	times   []span
}

// A wayPoint is where the ways of a metro lead for a workload: to a site, through a PoP where that is another.
type wayPoint struct{ site, enters int }

// joinWays notes for the clients of a workload and a metro, of whom some are at each entry in turn, the ways that they may take to the same site.
func (r *run) joinWays(entries []entry, clients []uint32) {
	ways := make(map[wayPoint][]retryWay)
	for i := range entries {
		if e := &entries[i]; e.share != nil && e.share.times != nil {
			to := wayPoint{e.site, e.enters}
			ways[to] = append(ways[to], retryWay{clients[i], e.share.times})
		}
	}
	for to, all := range ways {
		of := r.sites[to.site].clients
		shortest := slices.MinFunc(all, func(a, b retryWay) int { return cmp.Compare(of[a.clients].delay, of[b.clients].delay) })
		for _, way := range all {
			c := &of[way.clients]
			c.patience.ways = all
			c.links.tellWithin(c.rtt + c.beyond - c.delay + of[shortest.clients].delay) // who is not answered may be here so much earlier
		}
	}
}

// wayAt returns the way on which clients ask again at an instant of theirs; nil for that which they have.
func (p *patience) wayAt(at int64) *retryWay {
	for k := range p.ways {
		if within(p.ways[k].times, at) {
			return &p.ways[k]
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
