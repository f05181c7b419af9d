package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// arcade is a game of six matches of ten for about 300 players who never leave, 5 ms from the zone and 40 ms from the
// region.
func arcade(t *testing.T, players float64) Scenario {
	t.Helper()
	w := workload.Workload{
		Head:    workload.Head{Name: "game", Deadlines: []time.Duration{35 * time.Millisecond}},
		Demand:  workload.Sessions{ConcurrentPlayers: players, Length: workload.Weibull{Shape: 1, Scale: 1000 * time.Hour}},
		Service: workload.Matched{MatchPlayers: 10, MinPlayers: 10, LobbyTimeout: time.Minute, MatchLength: 3 * time.Minute, TickHz: 10, MatchesPerServer: 3},
	}
	return Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 10 * time.Minute, Seed: 1}
}

func TestWhoWaitsForAFullSiteIsCounted(t *testing.T) {
	s := arcade(t, 300)
	region := placement.RegionOnly("region")
	zone := placement.Placement{Name: "zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute, Servers: 2}}}
	far, near := runOne(t, s, region), runOne(t, s, zone)
	all, few := &far.Workloads[0].Metros[0], &near.Workloads[0].Metros[0]
	require.Equal(t, all.Count(Requests), few.Count(Requests), "the same play is wanted")
	require.Equal(t, few.Count(Requests), few.Outcomes[Played]+few.Outcomes[NotPlayed])
	players := float64(few.Count(PlayerUs)) / 600e6
	require.InDelta(t, 1-60/players, float64(few.Outcomes[NotPlayed])/float64(few.Count(Requests)), 0.001, "60 seats, always taken")
	require.InDelta(t, players-60, float64(few.Count(WaitingUs))/600e6, 0.1)
	require.Equal(t, few.Outcomes[NotPlayed], few.Failures[WaitsForServer])

	// Nobody leaves: those who never get a seat have waited for the whole run, and are among the waits.
	wait := few.Metric(LobbyWait)
	require.Equal(t, int64(10*time.Minute), wait.MaxNs())
	require.Greater(t, float64(wait.Count()), players-60)
	// Players who take turns have played; the others have not, and are sessions all the same.
	played := few.Metric(PlayerRTT).Count()
	require.Less(t, played, few.Count(Sessions))
	// In ten minutes a seat is taken four or five times: once until the match found under way ends, then every 3 min.
	require.GreaterOrEqual(t, played, uint64(60*4))
	require.LessOrEqual(t, played, uint64(60*5))
	require.Equal(t, played, few.Within(PlayerRTT)[0])

	require.Less(t, float64(all.Outcomes[NotPlayed]), 0.05*float64(all.Count(Requests)), "less than ten of 300")
	require.Equal(t, all.Outcomes[NotPlayed], all.Failures[WaitsForPlayers])
	require.Zero(t, all.Within(PlayerRTT)[0])
}

func TestWhoFindsAZoneFullPlaysInTheRegion(t *testing.T) {
	// The zone has 60 seats, the region beside it as many as are asked for: 240 of 300 players play there.
	s := arcade(t, 300)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) {
		m.Market = workload.Market{Choice: workload.LowestMean, Full: workload.Overflow}
	})
	both := placement.RegionOnly("region").With(placement.Assignment{Site: "zone", Role: placement.Compute, Servers: 2})
	r := runOne(t, s, both)
	all := &r.Workloads[0].Metros[0]
	players := float64(all.Count(PlayerUs)) / 600e6
	for i, want := range []float64{players - 60, 60} {
		site := &r.Workloads[0].Sites[i]
		require.InDelta(t, want, float64(site.Tally.Count(PlayerUs))/600e6, 5, r.Sites[i])
	}
	require.Less(t, float64(all.Outcomes[NotPlayed]), 0.05*float64(all.Count(Requests)))
	require.Zero(t, all.Failures[WaitsForServer])
	require.Positive(t, all.Count(Overflowed))
	near := float64(all.Metric(RTT).CDF(35e6))
	require.InDelta(t, 60/players, near, 0.02, "of the play that happens, the part that 60 seats have is near")
	// Where the zone takes all it is the zone that all play in.
	both.Sites[len(both.Sites)-1].Servers = 0
	require.Zero(t, runOne(t, s, both).Workloads[0].Metros[0].Count(Overflowed))
}

