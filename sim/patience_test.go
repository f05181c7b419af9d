package sim

import (
	"container/heap"
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// patient returns the scenario with clients of some patience.
func patient(s Scenario, p workload.Patience) Scenario {
	s.Workloads = []workload.Workload{patientOf(s.Workloads[0], p)}
	return s
}

func patientOf(w workload.Workload, p workload.Patience) workload.Workload {
	if KindOf(w.Service) == Cacheable {
		return workload.Change(w, func(c *workload.Cacheable) { c.Patience = p })
	}
	return workload.Change(w, func(c *workload.Computed) { c.Patience = p })
}

// ofFiles returns what asks for files at the origin with the work that was asked of servers.
func ofFiles(s Scenario, p placement.Placement) (Scenario, placement.Placement) {
	w := s.Workloads[0]
	demand := w.Demand.(workload.Poisson)
	demand.Objects = 100
	w.Demand = demand
	w.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, Origin: w.Service.(workload.Computed).Work}
	s.Workloads = []workload.Workload{w}
	p.Sites = slices.Clone(p.Sites)
	p.Sites[0].Pools, p.Sites[1].Pools = p.Sites[1].Pools, nil
	return s, p
}

// A oneTry is a try of a plain simulation.
type oneTry struct {
	at, first int64
	made      int
}

type allTries []oneTry

func (a allTries) Len() int           { return len(a) }
func (a allTries) Less(i, k int) bool { return a[i].at < a[k].at }
func (a allTries) Swap(i, k int)      { a[i], a[k] = a[k], a[i] }
func (a *allTries) Push(x any)        { *a = append(*a, x.(oneTry)) }
func (a *allTries) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// A patientRun is what a plain simulation of a server says, whose clients come back.
type patientRun struct{ served, timedOut, full, retries, inVain, worked int64 }

// askedAgain simulates one server with constant work and room for so many who wait, asked at some instants by clients a way of so long,
// there and back, from it.
func askedAgain(arrivals []int64, work int64, queue int, way int64, p workload.Patience) (all patientRun) {
	var todo allTries
	for _, at := range arrivals {
		heap.Push(&todo, oneTry{at: at, first: at, made: 1})
	}
	free := int64(math.MinInt64)
	var starts []int64
	again := func(a oneTry, from int64) {
		all.retries++
		heap.Push(&todo, oneTry{at: from + p.BackoffNs(a.made, 0), first: a.first, made: a.made + 1})
	}
	for len(todo) > 0 {
		a := heap.Pop(&todo).(oneTry)
		waiting := 0
		for k := len(starts) - 1; k >= 0 && starts[k] > a.at; k-- {
			waiting++
		}
		start := max(a.at, free)
		switch late := start+work-a.at+way > int64(p.Timeout); {
		case start > a.at && waiting >= queue && a.made <= p.Retries:
			again(a, a.at+way)
			continue
		case start > a.at && waiting >= queue:
			all.full++
			continue
		case late && a.made <= p.Retries:
			again(a, a.at+int64(p.Timeout))
		case late:
			all.timedOut++
		default:
			all.served++
			all.inVain += a.at - a.first
		}
		all.worked++
		free = start + work
		starts = append(starts, start)
	}
	return all
}

func TestClientsComeBackAsAPlainSimulationSays(t *testing.T) {
	for _, c := range []struct {
		queue int
		load  float64
		p     workload.Patience
	}{
		{1 << 20, .9, workload.Patience{Timeout: 200 * time.Millisecond}},
		{1 << 20, .7, workload.Patience{Timeout: 180 * time.Millisecond, Retries: 3, Backoff: 300 * time.Millisecond, Growth: 2}},
		{2, .9, workload.Patience{Timeout: time.Hour, Retries: 2, Backoff: 100 * time.Millisecond}},
		{4, 1.3, workload.Patience{Timeout: 150 * time.Millisecond, Retries: 2}},
	} {
		const work = 20 * time.Millisecond
		s, p := crowd(t, placement.Pool{Servers: 1, Queue: placement.AtMost(c.queue)}, work, c.load)
		s.WarmUp = 0
		s.Timeline = &Steps{Step: 10 * time.Second} // whose sums must be those of the run
		for _, files := range []bool{false, true} {
			if files && c.queue > 2 && c.p.Retries != 3 {
				continue // two of each will do
			}
			if files {
				s, p = ofFiles(s, p)
			}
			s = patient(s, c.p)
			arrivals := instants(t, s, 150*second)
			for i := range arrivals {
				arrivals[i] += 40 * ms
			}
			want := askedAgain(arrivals, int64(work), c.queue, 80*ms, c.p)
			r := runOne(t, s, p)
			tally := &r.Workloads[0].Metros[0]
			require.Equal(t, uint64(want.served), tally.Outcomes[Bypass], "%+v", c)
			require.Equal(t, uint64(want.timedOut), tally.Failures[TimedOut], "%+v", c)
			require.Equal(t, uint64(want.full), tally.Failures[QueueFull], "%+v", c)
			require.Equal(t, uint64(want.retries), tally.Count(Retries), "%+v", c)
			require.Equal(t, want.inVain, tally.Causes[Timeout], "%+v", c)
			require.Equal(t, uint64(len(arrivals)), tally.Count(Requests))
			if files {
				require.Equal(t, uint64(want.worked), r.Workloads[0].Count(OriginRequests), "the origin answers clients who have gone, too")
			}
		}
	}
}

