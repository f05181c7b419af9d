package sim

import (
	"context"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

const mega = 1_000_000

// parts returns the requests of one metro for parts of objects of 10 MB, which meet one PoP.
func parts(t *testing.T, of workload.Ranges, objects int, perSecond float64) Scenario {
	t.Helper()
	n, _ := star(t, 1, 0.01)
	w := workload.Change(onOpenConnections(perSecond), func(p *workload.Poisson) { p.Objects, p.ZipfExponent = objects, 0.8 })
	w = workload.Change(w, func(c *workload.Cacheable) {
		c.Sizes, c.Origin, c.Ranges = workload.Sizes{LnMean: math.Log(10 * mega)}, workload.ServiceTime{}, of
	})
	return Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 100 * time.Second, Seed: 3}
}

// lengths is the law of parts that are all as long.
func lengths(bytes float64) workload.Sizes { return workload.Sizes{LnMean: math.Log(bytes)} }

// withSlices returns a PoP whose cache has room for so many bytes and keeps slices.
func withSlices(s *Scenario, room, slice int64) placement.Placement {
	pop := s.Network.At(s.Network.OfKind(topology.PoP)[0]).ID
	p := placement.RegionOnly("region").WithPoPs(room, pop).WithUpstream(open)
	p.SliceBytes = slice
	return p
}

func TestPartsOfOneObjectAreFetchedAsTheSlicesThatTheyTouch(t *testing.T) {
	// One object of 10 MB, of which everybody asks for the first 2.5 MB: three slices of 1 MB, once. The others find them.
	s := parts(t, workload.Ranges{Share: 1, Lengths: lengths(2.5 * mega), From: workload.AtStart}, 1, 10)
	for _, c := range []struct {
		slice   int64
		fetched uint64
		bytes   uint64
	}{
		{0, 1, 10 * mega},
		{mega, 3, 3 * mega},
		{4 * mega, 1, 4 * mega},
		{20 * mega, 1, 10 * mega}, // a slice is no longer than its object
	} {
		w := &runOne(t, s, withSlices(&s, 1<<40, c.slice)).Workloads[0]
		requests := w.Metros[0].Count(Requests)
		require.Equal(t, requests*2_500_000, w.Metros[0].Count(Bytes))
		require.Equal(t, c.fetched, w.Count(OriginRequests), c.slice)
		require.Equal(t, c.bytes, w.Count(OriginBytes), c.slice)
		require.Equal(t, c.fetched, w.Tiers[0].Count(TierFetches))
		require.Equal(t, c.bytes, w.Tiers[0].Count(TierFetchedBytes))
		require.EqualValues(t, 1, w.Metros[0].Outcomes[Miss])
		require.Equal(t, requests, w.Metros[0].Outcomes[Hit]+w.Metros[0].Outcomes[DelayedHit]+1)
		require.EqualValues(t, 2_500_000, w.Metros[0].OutcomeBytes[Miss], "of the request that came first")
		require.Equal(t, w.Metros[0].Count(Bytes), w.Metros[0].OutcomeBytes[Miss]+w.Metros[0].OutcomeBytes[Hit]+w.Metros[0].OutcomeBytes[DelayedHit])
	}
}

func TestBytesOfAPartCountWhereTheyCameFrom(t *testing.T) {
	// Of two objects' requests, one in twenty for all of it, the slices in front are there and those behind are not: hits by bytes count the
	// former even of a request that misses.
	s := parts(t, workload.Ranges{Share: 0.95, Lengths: lengths(2 * mega), From: workload.AtStart}, 1, 10)
	w := &runOne(t, s, withSlices(&s, 1<<40, mega)).Workloads[0]
	m := &w.Metros[0]
	require.EqualValues(t, 10, w.Count(OriginRequests))
	require.EqualValues(t, 10*mega, w.Count(OriginBytes))
	require.EqualValues(t, 2, m.Outcomes[Miss], "the first part, and the first whole")
	require.EqualValues(t, 10*mega, m.OutcomeBytes[Miss], "2 MB and 8 MB: no byte misses twice")
}

func TestSlicesInLRUAreHitAsObjectsOfTheirRates(t *testing.T) {
	// A slice is to a cache an object of its own: Che's approximation, with the rates at which parts of 1.5 slices, that begin anywhere, touch
	// each of ten slices. A part from x on, 0 to 8.5, touches slice k where k - 1.5 < x < k + 1.
	const objects, room = 300, 600
	s := parts(t, workload.Ranges{Share: 1, Lengths: lengths(1.5 * mega)}, objects, 500)
	s.WarmUp = 30 * time.Second
	w := &runOne(t, s, withSlices(&s, room*mega, mega)).Workloads[0]
	var slices []theory.Object
	touched := 0.0
	for _, o := range theory.Zipf(objects, 0.8) {
		for k := range 10 {
			from, to := max(float64(k)-1.5, 0), min(float64(k)+1, 8.5)
			slices = append(slices, theory.Object{Rate: o.Rate * (to - from) / 8.5, Size: 1})
			touched += o.Rate * (to - from) / 8.5
		}
	}
	want, err := theory.LRU(slices, room)
	require.NoError(t, err)
	fetched := float64(w.Tiers[0].Count(TierFetches)) / float64(w.Metros[0].Count(Requests)) / touched
	require.InDelta(t, 1-want.RequestHitRatio, fetched, 0.006)
}

