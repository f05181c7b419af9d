package search

import (
	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

// isMoney reports whether a name is that of the whole bill.
func isMoney(name string) bool {
	return edgewise.Label{Metric: edgewise.BillTotal, Statistic: "total"}.IsCalled(name) || name == edgewise.BillTotal
}

// moneyOf returns the figure of the whole bill.
func moneyOf(study *edgewise.Study, f Figure) (*figure, error) {
	if study.Billing == nil {
		return nil, invalid.New("By", `"bill"`, "prices in the study: it has no Billing (keys prices and bill of a scenario)")
	}
	label := edgewise.Label{Metric: edgewise.BillTotal, Statistic: "total", Unit: study.Billing.Book.Currency, Better: edgewise.Less}
	m := edgewise.Measure{Label: label}
	return &figure{Figure: f, measure: m, base: m, isKnown: true, isMoney: true, better: edgewise.Less}, nil
}

// money returns what to expect of the bill under a plan, and what of it has no price.
func (s *surrogate) money(plan *sim.Plan) (total float64, gaps []tariff.Gap, err error) {
	peaks, err := plan.Peaks()
	if err != nil {
		return 0, nil, err
	}
	var flows []sim.Flow
	p := plan.Placement()
	for number := range s.study.Workloads {
		if flows, err = s.addFlows(flows, plan, number, s.study.HomeOfData(p, &s.study.Workloads[number])); err != nil {
			return 0, nil, err
		}
	}
	bill := s.study.Billing.BillOf(&s.study.Scenario, &p, peaks, flows)
	for i := range bill.Lines {
		total += float64(bill.Lines[i].Money * orOne(s.factors.price[bill.Lines[i].Site]))
	}
	return total, bill.Gaps, nil
}

const secondsADay = 24 * 3600

// requestsOfDay returns how many requests, or updates, of a workload each metro is expected to send in a day.
func (s *surrogate) requestsOfDay(plan *sim.Plan, number int) ([]float64, error) {
	demand, err := plan.DayDemand(number)
	if err != nil {
		return nil, err
	}
	perUser := 1.0
	if service, ok := s.study.Workloads[number].Service.(workload.Matched); ok {
		if !service.Peers.IsZero() {
			return make([]float64, len(demand)), nil // players send each other what they send
		}
		perUser = 1 / service.SendPeriod().Seconds()
	}
	for m, id := range plan.Metros() {
		demand[m] *= float64(perUser * secondsADay * s.factors.ofMetro(id))
	}
	return demand, nil
}

// addFlows adds what a workload, whose data have a home, is expected to move in a day.
func (s *surrogate) addFlows(flows []sim.Flow, plan *sim.Plan, number int, home string) ([]sim.Flow, error) {
	w := &s.study.Workloads[number]
	day, err := s.requestsOfDay(plan, number)
	if err != nil {
		return nil, err
	}
	bytes, isGame := 0.0, false
	switch service := w.Service.(type) {
	case workload.Computed:
		bytes = float64(service.ResponseBytes)
	case workload.Matched:
		isGame = true
	case workload.Cacheable:
		bytes = s.catalogue.meanBytes(number)
	}
	p := plan.Placement()
	data := w.DataCalls()
	at := make(map[string]float64) // requests by site
	ways := plan.Ways(number)
	for m := range ways {
		for i := range ways[m] {
			way := &ways[m][i]
			requests := float64(day[m] * way.Share)
			f := sim.Flow{Workload: w.Name, From: way.Site, Requests: requests, Bytes: float64(requests * bytes), UnknownSize: isGame}
			if way.Enters != way.Site {
				f.Via = way.Enters
			}
			if sim.KindOf(w.Service).MeetsCaches() {
				f.Tier = string(placement.Origin)
				if _, isCache := plan.Fetch(number, way.Site, 0); isCache {
					f.Tier = p.Tiers[0].Name
				}
			}
			flows = merge(flows, f)
			at[way.Site] += requests
			if calls := data.Probability * float64(data.Calls); calls > 0 && plan.HomeRTT(number, way.Site) > 0 {
				flows = merge(flows, sim.Flow{Workload: w.Name, From: way.Site, To: home, Requests: float64(requests * calls), UnknownSize: true})
			}
		}
	}
	for _, site := range p.AllSites() {
		if requests := at[site]; requests > 0 {
			if flows, err = s.addFetches(flows, plan, number, site, requests, bytes); err != nil {
				return nil, err
			}
		}
	}
	return flows, nil
}

// addFetches adds what caches fetch of so many requests at a site. Bytes are taken to be hit as often as requests.
func (s *surrogate) addFetches(flows []sim.Flow, plan *sim.Plan, number int, site string, requests, bytes float64) ([]sim.Flow, error) {
	hops, err := s.chain(plan, number, site)
	p := plan.Placement()
	tier := 0
	for _, h := range hops {
		f, _ := plan.Fetch(number, site, tier)
		requests = float64(requests * (1 - h.hit))
		name := string(placement.Origin)
		if f.Tier >= 0 {
			name = p.Tiers[f.Tier].Name
		}
		flows = merge(flows, sim.Flow{Workload: s.study.Workloads[number].Name, From: f.Site, To: site, Tier: name, Requests: requests, Bytes: float64(requests * bytes)})
		site, tier = f.Site, f.Tier
	}
	return flows, err
}

// merge adds a flow to those of the same kind.
func merge(flows []sim.Flow, f sim.Flow) []sim.Flow {
	for i := range flows {
		o := &flows[i]
		if o.Workload == f.Workload && o.From == f.From && o.To == f.To && o.Via == f.Via && o.Tier == f.Tier {
			o.Requests += f.Requests
			o.Bytes += f.Bytes
			return flows
		}
	}
	return append(flows, f)
}

// meanBytes returns the mean size of what a workload's requests are for.
func (c *catalogue) meanBytes(number int) float64 {
	sum, all := 0.0, 0.0
	for _, g := range c.groups {
		if g.workload == number {
			sum += float64(g.rate * g.objects * g.bytes)
			all += float64(g.rate * g.objects)
		}
	}
	once := float64(c.shares[number] * c.onceOf[number])
	if once > 0 {
		sum += float64(once * c.once.Size)
	}
	return sum / (all + once)
}
