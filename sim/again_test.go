package sim

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sort"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// A movingTry is a try of a plain simulation of two sites, by instants of its client.
type movingTry struct {
	at, first, spent int64
	made, site       int
	isNew            bool
}

// A movingRun is what a plain simulation of two sites says, whose clients ask the other one again.
type movingRun struct {
	served                                                 [2]int64
	timedOut, full, down, retries, inVain, opened, latency int64
}

// askedElsewhere simulates two sites with a server each, constant work and room for so many who wait, which clients ask by ways of so long, one way, the first of
// them first. The first is down for a while, without which it does not know of; handshakes take two round trips.
func askedElsewhere(arrivals []int64, work int64, queue [2]int, way [2]int64, p workload.Patience, down span) (all movingRun) {
	var todo []movingTry
	for _, at := range arrivals {
		todo = append(todo, movingTry{at: at, first: at, made: 1})
	}
	reaches := func(a, b movingTry) int { return cmp.Compare(a.at+way[a.site], b.at+way[b.site]) }
	slices.SortStableFunc(todo, reaches)
	free, starts := [2]int64{math.MinInt64, math.MinInt64}, [2][]int64{}
	again := func(a movingTry, from int64) {
		all.retries++
		if a.isNew {
			a.spent += 4 * way[a.site]
		}
		a.at, a.made, a.site, a.isNew = from+p.BackoffNs(a.made, 0), a.made+1, 1-a.site, true
		later := sort.Search(len(todo), func(i int) bool { return reaches(todo[i], a) > 0 })
		todo = slices.Insert(todo, later, a)
	}
	for len(todo) > 0 {
		a := todo[0]
		todo = todo[1:]
		k, here := a.site, a.at+way[a.site]
		if k == 0 && down.from <= here && here < down.to {
			a.isNew = false // no connection was opened
			if a.made <= p.Retries {
				again(a, a.at+int64(p.Timeout))
			} else {
				all.down++
			}
			continue
		}
		waiting := 0
		for i := len(starts[k]) - 1; i >= 0 && starts[k][i] > here; i-- {
			waiting++
		}
		start := max(here, free[k])
		if k == 0 && (start == here || waiting < queue[k]) && here < down.from && start+work >= down.from { // nobody says how it ended
			free[k] = start + work
			if a.made <= p.Retries {
				again(a, a.at+int64(p.Timeout))
			} else {
				all.down++
			}
			continue
		}
		switch late := start+work+way[k]-a.at > int64(p.Timeout); {
		case start > here && waiting >= queue[k] && a.made <= p.Retries:
			again(a, here+way[k])
			continue
		case start > here && waiting >= queue[k]:
			all.full++
			continue
		case late && a.made <= p.Retries:
			again(a, a.at+int64(p.Timeout))
		case late:
			all.timedOut++
		default:
			all.served[k]++
			all.inVain += a.at - a.first + a.spent
			all.latency += start + work + way[k] - a.first + a.spent
			if a.isNew {
				all.opened += 4 * way[k]
				all.latency += 4 * way[k]
			}
		}
		free[k] = start + work
		starts[k] = append(starts[k], start)
	}
	return all
}

