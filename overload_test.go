package edgewise_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/topology/catalog"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// withServers returns a placement under another name, with so many servers that compute.
func withServers(p placement.Placement, name string, servers int) placement.Placement {
	p = p.With().Named(name)
	p.Sites[1].Servers = servers
	return p
}

func TestOverloadedPlacementIsRefusedAndTheRestReported(t *testing.T) {
	s := queueStudy(t, 2.9) // of one server
	s.Replications, s.WarmUp = 3, time.Second
	region := s.Placements[0]
	s.Placements = []placement.Placement{withServers(region, "two", 2), withServers(region, "six", 6), withServers(region, "eight", 8)}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, c.Refused, 1)
	require.Equal(t, "two", c.Refused[0].Placement)
	require.Equal(t, "api at region: work for 2.9 servers, of which there are 2: a load of 145 %, so that it will never be steady", c.Refused[0].Reason)
	require.Len(t, c.Placements, 2)
	require.Equal(t, "six", c.Placements[0].Name, "the first that is left is the baseline")
	require.InDelta(t, 2.9/6, c.Placements[0].Loads[0].Ratio(), 1e-9)
	f, err := c.Placement("eight").Workload("api").Metric("ttfb").Mean()
	require.NoError(t, err)
	require.NotNil(t, f.Difference)

	t.Run("however its cells come", func(t *testing.T) {
		cells, err := s.Cells()
		require.NoError(t, err)
		require.Len(t, cells, 6)
		again, err := s.Compare(context.Background(), runCells(t, s, cells))
		require.NoError(t, err)
		require.Equal(t, string(write(t, c).text), string(write(t, again).text))
		_, err = s.RunCell(context.Background(), edgewise.Cell{Placement: "two"})
		require.ErrorContains(t, err, "a load of 145 %")
	})
	t.Run("none is left", func(t *testing.T) {
		alone := *s
		alone.Placements = s.Placements[:1]
		_, err := alone.Run(context.Background())
		var overload *edgewise.OverloadError
		require.ErrorAs(t, err, &overload)
		require.NotContains(t, err.Error(), "make warm_up")
	})
	t.Run("the check is off", func(t *testing.T) {
		off := *s
		off.SkipWarmUpCheck = true
		c, err := off.Run(context.Background())
		require.NoError(t, err)
		require.Empty(t, c.Refused)
		require.Len(t, c.Placement("two").Overloaded(), 1)
		require.Empty(t, c.Placement("six").Overloaded())
		w := c.Placement("two").Workload("api")
		asked, err := w.Figure("requests", "count")
		require.NoError(t, err)
		of, err := c.Placement("six").Workload("api").Figure("requests", "count")
		require.NoError(t, err)
		require.Equal(t, of.Value, asked.Value, "who still waits at the end is counted")
		for _, d := range w.Latency {
			require.Equal(t, uint64(asked.Value*float64(c.Replications)+.5), d.Pooled.Count(), "and has a latency")
		}
	})
}

// slowStudy is the review's case of a slow link: 100 kB by cache and by computing, via a PoP 5 ms away, 20 ms from the region.
func slowStudy(t *testing.T, perSecond float64, metroMbit, backboneMbit float64) *edgewise.Study {
	t.Helper()
	link := func(from, to string, kind topology.LinkKind, ms, mbit float64) []topology.Link {
		return topology.Link{From: from, To: to, Kind: kind, OneWay: time.Duration(ms * 1e6), CapacityBitsPerSecond: mbit * 1e6}.Both()
	}
	net, err := topology.New([]topology.Node{
		{ID: "region", Kind: topology.Region}, {ID: "x", Kind: topology.Exchange}, {ID: "pop", Kind: topology.PoP}, {ID: "metro", Kind: topology.Metro, Users: 1},
	}, append(append(link("metro", "pop", topology.Internet, 5, metroMbit), link("pop", "region", topology.Backbone, 20, backboneMbit)...),
		append(link("metro", "x", topology.Internet, 20, 0), link("x", "region", topology.Internet, 20, 0)...)...))
	require.NoError(t, err)
	s := queueStudy(t, 1)
	s.Network, s.WarmUp, s.Duration, s.Replications = net, 0, time.Duration(300/perSecond*1e9), 3
	keep := transport.Connection{Idle: transport.KeepWindow}
	s.Workloads = []workload.Workload{
		{
			Head: workload.Head{Name: "files", Client: keep}, Demand: workload.Poisson{RequestsPerSecond: perSecond, Objects: 4_000_000_000},
			Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 100_000, MaxBytes: 100_000}},
		},
		{
			Head: workload.Head{Name: "api", Client: keep}, Demand: workload.Poisson{RequestsPerSecond: perSecond},
			Service: workload.Computed{ResponseBytes: 100_000},
		},
	}
	via := placement.RegionOnly("region").WithPoPs(1000, "pop").WithUpstream(transport.Upstream{AlwaysOpen: true})
	via.Routes = []placement.Route{{Role: placement.Compute, ViaPoP: true}}
	s.Placements = []placement.Placement{via, placement.RegionOnly("region").Named("direct")}
	return s
}

