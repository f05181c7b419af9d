package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// withOpening returns a copy of a placement in which a site opens and closes.
func withOpening(p placement.Placement, site string, at, closes time.Duration) placement.Placement {
	p.Openings = []placement.Opening{{Site: site, At: at, Closes: closes}}
	return p
}

// PoPs a and b are 3 and 5 ms from the users and 25 ms from the origin, which works 7 ms on a request. a opens at 10 s, empty, and closes at 30 s: until
// then users go to b, and find it as it was when they return. A fetch that a has begun when it closes it ends.
func TestASiteThatOpensIsThatOfHand(t *testing.T) {
	w := oneObject()
	w.Client.NewShare, w.Client.BitsPerSecond = 0, 0
	w.Demand = timed{
		at: []time.Duration{
			time.Second, 5 * time.Second, 10*time.Second - 1, 10 * time.Second, 11 * time.Second, 30*time.Second - time.Millisecond, 30 * time.Second, 31 * time.Second,
		},
		object: []uint32{0, 0, 0, 0, 0, 1, 0, 1},
	}
	s := Scenario{Network: threePoPs(t, 1), Workloads: []workload.Workload{w}, Duration: 40 * time.Second, Seed: 4}
	want := `1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
5s HIT 10ms, propagation 10ms
9.999999999s HIT 10ms, propagation 10ms
10s MISS 63ms, propagation 6ms, service 7ms, upstream 50ms
11s HIT 6ms, propagation 6ms
29.999s MISS 63ms, propagation 6ms, service 7ms, upstream 50ms
30s HIT 10ms, propagation 10ms
31s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms
`
	p := withOpening(popABC(placement.NearestRTT{}), "a", 10*time.Second, 30*time.Second)
	require.Equal(t, want, inOrder(journeys(t, s, p)))
	// Who pins users to a site that is not open sends them to the next.
	p.Routing = placement.Pinned{{Metro: "metro-0", Site: "a"}}
	require.Equal(t, want, inOrder(journeys(t, s, p)))
}

// Once all its caches have what they hold for ever, a run in which a site has opened is that in which it has always been there, to the bit of every step; and until it
// opens that in which it never is.
func TestASiteThatHasOpenedIsAsIfItHadAlwaysBeenThere(t *testing.T) {
	n, pops := star(t, 3, 5)
	w := workload.Workload{
		Head: workload.Head{Name: "site"}, Demand: workload.Poisson{RequestsPerSecond: 40, Objects: 20},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 100, MaxBytes: 100}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 400 * time.Second, Seed: 1, Timeline: &Steps{Step: 20 * time.Second, BySite: true, ByMetro: true}}
	always := placement.RegionOnly("region").WithPoPs(1<<20, pops...).WithMidTier(1<<20, "region").WithUpstream(open)
	without := placement.RegionOnly("region").WithPoPs(1<<20, pops[1:]...).WithMidTier(1<<20, "region").WithUpstream(open)
	of := func(p placement.Placement) *WorkloadTally { return &runOne(t, s, p).Workloads[0] }
	there, never, opens := of(always), of(without), of(withOpening(always, pops[0], 100*time.Second, 300*time.Second))
	alike := func(from, to int, a, b *WorkloadTally) {
		for k := from; k < to; k++ {
			require.Equal(t, a.Course.Steps()[k], b.Course.Steps()[k], "step %d", k)
			for m := range a.Course.Metros {
				require.Equal(t, a.Course.Metros[m].Steps()[k], b.Course.Metros[m].Steps()[k], "step %d, metro %d", k, m)
			}
		}
	}
	alike(0, 5, never, opens)
	alike(9, 15, there, opens)
	alike(15, 20, never, opens)
	require.NotEqual(t, there.Course.Steps()[5], opens.Course.Steps()[5], "its cache is cold")
	require.Less(t, opens.Course.Steps()[5].Tiers[0].Hits, there.Course.Steps()[5].Tiers[0].Hits)
	require.Equal(t, there.Metros[0].Count(Requests), opens.Metros[0].Count(Requests))
}

