package sim

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// threeRegions is a metro 10 ms from one region, 20 ms from another and 5 ms from a Local Zone, which is 11 ms from
// the first region, its parent. The second region is 30 ms from the first. A third is far from the metro, and 7 ms
// from the first region, 9 ms from the second and 25 ms from the Local Zone.
func threeRegions(t testing.TB) *topology.Network {
	t.Helper()
	var links []topology.Link
	for _, l := range []struct {
		from, to string
		kind     topology.LinkKind
		ms       float64
	}{
		{"metro", "west", topology.Internet, 10}, {"metro", "east", topology.Internet, 20}, {"metro", "zone", topology.Internet, 5},
		{"metro", "north", topology.Internet, 500}, {"west", "east", topology.Backbone, 30}, {"zone", "west", topology.Backbone, 11},
		{"north", "west", topology.Backbone, 7}, {"north", "east", topology.Backbone, 29}, {"north", "zone", topology.Backbone, 25},
	} {
		links = append(links, both(l.from, l.to, l.kind, l.ms)...)
	}
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.LocalZone, Parent: "west"},
		{ID: "west", Kind: topology.Region}, {ID: "east", Kind: topology.Region}, {ID: "north", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	return n
}

// withData is an API whose requests, 4 ms of work, all make calls, 2 ms of work each.
func withData(t testing.TB, data workload.DataCalls) Scenario {
	t.Helper()
	data.Probability = 1
	if data.Service.Mean == 0 {
		data.Service.Mean = 2 * time.Millisecond
	}
	w := workload.Workload{
		Head:    workload.Head{Name: "api"},
		Demand:  workload.Poisson{RequestsPerSecond: 0.5},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 4 * time.Millisecond}, Data: data},
	}
	return Scenario{Network: threeRegions(t), Workloads: []workload.Workload{w}, Duration: 400 * time.Second, Seed: 8}
}

// changed returns the scenario with other calls of its first workload.
func changed(s Scenario, change func(*workload.DataCalls)) Scenario {
	s.Workloads = slices.Clone(s.Workloads)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Computed) { change(&c.Data) })
	return s
}

// computedAt lets a site compute alone.
func computedAt(site string) placement.Placement {
	return placement.Placement{Name: site}.With(placement.Assignment{Site: site, Role: placement.Compute})
}

func TestCallsGoToTheHomeOfTheData(t *testing.T) {
	for _, c := range []struct {
		home, site string
		way        int64 // there and back, of each of two calls
	}{
		{"", "west", 0}, {"", "east", 0}, {"", "zone", 22},
		{"west", "west", 0}, {"west", "east", 60}, {"west", "zone", 22},
		{"east", "west", 60}, {"east", "east", 0}, {"east", "zone", 82},
		{"zone", "west", 22}, {"zone", "east", 82}, {"zone", "zone", 0},
		{"north", "west", 14}, {"north", "east", 58}, {"north", "zone", 36}, // no placement has it
	} {
		t.Run(c.home+" from "+c.site, func(t *testing.T) {
			users := map[string]int64{"west": 20, "east": 40, "zone": 10}[c.site]
			tally := &runOne(t, withData(t, workload.DataCalls{Home: c.home, Calls: 2}), computedAt(c.site)).Workloads[0].Metros[0]
			n := int64(tally.Count(Requests))
			require.Greater(t, n, int64(150))
			requireLatency(t, tally, TTFB, (users+4+2*(c.way+2))*ms, (users+4+2*(c.way+2))*ms)
			require.Equal(t, n*users*ms, tally.Causes[Propagation])
			require.Equal(t, n*2*c.way*ms, tally.Causes[Upstream])
			require.Equal(t, n*(4+2*2)*ms, tally.Causes[Service])

			s := withData(t, workload.DataCalls{Home: c.home, Calls: 2, Parallel: true})
			tally = &runOne(t, s, computedAt(c.site)).Workloads[0].Metros[0]
			requireLatency(t, tally, TTFB, (users+4+c.way+2)*ms, (users+4+c.way+2)*ms)
			require.Equal(t, n*c.way*ms, tally.Causes[Upstream], "of one of two")
			require.Equal(t, n*(4+2)*ms, tally.Causes[Service])
		})
	}
	s := withData(t, workload.DataCalls{Home: "metro", Calls: 2})
	err := s.Validate()
	require.ErrorContains(t, err, `workload "api": Service.Data.Home is metro; want a site of the network`)
	s = withData(t, workload.DataCalls{Home: "moon"})
	require.ErrorContains(t, s.Validate(), `Data.Home is moon`)
}

