package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// busyWorld has everything at once: PoPs behind a mid-tier in front of an origin with few servers, a
// Local Zone that calls its parent's few servers, direct users of both, and a game.
func busyWorld(t testing.TB) *Plan {
	t.Helper()
	s, p := busyScenario(t)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	return plans[0]
}

// failingWorld is busyWorld with a site of every kind down for a while, at times two that need each other, and
// with backups of some.
func failingWorld(t testing.TB) *Plan {
	t.Helper()
	s, p := busyScenario(t)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin.Mean = 60 * time.Millisecond }) // longer on its way than most
	s.Workloads[1] = workload.Change(s.Workloads[1], func(c *workload.Computed) { c.Data.Waits = true })
	second := workload.Change(s.Workloads[1].Named("second"), func(c *workload.Computed) { c.Data.Waits, c.Data.Probability = false, 0.5 })
	third := workload.Change(s.Workloads[1].Named("third"), func(c *workload.Computed) {
		c.Data.Home, c.Data.Parallel, c.Data.Calls = "east", true, 3
	})
	crowd := s.Workloads[2].Named("crowd").WithPlayers(60) // more than its servers can host
	few := s.Workloads[2].Named("few").WithPlayers(3)      // less than a match
	shy := workload.Change(few.Named("shy"), func(d *workload.Sessions) { d.Length.Scale = 3 * time.Second })
	shy = workload.Change(shy, func(m *workload.Matched) {
		m.Market.GiveUp, m.Market.Login = time.Second, workload.Calls{Count: 3}
	})
	rush := workload.Change(crowd.Named("rush"), func(m *workload.Matched) { m.Market.Full = workload.TurnAway })
	s.Workloads = append(slices.Insert(s.Workloads, 2, second, third), crowd, few, shy, rush)
	at := func(site string, at, length, detection int) Failure {
		ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
		return Failure{Site: site, At: ms(at), For: ms(length), Detection: ms(detection), Redirection: ms(20), Timeout: ms(90)}
	}
	s.Failures = []Failure{
		at("pop-1", 2500, 900, 300), at("pop-1", 4500, 50, 300), at("mid", 3000, 700, 400), at("mid", 5000, 40, 0), at("region", 3500, 900, 300),
		at("zone", 4200, 500, 100), at("east", 3800, 200, 50), at("region", 5100, 30, 0), at("region", 5200, 500, 500),
	}
	p = backup(backup(p, "east", placement.Origin), "east", placement.Compute)
	p.Sites[len(p.Sites)-1].Servers = 2
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	return plans[0]
}

func busyScenario(t testing.TB) (Scenario, placement.Placement) {
	t.Helper()
	nodes := []topology.Node{
		{ID: "region", Kind: topology.Region}, {ID: "east", Kind: topology.Region}, {ID: "zone", Kind: topology.LocalZone, Parent: "region"},
		{ID: "mid", Kind: topology.RegionalEdgeCache}, {ID: "exchange", Kind: topology.Exchange},
	}
	links := append(both("region", "exchange", topology.Internet, 9), both("zone", "exchange", topology.Internet, 3)...)
	links = append(links, both("east", "exchange", topology.Internet, 30)...)
	links = append(links, both("mid", "exchange", topology.Internet, 5)...)
	links = append(links, both("zone", "region", topology.Backbone, 6)...)
	links = append(links, both("mid", "region", topology.Backbone, 4)...)
	p := placement.RegionOnly("region").WithLocalZones("zone").WithMidTier(128<<20, "mid")
	for i := range 5 {
		pop, metro := fmt.Sprintf("pop-%d", i), fmt.Sprintf("metro-%d", i)
		nodes = append(nodes, topology.Node{ID: pop, Kind: topology.PoP}, topology.Node{ID: metro, Kind: topology.Metro, Users: float64(i + 1)})
		links = append(links, both(metro, "exchange", topology.Internet, 2+float64(i)/3)...)
		links = append(links, both(pop, "exchange", topology.Internet, 1+float64(i)/7)...)
		links = append(links, both(pop, "mid", topology.Backbone, 2+float64(i)/5)...)
		p = p.WithPoPs(16<<20, pop)
	}
	p.Sites[0].Servers, p.Sites[1].Servers, p.Sites[2].Servers = 6, 4, 3
	n, err := topology.New(nodes, links)
	require.NoError(t, err)
	site, api, game := workload.WebStatic(), workload.APIDynamic(), shooter()
	site = site.WithRequestsPerSecond(900).WithObjects(20_000)
	api = api.WithRequestsPerSecond(300)
	api = workload.Change(api, func(c *workload.Computed) { c.Data.Calls = 2 })
	game = game.WithPlayers(40)
	game = workload.Change(game, func(d *workload.Sessions) { d.Length.Scale = 20 * time.Second })
	game = workload.Change(game, func(m *workload.Matched) {
		m.SampledUpdates, m.MatchLength, m.MatchPlayers, m.MinPlayers, m.MatchesPerServer = 0.1, 2*time.Second, 5, 5, 1
		m.Market.Skill.SD, m.Market.Backfill = 300, time.Second
	})
	return Scenario{
		Network: n, Workloads: []workload.Workload{site, api, game},
		WarmUp: 2 * time.Second, Duration: 4 * time.Second, Seed: 12,
	}, p
}

func TestResultsDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	requireSameHoweverAdvanced(t, busyWorld(t))
}

func TestFailuresDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	p := failingWorld(t)
	r, err := p.Run(context.Background(), 0)
	require.NoError(t, err)
	var all [NumReasons]uint64
	var timeouts int64
	for i := range r.Workloads {
		total, err := r.Workloads[i].Total()
		require.NoError(t, err)
		for why, n := range total.Failures {
			all[why] += n
		}
		timeouts += total.Causes[Timeout]
	}
	for why, n := range all {
		// Of the others see TestAgesDoNotDependOnHowSitesAreAdvanced, TestPoolsDoNotDependOnHowSitesAreAdvanced,
		// TestPatienceDoesNotDependOnHowSitesAreAdvanced, TestLinkEventsDoNotDependOnHowSitesAreAdvanced and TestSlicesThatAgeDoNotDependOnHowSitesAreAdvanced.
		if why := Reason(why); why != LinkDown && why != ObjectChanged && why != OriginError && why != CachedError && why != TimedOut && why.outcome() != Rejected {
			require.Positive(t, n, Reason(why).String())
		}
	}
	require.Positive(t, timeouts)
	requireSameHoweverAdvanced(t, p)
}

// requireSameHoweverAdvanced runs a plan on several numbers of workers, in windows of any length and event by event.
func requireSameHoweverAdvanced(t *testing.T, p *Plan) {
	t.Helper()
	want, err := p.Run(context.Background(), 0)
	require.NoError(t, err)
	require.NotZero(t, want.Fingerprint)
	crews := []int{2, 8} // few, and more than sites; what else differs in these runs is who is first
	if !raceEnabled {
		crews = append(crews, 3, 5) // of which none has as much as another
	}
	for _, workers := range crews {
		got, err := p.RunOn(context.Background(), 0, workers, nil)
		require.NoError(t, err)
		requireSame(t, want, got)
	}
	t.Run("windows shared by a crew", func(t *testing.T) {
		got := advanceBy(t, p, func(r *run) {
			for _, g := range r.groups() {
				require.NoError(t, r.advanceTogether(g, 3, &scratch{}))
			}
		})
		requireSame(t, want, got)
	})
	if raceEnabled {
		return // the others are in one goroutine
	}
	t.Run("windows a third as long", func(t *testing.T) {
		got := advanceBy(t, p, func(r *run) {
			for _, g := range r.groups() {
				g.longest = g.lookAhead / 3
				require.NoError(t, r.advanceTogether(g, 1, &scratch{}))
			}
		})
		requireSame(t, want, got)
	})
	t.Run("one global order of events", func(t *testing.T) {
		requireSame(t, want, advanceBy(t, p, func(r *run) { advanceGlobally(t, r) }))
	})
	other, err := p.Run(context.Background(), 1)
	require.NoError(t, err)
	require.NotEqual(t, want.Fingerprint, other.Fingerprint)
}

