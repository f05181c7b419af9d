package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

func TestTicksAreLateByHourAsErlangSays(t *testing.T) {
	// A core does three matches' ticks in time, 2.6 s of 10 s each, and has seats for four. Players come as a Poisson process, each begins a
	// match alone where there is a seat, for an exponential time: M/M/4/4, and ticks are late while four are there. At a = 2 four are there
	// for B = 2/21 of the time (Erlang), and a(1-B) = 38/21 on the mean: of the matches' time 4B / (38/21) = 4/19 are late.
	s := solo(t, 2, workload.Market{Full: workload.TurnAway})
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) {
		m.TickTime, m.MatchesPerServer, m.SampledMatches = 2600*time.Millisecond, 4, 0
	})
	var late, hosted, updates, lateUpdates, hours, without uint64
	share := replicate(t, s, inZone(1), func(r *Result) float64 {
		site := &r.Workloads[0].Sites[0]
		require.Len(t, site.Hours, 900)
		own, all := uint64(0), uint64(0)
		for _, h := range site.Hours {
			require.LessOrEqual(t, h.OverrunUs, h.MatchUs)
			require.LessOrEqual(t, h.OverrunUs, uint64(4*time.Hour.Microseconds()))
			if h.PeakMatches < 4 {
				require.Zero(t, h.OverrunUs, "three are in time")
				without++
			}
			own, all, hours = own+h.OverrunUs, all+h.MatchUs, hours+1
		}
		late, hosted = late+own, hosted+all
		tally := &r.Workloads[0].Metros[0]
		updates, lateUpdates = updates+tally.Count(Requests)-tally.Outcomes[NotPlayed], lateUpdates+tally.Count(OverrunUpdates)
		return float64(own) / float64(all)
	})
	requireInside(t, share, 4./19, 0.04)
	require.Greater(t, without, hours/20, "some hours have none")
	require.InEpsilon(t, float64(late)/float64(hosted), float64(lateUpdates)/float64(updates), 0.005, "each match has one player, so that the updates say the same")
}

func TestLateTicksEndWithTheMatchesThatMakeThem(t *testing.T) {
	// Work grows with the pairs of players: a match of two is in time, one of three is not, and is again when one leaves.
	m := &workload.Matched{MatchPlayers: 3, TickHz: 1, TickTimePerPair: 400 * time.Millisecond}
	r := &rules{Matched: m}
	require.False(t, r.isOverrun(int64(m.TickWork(2)), 0))
	require.True(t, r.isOverrun(int64(m.TickWork(3)), 0))
	// What others need counts in the match's own period.
	require.False(t, r.isOverrun(int64(m.TickWork(2)), 6e8), "400 and 600 of 1000 ms")
	require.True(t, r.isOverrun(int64(m.TickWork(2)), 6e8+2))
}
