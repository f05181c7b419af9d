package edgewise

import (
	"fmt"
	"slices"

	"github.com/edgewise-sim/edgewise/internal/invalid"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// Billing says how placements are billed.
type Billing struct {
	// Book has the prices. Required.
	Book *tariff.Book
	// Options say what is rented and how it is paid.
	tariff.Options
	// Served is the share of the peak that the servers of a placement are to serve, where the placement does not say how many
	// there are: of requests, those that find a server free (Erlang C), of players, those who have a seat (M_t/G/infinity).
	// 0 means 0.999; else it is in (0, 1).
	Served float64
	// Week is how busy the days of a week are, Monday first, each 0 or more and not all 0; the zero value means that all are
	// alike. The recorded time is of the day of the week that it begins on (UTC), which must not be 0: a month is scaled by the
	// mean of the week against that day, and servers are for its busiest day.
	Week [7]float64
	// LoadBalancers puts a load balancer before the servers of each site that computes requests.
	LoadBalancers bool
	// CacheServers is how many machines a cache has at a site that is of no content delivery network, such as a Local Zone; 0
	// means that nobody knows, which is a gap.
	CacheServers int
	// SnapshotBytes is the size of what a game sends to a player at each tick, CallBytes that of a call for data, both ways
	// together; by workload. Where they are not known, there is a gap.
	SnapshotBytes, CallBytes map[string]int64
}

const (
	defaultServed = 0.999
	daysPerMonth  = 365.0 / 12
	bytesPerGB    = 1e9
)

// served returns the share of the peak that is to be served.
func (b *Billing) served() float64 {
	if b.Served == 0 {
		return defaultServed
	}
	return b.Served
}

// week returns how busy the mean day and the busiest day of a week are against the one that is recorded.
func (b *Billing) week(s *sim.Scenario) (mean, busiest float64) {
	if b.Week == [7]float64{} {
		return 1, 1
	}
	recorded := b.Week[(int(s.Start.Add(s.WarmUp).UTC().Weekday())+6)%7]
	for _, day := range b.Week {
		mean, busiest = mean+day/7, max(busiest, day)
	}
	return mean / recorded, busiest / recorded
}

// month returns how many days like the recorded one a month is.
func (b *Billing) month(s *sim.Scenario) float64 {
	mean, _ := b.week(s)
	return daysPerMonth * mean
}

// validateBilling names the first field of the billing that is out of range.
func (s *Study) validateBilling() error {
	b := s.Billing
	if b == nil {
		return nil
	}
	if b.Book == nil {
		return fmt.Errorf("edgewise: %w", invalid.New("Billing.Book", "nil", "prices, such as those of tariff.Default"))
	}
	plans := append(b.Book.Plans(), tariff.PayAsYouGo)
	errs := []error{
		invalid.Check(b.Served == 0 || b.Served > 0 && b.Served < 1, "Served", b.Served, "more than 0 and less than 1, for example 0.999"),
		invalid.Range("CacheServers", b.CacheServers, 0, 1<<20),
		invalid.Check(b.Plan == "" || slices.Contains(plans, b.Plan), "Plan", b.Plan, fmt.Sprintf("one of %q", plans)),
		invalid.Check(b.Term == "" || slices.Contains(b.Book.Terms(), b.Term), "Term", b.Term, fmt.Sprintf("one of %q", b.Book.Terms())),
		invalid.Check(b.Invalidations >= 0 && b.Invalidations <= 1e15, "Invalidations", b.Invalidations, "0 or more"),
	}
	if b.Week != [7]float64{} {
		mean, busiest := b.week(&s.Scenario)
		errs = append(errs, invalid.Check(slices.Min(b.Week[:]) >= 0 && mean > 0 && mean < 1e6 && busiest < 1e6, "Week", b.Week,
			"7 loads, 0 or more, Monday first, that of the recorded day more than 0"))
	}
	has := func(name string) bool {
		return slices.ContainsFunc(s.Workloads, func(w workload.Workload) bool { return w.Name == name })
	}
	for name := range b.Instances {
		errs = append(errs, invalid.Check(has(name), "Instances", name, "a workload of the study"))
	}
	for name, n := range b.ServersPerInstance {
		errs = append(errs, invalid.Check(has(name), "ServersPerInstance", name, "a workload of the study"),
			invalid.Check(n > 0 && n <= 1<<20, "ServersPerInstance", n, "more than 0"))
	}
	for field, sizes := range map[string]map[string]int64{"SnapshotBytes": b.SnapshotBytes, "CallBytes": b.CallBytes} {
		for name, n := range sizes {
			errs = append(errs, invalid.Check(has(name), field, name, "a workload of the study"), invalid.Range(field, n, 0, 1<<40))
		}
	}
	if err := invalid.First(errs...); err != nil {
		return fmt.Errorf("edgewise: %w", invalid.In("Billing", err))
	}
	return nil
}

// PricedPlace returns a site of a network as prices know it.
func PricedPlace(n *topology.Network, site string) tariff.Place {
	i, ok := n.Index(site)
	if !ok {
		return tariff.Place{ID: site}
	}
	node := n.At(i)
	place := tariff.Place{
		ID: node.ID, Provider: node.Provider, Country: node.Country, Continent: node.Continent,
		IsCDN: node.Kind == topology.PoP || node.Kind == topology.RegionalEdgeCache,
	}
	if !place.IsCDN && node.Parent != "" {
		place.Parent = node.Parent
	}
	return place
}

// billOf returns the bill of what one run of a placement has used.
func (a *admission) billOf(number int, r *sim.Result) (*tariff.Bill, error) {
	if a.peaks == nil {
		a.peaks = make([][]sim.Peak, len(a.study.Placements))
	}
	plan := a.plans[number]
	if a.peaks[number] == nil {
		peaks, err := plan.Peaks()
		if err != nil {
			return nil, err
		}
		a.peaks[number] = peaks
	}
	flows, err := plan.PerDay(r)
	if err != nil {
		return nil, err
	}
	bill := a.study.Billing.BillOf(&a.study.Scenario, &a.study.Placements[number], plan.Rented(a.peaks[number], r), flows)
	return &bill, nil
}

// BillOf returns what a placement of a scenario costs in a month. It is a pure function of the peaks ([sim.Plan.Peaks]) and of what
// is moved in a day, which a run has measured ([sim.Plan.PerDay]) or somebody expects: no run is needed.
func (b *Billing) BillOf(s *sim.Scenario, p *placement.Placement, peaks []sim.Peak, perDay []sim.Flow) tariff.Bill {
	return b.Book.Bill(tariff.Usage{Flows: b.flows(s, perDay), Machines: b.machines(s, p, peaks, perDay)}, b.Options)
}

// flows returns a day's flows as those of a month.
func (b *Billing) flows(s *sim.Scenario, days []sim.Flow) (all []tariff.Flow) {
	month := b.month(s)
	for _, d := range days {
		f := tariff.Flow{
			Workload: d.Workload, From: PricedPlace(s.Network, d.From), Requests: d.Requests * month, GB: d.Bytes * month / bytesPerGB,
			FromShield: d.Tier == placement.OriginShield && d.To != "",
		}
		if d.To != "" {
			to := PricedPlace(s.Network, d.To)
			f.To = &to
		}
		if d.Via != "" {
			via := PricedPlace(s.Network, d.Via)
			f.Via = &via
		}
		if d.UnknownSize {
			b.size(s, &d, &f)
		}
		all = append(all, f)
	}
	return all
}

// size says how much a flow is of which the model has no sizes.
func (b *Billing) size(s *sim.Scenario, d *sim.Flow, f *tariff.Flow) {
	sizes, key, each := b.SnapshotBytes, "snapshot_size", 1.0
	if d.To != "" {
		sizes, key = b.CallBytes, "call_size"
	} else if i := slices.IndexFunc(s.Workloads, func(w workload.Workload) bool { return w.Name == d.Workload }); i >= 0 {
		if game, ok := s.Workloads[i].Service.(workload.Matched); ok {
			each = game.TickHz * game.SendPeriod().Seconds() // snapshots an update
		}
	}
	bytes, ok := sizes[d.Workload]
	f.UnknownSize, f.HowToSay = !ok, fmt.Sprintf("bill.workloads.%s.%s", d.Workload, key)
	f.GB = float64(f.Requests*each) * float64(bytes) / bytesPerGB
}

// machines returns the servers of a placement.
func (b *Billing) machines(s *sim.Scenario, p *placement.Placement, peaks []sim.Peak, days []sim.Flow) (all []tariff.Machines) {
	for _, peak := range peaks {
		if peak.IsShared && peak.Rented == 0 {
			continue // with the game whose cores it shares
		}
		m := tariff.Machines{Workload: peak.Workload, Site: PricedPlace(s.Network, peak.Site), Servers: float64(peak.Servers)}
		isOrigin, fetched := false, 0.0
		for _, d := range days {
			if d.Workload != peak.Workload || d.From != peak.Site {
				continue
			}
			if d.Tier == string(placement.Origin) {
				isOrigin, fetched = true, fetched+d.Requests/(24*3600)
			} else if d.To == "" && d.Tier == "" {
				m.BalancedGB += d.Bytes * b.month(s) / bytesPerGB
			}
		}
		m.Balanced = b.LoadBalancers && m.BalancedGB > 0
		_, busiest := b.week(s)
		offered := busiest * max(peak.Offered, fetched*peak.OfMean*peak.Work)
		switch {
		case peak.IsShared:
			m.Servers, m.Rented = 0, peak.Rented
		case peak.Servers > 0:
			m.Rented = peak.Rented
		case isOrigin || peak.Work > 0:
			if m.Servers = tariff.ServersWithoutWait(offered, b.served()); peak.Work > 0 {
				m.Servers = max(1, m.Servers) // it must be there
			}
		case !peak.IsKnown:
			m.Unknown = fmt.Sprintf("how many servers %s needs is not known, for its demand does not say its peak: say servers", peak.Workload)
		case peak.PerServer > 0:
			m.Servers = max(1, ceilOf(tariff.SeatsFor(offered, b.served())/float64(peak.PerServer)))
		default:
			m.Servers = max(1, tariff.ServersWithoutWait(offered, b.served()))
		}
		if m.Servers > 0 || m.Rented > 0 || m.Unknown != "" {
			all = append(all, m)
		}
	}
	for _, t := range p.Tiers {
		for _, c := range t.Caches {
			n, _ := s.Network.Index(c.Site)
			if s.Network.At(n).Kind != topology.LocalZone {
				continue // of the content delivery network
			}
			m := tariff.Machines{Workload: t.Name, Site: PricedPlace(s.Network, c.Site), Servers: float64(b.CacheServers)}
			if b.CacheServers == 0 {
				m.Unknown = "how many machines the " + t.Name + " has is not known: bill.cache_servers"
			}
			all = append(all, m)
		}
	}
	return all
}

// FloorOf returns what a placement's peaks and a part of what is moved in a day add to a bill at least, whatever the rest is, where of no item
// more is used in all than most says ([tariff.Book.Floor]); and how much of that is for a content delivery network by use.
func (b *Billing) FloorOf(s *sim.Scenario, p *placement.Placement, peaks []sim.Peak, perDay []sim.Flow, most map[tariff.Item]float64) (money, ofCDN float64) {
	return b.Book.Floor(tariff.Usage{Flows: b.flows(s, perDay), Machines: b.machines(s, p, peaks, perDay)}, b.Options, most)
}

// MonthOf returns what is moved in a day as what is moved in a month.
func (b *Billing) MonthOf(s *sim.Scenario, perDay []sim.Flow) []tariff.Flow {
	return b.flows(s, perDay)
}
