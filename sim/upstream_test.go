package sim

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// twoRegions is a metro 3 ms from a PoP, which is 25 ms from one region and 40 ms from another, and 4 ms from
// a regional edge cache that is 22 and 37 ms from them; a second regional edge cache is 6 ms from the PoP and
// 24 and 39 ms from the regions. A Local Zone 5 ms from the metro is 11 ms from the first region, its parent,
// and 30 ms from the second. The way between PoP and second region has 8 Mbit/s, the others have no limit.
func twoRegions(t testing.TB) *topology.Network {
	t.Helper()
	var links []topology.Link
	for _, l := range []struct {
		from, to string
		kind     topology.LinkKind
		ms       float64
	}{
		{"metro", "pop", topology.Internet, 3}, {"metro", "zone", topology.Internet, 5},
		{"metro", "west", topology.Internet, 40}, {"metro", "east", topology.Internet, 60},
		{"pop", "west", topology.Backbone, 25}, {"pop", "east", topology.Backbone, 40},
		{"metro", "mid", topology.Internet, 70}, {"metro", "second", topology.Internet, 70},
		{"pop", "mid", topology.Backbone, 4}, {"mid", "west", topology.Backbone, 22}, {"mid", "east", topology.Backbone, 37},
		{"pop", "second", topology.Backbone, 6}, {"second", "west", topology.Backbone, 24}, {"second", "east", topology.Backbone, 39},
		{"zone", "west", topology.Backbone, 11}, {"zone", "east", topology.Backbone, 30},
	} {
		way := both(l.from, l.to, l.kind, l.ms)
		if l.from == "pop" && l.to == "east" {
			way[0].CapacityBitsPerSecond, way[1].CapacityBitsPerSecond = 8e6, 8e6
		}
		links = append(links, way...)
	}
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP},
		{ID: "zone", Kind: topology.LocalZone, Parent: "west"}, {ID: "west", Kind: topology.Region}, {ID: "east", Kind: topology.Region},
		{ID: "mid", Kind: topology.RegionalEdgeCache}, {ID: "second", Kind: topology.RegionalEdgeCache},
	}, links)
	require.NoError(t, err)
	return n
}

// alwaysMissing asks for objects that hardly anybody asks for twice, on open connections.
func alwaysMissing(perSecond float64) workload.Workload {
	w := onOpenConnections(perSecond)
	w = workload.Change(w, func(p *workload.Poisson) { p.Objects, p.ZipfExponent = 1<<31, 0 })
	return w
}

// out says for how long the site of most of these tests is down, and when that is noticed.
func out(site string) Failure {
	return Failure{Site: site, At: 100 * time.Second, For: 100 * time.Second, Detection: 30 * time.Second, Redirection: 10 * time.Second}
}

// backup lets a site stand in for others.
func backup(p placement.Placement, site string, role placement.Role) placement.Placement {
	if role == placement.MidTierCache {
		return p.WithCaches(placement.MidTierCache, placement.Cache{Site: site, CapacityBytes: 1 << 30, Backup: true})
	}
	return p.With(placement.Assignment{Site: site, Role: role, Backup: true})
}

// byArithmeticAndByMessage runs a placement with the given sites always free, once as arithmetic and once with
// so many servers that they never queue, which must find the same to the bit.
func byArithmeticAndByMessage(t *testing.T, s Scenario, p placement.Placement) *Result {
	t.Helper()
	arithmetic := runOne(t, s, p)
	p = p.With() // a copy
	for i, a := range p.Sites {
		if a.Role == placement.Origin || a.Role == placement.Compute && a.Site != "zone" {
			p.Sites[i].Servers = 1 << 16
		}
	}
	message := runOne(t, s, p)
	require.NotEqual(t, arithmetic.Fingerprint, message.Fingerprint, "messages are events")
	message.Fingerprint = arithmetic.Fingerprint
	requireSame(t, withoutServers(arithmetic), withoutServers(message))
	return arithmetic
}

