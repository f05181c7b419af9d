package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// requireOriginsOfSites says that what sites served as origins is what the workload's origins served.
func requireOriginsOfSites(t *testing.T, r *Result) {
	t.Helper()
	for i := range r.Workloads {
		w := &r.Workloads[i]
		for _, c := range []Counter{OriginRequests, OriginBytes} {
			sum := uint64(0)
			for n := range w.Sites {
				sum += w.Sites[n].Tally.Count(c)
			}
			require.Equal(t, w.Counters[c], sum, "%s: %v", w.Name, c)
		}
	}
}

// siteOf returns what a site did for the first workload.
func siteOf(t *testing.T, r *Result, id string) *SiteTally {
	t.Helper()
	for n, name := range r.Sites {
		if name == id {
			return &r.Workloads[0].Sites[n]
		}
	}
	require.Fail(t, "no site "+id)
	return nil
}

func TestOriginLoadIsThatOfTheSiteThatServes(t *testing.T) {
	s := Scenario{Network: twoRegions(t), Workloads: []workload.Workload{alwaysMissing(2)}, Duration: 400 * time.Second, Seed: 8, Failures: []Failure{out("west")}}
	at := instants(t, s, 400*second)
	p := backup(placement.RegionOnly("west").WithPoPs(1<<30, "pop"), "east", placement.Origin)
	r := byArithmeticAndByMessage(t, s, p)
	requireOriginsOfSites(t, r)
	west, east := siteOf(t, r, "west"), siteOf(t, r, "east")
	require.Equal(t, uint64(len(at)), west.Tally.Count(OriginRequests)+east.Tally.Count(OriginRequests))
	// West is down from 100 s to 200 s; what reaches it just before is lost on its way.
	require.Equal(t, uint64(countIn(at, 100*second-35*ms, 200*second-28*ms)), east.Tally.Count(OriginRequests))
	require.Equal(t, 100_000*east.Tally.Count(OriginRequests), east.Tally.Count(OriginBytes))
	require.Zero(t, siteOf(t, r, "pop").Tally.Count(OriginRequests), "who asks is no origin")
	require.Zero(t, east.Tally.Count(Requests))
	require.False(t, east.IsIdle())

	for _, p := range []*Plan{busyWorld(t), failingWorld(t)} {
		r, err := p.Run(context.Background(), 0)
		require.NoError(t, err)
		requireOriginsOfSites(t, r)
	}
}

// busyUs is how long n servers work in each of several times, on jobs that arrive at some instants and take as long as
// each other: the jobs that are under way at the end of a time are cut off, and forgotten.
func busyUs(arrivals []int64, service int64, n int, times [][2]int64, from, to int64) uint64 {
	busy := int64(0)
	for _, up := range times {
		free := make([]int64, n)
		for _, at := range arrivals {
			if at < up[0] || at >= up[1] {
				continue
			}
			first := 0
			for i := range free {
				if free[i] < free[first] {
					first = i
				}
			}
			start := max(at, free[first])
			free[first] = start + service
			busy += max(min(start+service, up[1], to)-max(start, from), 0)
		}
	}
	return uint64(busy / nsPerUs)
}