func TestSlicesComeOneAfterAnother(t *testing.T) {
	// PoP and region are 10 ms from each other, the origin works 7 ms on a slice. The bytes of three slices wait for the first, are fetched again
	// behind it, and once more: the last byte is 2 x 27 ms behind the first. A part of one slice is there at once. On the other requests nothing waits.
	s := parts(t, workload.Ranges{Share: 1, Lengths: lengths(2.5 * mega), From: workload.AtStart}, 1, 0.2)
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) { c.Origin.Mean = 7 * time.Millisecond })
	s.Workloads[0].Client.BitsPerSecond = 0
	n, _ := star(t, 1, 10)
	s.Network = n
	between := func(slice int64) time.Duration {
		m := &runOne(t, s, withSlices(&s, 1<<40, slice)).Workloads[0].Metros[0]
		require.Positive(t, m.Outcomes[Hit])
		require.Zero(t, m.Outcomes[DelayedHit])
		_, first := m.Metric(TTFB).SumNs()
		_, last := m.Metric(TTLB).SumNs()
		return time.Duration(last - first)
	}
	require.Equal(t, 54*time.Millisecond, between(mega)-between(20*mega))
}

func TestPartsDoNotDependOnHowSitesAreAdvanced(t *testing.T) {
	for _, slice := range []int64{0, 256 << 10} {
		p := failingWorld(t)
		s, of := p.scenario, p.placement
		s.Workloads = s.Workloads[:2]
		s.Failures = append(slices.Clone(s.Failures), Failure{Site: "pop-0", At: 2200 * time.Millisecond, For: 400 * time.Millisecond, Detection: 200 * time.Millisecond, Timeout: 90 * time.Millisecond})
		s.Workloads[0] = workload.Change(s.Workloads[0].WithObjects(500).WithRequestsPerSecond(300), func(c *workload.Cacheable) {
			c.Ranges = workload.Ranges{Share: 0.5, Lengths: workload.Sizes{LnMean: 10, LnSD: 1}}
		})
		of.SliceBytes = slice
		of = of.WithEachCache(func(site string, c *placement.Cache) {
			if site != "mid" {
				c.Servers = placement.Servers{Count: 3, Spread: placement.Sharded, MemoryBytes: c.CapacityBytes / 8, DiskRead: time.Millisecond}
			}
		})
		plans, err := Compile(context.Background(), s, of)
		require.NoError(t, err)
		r, err := plans[0].Run(context.Background(), 0)
		require.NoError(t, err)
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		require.Positive(t, total.Failures[SiteDown])
		require.Positive(t, total.OutcomeBytes[DelayedHit])
		require.Positive(t, r.Workloads[0].Tiers[1].Count(TierHits))
		requireSameHoweverAdvanced(t, plans[0])
	}
}

func TestPartsAreRefusedWhereTheyAreNotKnown(t *testing.T) {
	s := parts(t, workload.Ranges{Share: 0.5, Lengths: lengths(mega)}, 10, 1)
	p := withSlices(&s, 1<<30, mega)
	require.NoError(t, s.ValidatePlacement(p))
	p.SliceBytes = 1000
	require.ErrorContains(t, s.ValidatePlacement(p), "16 KiB to")
	require.NoError(t, s.ValidatePlacement(withSlices(&s, 1<<30, mega).Preloaded()))
	for _, from := range []string{"pop", "region"} {
		shared := s
		shared.Network = sharedNodes(t, from, map[string]string{"pop": "metro", "region": "pop"}[from], topology.FirstCome)
		_, err := Compile(context.Background(), shared, placement.RegionOnly("region").WithPoPs(1<<30, "pop"))
		require.ErrorContains(t, err, "a link on its way is shared, but parts of objects", from)
	}
	none := placement.RegionOnly("region")
	none.SliceBytes = mega
	require.ErrorContains(t, s.ValidatePlacement(none), "no caches")
}

func TestPartsOfObjectsThatAge(t *testing.T) {
	// What never gets old is served as what does not age.
	s := parts(t, workload.Ranges{Share: 0.5, Lengths: lengths(2.5 * mega)}, 50, 5)
	s.Network, _ = star(t, 1, 25)
	s.Workloads[0].Client.BitsPerSecond = 100e6
	p := withSlices(&s, 100*mega, 0)
	ages := s
	ages.Workloads = slices.Clone(s.Workloads)
	ages.Workloads[0] = workload.Change(ages.Workloads[0], func(c *workload.Cacheable) {
		*c = c.Controlled(freshness.Control{MaxAge: freshness.For(1 << 18 * time.Hour)})
	})
	want, got := runOne(t, s, p).Workloads[0].Metros[0], runOne(t, ages, p).Workloads[0].Metros[0]
	require.Equal(t, want.Outcomes, got.Outcomes)
	require.Equal(t, want.Metrics, got.Metrics)
	require.Equal(t, want.Count(Bytes), got.Count(Bytes))
	require.Positive(t, want.Outcomes[Miss])
	plans, err := Compile(context.Background(), ages, p)
	require.NoError(t, err)
	requireSameHoweverAdvanced(t, plans[0])

	// One object for a minute, of which all ask for the first quarter, and which never changes: fetched once, whole, and confirmed every minute, for
	// nothing but its age.
	s = parts(t, workload.Ranges{Share: 1, Lengths: lengths(2.5 * mega), From: workload.AtStart}, 1, 10)
	s.Duration = 200 * time.Second
	s.Workloads[0] = workload.Change(s.Workloads[0], func(c *workload.Cacheable) {
		*c = c.Controlled(freshness.Control{MaxAge: freshness.For(time.Minute), Validator: true})
	})
	w := &runOne(t, s, withSlices(&s, 1<<40, 0)).Workloads[0]
	m := &w.Metros[0]
	require.EqualValues(t, 1, m.Outcomes[Miss])
	require.EqualValues(t, 3, m.Outcomes[Revalidated])
	require.EqualValues(t, 4, w.Count(OriginRequests))
	require.EqualValues(t, 10*mega, w.Count(OriginBytes))
	require.Equal(t, 2_500_000*m.Count(Requests), m.Count(Bytes))
}
