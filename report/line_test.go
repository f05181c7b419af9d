package report

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

func TestLinesAreOfAllRequestsThoseThatFailedIncluded(t *testing.T) {
	var of [2]*stats.Sketch
	for r := range of {
		of[r] = new(stats.Sketch)
		for i := range 300 {
			of[r].Record(int64(10*time.Millisecond) + int64(i)*int64(time.Millisecond))
		}
	}
	m := &edgewise.Distribution{Metric: "ttfb", PerReplication: of[:], Pooled: stats.Pool(of[:]), Asked: []uint64{300, 500}}
	low, high := logMs(1e6), logMs(1e9)
	for v, ends := range map[view][2]float64{cumulative: {0, 0.75}, tail: {1, 0.375}} {
		l := newLine(curve{metric: m, pooled: m.Pooled}, v)
		l.lay(low, high, 0.95)
		require.InDelta(t, ends[0], l.points[0].share, 1e-9)
		last := l.points[len(l.points)-1]
		require.InDelta(t, ends[1], last.share, 0.02, "of 800 that asked 600 were answered; the tail ends at the slowest 100 of them")
		require.Greater(t, last.high, last.share, "the share that failed differs between replications")
		require.Equal(t, "25 % failed", l.entry().remark)
		if v == tail {
			require.GreaterOrEqual(t, last.share, 0.25, "who failed is slower than anybody")
			require.GreaterOrEqual(t, l.least, 0.25)
		}
	}
	same := *m
	same.Asked = nil
	whole, part := curve{metric: &same, pooled: m.Pooled}, curve{metric: m, pooled: m.Pooled}
	require.False(t, whole.sameAs(&part), "what fails more is not the same")
	require.Empty(t, whole.failedRemark())
	part.lost = 0.5
	require.Equal(t, "25 % failed, 50 % of sessions lost; baseline", withFailed("baseline", &part))
}

func TestSharesInKeysAreNeverNoneOrAll(t *testing.T) {
	for share, want := range map[float64]string{0.00004: "< 0.01", 0.0012: "0.12", 0.03456: "3.5", 0.1234: "12", 0.994: "99.4", 0.99999: "99.9", 1: "100"} {
		require.Equal(t, want, percent(share))
	}
}