func TestServersAreBusyWhileTheyWork(t *testing.T) {
	w := workload.Workload{
		Head:    workload.Head{Name: "api"},
		Demand:  workload.Poisson{RequestsPerSecond: 90},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 20 * time.Millisecond}},
	}
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, WarmUp: 50 * time.Second, Duration: 150 * time.Second, Seed: 3}
	p := placement.RegionOnly("region")
	p.Sites[1].Servers = 2
	arrivals := instants(t, s, 200*second)
	for i := range arrivals {
		arrivals[i] += 40 * ms
	}
	region := siteOf(t, runOne(t, s, p), "region")
	require.Equal(t, busyUs(arrivals, 20*ms, 2, [][2]int64{{0, 200 * second}}, 50*second, 200*second), region.Count(BusyUs))
	require.Equal(t, uint64(2*150e6), region.Count(ServerUs))
	require.InDelta(t, 0.9, float64(region.Count(BusyUs))/float64(region.Count(ServerUs)), 0.03, "arrivals x service / servers")

	s.Failures = []Failure{{Site: "region", At: 100 * time.Second, For: 30 * time.Second}, {Site: "region", At: 190 * time.Second, For: 30 * time.Second}}
	region = siteOf(t, runOne(t, s, p), "region")
	up := [][2]int64{{0, 100 * second}, {130 * second, 190 * second}}
	require.Equal(t, busyUs(arrivals, 20*ms, 2, up, 50*second, 200*second), region.Count(BusyUs), "nothing is done while the site is down")
	require.Equal(t, uint64(2*(150-40)*1e6), region.Count(ServerUs), "nor are its servers there")
	require.Equal(t, uint64(40e6), region.Count(AwayUs))

	p.Sites[1].Servers = 0
	region = siteOf(t, runOne(t, s, p), "region")
	require.Zero(t, region.Count(BusyUs)+region.Count(ServerUs), "there are always enough")
}

// playersAt is how long players are at a site in us, and how many at most, who stay from one instant to another.
func playersAt(stays [][2]int64, from, to int64) (us uint64, peak uint64) {
	for _, s := range stays {
		if begin, end := max(s[0], from), min(s[1], to); begin < end {
			us += uint64(end/nsPerUs - begin/nsPerUs)
		}
	}
	for _, s := range stays {
		at, n := max(s[0], from), uint64(0)
		for _, o := range stays {
			if o[0] <= at && at < o[1] {
				n++
			}
		}
		if at < to && at < s[1] {
			peak = max(peak, n)
		}
	}
	return us, peak
}

func TestPlayersAreCountedWhileTheyAreThere(t *testing.T) {
	w := workload.Workload{
		Head:    workload.Head{Name: "game"},
		Demand:  workload.Sessions{ConcurrentPlayers: 60, Length: workload.Weibull{Shape: 1, Scale: 5 * time.Minute}},
		Service: workload.Matched{MatchPlayers: 10, MinPlayers: 1, LobbyTimeout: 5 * time.Second, MatchLength: 3 * time.Minute, TickHz: 10, MatchesPerServer: 2},
	}
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, WarmUp: 2 * time.Minute, Duration: 10 * time.Minute, Seed: 1}
	p := placement.RegionOnly("region")
	p.Sites[1].Servers = 3
	var stays [][2]int64
	for _, session := range requests(t, s, "metro", 720*second) {
		stays = append(stays, [2]int64{session.At, session.At + session.LengthNs})
	}
	region := siteOf(t, runOne(t, s, p), "region")
	us, peak := playersAt(stays, 120*second, 720*second)
	require.Equal(t, us, region.Tally.Count(PlayerUs))
	require.Equal(t, peak, region.PeakPlayers)
	require.InDelta(t, 60, float64(us)/600e6, 15)
	require.Equal(t, uint64(6*600e6), region.Count(ServerUs), "three servers of two matches each")
	require.Greater(t, region.Count(BusyUs), region.Count(ServerUs)/2)

	s.Failures = []Failure{{Site: "region", At: 300 * time.Second, For: 60 * time.Second}}
	var cut [][2]int64
	for _, stay := range stays {
		if stay[0] < 300*second {
			cut = append(cut, [2]int64{stay[0], min(stay[1], 300*second)})
		} else if stay[0] >= 360*second {
			cut = append(cut, stay)
		}
	}
	region = siteOf(t, runOne(t, s, p), "region")
	us, peak = playersAt(cut, 120*second, 720*second)
	require.Equal(t, us, region.Tally.Count(PlayerUs), "nobody is at a site that is down")
	require.Equal(t, peak, region.PeakPlayers)
}

func TestTimeThatNoNumberHoldsIsTheMostThatOneCan(t *testing.T) {
	require.Equal(t, uint64(2_999_997), usOf(3, 1999, 1_000_000_999), "whole microseconds")
	require.Equal(t, ^uint64(0), usOf(1<<40, 0, int64(time.Hour)*1000))
}
