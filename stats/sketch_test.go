package stats_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/stats"
)

// laws are latencies in nanoseconds of different shapes.
var laws = map[string]func(*rand.Rand) float64{
	"lognormal":    func(r *rand.Rand) float64 { return 20e6 * math.Exp(0.5*r.NormFloat64()) },
	"pareto":       func(r *rand.Rand) float64 { return 2e6 * math.Pow(1-r.Float64(), -1/1.2) },
	"nanoseconds":  func(r *rand.Rand) float64 { return 100 * r.ExpFloat64() },
	"whole range":  func(r *rand.Rand) float64 { return math.Exp(43 * r.Float64()) },
	"bimodal":      func(r *rand.Rand) float64 { return 5e6 + 120e6*float64(r.IntN(2)) + 1e6*r.NormFloat64() },
	"a few values": func(r *rand.Rand) float64 { return float64(1+r.IntN(5)) * 7.77e6 },
}

func draw(law string, n int, seed uint64) []int64 {
	r := rand.New(rand.NewPCG(seed, 0))
	values := make([]int64, n)
	for i := range values {
		values[i] = int64(math.Max(0, laws[law](r)))
	}
	return values
}

func record(values []int64) *stats.Sketch {
	s := new(stats.Sketch)
	for _, v := range values {
		s.Record(v)
	}
	return s
}

func TestQuantileStaysWithinTheStatedErrorOfTheOrderStatistic(t *testing.T) {
	for law := range laws {
		t.Run(law, func(t *testing.T) {
			values := draw(law, 50_000, 7)
			s := record(values)
			slices.Sort(values)
			before := 0.0
			for _, p := range []float64{0, 1e-4, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1} {
				exact := float64(values[max(0, int(math.Ceil(p*float64(len(values))))-1)])
				got := s.QuantileNs(p)
				require.InDelta(t, exact, got, stats.RelativeError*exact, "p = %v", p)
				require.GreaterOrEqual(t, got, before, "quantiles fall at p = %v", p)
				before = got
			}
			require.EqualValues(t, values[0], s.QuantileNs(0))
			require.EqualValues(t, values[len(values)-1], s.QuantileNs(1))
		})
	}
}

func TestTheStatedErrorIsReached(t *testing.T) {
	// Nearly all values at the lower edge of a cell that is as wide as they come: the bound is no
	// exaggeration.
	const low = int64(128) << 20
	s := new(stats.Sketch)
	s.RecordN(low, 999)
	s.Record(low + low/128 - 1)
	require.InEpsilon(t, float64(low)*(1+0.99*stats.RelativeError), s.QuantileNs(0.99), 1e-4)
}

func TestQuantileOfEqualValuesIsExact(t *testing.T) {
	for _, v := range []int64{0, 1, 127, 128, 255, 256, 123_456_789, math.MaxInt64} {
		s := new(stats.Sketch)
		s.RecordN(v, 3)
		require.EqualValues(t, float64(v), s.QuantileNs(0.5), "value %d", v)
	}
}

func TestCountSumAndExtremesAreExact(t *testing.T) {
	for law := range laws {
		values := draw(law, 10_000, 3)
		s := record(values)
		sum := new(big.Int)
		for _, v := range values {
			sum.Add(sum, big.NewInt(v))
		}
		high, low := s.SumNs()
		got := new(big.Int).SetUint64(high)
		got.Lsh(got, 64).Add(got, new(big.Int).SetUint64(low))
		require.Equal(t, sum.String(), got.String())
		mean, _ := new(big.Rat).SetFrac(sum, big.NewInt(int64(len(values)))).Float64()
		require.InEpsilon(t, mean, s.MeanNs(), 1e-15)
		require.EqualValues(t, len(values), s.Count())
		require.Equal(t, slices.Min(values), s.MinNs())
		require.Equal(t, slices.Max(values), s.MaxNs())
	}
}

func TestSumDoesNotOverflow(t *testing.T) {
	s := new(stats.Sketch)
	s.RecordN(math.MaxInt64, 4)
	for range 4 {
		s.Record(math.MaxInt64)
	}
	high, low := s.SumNs() // 8 x (2^63 - 1) = 4 x 2^64 - 8
	require.EqualValues(t, 3, high)
	require.Equal(t, uint64(1<<64-8), low)
	require.InEpsilon(t, float64(math.MaxInt64), s.MeanNs(), 1e-15)
}

