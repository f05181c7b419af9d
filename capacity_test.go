package edgewise_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/sim"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
	"github.com/edgewise-sim/edgewise/workload/trace"
)

func TestCapacityIsThatOfErlangAndOfALostSite(t *testing.T) {
	// Three metros of equal size, each beside a region; "a" and "b" are near each other, "c" is far. So "a" has a third of the work, and
	// two thirds when "b" is lost.
	nodes := []topology.Node{{ID: "exchange", Kind: topology.Exchange}}
	var links []topology.Link
	for i, id := range []string{"a", "b", "c"} {
		nodes = append(nodes, topology.Node{ID: id, Kind: topology.Region}, topology.Node{ID: "metro-" + id, Kind: topology.Metro, Users: 1})
		links = append(links, topology.Link{From: "metro-" + id, To: id, Kind: topology.Internet, OneWay: time.Millisecond}.Both()...)
		links = append(links, topology.Link{From: "metro-" + id, To: "exchange", Kind: topology.Internet, OneWay: 2 * time.Millisecond}.Both()...)
		links = append(links, topology.Link{From: id, To: "exchange", Kind: topology.Internet, OneWay: time.Duration([]int{10, 11, 50}[i]) * time.Millisecond}.Both()...)
	}
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	api := func(name string, perSecond float64) workload.Workload {
		return workload.Workload{
			Head: workload.Head{Name: name}, Demand: workload.Poisson{RequestsPerSecond: perSecond},
			Service: workload.Computed{Work: workload.ServiceTime{Mean: 100 * time.Millisecond}},
		}
	}
	p := placement.Placement{Name: "three"}
	for _, id := range []string{"a", "b", "c"} {
		p = p.With(placement.Assignment{Site: id, Role: placement.Compute, Pools: []placement.Pool{{Servers: 10}}})
	}
	s := &edgewise.Study{
		Scenario:   sim.Scenario{Network: n, Workloads: []workload.Workload{api("x", 200), api("y", 40)}, Duration: time.Minute, Seed: 1},
		Placements: []placement.Placement{p},
	}
	all, err := s.Capacity(context.Background(), asked(0))
	require.NoError(t, err)
	require.Len(t, all, 3)
	for i, of := range all {
		require.Equal(t, "compute", of.Servers)
		require.InDelta(t, 8, of.Offered, 1e-9)
		require.InDelta(t, .8, of.Utilisation(), 1e-9)
		require.Zero(t, of.Rejected, "all wait who find no server")
		require.InDelta(t, .409180, of.Waits, 5e-7, "Erlang C of 8 with 10 servers, as tables have it")
		require.Equal(t, "x", of.Workloads[0].Workload)
		require.InDelta(t, 40./6, of.Workloads[0].Offered, 1e-9)
		require.LessOrEqual(t, stats.ErlangB(of.ErlangB, 8), .001)
		require.Greater(t, stats.ErlangB(of.ErlangB-1, 8), .001)
		require.LessOrEqual(t, stats.ErlangC(of.ErlangC, 8), .001)
		require.Greater(t, stats.ErlangC(of.ErlangC-1, 8), .001)
		require.Equal(t, of.ErlangC, of.Needed, "all wait")
		require.Equal(t, []string{"b", "a", ""}[i], of.Lost, "users of others are nearer to each other than to c")
		require.InDelta(t, []float64{16, 16, 0}[i], of.LostOffered, 1e-9)
		if i < 2 {
			require.LessOrEqual(t, stats.ErlangC(of.LostNeeded, 16), .001)
			require.Greater(t, stats.ErlangC(of.LostNeeded-1, 16), .001)
		}
	}

	// In a crowd of four times in one metro its site has 4 x 200/3 requests a second of the one, of 100 ms each, beside 40/3 of the other.
	crowded := *s
	crowded.Workloads = []workload.Workload{api("x", 200), api("y", 40)}
	crowded.Workloads[0].Flashes = []workload.Flash{{At: 20 * time.Second, Rise: time.Second, For: 5 * time.Second, Factor: 4, Metros: []string{"metro-c"}}}
	in, err := crowded.Capacity(context.Background(), asked(0))
	require.NoError(t, err)
	for i, of := range in {
		require.InDelta(t, []float64{8, 8, 28}[i], of.Offered, 1e-6)
		require.Equal(t, i == 2, of.Workloads[0].InCrowd)
		require.False(t, of.Workloads[1].InCrowd)
	}
	require.Equal(t, stats.ErlangServers(in[2].Offered, .001), in[2].ErlangB)

	s.Placements = append(s.Placements, placement.Placement{Name: "one"}.With(placement.Assignment{Site: "a", Role: placement.Compute, Servers: 30}))
	one, err := s.Capacity(context.Background(), asked(1))
	require.NoError(t, err)
	require.Equal(t, []string{"x", "y"}, []string{one[0].Servers, one[1].Servers})
	require.Empty(t, one[0].Lost, "there is no other")

	site := workload.Change(workload.WebStatic(), func(c *workload.Cacheable) { c.Origin = workload.ServiceTime{Mean: 100 * time.Millisecond} })
	cached := &edgewise.Study{Scenario: s.Scenario, Placements: []placement.Placement{placement.Placement{Name: "b"}.With(
		placement.Assignment{Site: "b", Role: placement.Origin, Servers: 3}).WithCaches("near", placement.Cache{Site: "a", CapacityBytes: 1 << 20})}}
	cached.Workloads = []workload.Workload{site.Named("site")}
	behind, err := cached.Capacity(context.Background(), asked(0))
	require.NoError(t, err)
	require.Equal(t, []edgewise.CapacityNeed{{Site: "b", Servers: "site", Have: 3, Why: "site is behind caches: a sample tells what they fetch (--sample 5m)"}}, behind)

	// What "a" and "b" have no room for goes on to each other, then to "c".
	spilling := placement.Placement{Name: "spill"}
	for i, id := range []string{"a", "b", "c"} {
		pool := placement.Pool{Servers: []int{6, 6, 100}[i], Queue: placement.AtMost(0)}
		if id != "c" {
			pool.Spill = placement.Spill{Rule: placement.SpillToNearest}
		}
		spilling = spilling.With(placement.Assignment{Site: id, Role: placement.Compute, Pools: []placement.Pool{pool}})
	}
	s.Placements[1] = spilling
	all, err = s.Capacity(context.Background(), asked(1))
	require.NoError(t, err)
	busy := 8.0 // at "a" as at "b"
	for range 1000 {
		busy = 8 * (1 + stats.ErlangB(6, busy))
	}
	blocked := stats.ErlangB(6, busy)
	require.InEpsilon(t, busy, all[0].Offered, 1e-7)
	require.InEpsilon(t, 8*blocked, all[1].Spilled, 1e-7)
	require.InEpsilon(t, 8*blocked, all[1].TakenIn, 1e-7)
	require.InEpsilon(t, 8+2*8*blocked*blocked, all[2].Offered, 1e-7, "what neither has room for")
	require.Zero(t, all[2].Spilled)
	// Where a workload of the same servers does not say how much it asks for, nothing is known of what is passed on.
	s.Workloads[1].Demand = vague{s.Workloads[1].Demand}
	all, err = s.Capacity(context.Background(), asked(1))
	require.NoError(t, err)
	for _, of := range all {
		require.False(t, of.IsKnown)
		require.Contains(t, of.Why, "does not say how many requests to expect")
	}

	for _, served := range []float64{0, 1, -1} {
		_, err := s.Capacity(context.Background(), edgewise.CapacityQuestion{Served: served})
		require.ErrorContains(t, err, "want a share above 0 and below 1")
	}
	_, err = s.Capacity(context.Background(), asked(2))
	require.ErrorContains(t, err, "Placement is 2; want 0 to 1")
	_, err = s.Capacity(context.Background(), edgewise.CapacityQuestion{Served: .9, Sample: time.Millisecond})
	require.ErrorContains(t, err, "Sample is 1ms; want 0, or 1s to 24h")
}

