package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// narrowWay is a scenario whose way between PoP and region, 39 ms there and back, takes 1 ms for a packet of 1,460 bytes.
func narrowWay(t testing.TB, w workload.Workload) Scenario {
	t.Helper()
	links := both("pop", "region", topology.Backbone, 19.5)
	for i := range links {
		links[i].CapacityBitsPerSecond = 1460 * 8 * 1000
	}
	net, err := fourNodes(t).With(topology.Change{SetLinks: links})
	require.NoError(t, err)
	return Scenario{Network: net, Workloads: []workload.Workload{w}, Duration: 200 * time.Second, Seed: 1}
}

func TestFetchesOverflowABufferBetweenSitesToTheNanosecond(t *testing.T) {
	// 2,000 packets, of which 20 may wait: 2,130 ms, as by hand in TestAnswersBetweenSitesOverflowABufferByHand of package transport; without a buffer 2,050.
	// The second object comes over the window that the first has left.
	w := answersOf([]uint32{0, 1}, 0, 4000)
	w = workload.Change(w, func(c *workload.Cacheable) { c.Sizes.MinBytes, c.Sizes.MaxBytes = 2000*1460, 2000*1460 })
	s := narrowWay(t, w)
	const buffer = 20 * 1460
	client := transport.Connection{BitsPerSecond: 1460 * 8 * 1000, BufferBytes: buffer}.Transfer()
	_, window := client.FromOver(transport.Window{Bytes: client.InitialWindow()}, 2000*1460, false, quietTrips(39*ms))
	second, _ := client.FromOver(window, 2000*1460, false, quietTrips(39*ms))
	for _, pool := range []int{0, 1} {
		u := transport.Upstream{Pool: pool, Idle: transport.KeepWindow}
		for _, servers := range []int{0, 1} { // arithmetic, and by message
			p := placement.RegionOnly("region").WithPoPs(1<<30, "pop").WithUpstream(u)
			p.Sites[0].Servers = servers
			got, _ := sightings(t, s, p)
			require.Equal(t, [3]int64{123 * ms, 123*ms + 2050*ms, 0}, got[0])
			u.BufferBytes = buffer
			got, _ = sightings(t, s, p.WithUpstream(u))
			require.Equal(t, [3]int64{123 * ms, 123*ms + 2130*ms, 0}, got[0])
			require.Equal(t, [3]int64{45 * ms, 45*ms + second, 0}, got[4000])
			u.BufferBytes = 0
		}
	}
	require.Greater(t, second, 2000*ms)
}

// quietTrips are round trips that are all alike, in ns.
type quietTrips int64

func (q quietTrips) RoundTrip(int64) int64 { return int64(q) }

func TestWhatAPoPPassesOnOverflowsABufferToTheNanosecond(t *testing.T) {
	api := apiOf(0)
	api.Service = workload.Computed{ResponseBytes: 2000 * 1460}
	s := narrowWay(t, api)
	for _, pool := range []int{0, 1} {
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").ViaPoP().WithUpstream(transport.Upstream{Pool: pool, BufferBytes: 20 * 1460})
		got, _ := sightings(t, s, p)
		require.Equal(t, [3]int64{123 * ms, 123*ms + 2130*ms, 0}, got[0])
	}
}

func TestABufferBetweenSitesWhereNoWayHasARateIsRefused(t *testing.T) {
	s := narrowWay(t, answersOf([]uint32{0}, 0))
	u := transport.Upstream{BufferBytes: 1 << 20}
	_, err := Compile(t.Context(), s, placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(u))
	require.NoError(t, err)
	s.Network = fourNodes(t)
	_, err = Compile(t.Context(), s, placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(u))
	require.ErrorContains(t, err, `Upstream.BufferBytes is 1048576; want 0 where no link has a capacity on the ways over which objects are fetched`)
}

func TestBuffersBetweenSitesDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	s, p := cdn(t, 3)
	var links []topology.Link
	for _, l := range s.Network.Links() {
		if l.Kind == topology.Backbone {
			l.CapacityBitsPerSecond = 20e6
			links = append(links, l)
		}
	}
	net, err := s.Network.With(topology.Change{SetLinks: links})
	require.NoError(t, err)
	s.Network = net
	p.Sites = slices.Clone(p.Sites)
	p.Sites[0].Servers = 50
	usual := runOne(t, s, p)
	p.Upstream.AlwaysOpen = false
	p.Upstream.BufferBytes = 1 << 14
	plans, err := Compile(t.Context(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	require.NotEqual(t, usual.Workloads, runOne(t, s, p).Workloads)
}
