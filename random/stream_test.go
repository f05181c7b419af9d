package random

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

var _ rand.Source = (*Stream)(nil)

func TestStreamYieldsThePublishedSequenceOfXoshiro256PlusPlus(t *testing.T) {
	// The authors' C program started from the state {1, 2, 3, 4}.
	s := Stream{1, 2, 3, 4}
	for i, want := range []uint64{
		41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205,
		9973669472204895162, 14011001112246962877, 12406186145184390807, 15849039046786891736,
		10450023813501588000,
	} {
		require.Equal(t, want, s.Uint64(), "draw %d", i)
	}
}

func TestStreamOfAnAddressNeverChanges(t *testing.T) {
	// Guards results across versions: whoever changes these words changes every simulation.
	s := New(1, 2, Entity("metro/los-angeles"), 3)
	require.Equal(t, []uint64{0x78b1b58f4c95c184, 0x4e541da7d76a408a, 0x2321ed5f7fd49882},
		[]uint64{s.Uint64(), s.Uint64(), s.Uint64()})
}

func TestEveryWordOfAnAddressGivesAnotherStream(t *testing.T) {
	seen := map[Stream][4]uint64{}
	for word := range 4 {
		for bit := range 64 {
			address := [4]uint64{}
			address[word] = 1 << bit
			s := New(address[0], address[1], address[2], address[3])
			require.NotContains(t, seen, s, "%v", address)
			seen[s] = address
		}
	}
	swapped := New(0, 1, 2, 3)
	require.NotEqual(t, New(0, 2, 1, 3), swapped, "the order of the words counts")
}

func TestStreamsOfNeighbouringAddressesAreUncorrelated(t *testing.T) {
	// Correlation of 1000 neighbours over 1000 draws; its standard error is 1e-3.
	for _, vary := range []string{"seed", "replication", "entity", "purpose"} {
		stream := map[string]func(i uint64) Stream{
			"seed":        func(i uint64) Stream { return New(i, 0, 0, 0) },
			"replication": func(i uint64) Stream { return New(0, i, 0, 0) },
			"entity":      func(i uint64) Stream { return New(0, 0, i, 0) },
			"purpose":     func(i uint64) Stream { return New(0, 0, 0, i) },
		}[vary]
		const streams, draws = 1000, 1000
		sum := 0.0
		for i := range uint64(streams) {
			a, b := stream(i), stream(i+1)
			for range draws {
				sum += (a.Float64() - 0.5) * (b.Float64() - 0.5) * 12
			}
		}
		require.InDelta(t, 0, sum/(streams*draws), 4e-3, vary)
	}
}

func TestFloat64IsUniform(t *testing.T) {
	s := New(1, 0, 0, 0)
	for name, draw := range map[string]func() float64{"Float64": s.Float64, "OpenFloat64": s.OpenFloat64} {
		counts := make([]float64, 1000)
		for range 1_000_000 {
			counts[int(draw()*1000)]++
		}
		requireUniform(t, counts, name)
	}
}

func TestUnitStaysInsideTheOpenInterval(t *testing.T) {
	require.Equal(t, 0x1p-53, Unit(0))
	require.Equal(t, 1-0x1p-53, Unit(1<<64-1))
}

func TestUint64NIsUnbiased(t *testing.T) {
	s := New(2, 0, 0, 0)
	for _, n := range []uint64{1, 2, 3, 7, 1000} {
		counts := make([]float64, n)
		for range 200_000 {
			counts[s.Uint64N(n)]++
		}
		requireUniform(t, counts, "n = %d", n)
	}
	// With n = 3 * 2^62, taking the remainder would give the lowest quarter of the range twice as often.
	const n = 3 << 62
	thirds := make([]float64, 3)
	for range 300_000 {
		thirds[s.Uint64N(n)>>62]++ // panics if it is not below n
	}
	requireUniform(t, thirds, "n = 3 * 2^62")
}

func TestUint64NOfZeroGivesAllBits(t *testing.T) {
	a, b := New(3, 0, 0, 0), New(3, 0, 0, 0)
	require.Equal(t, a.Uint64(), b.Uint64N(0))
}

func TestStreamServesAsSourceForGonum(t *testing.T) {
	s := New(4, 0, 0, 0)
	law := distuv.Gamma{Alpha: 2, Beta: 1, Src: &s}
	sum := 0.0
	for range 100_000 {
		sum += law.Rand()
	}
	require.InDelta(t, 2, sum/100_000, 4*1.4142/316)
}

// requireUniform checks that counts of equally likely outcomes pass a chi-square test at a level that a
// sound generator fails once in 10,000 seeds.
func requireUniform(t *testing.T, counts []float64, what string, args ...any) {
	t.Helper()
	expected := make([]float64, len(counts))
	for i := range expected {
		expected[i] = 1
	}
	requireLaw(t, counts, expected, what, args...)
}

// requireLaw is requireUniform for outcomes with the given weights; outcomes expected less than ten
// times are taken together.
func requireLaw(t *testing.T, counts, weights []float64, what string, args ...any) {
	t.Helper()
	total, sum := 0.0, 0.0
	for i := range counts {
		total += counts[i]
		sum += weights[i]
	}
	statistic, cells, restCount, restExpected := 0.0, 0, 0.0, 0.0
	add := func(count, expected float64) {
		statistic += (count - expected) * (count - expected) / expected
		cells++
	}
	for i := range counts {
		expected := weights[i] / sum * total
		if expected < 10 {
			restCount += counts[i]
			restExpected += expected
			if restExpected >= 10 {
				add(restCount, restExpected)
				restCount, restExpected = 0, 0
			}
			continue
		}
		add(counts[i], expected)
	}
	if restExpected > 0 {
		add(restCount, restExpected)
	}
	if cells == 1 {
		return
	}
	p := distuv.ChiSquared{K: float64(cells - 1)}.Survival(statistic)
	require.Greater(t, p, 1e-4, append([]any{what + ": chi-square %v over %d cells"}, append(args, statistic, cells)...)...)
}