func TestNegativeValuesAreCountedApart(t *testing.T) {
	s := new(stats.Sketch)
	s.Record(-1)
	s.Record(10)
	s.Record(math.MinInt64)
	s.RecordN(-7, 5)
	require.EqualValues(t, 7, s.Invalid())
	require.EqualValues(t, 1, s.Count())
	require.EqualValues(t, 10, s.MinNs())
	require.EqualValues(t, 10, s.MeanNs())
}

func TestRecordNIsRecordRepeated(t *testing.T) {
	many, one := new(stats.Sketch), new(stats.Sketch)
	for i, v := range draw("whole range", 200, 1) {
		many.RecordN(v, uint64(i%4))
		for range i % 4 {
			one.Record(v)
		}
	}
	require.True(t, many.Equal(one))
}

func TestRecordAllIsRecordForEach(t *testing.T) {
	// Where cells begin to be wider than a value, where float64 ceases to hold every value, and the ends.
	borders := []int64{0, 127, 128, 255, 256, 1<<53 - 1, 1 << 53, 1<<53 + 1, 1<<54 - 1, math.MaxInt64, math.MinInt64}
	draws := rand.New(rand.NewPCG(9, 0))
	var all, each stats.Sketch
	for range 300 {
		values := make([]int64, draws.IntN(70))
		for i := range values {
			values[i] = int64(draws.Uint64()>>draws.IntN(64)) - 2 // every octave, and some negative
			if draws.IntN(4) == 0 {
				values[i] = borders[draws.IntN(len(borders))]
			}
		}
		all.RecordAll(values)
		for _, v := range values {
			each.Record(v)
		}
	}
	require.NotZero(t, all.Invalid())
	require.True(t, all.Equal(&each))
	require.Equal(t, each.Invalid(), all.Invalid())
}

func TestCDFIsTheShareAtMostX(t *testing.T) {
	s := record([]int64{10, 20, 20, 40})
	for _, c := range []struct {
		ns    int64
		share float64
	}{{-1, 0}, {9, 0}, {10, 0.25}, {19, 0.25}, {20, 0.75}, {39, 0.75}, {40, 1}, {math.MaxInt64, 1}} {
		require.Equal(t, c.share, s.CDF(c.ns), "at %d", c.ns)
	}
	for law := range laws {
		values := draw(law, 20_000, 11)
		s := record(values)
		slices.Sort(values)
		for i := 0; i < len(values); i += 97 {
			// The exact share at x lies between the CDF one cell below and one cell above.
			x := values[i]
			cell := int64(stats.RelativeError*float64(x)) + 1
			exact := float64(upTo(values, x)) / float64(len(values))
			require.LessOrEqual(t, s.CDF(x-cell), exact+1e-12, "%s at %d", law, x)
			require.GreaterOrEqual(t, s.CDF(x+cell), exact-1e-12, "%s at %d", law, x)
		}
	}
}

// upTo counts the values of a sorted slice that are at most x.
func upTo(sorted []int64, x int64) int {
	i, _ := slices.BinarySearch(sorted, x+1)
	return i
}

func TestCellsTileTheWholeRange(t *testing.T) {
	s := new(stats.Sketch)
	next := int64(0)
	for cells := 0; ; cells++ {
		s.Reset()
		s.Record(next)
		var cell stats.Cell
		for c := range s.Cells() {
			cell = c
		}
		require.Equal(t, next, cell.LowNs)
		require.LessOrEqual(t, float64(cell.HighNs-cell.LowNs), stats.RelativeError*float64(cell.LowNs))
		if cell.HighNs == math.MaxInt64 {
			require.Equal(t, 57*128, cells+1)
			return
		}
		next = cell.HighNs + 1
	}
}

func TestMergeGivesTheSameBitsInAnyOrderAndGrouping(t *testing.T) {
	parts := make([]*stats.Sketch, 8)
	whole := new(stats.Sketch)
	i := 0
	for law := range laws {
		values := draw(law, 1000, uint64(i))
		parts[i] = record(values)
		for _, v := range values {
			whole.Record(v)
		}
		i++
	}
	parts[i] = new(stats.Sketch) // and a nil one
	want, err := whole.MarshalBinary()
	require.NoError(t, err)
	r := rand.New(rand.NewPCG(1, 1))
	for range 50 {
		r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		cut := r.IntN(len(parts) + 1)
		left, right := stats.Pool(parts[:cut]), stats.Pool(parts[cut:])
		right.Merge(left)
		got, err := right.MarshalBinary()
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.True(t, whole.Equal(right))
	}
}

func TestMergeWithItselfDoubles(t *testing.T) {
	values := draw("pareto", 100, 1)
	s := record(values)
	s.Merge(s)
	require.True(t, s.Equal(record(append(values, values...))))
}