// asked asks how many servers serve 99.9 % of a placement's requests.
func asked(placement int) edgewise.CapacityQuestion {
	return edgewise.CapacityQuestion{Placement: placement, Served: .999}
}

// oneRegion is an API of so many requests a second, each work for 10 ms, at one region beside its users.
func oneRegion(t *testing.T, perSecond float64, w ...workload.Workload) *edgewise.Study {
	t.Helper()
	n, err := topology.New([]topology.Node{{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region}, {ID: "pop", Kind: topology.PoP}},
		slices.Concat(topology.Link{From: "metro", To: "pop", Kind: topology.Internet, OneWay: time.Millisecond}.Both(),
			topology.Link{From: "metro", To: "region", Kind: topology.Internet, OneWay: 2 * time.Millisecond}.Both(),
			topology.Link{From: "pop", To: "region", Kind: topology.Internet, OneWay: time.Millisecond}.Both()))
	require.NoError(t, err)
	if w == nil {
		w = []workload.Workload{{
			Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: perSecond},
			Service: workload.Computed{Work: workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}},
		}}
	}
	return &edgewise.Study{Scenario: sim.Scenario{Network: n, Workloads: w, WarmUp: 10 * time.Second, Duration: 1000 * time.Second, Seed: 1}}
}

func TestCapacityIsThatOfTheServersThatThereAre(t *testing.T) {
	// Of each kind of servers a run must say the same, within what it can tell.
	for name, c := range map[string]struct {
		pool      placement.Pool
		perSecond float64
		// rejected and waits are from formulas that are not those of the program.
		rejected, waits float64
	}{
		"M/M/1/10": {placement.Pool{Servers: 1, Queue: placement.AtMost(9)}, 80, .0234929, (.8 - .1073742) / (1 - .0858993)}, // (rho - rho^10)/(1 - rho^11)
		"M/M/1/10, shared by all at once": {placement.Pool{Servers: 1, Queue: placement.AtMost(9), Discipline: placement.SharedProcessor}, 80, .0234929,
			(.8 - .1073742) / (1 - .0858993)},
		"none waits":                 {placement.Pool{Servers: 10, Queue: placement.AtMost(0)}, 800, .121661, 0},
		"all wait":                   {placement.Pool{Servers: 10}, 800, 0, .409180},
		"no wait beyond three works": {placement.Pool{Servers: 1, Shed: 30 * time.Millisecond}, 80, .13535, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := oneRegion(t, c.perSecond)
			s.Placements = []placement.Placement{placement.Placement{Name: "p"}.With(placement.Assignment{Site: "region", Role: placement.Compute, Pools: []placement.Pool{c.pool}})}
			all, err := s.Capacity(context.Background(), asked(0))
			require.NoError(t, err)
			require.Len(t, all, 1)
			of := all[0]
			require.InDelta(t, c.rejected, of.Rejected, 1e-5)
			if c.pool.Shed == 0 {
				require.InDelta(t, c.waits, of.Waits, 1e-6)
			}
			require.InDelta(t, c.perSecond, of.PerSecond, 1e-9)
			plans, err := sim.Compile(context.Background(), s.Scenario, s.Placements[0])
			require.NoError(t, err)
			r, err := plans[0].Run(context.Background(), 0)
			require.NoError(t, err)
			total, err := r.Workloads[0].Total()
			require.NoError(t, err)
			n := float64(total.Count(sim.Requests))
			require.InDelta(t, float64(total.Outcomes[sim.Rejected])/n, of.Rejected, .005, "a run")
			// The least number that serves 99.9 %: with one less it would not.
			enough := c.pool
			for _, servers := range []int{of.Needed, of.Needed - 1} {
				turn := enough.Turn(servers, of.Offered, of.PerSecond)
				lacks := turn.Rejected
				if !c.pool.Rejects() {
					lacks = turn.Waits
				}
				require.Equal(t, servers == of.Needed, servers > 0 && lacks <= .001, "%d servers", servers)
			}
		})
	}
}

