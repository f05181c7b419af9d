package sim

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

// deepWorld is a metro 3 ms from a PoP, a regional edge cache in the region west, and the regions north and east.
func deepWorld(t testing.TB) *topology.Network {
	t.Helper()
	links := both("metro", "pop", topology.Internet, 3)
	for _, site := range []string{"rec", "west", "north", "east"} {
		links = append(links, both("metro", site, topology.Internet, 100)...)
	}
	for _, l := range []struct {
		from, to string
		ms       float64
	}{
		{"pop", "rec", 10}, {"pop", "west", 12}, {"pop", "north", 28}, {"pop", "east", 50}, {"rec", "west", 5}, {"rec", "north", 20},
		{"rec", "east", 45}, {"north", "west", 22}, {"north", "east", 30}, {"west", "east", 47},
	} {
		links = append(links, both(l.from, l.to, topology.Backbone, l.ms)...)
	}
	n, err := topology.New([]topology.Node{
		{ID: "metro", Kind: topology.Metro, Users: 1}, {ID: "pop", Kind: topology.PoP},
		{ID: "rec", Kind: topology.RegionalEdgeCache, Parent: "west"},
		{ID: "west", Kind: topology.Region}, {ID: "north", Kind: topology.Region}, {ID: "east", Kind: topology.Region},
	}, links)
	require.NoError(t, err)
	return n
}

// cacheAt is a cache that holds all.
func cacheAt(site string) placement.Cache { return placement.Cache{Site: site, CapacityBytes: 1 << 30} }

// at returns a placement with an origin and tiers of one cache each, of the given names and sites.
func at(origin string, tiers ...string) placement.Placement {
	p := placement.Placement{Name: "deep"}.WithUpstream(open).With(placement.Assignment{Site: origin, Role: placement.Origin})
	for i := 0; i < len(tiers); i += 2 {
		p.Tiers = append(p.Tiers, placement.Tier{Name: tiers[i], Caches: []placement.Cache{cacheAt(tiers[i+1])}})
	}
	return p
}

func TestAFetchGoesThroughEveryTierToTheOrigin(t *testing.T) {
	skipping := at("west", placement.EdgeCache, "pop", placement.MidTierCache, "rec")
	skipping.Tiers[1].SkipInOriginRegion = true
	elsewhere := at("east", placement.EdgeCache, "pop", placement.MidTierCache, "rec")
	elsewhere.Tiers[1].SkipInOriginRegion = true
	shielded := at("east", placement.EdgeCache, "pop", placement.MidTierCache, "rec", placement.OriginShield, "north")
	shielded.Tiers[2].Origins = []string{"east"}
	unshielded := at("west", placement.EdgeCache, "pop", placement.MidTierCache, "rec", placement.OriginShield, "north").
		With(placement.Assignment{Site: "east", Role: placement.Origin, Workloads: []string{"other"}})
	unshielded.Sites[0].Workloads = []string{"site"}
	unshielded.Tiers[2].Origins = []string{"east"}
	for _, c := range []struct {
		name    string
		p       placement.Placement
		wayMs   int64   // of the one miss, one way
		reached []int64 // how many requests reached each tier behind the first
	}{
		{"one tier", at("east", placement.EdgeCache, "pop"), 50, nil},
		{"two", at("east", placement.EdgeCache, "pop", placement.MidTierCache, "rec"), 10 + 45, []int64{1}},
		{"three", shielded, 10 + 20 + 30, []int64{1, 1}},
		{"an edge and a shield", at("east", placement.EdgeCache, "pop", placement.OriginShield, "north"), 28 + 30, []int64{1}},
		{"five, of own names", at("east", "a", "pop", "b", "rec", "c", "west", "d", "north", "e", "east"), 10 + 5 + 22 + 30, []int64{1, 1, 1, 1}},
		{"one site in several tiers", at("east", "a", "pop", "b", "pop", "c", "north", "d", "north"), 28 + 30, []int64{1, 1, 1}},
		{"skipped beside the origin", skipping, 12, []int64{0}},
		{"not skipped elsewhere", elsewhere, 10 + 45, []int64{1}},
		{"not the shield of this origin", unshielded, 10 + 5, []int64{1, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Scenario{Network: deepWorld(t), Workloads: []workload.Workload{oneObject()}, Duration: 200 * time.Second, Seed: 3}
			if len(c.p.Sites) > 1 {
				s.Workloads = append(s.Workloads, oneObject().Named("other"))
			}
			r := runOne(t, s, c.p)
			w := &r.Workloads[0]
			tally := &w.Metros[0]
			require.Equal(t, uint64(1), tally.Outcomes[Miss])
			require.Zero(t, tally.Outcomes[DelayedHit])
			require.Equal(t, 2*c.wayMs*ms, tally.Causes[Upstream])
			require.Equal(t, 7*ms, tally.Causes[Service])
			require.Equal(t, uint64(1), w.Count(OriginRequests))
			require.Len(t, r.Tiers, len(c.p.Tiers))
			require.Equal(t, tally.Count(Requests), w.Tiers[0].Count(TierRequests))
			require.Equal(t, tally.Count(Requests)-1, w.Tiers[0].Count(TierHits))
			for i, n := range c.reached {
				require.Equal(t, uint64(n), w.Tiers[i+1].Count(TierRequests), c.p.Tiers[i+1].Name)
				require.Zero(t, w.Tiers[i+1].Count(TierHits))
				if len(s.Workloads) == 1 {
					require.Equal(t, 100_000*n, r.Tiers[i+1].Fill.last(), c.p.Tiers[i+1].Name)
				}
			}
		})
	}
}

