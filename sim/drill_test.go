package sim

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// A drill computed by hand. PoPs a, b and c are 3, 5 and 8 ms from the users and 25 ms from the origin, which works 7 ms on a request.
//
// a is down from 10 s to 20 s: who asks at 9.9995 s arrives at 10.0025 s and waits 2 s in vain; from 14 s on users go to b, which has not yet
// what they ask for. b is drained from 15 s to 18 s: users go to c, and find b as it was when they return. When a is up, its cache is empty.
// The origin is down from 30 s to 34 s: what a cache has it serves; what it lacks it asks for 1.5 s in vain, 6 ms away from the user: until
// 35.403 s what was asked for at 33.903 s, for which another waits from 34.203 s on.
func TestADrillIsThatOfHand(t *testing.T) {
	w := oneObject()
	w.Client.NewShare, w.Client.BitsPerSecond = 0, 0
	w.Demand = timed{
		at: []time.Duration{
			1 * time.Second, 5 * time.Second, 9999500 * time.Microsecond, 12 * time.Second, 13999 * time.Millisecond, 14 * time.Second, 15 * time.Second,
			17999 * time.Millisecond, 18 * time.Second, 20 * time.Second, 30500 * time.Millisecond, 31 * time.Second, 33900 * time.Millisecond, 34200 * time.Millisecond,
			35500 * time.Millisecond,
		},
		object: []uint32{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1},
	}
	s := Scenario{
		Network: threePoPs(t, 1), Workloads: []workload.Workload{w}, Duration: 40 * time.Second, Seed: 4,
		Failures: []Failure{
			{Site: "a", At: 10 * time.Second, For: 10 * time.Second, Detection: 3 * time.Second, Redirection: time.Second, Timeout: 2 * time.Second},
			{Site: "region", At: 30 * time.Second, For: 4 * time.Second, Detection: 2 * time.Second, Timeout: 1500 * time.Millisecond},
		},
		Drains: []Drain{{Site: "b", At: 15 * time.Second, For: 3 * time.Second}},
	}
	want := `1s MISS 63ms, propagation 6ms, service 7ms, upstream 50ms
5s HIT 6ms, propagation 6ms
9.9995s ERROR (site down) 2s
12s ERROR (site down) 2s
13.999s ERROR (site down) 2s
14s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
15s MISS 73ms, propagation 16ms, service 7ms, upstream 50ms
17.999s HIT 16ms, propagation 16ms
18s HIT 10ms, propagation 10ms
20s MISS 63ms, propagation 6ms, service 7ms, upstream 50ms
30.5s ERROR (next tier down) 1.506s
31s HIT 6ms, propagation 6ms
33.9s ERROR (next tier down) 1.506s
34.2s ERROR (next tier down) 1.206s
35.5s MISS 63ms, propagation 6ms, service 7ms, upstream 50ms
`
	require.Equal(t, want, inOrder(journeys(t, s, popABC(placement.NearestRTT{}))))

	// Three failures of one second are one that comes three times, and a group fails as its sites do.
	s.Failures = []Failure{
		{Site: "a", At: 4 * time.Second, For: time.Second}, {Site: "a", At: 8 * time.Second, For: time.Second}, {Site: "a", At: 12 * time.Second, For: time.Second},
		{Site: "b", At: 4 * time.Second, For: time.Second}, {Site: "b", At: 8 * time.Second, For: time.Second}, {Site: "b", At: 12 * time.Second, For: time.Second},
	}
	want = journeys(t, s, popABC(placement.NearestRTT{}))
	require.Contains(t, want, "5s MISS 63ms")
	s.Failures = []Failure{{Site: "a", With: []string{"b"}, At: 4 * time.Second, For: time.Second, Times: 3, Every: 4 * time.Second}}
	require.Equal(t, want, journeys(t, s, popABC(placement.NearestRTT{})))
}

