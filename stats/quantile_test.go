package stats_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// constant returns a sketch of n equal values. Below 256 ns a sketch is exact, so that results can be
// worked out by hand.
func constant(ns int64, n uint64) *stats.Sketch {
	s := new(stats.Sketch)
	s.RecordN(ns, n)
	return s
}

const nsPerMs = 1e6

func TestQuantileIsPooledWithTheSpreadOfReplications(t *testing.T) {
	// Pooled median 10 ns; replications 10, 10, 13: squares around 10 add up to 9; t(2) = 4.302653.
	e := stats.QuantileMs([]*stats.Sketch{constant(10, 100), constant(10, 100), constant(13, 100)}, 0.5, 0.95)
	require.InDelta(t, 10, e.Value*nsPerMs, 1e-9)
	require.InDelta(t, 4.302653*math.Sqrt(9.0/6), e.HalfWidth()*nsPerMs, 1e-5)
	require.Equal(t, 3, e.N)
}

func TestQuantileDifferenceIsPaired(t *testing.T) {
	a := []*stats.Sketch{constant(12, 100), constant(22, 100), constant(33, 100)}
	b := []*stats.Sketch{constant(10, 100), constant(20, 100), constant(30, 100)}
	// Pooled medians 22 and 20; differences 2, 2, 3: squares around 2 add up to 1.
	e := stats.QuantileDifferenceMs(a, b, 0.5, 0.95)
	require.InDelta(t, 2, e.Value*nsPerMs, 1e-9)
	require.InDelta(t, 4.302653*math.Sqrt(1.0/6), e.HalfWidth()*nsPerMs, 1e-5)

	same := stats.QuantileDifferenceMs(a, a, 0.5, 0.95)
	require.Equal(t, stats.Estimate{N: 3}, same)
}

func TestQuantileIsShownFromExactlyEnoughExceedances(t *testing.T) {
	for _, c := range []struct {
		p      float64
		enough uint64
	}{{0.999, 100_000}, {0.99, 10_000}, {0.95, 2000}, {0.5, 200}, {0.1, 1000}} {
		shown := stats.QuantileMs([]*stats.Sketch{constant(1, c.enough/2), constant(1, c.enough/2)}, c.p, 0.95)
		require.Empty(t, shown.Unsupported, "p = %v", c.p)
		hidden := stats.QuantileMs([]*stats.Sketch{constant(1, c.enough/2), constant(1, c.enough/2-1)}, c.p, 0.95)
		require.False(t, hidden.HasValue(), "p = %v", c.p)
	}
}

func TestQuantileWithAnEmptyReplicationHasNoInterval(t *testing.T) {
	e := stats.QuantileMs([]*stats.Sketch{constant(5, 1000), nil, constant(5, 1000)}, 0.5, 0.95)
	require.InDelta(t, 5, e.Value*nsPerMs, 1e-9)
	require.Equal(t, "replication 1 recorded nothing: no interval", e.Unsupported)
}

func TestManyQuantileDifferencesAreThoseOfOneAtATime(t *testing.T) {
	var a, b []*stats.Sketch
	for r := range int64(5) {
		x, y := new(stats.Sketch), new(stats.Sketch)
		for i := range int64(400) {
			x.Record(1000 + i*(r+3))
			y.Record(900 + i*i/(r+1))
		}
		a, b = append(a, x.Packed()), append(b, y)
	}
	ps := []float64{0, 0.01, 0.2, 0.5, 0.93, 0.999}
	for i, got := range stats.QuantileDifferencesMs(a, b, ps, 0.9) {
		require.Equal(t, stats.QuantileDifferenceMs(a, b, ps[i], 0.9), got)
	}
	require.Contains(t, stats.QuantileDifferencesMs(a, b, []float64{0.5, 0.4}, 0.9)[1].Unsupported, "0.4 comes after 0.5")
	require.Contains(t, stats.QuantileDifferencesMs(a, b[1:], ps, 0.9)[0].Unsupported, "5")
}
