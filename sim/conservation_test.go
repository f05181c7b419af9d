package sim

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestSimultaneousMissesShareOneFetch(t *testing.T) {
	// 20,000 requests a second for one object that takes 57 ms to come: about 1,100 wait for one fetch.
	w := oneObject()
	w = w.WithRequestsPerSecond(20_000)
	s := Scenario{Network: fourNodes(t), Workloads: []workload.Workload{w}, Duration: time.Second, Seed: 1}
	for _, servers := range []int{0, 1} { // by arithmetic, by message
		p := placement.RegionOnly("region").WithPoPs(1<<20, "pop").WithUpstream(open)
		p.Sites[0].Servers = servers
		r := runOne(t, s, p)
		tally := &r.Workloads[0].Metros[0]
		require.Equal(t, uint64(1), tally.Outcomes[Miss])
		require.Equal(t, uint64(1), r.Workloads[0].Count(OriginRequests))
		require.InDelta(t, 20_000*.057, tally.Outcomes[DelayedHit], 6*34)
		require.Equal(t, tally.Count(Requests), tally.Outcomes[Miss]+tally.Outcomes[DelayedHit]+tally.Outcomes[Hit])
		// Who joins waits for the rest of the fetch, so nobody waits longer than the first.
		require.LessOrEqual(t, tally.Metric(TTFB).MaxNs(), 3*6*ms+57*ms)
	}
}

// cdn is a star of PoPs with a catalogue that does not fit into the caches.
func cdn(t testing.TB, pops int) (Scenario, placement.Placement) {
	n, ids := star(t, pops, 20)
	w := workload.WebStatic()
	w = w.WithRequestsPerSecond(2000).WithObjects(20_000)
	return Scenario{
		Network: n, Workloads: []workload.Workload{w}, WarmUp: 5 * time.Second, Duration: 20 * time.Second, Seed: 7,
	}, placement.RegionOnly("region").WithPoPs(64<<20, ids...)
}

func TestMessagesToAnIdleOriginChangeNothing(t *testing.T) {
	// With so many servers that none is ever busy, windows and messages must find what arithmetic
	// finds, to the bit.
	s, p := cdn(t, 7)
	byArithmetic := runOne(t, s, p)
	p.Sites[0].Servers = 1 << 16
	byMessage := runOne(t, s, p)
	byArithmetic.Fingerprint, byMessage.Fingerprint = 0, 0 // messages are events
	requireSame(t, byArithmetic, withoutServers(byMessage))
}

// withoutServers forgets how busy servers were, which only those do that can be.
func withoutServers(r *Result) *Result {
	for i := range r.Workloads {
		for n := range r.Workloads[i].Sites {
			site := &r.Workloads[i].Sites[n]
			site.Counters[BusyUs], site.Counters[ServerUs], site.Counters[AwayUs], site.Counters[FullUs], site.PeakBusyUs = 0, 0, 0, 0, 0
		}
	}
	return r
}

// requireSame compares two results to the bit.
func requireSame(t testing.TB, a, b *Result) {
	t.Helper()
	require.True(t, bytes.Equal(encode(t, a), encode(t, b)), "the results differ")
}

func encode(t testing.TB, r *Result) []byte {
	t.Helper()
	b, err := r.MarshalBinary()
	require.NoError(t, err)
	return b
}