// inOrder puts journeys in order of time: sites end theirs side by side.
func inOrder(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	at := func(line string) time.Duration {
		d, err := time.ParseDuration(strings.Fields(line)[0])
		if err != nil {
			panic(err)
		}
		return d
	}
	lines[len(lines)-1] += "\n"
	slices.SortStableFunc(lines, func(a, b string) int { return cmp.Compare(at(a), at(b)) })
	return strings.Join(lines, "")
}

// A check that is as likely at any instant finds a failure half an interval later on the mean, and the k-th in a row k-1 intervals after that.
func TestHealthChecksNoticeAFailureWhenTheyAreExpectedTo(t *testing.T) {
	const runs = 4000
	for _, threshold := range []int{1, 3} {
		s := Scenario{Failures: []Failure{{
			Site: "a", At: 100 * time.Second, For: 200 * time.Second, Redirection: time.Second, Check: &HealthCheck{Interval: 10 * time.Second, Threshold: threshold},
		}}}
		noticed, back := 0.0, 0.0
		for seed := range uint64(runs) {
			s.Seed = seed
			away := s.awayFrom("a")
			require.Len(t, away, 1)
			first, last := float64(away[0].from)/1e9-101, float64(away[0].to)/1e9-300
			require.GreaterOrEqual(t, first, 10*float64(threshold-1))
			require.LessOrEqual(t, first, 10*float64(threshold))
			require.InDelta(t, first, last, 1e-6, "200 s are a whole number of intervals")
			noticed, back = noticed+first/runs, back+last/runs
		}
		// The standard deviation of a uniform instant in 10 s is 10/sqrt(12): four of the mean's are 0.18 s.
		require.InDelta(t, 10*(float64(threshold)-0.5), noticed, 4*10/math.Sqrt(12*runs), "threshold %d", threshold)
		require.InDelta(t, 10*(float64(threshold)-0.5), back, 4*10/math.Sqrt(12*runs))
	}
}

func TestHealthChecksBelieveWhatTheyFindInARow(t *testing.T) {
	h := HealthCheck{Interval: 10, Threshold: 2}
	for _, c := range []struct {
		name       string
		down, want []span
	}{
		{"noticed at the second check, 35, and up again at 75", []span{{21, 62}}, []span{{36, 75}}},
		{"one check finds it down, at 25", []span{{21, 34}}, nil},
		{"two failures that no check meets", []span{{26, 34}, {36, 44}}, nil},
		{"held to be down over a time in which one check finds it up, at 65", []span{{21, 62}, {66, 90}}, []span{{36, 105}}},
		{"two that are both noticed", []span{{21, 62}, {91, 120}}, []span{{36, 75}, {106, 135}}},
	} {
		require.Equal(t, c.want, h.believes(c.down, 5, 1), c.name)
	}
}

