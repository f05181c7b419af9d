package workload

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/random"
)

func TestPartsAreOfTheirLawAndWithinTheirObject(t *testing.T) {
	const draws, size = 20_000, 1_000_000
	law := Ranges{Share: 0.4, Lengths: Sizes{LnMean: math.Log(10_000), LnSD: 0.5}}.Law()
	key := random.Key(5)
	whole, sum, from, short := 0.0, 0.0, 0.0, 0.0
	for i := range uint64(draws) {
		stream := key.StreamAt(i)
		a, b := law.Draw(&stream, size)
		require.True(t, 0 <= a && a < b && b <= size)
		if a == 0 && b == size {
			whole++
			continue
		}
		sum += math.Log(float64(b - a))
		from += float64(a) / float64(size-(b-a))
		again := key.StreamAt(i)
		if a, b = law.Draw(&again, 8000); a == 0 && b == 8000 {
			short++ // an object as long as that is asked for whole
		}
	}
	n := draws - whole
	require.InDelta(t, 0.6, whole/draws, 4*math.Sqrt(0.24/draws))
	require.InDelta(t, math.Log(10_000), sum/n, 4*0.5/math.Sqrt(n))
	require.InDelta(t, 0.5, from/n, 4*math.Sqrt(1.0/12/n), "anywhere alike")
	// P(length >= 8,000) = Phi(ln(1.25)/0.5) = 0.6723.
	require.InDelta(t, 0.6723, short/n, 4*math.Sqrt(0.22/n))

	atStart := Ranges{Share: 1, Lengths: Sizes{LnMean: math.Log(10_000)}, From: AtStart}.Law()
	stream := key.StreamAt(0)
	a, b := atStart.Draw(&stream, size)
	require.Equal(t, [2]int64{0, 10_000}, [2]int64{a, b})
}

func TestRangesAreRefusedThatHaveNoEffect(t *testing.T) {
	require.NoError(t, Ranges{}.Validate())
	require.ErrorContains(t, Ranges{From: AtStart}.Validate(), "Share is 0; want more than 0")
	require.ErrorContains(t, Ranges{Share: 2}.Validate(), "Share")
	require.ErrorContains(t, Ranges{Share: 1, From: 7}.Validate(), "From")
	require.ErrorContains(t, Ranges{Share: 1, Lengths: Sizes{LnSD: -1}}.Validate(), "Lengths.LnSD")
	from, err := ParseRangeStart("start")
	require.NoError(t, err)
	require.Equal(t, "start", from.String())
	_, err = ParseRangeStart("end")
	require.ErrorContains(t, err, "anywhere, start")
}
