package sim

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// threePoPs is so many metros, each 3, 5 and 8 ms from the PoPs a, b and c, which are 25 ms from the
// region; the region is 40 ms from the metros.
func threePoPs(t testing.TB, metros int) *topology.Network {
	t.Helper()
	nodes := []topology.Node{
		{ID: "a", Kind: topology.PoP}, {ID: "b", Kind: topology.PoP}, {ID: "c", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}
	var links []topology.Link
	for _, pop := range []string{"a", "b", "c"} {
		links = append(links, both(pop, "region", topology.Backbone, 25)...)
	}
	for i := range metros {
		metro := fmt.Sprintf("metro-%d", i)
		nodes = append(nodes, topology.Node{ID: metro, Kind: topology.Metro, Users: 1})
		links = append(links, both(metro, "a", topology.Internet, 3)...)
		links = append(links, both(metro, "b", topology.Internet, 5)...)
		links = append(links, both(metro, "c", topology.Internet, 8)...)
		links = append(links, both(metro, "region", topology.Internet, 40)...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	return n
}

// popABC caches at all three PoPs; the region computes and is the origin.
func popABC(rule placement.Routing) placement.Placement {
	p := placement.RegionOnly("region").WithPoPs(1<<20, "a", "b", "c").WithUpstream(open)
	p.Routing = rule
	return p
}

// onOpenConnections asks for one object, at no cost but the way.
func onOpenConnections(perSecond float64) workload.Workload {
	w := oneObject()
	w = w.WithRequestsPerSecond(perSecond)
	w.Client.NewShare, w.Client.Idle = 0, transport.KeepWindow
	return w
}

func TestAnycastMisleadsAFifthOfTheProviders(t *testing.T) {
	const metros = 400
	s := Scenario{Network: threePoPs(t, metros), Workloads: []workload.Workload{onOpenConnections(1)}, Duration: time.Second, Seed: 1}
	second := onOpenConnections(1)
	second.Name = "other"
	s.Workloads = append(s.Workloads, second)
	plans, err := Compile(context.Background(), s, popABC(placement.Anycast{}))
	require.NoError(t, err)
	providers := map[string]int{}
	for m := range metros {
		for _, e := range plans[0].workloads[0].entries[m] {
			groups := placement.ProvidersPerMetro
			if e.share != nil {
				groups = 0
				for g := range e.share.upTo {
					if e.share.takes[0][g] {
						groups++
					}
				}
			}
			providers[plans[0].sites[e.site].id] += groups
		}
	}
	// 4,000 providers: 800 misled, half of them to the second best, and 3 standard deviations.
	require.Equal(t, 4000, providers["a"]+providers["b"]+providers["c"])
	require.InDelta(t, 3200, providers["a"], 76)
	require.InDelta(t, 400, providers["b"], 57)
	require.InDelta(t, 400, providers["c"], 57)
	require.Equal(t, plans[0].workloads[0].entries, plans[0].workloads[1].entries, "a provider leads all workloads to the same site")

	none := popABC(placement.Anycast{Misdirected: placement.FractionOf(0)})
	plans, err = Compile(context.Background(), s, none, popABC(placement.NearestRTT{}))
	require.NoError(t, err)
	for i := range plans[0].workloads {
		for m := range metros {
			require.Len(t, plans[0].workloads[i].entries[m], 1)
			require.Equal(t, plans[1].workloads[i].entries[m][0].site, plans[0].workloads[i].entries[m][0].site)
		}
	}
}

func TestWeightsShareTheUsersOfAMetro(t *testing.T) {
	w := onOpenConnections(100)
	w.Deadlines = []time.Duration{8 * time.Millisecond}
	s := Scenario{Network: threePoPs(t, 1), Workloads: []workload.Workload{w}, WarmUp: time.Second, Duration: 200 * time.Second, Seed: 5}
	p := popABC(placement.Weighted{{Site: "b", Weight: 1}, {Site: "a", Weight: 3}})
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	require.InDelta(t, 0.75, float64(tally.Within(TTFB)[0])/float64(tally.Count(Requests)), 0.012, "3 standard deviations of 20,000")
	requireLatency(t, tally, TTFB, 6*ms, 10*ms) // nobody goes to c, which has no weight

	p.Routing = placement.Weighted{{Site: "region", Weight: 1}}
	tally = &runOne(t, s, p).Workloads[0].Metros[0]
	requireLatency(t, tally, TTFB, 6*ms, 6*ms) // no PoP has a weight: the nearest serves
}

func TestPinsComeBeforeTheNearest(t *testing.T) {
	s := Scenario{Network: threePoPs(t, 2), Workloads: []workload.Workload{onOpenConnections(10)}, WarmUp: 10 * time.Second, Duration: 100 * time.Second, Seed: 5}
	p := popABC(placement.Pinned{{Metro: "metro-1", Site: "region"}, {Metro: "metro-1", Site: "c"}})
	r := runOne(t, s, p)
	requireLatency(t, &r.Workloads[0].Metros[0], TTFB, 6*ms, 6*ms)
	requireLatency(t, &r.Workloads[0].Metros[1], TTFB, 16*ms, 16*ms) // the region caches nothing
}

func TestUsersAreTheSameWhoeverServesThem(t *testing.T) {
	// Two regions in the same place: who is sent where must not change a nanosecond.
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "town", Kind: topology.Exchange},
		{ID: "east", Kind: topology.Region}, {ID: "west", Kind: topology.Region},
	}, append(append(both("metro", "town", topology.Access, 5), both("town", "east", topology.Internet, 20)...), both("town", "west", topology.Internet, 20)...))
	require.NoError(t, err)
	site, api, game := workload.WebStatic(), workload.APIDynamic(), shooter()
	site = site.WithRequestsPerSecond(100)
	api = api.WithRequestsPerSecond(100)
	game = game.WithPlayers(50)
	site = workload.Change(site, func(c *workload.Cacheable) {
		c.Origin = workload.ServiceTime{Mean: 5 * time.Millisecond, Law: workload.ExponentialTime}
	})
	game = workload.Change(game, func(m *workload.Matched) { m.MatchPlayers, m.MinPlayers = 1, 1 })
	api = workload.Change(api, func(c *workload.Computed) { c.Data.Replicated = true }) // so that all sites are alike
	s := Scenario{
		Network: n, Workloads: []workload.Workload{site, api, game},
		WarmUp: time.Second, Duration: 20 * time.Second, Seed: 3,
	}
	region := placement.RegionOnly("east")
	twice := region.With(placement.RegionOnly("west").Sites...)
	twice.Routing = placement.Anycast{Misdirected: placement.FractionOf(0.5)}
	twice.Routes = []placement.Route{{Role: placement.Compute, Routing: twice.Routing}}
	shared := twice
	shared.Routes = nil
	shared.Routing = placement.Weighted{{Site: "east", Weight: 1}, {Site: "west", Weight: 2}}
	want := runOne(t, s, region)
	for _, p := range []placement.Placement{twice, shared} {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		require.Len(t, plans[0].workloads[0].entries[0], 2)
		got, err := plans[0].RunOn(context.Background(), 0, 2, nil)
		require.NoError(t, err)
		for i := range 2 {
			require.Equal(t, want.Workloads[i].Metros[0], got.Workloads[i].Metros[0], want.Workloads[i].Name)
		}
		a, b := &want.Workloads[2].Metros[0], &got.Workloads[2].Metros[0]
		require.Equal(t, a.Count(Requests), b.Count(Requests))
		// Which match an update is in depends on who plays with whom, and with it the jitter that is drawn for it.
		require.Equal(t, a.Metric(PlayerRTT), b.Metric(PlayerRTT))
	}
}

