package sim

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// twoMetros are two metros at an exchange, so many ms apart one way, each link with a jitter of a mean, and a region nearby.
func twoMetros(t *testing.T, apartMs float64, jitter time.Duration) *topology.Network {
	t.Helper()
	nodes := []topology.Node{
		{ID: "east", Kind: topology.Metro, Users: 1}, {ID: "west", Kind: topology.Metro, Users: 1},
		{ID: "town", Kind: topology.Exchange}, {ID: "region", Kind: topology.Region},
	}
	links := append(append(both("east", "town", topology.Internet, apartMs/2), both("west", "town", topology.Internet, apartMs/2)...),
		both("town", "region", topology.Internet, 1)...)
	for i := range links {
		links[i].Jitter = jitter
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	return n
}

// fights is players who exchange 50 inputs a second, a frame of 20 ms each.
func fights(t *testing.T, n *topology.Network, peers workload.Peers, of workload.Demand) Scenario {
	t.Helper()
	w := workload.Workload{
		Head:   workload.Head{Name: "fight", Deadlines: []time.Duration{50 * time.Millisecond}},
		Demand: of,
		Service: workload.Matched{
			MatchPlayers: 2, MinPlayers: 2, MatchLength: time.Hour, TickHz: 50, Peers: peers,
			Display: workload.Display{Input: 4 * time.Millisecond, FramesPerSecond: 50, Render: 3 * time.Millisecond, Screen: 5 * time.Millisecond},
		},
	}
	return Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Minute, Seed: 1}
}

// oneEach is a player of each of two metros, the second after a while.
func oneEach(after time.Duration) handDemand {
	return handDemand{map[string][]handPlayer{
		"east": {{at: time.Second, stay: time.Hour}}, "west": {{at: time.Second + after, stay: time.Hour}},
	}}
}

func TestInputsTakeTheWayBetweenTheMetros(t *testing.T) {
	// 50 ms from one player to the other, in frames of 20: three frames. The region is at 26 ms from both of them, and nobody's way.
	for _, c := range []struct {
		peers                         workload.Peers
		response, shown, frames, own  float64 // ms, but frames
		isLate, stoodStill, isDelayed bool
	}{
		{peers: workload.Peers{InputDelay: 0, Rollback: 8}, response: 60, shown: 60, frames: 3, isLate: true},
		{peers: workload.Peers{InputDelay: 2, Rollback: 8}, response: 60, shown: 60, frames: 1, own: 40, isLate: true},
		{peers: workload.Peers{InputDelay: 3, Rollback: 8}, response: 50, shown: 60, own: 60},
		{peers: workload.Peers{InputDelay: 4, Rollback: 0}, response: 50, shown: 80, own: 80},
		{peers: workload.Peers{InputDelay: 2, Rollback: 0}, response: 50, shown: 50, own: 40, isLate: true, stoodStill: true},
		{peers: workload.Peers{InputDelay: 0, Rollback: 2}, response: 50, shown: 50, frames: 2, isLate: true, stoodStill: true},
	} {
		r := runOne(t, fights(t, twoMetros(t, 50, 0), c.peers, oneEach(0)), placement.RegionOnly("region"))
		for m := range r.Workloads[0].Metros {
			tally := &r.Workloads[0].Metros[m]
			played := tally.Outcomes[Played]
			require.InDelta(t, 50*(1200-1), float64(played), 2, "%+v", c)
			requireLatency(t, tally, Response, int64(c.response)*ms, int64(c.response)*ms)
			requireLatency(t, tally, RTT, 100*ms, 100*ms)
			requireLatency(t, tally, PlayerRTT, 100*ms, 100*ms)
			require.Equal(t, played*uint64(c.frames), tally.Count(RollbackFrames), "%+v", c)
			late, still := uint64(0), uint64(0)
			if c.isLate {
				late = played
			}
			if c.stoodStill {
				still = played
			}
			require.Equal(t, late, tally.Count(LateUpdates), "%+v", c)
			require.Equal(t, still, tally.Count(StalledUpdates), "%+v", c)

			display := tally.Metric(InputToDisplay)
			n := float64(display.Count())
			require.InDelta(t, 4+c.shown+3+5, float64(sumOf(tally.Stages)-tally.Stages[FrameStage])/n/1e6, 1e-6, "%+v", c)
			require.InDelta(t, 10, float64(tally.Stages[FrameStage])/n/1e6, 0.5, "half a frame")
			require.InDelta(t, c.own, float64(tally.Count(HeldNs))/n/1e6, 1e-6, "%+v", c)
			require.Zero(t, tally.Metric(MatchSpread).Count(), "both have the same way")
			require.Zero(t, tally.Metric(PeekersAdvantage).Count(), "no server decides who saw first")
		}
		site := r.Workloads[0].Sites[0]
		require.Equal(t, uint64(1), site.Count(Matches))
		require.Zero(t, site.Count(CoreUs)+site.Count(BusyUs), "no server plays")
		worst := uint64(0)
		for m := range r.Workloads[0].Metros {
			worst += r.Workloads[0].Metros[m].Metric(WorstRTT).Count()
		}
		require.Equal(t, uint64(1), worst)
	}
}

