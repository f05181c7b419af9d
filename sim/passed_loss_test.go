package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// What a PoP passes on, what a site has no room for, and what games call for, over links that lose packets.

// allButTheSeventh is the loss of a way on which six tries are lost and the seventh arrives, and seventh how much later that is: 200, 400, ... 6,400 ms
// (RFC 6298).
const (
	allButTheSeventh = 1 - 1e-12
	seventh          = 12_600 * ms
)

// restOf returns how much later than its first byte the last one of 100,000 is, of an answer over a connection that is always open on a way with a round trip that loses that much: see
// TestFetchesOverLinksThatLoseAllButTheSixthTimeToTheNanosecond.
func restOf(rtt int64) int64 {
	return rtt + int64(98_540*(float64(rtt)/1e9*math.Sqrt(2./3)+33*.2)/1460*1e9)
}

// losingFrom lets the links between two nodes of a scenario lose packets until an instant.
func losingFrom(s Scenario, from, to string, loss float64, until time.Duration) Scenario {
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{from, to}, For: until, LossRatio: loss}}
	return s
}

func TestWhatAPoPPassesOnLosesPacketsToTheNanosecond(t *testing.T) {
	for name, of := range map[string]struct {
		upstream transport.Upstream
		setUp    int64 // before the question is asked
		after    int64 // what the second question waits for besides, which loses nothing
		rest     int64
	}{
		"open":           {open, 0, 0, restOf(50 * ms)},
		"set up":         {transport.Upstream{}, 2 * (50*ms + seventh), 100 * ms, setUpRest(50 * ms)},
		"set up, pooled": {transport.Upstream{Pool: 2}, 2 * (50*ms + seventh), 100 * ms, setUpRest(50 * ms)},
	} {
		s, p := riding(t, askedAt(0, 100), 100_000, of.upstream)
		s.Duration, s.Workloads[0].Client.Idle = 200*time.Second, transport.KeepWindow
		for _, servers := range []int{0, 1} {
			p.Sites = slices.Clone(p.Sites)
			for i := range p.Sites {
				p.Sites[i].Servers = servers
			}
			got, _ := sightings(t, losingFrom(s, "pop", "region", allButTheSeventh, 50*time.Second), p)
			require.Equal(t, of.setUp+60*ms+seventh, got[0][0], "%s: first byte", name)
			require.InDelta(t, of.setUp+60*ms+seventh+of.rest, got[0][1], 3e5, "%s: last byte", name) // 1e-12 of the packets are not lost
			require.Equal(t, 60*ms+of.after, got[100_000][0], "%s: when the links are as ever", name)
		}
	}
}

// oneTooMany is a zone with one server and no queue, that is asked twice at about the same time: it passes the second request on to the region.
func oneTooMany(t testing.TB, bytes int64) (Scenario, placement.Placement) {
	t.Helper()
	s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(0), Spill: toNearest()}, placement.Pool{Servers: 10},
		workload.ServiceTime{Mean: 20 * time.Millisecond}, 1)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Computed) { c.ResponseBytes = bytes })
	s.Workloads[0].Client.Idle, s.Duration = transport.KeepWindow, 200*time.Second
	s.Workloads[0].Demand = askedAt(0, .001, 100, 100.001)
	return s, p
}

func TestSpilledRequestsLosePacketsToTheNanosecond(t *testing.T) {
	s, p := oneTooMany(t, 100_000)
	got, _ := sightings(t, losingFrom(s, "zone", "region", allButTheSeventh, 50*time.Second), p)
	require.Equal(t, 30*ms, got[0][0], "which the zone has room for")
	require.Equal(t, 52*ms+seventh, got[1][0])
	require.InDelta(t, 52*ms+seventh+restOf(22*ms), got[1][1], 3e5)
	require.Equal(t, [3]int64{52 * ms, 52 * ms, 0}, got[100_001], "when the links are as ever")

	// The nearest region is full, too: the word of that comes as late, and so does what the next one sends.
	s, p = oneTooMany(t, 0)
	s.Network = twoRegions(t)
	for i := range p.Sites {
		if p.Sites[i].Site == "region" {
			p.Sites[i].Site = "west"
		}
		if p.Sites[i].Site == "west" && p.Sites[i].Role == placement.Compute {
			p.Sites[i].Pools = []placement.Pool{{Servers: 1, Queue: placement.AtMost(0)}}
		}
	}
	p.Sites = append(p.Sites, placement.Assignment{Site: "east", Role: placement.Compute})
	s.Workloads[0].Demand = askedAt(0, .001, .002)
	s = losingFrom(s, "zone", "west", allButTheSeventh, 50*time.Second)
	s.LinkImpairments = append(s.LinkImpairments, LinkImpairment{Between: [2]string{"zone", "east"}, For: 50 * time.Second, LossRatio: allButTheSeventh})
	got, _ = sightings(t, s, p)
	require.Equal(t, 52*ms+seventh, got[1][0])
	require.Equal(t, 10*ms+22*ms+seventh+60*ms+seventh+20*ms, got[2][0])
}