// Before it opens no cache fetches from one of the next tier, and it is empty then, though all begin in their steady state.
func TestATierThatGrowsIsFilledByWhatItIsAsked(t *testing.T) {
	n, pops := star(t, 3, 5)
	w := workload.Workload{
		Head: workload.Head{Name: "site"}, Demand: workload.Poisson{RequestsPerSecond: 40, Objects: 400},
		Service: workload.Cacheable{Sizes: workload.Sizes{MinBytes: 100, MaxBytes: 100}},
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 400 * time.Second, Seed: 1, Timeline: &Steps{Step: 20 * time.Second, BySite: true}}
	for _, choice := range []placement.Choice{placement.NearestCache, placement.HashedCache} {
		p := placement.RegionOnly("region").WithPoPs(4000, pops...).WithMidTier(20_000, "region").WithUpstream(open)
		p.Tiers[1] = placement.Tier{Name: "second", Choice: choice, Caches: []placement.Cache{{Site: pops[0], CapacityBytes: 20_000}, {Site: "region", CapacityBytes: 20_000}}}
		r := runOne(t, s, withOpening(p.Preloaded(), pops[0], 200*time.Second, 0))
		at := &r.Workloads[0].Sites[r.site(pops[0])]
		asked := func(k int) TierStep {
			if tiers := at.Course.Steps()[k].Tiers; len(tiers) > 1 {
				return tiers[1]
			}
			return TierStep{}
		}
		for k := range 10 {
			require.Zero(t, asked(k).Requests, "%v, step %d", choice, k)
		}
		first, later := asked(10), asked(19)
		require.Positive(t, first.Requests)
		require.Less(t, float64(first.Hits)/float64(first.Requests), 0.8*float64(later.Hits)/float64(later.Requests), "%v: it opens cold", choice)
	}
}

// Users find a site that opens when their resolvers ask anew: of those with a lifetime of 60 s a sixth every 10 s, and a tenth never. When it closes they leave it in the
// same way, and are served there until they do.
func TestResolversFindASiteThatOpens(t *testing.T) {
	const rate = 400.0
	s := Scenario{
		Network: threePoPs(t, 1), Workloads: []workload.Workload{onOpenConnections(rate)}, Duration: 300 * time.Second, Seed: 8, Timeline: &Steps{Step: 10 * time.Second, BySite: true},
	}
	p := withOpening(popABC(placement.NearestRTT{}), "a", 100*time.Second, 200*time.Second)
	p.DNS = &placement.DNS{TTLs: []placement.TTL{{For: 60 * time.Second, Share: 0.9}}, Never: 0.1}
	r := runOne(t, s, p)
	require.Zero(t, r.Workloads[0].Metros[0].Outcomes[Failed])
	for k, step := range r.Workloads[0].Sites[r.site("a")].Course.Steps() {
		share := 0.0
		switch {
		case k >= 10 && k < 16:
			share = 0.9 * (float64(k-10) + 0.5) / 6
		case k >= 16 && k < 20:
			share = 0.9
		case k >= 20 && k < 26:
			share = 0.9 * (1 - (float64(k-20)+0.5)/6)
		}
		n := float64(r.Workloads[0].Course.Steps()[k].Requests())
		require.InDelta(t, share, float64(step.Requests())/n, 4*math.Sqrt(share*(1-share)/n)+0.002, "step %d", k)
	}
}

// A Local Zone hosts nobody before it opens, also of the matches under way when the run begins; and ends those that it has when it closes.
func TestPlayersFindAZoneThatOpens(t *testing.T) {
	game := workload.Workload{
		Head:    workload.Head{Name: "game", Deadlines: []time.Duration{40 * time.Millisecond}},
		Demand:  workload.Sessions{ConcurrentPlayers: 200, Length: workload.Weibull{Shape: 1, Scale: 5 * time.Minute}},
		Service: workload.Matched{MatchPlayers: 10, MinPlayers: 1, LobbyTimeout: 5 * time.Second, MatchLength: 3 * time.Minute, TickHz: 10},
	}
	for _, choice := range []workload.SiteChoice{workload.ByRouting, workload.LowestMean} {
		game.Service = func(m workload.Matched) workload.Matched { m.Market.Choice = choice; return m }(game.Service.(workload.Matched))
		s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{game}, Duration: 15 * time.Minute, Seed: 1, Timeline: &Steps{Step: time.Minute, BySite: true}}
		r := runOne(t, s, withOpening(placement.RegionOnly("region").WithLocalZones("zone"), "zone", 4*time.Minute, 10*time.Minute))
		zone := r.Workloads[0].Sites[r.site("zone")].Course.Steps()
		playing := func(i int) float64 { return float64(zone[i].PlayerUs-zone[i].WaitingUs) / 60e6 }
		for k := range 4 {
			require.Zero(t, playing(k), "%v, minute %d", choice, k)
		}
		require.Greater(t, playing(9), 0.6*float64(r.Workloads[0].Course.Steps()[9].PlayerUs)/60e6, "%v", choice)
		require.Positive(t, playing(11), "%v: they play on", choice)
		require.Zero(t, playing(14), "%v: a match lasts three minutes", choice)
		require.Zero(t, r.Workloads[0].Metros[0].Count(LostSessions), "%v", choice)
	}
}