func sumOf(stages [NumStages]int64) (sum int64) {
	for _, ns := range stages {
		sum += ns
	}
	return sum
}

func TestRollbacksFollowTheLawOfTheJitter(t *testing.T) {
	// 30 ms and an exponential jitter with a mean of 16 ms (8 on each of the two links between the metros are drawn as one of their sum):
	// P(later than n frames of 20 ms) is exp(-(20 n - 30)/16). A packet that a later one overtakes is rare enough not to show here: the
	// next is sent 20 ms later, and what it says of the first is that of the line, not of the links.
	later := func(frames float64) float64 { return math.Exp(-(20*frames - 30) / 16) }
	const delay, most = 2, 3
	s := fights(t, twoMetros(t, 30, 8*time.Millisecond), workload.Peers{InputDelay: delay, Rollback: most}, oneEach(0))
	r := runOne(t, s, placement.RegionOnly("region"))
	tally := &r.Workloads[0].Metros[0]
	require.NoError(t, tally.Merge(&r.Workloads[0].Metros[1]))
	played := float64(tally.Outcomes[Played])
	frames := 0.0
	for k := 0.0; k < most; k++ {
		frames += later(delay + k)
	}
	require.InEpsilon(t, later(delay), float64(tally.Count(LateUpdates))/played, 0.02)
	require.InEpsilon(t, later(delay+most), float64(tally.Count(StalledUpdates))/played, 0.1)
	require.InEpsilon(t, frames, float64(tally.Count(RollbackFrames))/played, 0.02)
}

func TestLossesWaitForTheNextInput(t *testing.T) {
	// Each packet says what was not confirmed: with a share p of them lost an input comes k frames late with probability p^k (1 - p).
	const p = 0.1
	n := twoMetros(t, 30, 0)
	lossy := n.Links()
	for i := range lossy {
		if lossy[i].From == "east" || lossy[i].To == "east" {
			lossy[i].Loss = p
		}
	}
	n, err := topology.New(n.AllNodes(), lossy)
	require.NoError(t, err)
	r := runOne(t, fights(t, n, workload.Peers{InputDelay: 2, Rollback: 8}, oneEach(0)), placement.RegionOnly("region"))
	for m := range r.Workloads[0].Metros {
		tally := &r.Workloads[0].Metros[m]
		played := float64(tally.Outcomes[Played])
		require.InEpsilon(t, p, float64(tally.Count(LostUpdates))/played, 0.04)
		require.InEpsilon(t, p/(1-p)*20e6, float64(tally.Causes[Loss])/played, 0.05)
		require.InEpsilon(t, p/(1-p), float64(tally.Count(RollbackFrames))/played, 0.05, "30 ms are two frames, of which two are hidden")
	}
}

func TestTheLadderIsOfTheWayBetweenTwoPlayers(t *testing.T) {
	// The site is near to both, who are 100 ms apart: they meet when both of them accept that.
	for relax, want := range map[workload.Relax]time.Duration{workload.Each: 30 * time.Second, workload.Newest: 30 * time.Second, workload.Oldest: 20 * time.Second} {
		s := fights(t, twoMetros(t, 50, 0), workload.Peers{InputDelay: 3, Rollback: 8}, oneEach(10*time.Second))
		s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) {
			m.Market.Ladder = []workload.Rung{{Limit: 60 * time.Millisecond}, {After: 30 * time.Second, Limit: 200 * time.Millisecond}}
			m.Market.Relax = relax
		})
		r := runOne(t, s, placement.RegionOnly("region"))
		waits := r.Workloads[0].Metros[1].Metric(FirstWait)
		require.Equal(t, uint64(1), waits.Count(), relax)
		require.Equal(t, int64(want), waits.MaxNs(), relax)
	}
}