// Users learn of a failure when their resolvers ask anew: of those with a lifetime of 60 s a sixth every 10 s, as far as the failure is
// noticed; a tenth never does. So who fails is rate x (detection + lifetime/2) of nine tenths, and rate x the length of the failure of one.
func TestResolversFollowAFailureAsTheirLifetimesEnd(t *testing.T) {
	const rate = 400.0
	s := Scenario{
		Network: threePoPs(t, 1), Workloads: []workload.Workload{onOpenConnections(rate)}, Duration: 300 * time.Second, Seed: 8,
		Failures: []Failure{{Site: "a", At: 100 * time.Second, For: 100 * time.Second, Detection: 20 * time.Second, Timeout: time.Second}},
		Timeline: &Steps{Step: 10 * time.Second, BySite: true},
	}
	p := popABC(placement.NearestRTT{})
	anycast := runOne(t, s, p)
	p.DNS = &placement.DNS{TTLs: []placement.TTL{{For: 60 * time.Second, Share: 0.9}}, Never: 0.1}
	names := runOne(t, s, p)
	require.InDelta(t, rate*20, float64(anycast.Workloads[0].Metros[0].Outcomes[Failed]), 4*math.Sqrt(rate*20))
	want := rate * (0.9*(20+60/2) + 0.1*100)
	require.InDelta(t, want, float64(names.Workloads[0].Metros[0].Outcomes[Failed]), 4*math.Sqrt(want))
	require.Equal(t, anycast.Workloads[0].Metros[0].Count(Requests), names.Workloads[0].Metros[0].Count(Requests))
	for i, at := range names.Workloads[0].Course.Steps() {
		// The share of a step that fails: before it is noticed all; then fewer by a sixth every step; nobody when it is up again.
		share := 0.0
		switch {
		case i >= 10 && i < 12:
			share = 1
		case i >= 12 && i < 18:
			share = 0.1 + 0.9*(1-(float64(i-12)+0.5)/6)
		case i >= 18 && i < 20:
			share = 0.1
		}
		n := float64(at.Requests())
		require.InDelta(t, share, float64(at.Unanswered())/n, 4*math.Sqrt(share*(1-share)/n)+0.002, "step %d", i)
	}
	// They return in the same way: of the 0.9 that have gone, half are back after 30 s.
	served := names.Workloads[0].Sites[names.site("b")].Course.Steps()
	for i := 20; i < 26; i++ {
		share := 0.9 * (1 - (float64(i-20)+0.5)/6)
		n := rate * 10.0
		require.InDelta(t, share, float64(served[i].Requests())/n, 4/math.Sqrt(n)+0.002, "step %d", i)
	}
	require.Zero(t, served[26].Requests())
}

func (r *Result) site(id string) int {
	for n := range r.Sites {
		if r.Sites[n] == id {
			return n
		}
	}
	return -1
}

func TestDrainsLoseNobody(t *testing.T) {
	s := Scenario{
		Network: threePoPs(t, 1), Workloads: []workload.Workload{onOpenConnections(50)}, Duration: 100 * time.Second, Seed: 8,
		Drains: []Drain{{Site: "a", At: 30 * time.Second, For: 40 * time.Second}},
	}
	at := instants(t, s, 100*second)
	elsewhere := countIn(at, 30*second, 70*second)
	tally := &runOne(t, s, popABC(placement.NearestRTT{})).Workloads[0].Metros[0]
	require.Zero(t, tally.Outcomes[Failed])
	require.Equal(t, (int64(len(at))-elsewhere)*6*ms+elsewhere*10*ms, tally.Causes[Propagation])
	require.Equal(t, uint64(2), tally.Outcomes[Miss], "once at each of the two")

	// A site that opens, cold, is drained until then.
	s.Drains = []Drain{{Site: "a", For: 70 * time.Second}}
	elsewhere = countIn(at, 0, 70*second)
	tally = &runOne(t, s, popABC(placement.NearestRTT{})).Workloads[0].Metros[0]
	require.Equal(t, (int64(len(at))-elsewhere)*6*ms+elsewhere*10*ms, tally.Causes[Propagation])
	require.Equal(t, uint64(2), tally.Outcomes[Miss])

	// Players of a drained site play their matches to the end; no match begins there.
	game := workload.Workload{
		Head:    workload.Head{Name: "game", Deadlines: []time.Duration{40 * time.Millisecond}},
		Demand:  workload.Sessions{ConcurrentPlayers: 200, Length: workload.Weibull{Shape: 1, Scale: 5 * time.Minute}},
		Service: workload.Matched{MatchPlayers: 10, MinPlayers: 1, LobbyTimeout: 5 * time.Second, MatchLength: 3 * time.Minute, TickHz: 10},
	}
	s = Scenario{
		Network: fourNodes(t), Workloads: []workload.Workload{game}, Duration: 10 * time.Minute, Seed: 1,
		Drains: []Drain{{Site: "zone", At: 3 * time.Minute, For: 6 * time.Minute}}, Timeline: &Steps{Step: time.Minute, BySite: true},
	}
	r := runOne(t, s, placement.RegionOnly("region").WithLocalZones("zone"))
	require.Zero(t, r.Workloads[0].Metros[0].Count(LostSessions))
	zone := r.Workloads[0].Sites[r.site("zone")].Course.Steps()
	playing := func(i int) float64 { return float64(zone[i].PlayerUs-zone[i].WaitingUs) / 60e6 }
	require.Greater(t, playing(2), 150.0)
	require.Less(t, playing(4), playing(2))
	require.Zero(t, playing(7), "a match lasts three minutes")
	require.Positive(t, playing(9))
}

