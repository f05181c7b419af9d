package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// patientlyAt asks for what takes 1 ms at the zone, 5 ms away, or the region, 40 ms away, at instants in seconds.
func patientlyAt(t testing.TB, p workload.Patience, seconds ...float64) (Scenario, placement.Placement) {
	t.Helper()
	s := detoured(t, make([]uint32, len(seconds)), seconds...)
	s.Workloads[0].Service = workload.Computed{Work: workload.ServiceTime{Mean: time.Millisecond}, Patience: p}
	return s, placement.RegionOnly("region").WithLocalZones("zone")
}

// The zone is down from 10 s to 20 s. Who asks at 9.9945 s would be answered at 10.0005 s there, who asks at 19.995 s comes when it is up again. A try is
// given up after 500 ms, and asked again 100 ms later.
func TestASiteThatIsDownIsAskedAgainToTheNanosecond(t *testing.T) {
	asks := []float64{1, 9.9945, 12, 18.9, 19.995}
	s, p := patientlyAt(t, workload.Patience{Timeout: 500 * time.Millisecond, Retries: 2, Backoff: 100 * time.Millisecond}, asks...)
	s.Failures = []Failure{{Site: "zone", At: 10 * time.Second, For: 10 * time.Second, Detection: time.Minute}}
	require.Equal(t, `1s BYPASS 11ms, propagation 10ms, service 1ms
9.9945s ERROR (site down) 1.7s
12s ERROR (site down) 1.7s
18.9s BYPASS 1.211s, propagation 10ms, service 1ms, timeout 1.2s
19.995s BYPASS 11ms, propagation 10ms, service 1ms
`, inOrder(journeys(t, s, p)))
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	require.Equal(t, uint64(2+2+2), tally.Count(Retries))
	require.Equal(t, uint64(2*1700*ms), tally.Count(FailedNs))

	// Without retries patience shortens what the failure costs; where the failure is noticed earlier that counts.
	s, p = patientlyAt(t, workload.Patience{Timeout: 500 * time.Millisecond}, 12)
	s.Failures = []Failure{{Site: "zone", At: 10 * time.Second, For: 10 * time.Second, Detection: time.Minute}}
	require.Equal(t, "12s ERROR (site down) 500ms\n", journeys(t, s, p))
	s.Failures[0].Timeout = 200 * time.Millisecond
	require.Equal(t, "12s ERROR (site down) 200ms\n", journeys(t, s, p))
	s, p = patientlyAt(t, workload.Patience{Retries: 1}, 12)
	s.Failures = []Failure{{Site: "zone", At: 10 * time.Second, For: 10 * time.Second, Detection: time.Minute}}
	require.Equal(t, "12s ERROR (site down) 6s\n", journeys(t, s, p), "3 s each, as of a failure")
}

