package sim

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// besideAGame is an API whose requests have a server, and the cores that a game without a lobby leaves at a zone: work for so many servers.
func besideAGame(t *testing.T, offered float64, pool placement.Pool) (Scenario, placement.Placement) {
	t.Helper()
	s := solo(t, 4, workload.Market{Full: workload.TurnAway})
	s.WarmUp, s.Duration = 2*time.Hour, 160*time.Hour
	s.Workloads = append(s.Workloads, workload.Workload{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: offered},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: time.Second, Law: workload.ExponentialTime}},
	})
	pool.Servers, pool.SpareCores = 1, true
	return s, placement.Placement{Name: "shared", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute, Cores: 6, Pools: []placement.Pool{pool}}}}
}

func TestRequestsHaveTheCoresThatMatchesLeave(t *testing.T) {
	// Matches of ten minutes come and go so slowly beside requests of a second that these are those of M/M/c/c at each number of matches, of which the
	// shares are Erlang's, too: of n on six cores, with work for four.
	const offered = 2.5
	weights, sum := []float64{1}, 1.
	for n := 1; n <= 6; n++ {
		weights = append(weights, weights[n-1]*4/float64(n))
		sum += weights[n]
	}
	rejected, servers := 0., 0.
	for n, w := range weights {
		rejected += w / sum * stats.ErlangB(7-n, offered)
		servers += w / sum * float64(7-n)
	}
	s, p := besideAGame(t, offered, placement.Pool{Queue: placement.AtMost(0)})
	runs := replications(t, s, p)
	requireInside(t, runs.mean(func(r *Result) float64 {
		tally := &r.Workloads[1].Metros[0]
		return float64(tally.Outcomes[Rejected]) / float64(tally.Count(Requests))
	}), rejected, .05)
	requireInside(t, runs.mean(func(r *Result) float64 {
		return float64(r.Workloads[1].Sites[0].Count(ServerUs)) / 1e6 / s.Duration.Seconds()
	}), servers, .03)
	requireInside(t, runs.mean(func(r *Result) float64 { // games know nothing of requests
		tally := &r.Workloads[0].Metros[0]
		return float64(tally.Count(TurnedAwaySessions)) / float64(tally.Count(Sessions))
	}), stats.ErlangB(6, 4), .08)
}

func TestMatchesAndRequestsHaveAllCoresBetweenThem(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := besideAGame(t, 1, placement.Pool{Discipline: d})
		s.Duration = 5 * time.Hour
		s.Failures = []Failure{{Site: "zone", At: 3 * time.Hour, For: 10 * time.Minute}}
		r := runOne(t, s, p)
		game, api := &r.Workloads[0].Sites[0], &r.Workloads[1].Sites[0]
		all := uint64(s.Duration/time.Microsecond) * 7
		// A core whose match begins is still there for the request that it is at: for a second on the mean, of one in so many.
		require.GreaterOrEqual(t, game.Count(BusyUs)+api.Count(ServerUs)+20, all, "%v", d)
		require.InEpsilon(t, all, game.Count(BusyUs)+api.Count(ServerUs), .002, "%v", d)
		if d == placement.SharedProcessor {
			require.InDelta(t, all, game.Count(BusyUs)+api.Count(ServerUs), 20, "what has no core waits")
		}
		require.Less(t, api.Count(BusyUs), api.Count(ServerUs))
		require.Positive(t, game.Count(BusyUs))
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSameHoweverAdvanced(t, plans[0])
		loads, err := plans[0].ServerLoads()
		require.NoError(t, err)
		require.InDelta(t, 3, loads[len(loads)-1].Capacity, 1e-9, "of seven, games are expected to take four")
	}
}

func TestMatchesAreOnAsFewCoresAsGoWhereRequestsHaveTheOthers(t *testing.T) {
	// Four matches share a core: some four of them are on two cores at most times, and on all six only where nobody else wants any.
	s, p := besideAGame(t, 1, placement.Pool{})
	s.Duration = 20 * time.Hour
	s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) { m.MatchesPerServer = 4 })
	busy := func() float64 {
		return float64(runOne(t, s, p).Workloads[0].Sites[0].Count(BusyUs)) / 1e6 / s.Duration.Seconds()
	}
	require.Less(t, busy(), 2.)
	p.Sites[0].Pools[0].SpareCores = false
	require.Greater(t, busy(), 3.)
}

