package cache_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLHDLearnsWhatIsHitAgain(t *testing.T) {
	if raceDetector {
		t.Skip("nothing is concurrent inside a replay")
	}
	missesOf := func(policy string) int64 {
		row := referenceRow{trace: "zipf0.8-sized-100k-1M", policy: policy, inObjects: true, capacity: 9660}
		return replayRow(t, row, 1).Misses
	}
	untaught := missesOf("lhd") // it learns after 2^20 requests, and the trace is shorter
	for _, often := range []string{"lhd:every=16384", "lhd:every=65536"} {
		require.Less(t, float64(missesOf(often)), .95*float64(untaught), often)
	}
	require.Less(t, untaught, missesOf("lru"))
}
