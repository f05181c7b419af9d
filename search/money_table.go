package search

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// A moneyTable says what alternatives cost without compiling them: what of a workload's traffic and servers each metro is for, by the site
// that it goes to.
type moneyTable struct {
	space *space
	// all is the placement with every candidate, of which an alternative has the peaks of its sites; rest is what workloads move that other
	// sites serve.
	peaks []sim.Peak
	rest  []sim.Flow
	// workloads are those that users go to the chosen sites for.
	workloads []movedMoney
}

// A movedMoney is what one workload is for the sites.
type movedMoney struct {
	number int
	// requests are those of a day by metro, rates the requests per second, or players, by step of a day and metro.
	requests []float64
	rates    [][]float64
	busiest  float64 // of the rates, by their mean
	// sites are by plan.
	sites []movedAt
}

// A movedAt is what one request of a workload is at a site.
type movedAt struct {
	toUser sim.Flow
	// via names by metro the PoP that hands it over; nil where the site does so itself.
	via    []string
	behind []sim.Flow
	// offers are what one request a second is for servers, by number of the peak.
	offers []offered
}

type offered struct {
	peak    int
	servers float64
}

// whyNoMoneyTable says why a bill cannot be put together metro by metro, "" if it can.
func (sp *space) whyNoMoneyTable(role placement.Role, one *placement.Placement) string {
	if !slices.ContainsFunc(sp.study.Workloads, func(w workload.Workload) bool { return !sp.servesElsewhere(&w, role, one) }) {
		return fmt.Sprintf("sites with the role %q serve no users themselves", role)
	}
	for i := range sp.study.Workloads {
		w := &sp.study.Workloads[i]
		if data := w.DataCalls(); data.Calls > 0 && data.Probability > 0 && data.Home == "" && !data.Replicated && sp.study.HomeOfData(sp.Fixed, w) == "" {
			return fmt.Sprintf("the home of the data of %q depends on which sites are chosen", w.Name)
		}
		if sp.servesElsewhere(w, role, one) {
			if sim.KindOf(w.Service).MeetsCaches() {
				return fmt.Sprintf("a bill is of all that a placement does, and what caches of %q fetch may depend on which sites are chosen", w.Name)
			}
			continue
		}
		if sim.KindOf(w.Service).MeetsCaches() && sp.surrogate.catalogue.churns {
			return churnInWords
		}
		for k := range sp.Candidates {
			if c := &sp.Candidates[k]; len(c.Workloads) > 0 && !slices.Contains(c.Workloads, w.Name) {
				return fmt.Sprintf("%s does not serve %q", c.Site, w.Name)
			}
		}
		switch one.RouteOf(w.Name, role).Routing.(type) {
		case nil, placement.NearestRTT:
		default:
			return fmt.Sprintf("the routing rule of %q looks at all sites", w.Name)
		}
		if !slices.Equal(sp.fixedOf(i, role), sp.fixedOf(sp.leading(role), role)) {
			return fmt.Sprintf("other fixed sites serve %q", w.Name)
		}
	}
	return ""
}

// servesElsewhere reports whether users of a workload enter at sites of another role than that of the candidates.
func (sp *space) servesElsewhere(w *workload.Workload, role placement.Role, one *placement.Placement) bool {
	kind := sim.KindOf(w.Service)
	if kind.MeetsCaches() {
		return one.EntryRole() != role
	}
	return kind.Role() != role
}

// newMoneyTable makes the table from the plans of each site alone, and one of all.
func (sp *space) newMoneyTable(plans []*sim.Plan) (*moneyTable, error) {
	t := &moneyTable{space: sp}
	one := sp.placed([]int{0})
	var err error
	if t.peaks, err = sp.whole.Peaks(); err != nil {
		return nil, err
	}
	for number := range sp.study.Workloads {
		w := &sp.study.Workloads[number]
		home := sp.study.HomeOfData(sp.Fixed, w)
		if sp.servesElsewhere(w, sp.role, &one) {
			if t.rest, err = sp.surrogate.addFlows(t.rest, sp.whole, number, home); err != nil {
				return nil, err
			}
			continue
		}
		m := movedMoney{number: number, sites: make([]movedAt, len(plans))}
		if m.requests, err = sp.surrogate.requestsOfDay(sp.whole, number); err != nil {
			return nil, err
		}
		if m.rates, err = sp.whole.DayRates(number); err != nil {
			return nil, err
		}
		if m.busiest = 1; m.rates != nil {
			m.busiest = sim.BusiestOfMean(m.rates)
		}
		m.rates = sp.movedRates(m.rates)
		for i, plan := range plans {
			if m.sites[i], err = t.at(plan, number, home); err != nil {
				return nil, err
			}
		}
		t.workloads = append(t.workloads, m)
	}
	return t, nil
}

