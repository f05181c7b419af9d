package edgewise_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/placement/tariff"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/workload"
)

const someIn = `kind,provider,item,name,place,from,to,unit,price,date,source
price,aws,instance,c7i.large,us-west-2,,,hour,0.10,2026-11,made up
price,aws,instance,c7i.large,us-west-2-lax-1,,,hour,0.15,2026-11,made up
price,aws,egress,,us-west-2,,,GB,0.09,2026-11,made up
price,aws,egress,,us-west-2-lax-1,,,GB,0.10,2026-11,made up
price,aws,zone-parent,,us-west-2-lax-1,,,GB,0.01,2026-11,made up
price,aws,load-balancer,,us-west-2,,,hour,0.02,2026-11,made up
price,aws,load-balancer,,us-west-2-lax-1,,,hour,0.04,2026-11,made up
price,aws,load-balancer-use,,world,,,LCU-hour,0.008,2026-11,made up
`

// billedStudy is the small study with prices for all that it uses.
func billedStudy(t testing.TB) *edgewise.Study {
	t.Helper()
	s := smallStudy(t)
	own, err := tariff.Read("own.csv", strings.NewReader(someIn), nil)
	require.NoError(t, err)
	book, err := tariff.NewBook(tariff.Default(), own)
	require.NoError(t, err)
	names := func(n int64) map[string]int64 {
		all := map[string]int64{}
		for _, w := range s.Workloads {
			all[w.Name] = n
		}
		return all
	}
	s.Billing = &edgewise.Billing{
		Book: book, Options: tariff.Options{Instance: "c7i.large", Plan: tariff.PayAsYouGo}, LoadBalancers: true,
		SnapshotBytes: names(200), CallBytes: names(2000),
	}
	return s
}

func TestABillMovesNoOtherFigure(t *testing.T) {
	without, err := smallStudy(t).Run(context.Background())
	require.NoError(t, err)
	with, err := billedStudy(t).Run(context.Background())
	require.NoError(t, err)
	for i := range with.Placements {
		require.NotNil(t, with.Placements[i].Bill)
		with.Placements[i].Bill = nil
	}
	require.Equal(t, asJSON(t, without), asJSON(t, with))
}

func TestTheBillOfCellsIsTheBillOfTheStudy(t *testing.T) {
	s := billedStudy(t)
	want, err := s.Run(context.Background())
	require.NoError(t, err)
	cells, err := s.Cells()
	require.NoError(t, err)
	var results []*edgewise.CellResult
	for i := range cells {
		r, err := s.RunCell(context.Background(), cells[len(cells)-1-i])
		require.NoError(t, err)
		results = append(results, r)
	}
	found, err := s.Compare(context.Background(), results)
	require.NoError(t, err)
	require.Equal(t, asJSON(t, want), asJSON(t, found))
}

func TestPartsOfABillSumToTheWhole(t *testing.T) {
	c, err := billedStudy(t).Run(context.Background())
	require.NoError(t, err)
	for _, p := range c.Placements {
		require.Empty(t, p.Bill.Gaps, p.Name)
		total := found(t, p.Bill.Figures, edgewise.BillTotal, "total")
		require.Positive(t, total.Value)
		var items, sites, lines float64
		for _, f := range p.Bill.Figures {
			switch f.Metric {
			case edgewise.BillByItem:
				items += f.Value
			case edgewise.BillBySite:
				sites += f.Value
			}
		}
		for _, l := range p.Bill.Lines {
			lines += l.Money.Value
		}
		for _, sum := range []float64{items, sites, lines} {
			require.InDelta(t, total.Value, sum, 1e-6*total.Value)
		}
	}
	// Against the baseline the money is paired, and a Local Zone is the only site that the third placement has more.
	base, zone := found(t, c.Placements[0].Bill.Figures, edgewise.BillTotal, "total"), found(t, c.Placements[2].Bill.Figures, edgewise.BillTotal, "total")
	require.InDelta(t, zone.Value-base.Value, zone.Difference.Value, 1e-6)
	marginal := found(t, c.Placements[2].Bill.Figures, edgewise.BillMarginal, "us-west-2-lax-1")
	require.InDelta(t, zone.Difference.Value, marginal.Value, 1e-6)
	require.InDelta(t, zone.Difference.Value, found(t, c.Placements[2].Bill.Figures, edgewise.BillPerSite, "mean").Value, 1e-6)
	two := found(t, c.Placements[1].Bill.Figures, edgewise.BillTotal, "total")
	require.InDelta(t, two.Difference.Value/2, found(t, c.Placements[1].Bill.Figures, edgewise.BillPerSite, "mean").Value, 1e-6)
}