func TestMissesFailWithTheOriginAndHitsGoOn(t *testing.T) {
	hits := onOpenConnections(2)
	hits.Name = "hits"
	s := Scenario{
		Network: twoRegions(t), Workloads: []workload.Workload{alwaysMissing(2), hits}, Duration: 400 * time.Second, Seed: 8,
		Failures: []Failure{out("west")},
	}
	at := instants(t, s, 400*second)
	p := placement.RegionOnly("west").WithPoPs(1<<30, "pop").WithUpstream(open)

	// 3 ms to the PoP, 25 ms to the origin, 7 ms of work: whoever is there or on the way in time is lost.
	failed := countIn(at, 100*second-35*ms, 200*second-28*ms)
	require.Greater(t, failed, int64(150))
	r := byArithmeticAndByMessage(t, s, p)
	tally := &r.Workloads[0].Metros[0]
	require.Equal(t, uint64(failed), tally.Outcomes[Failed])
	require.Equal(t, uint64(failed), tally.Failures[NextTierDown])
	require.Equal(t, uint64(failed*(6*ms+3*second)), tally.Count(FailedNs))
	require.Equal(t, uint64(int64(len(at))-failed), tally.Outcomes[Miss])
	require.Equal(t, tally.Outcomes[Miss], r.Workloads[0].Count(OriginRequests))
	requireLatency(t, tally, TTFB, 6*ms+50*ms+7*ms, 6*ms+50*ms+7*ms)
	require.Zero(t, r.Workloads[1].Metros[0].Outcomes[Failed])
	require.Equal(t, r.Workloads[1].Metros[0].Count(Requests), r.Workloads[1].Metros[0].Outcomes[Hit]+1, "what is cached is served")

	t.Run("a backup stands in", func(t *testing.T) {
		before, after := countIn(at, 100*second-35*ms, 140*second-3*ms), countIn(at, 140*second-3*ms, 200*second-3*ms)
		r := byArithmeticAndByMessage(t, s, backup(p, "east", placement.Origin))
		tally := &r.Workloads[0].Metros[0]
		require.Zero(t, tally.Outcomes[Failed])
		require.Equal(t, uint64(len(at)), r.Workloads[0].Count(OriginRequests))
		// A timeout and then the way to the backup, until the failure is noticed; then that way alone.
		requireLatency(t, tally, TTFB, 6*ms+50*ms+7*ms, 3*second+6*ms+80*ms+7*ms)
		requireLatency(t, tally, TTLB, 6*ms+50*ms+7*ms+8*ms, 3*second+6*ms+80*ms+7*ms+100*ms)
		require.Equal(t, before*3*second, tally.Causes[Timeout])
		require.Equal(t, int64(len(at))*50*ms+(before+after)*30*ms, tally.Causes[Upstream])
	})
	t.Run("another origin stands in", func(t *testing.T) {
		equal := p.With(placement.Assignment{Site: "east", Role: placement.Origin})
		require.Equal(t, encode(t, byArithmeticAndByMessage(t, s, backup(p, "east", placement.Origin))), encode(t, byArithmeticAndByMessage(t, s, equal)))
	})
	t.Run("the backup fails as well", func(t *testing.T) {
		s := s
		s.Failures = []Failure{out("west"), {Site: "east", At: 160 * time.Second, For: time.Hour, Timeout: time.Second, Detection: time.Hour}}
		r := byArithmeticAndByMessage(t, s, backup(p, "east", placement.Origin))
		tally := &r.Workloads[0].Metros[0]
		// 40 ms from the PoP to the backup, 7 ms of work. West is avoided until it is up: there is nobody else.
		failed := countIn(at, 160*second-50*ms, 200*second-4*ms)
		late := countIn(at, 200*second-4*ms, 200*second-3*ms) // given up when west is up again
		require.Zero(t, late)
		inTime := countIn(at, 199*second-3*ms, 200*second-3*ms) // given up by the backup when west is up again
		require.Equal(t, uint64(failed-inTime), tally.Outcomes[Failed])
		require.Equal(t, uint64((failed-inTime)*(6*ms+second)), tally.Count(FailedNs))
	})
	t.Run("the PoP fails as well", func(t *testing.T) {
		s := s
		s.Failures = append(s.Failures[:1:1], Failure{Site: "pop", At: 120 * time.Second, For: time.Second})
		r := byArithmeticAndByMessage(t, s, backup(p, "east", placement.Origin))
		tally := &r.Workloads[0].Metros[0]
		require.Equal(t, uint64(countIn(at, 120*second-3*second-3*ms-87*ms, 121*second-3*ms)), tally.Failures[SiteDown])
		// Of those, who has been sent to the backup has its answer on the way.
		require.Equal(t, tally.Outcomes[Miss]+uint64(countIn(at, 117*second-90*ms, 117*second-3*ms)), r.Workloads[0].Count(OriginRequests))
	})
	t.Run("users who wait for the same object share its fate", func(t *testing.T) {
		w := onOpenConnections(20)
		s := s
		s.Workloads = []workload.Workload{w}
		s.Failures = []Failure{{Site: "west", For: 100 * time.Second}}
		at := instants(t, s, 400*second)
		tally := &byArithmeticAndByMessage(t, s, p).Workloads[0].Metros[0]
		// A fetch every 3 s: those who come before it is given up fail at the same instant.
		failed, waited, next := int64(0), int64(0), int64(0)
		for _, a := range at {
			if a >= next {
				if a >= 100*second-28*ms {
					break
				}
				next = a + 3*second
			}
			failed++
			waited += 6*ms + next - a
		}
		require.Equal(t, uint64(failed), tally.Outcomes[Failed])
		require.Equal(t, uint64(waited), tally.Count(FailedNs))
		require.Equal(t, uint64(1), tally.Outcomes[Miss])
	})
}

