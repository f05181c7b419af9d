package stats_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

func TestCoarseQuantilesAreThoseOfSortingWithinACell(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var c stats.Coarse
	var all []float64
	for range 20_000 {
		ns := math.Exp(13 + 2*rng.NormFloat64())
		all = append(all, math.Floor(ns))
		c.Record(int64(ns))
	}
	slices.Sort(all)
	require.EqualValues(t, len(all), c.Count())
	for _, p := range []float64{0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999} {
		exact := all[int(math.Ceil(p*float64(len(all))))-1]
		require.InEpsilon(t, exact, c.QuantileNs(p), stats.CoarseError, "p%v", p)
	}
	require.True(t, math.IsNaN(new(stats.Coarse).QuantileNs(0.5)))
}

func TestCoarseMergesInAnyOrderToTheSame(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var whole stats.Coarse
	parts := make([]stats.Coarse, 7)
	extremes := []int64{0, 1, 2, 15, 16, 17, 31, 32, 1 << 40, math.MaxInt64}
	for i := range 5000 {
		ns := int64(rng.ExpFloat64() * 1e7)
		if i < len(extremes) {
			ns = extremes[i]
		}
		whole.Record(ns)
		parts[rng.IntN(len(parts))].Record(ns)
	}
	var forth, back stats.Coarse
	back.Record(7)
	back.Reset()
	require.True(t, back.IsEmpty())
	for i := range parts {
		forth.Merge(&parts[i])
		back.Merge(&parts[len(parts)-1-i])
	}
	forth.Merge(new(stats.Coarse))
	require.True(t, forth.Equal(&whole))
	require.True(t, back.Equal(&whole))
	parts[0].Record(1)
	require.False(t, parts[0].Equal(&parts[1]))

	data, err := whole.AppendBinary(nil)
	require.NoError(t, err)
	same, err := back.AppendBinary(nil)
	require.NoError(t, err)
	require.Equal(t, data, same)
	var read stats.Coarse
	rest, err := read.Decode(append(data, 7))
	require.NoError(t, err)
	require.Equal(t, []byte{7}, rest)
	require.True(t, read.Equal(&whole))
}

func FuzzCoarseDecoder(f *testing.F) {
	var c stats.Coarse
	for _, ns := range []int64{1, 5, 1e6, 3e6, math.MaxInt64} {
		c.Record(ns)
	}
	data, _ := c.AppendBinary(nil)
	f.Add(data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		var c stats.Coarse
		rest, err := c.Decode(data)
		if err != nil {
			return
		}
		again, _ := c.AppendBinary(nil)
		var d stats.Coarse
		_, err = d.Decode(again)
		require.NoError(t, err)
		require.True(t, c.Equal(&d))
		require.LessOrEqual(t, len(rest), len(data))
	})
}