func TestCallsOfGamesLosePacketsToTheNanosecond(t *testing.T) {
	// Each update calls the region, 22 ms there and back, and each call is made again until the seventh arrives.
	w := workload.Change(shooter(), func(m *workload.Matched) { m.Data = workload.DataCalls{Calls: 1, Probability: 1} })
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 1}
	p := placement.RegionOnly("region").WithLocalZones("zone")
	usual, lossy := &runOne(t, s, p).Workloads[0].Metros[0], &runOne(t, losingFrom(s, "zone", "region", allButTheSeventh, 1000*time.Second), p).Workloads[0].Metros[0]
	updates := int64(usual.Outcomes[Played])
	require.Positive(t, updates)
	require.Equal(t, updates, int64(lossy.Outcomes[Played]))
	require.Equal(t, updates*22*ms, usual.Causes[Upstream])
	require.Equal(t, updates*(22*ms+seventh), lossy.Causes[Upstream])
}

// lossyPlacements are an API by way of a PoP, one that spills and a game that calls, with the way that loses.
func lossyPlacements(t testing.TB) map[string]func() (Scenario, placement.Placement, [2]string) {
	return map[string]func() (Scenario, placement.Placement, [2]string){
		"by way of a PoP": func() (Scenario, placement.Placement, [2]string) {
			s, p := riding(t, workload.Poisson{RequestsPerSecond: 20}, 100_000, transport.Upstream{})
			return s, p, [2]string{"pop", "region"}
		},
		"by way of a PoP over HTTP/1.1": func() (Scenario, placement.Placement, [2]string) {
			s, p := riding(t, workload.Poisson{RequestsPerSecond: 20}, 100_000, transport.Upstream{Pool: 5})
			return s, p, [2]string{"pop", "region"}
		},
		"spilled": func() (Scenario, placement.Placement, [2]string) {
			s, p := oneTooMany(t, 100_000)
			s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: 60}
			return s, p, [2]string{"zone", "region"}
		},
		"calls of a game": func() (Scenario, placement.Placement, [2]string) {
			w := workload.Change(shooter(), func(m *workload.Matched) { m.Data = workload.DataCalls{Calls: 2, Probability: .3} })
			s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 60 * time.Second, Seed: 1}
			return s, placement.RegionOnly("region").WithLocalZones("zone"), [2]string{"zone", "region"}
		},
		"logins of a game": func() (Scenario, placement.Placement, [2]string) {
			w := workload.Change(workload.CompetitiveFPS(), func(m *workload.Matched) {
				m.Market.Login, m.Market.Start = workload.Calls{Count: 2}, workload.Calls{Count: 1}
			})
			s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 60 * time.Second, Seed: 1}
			return s, placement.RegionOnly("region").WithLocalZones("zone"), [2]string{"zone", "region"}
		},
	}
}

func TestLinksThatLoseForAWhileLoseAsThoseThatAlwaysDo(t *testing.T) {
	const loss = .05
	for name, of := range lossyPlacements(t) {
		s, p, between := of()
		usual := runOne(t, s, p)
		always := s
		var links []topology.Link
		for _, l := range s.Network.Links() {
			if joins(between, &l) {
				l.Loss = loss
				links = append(links, l)
			}
		}
		require.Len(t, links, 2)
		net, err := s.Network.With(topology.Change{SetLinks: links})
		require.NoError(t, err)
		always.Network = net
		want := runOne(t, always, p)
		require.NotEqual(t, usual.Workloads, want.Workloads, name)
		require.Equal(t, want.Workloads, runOne(t, losingFrom(s, between[0], between[1], loss, 10_000*time.Second), p).Workloads, name)
	}
}

func TestPlacementsShareWhatIsPassedOnLoses(t *testing.T) {
	// The same requests are later by 200 ms and more, whatever servers there are behind the PoP, and however it connects. Each is alone: over one connection answers wait for what others have lost.
	s, p := riding(t, workload.Poisson{RequestsPerSecond: .2}, 1000, transport.Upstream{KeepAlive: time.Hour})
	s.Duration = 60_000 * time.Second
	s = losingFrom(s, "pop", "region", .05, 100_000*time.Second)
	late := func(s Scenario, p placement.Placement) map[int64]bool {
		all := make(map[int64]bool)
		got, at := callTimes(t, s, p)
		for i := range got {
			if at[i] > 5*second && got[i] > 250*ms {
				all[at[i]] = true
			}
		}
		return all
	}
	usual := late(s, p)
	lost := 1 - .95*.95
	n := 59_995 * .2
	require.InDelta(t, lost*n, float64(len(usual)), 4*math.Sqrt(n*lost*(1-lost)))
	require.Equal(t, usual, late(s, p.WithUpstream(open)))
	p.Sites = slices.Clone(p.Sites)
	for i := range p.Sites {
		if p.Sites[i].Role == placement.Compute {
			p.Sites[i].Pools = []placement.Pool{{Servers: 10, Discipline: placement.SharedProcessor}}
		}
	}
	require.Equal(t, usual, late(s, p))

	// Of a hundred times as many those are late that are lost, over one connection, too, and those that come meanwhile.
	s.Workloads[0].Demand, s.Duration = workload.Poisson{RequestsPerSecond: 20}, 600*time.Second
	alone, behind := late(s, p.WithUpstream(open)), late(s, p)
	n = 595 * 20
	require.InDelta(t, lost*n, float64(len(alone)), 4*math.Sqrt(n*lost*(1-lost)))
	require.Greater(t, len(behind), len(alone))
	for at := range alone {
		require.True(t, behind[at])
	}
}

func TestLossOfWhatIsPassedOnDoesNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for name, of := range lossyPlacements(t) {
		s, p, between := of()
		s.Duration = 20 * time.Second
		plans, err := Compile(t.Context(), losingFrom(s, between[0], between[1], .1, 1000*time.Second), p)
		require.NoError(t, err, name)
		requireSameHoweverAdvanced(t, plans[0])
	}
}