// What is known before a run is of the placement in the end: the work at a zone that opens, and none at one that has closed.
func TestLoadsAreThoseOfSitesThatAreOpenInTheEnd(t *testing.T) {
	api := workload.Workload{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 10},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 50 * time.Millisecond}, ResponseBytes: 1000},
	}
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{api}, Duration: time.Minute, Seed: 1}
	p := placement.RegionOnly("region").WithLocalZones("zone")
	for i := range p.Sites {
		if p.Sites[i].Role == placement.Compute {
			p.Sites[i].Servers = 2
		}
	}
	of := func(p placement.Placement, loads func(*Plan) ([]Load, error)) map[string]float64 {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		all, err := loads(plans[0])
		require.NoError(t, err)
		by := map[string]float64{}
		for _, l := range all {
			by[l.Site] = l.Ratio()
		}
		return by
	}
	loads := func(p placement.Placement) map[string]float64 { return of(p, (*Plan).ServerLoads) }
	inTime := func(p placement.Placement) map[string]float64 { return of(p, (*Plan).ServerLoadsInTime) }
	require.Equal(t, map[string]float64{"zone": 0.25}, loads(withOpening(p, "zone", 50*time.Second, 0)))
	require.Equal(t, map[string]float64{"region": 0.25}, loads(withOpening(p, "zone", 0, 50*time.Second)))
	require.Equal(t, map[string]float64{"region": 0.25}, loads(withOpening(p, "zone", 2*time.Minute, 0)), "it opens after the run")
	both := map[string]float64{"zone": 0.25, "region": 0.25}
	require.Equal(t, both, inTime(withOpening(p, "zone", 50*time.Second, 0)), "the region has it all before")
	require.Equal(t, both, inTime(withOpening(p, "zone", 0, 50*time.Second)))
	require.Equal(t, map[string]float64{"region": 0.25}, inTime(withOpening(p, "zone", 2*time.Minute, 0)))
	// A link to the zone is slow from before it opens until after it closes, so that nobody takes the usual way at any time, of which all loads are.
	s.LinkImpairments = []LinkImpairment{{Between: [2]string{"metro", "zone"}, At: 20 * time.Second, For: time.Minute, Adds: time.Millisecond}}
	require.Equal(t, map[string]float64{"zone": 0.25}, loads(withOpening(p, "zone", 50*time.Second, 70*time.Second)))
	require.Equal(t, both, inTime(withOpening(p, "zone", 50*time.Second, 70*time.Second)))
	s.LinkImpairments = nil
	s.Failures = []Failure{{Site: "zone", For: time.Minute}}
	require.Equal(t, map[string]float64{"region": 0.25}, loads(withOpening(p, "zone", 50*time.Second, 0)), "it is lost, as edgewise capacity asks")
}

func TestOpeningsThatCannotBeAreNamed(t *testing.T) {
	s := Scenario{Network: threePoPs(t, 1), Workloads: []workload.Workload{oneObject()}, Duration: time.Minute}
	for want, all := range map[string][]placement.Opening{
		"Openings[0].Site is moon; want a site of the placement":                    {{Site: "moon", At: 1}},
		"Openings[1].Site is a; want another site":                                  {{Site: "a", At: 1}, {Site: "a", Closes: 1}},
		"Openings[0].Site is region; want a site that is no origin":                 {{Site: "region", At: 1}},
		"Openings[0].At is -1ns; want 0s to":                                        {{Site: "a", At: -1}},
		"Openings[0].Closes is -1ns; want 0s to":                                    {{Site: "a", Closes: -1}},
		"Openings[0].At is 0s; want more than 0s, or an instant at which it closes": {{Site: "a"}},
		"Openings[0].Closes is 1s; want more than 2s, when it opens":                {{Site: "a", At: 2 * time.Second, Closes: time.Second}},
		`Openings[0].At is 1s; want an instant at which another site is open, too, with a cache of the tier "edge-cache": none is 0s after`: {
			{Site: "a", At: time.Second}, {Site: "b", At: 2 * time.Second}, {Site: "c", At: time.Second},
		},
		`Openings[0].Closes is 1s; want an instant at which another site is open, too, with a cache of the tier "edge-cache": none is 1s after`: {
			{Site: "b", Closes: time.Second}, {Site: "a", At: 2 * time.Second}, {Site: "c", At: 3 * time.Second},
		},
	} {
		p := popABC(placement.NearestRTT{})
		p.Openings = all
		_, err := Compile(context.Background(), s, p)
		require.ErrorContains(t, err, want)
	}
	api := workload.Workload{
		Head: workload.Head{Name: "api"}, Demand: workload.Poisson{RequestsPerSecond: 10},
		Service: workload.Computed{Work: workload.ServiceTime{Mean: 50 * time.Millisecond}, ResponseBytes: 1000, Data: workload.DataCalls{Probability: 1, Calls: 1}},
	}
	s = Scenario{Network: fourNodes(t), Workloads: []workload.Workload{api}, Duration: time.Minute}
	p := placement.Placement{Name: "zones", Sites: []placement.Assignment{{Site: "region", Role: placement.Compute}, {Site: "zone", Role: placement.Compute}}}
	_, err := Compile(context.Background(), s, withOpening(p, "region", time.Second, 0))
	require.ErrorContains(t, err, `Openings[0].Site is region; want a site that "zone" does not call for the data of workload "api"`)
	p.Sites = p.Sites[1:]
	_, err = Compile(context.Background(), s, withOpening(p, "zone", time.Second, 0))
	require.ErrorContains(t, err, `Openings[0].At is 1s; want an instant at which another site is open, too, that computes workload "api": none is 0s after`)
}

