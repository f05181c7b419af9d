package sim

import (
	"context"
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