// A shield before one of two origins fetches from that, though the other is nearer to it; also where its site is one at
// which users enter, whose cache fetches from the other.
func TestAShieldFetchesFromItsOwnOrigins(t *testing.T) {
	// The PoP is nearest to west, north is nearer to west than to east.
	p := at("west", "users", "pop", "shield", "north").With(placement.Assignment{Site: "east", Role: placement.Origin})
	s := Scenario{Network: deepWorld(t), Workloads: []workload.Workload{oneObject()}, Duration: 200 * time.Second, Seed: 3}
	of := func(r *Result, site string) uint64 {
		return r.Workloads[0].Sites[slices.Index(r.Sites, site)].Tally.Count(OriginRequests)
	}
	p.Tiers[1].Origins = []string{"east"}
	r := runOne(t, s, p)
	require.Equal(t, []uint64{1, 0}, []uint64{of(r, "west"), of(r, "east")}, "what comes from west passes by")
	require.Zero(t, r.Workloads[0].Tiers[1].Count(TierRequests))

	p.Tiers[1].Origins = []string{"west"}
	p.Tiers[1].Caches[0].Site = "east" // 0 ms from the other origin
	r = runOne(t, s, p)
	require.Equal(t, []uint64{1, 0}, []uint64{of(r, "west"), of(r, "east")})
	require.Equal(t, uint64(1), r.Workloads[0].Tiers[1].Count(TierRequests))
	require.Equal(t, 2*(50+47)*ms, r.Workloads[0].Metros[0].Causes[Upstream])

	s.Failures = []Failure{{Site: "west", For: time.Hour}}
	r = runOne(t, s, p)
	require.Equal(t, []uint64{0, 1}, []uint64{of(r, "west"), of(r, "east")}, "the other stands in")
	require.Equal(t, 2*50*ms, r.Workloads[0].Metros[0].Causes[Upstream])

	s.Failures = nil
	p.Tiers[0].Caches = append(p.Tiers[0].Caches, cacheAt("east"))
	p.Routing = placement.Weighted{{Site: "pop", Weight: 1}, {Site: "east", Weight: 1}}
	r = runOne(t, s, p)
	require.Equal(t, []uint64{1, 1}, []uint64{of(r, "west"), of(r, "east")}, "the edge cache beside the shield has the nearest")
	require.Equal(t, uint64(2), r.Workloads[0].Count(OriginRequests))
}

