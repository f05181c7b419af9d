package sim

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/stats"
	"github.com/edgewise-sim/edgewise/workload"
)

// theoryOf returns what Che's approximation says of an LRU cache of a preset's catalogue.
func theoryOf(t *testing.T, w *workload.Workload, capacity int64) theory.Cache {
	m := w.Demand.(workload.Mixture)
	shares, err := m.Popularity()
	require.NoError(t, err)
	sizes := w.SizesOf(1, 0)
	objects := make([]theory.Object, len(shares))
	for k, share := range shares {
		objects[k] = theory.Object{Rate: share, Size: float64(sizes.SizeBytes(uint32(k)))}
	}
	once := theory.Object{Rate: m.AskedOnce()}
	const sample = 100_000
	for k := range uint32(sample) {
		once.Size += float64(sizes.SizeBytes(uint32(len(shares))+k)) / sample
	}
	c, err := theory.LRUWithOnce(objects, once, float64(capacity))
	require.NoError(t, err)
	return c
}

// A curve is what workload/testdata/akamai.csv says of a preset's class of traffic: the hit ratios of LRU caches, in requests
// and in bytes, by their capacity. Of images and web sites it is the bound of all caches, which 100 GB come close to.
type curve struct {
	preset string
	mean   float64 // bytes of a request
	thin   int     // the test has so many times fewer objects, and so many times smaller caches
	points []point
}

type point struct {
	capacity        int64
	requests, bytes float64 // 0 where nothing was measured
}

var measured = []curve{
	{"downloads", 7.81e6, 1, []point{{1e8, 0.845, 0.748}, {1e9, 0.911, 0.968}, {1e10, 0.941, 0.985}, {1e11, 0.959, 0.9916}}},
	{"images", 34e3, 40, []point{{1e8, 0, 0}, {1e10, 0, 0}, {1e11, 0.588, 0.733}}},
	{"web-static", 1.16e6, 1, []point{{1e8, 0, 0}, {1e9, 0, 0}, {1e10, 0, 0}, {1e11, 0.851, 0.964}}},
}

func TestPresetsHitInCachesAsTheirSourceInEveryReplication(t *testing.T) {
	// One PoP that begins in its steady state, so early that a wrong beginning shows: against the source, and against theory.
	n, _ := star(t, 1, 0)
	for _, c := range measured {
		w, err := workload.Preset(c.preset)
		require.NoError(t, err)
		w.Day = workload.Flat()
		w = w.WithObjects(w.Demand.(workload.Mixture).Regular() / c.thin)
		for _, p := range c.points {
			capacity := p.capacity / int64(c.thin)
			s := Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: 10 * time.Second, Seed: 1}
			var ofBytes []float64
			requests := replicate(t, s, placement.RegionOnly("region").WithPoPs(capacity, "pop-0").Preloaded(), func(r *Result) float64 {
				tally := &r.Workloads[0].Metros[0]
				bytes := float64(tally.OutcomeBytes[Hit]+tally.OutcomeBytes[DelayedHit]) / float64(tally.Count(Bytes))
				hits := float64(tally.Outcomes[Hit]+tally.Outcomes[DelayedHit]) / float64(tally.Count(Requests))
				require.InEpsilon(t, c.mean, float64(tally.Count(Bytes))/float64(tally.Count(Requests)), 0.2, c.preset)
				if p.requests > 0 {
					require.InDelta(t, p.requests, hits, 0.03, "%s, %d bytes, requests", c.preset, p.capacity)
					require.InDelta(t, p.bytes, bytes, 0.03, "%s, %d bytes, bytes", c.preset, p.capacity)
				}
				ofBytes = append(ofBytes, bytes)
				return hits
			})
			if c.preset == "downloads" && p.capacity == 1e8 {
				continue // the cache holds a handful of objects, too few for the approximation of Che
			}
			want := theoryOf(t, &w, capacity)
			requireInside(t, requests, want.RequestHitRatio, 0.06)
			requireInside(t, stats.MeanOf(ofBytes, 0.99), want.ByteHitRatio, 0.15)
		}
	}
}