// The zone is down from 10 s on, which is noticed after 2 s, and the region from 10 s to 13 s, which is not. A connection to the region takes two round trips of
// 80 ms, which nobody has opened to a site that is down. Who asks at 11.9 s asks the zone, at 12.5 s the region, and at 13.1 s the region again: the zone would
// be next, but is held to be down.
func TestTheNextSiteIsAskedAgainToTheNanosecond(t *testing.T) {
	patience := workload.Patience{Timeout: 500 * time.Millisecond, Retries: 1, Backoff: 100 * time.Millisecond, At: workload.NextSite}
	s, p := patientlyAt(t, patience, 10.5, 11.9, 11.996, 12, 13)
	s.Failures = []Failure{
		{Site: "zone", At: 10 * time.Second, For: 40 * time.Second, Detection: 2 * time.Second},
		{Site: "region", At: 10 * time.Second, For: 3 * time.Second, Detection: time.Minute},
	}
	require.Equal(t, `10.5s ERROR (site down) 1.1s
11.9s ERROR (site down) 1.1s
11.996s ERROR (site down) 1.1s
12s ERROR (site down) 1.1s
13s BYPASS 81ms, propagation 80ms, service 1ms
`, inOrder(journeys(t, s, p)))
	patience.Retries = 2
	require.Equal(t, `10.5s ERROR (site down) 1.7s
11.9s BYPASS 1.441s, connect 80ms, tls 80ms, propagation 80ms, service 1ms, timeout 1.2s
11.996s BYPASS 1.441s, connect 80ms, tls 80ms, propagation 80ms, service 1ms, timeout 1.2s
12s BYPASS 1.281s, propagation 80ms, service 1ms, timeout 1.2s
13s BYPASS 81ms, propagation 80ms, service 1ms
`, inOrder(journeys(t, patient(s, patience), p)), "who went to the region at once has a connection there")

	// Of those whose resolvers keep the old answer for 3 s the first try goes to the zone until 15 s at most, and the second to the region.
	p.DNS = &placement.DNS{TTLs: []placement.TTL{{For: 3 * time.Second, Share: 1}}}
	s, _ = patientlyAt(t, patience, 11.99, 14.9, 15, 16)
	s.Failures = []Failure{{Site: "zone", At: 10 * time.Second, For: 40 * time.Second, Detection: 2 * time.Second}}
	text := inOrder(journeys(t, s, p))
	require.Contains(t, text, "11.99s BYPASS 841ms, connect 80ms, tls 80ms, propagation 80ms, service 1ms, timeout 600ms\n")
	require.Contains(t, text, "15s BYPASS 81ms, propagation 80ms, service 1ms\n16s BYPASS 81ms, propagation 80ms, service 1ms\n")
}

// The link x1 - a is down from 10 s to 20 s, with routes over x2 from 12 s to 22 s, which take 10 ms each way. What asks again before 12 s is lost, too. Of who
// asks at 9.9951 s the answer is lost.
func TestWhatALinkLosesIsAskedAgainToTheNanosecond(t *testing.T) {
	patience := workload.Patience{Timeout: 500 * time.Millisecond, Retries: 1, Backoff: 100 * time.Millisecond}
	s := detoured(t, make([]uint32, 6), 1, 9.9951, 10.5, 11.3, 11.4, 21.9)
	s.LinkFailures = []LinkFailure{{Between: [2]string{"a", "x1"}, At: 10 * time.Second, For: 10 * time.Second, Convergence: 2 * time.Second, Timeout: 10 * time.Second}}
	p := cachesAt("a")
	require.Equal(t, `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
9.9951s ERROR (link down) 1.1s
10.5s ERROR (link down) 1.1s
11.3s ERROR (link down) 1.1s
11.4s HIT 620ms, propagation 20ms, timeout 600ms
21.9s HIT 20ms, propagation 20ms
`, inOrder(journeys(t, patient(s, patience), p)))
	patience.Retries = 5
	s = patient(s, patience)
	want := `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
9.9951s HIT 2.42s, propagation 20ms, timeout 2.4s
10.5s HIT 1.82s, propagation 20ms, timeout 1.8s
11.3s HIT 1.22s, propagation 20ms, timeout 1.2s
11.4s HIT 620ms, propagation 20ms, timeout 600ms
21.9s HIT 20ms, propagation 20ms
`
	require.Equal(t, want, inOrder(journeys(t, s, p)))
	s.Timeline = &Steps{Step: time.Second, ByMetro: true} // whose sums must be those of the run
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	require.Equal(t, uint64(4+3+2+1), tally.Count(Retries))
	require.Equal(t, []uint64{6, 5, 1}, []uint64{tally.Count(Requests), tally.Outcomes[Hit], tally.Outcomes[Miss]})
}