func TestMidTierKeepsRequestsFromTheOrigin(t *testing.T) {
	s, p := cdn(t, 7)
	without := runOne(t, s, p)
	with := runOne(t, s, p.WithMidTier(1<<30, "region"))
	a, err := without.Workloads[0].Total()
	require.NoError(t, err)
	b, err := with.Workloads[0].Total()
	require.NoError(t, err)
	require.Equal(t, a.Count(Requests), b.Count(Requests), "the same users")
	require.Equal(t, a.Count(Bytes), b.Count(Bytes), "the same objects")
	require.Less(t, with.Workloads[0].Count(OriginRequests), without.Workloads[0].Count(OriginRequests))
	// What the edge missed went to the mid-tier: no more than that can have reached the origin.
	require.Less(t, with.Workloads[0].Count(OriginRequests), b.Outcomes[Miss])
	mid := with.Workloads[0].Tiers[1]
	require.Equal(t, b.Outcomes[Miss], mid.Count(TierRequests), "what the edge missed reached the mid-tier")
	require.Equal(t, b.OutcomeBytes[Miss], mid.Count(TierBytes))
	require.Equal(t, with.Workloads[0].Count(OriginRequests), mid.Count(TierRequests)-mid.Count(TierHits))
	require.Equal(t, with.Workloads[0].Count(OriginBytes), mid.Count(TierBytes)-mid.Count(TierHitBytes))
	require.Len(t, without.Workloads[0].Tiers, 1)
	// With a mid-tier that holds the whole catalogue, every object is fetched once in the whole run, those
	// that are asked for once too.
	asked := uint64(float64(a.Count(Requests)) * s.Workloads[0].Demand.(workload.Endless).AskedOnce())
	require.LessOrEqual(t, with.Workloads[0].Count(OriginRequests), 20_000+asked*102/100)
	require.Greater(t, with.Workloads[0].Count(OriginRequests), asked*98/100)
}

func TestResultSurvivesEncodingAndMergesInAnyOrder(t *testing.T) {
	s, p := cdn(t, 3)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	var all []*Result
	for rep := range 3 {
		r, err := plans[0].Run(context.Background(), rep)
		require.NoError(t, err)
		all = append(all, r)
	}
	merged := func(order ...int) []byte {
		sum := plans[0].newResult(0)
		for _, i := range order {
			var copied Result
			require.NoError(t, copied.UnmarshalBinary(encode(t, all[i])))
			require.NoError(t, sum.Merge(&copied))
		}
		return encode(t, sum)
	}
	require.True(t, bytes.Equal(merged(0, 1, 2), merged(2, 0, 1)))
	require.False(t, bytes.Equal(encode(t, all[0]), encode(t, all[1])), "replications differ")

	into := func(first int, others ...int) []byte {
		var sum Result
		require.NoError(t, sum.UnmarshalBinary(encode(t, all[first])))
		for _, i := range others {
			require.NoError(t, sum.Merge(all[i]))
		}
		return encode(t, &sum)
	}
	require.True(t, bytes.Equal(into(0, 1, 2), into(2, 1, 0)), "whichever receives")
	require.Error(t, new(Result).UnmarshalBinary([]byte("no result")))
}

func TestFailingMergeChangesNothing(t *testing.T) {
	s, p := cdn(t, 3)
	s.Workloads = append(s.Workloads, s.Workloads[0])
	s.Workloads[1].Name = "second"
	plans, err := Compile(context.Background(), s, p.WithMidTier(1<<20, "region"))
	require.NoError(t, err)
	r, err := plans[0].Run(context.Background(), 1)
	require.NoError(t, err)
	r.Tiers[1].Fill = FillTimeline{BatchNs: 2, UsedBytes: make([]int64, 7)}
	before := encode(t, r)
	for want, breakIt := range map[string]func(o *Result){
		"the placements differ":        func(o *Result) { o.Placement = "another" },
		"1 workloads; want 2":          func(o *Result) { o.Workloads = o.Workloads[:1] },
		`want "second"`:                func(o *Result) { o.Workloads[1].Name = "third" },
		"kind matched; want":           func(o *Result) { o.Workloads[1].Kind = Matched },
		"metros; want":                 func(o *Result) { w := &o.Workloads[1]; w.Metros = w.Metros[1:] },
		"1 metrics; want 2":            func(o *Result) { m := &o.Workloads[1].Metros[2]; m.Metrics = m.Metrics[:1] },
		`tier "edge-cache": timelines`: func(o *Result) { f := &o.Tiers[0].Fill; f.UsedBytes = f.UsedBytes[1:] },
		`tier "mid-tier-cache": timelines`: func(o *Result) {
			o.Tiers[1].Fill = FillTimeline{BatchNs: 1, UsedBytes: make([]int64, 7)}
		},
		"1 tiers; want 2":         func(o *Result) { o.Tiers = o.Tiers[:1] },
		`tier "x"; want "edge-ca`: func(o *Result) { o.Tiers[0].Name = "x" },
		`"second": timelines of`:  func(o *Result) { c := &o.Workloads[1].Timeline; c.Batches = c.Batches[1:] },
		"of 2 ns; want equal":     func(o *Result) { o.Workloads[1].Timeline.BatchNs = 2 },
	} {
		var o Result
		require.NoError(t, o.UnmarshalBinary(before))
		breakIt(&o)
		require.ErrorContains(t, r.Merge(&o), want)
		require.True(t, bytes.Equal(before, encode(t, r)), want)
	}
}

