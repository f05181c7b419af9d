package random

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestZipfFollowsItsLaw(t *testing.T) {
	s := New(11, 0, 0, 0)
	for _, objects := range []int{1, 2, 33, 5000} {
		for _, exponent := range []float64{0, 0.6, 0.9, 1, 1.3, 3} {
			z, err := NewZipf(objects, exponent)
			require.NoError(t, err)
			require.Equal(t, objects, z.Objects())
			require.Equal(t, exponent, z.Exponent())
			weights := make([]float64, objects)
			counts := make([]float64, objects)
			for i := range weights {
				weights[i] = math.Pow(float64(i+1), -exponent)
			}
			for range 100 * max(objects, 1000) {
				counts[z.Draw(&s)]++
			}
			requireLaw(t, counts, weights, "Zipf(%d, %v)", objects, exponent)
		}
	}
}

func TestZipfDrawsNeverChange(t *testing.T) {
	// Guards results across versions, as TestStreamOfAnAddressNeverChanges does.
	for _, test := range []struct {
		objects  int
		exponent float64
		first    []uint32
		all      uint64 // the first 100,000 ranks, mixed
		after    uint64 // what the stream goes on with
	}{
		{40, 0.5, []uint32{0, 11, 3, 12, 35, 17, 4, 17}, 0xdfe3b455b4585976, 0x5208aca8f493ce1d},
		{1_000_000, 0.9, []uint32{1362, 2, 264, 6249, 2, 1644, 75974, 486965}, 0x1527ad1b6b2d9d7a, 0xa43b310d993d1dee},
		{math.MaxUint32, 1, []uint32{69793, 72, 805218265, 93480, 89584, 294, 1, 6059}, 0x90c960a026125eac, 0xc34400c5f5453358},
	} {
		z, err := NewZipf(test.objects, test.exponent)
		require.NoError(t, err)
		s := New(1, 2, Entity("metro/los-angeles"), 3)
		ranks := make([]uint32, 100_000)
		all := uint64(0)
		for i := range ranks {
			ranks[i] = z.Draw(&s)
			all = mix(all ^ uint64(ranks[i]))
		}
		require.Equal(t, test.first, ranks[:len(test.first)])
		require.Equal(t, test.all, all)
		require.Equal(t, test.after, s.Uint64())
	}
}

func TestZipfDrawAllIsDrawForEach(t *testing.T) {
	for _, objects := range []int{1, 40, 1_000_000} {
		for _, exponent := range []float64{0, 0.9, 4} {
			z, err := NewZipf(objects, exponent)
			require.NoError(t, err)
			s := New(14, 0, 0, 0)
			one := s
			for n := range 300 {
				want, got := make([]uint32, n), make([]uint32, n)
				for i := range want {
					want[i] = z.Draw(&one)
				}
				z.DrawAll(&s, got)
				require.Equal(t, want, got)
				require.Equal(t, one, s, "the streams go on alike")
			}
		}
	}
}

func TestZipfProbabilitiesAreExact(t *testing.T) {
	for _, exponent := range []float64{0, 0.6, 0.999, 1, 1.001, 2.5, 15.9} {
		const objects = 300_000
		z, err := NewZipf(objects, exponent)
		require.NoError(t, err)
		sum := 0.0
		for rank := objects; rank >= 1; rank-- {
			sum += math.Pow(float64(rank), -exponent)
		}
		for _, rank := range []float64{1, 2, 1000, objects} {
			require.InEpsilon(t, math.Pow(rank, -exponent)/sum, z.Probability(uint32(rank)-1), 1e-12,
				"exponent %v, rank %v", exponent, rank)
		}
		require.Zero(t, z.Probability(objects))
	}
}

func TestZipfBlocksHoldTheSumOfTheirRanks(t *testing.T) {
	// The closed form that is used for long blocks against the plain sum.
	for _, exponent := range []float64{0, 0.5, 1, 1 + 1e-9, 7, 16} {
		z := &Zipf{exponent: exponent}
		for _, first := range []uint64{1024, 5000, 100_000} {
			last := first + first/16 - 1
			plain := 0.0
			for rank := last; rank >= first; rank-- {
				plain += math.Pow(float64(rank), -exponent)
			}
			require.InEpsilon(t, plain, z.sum(first, last), 2e-13, "exponent %v, ranks %d to %d", exponent, first, last)
		}
	}
}

func TestZipfKeepsARankWithItsRelativeProbability(t *testing.T) {
	// The short cuts of keep must agree with the power they save.
	s := New(12, 0, 0, 0)
	for _, exponent := range []float64{0, 0.3, 0.9, 1.3, 5} {
		z, err := NewZipf(1_000_000, exponent)
		require.NoError(t, err)
		for range 200_000 {
			b := z.cells[s.Uint64N(uint64(len(z.cells)))].block(s.Uint64N(2))
			rank := b.first + uint32(s.Uint64N(uint64(b.width)))
			exact := math.Pow(float64(rank)/float64(b.first), -exponent)
			coin := uint32(s.Uint64())
			if math.Abs(float64(coin)*0x1p-32-exact) < 1e-12 || b.width == 1 {
				continue
			}
			if kept := coin < b.sure || z.keep(b, rank, coin); kept != (float64(coin)*0x1p-32 < exact) {
				require.FailNow(t, "kept or not", "%v: exponent %v rank %d coin %d", kept, exponent, rank, coin)
			}
		}
	}
}

func TestZipfTakesTheLargestCatalogueAndAnyExponent(t *testing.T) {
	s := New(13, 0, 0, 0)
	for _, exponent := range []float64{0, 1, 100, 1e6} {
		z, err := NewZipf(math.MaxUint32, exponent)
		require.NoError(t, err)
		require.LessOrEqual(t, len(z.cells)*32, 11<<10, "bytes of the table")
		for range 10_000 {
			if rank := z.Draw(&s); rank == math.MaxUint32 {
				require.Less(t, rank, uint32(math.MaxUint32))
			}
		}
	}
	// The harmonic number of 2^32 - 1, from its asymptotic series.
	z, err := NewZipf(math.MaxUint32, 1)
	require.NoError(t, err)
	n := float64(math.MaxUint32)
	require.InEpsilon(t, 1/(math.Log(n)+0.57721566490153286+1/(2*n)), z.Probability(0), 1e-13)
}

func TestNewZipfRefusesImpossibleParameters(t *testing.T) {
	for name, test := range map[string]struct {
		objects  int
		exponent float64
		says     string
	}{
		"no objects":   {0, 1, "objects is 0"},
		"negative":     {-3, 1, "objects is -3"},
		"too many":     {1 << 32, 1, "objects is 4294967296"},
		"negative exp": {10, -0.1, "exponent is -0.1"},
		"not a number": {10, math.NaN(), "exponent is NaN"},
		"infinite":     {10, math.Inf(1), "exponent is +Inf"},
	} {
		z, err := NewZipf(test.objects, test.exponent)
		require.ErrorContains(t, err, test.says, name)
		require.Nil(t, z, name)
	}
}
