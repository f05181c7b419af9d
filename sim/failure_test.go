package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

const second = int64(time.Second)

// instants returns when the users of the only metro ask, up to an end.
func instants(t testing.TB, s Scenario, end int64) (all []int64) {
	t.Helper()
	metro := s.Network.At(s.Network.OfKind(topology.Metro)[0]).ID
	for _, r := range requests(t, s, metro, end) {
		all = append(all, r.At)
	}
	return all
}

// requests returns what the users of a metro ask of the first workload, up to an end, if they are all that there are.
func requests(t testing.TB, s Scenario, metro string, end int64) (all []session) {
	t.Helper()
	w := &s.Workloads[0]
	open, err := w.Open([]workload.Audience{{Metro: metro, Users: 1}}, s.Start, s.Seed, 0)
	require.NoError(t, err)
	source, one := open(0), workload.Batch{At: make([]int64, 1), Stay: make([]int64, 1), Object: make([]uint32, 1)}
	for source.Draw(end, &one) > 0 && one.At[0] < end {
		all = append(all, session{At: one.At[0], LengthNs: one.Stay[0], Number: uint64(len(all))})
	}
	return all
}

func countIn(instants []int64, from, to int64) (n int64) {
	for _, at := range instants {
		if from <= at && at < to {
			n++
		}
	}
	return n
}

func TestUsersOfASiteThatFailsWaitGoToTheNextAndReturn(t *testing.T) {
	s := Scenario{
		Network: threePoPs(t, 1), Workloads: []workload.Workload{onOpenConnections(2)}, Duration: 400 * time.Second, Seed: 8,
		Failures: []Failure{{Site: "a", At: 100 * time.Second, For: 100 * time.Second, Detection: 30 * time.Second, Redirection: 10 * time.Second}},
	}
	at := instants(t, s, 400*second)
	all := int64(len(at))
	failed := countIn(at, 100*second-3*ms, 140*second) // who leaves 3 ms earlier meets a dead site, too
	elsewhere := countIn(at, 140*second, 200*second)
	require.Greater(t, failed, int64(50))

	tally := &runOne(t, s, popABC(placement.NearestRTT{})).Workloads[0].Metros[0]
	require.Equal(t, uint64(all), tally.Count(Requests))
	require.Equal(t, uint64(failed), tally.Outcomes[Failed])
	require.Equal(t, uint64(failed), tally.Failures[SiteDown])
	require.Equal(t, uint64(failed*3*second), tally.Count(FailedNs))
	require.Equal(t, (all-failed-elsewhere)*6*ms+elsewhere*10*ms, tally.Causes[Propagation])
	require.Equal(t, uint64(3), tally.Outcomes[Miss], "once at each of the two, and once more at the one that came back empty")
	require.Equal(t, uint64(all-failed), tally.Metric(TTFB).Count(), "only what is answered has a latency")
	requireLatency(t, tally, TTFB, 6*ms, 10*ms+50*ms+7*ms)
	require.Equal(t, uint64(all-failed)*100_000, tally.Count(Bytes))

	t.Run("the next has failed as well", func(t *testing.T) {
		s := s
		s.Failures = append(s.Failures[:1:1], Failure{Site: "b", At: 150 * time.Second, For: time.Hour, Redirection: 5 * time.Second, Timeout: time.Second})
		tally := &runOne(t, s, popABC(placement.NearestRTT{})).Workloads[0].Metros[0]
		more := countIn(at, 150*second-5*ms, 155*second)
		require.Equal(t, uint64(failed+more), tally.Outcomes[Failed])
		require.Equal(t, uint64(failed*3*second+more*second), tally.Count(FailedNs))
		atB, atC := countIn(at, 140*second, 150*second-5*ms), countIn(at, 155*second, 200*second)
		require.Equal(t, (all-failed-elsewhere)*6*ms+atB*10*ms+atC*16*ms, tally.Causes[Propagation])
	})
	t.Run("nobody notices in time", func(t *testing.T) {
		s := s
		s.Failures = []Failure{{Site: "a", At: 100 * time.Second, For: 20 * time.Second, Detection: 30 * time.Second}}
		tally := &runOne(t, s, popABC(placement.NearestRTT{})).Workloads[0].Metros[0]
		n := countIn(at, 100*second-3*ms, 120*second-3*ms)
		require.Equal(t, uint64(n), tally.Outcomes[Failed])
		require.Equal(t, (all-n)*6*ms, tally.Causes[Propagation])
	})
	t.Run("there is no other", func(t *testing.T) {
		p := placement.RegionOnly("region").WithPoPs(1<<20, "a")
		tally := &runOne(t, s, p).Workloads[0].Metros[0]
		require.Equal(t, uint64(countIn(at, 100*second-3*ms, 200*second-3*ms)), tally.Outcomes[Failed])
	})
	t.Run("the placement does not use it", func(t *testing.T) {
		tally := &runOne(t, s, placement.RegionOnly("region")).Workloads[0].Metros[0]
		require.Zero(t, tally.Outcomes[Failed])
		require.Equal(t, all*80*ms, tally.Causes[Propagation])
	})
}

