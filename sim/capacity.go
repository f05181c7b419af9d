package sim

import (
	"fmt"

	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// refuseCapacity names the first link whose capacity would have no effect on a workload that goes over it: responses have
// a size, the updates of players and calls for data have none.
func (c *compiler) refuseCapacity(p *Plan, planned *plannedWorkload, data workload.DataCalls) error {
	if planned.kind == Matched {
		for m := range planned.reach {
			for i := range planned.reach[m] {
				e := &planned.reach[m][i]
				up := narrowestOf(c.there.Narrowest(m, c.siteOf[p.sites[e.enters].id]))
				for _, link := range []narrowest{up, e.narrowest, e.beyond.narrowest} {
					if err := link.refuse("player updates"); err != nil {
						return fmt.Errorf("metro %q: %w", p.metros[m], err)
					}
				}
			}
		}
	}
	if data.Calls == 0 || data.Probability == 0 {
		return nil
	}
	for at, hops := range planned.homes {
		for i := range hops {
			if err := hops[i].narrowest.refuse("calls for data"); err != nil {
				return fmt.Errorf("site %q: %w", p.sites[at].id, err)
			}
		}
	}
	return nil
}

// refuse returns an error if the link has a capacity.
func (n narrowest) refuse(what string) error {
	if n.bitsPerSecond == 0 {
		return nil
	}
	return fmt.Errorf("link %q -> %q has a capacity of %v Mbit/s, which %s would not feel: they have no size; want no capacity there, or another way", n.from, n.to, n.bitsPerSecond/1e6, what)
}

// A narrowest is the link of a way that carries least; without limit it is the zero value.
type narrowest struct {
	from, to      string
	bitsPerSecond float64
}

func narrowestOf(l topology.Link) narrowest { return narrowest{l.From, l.To, l.CapacityBitsPerSecond} }
