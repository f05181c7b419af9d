package sim

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/transport"
	"github.com/edgewise-sim/edgewise/workload"
)

// ratedTimes is a demand of requests at given instants, about one a second.
type ratedTimes struct{ givenTimes }

func (ratedTimes) PerSecond() float64 { return 1 }

// oneVisit is a visit over HTTP/1.1, of as many connections, that asks at given instants for what is computed in no time.
func oneVisit(connections int, at ...int64) workload.Workload {
	times := make(givenTimes, len(at))
	for i := range at {
		times[i] = time.Duration(at[i])
	}
	return workload.Workload{
		Head: workload.Head{Name: "site", Visits: workload.Visits{
			Requests: 1e6, Gap: time.Second, IdleTimeout: time.Hour, Versions: workload.Versions{1, 0, 0}, Connections: connections,
		}},
		Demand: ratedTimes{times}, Service: workload.Computed{ResponseBytes: 100},
	}
}

// watched runs a placement for so long and returns how each request ended, in the order in which they were asked.
func watched(t *testing.T, n *topology.Network, w workload.Workload, p placement.Placement, length time.Duration) (all []Sighting) {
	t.Helper()
	plans, err := Compile(context.Background(), Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: length, Seed: 5}, p)
	require.NoError(t, err)
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) { all = append(all, *is) })
	require.NoError(t, err)
	slices.SortStableFunc(all, func(a, b Sighting) int { return cmp.Compare(a.At, b.At) })
	for i := range all {
		sum := int64(0)
		for _, ns := range all[i].Causes {
			sum += ns
		}
		if !all[i].Outcome.IsFailure() {
			require.Equal(t, all[i].TTFB, sum)
		}
	}
	return all
}

// near returns a metro and a region so far apart, one way.
func near(t *testing.T, oneWay time.Duration) *topology.Network {
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}},
		topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: oneWay}.Both())
	require.NoError(t, err)
	return n
}

func TestRequestsWaitForTheConnectionsThatAUserMayHave(t *testing.T) {
	// A round trip takes 6 ms, a new connection two more. The visit has one open as the run begins, A, and opens another, B, at 1 ms, over which the answer is there at
	// 19 ms. What comes at 2, 3 and 4 ms goes over A, one after the other: at 6, 12 and 18 ms. At 19.5 ms both are idle, and B was used last.
	w := oneVisit(2, 0, 1*ms, 2*ms, 3*ms, 4*ms, 25*ms, 25*ms)
	all := watched(t, near(t, 3*time.Millisecond), w, placement.RegionOnly("region"), time.Second)
	want := []struct{ at, ttfb, held int64 }{{0, 6 * ms, 0}, {1 * ms, 18 * ms, 0}, {2 * ms, 10 * ms, 4 * ms}, {3 * ms, 15 * ms, 9 * ms}, {4 * ms, 20 * ms, 14 * ms}, {25 * ms, 6 * ms, 0}, {25 * ms, 6 * ms, 0}}
	require.Len(t, all, len(want))
	for i, of := range want {
		require.Equal(t, of.at, all[i].At)
		require.Equal(t, of.ttfb, all[i].TTFB, "of that at %v", time.Duration(of.at))
		require.Equal(t, of.held, all[i].Causes[ConnectionQueue])
		require.Equal(t, of.ttfb, all[i].TTLB)
	}
	// Six are opened by default: the seventh waits for the first, and the eighth for one of those opened at 0.
	all = watched(t, near(t, 3*time.Millisecond), oneVisit(0, 0, 0, 0, 0, 0, 0, 1*ms, 2*ms, 3*ms), placement.RegionOnly("region"), time.Second)
	for i, held := range []int64{0, 0, 0, 0, 0, 0, 5 * ms, 10 * ms, 15 * ms} {
		require.Equal(t, held, all[i].Causes[ConnectionQueue], "%d", i)
	}
	// Over HTTP/2 nothing waits.
	w.Visits.Versions, w.Visits.Connections = workload.Versions{0, 1, 0}, 0
	for _, is := range watched(t, near(t, 3*time.Millisecond), w, placement.RegionOnly("region"), time.Second) {
		require.Equal(t, 6*ms, is.TTFB)
	}
}

