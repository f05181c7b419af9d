package sim

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// lossyBackbone is a scenario of a PoP 60 ms of round trip from a region, over a way that loses 1 % of all packets each way.
func lossyBackbone(t testing.TB, w workload.Workload, lasts time.Duration) Scenario {
	t.Helper()
	links := append(both("metro", "pop", topology.Internet, 5), both("pop", "region", topology.Backbone, 30)...)
	links = append(links, both("metro", "region", topology.Internet, 40)...)
	for i := range links {
		if links[i].Kind == topology.Backbone {
			links[i].Loss = .01
		}
	}
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region}}, links)
	require.NoError(t, err)
	return Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: lasts, Seed: 1}
}

// misses asks for answers of 10,000 bytes of which none is a hit, at so many bits a second.
func misses(bitsPerSecond float64) workload.Workload {
	w := workload.Change(onOpenConnections(1), func(c *workload.Cacheable) {
		c.Sizes.MinBytes, c.Sizes.MaxBytes, c.Origin = 10_000, 10_000, workload.ServiceTime{}
	})
	w.Demand = workload.Poisson{RequestsPerSecond: bitsPerSecond / 80_000, Objects: 4_000_000_000}
	return w
}

// oneCarries is what one connection carries at 1 % loss and 60 ms by the closed form of Padhye, Firoiu, Towsley and Kurose (1998), in bits a second.
func oneCarries() float64 {
	return transport.Connection{}.SteadyBitsPerSecond(60*time.Millisecond, 260*time.Millisecond, .01)
}

func TestAConnectionIsOverloadedWhereMoreIsFetchedThanReno(t *testing.T) {
	require.InDelta(t, 2.2e6, oneCarries(), .05e6)
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(transport.Upstream{})
	// The mean time of the misses of so many seconds, in seconds.
	mean := func(w workload.Workload, lasts time.Duration) (seconds float64, loads []Load) {
		plans, err := Compile(context.Background(), lossyBackbone(t, w, lasts), p)
		require.NoError(t, err)
		count := 0.
		r, err := plans[0].Watch(context.Background(), 0, func(is *Sighting) { seconds, count = seconds+float64(is.TTFB)/1e9, count+1 })
		require.NoError(t, err)
		return seconds / count, plans[0].LoadsOf(r)
	}
	for share, isSteady := range map[float64]bool{.8: true, .93: true, 1.07: false, 1.5: false} {
		short, loads := mean(misses(share*oneCarries()), 500*time.Second)
		require.Len(t, loads, 1)
		l := loads[0]
		require.Equal(t, []string{"site", "edge-cache", "region", "pop"}, []string{l.Workload, l.Tier, l.From, l.To})
		require.InEpsilon(t, share, l.Ratio(), .04)
		require.InEpsilon(t, oneCarries(), l.Capacity, .02)
		require.Equal(t, isSteady, l.IsSteady())
		long, loads := mean(misses(share*oneCarries()), 2000*time.Second)
		if isSteady {
			require.Less(t, long, 3., "a queue that is steady")
			continue
		}
		// What comes after T seconds finds T (load - 1) seconds of sending before it; the mean of all is half of that, by the load of what was drawn.
		require.InDelta(t, 2000/2*(loads[0].Ratio()-1), long, 2000/2*.01)
		require.Greater(t, long, 1.5*short)
	}
}

func TestOnlyOneConnectionOverALossyWayHasALoad(t *testing.T) {
	for name, u := range map[string]transport.Upstream{"pool": {Pool: 32}, "open": {AlwaysOpen: true}} {
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(u)
		plans, err := Compile(context.Background(), lossyBackbone(t, misses(1e7), 100*time.Second), p)
		require.NoError(t, err)
		r, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		require.Empty(t, plans[0].LoadsOf(r), name)
		atMost, err := plans[0].FetchesAtMost()
		require.NoError(t, err)
		require.Empty(t, atMost, name)
	}
}

func TestWhatCachesFetchAtMostIsKnownBeforeARun(t *testing.T) {
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(transport.Upstream{})
	w := misses(5e6)
	w.Demand = workload.Poisson{RequestsPerSecond: 5e6 / 80_000, Objects: 1000}
	plans, err := Compile(context.Background(), lossyBackbone(t, w, 100*time.Second), p)
	require.NoError(t, err)
	atMost, err := plans[0].FetchesAtMost()
	require.NoError(t, err)
	require.Len(t, atMost, 1)
	require.InDelta(t, 5e6, atMost[0].Offered, 1)
	require.Regexp(t, `^the connection region -> pop of site \(edge-cache\): 5 Mbit/s over the 2.21 Mbit/s that one carries at 1 % loss and a round trip of 60 ms: a load of 226 %$`, atMost[0].String())
}