func TestCachesDoWithoutAMidTierCacheThatFails(t *testing.T) {
	s := Scenario{
		Network: twoRegions(t), Workloads: []workload.Workload{alwaysMissing(2)}, Duration: 400 * time.Second, Seed: 8,
		Failures: []Failure{out("mid")},
	}
	at := instants(t, s, 400*second)
	all := int64(len(at))
	p := placement.RegionOnly("west").WithPoPs(1<<30, "pop").WithUpstream(open).WithMidTier(1<<30, "mid")

	// 3 ms to the PoP and 4 to the mid-tier; its answer leaves 22 + 7 + 22 ms later.
	lost, back := 100*second-(7+51)*ms, 200*second-7*ms
	r := byArithmeticAndByMessage(t, s, p)
	tally := &r.Workloads[0].Metros[0]
	failed := countIn(at, lost, back)
	require.Equal(t, uint64(failed), tally.Failures[NextTierDown])
	require.Equal(t, uint64(failed), tally.Outcomes[Failed])
	require.Equal(t, uint64(failed*(6*ms+3*second)), tally.Count(FailedNs))
	require.Equal(t, (all-failed)*(8+44)*ms, tally.Causes[Upstream])

	before, after := countIn(at, lost, 140*second-3*ms), countIn(at, 140*second-3*ms, 200*second-3*ms)
	for name, other := range map[string]placement.Placement{
		"a backup":                backup(p, "second", placement.MidTierCache),
		"another mid-tier cache":  p.WithMidTier(1<<30, "second"),
		"a region that caches":    backup(p, "second", placement.MidTierCache).WithCaches(placement.MidTierCache, placement.Cache{Site: "east", CapacityBytes: 1, Backup: true}),
		"several, one after that": p.WithMidTier(1<<30, "second").WithMidTier(1, "east"),
	} {
		t.Run(name, func(t *testing.T) {
			tally := &byArithmeticAndByMessage(t, s, other).Workloads[0].Metros[0]
			require.Zero(t, tally.Outcomes[Failed])
			require.Equal(t, before*3*second, tally.Causes[Timeout])
			require.Equal(t, (all-before-after)*(8+44)*ms+(before+after)*(12+48)*ms, tally.Causes[Upstream])
		})
	}
	t.Run("the origin behind it fails", func(t *testing.T) {
		s := s
		s.Failures = []Failure{out("west")}
		tally := &byArithmeticAndByMessage(t, s, p).Workloads[0].Metros[0]
		failed := countIn(at, 100*second-(7+22+7)*ms, 200*second-(7+22)*ms)
		require.Equal(t, uint64(failed), tally.Failures[NextTierDown])
		require.Equal(t, uint64(failed*(6*ms+8*ms+3*second)), tally.Count(FailedNs), "an error is an answer: it travels")
	})
	t.Run("it comes back empty", func(t *testing.T) {
		// One object that the PoP may not keep: only the mid-tier has it.
		w := onOpenConnections(20)
		s := s
		s.Workloads = []workload.Workload{w}
		p := placement.RegionOnly("west").WithPoPs(1, "pop").WithMidTier(1<<30, "mid")
		r := runOne(t, s, p)
		require.Equal(t, uint64(2), r.Workloads[0].Count(OriginRequests))
		s.Failures = nil
		require.Equal(t, uint64(1), runOne(t, s, p).Workloads[0].Count(OriginRequests))
	})
}

