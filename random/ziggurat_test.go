package random

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/gonum/stat/distuv"
)

func TestLayersCloseAtTheTopOfTheDensity(t *testing.T) {
	// Equal areas from the edge inwards must end at f(0) = 1; a wrong edge or area would not.
	for name, z := range map[string]*ziggurat{"exponential": &exponentialLayers, "normal": &normalLayers} {
		area := z.height[255] * z.scale[0] * positions
		outer := z.scale[1] * positions
		require.InDelta(t, 1, z.height[1]+area/outer, 1e-9, name)
		for i := 1; i < 256; i++ {
			require.Greater(t, z.height[i-1], z.height[i], "%s layer %d", name, i)
			require.Less(t, z.sure[i], uint64(positions), "%s layer %d", name, i)
		}
	}
}

func TestExpNormalAndLognormalFollowTheirLaws(t *testing.T) {
	const n = 1_000_000
	tests := []struct {
		name    string
		draw    func(*Stream) float64
		cdf     func(float64) float64
		moments []float64 // raw, from the first
	}{
		{"exponential", (*Stream).Exp, distuv.Exponential{Rate: 1}.CDF, []float64{1, 2, 6, 24}},
		{"normal", (*Stream).Normal, distuv.UnitNormal.CDF, []float64{0, 1, 0, 3}},
		{"lognormal", func(s *Stream) float64 { return s.Lognormal(1, 0.5) }, distuv.LogNormal{Mu: 1, Sigma: 0.5}.CDF,
			[]float64{math.Exp(1.125), math.Exp(2.5)}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := New(5, 0, 0, 0)
			counts := make([]float64, 1000) // equal cells of the distribution function
			sums := make([]float64, len(test.moments))
			squares := make([]float64, len(test.moments))
			for range n {
				x := test.draw(&s)
				counts[min(int(test.cdf(x)*1000), 999)]++
				power := 1.0
				for i := range sums {
					power *= x
					sums[i] += power
					squares[i] += power * power
				}
			}
			requireUniform(t, counts, test.name)
			for i, want := range test.moments {
				mean := sums[i] / n
				deviation := math.Sqrt((squares[i]/n - mean*mean) / n)
				require.InDelta(t, want, mean, 4.5*deviation, "moment %d", i+1)
			}
		})
	}
}

func TestExpAllIsExpForEach(t *testing.T) {
	s := New(17, 0, 0, 0)
	one := s
	for n := range 1000 {
		want, got := make([]float64, n), make([]float64, n)
		for i := range want {
			want[i] = one.Exp()
		}
		s.ExpAll(got)
		require.Equal(t, want, got)
		require.Equal(t, one, s, "the streams go on alike")
	}
}

func TestDrawsNeverChange(t *testing.T) {
	// Guards results across versions, to the last bit, as TestStreamOfAnAddressNeverChanges does. The layers of
	// a ziggurat are in it, as hardly any draw is without them.
	for _, test := range []struct {
		name string
		draw func(*Stream) float64
		all  uint64 // the bits of 1,000,000 numbers, mixed
	}{
		{"exponential", (*Stream).Exp, 0x4b8547848a3e7ec7},
		{"normal", (*Stream).Normal, 0x40fe75f7ef178404},
		{"lognormal", func(s *Stream) float64 { return s.Lognormal(9, 3) }, 0x1e44b98d3ee2ed41},
	} {
		s := New(1, 2, Entity("metro/los-angeles"), 3)
		all := uint64(0)
		for range 1_000_000 {
			all = mix(all ^ math.Float64bits(test.draw(&s)))
		}
		require.Equal(t, test.all, all, test.name)
	}
}

func TestTailsBeyondTheZigguratFollowTheirLaws(t *testing.T) {
	const n = 5_000_000
	s := New(16, 0, 0, 0)
	exps, normals := 0, 0
	expSum, normalSum := 0.0, 0.0
	for range n {
		if x := s.Exp(); x > exponentialEdge {
			exps++
			expSum += x - exponentialEdge
		}
		if x := math.Abs(s.Normal()); x > normalEdge {
			normals++
			normalSum += x
		}
	}
	expected := n * math.Exp(-exponentialEdge)
	require.InDelta(t, expected, exps, 4*math.Sqrt(expected))
	require.InDelta(t, 1, expSum/float64(exps), 4/math.Sqrt(float64(exps)))

	share := 2 * distuv.UnitNormal.Survival(normalEdge)
	require.InDelta(t, n*share, normals, 4*math.Sqrt(n*share))
	// The mean beyond r is f(r) / (1 - F(r)), here 3.9070, the deviation about 0.24.
	mean := 2 * distuv.UnitNormal.Prob(normalEdge) / share
	require.InDelta(t, mean, normalSum/float64(normals), 4*0.24/math.Sqrt(float64(normals)))
}

func TestPowerAgreesWithTheStandardLibrary(t *testing.T) {
	s := New(7, 0, 0, 0)
	for range 20_000 {
		y := 1400*s.Float64() - 700
		require.InEpsilon(t, math.Exp(y), power(y), 1e-15, "exp %v", y)
	}
	require.Equal(t, 1.0, power(0))
	require.Zero(t, power(-800))
	require.Equal(t, math.Exp(-740), power(-740), "a subnormal number")
	require.InEpsilon(t, math.Exp(709)*math.Exp(.5), power(709.5), 1e-15, "math.Exp(709.5) is infinite on amd64")
	require.Equal(t, math.Inf(1), power(710))
}