func TestPreloadedCachesAreFreeOfWhatNobodyWouldMiss(t *testing.T) {
	// A cache of 10 TB holds all that web sites are asked for again. What was asked for once before the oldest of it is not
	// there, and the prediction of memory knows.
	n, _ := star(t, 1, 0)
	p := placement.RegionOnly("region").WithPoPs(1e13, "pop-0").Preloaded()
	s := Scenario{Network: n, Workloads: []workload.Workload{workload.WebStatic().WithObjects(2000)}, Duration: time.Second, Seed: 1}
	plans, err := Compile(context.Background(), s, p)
	require.NoError(t, err)
	r, err := plans[0].Run(context.Background(), 0)
	require.NoError(t, err)
	tally := &r.Workloads[0].Metros[0]
	requests := float64(tally.Count(Requests))
	require.InDelta(t, 0.858, float64(tally.Outcomes[Hit])/requests, 5*math.Sqrt(0.858*0.142/requests), "all but what is asked for once")
	held := heldOnce(&s.Workloads[0])
	require.Greater(t, held, 10_000.)
	require.Less(t, held, 100_000.)
	require.Less(t, s.MemoryBytes(&p), int64(100e6))

	fill := r.Tiers[0].Fill.UsedBytes
	require.Less(t, fill[0], int64(1e11), "as many objects that were asked for once as are held, of 0.3 MB on the mean, and less than 10 GB of others")
	// A cache without a bound needs no more.
	p = placement.RegionOnly("region").WithPoPs(0, "pop-0").Preloaded()
	require.Less(t, s.MemoryBytes(&p), int64(100e6))
}

func TestPreloadedMidTierKnowsWhatIsAskedForOnce(t *testing.T) {
	// What is asked for once passes all tiers: a mid-tier that begins without it would be too full of the rest, and hit
	// more at the beginning than when it has run for long.
	n, pops := star(t, 4, 20)
	w := workload.Workload{
		Head: workload.Head{Name: "site"},
		Demand: workload.Mixture{RequestsPerSecond: 4000, Once: workload.Once{Requests: 0.3}, Classes: []workload.Class{
			{Requests: 1, Objects: 10_000, ZipfExponent: 0.8},
		}},
		Service: workload.Cacheable{},
	}
	p := placement.RegionOnly("region").WithPoPs(500, pops...).WithMidTier(2000, "region")
	parentHits := func(r *Result) float64 {
		total, err := r.Workloads[0].Total()
		require.NoError(t, err)
		return 1 - float64(r.Workloads[0].Count(OriginRequests))/float64(total.Outcomes[Miss])
	}
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 20 * time.Second, Duration: 10 * time.Second, Seed: 2}
	steady := replicate(t, s, p, parentHits)
	s.WarmUp, s.Duration = 0, time.Second
	begin := replicate(t, s, p.Preloaded(), parentHits)
	require.InDelta(t, steady.Value, begin.Value, 0.04)
	s.Workloads[0] = workload.Change(w, func(m *workload.Mixture) { m.Once.Requests = 0 })
	require.Greater(t, replicate(t, s, p.Preloaded(), parentHits).Low, begin.High+0.05)
}

// tooFew has no room for what was asked for once before the run, oneLess says how popular all objects are but one.
type (
	tooFew  struct{ workload.Mixture }
	oneLess struct{ workload.Mixture }
)

func (d tooFew) Catalogue() int { return d.Regular() + 10 }

func (d oneLess) Popularity() ([]float64, error) {
	all, err := d.Mixture.Popularity()
	return all[1:], err
}

func TestEndlessDemandsMustNumberWhatWasAskedForBeforeTheRun(t *testing.T) {
	n, _ := star(t, 1, 0)
	web := workload.WebStatic().WithObjects(1000)
	for want, d := range map[string]workload.Demand{
		`workload "web-static": sim.tooFew has 10 numbers for objects that are asked for once; want at least the 134217728`: tooFew{web.Demand.(workload.Mixture)},
		`workload "web-static": sim.oneLess has 1000 objects and says how popular 999 are`:                                  oneLess{web.Demand.(workload.Mixture)},
	} {
		web.Demand = d
		s := Scenario{Network: n, Workloads: []workload.Workload{web}, Duration: time.Second, Seed: 1}
		plans, err := Compile(context.Background(), s, placement.RegionOnly("region").WithPoPs(1e9, "pop-0").Preloaded())
		if err == nil {
			_, err = plans[0].Run(context.Background(), 0)
		}
		require.ErrorContains(t, err, want)
	}
}