func TestLocalZonesDoWithoutAParentThatFails(t *testing.T) {
	w := workload.Workload{
		Head:    workload.Head{Name: "api"},
		Demand:  workload.Poisson{RequestsPerSecond: 2},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 4 * time.Millisecond}, Data: workload.DataCalls{Probability: 1, Calls: 2, Service: workload.ServiceTime{Mean: 2 * time.Millisecond}}},
	}
	s := Scenario{Network: twoRegions(t), Workloads: []workload.Workload{w}, Duration: 400 * time.Second, Seed: 8, Failures: []Failure{out("west")}}
	at := instants(t, s, 400*second)
	all := int64(len(at))
	p := placement.RegionOnly("west").WithLocalZones("zone")
	// Each call takes 11 + 2 + 11 ms. The first is at the parent 5 + 4 + 11 ms after the user has asked, the
	// second leaves it 2 + 22 + 2 ms later.
	lost, up := 100*second-(20+26)*ms, 200*second-20*ms
	whole := int64(10*ms + 4*ms + 2*24*ms)

	tally := &byArithmeticAndByMessage(t, s, p).Workloads[0].Metros[0]
	failed := countIn(at, lost, up)
	second1 := countIn(at, lost, 100*second-(20+2)*ms) // whose first call was answered
	require.Equal(t, uint64(failed), tally.Outcomes[Failed])
	require.Equal(t, uint64(failed), tally.Failures[DataHomeDown])
	require.Equal(t, uint64(failed*(10*ms+4*ms+3*second)+second1*24*ms), tally.Count(FailedNs))
	requireLatency(t, tally, TTFB, whole, whole)

	t.Run("no call, no failure", func(t *testing.T) {
		s := s
		s.Workloads = []workload.Workload{w}
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Computed) { c.Data.Probability = 0 })
		require.Zero(t, runOne(t, s, p).Workloads[0].Metros[0].Outcomes[Failed])
	})
	t.Run("calls wait", func(t *testing.T) {
		s := s
		s.Workloads = []workload.Workload{w}
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Computed) { c.Data.Waits = true })
		tally := &byArithmeticAndByMessage(t, s, p).Workloads[0].Metros[0]
		require.Zero(t, tally.Outcomes[Failed])
		waited := int64(0)
		for _, a := range at {
			if lost <= a && a < up {
				asked := a + 9*ms
				if a < 100*second-22*ms {
					asked += 24 * ms
				}
				waited += max(200*second, asked+3*second) - asked
			}
		}
		require.Equal(t, waited, tally.Causes[Timeout])
		require.Equal(t, all*2*22*ms, tally.Causes[Upstream])
	})
	t.Run("a backup answers", func(t *testing.T) {
		tally := &byArithmeticAndByMessage(t, s, backup(p, "east", placement.Compute)).Workloads[0].Metros[0]
		require.Zero(t, tally.Outcomes[Failed])
		// The second call asks the parent again, as long as nobody has noticed: it times out as well. Those
		// whose first call was answered, or whose first call alone comes before it is noticed, time out once.
		timeouts, calls := int64(0), int64(0)
		for _, a := range at {
			now := a + 9*ms
			for range 2 {
				switch there := now + 11*ms; {
				case 140*second <= now && now < 200*second:
					now += 62 * ms
					calls++
				case 100*second <= there+2*ms && there < 200*second:
					now += 3*second + 62*ms
					calls++
					timeouts++
				default:
					now += 24 * ms
				}
			}
		}
		require.Equal(t, timeouts*3*second, tally.Causes[Timeout])
		require.Equal(t, all*2*22*ms+calls*38*ms, tally.Causes[Upstream])
	})
}

