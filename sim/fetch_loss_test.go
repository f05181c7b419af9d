package sim

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// losing is a scenario whose links between two nodes lose packets for a while.
func losing(t testing.TB, w workload.Workload, from, to string, loss float64, at, lasts time.Duration) Scenario {
	t.Helper()
	return Scenario{
		Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 200 * time.Second, Seed: 1,
		LinkImpairments: []LinkImpairment{{Between: [2]string{from, to}, At: at, For: lasts, LossRatio: loss}},
	}
}

func TestFetchesOverLinksThatLoseAllButTheSixthTimeToTheNanosecond(t *testing.T) {
	// All but one in 10^12 packets are lost, and the seventh try arrives: 200, 400, ... 6,400 ms after it was expected, 12.6 s in all (RFC 6298). Of the
	// answer the first packet, 1,460 bytes, arrives with that. Over a connection that is always open the others come a round trip of 50 ms later at the rate of Padhye et al.
	// (1998): one in RTT sqrt(2p/3) + min(1, 3 sqrt(3p/8)) p (1 + 32 p^2) RTO = .05 sqrt(2/3) + 33 * .2 s.
	const loss = 1 - 1e-12
	w := answersOf([]uint32{0, 1}, 0, 100_000)
	s := losing(t, w, "pop", "region", loss, 0, 50*time.Second)
	for name, of := range map[string]struct {
		upstream transport.Upstream
		setUp    int64 // before the question is asked
		after    int64 // until the answer to the second question is here, which loses nothing
		rest     int64
	}{
		"open":           {open, 0, 50 * ms, 50*ms + int64(98_540*(.05*math.Sqrt(2./3)+33*.2)/1460*1e9)},
		"set up":         {transport.Upstream{}, 2 * (50*ms + 12_600*ms), 150 * ms, setUpRest(50 * ms)},
		"set up, pooled": {transport.Upstream{Pool: 2}, 2 * (50*ms + 12_600*ms), 150 * ms, setUpRest(50 * ms)},
	} {
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(of.upstream)
		for _, servers := range []int{0, 1} { // arithmetic, and by message
			p.Sites[0].Servers = servers
			got, _ := sightings(t, s, p)
			require.Equal(t, of.setUp+12_656*ms, got[0][0], "%s: first byte", name)
			require.InDelta(t, of.setUp+12_656*ms+of.rest, got[0][1], 3e5, "%s: last byte", name) // 1e-12 of the packets are not lost
			require.Equal(t, 6*ms+of.after, got[100_000][0], "%s: when the links are as ever", name)
		}
	}
}

func TestFetchesOverQUICAreSentAgainAfterItsProbeTimeout(t *testing.T) {
	// As above, but for the probe timeout of RFC 9002, section 6.2.1: a round trip of 50 ms, 1 ms at the least for how it varies, and 25 ms for which an acknowledgement may be kept back. The handshake and the question are sent for the seventh time
	// after 76 + 152 + ... + 2,432 = 4,788 ms each; TCP's 200 ms would make it 12,600.
	s := losing(t, answersOf([]uint32{0, 1}, 0, 100_000), "pop", "region", 1-1e-12, 0, 50*time.Second)
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(transport.Upstream{Handshake: transport.QUIC})
	for _, servers := range []int{0, 1} {
		p.Sites[0].Servers = servers
		got, _ := sightings(t, s, p)
		require.Equal(t, 6*ms+2*(50*ms+4788*ms), got[0][0])
		// Of the answer's 69 packets the first is there; each of the others is sent in vain for as long.
		require.InDelta(t, got[0][0]+50*ms+68*4788*ms+67*50*ms, got[0][1], 3e5)
	}
}

// setUpRest returns how much later than its first byte the last one of 100,000 is, of an answer over a new connection on a way with a round trip of more than 40 ms that loses all but the
// seventh try: of 69 packets 10 go at first, of which the first arrives. A round trip later each of the others is sent in vain for 12.6 s, and acknowledged, but for the last.
func setUpRest(rtt int64) int64 { return rtt + 68*seventh + 67*rtt }

func TestFetchesSlowDownWithLossAsClientsDo(t *testing.T) {
	const loss = 0.01 // one way
	fetched := onOpenConnections(2)
	fetched = workload.Change(fetched, func(c *workload.Cacheable) {
		c.Sizes.MinBytes, c.Sizes.MaxBytes, c.Origin = 10_000_000, 10_000_000, workload.ServiceTime{}
	})
	fetched.Demand = workload.Poisson{RequestsPerSecond: 2, Objects: 100_000, ZipfExponent: .01}
	fetched.Client.BitsPerSecond = 0
	links := append(both("metro", "pop", topology.Internet, 0), both("pop", "region", topology.Internet, 40)...)
	links = append(links, both("metro", "region", topology.Internet, 40)...)
	for i := range links {
		if links[i].OneWay > 0 {
			links[i].Loss = loss
		}
	}
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region}}, links)
	require.NoError(t, err)
	s := Scenario{Network: n, Workloads: []workload.Workload{fetched}, Duration: 10_000 * time.Second, Seed: 1}
	rate := transport.Connection{}.SteadyBitsPerSecond(80*time.Millisecond, 200*time.Millisecond, loss)
	seconds := 0.080 + 8*(10e6-1460*(1+(1-loss)/loss))/rate
	late := (1 - .99*.99) * .2 / (1 - 2*(1-.99*.99)) // 200 ms, and twice as long each further time: p (1 + 2 p + 4 p^2 ...)
	for name, p := range map[string]placement.Placement{
		"clients": placement.RegionOnly("region"),
		"fetches": placement.RegionOnly("region").WithPoPs(1, "pop").WithUpstream(open),
	} {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		var first, after, count float64
		_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) {
			if is.Outcome != DelayedHit {
				first, after, count = first+float64(is.TTFB)/1e9, after+float64(is.TTLB-is.TTFB)/1e9, count+1
			}
		})
		require.NoError(t, err)
		require.Greater(t, count, 19_000.)
		require.InEpsilon(t, seconds, after/count, .004, name) // 1 % of 20,000 transfers' spread
		require.InDelta(t, .080+late, first/count, .0015, name)
	}
}