func TestClientsAskTheNextSiteAsAPlainSimulationSays(t *testing.T) {
	for name, c := range map[string]struct {
		queue [2]int
		load  float64
		p     workload.Patience
		down  span
	}{
		"down":                 {[2]int{0, 0}, .8, workload.Patience{Timeout: 150 * time.Millisecond, Retries: 3}, span{30 * second, 50 * second}},
		"rejected":             {[2]int{0, 0}, .9, workload.Patience{Timeout: time.Hour, Retries: 1, Backoff: 10 * time.Millisecond}, span{}},
		"rejected at both":     {[2]int{0, 1}, 1.6, workload.Patience{Timeout: time.Hour, Retries: 4, Backoff: 50 * time.Millisecond, Growth: 2}, span{}},
		"not in time":          {[2]int{1 << 20, 1 << 20}, .9, workload.Patience{Timeout: 150 * time.Millisecond, Retries: 1}, span{}},
		"a storm":              {[2]int{1 << 20, 1 << 20}, 1.9, workload.Patience{Timeout: 150 * time.Millisecond, Retries: 3}, span{}},
		"rejected or too late": {[2]int{4, 3}, 1.8, workload.Patience{Timeout: 120 * time.Millisecond, Retries: 2, Backoff: 3 * time.Millisecond}, span{}},
	} {
		t.Run(name, func(t *testing.T) {
			const work = 20 * ms
			s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(c.queue[0])}, placement.Pool{Servers: 1, Queue: placement.AtMost(c.queue[1])},
				workload.ServiceTime{Mean: time.Duration(work)}, c.load)
			c.p.At = workload.NextSite
			s = patient(s, c.p)
			s.Timeline = &Steps{Step: 10 * time.Second} // whose sums must be those of the run
			if d := c.down; d.to > 0 {                  // of which clients never learn
				s.Failures = []Failure{{Site: "zone", At: time.Duration(d.from), For: time.Duration(d.to - d.from), Detection: time.Hour}}
			}
			arrivals := instants(t, s, 100*second)
			want := askedElsewhere(arrivals, work, c.queue, [2]int64{5 * ms, 40 * ms}, c.p, c.down)
			r := runOne(t, s, p)
			tally := &r.Workloads[0].Metros[0]
			require.Equal(t, uint64(len(arrivals)), tally.Count(Requests))
			require.Equal(t, want.served, [2]int64{int64(siteOf(t, r, "zone").Tally.Outcomes[Bypass]), int64(siteOf(t, r, "region").Tally.Outcomes[Bypass])})
			require.Equal(t, uint64(want.timedOut), tally.Failures[TimedOut])
			require.Equal(t, uint64(want.full), tally.Failures[QueueFull])
			require.Equal(t, uint64(want.down), tally.Failures[SiteDown])
			require.Equal(t, uint64(want.retries), tally.Count(Retries))
			require.Equal(t, want.inVain, tally.Causes[Timeout])
			for step := range r.Workloads[0].Course.Steps() {
				asked := countIn(arrivals, int64(step)*10*second, int64(step+1)*10*second)
				require.Equal(t, uint64(asked), r.Workloads[0].Course.Steps()[step].Requests(), "each stands where it was asked first")
			}
			require.Equal(t, want.opened, tally.Causes[Connect]+tally.Causes[TLS])
			require.Positive(t, want.served[1])
			require.Equal(t, want.served[0]*10*ms+want.served[1]*80*ms, tally.Causes[Propagation])
			require.Equal(t, (want.served[0]+want.served[1])*work, tally.Causes[Service])
			var sum int64
			for _, of := range tally.Causes {
				sum += of
			}
			require.Equal(t, want.latency, sum, "the parts are all of it")
		})
	}
}

func TestClientsLeaveASiteThatIsDownForTheNext(t *testing.T) {
	// The zone is down for 20 s, which clients learn of 5 s later: until then they wait for their timeout first, from then on they go to the region at once.
	const work = 2 * ms
	s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(100)}, placement.Pool{Servers: 1, Queue: placement.AtMost(100)},
		workload.ServiceTime{Mean: time.Duration(work)}, .1)
	s = patient(s, workload.Patience{Timeout: 300 * time.Millisecond, Retries: 1, At: workload.NextSite})
	s.Failures = []Failure{{Site: "zone", At: 30 * time.Second, For: 20 * time.Second, Detection: 5 * time.Second}}
	inTime := func(at, from, to int64) bool { return from <= at && at < to }
	var inVain, met, ofRegion int64
	for _, at := range instants(t, s, 100*second) {
		switch {
		case inTime(at+5*ms, 30*second, 35*second): // nobody answers
			met++
			inVain += 300 * ms
		case inTime(at, 35*second, 50*second):
			ofRegion++
		}
	}
	r := runOne(t, s, p)
	tally := &r.Workloads[0].Metros[0]
	require.Positive(t, met)
	require.Equal(t, uint64(met), tally.Count(Retries))
	require.Equal(t, inVain, tally.Causes[Timeout])
	require.Zero(t, tally.Unanswered(), "all are served")
	require.Equal(t, uint64(met+ofRegion), siteOf(t, r, "region").Tally.Outcomes[Bypass])
	// Who asks the same site again is not served.
	s = patient(s, workload.Patience{Timeout: 300 * time.Millisecond, Retries: 1})
	require.Equal(t, uint64(met), runOne(t, s, p).Workloads[0].Metros[0].Failures[SiteDown])
}