func TestCloneIsIndependent(t *testing.T) {
	s := record([]int64{1, 2, 3})
	c := s.Clone()
	c.Record(2)
	require.EqualValues(t, 3, s.Count())
	require.True(t, s.Equal(record([]int64{1, 2, 3})))
	require.False(t, s.Equal(c))
}

func TestEqualSeesEveryDifference(t *testing.T) {
	base := record([]int64{1e6, 2e6, 3e6})
	negative := base.Clone()
	negative.Record(-1)
	for name, other := range map[string]*stats.Sketch{
		"count":         record([]int64{1e6, 2e6, 2e6, 3e6}),
		"cell":          record([]int64{1e6, 1.9e6, 3.1e6}),
		"within a cell": record([]int64{1e6, 2e6 + 1, 3e6}),
		"invalid":       negative,
		"empty":         new(stats.Sketch),
		"nil":           nil,
	} {
		require.False(t, base.Equal(other), name)
		require.False(t, other.Equal(base), name)
	}
	// Same count, sum and extremes, other cells in between.
	require.False(t, record([]int64{1e6, 4e6, 5e6, 9e6}).Equal(record([]int64{1e6, 3e6, 6e6, 9e6})))
	require.True(t, (*stats.Sketch)(nil).Equal(new(stats.Sketch)))
}

func TestResetSketchIsLikeNew(t *testing.T) {
	s := record(draw("whole range", 1000, 1))
	s.Record(-1)
	s.Reset()
	require.True(t, s.Equal(new(stats.Sketch)))
	values := append([]int64{0}, draw("pareto", 100, 2)...)
	for _, v := range values {
		s.Record(v)
	}
	require.True(t, s.Equal(record(values)))
}

func TestNilAndEmptySketchesReadAsEmpty(t *testing.T) {
	for _, s := range []*stats.Sketch{nil, new(stats.Sketch)} {
		require.Zero(t, s.Count())
		require.Zero(t, s.Invalid())
		require.Zero(t, s.MinNs())
		require.Zero(t, s.MaxNs())
		require.True(t, math.IsNaN(s.MeanNs()))
		require.True(t, math.IsNaN(s.QuantileNs(0.5)))
		require.True(t, math.IsNaN(s.CDF(1)))
		require.True(t, s.Clone().Equal(s))
		for range s.Cells() {
			t.Fatal("an empty sketch has a cell")
		}
	}
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		require.True(t, math.IsNaN(record([]int64{1}).QuantileNs(p)), "p = %v", p)
	}
}

func TestRecordDoesNotAllocateInSteadyState(t *testing.T) {
	values := draw("lognormal", 1000, 1)
	s := record(values)
	other := record(values)
	require.Zero(t, testing.AllocsPerRun(100, func() {
		for _, v := range values {
			s.Record(v)
		}
		s.Merge(other)
	}))
}

func TestManyQuantilesAndSharesAreThoseOfOneAtATime(t *testing.T) {
	s := new(stats.Sketch)
	for i := range int64(2000) {
		s.RecordN(i*i*37%1_000_003, uint64(1+i%5))
	}
	var ps []float64
	for i := range 301 {
		ps = append(ps, float64(i)/300)
	}
	var ns []int64
	for at := int64(-5); at < 1_100_000; at += 997 {
		ns = append(ns, at)
	}
	ns = append(ns, s.MaxNs()-1, s.MaxNs(), s.MaxNs()+1)
	slices.Sort(ns)
	for _, s := range []*stats.Sketch{s, s.Packed(), {}, nil} {
		for i, got := range s.QuantilesNs(ps) {
			requireSame(t, s.QuantileNs(ps[i]), got)
		}
		for i, got := range s.CDFs(ns) {
			requireSame(t, s.CDF(ns[i]), got)
		}
	}
	require.True(t, math.IsNaN(s.QuantilesNs([]float64{0.5, 0.4})[0]), "shares must ascend")
	require.True(t, math.IsNaN(s.QuantilesNs([]float64{0.5, 1.1})[0]))
	require.True(t, math.IsNaN(s.CDFs([]int64{2, 1})[0]), "latencies must ascend")
	require.Empty(t, s.QuantilesNs(nil))
}

// requireSame holds a number against another to the bit; NaN is NaN.
func requireSame(t *testing.T, want, got float64) {
	t.Helper()
	require.Equal(t, math.Float64bits(want), math.Float64bits(got), "want %v, got %v", want, got)
}