func TestEventsThatCannotBeAreNamed(t *testing.T) {
	s := Scenario{Network: threePoPs(t, 1), Workloads: []workload.Workload{oneObject()}, Duration: time.Minute}
	at := Failure{Site: "a", At: time.Second, For: time.Second}
	with := func(change func(*Failure)) []Failure {
		f := at
		change(&f)
		return []Failure{f}
	}
	check := &HealthCheck{Interval: time.Second, Threshold: 1}
	for want, failures := range map[string][]Failure{
		"Failures[0].With is moon; want another site":                 with(func(f *Failure) { f.With = []string{"moon"} }),
		"Failures[0].With is a; want another site":                    with(func(f *Failure) { f.With = []string{"b", "a"} }),
		"Failures[0].Times is -1; want 1 to":                          with(func(f *Failure) { f.Times = -1 }),
		"Failures[0].Every is 1s; want more than 1s":                  with(func(f *Failure) { f.Times, f.Every = 2, time.Second }),
		"Failures[0].Every is 1s; want 0s":                            with(func(f *Failure) { f.Every = time.Second }),
		"Failures[0].Check.Interval is 0s":                            with(func(f *Failure) { f.Check = &HealthCheck{Threshold: 1} }),
		"Failures[0].Check.Threshold is 0; want 1 to":                 with(func(f *Failure) { f.Check = &HealthCheck{Interval: 1} }),
		"Failures[0].Detection is 0s beside":                          nil,
		"Failures[1].At is 4s; want an instant at which \"a\" is up":  {with(func(f *Failure) { f.Times, f.Every = 3, 2*time.Second })[0], {Site: "b", With: []string{"a"}, At: 4 * time.Second, For: 1}},
		"Failures[1].Check is another; want that of Failures[0], for": {with(func(f *Failure) { f.Check = check })[0], {Site: "a", At: 4 * time.Second, For: 1}},
	} {
		if failures == nil {
			failures = with(func(f *Failure) { f.Check, f.Detection = check, time.Second })
			want = "Failures[0].Detection is 1s; want 0s beside a health check"
		}
		s.Failures = failures
		require.ErrorContains(t, s.Validate(), want)
	}
	s.Failures = nil
	for want, d := range map[string]Drain{
		"Drains[0].Site is moon; want a site": {Site: "moon", For: 1},
		"Drains[0].For is 0s; want 1ns":       {Site: "a"},
		"Drains[0].At is -1ns; want 0s":       {Site: "a", At: -1, For: 1},
	} {
		s.Drains = []Drain{d}
		require.ErrorContains(t, s.Validate(), want)
	}
	for want, d := range map[string]placement.DNS{
		"Never is 2; want 0 to 1":                 {Never: 2},
		"TTLs[0].For is 0s; want 1ns to 168h0m0s": {TTLs: []placement.TTL{{Share: 1}}},
		"TTLs[0].Share is -1; want 0 to 1":        {TTLs: []placement.TTL{{For: 1, Share: -1}}},
		"TTLs is shares that sum to 0.6":          {TTLs: []placement.TTL{{For: 1, Share: 0.5}}, Never: 0.1},
	} {
		require.ErrorContains(t, d.Validate(), want)
	}
}