// Clients ask no site again that is not open.
func TestNobodyAsksASiteAgainBeforeItOpens(t *testing.T) {
	s, p := spillWorld(t, placement.Pool{Servers: 1}, placement.Pool{Servers: 1, Queue: placement.AtMost(0)}, workload.ServiceTime{Mean: 50 * time.Millisecond}, .9)
	s = patient(s, workload.Patience{Timeout: time.Second, Retries: 1, At: workload.NextSite})
	asked := func(p placement.Placement) uint64 { return siteOf(t, runOne(t, s, p), "zone").Tally.Outcomes[Bypass] }
	require.Zero(t, asked(withOpening(p, "zone", 200*time.Second, 0)))
	once := asked(withOpening(p, "zone", 50*time.Second, 0))
	require.Positive(t, once)
	require.Less(t, once, asked(p))
}

// The caches of a tier that have its objects among them open at 10 s and 20 s; until then who stands in for them has all. b is 10 ms from a, the zone 20 and the
// region 25; the origin works for 7 ms, at the region.
func TestWhoStandsInHasATierUntilItsCachesOpen(t *testing.T) {
	s := detoured(t, []uint32{0, 0}, 1, 30)
	p := cachesAt("a")
	p.Tiers = append(p.Tiers, placement.Tier{Name: "second", Choice: placement.HashedCache, Caches: []placement.Cache{
		{Site: "b", CapacityBytes: 1 << 20}, {Site: "zone", CapacityBytes: 1 << 20}, {Site: "region", CapacityBytes: 1 << 20, Backup: true},
	}})
	p.Openings = []placement.Opening{{Site: "b", At: 10 * time.Second}, {Site: "zone", At: 20 * time.Second}}
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	hops := plans[0].workloads[0].hops[plans[0].number("a")][0]
	var sites []string
	for _, h := range hops {
		sites = append(sites, plans[0].sites[h.to].id)
	}
	require.Equal(t, []string{"b", "zone", "region"}, sites)
	for at, want := range map[time.Duration][]int{0: {2}, 10*time.Second - 1: {2}, 10 * time.Second: {0}, 20 * time.Second: {0, 1}} {
		require.Equal(t, want, plans[0].partsOf(hops, int64(at)), "%v", at)
	}
	require.Equal(t, "1s MISS 67ms, propagation 10ms, service 7ms, upstream 50ms\n30s HIT 10ms, propagation 10ms\n", journeys(t, s, p))
	// Caches that begin full have what the steady state before gives them: those of who stands in.
	web := s.Workloads[0]
	web.Demand = workload.Poisson{RequestsPerSecond: 20, Objects: 50, ZipfExponent: 0.8}
	s.Workloads = []workload.Workload{web}
	tier := func(p placement.Placement) uint64 {
		return siteOf(t, runOne(t, s, p), "region").Tiers[1].Count(TierRequests)
	}
	small := p.WithEachCache(func(site string, c *placement.Cache) {
		if c.Preload = true; site == "a" {
			c.CapacityBytes = 300_000
		}
	})
	require.Positive(t, tier(small), "before the others open")
}
