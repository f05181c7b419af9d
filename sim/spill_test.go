package sim

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/purpose"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/random"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// spillWorld is an API at a Local Zone, 5 ms from its users, whose requests go on to a region 11 ms further where it has no room.
func spillWorld(t testing.TB, zone, region placement.Pool, work workload.ServiceTime, load float64) (Scenario, placement.Placement) {
	t.Helper()
	w := workload.Workload{
		Head:    workload.Head{Name: "api"},
		Demand:  workload.Poisson{RequestsPerSecond: load * float64(zone.Servers) / work.Mean.Seconds()},
		Service: workload.Computed{Work: work},
	}
	p := placement.RegionOnly("region").WithLocalZones("zone")
	for i := range p.Sites {
		switch {
		case p.Sites[i].Role != placement.Compute:
		case p.Sites[i].Site == "zone":
			p.Sites[i].Pools = []placement.Pool{zone}
		case region.Servers > 0:
			p.Sites[i].Pools = []placement.Pool{region}
		}
	}
	return Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: 100 * time.Second, Seed: 3}, p
}

func toNearest() placement.Spill { return placement.Spill{Rule: placement.SpillToNearest} }

func TestWhatASiteHasNoRoomForGoesToTheNextToTheNanosecond(t *testing.T) {
	const work = 20 * ms
	s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(0), Spill: toNearest()}, placement.Pool{Servers: 1, Queue: placement.AtMost(1)},
		workload.ServiceTime{Mean: time.Duration(work)}, 1.2)
	var near, far, lost, waited, longest int64
	zone, region := int64(0), []int64{0}
	var starts []int64
	for _, at := range instants(t, s, 100*second) {
		at += 5 * ms
		if at >= zone {
			near, zone = near+1, at+work
			continue
		}
		at += 11 * ms
		waiting := 0
		for _, x := range starts {
			if x > at {
				waiting++
			}
		}
		start := max(at, region[0])
		if start > at && waiting >= 1 {
			lost++
			continue
		}
		region[0], starts, far, waited = start+work, append(starts, start), far+1, waited+start-at
		longest = max(longest, start-at)
	}
	require.Greater(t, min(near, far, lost), int64(100))
	r := runOne(t, s, p)
	tally, at := &r.Workloads[0].Metros[0], siteOf(t, r, "zone")
	require.Equal(t, uint64(near+far), tally.Outcomes[Bypass])
	require.Equal(t, uint64(lost), tally.Outcomes[Rejected])
	require.Equal(t, uint64(lost), tally.Failures[QueueFull])
	require.Equal(t, uint64(far+lost), at.Count(Spilled))
	require.Equal(t, uint64(far+lost), siteOf(t, r, "region").Count(TakenIn))
	require.Equal(t, uint64(far+lost), at.Count(Refused))
	require.Equal(t, uint64(lost), siteOf(t, r, "region").Count(Refused))
	require.Equal(t, uint64(far), at.SpilledTo[slices.Index(r.Sites, "region")])
	require.Equal(t, waited, tally.Causes[Queue])
	require.Equal(t, 22*ms*far, tally.Causes[Upstream], "the way there and back")
	requireLatency(t, tally, TTFB, 30*ms, 52*ms+longest)
}

// Five requests wait at the PoP for its first connection to the zone, where one is let in: the others go on to the region, each with work of its own, which is
// that of its number.
func TestWhatWaitedForAConnectionHasWorkOfItsOwnElsewhere(t *testing.T) {
	work := workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}
	s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(0), Spill: toNearest()}, placement.Pool{Servers: 10}, work, 1)
	s.Workloads[0].Demand = askedAt(1, 1.001, 1.002, 1.003, 1.004)
	p.Tiers = placement.RegionOnly("region").WithPoPs(1, "pop").Tiers
	net, err := s.Network.With(topology.Change{SetLinks: both("pop", "zone", topology.Backbone, 4)})
	require.NoError(t, err)
	s.Network = net
	plans, err := Compile(t.Context(), s, p.ViaPoP())
	require.NoError(t, err)
	got := make(map[int64]int64) // by the instant
	_, err = plans[0].Watch(t.Context(), 0, func(is *Sighting) { got[is.At] = is.Causes[Service] })
	require.NoError(t, err)
	key := random.NewKey(s.Seed, 0, purpose.EntityOf("api", "metro"), purpose.Service)
	want := make(map[int64]int64)
	of := workloadRun{Computed: workload.Computed{Work: work}}
	for n := range uint64(5) {
		stream := random.Key(^key.At(n + 1)).Stream()
		if n == 0 { // which the zone lets in
			stream = key.StreamAt(n + 1)
		}
		_, want[second+int64(n)*ms] = of.drawWork(&stream)
	}
	require.Equal(t, want, got)
}

