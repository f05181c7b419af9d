package sim

import (
	"cmp"
	"slices"
)

// A SiteWay is a way between two sites over which one asks the other for something.
type SiteWay struct {
	// From and To are the ids of the site that asks and of the one that is asked.
	From, To string
	// For says what is asked for.
	For SiteQuestion
}

// A SiteQuestion is what a site asks another for.
type SiteQuestion uint8

// What sites ask each other for.
const (
	// Fetching is an object that a cache lacks.
	Fetching SiteQuestion = iota
	// CallingForData is data of a request that is computed.
	CallingForData
	// Spilling is a request for which there is no room.
	Spilling
	// PassingOn is a request that enters at a PoP and is served elsewhere.
	PassingOn
)

// String returns "fetch", "call for data", "spill" or "request".
func (q SiteQuestion) String() string {
	return [...]string{"fetch", "call for data", "spill", "request"}[q]
}

// SiteWays returns the ways between sites over which requests of the placement may be served, each once, by who asks, who is asked and
// what for. Those to a backup are among them where what comes before it may not answer.
func (p *Plan) SiteWays() (all []SiteWay) {
	add := func(from int, to string, what SiteQuestion) {
		if w := (SiteWay{p.sites[from].id, to, what}); w.From != w.To && !slices.Contains(all, w) {
			all = append(all, w)
		}
	}
	for i := range p.workloads {
		w := &p.workloads[i]
		for m := range w.entries {
			for _, e := range w.entries[m] {
				add(e.enters, p.sites[e.site].id, PassingOn)
			}
		}
		for site := range w.hops {
			for _, hops := range w.hops[site] {
				for _, h := range hops {
					add(site, p.sites[h.to].id, Fetching)
				}
			}
		}
		for site, hops := range w.homes {
			for _, h := range hops {
				if asks := &p.scenario.Workloads[i]; asks.CallsHome() {
					to := p.scenario.homeOfSite(p.placement, asks, p.sites[site].id)
					if h.to >= 0 {
						to = p.sites[h.to].id
					}
					add(site, to, CallingForData)
				}
			}
		}
		for site, hops := range w.spills {
			for _, h := range hops {
				add(site, p.sites[h.to].id, Spilling)
			}
		}
	}
	slices.SortFunc(all, func(a, b SiteWay) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.For, b.For))
	})
	return all
}