func TestFightsGoOnWhereTheSiteFails(t *testing.T) {
	s := fights(t, twoMetros(t, 50, 0), workload.Peers{InputDelay: 3, Rollback: 8}, oneEach(0))
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) { m.MatchLength, m.Market.Reconnect = 10*time.Minute, 1 })
	s.Failures = []Failure{{Site: "region", At: 5 * time.Minute, For: 7 * time.Minute}}
	r := runOne(t, s, placement.RegionOnly("region"))
	for m := range r.Workloads[0].Metros {
		tally := &r.Workloads[0].Metros[m]
		// They play for ten minutes, find nobody for two minutes while the site is down, and play again until the end.
		require.InDelta(t, 50*(1200-1-119), float64(tally.Outcomes[Played]), 5)
		require.InDelta(t, 50*(12*60-601), float64(tally.Failures[SessionLost]), 5)
		require.Equal(t, uint64(1), tally.Count(LostSessions))
		require.Equal(t, uint64(1), tally.Count(Reconnected))
	}
}

func TestPlayersWithoutAnotherSiteComeBackWhenItIsUp(t *testing.T) {
	// Whoever was redirected to where there is nothing else tried again a nanosecond later, for as long as the site was down.
	w := workload.Workload{
		Head:    workload.Head{Name: "game"},
		Demand:  handDemand{map[string][]handPlayer{"metro": {{at: time.Second, stay: time.Hour}}}},
		Service: workload.Matched{MatchPlayers: 1, MatchLength: time.Hour, TickHz: 1, Market: workload.Market{Reconnect: 1}},
	}
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 20 * time.Minute, Seed: 1}
	s.Failures = []Failure{{Site: "region", At: 5 * time.Minute, For: 7 * time.Minute}}
	tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	require.Equal(t, uint64(7*60), tally.Failures[SessionLost])
	require.Equal(t, uint64(1), tally.Count(Reconnected))
}

func TestAFightEndsWhenOneLeaves(t *testing.T) {
	s := fights(t, twoMetros(t, 50, 0), workload.Peers{InputDelay: 3, Rollback: 8}, handDemand{map[string][]handPlayer{
		"east": {{at: time.Second, stay: time.Minute}, {at: 5 * time.Minute, stay: time.Hour}}, "west": {{at: time.Second, stay: time.Hour}},
	}})
	r := runOne(t, s, placement.RegionOnly("region"))
	require.Equal(t, uint64(2), r.Workloads[0].Sites[0].Count(Matches))
	west := &r.Workloads[0].Metros[1]
	require.InDelta(t, 50*(300-61), float64(west.Failures[WaitsForPlayers]), 2)
}

func TestFightsTakeNoCoresOfOtherGames(t *testing.T) {
	s := fights(t, twoMetros(t, 50, 0), workload.Peers{InputDelay: 3, Rollback: 8}, workload.Sessions{ConcurrentPlayers: 200, Length: workload.Weibull{Shape: 1, Scale: time.Hour}})
	p := placement.RegionOnly("region")
	p.Sites[1].Cores = 4
	require.ErrorContains(t, s.ValidatePlacement(p), "Sites[1].Cores is 4")
	p.Sites[1].Cores, p.Sites[1].Servers = 0, 4
	require.ErrorContains(t, s.ValidatePlacement(p), "Sites[1].Servers is 4")
	p.Sites[1].Cores, p.Sites[1].Servers = 4, 0
	shooter := workload.Workload{
		Head:    workload.Head{Name: "shooter"},
		Demand:  workload.Sessions{ConcurrentPlayers: 20, Length: workload.Weibull{Shape: 1, Scale: time.Hour}},
		Service: workload.Matched{MatchPlayers: 10, MatchLength: 10 * time.Minute, TickHz: 1},
	}
	s.Workloads = append(s.Workloads, shooter)
	both := runOne(t, s, p)
	s.Workloads = s.Workloads[1:]
	alone := runOne(t, s, p)
	require.Equal(t, alone.Workloads[0], both.Workloads[1])
	require.Positive(t, both.Workloads[0].Sites[0].Count(Matches))
	require.Zero(t, both.Workloads[0].Sites[0].Count(CoreUs))
}

func TestPeersNeedAWayBetweenMetros(t *testing.T) {
	s := fights(t, fourNodes(t), workload.Peers{InputDelay: 3, Rollback: 8}, oneEach(0))
	_, err := Run(t.Context(), Job{Scenario: s, Placement: placement.RegionOnly("region")})
	require.NoError(t, err, "there is one metro alone")
	n, err := topology.New([]topology.Node{
		{ID: "east", Kind: topology.Metro, Users: 1}, {ID: "west", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region},
	}, append(both("east", "region", topology.Internet, 5), both("west", "region", topology.Internet, 5)...))
	require.NoError(t, err)
	s.Network = n
	_, err = Run(t.Context(), Job{Scenario: s, Placement: placement.RegionOnly("region")})
	require.ErrorContains(t, err, `no route from "west" to "east"`)
}
