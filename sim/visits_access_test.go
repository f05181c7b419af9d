package sim

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/placement"
	"github.com/edgewise-sim/edgewise/topology"
	"github.com/edgewise-sim/edgewise/workload"
)

func TestUsersWithoutAnAccessLinkHaveTheVersionsThatTheWorkloadSays(t *testing.T) {
	// All technologies are said to be over HTTP/3, the others over HTTP/2: 40 ms away TCP and TLS 1.3 take two round trips of 80 ms, QUIC one. A way of 5 ms more begins with an access link.
	n, err := topology.New([]topology.Node{
		{ID: "line", Kind: topology.Metro, Users: 1}, {ID: "town", Kind: topology.Exchange}, {ID: "none", Kind: topology.Metro, Users: 1}, {ID: "region", Kind: topology.Region},
	}, append(append(both("line", "town", topology.Access, 5), both("town", "region", topology.Internet, 40)...), both("none", "region", topology.Internet, 40)...))
	require.NoError(t, err)
	w := oneVisit(0, 0, 5*second)
	w.Visits.IdleTimeout = time.Second
	w.Visits.Versions = workload.Versions{}
	for i := range w.Visits.VersionsBy {
		w.Visits.VersionsBy[i] = workload.Versions{0, 0, 1}
	}
	seen := make(map[int]bool)
	for _, is := range watched(t, n, w, placement.RegionOnly("region"), 10*time.Second) {
		if is.At == 0 {
			continue // over a connection of before the run
		}
		seen[is.Metro] = true
		if is.Metro == 0 {
			require.Greater(t, is.Causes[Connect]+is.Causes[TLS], 90*ms)
			require.Less(t, is.Causes[Connect]+is.Causes[TLS], 160*ms)
		} else {
			require.Equal(t, 160*ms, is.Causes[Connect]+is.Causes[TLS])
		}
	}
	require.Len(t, seen, 2)
}
