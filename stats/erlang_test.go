package stats_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestErlangBIsThePublishedTables(t *testing.T) {
	require.InDelta(t, 0.078741, stats.ErlangB(10, 7), 5e-7)
	require.InDelta(t, 0.121661, stats.ErlangB(10, 8), 5e-7)
	require.InDelta(t, 0.5, stats.ErlangB(1, 1), 1e-12)
	require.Equal(t, 1., stats.ErlangB(0, 3))
	require.Zero(t, stats.ErlangB(0, 0))
	// Traffic tables: 4.46 Erlang on 10 servers at a grade of service of 1 %, 3.09 at 0.1 %.
	require.InDelta(t, 0.01, stats.ErlangB(10, 4.461), 1e-5)
	require.InDelta(t, 0.001, stats.ErlangB(10, 3.092), 1e-5)
	require.Equal(t, 10, stats.ErlangServers(4.46, 0.01))
	require.Equal(t, 11, stats.ErlangServers(4.47, 0.01))
	require.Equal(t, 10, stats.ErlangServers(3.09, 0.001))
	require.Zero(t, stats.ErlangServers(0, 0.001))
	require.Equal(t, 2_020_000, stats.ErlangServers(2e6, 0.001))
}

func TestErlangCIsThePublishedTables(t *testing.T) {
	require.InDelta(t, 0.711111, stats.ErlangC(2, 1.6), 5e-7)
	require.InDelta(t, 0.596432, stats.ErlangC(4, 3.2), 5e-7)
	require.InDelta(t, 0.409180, stats.ErlangC(10, 8), 5e-7)
	require.InDelta(t, 0.8, stats.ErlangC(1, 0.8), 1e-12)
	require.Equal(t, 1., stats.ErlangC(3, 3))
	require.Equal(t, 1., stats.ErlangC(0, 1))
	require.Zero(t, stats.ErlangC(2, 0))
}
