package scenario

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/workload"
)

func TestFewerPlayersStartASmallerMatchInProportion(t *testing.T) {
	royale := workload.BattleRoyale().Service.(workload.Matched)
	require.Equal(t, 60, keepShare(royale, 100))
	require.Equal(t, 12, keepShare(royale, 20))
	require.Equal(t, 2, keepShare(royale, 3), "rounded up")
	require.Equal(t, 6, keepShare(workload.CompetitiveFPS().Service.(workload.Matched), 6), "all of them")
	require.Zero(t, keepShare(workload.Matched{}, 10), "without a preset")
}