// The overflow of a group of servers is lost at the next as if both were one group (ordered hunting, Erlang): of M/M/c/c the loss is
// Erlang B of all servers, and what the first does not take Erlang B of its own.
func TestOverflowOfErlangIsLostAsIfAllServersWereOne(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		s, p := spillWorld(t, placement.Pool{Servers: 5, Queue: placement.AtMost(0), Discipline: d, Spill: toNearest()},
			placement.Pool{Servers: 3, Queue: placement.AtMost(0), Discipline: d}, workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}, 1.2)
		s.WarmUp, s.Duration = time.Second, 500*time.Second
		r := runOne(t, s, p)
		tally := &r.Workloads[0].Metros[0]
		asked := float64(tally.Count(Requests))
		require.InEpsilon(t, stats.ErlangB(8, 6), float64(tally.Outcomes[Rejected])/asked, .02, d)
		require.InEpsilon(t, stats.ErlangB(5, 6), float64(siteOf(t, r, "zone").Count(Refused))/asked, .01, d)
	}
}

// twoGroups solves the chain of two groups of servers, of which the first passes on what it cannot take: the shares that are lost of
// either stream of jobs.
func twoGroups(c1, c2 int, a1, a2 float64) (lost1, lost2 float64) {
	p := make([][]float64, c1+1)
	for i := range p {
		p[i] = make([]float64, c2+1)
	}
	p[0][0] = 1
	const rate = 40 // of uniformization
	for range 4000 {
		q := make([][]float64, c1+1)
		for i := range q {
			q[i] = slices.Clone(p[i])
		}
		for i := range p {
			for j := range p[i] {
				move := func(k, l int, of float64) {
					q[k][l] += p[i][j] * of / rate
					q[i][j] -= p[i][j] * of / rate
				}
				into2 := a2
				if i < c1 {
					move(i+1, j, a1)
				} else {
					into2 += a1
				}
				if j < c2 {
					move(i, j+1, into2)
				}
				if i > 0 {
					move(i-1, j, float64(i))
				}
				if j > 0 {
					move(i, j-1, float64(j))
				}
			}
		}
		p = q
	}
	for i := range p {
		lost2 += p[i][c2]
	}
	return p[c1][c2], lost2
}

func TestOverflowBesideOthersIsThatOfTheChain(t *testing.T) {
	s, p := spillWorld(t, placement.Pool{Servers: 4, Queue: placement.AtMost(0), Spill: placement.Spill{Rule: placement.SpillToSites, To: []string{"region"}}},
		placement.Pool{Servers: 6, Queue: placement.AtMost(0)}, workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}, 1)
	// The others share the servers of the region, and have none at the zone.
	own := s.Workloads[0]
	own.Name, own.Demand = "own", workload.Poisson{RequestsPerSecond: 300}
	s.Workloads = append(s.Workloads, own)
	for i := range p.Sites {
		if p.Sites[i].Site == "zone" {
			p.Sites[i].Workloads = []string{"api"}
		}
	}
	s.WarmUp, s.Duration = time.Second, 500*time.Second
	r := runOne(t, s, p)
	lost1, lost2 := twoGroups(4, 6, 4, 3)
	for i, want := range []float64{lost1, lost2} {
		tally := &r.Workloads[i].Metros[0]
		require.InEpsilon(t, want, float64(tally.Outcomes[Rejected])/float64(tally.Count(Requests)), .03)
	}
}

// Two sites that pass on to each other, with next to no way between them, lose what one site with all servers loses.
func TestSitesThatSpillToEachOtherAreOne(t *testing.T) {
	s, p := spillWorld(t, placement.Pool{Servers: 4, Queue: placement.AtMost(0), Spill: toNearest()}, placement.Pool{Servers: 4, Queue: placement.AtMost(0), Spill: toNearest()},
		workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}, 1.5)
	var err error
	s.Network, err = topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"}, {ID: "region", Kind: topology.Region},
	}, append(append(both("metro", "region", topology.Internet, 40), both("metro", "zone", topology.Internet, 5)...), both("zone", "region", topology.Backbone, .001)...))
	require.NoError(t, err)
	p.Routing = placement.Weighted{{Site: "zone", Weight: 1}, {Site: "region", Weight: 1}}
	s.WarmUp, s.Duration = time.Second, 300*time.Second
	r := runOne(t, s, p)
	tally := &r.Workloads[0].Metros[0]
	require.InEpsilon(t, stats.ErlangB(8, 6), float64(tally.Outcomes[Rejected])/float64(tally.Count(Requests)), .02)
}

func TestSpillDoesNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		t.Run(d.String(), func(t *testing.T) {
			s, p := spillWorld(t, placement.Pool{Servers: 2, Queue: placement.AtMost(1), Discipline: d, Spill: toNearest()}, placement.Pool{Servers: 1, Queue: placement.AtMost(1), Discipline: d, Spill: toNearest()},
				workload.ServiceTime{Mean: 10 * time.Millisecond, Law: workload.ExponentialTime}, 1.3)
			s.Duration = 10 * time.Second
			service := s.Workloads[0].Service.(workload.Computed)
			service.Data = workload.DataCalls{Home: "region", Probability: .5, Calls: 2, Service: workload.ServiceTime{Mean: 2 * time.Millisecond}}
			service.Patience = workload.Patience{Timeout: 60 * time.Millisecond, Retries: 2, Backoff: 5 * time.Millisecond}
			s.Workloads[0].Service = service
			s.Failures = []Failure{
				{Site: "region", At: 4 * time.Second, For: 400 * time.Millisecond, Detection: 100 * time.Millisecond, Timeout: 30 * time.Millisecond},
				{Site: "zone", At: 6 * time.Second, For: 400 * time.Millisecond, Detection: 100 * time.Millisecond, Timeout: 90 * time.Millisecond},
			}
			plans, err := Compile(context.Background(), s, p)
			require.NoError(t, err)
			requireSameHoweverAdvanced(t, plans[0])
			r := runOne(t, s, p)
			tally := &r.Workloads[0].Metros[0]
			require.Positive(t, siteOf(t, r, "zone").Count(Spilled))
			require.Positive(t, siteOf(t, r, "region").Count(TakenIn))
			require.Positive(t, tally.Failures[QueueFull])
			require.Positive(t, tally.Failures[SiteDown])
			require.Positive(t, tally.Causes[Timeout])
			require.Positive(t, tally.Count(Retries))
			require.Equal(t, tally.Count(Requests), tally.Answered()+tally.Unanswered())
		})
	}
}

// A request that has come from another site fails with the first of its parallel calls. The site that it came from must hear so at once: once
// the others have ended, too, it may be past the instant at which the news is there.
func TestSpillWithParallelCallsDoesNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, d := range []placement.Discipline{placement.FirstCome, placement.SharedProcessor} {
		for _, fails := range []bool{false, true} {
			t.Run(fmt.Sprint(d, fails), func(t *testing.T) {
				s, p := poolsWorld(t, d)
				for i := range p.Sites {
					for n := range p.Sites[i].Pools {
						if p.Sites[i].Role == placement.Compute {
							p.Sites[i].Pools[n].Spill = toNearest()
						}
					}
				}
				if fails {
					s.Timeline = &Steps{Step: time.Second, BySite: true}
					s.Workloads[2] = workload.Change(s.Workloads[2], func(c *workload.Computed) {
						c.Patience = workload.Patience{Timeout: 600 * time.Millisecond, Retries: 2, Backoff: time.Millisecond}
					})
				} else {
					s.Failures = nil
				}
				plans, err := Compile(context.Background(), s, p)
				require.NoError(t, err)
				requireSameHoweverAdvanced(t, plans[0])
				total, err := runOne(t, s, p).Workloads[2].Total()
				require.NoError(t, err)
				require.Positive(t, total.Failures[QueueFull])
				require.Equal(t, fails, total.Failures[DataHomeDown] > 0)
			})
		}
	}
}