func TestSitesThatShareADirectoryInTurnDoAsThoseWithTheirOwnTables(t *testing.T) {
	for _, policy := range []string{"lru", "s3fifo", "arc", "random"} {
		s, p := cdn(t, 5)
		second := s.Workloads[0]
		second.Name = "other"
		second = second.WithObjects(700)
		s.Workloads = slices.Insert(s.Workloads, 1, second)
		s.Failures = []Failure{{Site: "pop-1", At: time.Second, For: time.Second}} // it comes up again, empty
		p = p.WithEachCache(func(_ string, c *placement.Cache) { c.Policy = policy })
		plans, err := Compile(context.Background(), s, p.Preloaded())
		require.NoError(t, err)
		require.NotZero(t, plans[0].scenario.newScratch().objects)
		want, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		requireSame(t, want, advanceBy(t, plans[0], func(r *run) { advanceGlobally(t, r) }))
	}
	short := Scenario{Workloads: []workload.Workload{{
		Demand:  workload.Poisson{RequestsPerSecond: 10, Objects: 1_000_000},
		Service: workload.Cacheable{},
	}}, Duration: time.Second}
	require.Zero(t, short.newScratch().objects, "ten requests are not worth a million entries")
}

// advanceBy runs replication 0 with another way of advancing the sites.
func advanceBy(t *testing.T, p *Plan, advance func(*run)) *Result {
	t.Helper()
	r := &run{plan: p, ctx: context.Background(), result: p.newResult(0)}
	require.NoError(t, r.build())
	require.NoError(t, r.runMarkets(1))
	advance(r)
	r.result.packCourses()
	require.NoError(t, r.audit())
	require.NoError(t, r.addUndisturbed(1))
	return r.result
}

// advanceGlobally is the textbook's way: one instant at a time over all sites.
func advanceGlobally(t *testing.T, r *run) {
	t.Helper()
	sites := slices.Concat(r.sites, r.apart)
	require.NoError(t, r.open(sites, &scratch{}))
	for {
		var first *site
		for _, s := range sites {
			if first == nil || s.next() < first.next() {
				first = s
			}
		}
		if first.next() == unknown {
			for _, s := range sites {
				s.close()
				r.settleCourses(s)
			}
			return
		}
		first.advance(first.next() + 1)
		first.handOver()
		for i := range first.out {
			r.siteAt(first.out[i].target).inbox.deliver(first.out[i].at, first.out[i].m)
		}
		first.out = first.out[:0]
	}
}

func TestSteadyRunAllocatesNothing(t *testing.T) {
	// Ten times the recorded requests on full caches: what a run allocates is its state, not its requests. The
	// few allocations more are tables that find their largest size later.
	for name, servers := range map[string]int{"site by site": 0, "in windows": 50, "ages site by site": 0, "ages in windows": 50, "visits site by site": 0, "visits in windows": 50} {
		allocations := func(duration time.Duration) float64 {
			s, p := cdn(t, 3)
			if strings.HasPrefix(name, "ages") {
				for i := range s.Workloads {
					if service, ok := s.Workloads[i].Service.(workload.Cacheable); ok {
						s.Workloads[i].Service = service.Controlled(freshness.Control{
							MaxAge: freshness.For(2 * time.Second), StaleWhileRevalidate: freshness.For(time.Second), Validator: true, Changes: freshness.Changes{Mean: 5 * time.Second},
						})
					}
				}
			}
			for i := range s.Workloads {
				if strings.HasPrefix(name, "visits") { // whose requests wait for connections
					s.Workloads[i].Client.NewShare = 0
					s.Workloads[i].Visits = workload.Visits{Requests: 5, Gap: 20 * time.Millisecond, Versions: workload.Versions{1}, Connections: 2}
				}
			}
			s.WarmUp, s.Duration = 20*time.Second, duration
			p.Sites[0].Servers = servers
			plans, err := Compile(context.Background(), s, p)
			require.NoError(t, err)
			return testing.AllocsPerRun(1, func() {
				_, err := plans[0].Run(context.Background(), 0)
				require.NoError(t, err)
			})
		}
		short, long := allocations(2*time.Second), allocations(20*time.Second)
		require.InDelta(t, short, long, 60, name) // for 36,000 requests more
	}
}

func TestGameUpdatesAllocateNothing(t *testing.T) {
	w := shooter()
	allocations := func(updates float64) float64 {
		w = workload.Change(w, func(m *workload.Matched) { m.SampledUpdates = updates })
		plans, err := Compile(context.Background(), Scenario{
			Network: accessWorld(t), Workloads: []workload.Workload{w}, Duration: 5 * time.Second, Seed: 1,
		}, placement.RegionOnly("region"))
		require.NoError(t, err)
		return testing.AllocsPerRun(1, func() {
			_, err := plans[0].Run(context.Background(), 0)
			require.NoError(t, err)
		})
	}
	require.InDelta(t, allocations(0.1), allocations(1), 8) // pages of sketches, for 570,000 updates more
}