func TestUpdatesThatNeedAParentThatFails(t *testing.T) {
	w := workload.Workload{
		Head:    workload.Head{Name: "game", Deadlines: []time.Duration{time.Second}},
		Demand:  workload.Sessions{ConcurrentPlayers: 50, Length: workload.Weibull{Shape: 1, Scale: time.Hour}},
		Service: workload.Matched{MatchPlayers: 1, MatchLength: 10 * time.Hour, TickHz: 50, UpdateHz: 5, Data: workload.DataCalls{Probability: 0.25, Calls: 3, Service: workload.ServiceTime{Mean: time.Millisecond, Law: workload.ExponentialTime}}},
	}
	s := Scenario{Network: twoRegions(t), Workloads: []workload.Workload{w}, Duration: 400 * time.Second, Seed: 8}
	p := placement.RegionOnly("west").WithLocalZones("zone")
	run := func(p placement.Placement, waits bool, failures ...Failure) *Tally {
		s := s
		s.Failures = failures
		s.Workloads = []workload.Workload{w}
		s.Workloads[0] = workload.Change(s.Workloads[0], func(m *workload.Matched) { m.Data.Waits = waits })
		return &runOne(t, s, p).Workloads[0].Metros[0]
	}
	healthy := run(p, false)
	require.Zero(t, healthy.Outcomes[Failed])

	failing := run(p, false, out("west"))
	require.Equal(t, healthy.Count(Requests), failing.Count(Requests))
	require.Zero(t, failing.Count(LostSessions), "the match goes on")
	// A quarter of a quarter of the updates, within 4 standard deviations.
	require.InEpsilon(t, 1./16, float64(failing.Failures[DataHomeDown])/float64(failing.Count(Requests)), 0.03)
	require.Equal(t, failing.Failures[DataHomeDown], failing.Outcomes[Failed])
	require.InEpsilon(t, float64(10*ms+3*second), float64(failing.Count(FailedNs))/float64(failing.Outcomes[Failed]), 0.001)

	noticed := out("west")
	noticed.Detection, noticed.Redirection = 0, 0
	redirected := run(backup(p, "east", placement.Compute), false, noticed)
	require.Zero(t, redirected.Outcomes[Failed])
	called := float64(failing.Failures[DataHomeDown])
	// Three calls, each 38 ms further, of the same updates: what fails leaves the other random numbers alone. Few
	// updates have the failure, or its end, between their calls.
	require.InEpsilon(t, called*3*38*float64(ms), float64(redirected.Causes[Upstream]-healthy.Causes[Upstream]), 0.001)

	waiting := run(p, true, out("west"))
	require.Zero(t, waiting.Outcomes[Failed])
	require.Equal(t, healthy.Causes[Upstream], waiting.Causes[Upstream])
	// Each until the end, 50 s on average, a few of them at least 3 s.
	require.InEpsilon(t, called*50*float64(second), float64(waiting.Causes[Timeout]), 0.03)
	require.InEpsilon(t, 1-0.99/16, float64(waiting.Within(Response)[0])/float64(waiting.Count(Requests)), 0.003)
}