func TestSpillThatLeadsNowhereIsRefused(t *testing.T) {
	at := func(p *placement.Placement) *placement.Pool {
		return &p.Sites[slices.IndexFunc(p.Sites, func(a placement.Assignment) bool { return a.Site == "zone" })].Pools[0]
	}
	for want, change := range map[string]func(s *Scenario, p *placement.Placement){
		`Spill.To[0] is zone; want another site: it leads in a circle`: func(_ *Scenario, p *placement.Placement) {
			at(p).Spill = placement.Spill{Rule: placement.SpillToSites, To: []string{"zone"}}
		},
		`Spill.To[1] is region; want a site that is not asked before`: func(_ *Scenario, p *placement.Placement) {
			at(p).Spill = placement.Spill{Rule: placement.SpillToSites, To: []string{"region", "region"}}
		},
		`Spill.To[0] is pop; want a site that computes`: func(_ *Scenario, p *placement.Placement) {
			at(p).Spill = placement.Spill{Rule: placement.SpillToSites, To: []string{"pop"}}
		},
		`Spill.To is empty; want a site or more`: func(_ *Scenario, p *placement.Placement) { at(p).Spill = placement.Spill{Rule: placement.SpillToSites} },
		`Spill.Rule is backup; want none: there is no such other site that computes`: func(_ *Scenario, p *placement.Placement) {
			at(p).Spill.Rule = placement.SpillToBackup
		},
		`Spill.Rule is nearest; want none: the pool has room for all`: func(_ *Scenario, p *placement.Placement) { at(p).Queue = placement.Limit{} },
		`Spill.Rule is 9; want one of`:                                func(_ *Scenario, p *placement.Placement) { at(p).Spill.Rule = 9 },
		`Spill.Rule is nearest; want none: no such other site computes workload "api"`: func(s *Scenario, p *placement.Placement) {
			other := s.Workloads[0]
			other.Name = "other"
			s.Workloads = append(s.Workloads, other)
			p.Sites[slices.IndexFunc(p.Sites, func(a placement.Assignment) bool { return a.Site == "region" && a.Role == placement.Compute })].Workloads = []string{"other"}
		},
	} {
		s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(0), Spill: toNearest()}, placement.Pool{Servers: 1}, workload.ServiceTime{Mean: time.Millisecond}, .5)
		change(&s, &p)
		require.ErrorContains(t, s.ValidatePlacement(p), want)
	}
}

// givenTimes is a demand of requests at given instants, without objects.
type givenTimes []time.Duration

func (givenTimes) Validate() error { return nil }

func (d givenTimes) Open([]workload.Audience, workload.Env) (func(int) workload.Source, error) {
	return func(int) workload.Source { return &givenSource{at: d} }, nil
}

type givenSource struct{ at []time.Duration }

func (s *givenSource) Draw(to int64, b *workload.Batch) (n int) {
	for n < b.Len() && len(s.at) > 0 && (n == 0 || b.At[n-1] < to) {
		b.At[n], s.at = int64(s.at[0]), s.at[1:]
		n++
	}
	return n
}

// twiceWorld is an API of one server at a zone, 5 ms from its users, that two ask at a time: what it has no room for goes 20 ms to far and then, where far
// does not answer, 11 ms to region, although region is nearer. All work takes 20 ms.
func twiceWorld(t testing.TB, seconds ...time.Duration) (Scenario, placement.Placement) {
	s, p := spillWorld(t, placement.Pool{Servers: 1, Queue: placement.AtMost(0), Spill: placement.Spill{Rule: placement.SpillToSites, To: []string{"far", "region"}}},
		placement.Pool{Servers: 1}, workload.ServiceTime{Mean: 20 * time.Millisecond}, 1)
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"},
		{ID: "region", Kind: topology.Region}, {ID: "far", Kind: topology.Region},
	}, slices.Concat(both("metro", "zone", topology.Internet, 5), both("metro", "region", topology.Internet, 40), both("metro", "far", topology.Internet, 60),
		both("zone", "region", topology.Backbone, 11), both("zone", "far", topology.Backbone, 20), both("region", "far", topology.Backbone, 15)))
	require.NoError(t, err)
	var at givenTimes
	for _, second := range seconds {
		at = append(at, second*time.Second, second*time.Second+time.Millisecond)
	}
	s.Network, s.Workloads[0].Demand, s.Duration = n, at, 50*time.Second
	return s, p.With(placement.Assignment{Site: "far", Role: placement.Compute, Pools: []placement.Pool{{Servers: 1}}})
}

