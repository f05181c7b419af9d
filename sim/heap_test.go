package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache/freshness"
	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

// By hand: 4 caches of 10,000 objects of one byte hold as many, 64 bytes of memory each, no more than there are objects, nor in all than requests come, 2,000 a second.
func TestCachesThatTakeTurnsTakeMemoryForWhatTheyWillHold(t *testing.T) {
	n, pops := star(t, 4, 25)
	for _, c := range []struct {
		name             string
		servers          int
		objects, seconds int
		control          freshness.Control
		want             float64
	}{
		{name: "full", servers: 1000, objects: 1_000_000, seconds: 100, want: 4 * 10_000 * 64},
		{name: "few objects", servers: 1000, objects: 3000, seconds: 100, want: 4 * 3000 * 64},
		{name: "few requests", servers: 1000, objects: 1_000_000, seconds: 2, want: 4000 * 64},
		{name: "objects that age", servers: 1000, objects: 1_000_000, seconds: 100, control: freshness.Control{MaxAge: freshness.For(time.Minute)}, want: 4 * 10_000 * 164},
		{name: "one after another", objects: 1_000_000, seconds: 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			service := workload.Cacheable{Sizes: workload.Sizes{MinBytes: 1, MaxBytes: 1}}
			if c.control != (freshness.Control{}) {
				service = service.Controlled(c.control)
			}
			w := workload.Workload{
				Head: workload.Head{Name: "w"}, Demand: workload.Poisson{RequestsPerSecond: 2000, Objects: c.objects, ZipfExponent: 0.9}, Service: service,
			}
			p := placement.RegionOnly("region").WithPoPs(10_000, pops...)
			p.Sites[0].Servers = c.servers
			plans, err := Compile(context.Background(), Scenario{Network: n, Workloads: []workload.Workload{w}, Duration: time.Duration(c.seconds) * time.Second, Seed: 1}, p)
			require.NoError(t, err)
			require.InDelta(t, c.want, plans[0].turnsBytes(), 1e-6)
		})
	}
}
