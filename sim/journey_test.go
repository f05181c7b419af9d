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

func runOne(t testing.TB, s Scenario, p placement.Placement) *Result {
	t.Helper()
	r, err := Run(context.Background(), Job{Scenario: s, Placement: p})
	require.NoError(t, err)
	return r
}

// requireLatency asserts that all samples of a metric lie between two instants, and that both occur.
func requireLatency(t testing.TB, tally *Tally, metric Metric, leastNs, mostNs int64) {
	t.Helper()
	require.Equal(t, leastNs, tally.Metric(metric).MinNs(), "least")
	require.Equal(t, mostNs, tally.Metric(metric).MaxNs(), "most")
}

func TestCacheableLatencyIsTheSumOfItsLegsToTheNanosecond(t *testing.T) {
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{oneObject()}, Duration: 400 * time.Second, Seed: 1}
	region := placement.RegionOnly("region")

	t.Run("region only", func(t *testing.T) {
		r := runOne(t, s, region)
		tally := &r.Workloads[0].Metros[0]
		require.Positive(t, tally.Count(Requests))
		require.Equal(t, tally.Count(Requests), tally.Outcomes[Bypass])
		// TCP and TLS 1.3, then the request: three round trips of 80 ms, and the origin's work.
		requireLatency(t, tally, TTFB, 3*80*ms+7*ms, 3*80*ms+7*ms)
		// 14,600 and 29,200 bytes go out at a window a round trip, which a packet makes longer by 116.8 µs; the remaining
		// 56,200 take 4.496 ms at 100 Mbit/s.
		const last = 2*80*ms + 2*116_800 + 4_496_000
		requireLatency(t, tally, TTLB, 3*80*ms+7*ms+last, 3*80*ms+7*ms+last)
		n := int64(tally.Count(Requests))
		require.Equal(t, 80*ms*n, tally.Causes[Connect])
		require.Equal(t, 80*ms*n, tally.Causes[TLS])
		require.Equal(t, 80*ms*n, tally.Causes[Propagation])
		require.Equal(t, 7*ms*n, tally.Causes[Service])
	})

	t.Run("through a PoP", func(t *testing.T) {
		r := runOne(t, s, region.WithPoPs(1<<20, "pop").WithUpstream(open))
		tally := &r.Workloads[0].Metros[0]
		require.Equal(t, uint64(1), tally.Outcomes[Miss])
		require.Equal(t, uint64(1), r.Workloads[0].Count(OriginRequests))
		require.Equal(t, uint64(100_000), r.Workloads[0].Count(OriginBytes))
		// A hit: three round trips of 6 ms. The miss adds the backbone's 50 ms and the origin's work.
		requireLatency(t, tally, TTFB, 3*6*ms, 3*6*ms+50*ms+7*ms)
		// A window of 29,200 bytes takes 2.3 ms at 100 Mbit/s, less than a round trip.
		const last = 2*6*ms + 2*116_800 + 4_496_000
		requireLatency(t, tally, TTLB, 3*6*ms+last, 3*6*ms+50*ms+7*ms+last)
		require.Equal(t, 50*ms, tally.Causes[Upstream])
	})

	t.Run("through a PoP to an origin with servers, by message", func(t *testing.T) {
		p := region.WithPoPs(1<<20, "pop").WithUpstream(open)
		p.Sites[0].Servers = 1
		tally := &runOne(t, s, p).Workloads[0].Metros[0]
		requireLatency(t, tally, TTFB, 3*6*ms, 3*6*ms+50*ms+7*ms)
	})
}

func TestSlowLinkDelaysTheLastByteOfAMissOnly(t *testing.T) {
	// 8 Mbit/s between PoP and origin: 100,000 bytes take 100 ms, more than the user's own line needs.
	links := append(both("metro", "pop", topology.Internet, 3), both("metro", "region", topology.Internet, 40)...)
	for _, l := range both("pop", "region", topology.Backbone, 25) {
		l.CapacityBitsPerSecond = 8e6
		links = append(links, l)
	}
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP}, {ID: "region", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	w := oneObject()
	w.Client.NewShare, w.Client.Idle = 0, transport.KeepWindow
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 100 * time.Second, Seed: 1}
	tally := &runOne(t, s, placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)).Workloads[0].Metros[0]
	requireLatency(t, tally, TTFB, 6*ms, 6*ms+50*ms+7*ms)
	requireLatency(t, tally, TTLB, 6*ms+8*ms, 6*ms+50*ms+7*ms+100*ms)
}

