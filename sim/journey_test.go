package sim

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestStaticLatencyIsTheSumOfItsLegsToTheNanosecond(t *testing.T) {
	s := Scenario{Network: fourNodes(t), Static: []workload.Static{oneObject()}, Duration: 100 * time.Second, Seed: 1}

	t.Run("region only", func(t *testing.T) {
		r, err := Run(context.Background(), Job{Scenario: s, Placement: placement.RegionOnly("region")})
		require.NoError(t, err)
		tally := &r.Workloads[0].Metros[0]
		require.Positive(t, tally.Requests)
		require.Equal(t, tally.Requests, tally.Outcomes[Bypass])
		// TCP and TLS 1.3, then the request: three round trips of 80 ms, and the origin's work.
		require.Equal(t, 3*80*ms+7*ms, tally.Latency[TTFB].MinNs())
		require.Equal(t, 3*80*ms+7*ms, tally.Latency[TTFB].MaxNs())
		// 14,600 and 29,200 bytes go out at a window a round trip; the remaining 56,200 take
		// 4.496 ms at 100 Mbit/s.
		require.Equal(t, 3*80*ms+7*ms+2*80*ms+4_496_000, tally.Latency[TTLB].MaxNs())
	})

	t.Run("through a PoP", func(t *testing.T) {
		r, err := Run(context.Background(), Job{Scenario: s, Placement: placement.RegionOnly("region").WithPoPs(1<<20, "pop")})
		require.NoError(t, err)
		tally := &r.Workloads[0].Metros[0]
		require.Equal(t, uint64(1), tally.Outcomes[Miss])
		require.Equal(t, uint64(1), r.Workloads[0].OriginRequests)
		// A hit: three round trips of 6 ms. The miss adds the backbone's 50 ms and the origin's work.
		require.Equal(t, 3*6*ms, tally.Latency[TTFB].MinNs())
		require.Equal(t, 3*6*ms+50*ms+7*ms, tally.Latency[TTFB].MaxNs())
		// A window of 29,200 bytes takes 2.3 ms at 100 Mbit/s, less than a round trip; the next one
		// would take all that is left.
		require.Equal(t, 3*6*ms+2*6*ms+4_496_000, tally.Latency[TTLB].MinNs())
	})
}