func TestRequestsThatRideTheBackboneFailWithTheirPoP(t *testing.T) {
	w := workload.Workload{
		Head:    workload.Head{Name: "api"},
		Demand:  workload.Poisson{RequestsPerSecond: 2},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: time.Millisecond}},
	}
	s := Scenario{
		Network: threePoPs(t, 1), Workloads: []workload.Workload{w}, Duration: 300 * time.Second, Seed: 8,
		Failures: []Failure{{Site: "a", At: 100 * time.Second, For: 100 * time.Second, Detection: 40 * time.Second}},
	}
	at := instants(t, s, 300*second)
	tally := &runOne(t, s, popABC(placement.NearestRTT{}).ViaPoP()).Workloads[0].Metros[0]
	failed, elsewhere := countIn(at, 100*second-3*ms, 140*second), countIn(at, 140*second, 200*second)
	require.Equal(t, uint64(failed), tally.Outcomes[Failed])
	require.Equal(t, (int64(len(at))-failed-elsewhere)*6*ms+elsewhere*10*ms, tally.Causes[Propagation])
	require.Equal(t, (int64(len(at))-failed)*50*ms, tally.Causes[Upstream])
}

func TestPlayersOfASiteThatFailsAreThrownOut(t *testing.T) {
	w := workload.Workload{
		Head:    workload.Head{Name: "game", Deadlines: []time.Duration{40 * time.Millisecond}},
		Demand:  workload.Sessions{ConcurrentPlayers: 200, Length: workload.Weibull{Shape: 1, Scale: 5 * time.Minute}},
		Service: workload.Matched{MatchPlayers: 10, MinPlayers: 1, LobbyTimeout: 5 * time.Second, MatchLength: 3 * time.Minute, TickHz: 10},
	}
	down, elsewhere, up := 300*second, 340*second, 420*second
	s := Scenario{
		Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 10 * time.Minute, Seed: 1,
		Failures: []Failure{{Site: "zone", At: 300 * time.Second, For: 120 * time.Second, Detection: 40 * time.Second}},
	}
	p := placement.RegionOnly("region").WithLocalZones("zone")
	lost, all := uint64(0), uint64(0)
	for _, session := range requests(t, s, "metro", int64(s.Duration)) {
		all++
		if session.At < down && session.At+session.LengthNs > down || session.At >= down && session.At < elsewhere {
			lost++
		}
	}
	require.Greater(t, lost, uint64(150))
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	require.Equal(t, all, tally.Count(Sessions))
	require.Equal(t, lost, tally.Count(LostSessions))
	unharmed := s
	unharmed.Failures = nil
	require.Equal(t, runOne(t, unharmed, p).Workloads[0].Metros[0].Count(Requests), tally.Count(Requests), "the same play is wanted")
	require.Equal(t, tally.Count(Requests), tally.Outcomes[Played]+tally.Outcomes[NotPlayed])
	require.Equal(t, tally.Outcomes[NotPlayed], tally.Failures[SessionLost]+tally.Failures[WaitsForPlayers])
	require.Greater(t, tally.Failures[SessionLost], lost*10*60, "a minute at least of every lost session, on the mean")
	requireLatency(t, tally, RTT, 10*ms, 80*ms)
	near := tally.Within(RTT)[0]
	far := tally.Metric(RTT).Count() - near
	require.Positive(t, far, "who came later went to the region")

	// Stopped when the zone comes up again, nobody can have returned to it.
	s.Duration = time.Duration(up)
	before := &runOne(t, s, p).Workloads[0].Metros[0]
	require.Less(t, before.Within(RTT)[0], near)
	s.Duration = time.Duration(elsewhere)
	early := &runOne(t, s, p).Workloads[0].Metros[0]
	require.Equal(t, lost, early.Count(LostSessions))
	require.Equal(t, early.Metric(RTT).Count(), early.Within(RTT)[0])
	require.Equal(t, early.Within(RTT)[0], before.Within(RTT)[0], "the zone serves nobody while it is down")

	t.Run("before recording begins", func(t *testing.T) {
		s := s
		s.WarmUp, s.Duration = time.Duration(elsewhere), 260*time.Second
		later := &runOne(t, s, p).Workloads[0].Metros[0]
		require.Zero(t, later.Count(LostSessions))
		require.Less(t, later.Count(Sessions), all-lost)
	})
}