func TestComputedLatencyIsTheSumOfItsLegsToTheNanosecond(t *testing.T) {
	w := workload.Workload{
		Head:    workload.Head{Name: "api", Client: transport.Connection{BitsPerSecond: 10e6}},
		Demand:  workload.Poisson{RequestsPerSecond: 1},
		Service: workload.Computed{ResponseBytes: 10_000, Work: workload.ServiceTime{Mean: 4 * time.Millisecond}, Data: workload.DataCalls{Probability: 1, Calls: 3, Service: workload.ServiceTime{Mean: 2 * time.Millisecond}}},
	}
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 100 * time.Second, Seed: 1}
	region := placement.RegionOnly("region")
	busyParent := region.WithLocalZones("zone")
	busyParent.Sites[1].Servers = 1000
	for _, c := range []struct {
		name string
		p    placement.Placement
		ttfb int64
	}{
		// In the region the calls cost their work only.
		{"region", region, 80*ms + 4*ms + 3*2*ms},
		{"through a PoP over the backbone", region.WithPoPs(1<<20, "pop").WithUpstream(open).ViaPoP(), 6*ms + 50*ms + 4*ms + 3*2*ms},
		{"Local Zone, each call a round trip to its parent", region.WithLocalZones("zone"), 10*ms + 4*ms + 3*(22*ms+2*ms)},
		{"Local Zone, calls by message", busyParent, 10*ms + 4*ms + 3*(22*ms+2*ms)},
	} {
		t.Run(c.name, func(t *testing.T) {
			tally := &runOne(t, s, c.p).Workloads[0].Metros[0]
			require.Positive(t, tally.Count(Requests))
			requireLatency(t, tally, TTFB, c.ttfb, c.ttfb)
			requireLatency(t, tally, TTLB, c.ttfb+8*ms, c.ttfb+8*ms)
		})
	}
}

func TestUpdateMeetsItsTickToTheNanosecond(t *testing.T) {
	// Updates every 100 ms on the grid of 100 ms ticks: each player's wait is the same every time,
	// and all latencies lie within one period above the fixed legs.
	w := workload.Workload{
		Head:    workload.Head{Name: "game"},
		Demand:  workload.Sessions{ConcurrentPlayers: 50, Length: workload.Weibull{Shape: 1, Scale: time.Hour}},
		Service: workload.Matched{MatchPlayers: 1, MatchLength: 10 * time.Hour, TickHz: 10, TickTime: 3 * time.Millisecond},
	}
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: time.Minute, Seed: 1}
	for _, c := range []struct {
		name string
		p    placement.Placement
		rtt  int64
	}{
		{"region", placement.RegionOnly("region"), 80 * ms},
		{"Local Zone", placement.RegionOnly("region").WithLocalZones("zone"), 10 * ms},
	} {
		t.Run(c.name, func(t *testing.T) {
			tally := &runOne(t, s, c.p).Workloads[0].Metros[0]
			require.Positive(t, tally.Count(Requests))
			requireLatency(t, tally, RTT, c.rtt, c.rtt)
			require.GreaterOrEqual(t, tally.Metric(Response).MinNs(), c.rtt+3*ms)
			require.Less(t, tally.Metric(Response).MaxNs(), c.rtt+3*ms+100*ms)
			require.Equal(t, tally.Metric(Response).Count(), tally.Outcomes[Played])
			require.Equal(t, c.rtt*int64(tally.Count(Requests)), tally.Causes[Propagation])
			require.Equal(t, 3*ms*int64(tally.Count(Requests)), tally.Causes[Service])
		})
	}
}

// gameRules returns the rules of a game with deadlines in ns.
func gameRules(t testing.TB, m workload.Matched, deadlines ...int64) *rules {
	t.Helper()
	w := workload.Workload{Service: m}
	for _, d := range deadlines {
		w.Deadlines = append(w.Deadlines, time.Duration(d))
	}
	planned := newPlannedWorkload(&w)
	game, err := newRules(&m, &planned, nil)
	require.NoError(t, err)
	return game
}

func TestPlayFollowsTheClocksOfPlayerAndMatch(t *testing.T) {
	// By hand: ticks at 0, 100, 200, ... ms, updates sent at 30, 100, 170, 240 ms, 5 ms up, 6 ms
	// down, 2 ms of work. They arrive at 35, 105, 175, 245 and meet the ticks of 100, 200, 200, 300.
	tally := ptr(newTally(Matched, 1))
	game := gameRules(t, workload.Matched{TickHz: 10, UpdateHz: 1000. / 70, TickTime: 2 * time.Millisecond}, 50*ms)
	a := arena{
		rules: game, ways: [][]playerWay{{{there: 5 * ms, back: 6 * ms}}}, data: make([]dataCalls, 1),
		tallyOf: func(int, uint32) *Tally { return tally },
	}
	require.NoError(t, a.play(context.Background(), &playedMatch{
		end: 300 * ms, spans: []stretch{{players: 1}}, seats: []seat{{player: player{phase: 30 * ms}, until: 300 * ms}},
	}))
	require.Equal(t, uint64(4), tally.Count(Requests))
	requireLatency(t, tally, Response, (25+11+2)*ms, (95+11+2)*ms)
	require.Equal(t, (65+95+25+55)*ms, tally.Causes[TickWait])
	require.Equal(t, uint64(1), tally.Within(Response)[0], "one update within 50 ms")
	require.NoError(t, tally.check())
}

func ptr[T any](v T) *T { return &v }