// Both ways to a fail from 10 s to 20 s, with routes from 11 s to 21 s; then users go to b. Who has asked a asks a again, to which there is no way until 21 s.
func TestASiteThatLinksCutOffIsAskedAgainAllTheSame(t *testing.T) {
	patience := workload.Patience{Timeout: 500 * time.Millisecond, Retries: 5, Backoff: 100 * time.Millisecond}
	s := detoured(t, []uint32{0, 0, 0}, 1, 10.5, 11)
	for _, x := range []string{"x1", "x2"} {
		s.LinkFailures = append(s.LinkFailures, LinkFailure{Between: [2]string{x, "a"}, At: 10 * time.Second, For: 10 * time.Second, Convergence: time.Second})
	}
	require.Equal(t, `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
10.5s ERROR (link down) 3.5s
11s MISS 107ms, propagation 60ms, service 7ms, upstream 40ms
`, inOrder(journeys(t, patient(s, patience), cachesAt("a", "b"))))
	patience.Retries = 20
	require.Equal(t, `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
10.5s HIT 10.81s, propagation 10ms, timeout 10.8s
11s MISS 107ms, propagation 60ms, service 7ms, upstream 40ms
`, inOrder(journeys(t, patient(s, patience), cachesAt("a", "b"))), "the 18th try, at 21.3 s")
}

// The cache at a fails from 10 s to 20 s. Who waits there for an object gives up when it has gone and his time is over, be it his own or that of the failure; who
// has given up before does not learn of it. An error that comes too late is not heard either.
func TestWhatIsUnderWayWhenASiteGoesDownIsAskedAgainToTheNanosecond(t *testing.T) {
	s := detoured(t, []uint32{0, 0, 0}, 8, 9.5, 9.8)
	s.Failures = []Failure{{Site: "a", At: 10 * time.Second, For: 10 * time.Second, Detection: time.Minute, Timeout: 400 * time.Millisecond}}
	origin := func(s Scenario, p workload.Patience, work time.Duration) Scenario {
		s.Workloads = []workload.Workload{workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Patience, c.Origin = p, workload.ServiceTime{Mean: work} })}
		return s
	}
	patience := workload.Patience{Timeout: time.Second, Retries: 1, Backoff: 100 * time.Millisecond}
	for _, servers := range []int{0, 100} { // which are asked by message
		p := cachesAt("a")
		for i := range p.Sites {
			if p.Sites[i].Role == placement.Origin {
				p.Sites[i].Servers = servers
			}
		}
		// Given up at 9 s, and asked again at 9.1 s, until at 10.005 s nothing can come any more. That of 9.5 s has waited for 505 ms then, and asks
		// again 100 ms later, in vain.
		require.Equal(t, `8s ERROR (site down) 2.005s
9.5s ERROR (site down) 1.005s
9.8s ERROR (site down) 900ms
`, inOrder(journeys(t, origin(s, patience, 5*time.Second), p)), servers)
		once := workload.Patience{Timeout: time.Second}
		require.Equal(t, `8s ERROR (timed out) 1s
9.5s ERROR (site down) 505ms
9.8s ERROR (site down) 400ms
`, inOrder(journeys(t, origin(s, once, 5*time.Second), p)), servers)
	}
	late := origin(detoured(t, []uint32{0}, 1), patience, 2*time.Second)
	late.OriginErrors = []OriginErrors{{Site: "region", For: time.Minute}}
	require.Equal(t, "1s ERROR (timed out) 2.1s\n", journeys(t, late, placement.RegionOnly("region")))
	require.Equal(t, "1s ERROR (origin error) 580ms\n", journeys(t, origin(late, patience, 500*time.Millisecond), placement.RegionOnly("region")), "which is heard in time")
}