func TestTheSlowestOfParallelCallsCounts(t *testing.T) {
	data := workload.DataCalls{Home: "west", Calls: 5, Service: workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}}
	s := withData(t, data)
	p := computedAt("east")
	inTurn := &runOne(t, s, p).Workloads[0].Metros[0]
	s = changed(s, func(d *workload.DataCalls) { d.Parallel = true })
	parallel := &runOne(t, s, p).Workloads[0].Metros[0]
	require.Equal(t, inTurn.Count(Requests), parallel.Count(Requests))

	// The same draws, by hand.
	sum, slowest := int64(0), int64(0)
	key := random.NewKey(s.Seed, 0, purpose.EntityOf("api", "metro"), purpose.Service)
	for request := range parallel.Count(Requests) {
		work := key.StreamAt(request + 1)
		work.Uint64() // whether the request makes calls
		most := int64(0)
		for range data.Calls {
			one := data.Service.Draw(&work)
			sum += one
			most = max(most, one)
		}
		slowest += most
	}
	n := int64(parallel.Count(Requests))
	require.Equal(t, n*4*ms+sum, inTurn.Causes[Service])
	require.Equal(t, n*4*ms+slowest, parallel.Causes[Service])
	require.Equal(t, n*5*60*ms, inTurn.Causes[Upstream])
	require.Equal(t, n*60*ms, parallel.Causes[Upstream])
}

func TestCallsQueueAtAHomeWithFewServers(t *testing.T) {
	// Requests come far apart. Of three calls that arrive together at one server the last waits for the others.
	p := computedAt("east").With(placement.Assignment{Site: "west", Role: placement.Compute, Servers: 1})
	p.Routing = placement.Pinned{{Metro: "metro", Site: "east"}}
	s := withData(t, workload.DataCalls{Home: "west", Calls: 3, Parallel: true})
	s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(0.05)
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	requireLatency(t, tally, TTFB, (40+4+60+3*2)*ms, (40+4+60+3*2)*ms)
	require.Equal(t, int64(tally.Count(Requests))*4*ms, tally.Causes[Queue])
	require.Equal(t, int64(tally.Count(Requests))*60*ms, tally.Causes[Upstream])

	s = changed(s, func(d *workload.DataCalls) { d.Parallel = false })
	tally = &runOne(t, s, p).Workloads[0].Metros[0]
	requireLatency(t, tally, TTFB, (40+4+3*62)*ms, (40+4+3*62)*ms)
	require.Zero(t, tally.Causes[Queue])
}

func TestRegionsDoWithoutAHomeThatFails(t *testing.T) {
	s := withData(t, workload.DataCalls{Home: "north", Calls: 2})
	s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(200)
	s.Failures = []Failure{out("north")}
	at := instants(t, s, 400*second)
	all := int64(len(at))
	p := computedAt("west")
	// 10 ms to the region and 4 of work there; each call takes 7 + 2 + 7 ms.
	lost, up := 100*second-(10+4+16+9)*ms, 200*second-(10+4+7)*ms

	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	failed := countIn(at, lost, up)
	answered := countIn(at, lost, 100*second-(10+4+9)*ms) // whose first call was
	require.Positive(t, answered)
	require.Equal(t, uint64(failed), tally.Failures[DataHomeDown])
	require.Equal(t, uint64(failed), tally.Outcomes[Failed])
	require.Equal(t, uint64(failed*(20*ms+4*ms+3*second)+answered*16*ms), tally.Count(FailedNs))

	t.Run("calls in parallel", func(t *testing.T) {
		s := changed(s, func(d *workload.DataCalls) { d.Parallel = true })
		failed := countIn(at, 100*second-(10+4+9)*ms, up)
		tally := &runOne(t, s, p).Workloads[0].Metros[0]
		require.Equal(t, uint64(failed), tally.Failures[DataHomeDown])
		require.Equal(t, uint64(failed*(20*ms+4*ms+3*second)), tally.Count(FailedNs))

		s = changed(s, func(d *workload.DataCalls) { d.Waits = true })
		tally = &runOne(t, s, p).Workloads[0].Metros[0]
		require.Zero(t, tally.Outcomes[Failed])
		waited := int64(0)
		for _, a := range at {
			if asked := a + 14*ms; 100*second-(10+4+9)*ms <= a && a < up {
				waited += max(200*second, asked+3*second) - asked
			}
		}
		require.Equal(t, waited, tally.Causes[Timeout], "of one of two")
		require.Equal(t, all*14*ms, tally.Causes[Upstream])
	})
	t.Run("a backup answers", func(t *testing.T) {
		noticed := s
		noticed.Failures = []Failure{{Site: "north", At: 0, For: time.Hour}}
		tally := &runOne(t, noticed, backup(p, "east", placement.Compute)).Workloads[0].Metros[0]
		require.Zero(t, tally.Outcomes[Failed])
		require.Equal(t, all*2*60*ms, tally.Causes[Upstream])
	})
	t.Run("a backup is a home where users go to it", func(t *testing.T) {
		both := s
		both.Failures = []Failure{{Site: "north", At: 0, For: time.Hour}, {Site: "west", At: 0, For: time.Hour}}
		tally := &runOne(t, both, backup(p, "east", placement.Compute)).Workloads[0].Metros[0]
		require.Zero(t, tally.Outcomes[Failed])
		require.Zero(t, tally.Causes[Upstream])
		requireLatency(t, tally, TTFB, (40+4+2*2)*ms, (40+4+2*2)*ms)
	})
}