func TestLinkCapacityDelaysEveryWayThatHasOne(t *testing.T) {
	for what, mbit := range map[string][2]float64{"metro-PoP": {1, 0}, "PoP-region": {0, 1}} {
		s := slowStudy(t, 0.05, mbit[0], mbit[1])
		c, err := s.Run(context.Background())
		require.NoError(t, err, what)
		for _, name := range []string{"files", "api"} {
			w := c.Placements[0].Workload(name)
			ttlb, err := w.Metric("ttlb").Mean()
			require.NoError(t, err)
			require.InDelta(t, 50+800, ttlb.Value, 0.5, "%s, %s: 100 kB at 1 Mbit/s", what, name)
			direct, err := c.Placements[1].Workload(name).Metric("ttlb").Mean()
			require.NoError(t, err)
			require.Less(t, direct.Value, 81., what)
		}
	}
}

func TestOverloadedLinksAreNamed(t *testing.T) {
	for link, mbit := range map[string][2]float64{"link pop -> metro": {1, 0}, "link region -> pop": {0, 1}} {
		c, err := slowStudy(t, 50, mbit[0], mbit[1]).Run(context.Background())
		require.NoError(t, err)
		require.Len(t, c.Refused, 1)
		require.Contains(t, c.Refused[0].Reason, link)
		require.Len(t, c.Refused[0].Loads, 1)
		require.InEpsilon(t, 80, c.Refused[0].Loads[0].Ratio(), 0.1, "80 Mbit/s of two workloads over 1 Mbit/s")
		require.Len(t, c.Placements, 1)
	}
}

func TestOverloadedOriginBehindCachesIsNamed(t *testing.T) {
	s := slowStudy(t, 50, 0, 0)
	s.Workloads = []workload.Workload{workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin.Mean = 50 * time.Millisecond })}
	via := s.Placements[0]
	via.Routes = nil
	via.Sites = []placement.Assignment{{Site: "region", Role: placement.Origin, Servers: 2}}
	enough := via.With().Named("enough")
	enough.Sites[0].Servers = 5
	s.Placements = []placement.Placement{enough, via}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, c.Refused, 1)
	require.Contains(t, c.Refused[0].Reason, "files at region: work for 2.")
	require.InDelta(t, 2.5/5, c.Placements[0].Loads[0].Ratio(), 0.1)
}

// A placement that is refused after it has run takes its sites with it, and no figure of the other sites moves.
func TestSitesKeepTheirFiguresWhenAPlacementIsRefused(t *testing.T) {
	s := slowStudy(t, 50, 0, 0)
	link := func(from, to string, kind topology.LinkKind) []topology.Link {
		return topology.Link{From: from, To: to, Kind: kind, OneWay: 5 * time.Millisecond}.Both()
	}
	net, err := topology.New(append([]topology.Node{{ID: "a", Kind: topology.PoP}}, s.Network.AllNodes()...),
		append(append(s.Network.Links(), link("metro", "a", topology.Internet)...), link("a", "region", topology.Backbone)...))
	require.NoError(t, err)
	s.Network = net
	s.Workloads = []workload.Workload{workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin.Mean = 50 * time.Millisecond })}
	enough := placement.RegionOnly("region").WithPoPs(1000, "pop").Named("enough")
	enough.Sites = []placement.Assignment{{Site: "region", Role: placement.Origin, Servers: 5}}
	few := placement.RegionOnly("region").WithPoPs(1000, "a").Named("few")
	few.Sites = []placement.Assignment{{Site: "region", Role: placement.Origin, Servers: 2}}
	s.Placements = []placement.Placement{enough, few}
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, c.Refused, 1)
	s.Placements = s.Placements[:1]
	alone, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, alone.Placements[0].Workloads[0].Sites, 2)
	require.Equal(t, alone.Placements[0].Workloads[0].Sites, c.Placements[0].Workloads[0].Sites)
}

func TestGamesWithoutSeatsForAllAreNamedAndNotRefused(t *testing.T) {
	n, err := catalog.AWS(catalog.Selection{Metros: []string{"los-angeles-us", "phoenix-us"}, Regions: []string{"us-west-2", "us-east-1"}})
	require.NoError(t, err)
	few := placement.Placement{
		Name:    "few",
		Sites:   []placement.Assignment{{Site: "us-west-2", Role: placement.Compute, Servers: 1}, {Site: "us-east-1", Role: placement.Compute, Servers: 1}},
		Routing: placement.Weighted{{Site: "us-west-2", Weight: 3}, {Site: "us-east-1", Weight: 1}},
	}
	many := few.With().Named("many")
	for i := range many.Sites {
		many.Sites[i].Servers = 50
	}
	s := &edgewise.Study{
		Scenario: sim.Scenario{
			Network: n, Workloads: []workload.Workload{workload.CompetitiveFPS().WithPlayers(200)}, Seed: 1,
			Start: time.Date(2026, 3, 3, 4, 0, 0, 0, time.UTC), WarmUp: time.Second, Duration: 5 * time.Second, // in the evening
		},
		Placements: []placement.Placement{few, many}, Replications: 1,
	}
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) { m.SampledUpdates, m.Market = 0.01, workload.Market{} })
	c, err := s.Run(context.Background())
	require.NoError(t, err)
	require.Empty(t, c.Refused)
	players := c.Demand[0].Recorded
	require.Greater(t, players, 250.)
	over := c.Placement("few").Overloaded()
	require.Len(t, over, 2, "one server has 3 matches of 10 players")
	require.InEpsilon(t, players, over[0].Offered+over[1].Offered, 1e-9)
	for _, l := range over {
		require.Equal(t, 30., l.Capacity)
		require.Equal(t, sim.Players, l.Unit)
		share := map[string]float64{"us-west-2": 0.75, "us-east-1": 0.25}[l.Site]
		require.InEpsilon(t, share*players, l.Offered, 1e-9, l.Site)
		require.Regexp(t, `^competitive-fps at us-(west-2|east-1): about \d+ players for 30 seats: a load of \d+ %$`, l.String())
	}
	require.Empty(t, c.Placement("many").Overloaded())
	require.Len(t, c.Placement("many").Loads, 2)
}