// last returns what the caches hold in the end.
func (f *FillTimeline) last() int64 {
	if len(f.UsedBytes) == 0 {
		return 0
	}
	return f.UsedBytes[len(f.UsedBytes)-1]
}

// deepCDN is a CDN of four tiers, of which two are at one site.
func deepCDN(t testing.TB) (Scenario, placement.Placement) {
	s, p := cdn(t, 4)
	p = p.WithMidTier(24<<20, "region").WithShield(48<<20, "region")
	p.Tiers = append(p.Tiers, placement.Tier{Name: "last", Caches: []placement.Cache{{Site: "region", CapacityBytes: 96 << 20}}})
	return s, p
}

func TestDeepTiersDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	s, p := deepCDN(t)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	r, err := plans[0].Run(context.Background(), 0)
	require.NoError(t, err)
	for i, tier := range r.Workloads[0].Tiers {
		require.Positive(t, tier.Count(TierHits), r.Tiers[i].Name)
		if i > 0 {
			before := r.Workloads[0].Tiers[i-1]
			require.Equal(t, before.Count(TierRequests)-before.Count(TierHits), tier.Count(TierRequests), "what one misses reaches the next")
		}
	}
	requireSameHoweverAdvanced(t, plans[0])
}

// Whatever fails of three tiers, some of whose caches share a site, and when: messages find what arithmetic finds, and
// every order of sites the same. That is over pools, as of other random failures.
func TestRandomFailuresOfDeepTiersAreTheSameHoweverAdvanced(t *testing.T) {
	lost := uint64(0)
	for seed := range uint64(6) {
		drawn := rand.New(rand.NewPCG(seed, 2))
		upTo := func(ms int) time.Duration { return time.Duration(1+drawn.IntN(ms)) * time.Millisecond }
		s, p := cdn(t, 5)
		s.WarmUp, s.Duration, s.Seed = time.Second, 4*time.Second, seed
		s.Workloads[0] = s.Workloads[0].WithRequestsPerSecond(400)
		p.Tiers = append(p.Tiers,
			placement.Tier{Name: "mid", Caches: []placement.Cache{cacheAt("pop-0"), cacheAt("pop-2")}},
			placement.Tier{Name: "shield", Caches: []placement.Cache{cacheAt("pop-2"), cacheAt("region")}})
		if drawn.IntN(2) == 0 {
			p.Tiers[2].Caches[drawn.IntN(2)].Backup = true
		}
		for _, site := range []string{"region", "pop-0", "pop-1", "pop-2"} {
			for at := upTo(3000); drawn.IntN(4) > 0; at += upTo(1000) {
				f := Failure{Site: site, At: at, For: upTo(1000), Detection: upTo(500), Timeout: upTo(300)}
				s.Failures = append(s.Failures, f)
				at += f.For
			}
		}
		p = overPools(p)
		lost += byArithmeticAndByMessage(t, s, p).Workloads[0].Metros[0].Failures[NextTierDown]
		p.Sites[0].Servers = 1 + drawn.IntN(3)
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		requireSameHoweverAdvanced(t, plans[0])
	}
	require.Positive(t, lost)
}

func TestEveryTierBeginsInItsSteadyState(t *testing.T) {
	s, p := deepCDN(t)
	s.WarmUp, s.Duration = 0, 100*time.Second
	ratios := func(p placement.Placement, from int) (all []float64) {
		plans, err := Compile(context.Background(), s, p)
		require.NoError(t, err)
		sum := plans[0].newResult(0)
		for rep := range 4 {
			r, err := plans[0].Run(context.Background(), from+rep)
			require.NoError(t, err)
			require.NoError(t, sum.Merge(r))
		}
		for _, tier := range sum.Workloads[0].Tiers {
			all = append(all, float64(tier.Count(TierHits))/float64(tier.Count(TierRequests)))
		}
		return all
	}
	preloaded := ratios(p.Preloaded(), 0)
	s.WarmUp, s.Duration = 400*time.Second, 100*time.Second
	warm := ratios(p, 10)
	// Che's approximation, from tier to tier, against what a long warm-up leaves.
	require.InDeltaSlice(t, warm, preloaded, 0.02)
}
