package look_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/internal/look"
)

func TestLatencyAxisIsLabelledForItsSpan(t *testing.T) {
	for _, c := range []struct {
		name      string
		low, high float64 // ms
		labels    []string
	}{
		{"two decades", 0.9, 120, []string{"1", "2", "5", "10", "20", "50", "100"}},
		{"below a millisecond", 0.04, 0.6, []string{"0.05", "0.1", "0.2", "0.5"}},
		{"five decades", 0.5, 90000, []string{"1", "10", "100", "1000", "10000"}},
		{"narrow", 9, 17, []string{"10", "12", "14", "16"}},
		{"very narrow", 12.49, 12.52, []string{"12.49", "12.495", "12.5", "12.505", "12.51", "12.515", "12.52"}},
	} {
		var labels []string
		last := math.Inf(-1)
		for _, tick := range (look.LatencyTicks{}).Ticks(math.Log10(c.low), math.Log10(c.high)) {
			require.Greater(t, tick.Value, last, c.name)
			last = tick.Value
			if tick.Label != "" {
				labels = append(labels, tick.Label)
			}
		}
		require.Equal(t, c.labels, labels, c.name)
	}
}

func TestZeroHasNoSign(t *testing.T) {
	require.Equal(t, "[0 20 40 60 80 100]", fmt.Sprint(look.RoundNumbers(0, 100)))
}

func TestTheFirstLinesAllDiffer(t *testing.T) {
	seen := make(map[string]bool)
	for i := range 31 {
		l := look.Line(i)
		require.Equal(t, i == 0, l.Color == look.Line(0).Color, "black is the baseline's: line %d", i)
		key := fmt.Sprint(l.Color, l.Dashes)
		require.False(t, seen[key], "line %d", i)
		seen[key] = true
		key = fmt.Sprint("of bars ", l.Color, look.Round(i))
		require.False(t, seen[key], "bar %d", i)
		seen[key] = true
	}
}

func TestTranslucentKeepsTheColour(t *testing.T) {
	r, g, b, a := look.Translucent(look.Line(1).Color, 0.5).RGBA()
	require.InDelta(t, 0x7f7f, a, 1)
	require.InDelta(t, 0, r, 1)
	require.Greater(t, b, g)
}

func TestNamesCanBeReadOnWhite(t *testing.T) {
	linear := func(v uint8) float64 { // WCAG 2.2, relative luminance
		if s := float64(v) / 255; s > 0.04045 {
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return float64(v) / 255 / 12.92
	}
	for i := range 13 {
		c := look.Name(i)
		luminance := 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
		require.GreaterOrEqual(t, 1.05/(luminance+0.05), 4.5, "line %d", i)
	}
}