func TestUpdatesCallTheHomeOfTheData(t *testing.T) {
	w := workload.Workload{
		Head:   workload.Head{Name: "game"},
		Demand: workload.Sessions{ConcurrentPlayers: 50, Length: workload.Weibull{Shape: 1, Scale: time.Hour}},
		Service: workload.Matched{
			MatchPlayers: 1, MatchLength: 10 * time.Hour, TickHz: 50, UpdateHz: 5,
			Data: workload.DataCalls{Home: "west", Probability: 1, Calls: 3, Service: workload.ServiceTime{Mean: time.Millisecond}},
		},
	}
	s := Scenario{Network: threeRegions(t), Duration: 10 * time.Second, Seed: 8}
	for site, way := range map[string]int64{"west": 0, "east": 60, "zone": 22} {
		for _, parallel := range []bool{false, true} {
			calls := int64(3)
			s.Workloads = []workload.Workload{workload.Change(w, func(m *workload.Matched) { m.Data.Parallel = parallel })}
			if parallel {
				calls = 1
			}
			tally := &runOne(t, s, computedAt(site)).Workloads[0].Metros[0]
			n := int64(tally.Count(Requests))
			require.Positive(t, n)
			require.Equal(t, n*calls*way*ms, tally.Causes[Upstream])
			require.Equal(t, n*calls*ms, tally.Causes[Service])
		}
	}
}

func TestCallsQueueAtTheHomeItselfAsFromElsewhere(t *testing.T) {
	// Far apart: of three calls that a region makes to itself at once the last waits for the others.
	p := computedAt("west")
	p.Sites[0].Servers = 1
	s := withData(t, workload.DataCalls{Calls: 3, Parallel: true})
	s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(0.05)
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	n := int64(tally.Count(Requests))
	requireLatency(t, tally, TTFB, (20+4+3*2)*ms, (20+4+3*2)*ms)
	require.Equal(t, n*4*ms, tally.Causes[Queue])
	require.Zero(t, tally.Causes[Upstream])

	s = changed(s, func(d *workload.DataCalls) { d.Parallel = false })
	tally = &runOne(t, s, p).Workloads[0].Metros[0]
	requireLatency(t, tally, TTFB, (20+4+3*2)*ms, (20+4+3*2)*ms)
	require.Zero(t, tally.Causes[Queue])

	// One and a half times what one server can do, from the region itself or from a Local Zone: it is busy throughout.
	s = withData(t, workload.DataCalls{Home: "west", Calls: 1, Service: workload.ServiceTime{Mean: 50 * time.Millisecond}})
	s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(30)
	for _, users := range []string{"west", "zone"} {
		p := computedAt("west")
		p.Sites[0].Servers = 1
		if users == "zone" {
			p = p.WithLocalZones("zone")
		}
		r := runOne(t, s, p)
		home := &r.Workloads[0].Sites[slices.Index(r.Sites, "west")]
		require.InEpsilon(t, 400e6, float64(home.Count(BusyUs)), 0.001, "users at %s", users)
	}

	// At less than that it works for what it is asked: 4 ms and 50 ms a request.
	s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(5)
	w := runOne(t, s, p).Workloads[0]
	require.InDelta(t, float64(w.Metros[0].Count(Requests))*54e3, float64(w.Sites[0].Count(BusyUs)), 54e3)
}