// movedRates returns rates with the demand of metros moved.
func (sp *space) movedRates(rates [][]float64) [][]float64 {
	if sp.surrogate.factors.demand == nil {
		return rates
	}
	moved := make([][]float64, len(rates))
	for step := range rates {
		moved[step] = slices.Clone(rates[step])
		for u, id := range sp.whole.Metros() {
			moved[step][u] *= sp.surrogate.factors.ofMetro(id)
		}
	}
	return moved
}

// at returns what a request of a workload is at the site that a plan has alone.
func (t *moneyTable) at(plan *sim.Plan, number int, home string) (at movedAt, err error) {
	flows, err := t.space.surrogate.addFlows(nil, plan, number, home)
	if err != nil {
		return at, err
	}
	requests := 0.0
	for _, f := range flows {
		if f.To == "" {
			requests += f.Requests
			at.toUser = f
		}
	}
	if requests == 0 {
		return at, nil
	}
	at.toUser.Via = ""
	at.toUser.Bytes /= at.toUser.Requests
	at.toUser.Requests = 1
	for _, f := range flows {
		if f.To != "" {
			f.Requests /= requests
			f.Bytes /= requests
			at.behind = append(at.behind, f)
		}
	}
	ways := plan.Ways(number)
	for u := range ways {
		if way := &ways[u][0]; way.Enters != way.Site {
			if at.via == nil {
				at.via = make([]string, len(ways))
			}
			at.via[u] = way.Enters
		}
	}
	name := t.space.study.Workloads[number].Name
	t.space.whole.Offers(number, at.toUser.From, func(site string, servers float64) {
		i := slices.IndexFunc(t.peaks, func(p sim.Peak) bool { return p.Workload == name && p.Site == site })
		if i >= 0 {
			at.offers = append(at.offers, offered{i, servers})
		}
	})
	return at, nil
}

// of returns what a set costs in a month, and what of it has no price, by the ranks of the sites that users go to.
func (t *moneyTable) of(set []int, best []uint16) (total float64, gap string) {
	sp := t.space
	flows := slices.Clone(t.rest)
	peaks := slices.Clone(t.peaks)
	for i := range t.workloads {
		m := &t.workloads[i]
		flows = m.flows(sp, best, flows)
		m.offer(sp, best, peaks)
	}
	p := sp.placed(set)
	serving := p.AllSites()
	peaks = slices.DeleteFunc(peaks, func(k sim.Peak) bool { return !slices.Contains(serving, k.Site) })
	bill := sp.study.Billing.BillOf(&sp.study.Scenario, &p, peaks, flows)
	for i := range bill.Lines {
		total += float64(bill.Lines[i].Money * orOne(sp.surrogate.factors.price[bill.Lines[i].Site]))
	}
	if len(bill.Gaps) > 0 {
		gap = "no price for " + bill.Gaps[0].Reason()
	}
	return total, gap
}

// flows adds what a workload moves in a day.
func (m *movedMoney) flows(sp *space, best []uint16, flows []sim.Flow) []sim.Flow {
	at := make([]float64, len(m.sites))
	width := sp.near.width()
	for u, r := range best {
		if m.requests[u] == 0 {
			continue
		}
		site := int(sp.siteAt[u*width+int(r)])
		at[site] += m.requests[u]
		if of := &m.sites[site]; of.via != nil {
			f := of.toUser
			f.Via, f.Requests, f.Bytes = of.via[u], m.requests[u], float64(m.requests[u]*f.Bytes)
			flows = merge(flows, f)
		}
	}
	for site, requests := range at {
		if requests == 0 {
			continue
		}
		of := &m.sites[site]
		if of.via == nil {
			f := of.toUser
			f.Requests, f.Bytes = requests, float64(requests*f.Bytes)
			flows = append(flows, f)
		}
		for _, f := range of.behind {
			f.Requests, f.Bytes = float64(requests*f.Requests), float64(requests*f.Bytes)
			flows = merge(flows, f)
		}
	}
	return flows
}

// offer sets the peaks of a workload.
func (m *movedMoney) offer(sp *space, best []uint16, peaks []sim.Peak) {
	name := sp.study.Workloads[m.number].Name
	for i := range peaks {
		if peaks[i].Workload == name {
			peaks[i].Offered = 0
			if peaks[i].IsKnown {
				peaks[i].OfMean = m.busiest
			}
		}
	}
	width := sp.near.width()
	at := make([]float64, len(m.sites))
	servers := make([]float64, len(peaks))
	for _, rates := range m.rates {
		clear(at)
		clear(servers)
		for u, r := range best {
			if rates[u] > 0 {
				at[sp.siteAt[u*width+int(r)]] += rates[u]
			}
		}
		for site, rate := range at {
			if rate > 0 {
				for _, o := range m.sites[site].offers {
					servers[o.peak] += float64(rate * o.servers)
				}
			}
		}
		for i := range peaks {
			peaks[i].Offered = max(peaks[i].Offered, servers[i])
		}
	}
}