func TestAMarketWithoutSeatsForAllIsNamedAndNotRefused(t *testing.T) {
	n, err := catalog.AWS(catalog.Selection{Metros: []string{"los-angeles-us", "phoenix-us"}, Regions: []string{"us-west-2", "us-east-1"}})
	require.NoError(t, err)
	game := workload.Change(workload.CompetitiveFPS().WithPlayers(200), func(m *workload.Matched) { m.SampledUpdates = 0.01 })
	second := workload.Change(game.Named("second").WithPlayers(100), func(m *workload.Matched) { m.MatchesPerServer = 6 })
	at := func(name string, west, east placement.Assignment) placement.Placement {
		west.Site, west.Role, east.Site, east.Role = "us-west-2", placement.Compute, "us-east-1", placement.Compute
		return placement.Placement{Name: name, Sites: []placement.Assignment{west, east}}
	}
	for _, test := range []struct {
		name       string
		west, east placement.Assignment
		seats      []float64 // of each game
	}{
		{"servers of its own", placement.Assignment{Servers: 1}, placement.Assignment{Servers: 2},
			[]float64{90, 180}},
		{"cores that both share", placement.Assignment{Cores: 1}, placement.Assignment{Cores: 2},
			[]float64{72, 36}},
		{"one that rents", placement.Assignment{Cores: 1}, placement.Assignment{Cores: 1, Elastic: true}, nil},
		{"one that always has enough", placement.Assignment{Servers: 1}, placement.Assignment{}, nil},
		{"one that stands in", placement.Assignment{Servers: 1}, placement.Assignment{Servers: 50, Backup: true},
			[]float64{30, 60}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &edgewise.Study{
				Scenario: sim.Scenario{
					Network: n, Workloads: []workload.Workload{game, second}, Seed: 1,
					Start: time.Date(2026, 3, 3, 4, 0, 0, 0, time.UTC), WarmUp: time.Second, Duration: time.Second,
				},
				Placements: []placement.Placement{at("limited", test.west, test.east)}, Replications: 1,
			}
			c, err := s.Run(context.Background())
			require.NoError(t, err)
			require.Empty(t, c.Refused)
			loads := c.Placement("limited").Loads
			require.Len(t, loads, len(test.seats))
			for i, seats := range test.seats {
				require.Empty(t, loads[i].Site)
				require.InEpsilon(t, c.Demand[i].Recorded, loads[i].Offered, 1e-9)
				require.InEpsilon(t, seats, loads[i].Capacity, 1e-9)
				require.Regexp(t, fmt.Sprintf(`^%s at all its sites: about \d+ players for %v seats: a load of [0-9.]+ %%$`, s.Workloads[i].Name, seats), loads[i].String())
			}
		})
	}
}

func TestCapacityThatWouldHaveNoEffectIsRefused(t *testing.T) {
	s := slowStudy(t, 1, 5, 0)
	game := workload.Change(workload.CompetitiveFPS().WithPlayers(10), func(m *workload.Matched) { m.Market = workload.Market{} })
	s.Workloads = []workload.Workload{game}
	via := placement.RegionOnly("region").WithPoPs(1000, "pop")
	via.Routes = []placement.Route{{Workloads: []string{game.Name}, ViaPoP: true}}
	s.Placements = []placement.Placement{via}
	_, err := s.Run(context.Background())
	require.ErrorContains(t, err, `workload "competitive-fps": metro "metro": link "metro" -> "pop" has a capacity of 5 Mbit/s, which player updates would not feel`)

	s = slowStudy(t, 1, 0, 5)
	s.Workloads = []workload.Workload{workload.Change(s.Workloads[1], func(c *workload.Computed) {
		c.Data = workload.DataCalls{Home: "pop", Probability: 1, Calls: 1}
	})}
	s.Placements = s.Placements[1:]
	_, err = s.Run(context.Background())
	require.ErrorContains(t, err, `workload "api": site "region": link "pop" -> "region" has a capacity of 5 Mbit/s, which calls for data would not feel`)
}