func TestWhatIsSpilledMeetsFailuresAndSlowServersAsHandHasIt(t *testing.T) {
	s, p := twiceWorld(t, 1, 12, 16, 32)
	s.Failures = []Failure{{Site: "far", At: 10 * time.Second, For: 10 * time.Second, Detection: 5 * time.Second, Timeout: 100 * time.Millisecond}}
	s.Slowdowns = []Slowdown{{Site: "far", At: 31 * time.Second, For: 5 * time.Second, Factor: 3}, {Site: "far", At: 30 * time.Second, For: time.Second, Factor: 2}}
	const here = "BYPASS 30ms, propagation 10ms, service 20ms\n"
	require.Equal(t, "1s "+here+
		"1.001s BYPASS 70ms, propagation 10ms, service 20ms, upstream 40ms\n"+
		"12s "+here+
		"12.001s BYPASS 152ms, propagation 10ms, service 20ms, upstream 22ms, timeout 100ms\n"+
		"16s "+here+
		"16.001s BYPASS 52ms, propagation 10ms, service 20ms, upstream 22ms\n"+
		"32s "+here+
		"32.001s BYPASS 110ms, propagation 10ms, service 60ms, upstream 40ms\n", inOrder(journeys(t, s, p)))

	s.WarmUp = 5 * time.Second // which the first two are in
	r := runOne(t, s, p)
	at := func(id string) int { return slices.Index(r.Sites, id) }
	zone := siteOf(t, r, "zone")
	require.Equal(t, uint64(3), zone.Count(Spilled))
	require.Equal(t, uint64(1), zone.SpilledTo[at("far")])
	require.Equal(t, uint64(2), zone.SpilledTo[at("region")])
	require.Equal(t, uint64(1), siteOf(t, r, "far").Count(TakenIn))
}

func TestWhatIsSpilledAsksForItsDataFromWhereItIsWorkedOn(t *testing.T) {
	s, p := twiceWorld(t, 1, 12)
	service := s.Workloads[0].Service.(workload.Computed)
	service.ResponseBytes = 1000
	service.Data = workload.DataCalls{Home: "region", Probability: 1, Calls: 1, Service: workload.ServiceTime{Mean: 2 * time.Millisecond}}
	s.Workloads[0].Service = service
	// Calls take 22 ms from the zone and 30 ms from far, and 2 ms of work.
	require.Equal(t, "1s BYPASS 54ms, propagation 10ms, service 22ms, upstream 22ms\n"+
		"1.001s BYPASS 102ms, propagation 10ms, service 22ms, upstream 70ms\n"+
		"12s BYPASS 54ms, propagation 10ms, service 22ms, upstream 22ms\n"+
		"12.001s BYPASS 102ms, propagation 10ms, service 22ms, upstream 70ms\n", inOrder(journeys(t, s, p)))

	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	r, err := plans[0].Run(context.Background(), 0)
	require.NoError(t, err)
	flows, err := plans[0].PerDay(r)
	require.NoError(t, err)
	const day = 24 * 3600 / 50.
	require.ElementsMatch(t, []Flow{
		{Workload: "api", From: "zone", Requests: 4 * day, Bytes: 4 * day * 1000},
		{Workload: "api", From: "zone", To: "region", Requests: 2 * day, UnknownSize: true},
		{Workload: "api", From: "far", To: "zone", Requests: 2 * day, Bytes: 2 * day * 1000},
		{Workload: "api", From: "far", To: "region", Requests: 2 * day, UnknownSize: true},
	}, flows)
}

// Region is down from 12 s on for 200 ms. The zone calls it at 12.025 s, and far, for what it has taken in, at 12.046 s. Both give up after 100 ms, and call again
// when it is up: what they have waited until then is in vain.
func TestWhatIsSpilledWaitsForItsDataWhereItIsWorkedOn(t *testing.T) {
	s, p := twiceWorld(t, 12)
	service := s.Workloads[0].Service.(workload.Computed)
	service.Data = workload.DataCalls{Home: "region", Probability: 1, Calls: 1, Waits: true, Service: workload.ServiceTime{Mean: 2 * time.Millisecond}}
	s.Workloads[0].Service = service
	s.Failures = []Failure{{Site: "region", At: 12 * time.Second, For: 200 * time.Millisecond, Timeout: 100 * time.Millisecond}}
	require.Equal(t, "12s BYPASS 229ms, propagation 10ms, service 22ms, upstream 22ms, timeout 175ms\n"+
		"12.001s BYPASS 256ms, propagation 10ms, service 22ms, upstream 70ms, timeout 154ms\n", inOrder(journeys(t, s, p)))
}
