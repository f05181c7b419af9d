package search

import (
	"math"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
)

// facilityOf returns the facility problem of a sum of the costs of objectives, each times a weight: of figures that add up over users, and
// of bills. With byUse what content delivery networks bill by use is in it.
func (sp *space) facilityOf(weights []float64, byUse bool) (*facility, error) {
	n := sp.near
	f := &facility{users: n.users, least: sp.Least, most: sp.Most, options: make([]opening, n.options), fixed: make([]opening, len(sp.plans)-n.options)}
	at := func(site int) *opening {
		if site < n.options {
			return &f.options[site]
		}
		return &f.fixed[site-n.options]
	}
	sites := make(map[int][]goer) // by site
	for u := range n.users {
		for r := range int(n.fixed[u]) + 1 {
			if r >= n.width()-1 || r > n.options {
				break
			}
			site := int(sp.siteAt[u*n.width()+r])
			// The nearest of all is where he goes if it is open; behind what is fixed he never goes.
			sites[site] = append(sites[site], goer{user: u, must: r == 0})
			if site >= n.options {
				break
			}
		}
	}
	for k, weight := range weights {
		t := &sp.tables[k]
		if weight == 0 {
			continue
		}
		if t.money != nil {
			if err := sp.addMoney(f, sites, weight, t.money, byUse); err != nil {
				return nil, err
			}
			continue
		}
		for site, goers := range sites {
			for i := range goers {
				g := &goers[i]
				g.cost += float64(weight * sp.cost(k, float64(t.sums[0].values[g.user*n.width()+sp.rankAt(g.user, site)])))
			}
		}
	}
	for site, goers := range sites {
		at(site).goers = goers
	}
	return f, nil
}

// rankAt returns the rank that a site has for a user.
func (sp *space) rankAt(user, site int) int {
	if site < sp.near.options {
		return int(sp.near.rank[site*sp.near.users+user])
	}
	return int(sp.near.fixed[user])
}

// addMoney adds what sites and users cost at least.
func (sp *space) addMoney(f *facility, sites map[int][]goer, weight float64, t *moneyTable, byUse bool) error {
	billing, scenario := sp.study.Billing, &sp.study.Scenario
	most := t.mostOf()
	floor := func(p *placement.Placement, peaks []sim.Peak, flows []sim.Flow) float64 {
		money, ofCDN := billing.FloorOf(scenario, p, peaks, flows, most)
		if !byUse {
			money -= ofCDN
		}
		return float64(weight * money)
	}
	none := sp.Fixed
	none.Sites, none.Tiers = nil, nil
	// servers returns what the servers of a peak cost at a load.
	servers := func(peak sim.Peak) func(load float64) float64 {
		return func(load float64) float64 {
			peak.Offered = load
			return floor(&none, []sim.Peak{peak}, nil)
		}
	}
	origins := t.originsOf(f, servers)
	for site := range sp.plans {
		o, only := &opening{}, none
		if site < len(f.options) {
			o, only = &f.options[site], sp.Candidates[site].addTo(none)
		} else {
			o = &f.fixed[site-len(f.options)]
		}
		goers := sites[site]
		o.always += floor(&only, nil, nil) // caches at a Local Zone
		for w := range t.workloads {
			m := &t.workloads[w]
			of := &m.sites[site]
			rates := busiestOf(m.rates, goers)
			for i := range goers {
				g := &goers[i]
				if m.requests[g.user] == 0 {
					continue
				}
				flow := of.toUser
				if of.via != nil {
					flow.Via = of.via[g.user]
				}
				g.cost += float64(m.requests[g.user] * (floor(&none, nil, append([]sim.Flow{flow}, of.behind...)) + origins[w][site]))
			}
			for _, offer := range of.offers {
				peak := t.peaks[offer.peak]
				if peak.Site != of.toUser.From {
					continue // the home of the data has servers of its own
				}
				cost := servers(peak)
				if peak.Servers > 0 || !peak.IsKnown {
					o.always += cost(0)
					continue
				}
				o.hasServers = true
				o.least += cost(0)
				load := 0.0
				for i := range goers {
					load += float64(offer.servers * rates[goers[i].user])
				}
				none, each := chord(cost, load)
				o.some += none
				for i := range goers {
					goers[i].work += float64(each * offer.servers * rates[goers[i].user])
				}
			}
		}
	}
	// What other sites serve is paid once, and what is free comes off once.
	var elsewhere []sim.Peak
	for _, peak := range t.peaks {
		if !slices.ContainsFunc(t.workloads, func(m movedMoney) bool { return sp.study.Workloads[m.number].Name == peak.Workload }) {
			elsewhere = append(elsewhere, peak)
		}
	}
	f.constant += floor(&sp.Fixed, elsewhere, t.rest)
	f.constant -= float64(weight * billing.Book.MostFree())
	return nil
}

