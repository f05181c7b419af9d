package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/theory"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// servedBy returns the share of requests that one PoP answers at once, which has room for 1,000 of 10,000 objects, Zipf 0.8.
func servedBy(t *testing.T, servers placement.Servers) (hitRatio float64, tally *Tally) {
	t.Helper()
	n, pops := star(t, 1, 0.01)
	w := workload.Change(onOpenConnections(2000), func(p *workload.Poisson) { p.Objects, p.ZipfExponent = 10_000, 0.8 })
	w = workload.Change(w, func(c *workload.Cacheable) {
		c.Sizes, c.Origin = workload.Sizes{MinBytes: 1000, MaxBytes: 1000}, workload.ServiceTime{}
	})
	s := Scenario{Network: n, Workloads: []workload.Workload{w}, WarmUp: 20 * time.Second, Duration: 150 * time.Second, Seed: 3}
	p := placement.RegionOnly("region").WithPoPs(1_000_000, pops...).WithUpstream(open)
	p.Tiers[0].Caches[0].Servers = servers
	tally = &runOne(t, s, p).Workloads[0].Metros[0]
	return float64(tally.Outcomes[Hit]) / float64(tally.Count(Requests)), tally
}

func TestServersOfACacheHoldTheirObjectsPooledShardedOrEach(t *testing.T) {
	pooled, _ := servedBy(t, placement.Servers{Count: 5})
	sharded, _ := servedBy(t, placement.Servers{Count: 5, Spread: placement.Sharded})
	independent, _ := servedBy(t, placement.Servers{Count: 5, Spread: placement.Independent})
	require.InDelta(t, 0.436660, pooled, 0.004, "Che: 1,000 of 10,000")
	require.InDelta(t, pooled, sharded, 0.01, "but for the load's imbalance")
	// Each of five servers is an LRU cache of 200 objects.
	each, err := theory.LRU(theory.Zipf(10_000, 0.8), 200)
	require.NoError(t, err)
	require.InDelta(t, each.RequestHitRatio, independent, 0.004)
}

func TestAMemoryOverADiskServesTheHottest(t *testing.T) {
	// 100 of 10,000 objects in memory: .156625 of the requests by Che, all others that hit take 4 ms of the disk.
	const read = 4 * time.Millisecond
	hits, tally := servedBy(t, placement.Servers{MemoryBytes: 100_000, DiskRead: read})
	require.InDelta(t, 0.436660, hits, 0.004)
	fromDisk := float64(tally.Causes[Service]) / float64(read) / float64(tally.Count(Requests))
	require.InDelta(t, 0.436660-0.156625, fromDisk, 0.004)
}