func TestAnExplainedRequestTellsOfItsWaitForAConnection(t *testing.T) {
	s := Scenario{Network: near(t, 3*time.Millisecond), Workloads: []workload.Workload{oneVisit(2, 0, 1*ms, 2*ms, 3*ms, 4*ms)}, Duration: time.Second, Seed: 5}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("region"))
	require.NoError(t, err)
	for number, held := range map[int]int64{2: 0, 3: 4 * ms, 5: 14 * ms} {
		e, err := plans[0].Explain(context.Background(), 0, 0, 0, ByNumber, number)
		require.NoError(t, err)
		sum := int64(0)
		for _, step := range append(append([]Step{}, e.Tried...), e.Steps...) {
			sum += step.Ns
		}
		require.Equal(t, held, sum, "request %d: %v %v", number, e.Tried, e.Steps)
		require.Equal(t, held, e.WaitNs)
		if held > 0 {
			require.Equal(t, "connection queue: until one of the user's connections to the site was idle", e.Tried[0].Text)
			require.Len(t, e.Tried, 1)
		}
	}
}

func TestWaitsForConnectionsAreThoseOfErlang(t *testing.T) {
	// Visits that hardly end, each of which asks as a Poisson process for what is worked on for an exponential time: M/M/c, but for the ways, which take 0.02 ms.
	for _, c := range []struct {
		connections int
		offered     float64
	}{{1, 0.6}, {3, 2}, {6, 4.5}} {
		const mean = 0.1
		w := visited(4*1000*c.offered/mean/100, workload.Visits{
			Requests: 1e6, Gap: time.Duration(mean / c.offered * 1e9), Versions: workload.Versions{1, 0, 0}, Connections: c.connections,
		}, nil)
		w.Demand = workload.Poisson{RequestsPerSecond: 40 * c.offered / mean}
		w.Service = workload.Computed{Work: workload.ServiceTime{Mean: time.Duration(mean * 1e9), Law: workload.GammaTime, Variation: 1}, ResponseBytes: 100}
		held, n := 0.0, 0.0
		for _, is := range watched(t, near(t, 10*time.Microsecond), w, placement.RegionOnly("region"), 200*time.Second) {
			if is.At > int64(10*time.Second) {
				held += float64(is.Causes[ConnectionQueue]) / 1e9
				n++
			}
		}
		require.InEpsilon(t, mean*erlangC(c.connections, c.offered)/(float64(c.connections)-c.offered), held/n, 0.08, "%+v", c)
	}
}

func TestWaitsForConnectionsAreTheSameByArithmeticAndByMessage(t *testing.T) {
	n, pops := star(t, 1, 5)
	w := visited(60, workload.Visits{Requests: 8, Gap: 10 * time.Millisecond, Versions: workload.Versions{1, 0, 0}, Connections: 2}, nil)
	w.Demand = workload.Poisson{RequestsPerSecond: 60, Objects: 1 << 30}
	w.Service = workload.Cacheable{Sizes: workload.Sizes{MinBytes: 40_000, MaxBytes: 40_000}, Origin: workload.ServiceTime{Mean: 30 * time.Millisecond}}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 60 * time.Second, Seed: 5}
	tally := &byArithmeticAndByMessage(t, s, placement.RegionOnly("region").WithPoPs(1<<20, pops...).WithUpstream(open)).Workloads[0].Metros[0]
	require.Greater(t, float64(tally.Causes[ConnectionQueue])/float64(tally.Count(Requests))/1e6, 10.)
}

// A plainVisit is what a user of a visit over HTTP/1.1 does with its connections, written down anew: it has as many slots as connections, each of which is taken
// until an instant.
func TestWaitsForConnectionsAreThoseOfAPlainSimulation(t *testing.T) {
	// All connections are new but the first, and a round trip takes 6 ms: a burst of a visit, and pauses in which connections die.
	var at []int64
	for burst := range int64(200) {
		for k := range burst % 17 {
			at = append(at, burst*int64(time.Second)*(1+burst%3)/3+k*k*300_000)
		}
	}
	for i := 1; i < len(at); i++ {
		at[i] = max(at[i], at[i-1])
	}
	for _, connections := range []int{1, 2, 6} {
		w := oneVisit(connections, at...)
		w.Visits.IdleTimeout = 500 * time.Millisecond
		w.Visits.Gap = time.Microsecond // so that the one that is open has just been used
		all := watched(t, near(t, 3*time.Millisecond), w, placement.RegionOnly("region"), 300*time.Second)
		until, opened := make([]int64, connections), make([]bool, connections)
		opened[0] = true
		queue := []int64{}
		byAt := map[string]int{}
		for i := range all {
			byAt[fmt.Sprintf("%d %d", all[i].At, all[i].TTFB)]++
		}
		for _, asks := range at {
			// The one that is idle soonest is taken, of those idle the one used last, of those open before those that are not.
			sends := int64(math.MaxInt64)
			for k := range until {
				sends = min(sends, max(until[k], asks))
			}
			if len(queue) > 0 {
				sends = max(sends, queue[len(queue)-1]) // in order
			}
			queue = append(queue, sends)
			best := -1
			for k := range until {
				if until[k] > sends {
					continue
				}
				if opened[k] && sends-until[k] > 500*ms {
					opened[k] = false
				}
				if best < 0 || opened[k] && (!opened[best] || until[k] > until[best]) {
					best = k
				}
			}
			takes := 6 * ms
			if !opened[best] {
				takes, opened[best] = 18*ms, true
			}
			until[best] = sends + takes
			what := fmt.Sprintf("%d %d", asks, sends+takes-asks)
			require.Positive(t, byAt[what], "%d connections: %s", connections, what)
			byAt[what]--
		}
	}
}