// A second region does not have the data at hand by construction: it pays the way to the home as a Local Zone does, whether
// the scenario says where that is or not.
func TestASecondRegionCallsTheHomeAsALocalZoneDoes(t *testing.T) {
	// The zone is 2.5 ms from the metro, the second region 3.5, the first 40; both are 35 ms from the first.
	links := both("metro", "zone", topology.Internet, 2.5)
	links = append(links, both("metro", "second", topology.Internet, 3.5)...)
	links = append(links, both("metro", "first", topology.Internet, 40)...)
	links = append(links, both("zone", "first", topology.Backbone, 35)...)
	links = append(links, both("second", "first", topology.Backbone, 35)...)
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.LocalZone, Parent: "first"},
		{ID: "first", Kind: topology.Region}, {ID: "second", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	region := placement.RegionOnly("first")
	zones := region.WithLocalZones("zone")
	regions := region.With(placement.Assignment{Site: "second", Role: placement.Compute})
	for _, c := range []struct {
		p      placement.Placement
		data   workload.DataCalls
		wantMs int64
	}{
		{p: region, wantMs: 80 + 10 + 2*2},
		{p: zones, wantMs: 5 + 10 + 2*(70+2)}, {p: regions, wantMs: 7 + 10 + 2*(70+2)}, // 159 and 161 ms
		{p: regions, data: workload.DataCalls{Home: "first"}, wantMs: 7 + 10 + 2*(70+2)},
		{p: regions, data: workload.DataCalls{Home: "second"}, wantMs: 7 + 10 + 2*2},
		{p: regions, data: workload.DataCalls{Replicated: true}, wantMs: 7 + 10 + 2*2},
		{p: zones, data: workload.DataCalls{Replicated: true}, wantMs: 5 + 10 + 2*(70+2)},
	} {
		data := c.data
		data.Probability, data.Calls, data.Service.Mean = 1, 2, 2*time.Millisecond
		w := workload.Workload{
			Head:    workload.Head{Name: "api"},
			Demand:  workload.Poisson{RequestsPerSecond: 1},
			Service: workload.Computed{Work: workload.ServiceTime{Mean: 10 * time.Millisecond}, Data: data},
		}
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 20 * time.Second, Seed: 8}
		tally := &runOne(t, s, c.p).Workloads[0].Metros[0]
		requireLatency(t, tally, TTFB, c.wantMs*ms, c.wantMs*ms)
	}
	t.Run("the preset", func(t *testing.T) {
		s := Scenario{Network: n, Workloads: []workload.Workload{workload.APIDynamic().WithRequestsPerSecond(20)}, Duration: 200 * time.Second, Seed: 8}
		upstream := func(p placement.Placement) float64 {
			tally := &runOne(t, s, p).Workloads[0].Metros[0]
			return float64(tally.Causes[Upstream]) / float64(tally.Count(Requests)) / float64(ms)
		}
		require.Zero(t, upstream(region))
		require.InEpsilon(t, 35, upstream(zones), 0.05)
		require.Equal(t, upstream(zones), upstream(regions))
	})
}

func TestAnExplainedRequestTellsWhoWorksOnItsCalls(t *testing.T) {
	// The region is 70 ms from the zone by round trip; half of the requests make two calls of 2 ms.
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"}, {ID: "region", Kind: topology.Region},
	}, slices.Concat(both("metro", "zone", topology.Internet, 2.5), both("metro", "region", topology.Internet, 40), both("zone", "region", topology.Backbone, 35)))
	require.NoError(t, err)
	told := func(p placement.Placement) (texts []string) {
		w := workload.Workload{
			Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 1},
			Service: workload.Computed{
				Work: workload.ServiceTime{Mean: 10 * time.Millisecond},
				Data: workload.DataCalls{Probability: .5, Calls: 2, Service: workload.ServiceTime{Mean: 2 * time.Millisecond}},
			},
		}
		s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 60 * time.Second, Seed: 8}
		all := map[string]bool{}
		for number := 1; number <= 20; number++ {
			text := stepsOf(t, s, p, number)
			all[text[strings.Index(text, "\n")+1:]] = true
		}
		return slices.Sorted(maps.Keys(all))
	}
	require.Equal(t, []string{
		"10ms zone: works on it\n",
		"14ms zone: works on it, and the home of its data on its calls\n140ms zone: the ways of its calls for data, there and back: a call has no size, and waits for no window\n",
	}, told(placement.RegionOnly("region").WithLocalZones("zone")))
	require.Equal(t, []string{
		"10ms region: works on it, and on its calls for data, if it makes any\n",
		"14ms region: works on it, and on its calls for data, if it makes any\n",
	}, told(placement.RegionOnly("region")))
}
