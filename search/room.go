package search

import (
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
)

// A demanded workload is what the users ask of the servers of a site.
type demanded struct {
	ofUser []float64
	number int // of the workload
	// room is by site; 0 is without limit. steady says that no more than that can be served, ever.
	room   []float64
	steady bool
}

// findRoom notes what servers have to do and can do.
func (sp *space) findRoom(plans []*sim.Plan) error {
	if sp.role != placement.Compute {
		return nil
	}
	for number := range sp.study.Workloads {
		d := demanded{number: number, room: make([]float64, len(plans)), steady: true}
		limited := false
		for i, plan := range plans {
			loads, err := plan.ServerLoads()
			if err != nil {
				return err
			}
			for _, l := range loads {
				if l.Workload != sp.study.Workloads[number].Name || l.Site == "" {
					continue
				}
				limited = true
				d.room[i] = l.Capacity
				d.steady = l.Unit != sim.Players
				if d.ofUser == nil {
					demand, err := sp.surrogate.demandOf(plan, number)
					if err != nil {
						return err
					}
					total := 0.0
					for _, x := range demand {
						total += x
					}
					d.ofUser = make([]float64, len(demand))
					for u, x := range demand {
						d.ofUser[u] = x * l.Offered / total
					}
				}
			}
		}
		if limited {
			sp.loads = append(sp.loads, d)
		}
	}
	return nil
}

// served returns the part of those who want to be served that each site serves, and the first site that is full.
func (d *demanded) served(sp *space, best []uint16) (share []float64, full string) {
	asked := make([]float64, len(d.room))
	width := sp.near.width()
	for u, r := range best {
		if d.ofUser[u] > 0 {
			asked[sp.siteAt[u*width+int(r)]] += d.ofUser[u]
		}
	}
	share = make([]float64, len(asked))
	for i := range asked {
		share[i] = 1
		if d.room[i] > 0 && asked[i] > d.room[i] {
			share[i] = d.room[i] / asked[i]
			if full == "" && i < len(sp.Candidates) {
				full = sp.Candidates[i].Site
			} else if full == "" {
				full = "a fixed site"
			}
		}
	}
	return share, full
}