func TestConnectionsThatAreLostAreLeft(t *testing.T) {
	k := transport.Keeping{Idle: 10 * second, Initial: 14_600}
	var c transport.Conn
	k.Open(&c, 0)
	c.Ask(1)
	c.Ask(2)
	_, isKnown := c.IdleFrom(3)
	require.False(t, isKnown)
	c.Lost(2 * second)
	require.True(t, k.IsOpen(&c, 2*second), "the other request still waits")
	require.True(t, c.IsBusy(3*second-1), "its user waits for the timeout")
	c.Lost(3 * second)
	require.False(t, k.IsOpen(&c, 3*second))
	require.False(t, c.IsBusy(3*second))
	k.Open(&c, 0)
	c.Ask(1)
	c.Failed(5 * second)
	at, isKnown := c.IdleFrom(second)
	require.Equal(t, 5*second, at)
	require.True(t, isKnown)
	require.True(t, k.IsOpen(&c, 15*second), "an error is a use")
}

func TestConnectionsWaitForTheLookupThatIsUnderWay(t *testing.T) {
	// The first has an open connection. The second opens one and looks the name up for 20 ms, the third opens another a millisecond later.
	w := oneVisit(3, second, 1001*ms, 1002*ms)
	w.Visits.Lookup, w.Visits.LookupTTL = 20*time.Millisecond, time.Millisecond
	all := watched(t, near(t, 3*time.Millisecond), w, placement.RegionOnly("region"), 2*time.Second)
	for i, want := range []struct{ lookup, ttfb int64 }{{0, 6 * ms}, {20 * ms, 38 * ms}, {19 * ms, 37 * ms}} {
		require.Equal(t, want.lookup, all[i].Causes[Lookup])
		require.Equal(t, want.ttfb, all[i].TTFB)
	}
}

func TestConnectionsSideBySideHaveNoKeysYet(t *testing.T) {
	// Visits ask five times, a millisecond apart: all their connections are opened before the first could bring keys.
	w := visited(100, workload.Visits{Requests: 5, Gap: time.Millisecond, EarlyData: true, Versions: workload.Versions{1, 0, 0}}, nil)
	opened, early := 0, 0
	for _, is := range watched(t, near(t, 3*time.Millisecond), w, placement.RegionOnly("region"), 60*time.Second) {
		if is.Causes[Connect] > 0 {
			opened++
			if is.Causes[TLS] == 0 {
				early++
			}
		}
	}
	require.Greater(t, opened, 3000)
	require.Less(t, float64(early)/float64(opened), 0.01)
}

func TestFoundVisitsHaveNoConnectionToASiteThatTheyWereNotAt(t *testing.T) {
	// Some 500 visits of a metro go on as its PoP fails at 2 s. Each opens one connection to the other with its first request there: from 3 s on
	// exp(-1 / 20) - exp(-18 / 20) of them.
	n, pops := star(t, 2, 5)
	w := visited(50, workload.Visits{Requests: 1000, Gap: 20 * time.Second, IdleTimeout: time.Hour}, nil)
	s := Scenario{
		Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 5,
		Failures: []Failure{{Site: "pop-0", At: 2 * time.Second, For: time.Minute, Timeout: 100 * time.Millisecond}},
	}
	plans, err := Compile(context.Background(), s, placement.RegionOnly("region").WithPoPs(1<<20, pops...))
	require.NoError(t, err)
	opened := 0.0
	_, err = plans[0].Watch(context.Background(), 0, func(is *Sighting) {
		if is.At > int64(3*time.Second) && is.Causes[Connect] > 0 {
			opened++
		}
	})
	require.NoError(t, err)
	require.InDelta(t, 500*(math.Exp(-1./20)-math.Exp(-18./20)), opened, 85)
}