func TestClientsOfACacheComeBackToItsFetchToTheNanosecond(t *testing.T) {
	// One object that takes 3 s to fetch. A client is 3 ms from the PoP, gives up after 300 ms and comes back 100 ms later: it is served by the
	// first of its tries whose time the fetch ends in, or that finds the object there. Only the first of all has missed it.
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{oneObject()}, Duration: 20 * time.Second, Seed: 1}
	w := &s.Workloads[0]
	w.Client.NewShare = 0
	w.Demand = workload.Poisson{RequestsPerSecond: 50, Objects: 1}
	patience := workload.Patience{Timeout: 300 * time.Millisecond, Retries: 20, Backoff: 100 * time.Millisecond}
	w.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 10, MaxBytes: 10}, Origin: workload.ServiceTime{Mean: 3 * time.Second}, Patience: patience}
	p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
	asks := instants(t, s, 20*second)
	comes := asks[0] + 3*ms + 50*ms + 3*second
	var hits, joined, retries uint64
	var inVain int64
	for _, at := range asks {
		first := at + 3*ms
		for try := first; ; try += 400 * ms {
			if try >= comes || comes-try <= 300*ms-6*ms {
				inVain += try - first
				if try >= comes {
					hits++
				} else {
					joined++
				}
				break
			}
			retries++
		}
	}
	r := runOne(t, s, p)
	tally := &r.Workloads[0].Metros[0]
	require.Positive(t, joined)
	require.Equal(t, []uint64{hits, joined, 0}, []uint64{tally.Outcomes[Hit], tally.Outcomes[DelayedHit], tally.Outcomes[Miss]})
	require.Equal(t, retries, tally.Count(Retries))
	require.Equal(t, inVain, tally.Causes[Timeout])
	require.Equal(t, uint64(1), r.Workloads[0].Count(OriginRequests))
}

func TestRetriesAreAFixedPoint(t *testing.T) {
	// Who is rejected comes back after a long random while, twice at most: the servers see a Poisson process of rate
	// L = l(1 + B + B^2) with B = Erlang B(c, L), and B^3 of all who asked are rejected for good.
	const servers, load = 5, .8
	b := 0.0
	for range 200 {
		b = stats.ErlangB(servers, servers*load*(1+b+b*b))
	}
	s, p := crowd(t, placement.Pool{Servers: servers, Queue: placement.AtMost(0)}, 20*time.Millisecond, load)
	s = patient(s, workload.Patience{Retries: 2, Backoff: 2 * time.Second, Jitter: 1})
	s.Duration = 300 * time.Second
	runs := replications(t, s, p)
	given := runs.mean(func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		return float64(tally.Count(Retries)) / float64(tally.Count(Requests))
	})
	requireInside(t, given, b+b*b, .03)
	rejected := runs.mean(func(r *Result) float64 {
		tally := &r.Workloads[0].Metros[0]
		return float64(tally.Outcomes[Rejected]) / float64(tally.Count(Requests))
	})
	requireInside(t, rejected, b*b*b, .08)
}