func TestBrokenBooksAreNoticed(t *testing.T) {
	s, p := cdn(t, 2)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	for name, breakIt := range map[string]func(w *WorkloadTally){
		"a request without outcome": func(w *WorkloadTally) { w.Metros[0].Outcomes[Hit]-- },
		"a request not counted":     func(w *WorkloadTally) { w.Metros[0].Counters[Requests]++ },
		"a lost byte":               func(w *WorkloadTally) { w.Metros[1].Counters[Bytes]-- },
		"a lost nanosecond":         func(w *WorkloadTally) { w.Metros[0].Causes[Access]-- },
		"a fetch not counted":       func(w *WorkloadTally) { w.Counters[OriginRequests]-- },
		"origin bytes not counted":  func(w *WorkloadTally) { w.Counters[OriginBytes]-- },
		"a failure without reason":  func(w *WorkloadTally) { m := &w.Metros[0]; m.Counters[Requests]++; m.Outcomes[Failed]++ },
		"more lost than there were": func(w *WorkloadTally) { w.Metros[0].Counters[LostSessions]++ },
		"more busy than there are":  func(w *WorkloadTally) { w.Sites[0].Counters[BusyUs]++ },
		"a negative latency":        func(w *WorkloadTally) { w.Metros[0].Metric(TTLB).Record(-1) },
	} {
		r, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		require.NoError(t, r.Workloads[0].check(plans[0]))
		breakIt(&r.Workloads[0])
		require.ErrorContains(t, r.Workloads[0].check(plans[0]), "invariant broken", name)
	}
}

func TestBytesAreConservedOnEveryWayBetweenSites(t *testing.T) {
	// What comes to a cache over one way is no stand-in for what is missing on another: by message, by arithmetic, and where objects age.
	s, p := cdn(t, 3)
	p = p.WithMidTier(256<<20, "region")
	aging := p
	aging.Tiers = slices.Clone(p.Tiers)
	aging.Tiers[0].Freshness = &freshness.Rules{DefaultTTL: freshness.For(5 * time.Second)}
	arithmetic := p
	arithmetic.Tiers = p.Tiers[:1]
	for name, of := range map[string]placement.Placement{"by message": p, "by arithmetic": arithmetic, "aging": aging} {
		plans, err := Compile(context.Background(), s, of)
		require.NoError(t, err)
		r := &run{plan: plans[0], ctx: context.Background(), result: plans[0].newResult(0)}
		require.NoError(t, r.build())
		require.NoError(t, r.advance(1))
		require.NoError(t, r.balance(), name)
		var caches []*tier
		for _, site := range r.sites {
			if site.edge != nil && site.edge.books[0][0].received > 0 {
				caches = append(caches, site.edge)
			}
		}
		require.Len(t, caches, 3)
		caches[0].books[0][0].received-- // and all have received as much as all have sent
		caches[1].books[0][0].received++
		require.ErrorContains(t, r.balance(), `invariant broken: site "region" sent`, name)
	}
}

func TestPlacementsSeeTheSameUsers(t *testing.T) {
	s, p := cdn(t, 5)
	s.Workloads = append(s.Workloads, workload.APIDynamic())
	api := runOne(t, s, p)
	bare := runOne(t, s, placement.RegionOnly("region"))
	for w := range api.Workloads {
		for m := range api.Workloads[w].Metros {
			require.Equal(t, bare.Workloads[w].Metros[m].Count(Requests), api.Workloads[w].Metros[m].Count(Requests))
			require.Equal(t, bare.Workloads[w].Metros[m].Count(Bytes), api.Workloads[w].Metros[m].Count(Bytes))
		}
	}
}

func TestCancelledRunStops(t *testing.T) {
	s, p := cdn(t, 2)
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = plans[0].Run(ctx, 0)
	require.ErrorIs(t, err, context.Canceled)
}
