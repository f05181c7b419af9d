package report

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/search"
	"github.com/edgewise-sim/edgewise/stats"
)

func TestLabelsCoverNeitherEachOtherNorAPoint(t *testing.T) {
	bounds := vg.Rectangle{Max: vg.Point{X: 400, Y: 250}}
	for _, n := range []int{1, 4, 20} {
		var points, sizes []vg.Point
		for i := range n { // on a bow, some of them almost on each other, the first in a corner
			a := math.Pi / 2 * math.Round(float64(i)/2) / 10
			points = append(points, vg.Point{X: vg.Length(400 - 395*math.Cos(a)), Y: vg.Length(245 - 240*math.Sin(a))})
			sizes = append(sizes, vg.Point{X: 10, Y: 9})
		}
		boxes := placeLabels(points, sizes, nil, bounds)
		require.Len(t, boxes, n)
		for i, box := range boxes {
			require.InDelta(t, 0, outside(box, bounds), 1e-9)
			for j, p := range points {
				mark := vg.Rectangle{Min: vg.Point{X: p.X - pointRadius, Y: p.Y - pointRadius}, Max: vg.Point{X: p.X + pointRadius, Y: p.Y + pointRadius}}
				require.Zero(t, overlap(box, mark), "label %d of %d on point %d", i, n, j)
				if i != j {
					require.Zero(t, overlap(box, boxes[j]), "labels %d and %d of %d", i, j, n)
				}
			}
		}
	}
}

// TestFrontsOfFewAndManyAlternativesAreDrawn writes the pictures where EDGEWISE_PICTURES says, to be looked at.
func TestFrontsOfFewAndManyAlternativesAreDrawn(t *testing.T) {
	for _, n := range []int{4, 20} {
		a := &search.Answer{Title: "Which zones?", Comparison: &edgewise.Comparison{Replications: 4}, Objectives: []search.Named{
			{Figure: "player_rtt within 40ms", Unit: "share", Better: "more"}, {Figure: "bill total", Unit: "USD", Better: "less"}}}
		one := func(share, money float64) search.Alternative {
			of := func(x, half float64) edgewise.Figure {
				return edgewise.Figure{Estimate: stats.Estimate{Value: x, Low: x - half, High: x + half, N: 4}}
			}
			return search.Alternative{Figures: []edgewise.Figure{of(share, 0.004), of(money, 200)}, OnFront: true}
		}
		a.Baseline = one(0.52, 21000)
		a.Baseline.OnFront, a.Baseline.Name = false, "as it is"
		for i := range n {
			at := math.Round(float64(i)/1.5) / float64(n)
			a.Alternatives = append(a.Alternatives, one(0.6+0.35*at, 22000+12000*at*at))
		}
		p, err := SearchFront(a)
		require.NoError(t, err)
		dir := t.TempDir()
		if to := os.Getenv("EDGEWISE_PICTURES"); to != "" {
			dir = to
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("front-%d.svg", n)))
		require.NoError(t, err)
		require.NoError(t, p.WriteSVG(f))
		require.NoError(t, f.Close())

		// Where it is ranked, it is the same point.
		a.Alternatives[2].Name = a.Baseline.Name
		p, err = SearchFront(a)
		require.NoError(t, err)
		var text strings.Builder
		require.NoError(t, p.WriteSVG(&text))
		require.Contains(t, text.String(), ">3, b</text>")
		require.NotContains(t, text.String(), ">b</text>")
	}
}

func TestHubsWithTheNearestNeighbourAreNamedFirst(t *testing.T) {
	signs := []sign{{vg.Point{X: 0}, "far"}, {vg.Point{X: 50}, "middle"}, {vg.Point{X: 60, Y: 3}, "close"}, {vg.Point{X: 60, Y: 7}, "closer"}}
	crowdedFirst(signs)
	var order []string
	for _, s := range signs {
		order = append(order, s.name)
	}
	require.Equal(t, []string{"close", "closer", "middle", "far"}, order)
}