func TestRetriesKeepAnOverloadAlive(t *testing.T) {
	// At a load of 0.8 a queue of M/D/1 has no trouble, and no client waits for 300 ms. But once there is a queue, as after a burst of
	// failures, work is done for clients who have given up and come back: then nearly nobody is served, for as long as the run lasts.
	s, p := crowd(t, placement.Pool{Servers: 1}, 20*time.Millisecond, .8)
	s.WarmUp, s.Duration = 0, 300*time.Second
	calm := &runOne(t, patient(s, workload.Patience{Timeout: 600 * time.Millisecond}), p).Workloads[0].Metros[0]
	require.Less(t, calm.Outcomes[Failed], calm.Count(Requests)/100)
	storm := patient(s, workload.Patience{Timeout: 300 * time.Millisecond, Retries: 10})
	stormy := &runOne(t, storm, p).Workloads[0].Metros[0]
	require.Greater(t, stormy.Outcomes[Failed], stormy.Count(Requests)/2)
	require.Greater(t, stormy.Count(Retries), 5*stormy.Count(Requests))
	// A bounded queue ends it: who is let in is served in time.
	p.Sites[1].Pools = []placement.Pool{{Servers: 1, Queue: placement.AtMost(5)}}
	bounded := &runOne(t, storm, p).Workloads[0].Metros[0]
	require.Less(t, bounded.Outcomes[Failed]+bounded.Outcomes[Rejected], bounded.Count(Requests)/10)
}

func TestPatienceDoesNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := poolsWorld(t, d)
		for i := range s.Workloads[1:] {
			s.Workloads[1+i] = workload.Change(s.Workloads[1+i], func(c *workload.Computed) {
				c.Patience = workload.Patience{Timeout: 70 * time.Millisecond, Retries: 3, Backoff: 30 * time.Millisecond, Growth: 3, Jitter: .5}
			})
		}
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSameHoweverAdvanced(t, plans[0])
		r := runOne(t, s, p)
		for _, w := range r.Workloads[1:] {
			total, err := w.Total()
			require.NoError(t, err)
			for _, n := range []uint64{total.Failures[TimedOut], total.Failures[QueueFull], total.Failures[SiteDown], total.Count(Retries)} {
				require.Positive(t, n, w.Name)
			}
			require.Positive(t, total.Causes[Timeout])
		}
	}
}

func TestPatienceOfCachesDoesNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, ages := range []bool{false, true} {
		s, p := poolsWorld(t, placement.FirstCome)
		s.Workloads = s.Workloads[:1]
		p.Sites[1].Pools, p.Sites[2].Pools = nil, nil
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
			c.Origin.Mean = 20 * time.Millisecond
			c.Patience = workload.Patience{Timeout: 50 * time.Millisecond, Retries: 3, Backoff: 30 * time.Millisecond, Growth: 3, Jitter: .5}
			if ages {
				*c = c.Controlled(freshness.Control{MaxAge: freshness.For(time.Second)})
			}
		})
		s.Duration = 1500 * time.Millisecond
		s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(600)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSameHoweverAdvanced(t, plans[0])
		total, err := runOne(t, s, p).Workloads[0].Total()
		require.NoError(t, err)
		for _, n := range []uint64{total.Failures[TimedOut], total.Unanswered() - total.Failures[TimedOut], total.Count(Retries), total.Outcomes[Hit], total.Outcomes[DelayedHit]} {
			require.Positive(t, n, "%+v %v", total.Failures, total.Count(Retries))
		}
	}
}

func TestPatienceWithoutAnEndIsRefused(t *testing.T) {
	for want, p := range map[string]workload.Patience{
		"Retries is 101; want 0 to 100":                   {Retries: 101},
		"Retries is -1; want 0 to 100":                    {Retries: -1},
		"Timeout is -1ns; want 0 to 1h":                   {Timeout: -1},
		"Backoff is 2h0m0s; want 0 to 1h":                 {Retries: 1, Backoff: 2 * time.Hour},
		"Backoff is 1s; want 0 without Retries":           {Backoff: time.Second},
		"Growth is 0.5; want 1 to 10":                     {Retries: 2, Growth: .5},
		"Growth is 2; want 0 without a second of Retries": {Retries: 1, Growth: 2},
		"Jitter is NaN; want 0 to 1":                      {Retries: 1, Backoff: 1, Jitter: math.NaN()},
		"Jitter is 1; want 0 without Backoff":             {Retries: 1, Jitter: 1},
	} {
		require.EqualError(t, p.Validate(), want)
	}
}