func TestASampleFindsWhatOriginsGetOfCaches(t *testing.T) {
	// 100 requests a second for 1,000 objects of equal size, of which an LRU cache holds 100. Each miss is work for 5 ms.
	site := workload.Workload{
		Head: workload.Head{Name: "site"}, Demand: workload.Poisson{RequestsPerSecond: 100, Objects: 1000, ZipfExponent: .8},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}, Origin: workload.ServiceTime{Mean: 5 * time.Millisecond}},
	}
	s := oneRegion(t, 0, site)
	s.Failures = []sim.Failure{{Site: "region", At: time.Second, For: time.Second}} // of which capacity knows nothing
	s.Placements = []placement.Placement{placement.RegionOnly("region").WithPoPs(100, "pop")}
	s.Placements[0].Sites = []placement.Assignment{{Site: "region", Role: placement.Origin, Servers: 8}}
	q := asked(0)
	q.Sample = 1600 * time.Second
	all, err := s.Capacity(context.Background(), q)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.True(t, all[0].IsKnown, all[0].Why)
	lru, err := theory.LRU(theory.Zipf(1000, .8), 100)
	require.NoError(t, err)
	missed := 100 * (1 - lru.RequestHitRatio)
	require.InEpsilon(t, missed, all[0].PerSecond, .01, "Che's approximation, but for requests that join a fetch")
	require.InEpsilon(t, missed*.005, all[0].Offered, .01)
	require.InEpsilon(t, all[0].PerSecond*1600, all[0].Sampled, .01)
	require.InDelta(t, stats.ErlangC(8, all[0].Offered), all[0].Waits, 1e-12)

	// Users who are awake at some hours only: the sample looks at the hour when most is asked.
	for hour := range s.Workloads[0].Day {
		s.Workloads[0].Day[hour] = 1 + float64(hour/12)
	}
	s.Start = time.Date(2026, 1, 1, 3, 0, 0, 0, time.UTC)
	plans, err := sim.Compile(context.Background(), s.Scenario, s.Placements[0])
	require.NoError(t, err)
	steps, err := plans[0].DayRates(0)
	require.NoError(t, err)
	peak := 0.0
	for _, rates := range steps {
		peak = max(peak, rates[0])
	}
	require.Greater(t, peak, 125.)
	all, err = s.Capacity(context.Background(), q)
	require.NoError(t, err)
	require.InEpsilon(t, peak*(1-lru.RequestHitRatio), all[0].PerSecond, .01)

	// Beside a workload that asks for ten times as much at other hours the sample is at its peak, and says what comes at one's own. A cache of
	// one of very many objects hits nearly nothing.
	busy := s.Workloads[0]
	busy.Name, busy.Demand = "busy", workload.Poisson{RequestsPerSecond: 1000, Objects: 1_000_000, ZipfExponent: .1}
	for hour := range busy.Day {
		busy.Day[hour] = 2 - float64(hour/12)
	}
	two := *s
	two.Workloads = []workload.Workload{s.Workloads[0], busy}
	two.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: 100, Objects: 1_000_000, ZipfExponent: .1}
	two.Placements = []placement.Placement{placement.RegionOnly("region").WithPoPs(1, "pop")}
	all, err = two.Capacity(context.Background(), q)
	require.NoError(t, err)
	require.InEpsilon(t, peak, all[0].PerSecond, .02)
	require.InEpsilon(t, 10*peak, all[1].PerSecond, .02)

	// So few that nothing can be said.
	s.Workloads[0].Demand = workload.Poisson{RequestsPerSecond: .05, Objects: 1000, ZipfExponent: .8}
	all, err = s.Capacity(context.Background(), q)
	require.NoError(t, err)
	require.False(t, all[0].IsKnown)
	require.Regexp(t, `^the sample had \d+ requests of site to the origin, of which it takes 100 to tell: a longer sample tells$`, all[0].Why)
}

// A recording has no peak of a day that could be sampled: what caches fetch of it is not known, however long a sample is.
func TestARecordedTraceIsNotSampled(t *testing.T) {
	r, err := trace.ReadRecording(strings.NewReader("time,object,size\n0,a,1\n1,b,1\n2,a,1\n"), "t.csv", trace.RecordingOptions{})
	require.NoError(t, err)
	s := oneRegion(t, 0, workload.Workload{
		Head: workload.Head{Name: "log"}, Demand: workload.Trace{Recording: r}, Service: workload.Cacheable{Origin: workload.ServiceTime{Mean: 5 * time.Millisecond}},
	})
	s.WarmUp, s.Duration = 0, 2*time.Second
	s.Placements = []placement.Placement{placement.RegionOnly("region").WithPoPs(100, "pop")}
	q := asked(0)
	q.Sample = 10 * time.Second
	all, err := s.Capacity(context.Background(), q)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.False(t, all[0].IsKnown)
	require.Equal(t, "log is a recorded trace behind caches: a run tells what they fetch", all[0].Why)
	require.Zero(t, all[0].Sampled)
}

// vague is a demand that does not say what to expect.
type vague struct{ workload.Demand }