func TestWhoGivesUpBeforeHisRequestIsThereAsksTheNextSiteAllTheSame(t *testing.T) {
	s, p := spillWorld(t, placement.Pool{Servers: 1}, placement.Pool{Servers: 1}, workload.ServiceTime{Mean: time.Millisecond}, .5)
	s = patient(s, workload.Patience{Timeout: 3 * time.Millisecond, Retries: 3, At: workload.NextSite})
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	require.Equal(t, tally.Count(Requests), tally.Failures[TimedOut])
	require.Equal(t, 3*tally.Count(Requests), tally.Count(Retries))
}

func TestRetriesAtTheNextSiteAreAFixedPoint(t *testing.T) {
	// Users of two sites of M/M/1/K, who are rejected there, ask the other after a long random while, once. So each site is asked by its own, and by those whom the
	// other has rejected: L = l + m B(M), M = m + l B(L), and B(L) B(M) of all are lost.
	full := func(load float64, k int) float64 {
		return (1 - load) * math.Pow(load, float64(k)) / (1 - math.Pow(load, float64(k+1)))
	}
	const k = 3
	near, far := .9, .6
	atNear, atFar := near, far
	for range 500 {
		atNear, atFar = near+far*full(atFar, k), far+near*full(atNear, k)
	}
	n, err := topology.New([]topology.Node{
		{ID: "west", Kind: topology.Metro, Users: 3}, {ID: "east", Kind: topology.Metro, Users: 2}, {ID: "w", Kind: topology.Region}, {ID: "e", Kind: topology.Region},
	}, slices.Concat(both("west", "w", topology.Internet, 1), both("east", "e", topology.Internet, 1), both("west", "e", topology.Internet, 9), both("east", "w", topology.Internet, 9)))
	require.NoError(t, err)
	w := workload.Workload{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 150},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}},
	}
	pool := []placement.Pool{{Servers: 1, Queue: placement.AtMost(k - 1)}}
	p := placement.Placement{Name: "p"}.With(placement.Assignment{Site: "w", Role: placement.Compute, Pools: pool}, placement.Assignment{Site: "e", Role: placement.Compute, Pools: pool})
	s := patient(Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 30 * time.Second, Duration: 500 * time.Second, Seed: 1},
		workload.Patience{Retries: 1, Backoff: 5 * time.Second, Jitter: 1, At: workload.NextSite})
	runs := replications(t, s, p)
	requireInside(t, runs.mean(func(r *Result) float64 {
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		return float64(total.Outcomes[Rejected]) / float64(total.Count(Requests))
	}), full(atNear, k)*full(atFar, k), .04)
	requireInside(t, runs.mean(func(r *Result) float64 {
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		return float64(total.Count(Requests)+total.Count(Retries)) / float64(total.Count(Requests))
	}), (atNear+atFar)/(near+far), .01)
	requireInside(t, runs.mean(func(r *Result) float64 {
		return float64(siteOf(t, r, "e").Count(BusyUs)) / 1e6 / s.Duration.Seconds()
	}), atFar*(1-full(atFar, k)), .01)
}

func TestRetriesAtTheNextSiteDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := poolsWorld(t, d)
		for i := range s.Workloads[1:] {
			s.Workloads[1+i] = workload.Change(s.Workloads[1+i], func(c *workload.Computed) {
				c.Patience = workload.Patience{Timeout: 90 * time.Millisecond, Retries: 3, Backoff: 30 * time.Millisecond, Growth: 3, Jitter: .5, At: workload.NextSite}
			})
		}
		without := runOne(t, s, p)
		s.LinkFailures = []LinkFailure{{Between: [2]string{"zone", "exchange"}, At: 2500 * time.Millisecond, For: time.Second, Convergence: 300 * time.Millisecond, Timeout: 80 * time.Millisecond}}
		s.LinkImpairments = []LinkImpairment{{Between: [2]string{"region", "exchange"}, At: 4 * time.Second, For: 500 * time.Millisecond, Adds: 4 * time.Millisecond}}
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSameHoweverAdvanced(t, plans[0])
		r := runOne(t, s, p)
		require.NotEqual(t, without.Workloads[1].Metros, r.Workloads[1].Metros)
		for _, w := range r.Workloads[1:] {
			total, err := w.Total()
			require.NoError(t, err)
			for _, n := range []uint64{total.Failures[TimedOut], total.Failures[QueueFull], total.Failures[LinkDown], total.Count(Retries)} {
				require.Positive(t, n, w.Name)
			}
		}
	}
}

func TestRetriesAtTheNextSiteAreRefusedWhereTheyHaveNoMeaning(t *testing.T) {
	next := workload.Patience{Timeout: time.Second, Retries: 1, At: workload.NextSite}
	require.EqualError(t, workload.Patience{Timeout: time.Second, At: workload.NextSite}.Validate(), "At is next; want same without Retries")
	require.EqualError(t, workload.Patience{Retries: 1, At: 7}.Validate(), "At is 7; want same or next")
	s, p := spillWorld(t, placement.Pool{Servers: 1}, placement.Pool{Servers: 1}, workload.ServiceTime{Mean: time.Millisecond}, .5)
	refused := func(s Scenario, p placement.Placement, want string) {
		t.Helper()
		_, err := Compile(context.Background(), s, p)
		require.ErrorContains(t, err, want)
	}
	files, atOrigin := ofFiles(s, p)
	refused(patient(files, next), atOrigin, "Service.Patience.At is next; want same, or a workload that is computed")
	p.Tiers = placement.RegionOnly("region").WithPoPs(1, "pop").Tiers
	refused(patient(s, next), p.ViaPoP(), `placement "region only + Local Zones": clients of workload "api" ask the next site again (Service.Patience.At); want the same where requests go through a PoP`)
	p.Tiers = nil
	_, err := workload.ParseRetrySite("other")
	require.EqualError(t, err, `workload: At is other; want same or next`)
}

func TestClientsAskTheNextSiteOverLinksThatFailToTheNanosecond(t *testing.T) {
	// The zone is 10 ms away, there and back, the region 44. The link to the zone is down from 100 ms on until 500, what is lost there is given up after 80 ms, and
	// routes lead around from 200 ms on until 600. Who leaves a site for another opens a connection there, of two round trips.
	network, p := nearAndFar(t, topology.Unshared)
	s := Scenario{Network: network, Workloads: []workload.Workload{patientOf(apiOf(90, 97, 110, 195, 210, 650), workload.Patience{Retries: 1, At: workload.NextSite})}, Duration: 900 * time.Millisecond, Seed: 1}
	s.LinkFailures = []LinkFailure{{Between: [2]string{"exchange", "zone"}, At: 100 * time.Millisecond, For: 400 * time.Millisecond, Convergence: 100 * time.Millisecond, Timeout: 80 * time.Millisecond}}
	first := func(s Scenario) map[int64][2]int64 {
		t.Helper()
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		got := make(map[int64][2]int64)
		r, err := plans[0].Watch(context.Background(), 0, func(is *Sighting) {
			if got[is.At/ms] = [2]int64{is.TTFB, is.Causes[Timeout]}; is.Outcome == Failed {
				got[is.At/ms] = [2]int64{is.TTFB, -int64(is.Reason)}
			}
		})
		require.NoError(t, err)
		requireSame(t, r, advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))
		return got
	}
	require.Equal(t, map[int64][2]int64{
		90: {10 * ms, 0}, 97: {(80 + 44 + 88) * ms, 80 * ms}, 110: {(80 + 44 + 88) * ms, 80 * ms}, 195: {(80 + 44 + 88) * ms, 80 * ms}, 210: {44 * ms, 0}, 650: {10 * ms, 0},
	}, first(s))

	// Who goes to the region, since the zone cannot be reached, and has no answer in time, does not ask the zone: it is passed over.
	s.Workloads[0] = patientOf(apiOf(250), workload.Patience{Timeout: 30 * time.Millisecond, Retries: 3, At: workload.NextSite})
	require.Equal(t, map[int64][2]int64{250: {120 * ms, -int64(TimedOut)}}, first(s))

	// Both sites work for 4 ms, and the way to the zone takes 34 ms longer for a while. Who asks at 440 ms has no answer after 46, at 486, nor from the region at
	// 532, and one from the zone by the way that is there then, over a second connection to it. What the connection to the region took, 88 ms, was in vain, too; and so was the second one to the zone for who asks at 380 ms, of two round trips of 44: his third try is of 472 ms, since the instants of tries leave handshakes out, when the way is still longer. He waits three times 46 and twice 88.
	s.LinkFailures = nil
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"exchange", "zone"}, At: 100 * time.Millisecond, For: 400 * time.Millisecond, Adds: 17 * time.Millisecond}}
	s.Workloads[0] = patientOf(apiOf(50, 380, 440), workload.Patience{Timeout: 46 * time.Millisecond, Retries: 2, At: workload.NextSite})
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Computed) { c.Work.Mean = 4 * time.Millisecond })
	require.Equal(t, map[int64][2]int64{50: {14 * ms, 0}, 380: {(138 + 88 + 88) * ms, -int64(TimedOut)}, 440: {(92 + 88 + 20 + 14) * ms, (92 + 88) * ms}}, first(s))
}