func TestRunsWithFailuresAreTheSameOnAnyNumberOfCores(t *testing.T) {
	s, p := cdn(t, 5)
	s.Failures = []Failure{
		{Site: "pop-1", At: 6 * time.Second, For: 8 * time.Second, Detection: 2 * time.Second},
		{Site: "pop-2", At: 7 * time.Second, For: 3 * time.Second, Detection: time.Second},
		{Site: "pop-1", At: 20 * time.Second, For: 2 * time.Second, Detection: time.Second},
	}
	p.Routing = placement.Anycast{}
	for _, servers := range []int{0, 3} {
		p.Sites[0].Servers = servers
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		want, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		total, err := want.Workloads[0].Total()
		require.NoError(t, err)
		require.Positive(t, total.Outcomes[Failed])
		for _, workers := range []int{2, 4} {
			got, err := plans[0].RunOn(context.Background(), 0, workers, nil)
			require.NoError(t, err)
			requireSame(t, want, got)
		}
		s := s
		s.Failures = nil
		p := p
		p.Routing = placement.NearestRTT{}
		bare := runOne(t, s, p)
		for m := range bare.Workloads[0].Metros {
			require.Equal(t, bare.Workloads[0].Metros[m].Count(Requests), want.Workloads[0].Metros[m].Count(Requests), "the same users")
		}
	}
}

func TestFailuresThatCannotBeSimulatedAreNamed(t *testing.T) {
	game := shooter()
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{oneObject(), game}, Duration: time.Minute}
	minute := Failure{Site: "pop", At: time.Minute, For: time.Minute}
	for want, failures := range map[string][]Failure{
		"Failures[0].Site is moon; want a site":             {{Site: "moon", For: 1}},
		"Failures[0].Site is metro; want a site":            {{Site: "metro", For: 1}},
		"Failures[0].For is 0s; want 1ns to":                {{Site: "pop"}},
		"Failures[0].At is -1ns; want 0s to":                {{Site: "pop", At: -1, For: 1}},
		"Failures[0].Timeout is -1ns":                       {{Site: "pop", For: 1, Timeout: -1}},
		"Failures[0].Detection is 2562047h47m16.854775807s": {{Site: "pop", For: 1, Detection: math.MaxInt64}},
		"Failures[1].At is 2m0s; want an instant at which":  {minute, {Site: "pop", At: 2 * time.Minute, For: 1}},
	} {
		s.Failures = failures
		require.ErrorContains(t, s.Validate(), want)
	}
}

func TestCacheCourseOfASiteThatComesUpAgainBeginsEmpty(t *testing.T) {
	s, p := cdn(t, 1)
	down := Failure{Site: "pop-0", At: 10 * time.Second, For: 5 * time.Second}
	s.Failures = []Failure{down}
	timeline := runOne(t, s, p).Tiers[0].Fill
	at := func(instant time.Duration) int64 { return timeline.UsedBytes[int64(instant)/timeline.BatchNs] }
	require.Greater(t, at(down.At), int64(1<<20))
	require.Zero(t, at(down.At+down.For))
	require.Greater(t, at(24*time.Second), int64(1<<20))

	s.Failures[0].For = s.WarmUp + s.Duration - down.At - time.Millisecond
	lost := runOne(t, s, p).Tiers[0].Fill
	require.Equal(t, timeline.UsedBytes[:10], lost.UsedBytes[:10], "it has had a cache")
	require.Equal(t, timeline.CapacityBytes, lost.CapacityBytes)
}