func TestWorkThatASiteHasBegunIsLostWithIt(t *testing.T) {
	w := workload.Workload{
		Head:    workload.Head{Name: "api"},
		Demand:  workload.Poisson{RequestsPerSecond: 2},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 20 * time.Second}},
	}
	s := Scenario{Network: twoRegions(t), Workloads: []workload.Workload{w}, Duration: 400 * time.Second, Seed: 8, Failures: []Failure{out("west")}}
	at := instants(t, s, 400*second)
	tally := &runOne(t, s, placement.RegionOnly("west")).Workloads[0].Metros[0]
	require.Equal(t, uint64(countIn(at, 80*second-40*ms, 200*second-40*ms)), tally.Failures[SiteDown])
	waits := int64(0) // for 3 s, and who asked before the failure no sooner than what left just before it could be here
	for _, asked := range at {
		if asked >= 80*second-40*ms && asked < 200*second-40*ms {
			waits += max(3*second, 100*second+40*ms-asked)
		}
	}
	require.Equal(t, uint64(waits), tally.Count(FailedNs))

	t.Run("behind a PoP that fails", func(t *testing.T) {
		w := w
		w = w.WithRequestsPerSecond(200)
		s := s
		s.Workloads, s.Failures = []workload.Workload{w}, []Failure{out("pop")}
		at := instants(t, s, 400*second)
		p := placement.RegionOnly("west").WithPoPs(1, "pop").ViaPoP()
		tally := &runOne(t, s, p).Workloads[0].Metros[0]
		// 3 ms to the PoP; its answer passes there 50 ms and 20 s later.
		require.Equal(t, uint64(countIn(at, 80*second-53*ms, 200*second-3*ms)), tally.Failures[SiteDown])
	})
	t.Run("and what waits before its servers", func(t *testing.T) {
		w := w
		w = workload.Change(w, func(c *workload.Computed) { c.Work.Mean = 2 * time.Second }) // for one server, a request every half second
		s := s
		s.Workloads = []workload.Workload{w}
		p := placement.RegionOnly("west")
		p.Sites[1].Servers = 1
		busy := &runOne(t, s, p).Workloads[0].Metros[0]
		done, first := int64(0), int64(-1)
		lost := int64(0)
		for _, a := range at {
			a += 40 * ms
			if a >= 200*second && first < 0 {
				done, first = 0, a // nobody is before it
			}
			if 100*second <= a && a < 200*second {
				lost++
				continue
			}
			done = max(done, a) + 2*second
			if a < 100*second && done >= 100*second {
				lost++
			}
		}
		require.Equal(t, uint64(lost), busy.Outcomes[Failed])
		require.Equal(t, 80*ms+done-(at[len(at)-1]+40*ms), busy.Metric(TTFB).MaxNs())
	})
}

func TestUsersGoToABackupWhenAllOthersAreDown(t *testing.T) {
	s := Scenario{
		Network: twoRegions(t), Workloads: []workload.Workload{alwaysMissing(2)}, Duration: 400 * time.Second, Seed: 8, Failures: []Failure{out("west")},
	}
	at := instants(t, s, 400*second)
	p := backup(placement.RegionOnly("west"), "east", placement.Origin)
	tally := &runOne(t, s, p).Workloads[0].Metros[0]
	failed, elsewhere := countIn(at, 100*second-47*ms, 140*second), countIn(at, 140*second, 200*second)
	require.Equal(t, uint64(failed), tally.Failures[SiteDown])
	require.Equal(t, (int64(len(at))-failed-elsewhere)*80*ms+elsewhere*120*ms, tally.Causes[Propagation])
	s.Failures = nil
	require.Equal(t, int64(len(at))*80*ms, runOne(t, s, p).Workloads[0].Metros[0].Causes[Propagation], "nobody goes there otherwise")
}

