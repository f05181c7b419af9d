package stats_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// sketchOf returns a sketch of values, some of them doubled.
func sketchOf(seed uint64, n int) *stats.Sketch {
	random := rand.New(rand.NewPCG(seed, 1))
	s := new(stats.Sketch)
	for range n {
		s.RecordN(int64(math.Exp(random.Float64()*43)), 1+random.Uint64N(300))
	}
	return s
}

func TestAPackedSketchHoldsTheSame(t *testing.T) {
	for name, s := range map[string]*stats.Sketch{
		"nil": nil, "empty": new(stats.Sketch), "one": sketchOf(1, 1), "few": sketchOf(2, 40), "many": sketchOf(3, 5000),
	} {
		t.Run(name, func(t *testing.T) {
			packed := s.Packed()
			require.True(t, packed.Equal(s))
			require.True(t, s.Equal(packed))
			require.True(t, packed.Packed().Equal(packed.Clone()))
			want, err := s.MarshalBinary()
			require.NoError(t, err)
			is, err := packed.MarshalBinary()
			require.NoError(t, err)
			require.Equal(t, want, is)
			for _, p := range []float64{0, 0.1, 0.5, 0.99, 1} {
				require.Equal(t, math.Float64bits(s.QuantileNs(p)), math.Float64bits(packed.QuantileNs(p)))
			}
			require.Equal(t, math.Float64bits(s.MeanNs()), math.Float64bits(packed.MeanNs()))
			if s.Count() > 0 {
				require.Equal(t, s.CDF(s.MinNs()+1000), packed.CDF(s.MinNs()+1000))
			}
		})
	}
}

func TestAPackedSketchIsRecordedIntoAndMergedAsAnyOther(t *testing.T) {
	values := []int64{1, 127, 128, 3e6, 5e6, 5e6, math.MaxInt64}
	record := map[string]func(*stats.Sketch){
		"Record":    func(s *stats.Sketch) { s.Record(5e6) },
		"RecordN":   func(s *stats.Sketch) { s.RecordN(1, 3) },
		"RecordAll": func(s *stats.Sketch) { s.RecordAll(values) },
		"Merge":     func(s *stats.Sketch) { s.Merge(sketchOf(7, 10)) },
		"of packed": func(s *stats.Sketch) { s.Merge(sketchOf(7, 10).Packed()) },
		"nothing":   func(s *stats.Sketch) { s.RecordAll(nil) },
		"invalid":   func(s *stats.Sketch) { s.Record(-1) },
	}
	for name, into := range record {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{0, 1, 100} {
				plain := sketchOf(4, n)
				packed := plain.Packed()
				kept := packed.Packed()
				into(plain)
				into(packed)
				require.True(t, plain.Equal(packed), "%d values", n)
				require.True(t, kept.Equal(sketchOf(4, n)), "a copy of a packed sketch is its own")
				packed.Reset()
				require.Zero(t, packed.Count())
				require.True(t, packed.Equal(new(stats.Sketch)))
			}
		})
	}
}

func TestAPackedSketchIsSmall(t *testing.T) {
	s := sketchOf(5, 100)
	kept := make([]*stats.Sketch, 1000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range kept {
		kept[i] = s.Packed()
	}
	runtime.ReadMemStats(&after)
	require.Less(t, (after.TotalAlloc-before.TotalAlloc)/1000, uint64(3000), "bytes, those that are freed at once included")
	require.True(t, kept[999].Equal(s))
}
