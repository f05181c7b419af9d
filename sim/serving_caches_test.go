package sim

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// servedBy returns the share of requests that one PoP answers at once, which has room for 1,000 of 10,000 objects, Zipf 0.8.
func servedBy(t *testing.T, servers placement.Servers) (hitRatio float64, w *WorkloadTally) {
	t.Helper()
	n, pops := star(t, 1, 0.01)
	web := workload.Change(onOpenConnections(2000), func(p *workload.Poisson) { p.Objects, p.ZipfExponent = 10_000, 0.8 })
	web = workload.Change(web, func(c *workload.Cacheable) {
		c.Sizes, c.Origin = workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, workload.ServiceTime{}
	})
	s := Scenario{Network: n, Workloads: []workload.Workload{web}, WarmUp: 20 * time.Second, Duration: 150 * time.Second, Seed: 3}
	p := placement.RegionOnly("region").WithPoPs(1_000_000, pops...).WithUpstream(open)
	p.Tiers[0].Caches[0].Servers = servers
	w = &runOne(t, s, p).Workloads[0]
	return float64(w.Metros[0].Outcomes[Hit]) / float64(w.Metros[0].Count(Requests)), w
}

func TestServersOfACacheHoldTheirObjectsPooledShardedOrEach(t *testing.T) {
	const n = 5
	pooled, ofPooled := servedBy(t, placement.Servers{Count: n})
	sharded, ofSharded := servedBy(t, placement.Servers{Count: n, Spread: placement.Sharded})
	independent, ofIndependent := servedBy(t, placement.Servers{Count: n, Spread: placement.Independent})
	require.InDelta(t, 0.436660, pooled, 0.004, "Che: 1,000 of 10,000")
	require.InDelta(t, pooled, sharded, 0.01, "but for the load's imbalance")
	// Each of five servers is an LRU cache of 200 objects.
	each, err := theory.LRU(theory.Zipf(10_000, 0.8), 200)
	require.NoError(t, err)
	require.InDelta(t, each.RequestHitRatio, independent, 0.004)

	// The busiest server has what the hash gives it.
	met := ofSharded.Tiers[0]
	requests := met.Count(TierServed)
	require.Equal(t, met.Count(TierRequests), requests)
	require.Equal(t, met.Count(TierBytes), met.Count(TierServedBytes))
	most := slices.Max(sharesOfServers(n, theory.Zipf(10_000, 0.8), 0))
	require.Greater(t, n*most, 1.01)
	// The share of a server is that of a coin thrown so often: four standard deviations.
	require.InDelta(t, n*most, float64(met.Count(TierMostServed))/float64(requests), 4*n*math.Sqrt(most*(1-most)/float64(requests)))
	require.Equal(t, met.Count(TierMostServed)*1000, met.Count(TierMostServedBytes), "every object has 1,000 bytes")

	met = ofIndependent.Tiers[0]
	require.InDelta(t, 1, float64(met.Count(TierMostServed))/float64(met.Count(TierServed)), 4*n*math.Sqrt(0.16/float64(requests)))
	require.Greater(t, met.Count(TierMostServed), met.Count(TierServed))

	require.Zero(t, ofPooled.Tiers[0].Count(TierServed))
}

func TestAMemoryOverADiskServesTheHottest(t *testing.T) {
	// 100 of 10,000 objects in memory: .156625 of the requests by Che, all others that hit take 4 ms of the disk.
	const read = 4 * time.Millisecond
	hits, w := servedBy(t, placement.Servers{MemoryBytes: 100_000, DiskRead: read})
	require.InDelta(t, 0.436660, hits, 0.004)
	tally := &w.Metros[0]
	fromDisk := float64(tally.Causes[Service]) / float64(read) / float64(tally.Count(Requests))
	require.InDelta(t, 0.436660-0.156625, fromDisk, 0.004)
}

// sharesOfServers returns which part of all requests each of n servers has by the hash, of objects whose keys follow from on.
func sharesOfServers(n int, objects []theory.Object, from uint64) []float64 {
	shares := make([]float64, n)
	servers := newServingCaches(placement.Servers{Count: n, Spread: placement.Sharded}, 0)
	for i := range objects {
		shares[cache.ServerOf(servers.keyOf(from+uint64(i), 0))] += objects[i].Rate
	}
	return shares
}

func TestSharesOfServersVaryAsThoseOfRandomHashes(t *testing.T) {
	// Where every object falls upon any of n servers alike, the squares of the shares' distances from 1/n sum to (1 - 1/n) times the sum of the
	// squares of the objects' shares, on the mean over hashes; here over 1,000 sets of keys.
	const n, sets, objects = 8, 1000, 500
	zipf := theory.Zipf(objects, 0.9)
	var want float64
	squares := make([]float64, 0, sets)
	for _, o := range zipf {
		want += (1 - 1.0/n) * o.Rate * o.Rate
	}
	for set := range uint64(sets) {
		var sum float64
		for _, share := range sharesOfServers(n, zipf, set*objects) {
			sum += (share - 1.0/n) * (share - 1.0/n)
		}
		squares = append(squares, sum)
	}
	mean, variance := stat.MeanVariance(squares, nil)
	require.InDelta(t, want, mean, 4*math.Sqrt(variance/sets))
	require.InEpsilon(t, want, mean, 0.1)
}