// What is delivered in the recorded time becomes a month by hand.
func TestTrafficIsScaledToAMonth(t *testing.T) {
	s := billedStudy(t)
	s.Workloads = s.Workloads[:1]
	s.Workloads[0].Day = workload.Flat()
	s.Billing.SnapshotBytes, s.Billing.CallBytes = nil, nil
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	const month = 365.0 / 12 * 24 * 3600 / 20 // of 20 s
	for _, p := range c.Placements[:2] {
		w := p.Workloads[0]
		var requests, gb float64
		for _, l := range p.Bill.Lines {
			switch l.Item {
			case tariff.Egress, tariff.CDNEgress:
				gb += l.Quantity
			case tariff.CDNRequests:
				requests += l.Quantity
			}
		}
		require.InEpsilon(t, found(t, w.Figures, "bytes", "delivered").Value*month/1e9, gb, 1e-9, p.Name)
		if p.Name != "region only" {
			require.InEpsilon(t, found(t, w.Figures, "requests", "count").Value*month, requests, 1e-9)
			fetched, ok := p.Bill.Find(tariff.OriginFetch, "us-west-2")
			require.True(t, ok)
			require.Zero(t, fetched.Value)
		}
	}
	// 100 servers as the placement says, of 730 hours at 0.10.
	machines, ok := c.Placements[0].Bill.Find(tariff.Instance, "us-west-2")
	require.True(t, ok)
	require.InDelta(t, 100*730*0.10, machines.Value, 1e-6)
}

// A window at the busiest hour makes the same month as one at the quietest, though it has more requests.
func TestTheDayIsTakenOutOfAMonth(t *testing.T) {
	perDay := func(hour int) float64 {
		s := billedStudy(t)
		s.Workloads = s.Workloads[:1]
		day, err := workload.Evening(3)
		require.NoError(t, err)
		s.Workloads[0].Day = day
		s.Start = time.Date(2026, time.March, 3, hour, 0, 0, 0, time.UTC)
		plans, err := sim.Compile(context.Background(), s.Scenario, s.Placements[1])
		require.NoError(t, err)
		r, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		flows, err := plans[0].PerDay(r)
		require.NoError(t, err)
		sum := 0.0
		for _, f := range flows {
			if f.To == "" {
				sum += f.Requests
			}
		}
		return sum
	}
	const mean = 200 * 24 * 3600
	require.InEpsilon(t, mean, perDay(5), 0.05)  // 21 h in Los Angeles
	require.InEpsilon(t, mean, perDay(17), 0.08) // 9 h
}

// The recorded time is on a Tuesday, which is half as busy as the mean of the week.
func TestTheWeekIsTakenOutOfAMonth(t *testing.T) {
	quantity := func(week [7]float64) (gb, hours float64) {
		s := billedStudy(t)
		s.Workloads, s.Billing.SnapshotBytes, s.Billing.CallBytes = s.Workloads[1:2], nil, map[string]int64{}
		s.Placements = s.Placements[:1]
		s.Placements[0].Sites[1].Servers = 0
		s.Billing.Week = week
		c, err := s.Run(context.Background())
		require.NoError(t, err)
		for _, l := range c.Placements[0].Bill.Lines {
			switch l.Item {
			case tariff.Egress:
				gb += l.Quantity
			case tariff.Instance:
				hours += l.Quantity
			}
		}
		return gb, hours
	}
	alike, few := quantity([7]float64{})
	half, many := quantity([7]float64{2, 1, 2, 2, 2, 2, 3})
	require.InEpsilon(t, 2*alike, half, 1e-9)
	require.Greater(t, many, few)
}

