package report

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/sim/cache"
)

func missRatioPoints(misses ...int64) []cache.Point {
	var points []cache.Point
	for i, m := range misses {
		points = append(points, cache.Point{Capacity: 1 << (4 * i), Result: cache.Result{
			Requests: 1000, Misses: m, RequestBytes: 5000, MissBytes: 4 * m}})
	}
	return points
}

func TestMissRatioCurvesAreDrawnTheSameEachTime(t *testing.T) {
	m := MissRatios{
		Title: "trace", Unit: cache.Bytes, OfBytes: true,
		Lines: []MissRatioLine{{"lru", missRatioPoints(900, 700, 500, 300, 200)}, {"sieve", missRatioPoints(200)}},
		Bound: cache.Result{Requests: 1000, Misses: 200, RequestBytes: 5000, MissBytes: 800},
	}
	var first, second, png bytes.Buffer
	for _, b := range []*bytes.Buffer{&first, &second} {
		p, err := MissRatioCurves(m)
		require.NoError(t, err)
		require.NoError(t, p.WriteSVG(b))
		if b == &first {
			require.NoError(t, p.WritePNG(&png))
		}
	}
	require.Equal(t, first.String(), second.String())
	for _, text := range []string{"lru", "sieve", "share of bytes that miss", "16.0 % miss however large it is", "1000 requests for 200 objects", "10 kB"} {
		require.Contains(t, first.String(), text)
	}
	require.True(t, bytes.HasPrefix(png.Bytes(), []byte("\x89PNG")))
}

func TestMissRatioCurvesNameWhatIsMissing(t *testing.T) {
	_, err := MissRatioCurves(MissRatios{})
	require.ErrorContains(t, err, "there are no lines")
	_, err = MissRatioCurves(MissRatios{Lines: []MissRatioLine{{Name: "lru"}}})
	require.ErrorContains(t, err, `line "lru" has no points`)
	_, err = MissRatioCurves(MissRatios{Lines: []MissRatioLine{{"lru", []cache.Point{{}}}}})
	require.ErrorContains(t, err, "a capacity of 0")
}