func TestConnectionsOfRequestsPassedOnAreLoadedAsTheirDemandSays(t *testing.T) {
	w := misses(1)
	w.Demand = workload.Poisson{RequestsPerSecond: 100}
	w.Service = workload.Computed{ResponseBytes: 3000}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(transport.Upstream{})
	p.Routes = []placement.Route{{Role: placement.Compute, ViaPoP: true}}
	plans, err := Compile(context.Background(), lossyBackbone(t, w, 400*time.Second), p)
	require.NoError(t, err)
	before, err := plans[0].ConnectionLoads()
	require.NoError(t, err)
	require.Len(t, before, 1)
	require.InDelta(t, 2.4e6, before[0].Offered, 1)
	require.False(t, before[0].IsSteady(), before[0].String())
	r, err := plans[0].Run(context.Background(), 0)
	require.NoError(t, err)
	after := plans[0].LoadsOf(r)
	require.Len(t, after, 1)
	require.True(t, after[0].IsOfTheSame(before[0]))
	require.InEpsilon(t, before[0].Offered, after[0].Offered, .02)
}

// What comes from two metros is passed on over one connection of the PoP that both have.
func TestAConnectionHasTheLoadOfAllMetrosOfItsPoP(t *testing.T) {
	s, p := passingOn(t)
	nodes, links := s.Network.AllNodes(), s.Network.Links()
	nodes = append(nodes, topology.Node{ID: "other", Kind: topology.Metro, Users: 3})
	n, err := topology.New(nodes, slices.Concat(links, both("other", "pop", topology.Internet, 5), both("other", "region", topology.Internet, 40)))
	require.NoError(t, err)
	s.Network = n
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	loads, err := plans[0].ConnectionLoads()
	require.NoError(t, err)
	require.Len(t, loads, 1)
	require.InDelta(t, 2.4e6, loads[0].Offered, 1)
	require.InEpsilon(t, oneCarries(), loads[0].Capacity, .02)
	require.Equal(t, []string{"region", "pop", ""}, []string{loads[0].From, loads[0].To, loads[0].Tier})
}

// Requests that enter at the region are passed on by nobody, those of a PoP with connections that are always open, or a pool, wait for no others, and where nothing is lost a connection carries what comes.
func TestWhatIsNotPassedOnOverOneLossyConnectionLoadsNone(t *testing.T) {
	for name, change := range map[string]func(*Scenario, *placement.Placement){
		"entering at the region": func(_ *Scenario, p *placement.Placement) { p.Routes = nil },
		"always open":            func(_ *Scenario, p *placement.Placement) { p.Upstream = transport.Upstream{AlwaysOpen: true} },
		"pool":                   func(_ *Scenario, p *placement.Placement) { p.Upstream = transport.Upstream{Pool: 8} },
		"without loss": func(s *Scenario, _ *placement.Placement) {
			links := s.Network.Links()
			for i := range links {
				links[i].Loss = 0
			}
			n, err := topology.New(s.Network.AllNodes(), links)
			require.NoError(t, err)
			s.Network = n
		},
	} {
		s, p := passingOn(t)
		change(&s, &p)
		plans, err := Compile(t.Context(), s, p)
		require.NoError(t, err)
		loads, err := plans[0].ConnectionLoads()
		require.NoError(t, err)
		require.Empty(t, loads, name)
	}
}

// passingOn is a PoP that passes on what 100 requests a second for 3,000 bytes ask for, over the lossy backbone.
func passingOn(t *testing.T) (Scenario, placement.Placement) {
	t.Helper()
	w := misses(1)
	w.Demand = workload.Poisson{RequestsPerSecond: 100}
	w.Service = workload.Computed{ResponseBytes: 3000}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(transport.Upstream{})
	p.Routes = []placement.Route{{Role: placement.Compute, ViaPoP: true}}
	return lossyBackbone(t, w, 400*time.Second), p
}

// Of two caches that a PoP asks by the hash of an object each has half of it; and of more objects of different sizes than are looked at nothing is told.
func TestWhatCachesFetchAtMostIsSharedOutAmongThoseTheyAsk(t *testing.T) {
	w := misses(5e6)
	s := lossyBackbone(t, w, 100*time.Second)
	nodes, links := s.Network.AllNodes(), s.Network.Links()
	for _, rec := range []string{"rec-1", "rec-2"} {
		nodes = append(nodes, topology.Node{ID: rec, Kind: topology.RegionalEdgeCache})
		ways := append(both("pop", rec, topology.Backbone, 10), both(rec, "region", topology.Backbone, 10)...)
		ways[0].Loss, ways[1].Loss = .01, .01
		links = slices.Concat(links, ways, both("metro", rec, topology.Internet, 40))
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	s.Network = n
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithMidTier(1<<20, "rec-1", "rec-2").WithUpstream(transport.Upstream{})
	p.Tiers[1].Choice = placement.HashedCache
	atMost := func() []Load {
		plans, err := Compile(t.Context(), s, p)
		require.NoError(t, err)
		all, err := plans[0].FetchesAtMost()
		require.NoError(t, err)
		return all
	}
	all := atMost()
	require.Len(t, all, 2)
	for i, l := range all {
		require.InDelta(t, 2.5e6, l.Offered, 1)
		require.Equal(t, []string{[]string{"rec-1", "rec-2"}[i], "pop"}, []string{l.From, l.To})
	}
	s.Workloads[0] = workload.Change(w, func(c *workload.Cacheable) { c.Sizes = workload.Sizes{LnMean: 9, LnSD: 1} })
	require.Empty(t, atMost())
}