func TestFetchesThatASiteHasBegunAreLostWithIt(t *testing.T) {
	w := onOpenConnections(2)
	w = workload.Change(w, func(c *workload.Cacheable) { c.Origin.Mean = 10 * time.Second })
	s := Scenario{Network: twoRegions(t), Workloads: []workload.Workload{w}, Duration: 100 * time.Second, Seed: 8}
	at := instants(t, s, 100*second)
	down := time.Duration(at[0]) + time.Second
	s.Failures = []Failure{{Site: "pop", At: down, For: time.Second}}
	tally := &byArithmeticAndByMessage(t, s, placement.RegionOnly("west").WithPoPs(1<<20, "pop")).Workloads[0].Metros[0]
	up := int64(down) + second - 3*ms
	require.Equal(t, uint64(countIn(at, 0, up)), tally.Outcomes[Failed])
	require.Equal(t, uint64(1), tally.Outcomes[Miss], "whoever comes first asks again")
	first := at[countIn(at, 0, up)]
	require.Equal(t, uint64(countIn(at, first+1, first+10*second+50*ms)), tally.Outcomes[DelayedHit])
}

// Whatever fails and when: what is simulated by message, in windows or event by event, is what arithmetic finds. That is over pools: of one connection the order of what an
// origin works on for different times is that of asking where it is arithmetic.
func TestRandomFailuresAreTheSameByArithmeticAndByMessage(t *testing.T) {
	for seed := range uint64(8) {
		drawn := rand.New(rand.NewPCG(seed, 1))
		upTo := func(ms int) time.Duration { return time.Duration(1+drawn.IntN(ms)) * time.Millisecond }
		s, p := busyScenario(t)
		p = overPools(p)
		s.Workloads = s.Workloads[:2] // games send no messages
		s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(300)
		s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin.Mean = upTo(200) })
		s.Workloads[1] = workload.Change(s.Workloads[1], func(c *workload.Computed) { c.Data.Waits, c.Data.Probability = drawn.IntN(2) == 0, 1 })
		parallel := workload.Change(s.Workloads[1].Named("parallel"), func(c *workload.Computed) {
			c.Data.Calls, c.Data.Parallel, c.Data.Home = 3, true, []string{"", "east", "mid"}[drawn.IntN(3)]
		})
		s.Workloads = append(s.Workloads, parallel)
		for _, site := range []string{"region", "east", "mid", "zone", "pop-0", "pop-1", "pop-3"} {
			for at := upTo(3000); drawn.IntN(3) > 0; at += upTo(1000) {
				f := Failure{Site: site, At: at, For: upTo(1000), Detection: upTo(500), Timeout: upTo(300)}
				s.Failures = append(s.Failures, f)
				at += f.For
			}
		}
		p = backup(backup(p, "east", placement.Origin), "east", placement.Compute)
		if drawn.IntN(2) == 0 {
			p = backup(p, "region", placement.MidTierCache)
		}
		for i := range p.Sites {
			p.Sites[i].Servers = 0
		}
		byArithmeticAndByMessage(t, s, p)

		for i, a := range p.Sites {
			if a.Role == placement.Origin || a.Role == placement.Compute {
				p.Sites[i].Servers = drawn.IntN(4)
			}
		}
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		windows, err := plans[0].RunOn(context.Background(), 0, 2, nil)
		require.NoError(t, err)
		requireSame(t, windows, advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))
	}
}