func TestWhoAsksTheNextSiteTakesTheWayOfThatInstantWhateverTheOrderOfTheWays(t *testing.T) {
	network, p := nearAndFar(t, topology.Unshared)
	s := Scenario{Network: network, Workloads: []workload.Workload{patientOf(apiOf(50, 380, 440, 470), workload.Patience{Timeout: 40 * time.Millisecond, Retries: 2, At: workload.NextSite})}, Duration: 900 * time.Millisecond, Seed: 1}
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"exchange", "zone"}, At: 100 * time.Millisecond, For: 400 * time.Millisecond, Adds: 17 * time.Millisecond}}
	seen := func(reversed bool) map[int64]Sighting {
		plans, err := Compile(t.Context(), s, p)
		require.NoError(t, err)
		if ways := plans[0].workloads[0].entries[0]; reversed {
			require.Greater(t, len(ways), 1)
			slices.Reverse(ways)
		}
		got := make(map[int64]Sighting)
		_, err = plans[0].Watch(t.Context(), 0, func(is *Sighting) {
			one := *is
			one.request.clients, one.request.try = 0, 0 // numbers at their sites
			got[is.At] = one
		})
		require.NoError(t, err)
		return got
	}
	require.Len(t, seen(false), 4)
	require.Equal(t, seen(false), seen(true))
}

func TestLinksThatAreSlowAllTheTimeAreSoForWhoAsksTheNextSite(t *testing.T) {
	s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(1)}, placement.Pool{Servers: 1, Queue: placement.AtMost(1)}, workload.ServiceTime{Mean: 20 * time.Millisecond}, 1.2)
	s = patient(s, workload.Patience{Timeout: 90 * time.Millisecond, Retries: 3, Backoff: 5 * time.Millisecond, Jitter: 1, At: workload.NextSite})
	s.WarmUp, s.Duration = 0, 10*time.Second
	var set []topology.Link
	for _, l := range s.Network.Links() {
		if joins([2]string{"metro", "zone"}, &l) {
			l.OneWay += 7 * time.Millisecond
			set = append(set, l)
		}
	}
	n, err := s.Network.With(topology.Change{SetLinks: set})
	require.NoError(t, err)
	slow := s
	slow.Network = n
	want := runOne(t, slow, p)
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"metro", "zone"}, For: time.Minute, Adds: 7 * time.Millisecond}}
	require.Equal(t, want.Workloads[0].Metros, runOne(t, s, p).Workloads[0].Metros)
	require.Positive(t, want.Workloads[0].Metros[0].Count(Retries))
}