func TestLossOfFetchesDoesNotDependOnHowSitesAreAdvanced(t *testing.T) {
	s, p := cdn(t, 3)
	var pops []string
	for _, c := range p.Tiers[0].Caches {
		pops = append(pops, c.Site)
	}
	paths := 0
	for _, l := range s.Network.Links() {
		if l.Kind == topology.Backbone && l.From < l.To {
			s.LinkImpairments = append(s.LinkImpairments, LinkImpairment{Between: [2]string{l.From, l.To}, At: time.Second, For: 2 * time.Second, LossRatio: .05})
			paths++
		}
	}
	require.Positive(t, paths, fmt.Sprint(pops))
	p.Sites[0].Servers = 50
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])
	usual := s
	usual.LinkImpairments = nil
	require.NotEqual(t, runOne(t, usual, p).Workloads, runOne(t, s, p).Workloads)
}

// missTimes returns the times to the first and to the last byte of each request that began a fetch, in ns, by its instant.
func missTimes(t testing.TB, s Scenario, p placement.Placement) map[int64][2]int64 {
	t.Helper()
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	all := make(map[int64][2]int64)
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) {
		if is.Outcome == Miss {
			all[is.At] = [2]int64{is.TTFB, is.TTLB}
		}
	})
	require.NoError(t, err)
	return all
}

func TestPlacementsShareWhatFetchesLose(t *testing.T) {
	// Both ways lose packets, that to the regional edge cache and that on to the region. What one placement has in its caches, and what the sites have
	// servers for, is no matter of which questions and answers of a request are lost: who misses in two placements waits as long in both.
	w := onOpenConnections(30)
	w = workload.Change(w, func(c *workload.Cacheable) { c.Origin = workload.ServiceTime{} })
	w.Demand = workload.Poisson{RequestsPerSecond: 30, Objects: 300, ZipfExponent: .8}
	s := Scenario{Network: twoRegions(t), Workloads: []workload.Workload{w}, Duration: 200 * time.Second, Seed: 1, LinkImpairments: []LinkImpairment{
		{Between: [2]string{"pop", "mid"}, For: 1000 * time.Second, LossRatio: .05}, {Between: [2]string{"mid", "west"}, For: 1000 * time.Second, LossRatio: .03},
	}}
	base := placement.RegionOnly("west").WithPoPs(1, "pop").WithMidTier(1, "mid").WithUpstream(open)
	want := missTimes(t, s, base)
	late := 0
	for _, got := range want {
		if got[0] >= 250*ms { // 58 ms without loss
			late++
		}
	}
	lost := 1 - .95*.95*.97*.97
	n := float64(len(want))
	require.InDelta(t, lost*n, float64(late), 4*math.Sqrt(n*lost*(1-lost)))

	servers := base
	servers.Sites = []placement.Assignment{servers.Sites[0]}
	servers.Sites[0].Servers = 1000
	older := base.WithUpstream(transport.Upstream{KeepAlive: time.Hour, Idle: transport.KeepWindow, Handshake: transport.TCPTLS12})
	newer := base.WithUpstream(transport.Upstream{KeepAlive: time.Hour, Idle: transport.KeepWindow})
	larger := placement.RegionOnly("west").WithPoPs(3_000_000, "pop").WithMidTier(1, "mid").WithUpstream(open)
	ages := func(p placement.Placement) placement.Placement {
		p.Tiers = slices.Clone(p.Tiers)
		for i := range p.Tiers {
			p.Tiers[i].Freshness = &freshness.Rules{DefaultTTL: freshness.For(5 * time.Second)}
		}
		return p
	}
	sliced := func(p placement.Placement) placement.Placement {
		p.SliceBytes = 40_000
		return p
	}
	// One connection carries less than 200 kB a second where 5 % of its packets are lost: what is asked for seldom waits for no others.
	seldom := s
	seldom.Workloads = []workload.Workload{w}
	seldom.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .5, Objects: 300, ZipfExponent: .8}
	seldom.Duration, seldom.LinkImpairments = 6000*time.Second, slices.Clone(s.LinkImpairments)
	for i := range seldom.LinkImpairments {
		seldom.LinkImpairments[i].For = 10_000 * time.Second
	}
	for name, of := range map[string]struct{ this, other placement.Placement }{
		"a larger cache": {base, larger}, "servers": {base, servers}, "another handshake": {older, newer},
		"a larger cache of what ages": {ages(base), ages(larger)}, "servers of what ages": {ages(base), ages(servers)}, "servers of slices": {sliced(base), sliced(servers)},
	} {
		s := s
		if name == "another handshake" {
			s = seldom
		}
		one, other := missTimes(t, s, of.this), missTimes(t, s, of.other)
		shared, differ := 0, 0
		for at, got := range other {
			if this, ok := one[at]; ok && at > 10_000*ms { // the connections are open
				shared++
				if got != this {
					differ++
				}
			}
		}
		require.Greater(t, shared, 1000, name)
		require.Zero(t, differ, "%s: of %d", name, shared)
	}
}