// The rule of a content delivery network steers neither an API nor a game: their sites are unicast.
func TestAnycastLeavesGamesAndAPIsAlone(t *testing.T) {
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1},
		{ID: "east", Kind: topology.Region}, {ID: "west", Kind: topology.Region}, {ID: "near", Kind: topology.PoP}, {ID: "far", Kind: topology.PoP},
	}, slices.Concat(both("metro", "east", topology.Internet, 10), both("metro", "west", topology.Internet, 30),
		both("metro", "near", topology.Internet, 2), both("metro", "far", topology.Internet, 20),
		both("near", "east", topology.Backbone, 9), both("far", "east", topology.Backbone, 9), both("west", "east", topology.Backbone, 9)))
	require.NoError(t, err)
	s := Scenario{Network: n, Workloads: []workload.Workload{
		shooter().WithPlayers(30), workload.APIDynamic().WithRequestsPerSecond(20), workload.WebStatic().WithRequestsPerSecond(20),
	}, Duration: 20 * time.Second, Seed: 3}
	nearest := placement.RegionOnly("east").With(placement.Assignment{Site: "west", Role: placement.Compute}).WithPoPs(1<<20, "near", "far")
	anycast := nearest
	anycast.Routing = placement.Anycast{Misdirected: placement.FractionOf(1)}
	want, got := runOne(t, s, nearest), runOne(t, s, anycast)
	for i := range 2 {
		require.Equal(t, want.Workloads[i].Metros[0], got.Workloads[i].Metros[0], want.Workloads[i].Name)
	}
	require.NotEqual(t, want.Workloads[2].Metros[0].Causes[Propagation], got.Workloads[2].Metros[0].Causes[Propagation])
}