// originsOf returns, by workload and site, what the servers of an origin cost at least for what a request a day makes caches fetch; what
// they cost besides it adds to the problem.
func (t *moneyTable) originsOf(f *facility, servers func(sim.Peak) func(load float64) float64) [][]float64 {
	all := make([][]float64, len(t.workloads))
	for w := range t.workloads {
		m := &t.workloads[w]
		all[w] = make([]float64, len(m.sites))
		for i := range t.peaks {
			peak := &t.peaks[i]
			if peak.Workload != t.space.study.Workloads[m.number].Name || peak.Servers > 0 || !(peak.Work > 0) {
				continue
			}
			most := 0.0
			for site := range m.sites {
				for _, flow := range m.sites[site].behind {
					if flow.From == peak.Site && flow.Tier == string(placement.Origin) {
						all[w][site] += float64(flow.Requests / secondsADay * m.busiest * peak.Work)
					}
				}
				most = math.Max(most, all[w][site])
			}
			requests := 0.0
			for _, n := range m.requests {
				requests += n
			}
			none, each := chord(servers(*peak), float64(requests*most))
			f.constant += none
			for site := range all[w] {
				all[w][site] *= each
			}
		}
	}
	return all
}

// chord returns a line that a cost which only rises with the load is nowhere below, from no load to the most: what the line has at no load,
// and what it rises by. Of the lower convex hull of the cost it is the longest edge.
func chord(cost func(load float64) float64, most float64) (none, each float64) {
	if most == 0 {
		return cost(0), 0
	}
	const parts = 64
	type point struct{ x, y float64 }
	hull := []point{{0, cost(0)}}
	for i := range parts {
		// In each part the cost is that at its beginning, or more.
		p := point{float64(most * float64(i+1) / parts), cost(float64(most * float64(i) / parts))}
		for n := len(hull); n >= 2 && (hull[n-1].y-hull[n-2].y)*(p.x-hull[n-2].x) >= (p.y-hull[n-2].y)*(hull[n-1].x-hull[n-2].x); n = len(hull) {
			hull = hull[:n-1]
		}
		hull = append(hull, p)
	}
	longest := 1
	for i := range hull[1:] {
		if hull[i+1].x-hull[i].x > hull[longest].x-hull[longest-1].x {
			longest = i + 1
		}
	}
	a, b := hull[longest-1], hull[longest]
	each = (b.y - a.y) / (b.x - a.x)
	return a.y - float64(each*a.x), each
}

// busiestOf returns the rates of the step of a day at which those who may go to a site are busiest together.
func busiestOf(rates [][]float64, goers []goer) []float64 {
	var busiest []float64
	most := -1.0
	for _, step := range rates {
		sum := 0.0
		for i := range goers {
			sum += step[goers[i].user]
		}
		if sum > most {
			busiest, most = step, sum
		}
	}
	return busiest
}

// mostOf returns how much of each item by volume all alternatives use at most: every user's of the site where it is most.
func (t *moneyTable) mostOf() map[tariff.Item]float64 {
	billing, scenario := t.space.study.Billing, &t.space.study.Scenario
	sum := func(flows []sim.Flow) (gb, requests float64) {
		for _, f := range billing.MonthOf(scenario, flows) {
			gb += f.GB
			requests += f.Requests
		}
		return gb, requests
	}
	gb, requests := sum(t.rest)
	for i := range t.workloads {
		m := &t.workloads[i]
		var largest, most float64
		for k := range m.sites {
			if of := &m.sites[k]; of.toUser.Requests > 0 {
				size, n := sum(append([]sim.Flow{of.toUser}, of.behind...))
				largest, most = math.Max(largest, size), math.Max(most, n)
			}
		}
		for _, n := range m.requests {
			gb += float64(n * largest)
			requests += float64(n * most)
		}
	}
	return map[tariff.Item]float64{
		tariff.Egress: gb, tariff.CDNEgress: gb, tariff.OriginFetch: gb, tariff.InterRegion: gb, tariff.ZoneParent: gb, tariff.CDNRequests: requests, tariff.ShieldRequests: requests,
	}
}