func TestTwoGamesOnTheSameCoresAreBlockedAsKaufmanAndRobertsHaveIt(t *testing.T) {
	// Matches of one player take a core or three, of ten, and last ten minutes or 30: what they ask for is the only thing that counts. The shares of the number
	// of busy cores by Kaufman's recursion, j q(j) = sum over k of a(k) b(k) q(j - b(k)); blocked is who finds too few.
	const cores = 10
	offered, takes := [2]float64{3, 1}, [2]int{1, 3}
	q, sum := []float64{1}, 1.
	for j := 1; j <= cores; j++ {
		of := 0.
		for k, take := range takes {
			if j >= take {
				of += offered[k] * float64(take) * q[j-take] / float64(j)
			}
		}
		q = append(q, of)
		sum += of
	}
	blocked := [2]float64{q[10] / sum, (q[8] + q[9] + q[10]) / sum}
	s := solo(t, offered[0], workload.Market{Full: workload.TurnAway})
	large := s.Workloads[0]
	large.Name = "large"
	large.Demand = workload.Sessions{ConcurrentPlayers: offered[1], Length: workload.Weibull{Shape: 1, Scale: 30 * time.Minute}}
	large = workload.Change(large, func(m *workload.Matched) { m.CoresPerMatch = 3 })
	s.Workloads = []workload.Workload{s.Workloads[0], large}
	p := placement.Placement{Name: "zone", Sites: []placement.Assignment{{Site: "zone", Role: placement.Compute, Cores: cores}}}
	runs := replications(t, s, p)
	for k := range takes {
		t.Run(fmt.Sprint(takes[k]), func(t *testing.T) {
			requireInside(t, runs.mean(func(r *Result) float64 {
				tally := &r.Workloads[k].Metros[0]
				return float64(tally.Count(TurnedAwaySessions)) / float64(tally.Count(Sessions))
			}), blocked[k], .1)
		})
	}
}

// A pool beside one that has the cores which matches leave has its own servers, however many cores matches take: of them all is known before a run, and what it
// passes on is Erlang B of six servers, as many as there are at most, with work for three.
func TestPoolsBesideSpareCoresAreNotLessForThem(t *testing.T) {
	s, p := besideAGame(t, 1, placement.Pool{Name: "spare", Workloads: []string{"api"}})
	other := s.Workloads[1]
	other.Name, other.Demand = "other", workload.Poisson{RequestsPerSecond: 3}
	s.Workloads = append(s.Workloads, other)
	p.Sites[0].Site = "region"
	p.Sites[0].Pools = append(p.Sites[0].Pools, placement.Pool{
		Name: "own", Workloads: []string{"other"}, Servers: 2, Scale: placement.Scale{Most: 6, Target: .5}, Queue: placement.AtMost(0), Spill: toNearest(),
	})
	p = p.With(placement.Assignment{Site: "zone", Role: placement.Compute, Workloads: []string{"other"}, Pools: []placement.Pool{{Name: "far", Servers: 50}}})
	p.Routes = append(p.Routes, placement.Route{Workloads: []string{"other"}, Routing: placement.Pinned{{Metro: "metro", Site: "region"}}})
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	loads, err := plans[0].ServerLoads()
	require.NoError(t, err)
	byPool := make(map[string]Load)
	for _, l := range loads {
		byPool[l.Pool] = l
	}
	require.InDelta(t, 3, byPool["compute spare"].Capacity, 1e-9, "of seven, games are expected to take four")
	require.Equal(t, 6., byPool["compute own"].Capacity)
	require.InDelta(t, 3*stats.ErlangB(6, 3), byPool["compute own"].Spilled, 1e-9)
	require.InDelta(t, 3*stats.ErlangB(6, 3), byPool["compute far"].TakenIn, 1e-9)
}