func TestPlentyOfCoresAreAsGoodAsAlwaysEnough(t *testing.T) {
	// Where a match ends and there was room for another, whoever waits goes on waiting, whether the cores are counted or not. What cores
	// take of ticks is left out: matches share them otherwise.
	run := func(cores int) []Tally {
		s, p := wholeMarket(t)
		s.WarmUp, s.Duration, s.Failures = 5*time.Minute, 25*time.Minute, nil
		for i := range s.Workloads {
			s.Workloads[i] = workload.Change(s.Workloads[i], func(m *workload.Matched) { m.TickTime, m.TickTimePerPlayer = 0, 0 })
		}
		for i := range p.Sites {
			p.Sites[i] = placement.Assignment{Site: p.Sites[i].Site, Role: placement.Compute, Cores: cores}
		}
		var all []Tally
		for _, w := range runOne(t, s, p).Workloads {
			all = append(all, w.Metros...)
		}
		return all
	}
	always, plenty := run(0), run(10_000)
	require.Equal(t, always, plenty)
	waited := uint64(0)
	for i := range always {
		waited += always[i].Count(WaitingUs)
	}
	require.Positive(t, waited)
}

func TestPlayersBesideAFullZoneMayWaitForEitherReason(t *testing.T) {
	// 57 to 64 players for 60 seats: with fewer than 60 the last match waits for players, with more its players for seats.
	reasons := [NumReasons]uint64{}
	for seed := range uint64(6) {
		s := arcade(t, 60)
		s.Seed = seed
		s.Workloads[0] = workload.Change(s.Workloads[0], func(p *workload.Sessions) { p.Length.Scale = 20 * time.Minute })
		zone := placement.Placement{Name: "zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute, Servers: 2}}}
		tally := &runOne(t, s, zone).Workloads[0].Metros[0]
		require.Equal(t, tally.Count(Requests), tally.Outcomes[Played]+tally.Outcomes[NotPlayed])
		for why, n := range tally.Failures {
			reasons[why] += n
		}
		period := uint64(100_000) // us
		require.InEpsilon(t, tally.Count(WaitingUs), tally.Outcomes[NotPlayed]*period, 0.02, "an update each tenth of a second")
		require.InEpsilon(t, tally.Count(PlayerUs), tally.Count(Requests)*period, 0.005)
	}
	require.Positive(t, reasons[WaitsForPlayers])
	require.Positive(t, reasons[WaitsForServer])
}

func TestWaitsOfThoseWhoGiveUpCount(t *testing.T) {
	// Nobody ever starts a match of two: one player an hour comes, waits as long as the session lasts, and leaves.
	w := workload.Workload{
		Head:    workload.Head{Name: "game"},
		Demand:  workload.Sessions{ConcurrentPlayers: 0.02, Length: workload.Weibull{Shape: 100, Scale: time.Minute}},
		Service: workload.Matched{MatchPlayers: 2, MinPlayers: 2, LobbyTimeout: time.Second, MatchLength: 3 * time.Minute, TickHz: 1},
	}
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 200 * time.Hour, Seed: 1}
	tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
	waits := tally.Metric(LobbyWait)
	require.Greater(t, waits.Count(), uint64(150))
	require.InEpsilon(t, float64(time.Minute), waits.QuantileNs(0.5), 0.02)
	require.Less(t, tally.Metric(PlayerRTT).Count(), waits.Count()/10, "two at the same time are rare")
}
