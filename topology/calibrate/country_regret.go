package calibrate

import (
	"cmp"
	"math"
	"slices"
)

// A CountryRegret is what the users of a country lose who are each sent to the nearest of some sites by the model, in place of the
// nearest by what was measured: means over its users by their weight.
type CountryRegret struct {
	// Country is an ISO 3166-1 alpha-2 code, Users the number of its users.
	Country string
	Users   int
	// LostMs is by how much the round trip is longer, 0 or more. Lost50 and Lost100 are the shares of users, in points, who are
	// no longer within 50 and 100 ms.
	LostMs, Lost50, Lost100 float64
	// WorstUser loses most, WorstMs: it is sent to WorstSite, and BestSite is nearest. Empty and 0 if nobody loses.
	WorstUser, WorstSite, BestSite string
	WorstMs                        float64
}

// A homing is what a user loses with one set of sites.
type homing struct {
	lostMs, lost50, lost100 float64
	site, best              string
}

// RegretsByCountry returns what the users of each country lose, who choose among count sites: the mean over all sets of so many of
// the sites that a user has. A count of 0 stands for all of them. Samples without a user or a site, and users with fewer sites than
// count or than two, are left out. The country that loses most comes first.
func RegretsByCountry(samples []Sample, count int) []CountryRegret {
	type way struct{ measured, model, n float64 }
	type user struct {
		country, name string
		weight        float64
		sites         []string
		ways          map[string]way
	}
	users := make(map[string]*user)
	var inOrder []*user
	for _, s := range samples {
		if s.User == "" || s.Site == "" {
			continue
		}
		u, ok := users[s.User]
		if !ok {
			u = &user{country: s.From.Country, name: s.User, weight: s.Weight, ways: make(map[string]way)}
			users[s.User] = u
			inOrder = append(inOrder, u)
		}
		w, ok := u.ways[s.Site]
		if !ok {
			u.sites = append(u.sites, s.Site)
		}
		u.ways[s.Site] = way{w.measured + s.MeasuredMs, w.model + s.ModelMs, w.n + 1}
	}
	byCountry := make(map[string]*CountryRegret)
	weights := make(map[string]float64)
	for _, u := range inOrder {
		if len(u.sites) < max(2, count) {
			continue
		}
		slices.Sort(u.sites)
		measured, model := make([]float64, len(u.sites)), make([]float64, len(u.sites))
		for k, site := range u.sites {
			w := u.ways[site]
			measured[k], model[k] = w.measured/w.n, w.model/w.n
		}
		lost := homeOf(u.sites, measured, model, cmp.Or(count, len(u.sites)))
		c, ok := byCountry[u.country]
		if !ok {
			c = &CountryRegret{Country: u.country}
			byCountry[u.country] = c
		}
		c.Users++
		c.LostMs += float64(u.weight * lost.lostMs)
		c.Lost50 += float64(u.weight * lost.lost50)
		c.Lost100 += float64(u.weight * lost.lost100)
		weights[u.country] += u.weight
		if lost.lostMs > c.WorstMs {
			c.WorstMs, c.WorstUser, c.WorstSite, c.BestSite = lost.lostMs, u.name, lost.site, lost.best
		}
	}
	var all []CountryRegret
	for country, c := range byCountry {
		if total := weights[country]; total > 0 {
			c.LostMs, c.Lost50, c.Lost100 = c.LostMs/total, c.Lost50/total, c.Lost100/total
			all = append(all, *c)
		}
	}
	slices.SortFunc(all, func(a, b CountryRegret) int {
		return cmp.Or(-cmp.Compare(a.LostMs, b.LostMs), cmp.Compare(a.Country, b.Country))
	})
	return all
}

// homeOf returns what a user loses on average over all sets of count sites, with the sites of the set that loses most.
func homeOf(sites []string, measured, model []float64, count int) homing {
	sets := combinations(len(sites), count)
	var sum homing
	most := 0.0
	for _, set := range sets {
		least := func(ms []float64) int {
			return slices.MinFunc(set, func(a, b int) int { return cmp.Compare(ms[a], ms[b]) })
		}
		sent, best := least(model), least(measured)
		lost := measured[sent] - measured[best]
		sum.lostMs += lost
		sum.lost50 += leftOut(measured[best], measured[sent], 50)
		sum.lost100 += leftOut(measured[best], measured[sent], 100)
		if lost > most {
			most, sum.site, sum.best = lost, sites[sent], sites[best]
		}
	}
	n := math.Max(1, float64(len(sets)))
	sum.lostMs, sum.lost50, sum.lost100 = sum.lostMs/n, sum.lost50/n, sum.lost100/n
	return sum
}

// leftOut returns 100 where the best round trip is within a limit and another is not, else 0.
func leftOut(bestMs, ms, limitMs float64) float64 {
	if bestMs <= limitMs && ms > limitMs {
		return 100
	}
	return 0
}