func TestServersAreForThePeak(t *testing.T) {
	s := billedStudy(t)
	plans, err := sim.Compile(context.Background(), s.Scenario, s.Placements[2])
	require.NoError(t, err)
	peaks, err := plans[0].Peaks()
	require.NoError(t, err)
	game, players := s.Workloads[2], 0.0
	for _, p := range peaks {
		require.True(t, p.IsKnown)
		if p.Workload == game.Name {
			service := game.Service.(workload.Matched)
			require.Equal(t, service.MatchesPerServer*service.MatchPlayers, p.PerServer)
			players += p.Offered
		}
	}
	users, err := sim.Audiences(s.Network, &game)
	require.NoError(t, err)
	busiest, err := game.PeakLoad(users, s.Start)
	require.NoError(t, err)
	require.InEpsilon(t, 60*busiest, players, 0.02) // both metros are an hour apart
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	for _, l := range c.Placements[2].Bill.Lines {
		if l.Item == tariff.Instance {
			require.Zero(t, math.Mod(l.Quantity, tariff.HoursPerMonth), l.Site)
		}
	}
}

// A region rents out cores to games whose own are full, at the price of an instance, for as long as matches run on them.
func TestRentedCoresAreOnTheBill(t *testing.T) {
	for name, games := range map[string]int{"one game": 1, "two games that share them": 2} {
		t.Run(name, func(t *testing.T) {
			s := billedStudy(t)
			game := workload.Change(s.Workloads[2].WithPlayers(120), func(m *workload.Matched) { m.Market.Parties, m.SampledUpdates = nil, 0.01 })
			s.Workloads, s.Billing.SnapshotBytes = []workload.Workload{game}, map[string]int64{game.Name: 200}
			if games == 2 {
				s.Workloads, s.Billing.SnapshotBytes["second"] = append(s.Workloads, game.Named("second")), 200
			}
			s.Billing.CallBytes, s.Billing.LoadBalancers = map[string]int64{}, false
			at := func(name string, a placement.Assignment) placement.Placement {
				a.Site, a.Role = "us-west-2", placement.Compute
				return placement.Placement{Name: name, Sites: []placement.Assignment{a}}
			}
			s.Placements = []placement.Placement{at("full", placement.Assignment{Cores: 2}), at("rents", placement.Assignment{Cores: 2, Elastic: true})}
			c, err := s.Run(context.Background())
			require.NoError(t, err)
			cost := func(name string) (sum float64) {
				for _, l := range c.Placement(name).Bill.Lines {
					if l.Item == tariff.Instance {
						sum += l.Money.Value
					}
				}
				return sum
			}
			require.InDelta(t, 2*730*0.10, cost("full"), 1e-6)
			rented := 0.0
			for _, w := range s.Workloads {
				rented += found(t, c.Placement("rents").Workload(w.Name).Figures, "cores", "rented").Value
			}
			require.Greater(t, rented, 1.)
			require.InEpsilon(t, (2+rented)*730*0.10, cost("rents"), 1e-6)
		})
	}
}

func TestWrongBillingIsRefused(t *testing.T) {
	for want, change := range map[string]func(*edgewise.Billing){
		"Billing.Book is nil":        func(b *edgewise.Billing) { b.Book = nil },
		"Billing.Served is 1":        func(b *edgewise.Billing) { b.Served = 1 },
		"Billing.Week is [1 0 1":     func(b *edgewise.Billing) { b.Week = [7]float64{1, 0, 1, 1, 1, 1, 1} },
		"Billing.Plan is Gold":       func(b *edgewise.Billing) { b.Plan = "Gold" },
		"Billing.Term is 9y":         func(b *edgewise.Billing) { b.Term = "9y" },
		"Billing.Instances is chess": func(b *edgewise.Billing) { b.Instances = map[string]string{"chess": "c7i.large"} },
	} {
		s := billedStudy(t)
		change(s.Billing)
		require.ErrorContains(t, s.Validate(), want)
	}
}