// Packets are lost on the link to a, one of five each way: a try is without an answer in time with q = 1 - 0.8^2, for a packet is sent again after 200 ms at
// the soonest. Each try has packets of its own: the number of them is geometric, up to the last.
func TestTriesOnALinkThatLosesPacketsAreGeometric(t *testing.T) {
	const q, retries = .36, 3
	s := detoured(t, nil)
	w := oneObject()
	w.Client.NewShare = 0
	w.Demand = workload.Poisson{RequestsPerSecond: 100, Objects: 1}
	s.Workloads[0] = w
	s.Duration = 100 * time.Second
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"x1", "a"}, For: time.Hour, LossRatio: .2}}
	s = patient(s, workload.Patience{Timeout: 100 * time.Millisecond, Retries: retries, Backoff: 50 * time.Millisecond})
	runs := replications(t, s, cachesAt("a"))
	requireInside(t, runs.mean(func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		return 1 + float64(tally.Count(Retries))/float64(tally.Count(Requests))
	}), (1-math.Pow(q, retries+1))/(1-q), .01)
	requireInside(t, runs.mean(func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		require.Equal(t, tally.Unanswered(), tally.Failures[TimedOut])
		return float64(tally.Unanswered()) / float64(tally.Count(Requests))
	}), math.Pow(q, retries+1), .06)
	// Of some who are answered each has waited for so many whole tries.
	var seen []int64
	s.Duration = 10 * time.Second
	plans, err := Compile(t.Context(), s, cachesAt("a"))
	require.NoError(t, err)
	_, err = plans[0].Watch(t.Context(), 0, func(s *Sighting) {
		if s.Outcome == Hit && !slices.Contains(seen, s.TTFB) {
			seen = append(seen, s.TTFB)
		}
	})
	require.NoError(t, err)
	slices.Sort(seen)
	require.Equal(t, []int64{10 * ms, 160 * ms, 310 * ms, 460 * ms}, seen)
}

// A retry never leaves before its site knows that there is one. The zone fails at 10 s, of which its users can know 5 ms later: a request of 9.5 s
// that would be given up 400 ms after it was asked is asked again then. A link is slow until 20 s: who gives up at 20.005 s, 10 ms after asking, is known
// to have done so when the request is there, at 20.1 s.
func TestARetryNeverLeavesBeforeItsSiteKnowsOfIt(t *testing.T) {
	s, p := patientlyAt(t, workload.Patience{Retries: 1, At: workload.NextSite}, 9.5)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Computed) { c.Work.Mean = 2 * time.Second })
	s.Failures = []Failure{{Site: "zone", At: 10 * time.Second, For: 10 * time.Second, Detection: time.Minute, Timeout: 400 * time.Millisecond}}
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		p.Sites[2].Pools = []placement.Pool{{Servers: 1, Discipline: d}}
		require.Equal(t, "9.5s BYPASS 2.745s, connect 80ms, tls 80ms, propagation 80ms, service 2s, timeout 505ms\n", journeys(t, s, p), d)
	}

	s = patient(detoured(t, []uint32{0, 0}, 1, 19.995), workload.Patience{Timeout: 10 * time.Millisecond, Retries: 1})
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin.Mean = 0 })
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"metro", "x1"}, At: 10 * time.Second, For: 10 * time.Second, Adds: 100 * time.Millisecond}}
	require.Contains(t, journeys(t, s, cachesAt("a")), "19.995s HIT 110ms, propagation 10ms, timeout 100ms\n")
}

func TestARequestThatTimesOutHasWaitedForItsHandshakeTooToTheNanosecond(t *testing.T) {
	// TCP and TLS 1.3 with the zone take two round trips of 10 ms; the request leaves then, and its client waits for 500 ms, once or, 100 ms later, twice.
	for retries, want := range map[int]string{0: "520ms", 1: "1.12s"} {
		s, p := patientlyAt(t, workload.Patience{Timeout: 500 * time.Millisecond, Retries: retries, Backoff: time.Duration(retries) * 100 * time.Millisecond}, 1, 9)
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Computed) { c.Work.Mean = 600 * time.Millisecond })
		s.Workloads[0].Client.NewShare = 1
		require.Equal(t, "1s ERROR (timed out) "+want+"\n9s ERROR (timed out) "+want+"\n", journeys(t, s, p))
	}
}
