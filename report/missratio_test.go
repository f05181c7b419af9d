package report

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/cache"
	"github.com/edgewise-sim/edgewise/internal/look"
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

func TestEveryLineHasColourDashAndSymbolOfItsOwn(t *testing.T) {
	seen, inGrey := make(map[string]bool), make(map[string]bool)
	for i := range 391 {
		style := look.Line(i)
		key := fmt.Sprint(style.Color, style.Dashes, *symbolOf(i))
		require.False(t, seen[key], "line %d", i)
		seen[key] = true
		if i < 25 { // as many as there are policies
			key := fmt.Sprint(style.Dashes, *symbolOf(i))
			require.False(t, inGrey[key], "line %d without its colour", i)
			inGrey[key] = true
		}
	}
}

func TestTheSymbolsOfAPictureAreThoseOfItsKey(t *testing.T) {
	var lines []MissRatioLine
	for i := range 12 {
		lines = append(lines, MissRatioLine{fmt.Sprint("policy ", i), missRatioPoints(900-int64(i), 700, 500, 300, 200)})
	}
	p, err := MissRatioCurves(MissRatios{Unit: cache.Objects, Lines: lines, Bound: cache.Result{Requests: 1000, Misses: 200}})
	require.NoError(t, err)
	var svg bytes.Buffer
	require.NoError(t, p.WriteSVG(&svg))
	c := look.Line(2).Color.(color.NRGBA) // the first triangle: filled in this colour
	triangles := strings.Count(svg.String(), fmt.Sprintf("fill:#%02X%02X%02X", c.R, c.G, c.B))
	require.Equal(t, symbolsOnLine+1, triangles, "on the line and in the key; line 9 has the colour too, and is hollow")
}

func TestCapacityAxesEndAtLabels(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		labels    string
	}{
		{1, 9, "1 2 5 9"}, {1, 4, "1 2 4"}, {1, 1, "1 2"}, {4, 4, "2 5 8"}, {19.8, 19817, "10 20 50 100 200 500 1k 2k 5k 10k 20k"},
		{20, 19817, "20 50 100 200 500 1k 2k 5k 10k 20k"}, {30, 2.1e7, "30 100 1k 10k 100k 1M 10M"}, {7, 31, "7 10 20 40"},
	} {
		low, high := capacityRange(math.Log10(c.low), math.Log10(c.high))
		require.LessOrEqual(t, low, math.Log10(c.low)+1e-9)
		require.GreaterOrEqual(t, high, math.Log10(c.high)-1e-9)
		var labels []string
		for _, tick := range (capacityTicks{cache.Objects}).Ticks(low, high) {
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		require.Equal(t, c.labels, strings.Join(labels, " "), "%v to %v", c.low, c.high)
	}
}
