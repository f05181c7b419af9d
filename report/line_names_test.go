package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/report"
)

// coursed gives all placements of a comparison a course over time, further apart by so many ms a placement.
func coursed(f fixture, apart uint64) *edgewise.Comparison {
	c := made(f)
	for i := range c.Placements {
		for k := range c.Placements[i].Workloads {
			s := edgewise.Series{Step: time.Minute}
			for n := range 70 {
				s.Steps = append(s.Steps, edgewise.SeriesStep{Requests: 1000, SumNs: 1000 * (100 + uint64(n%3) + apart*uint64(i)) * 1e6})
			}
			c.Placements[i].Workloads[k].Series = s
		}
	}
	return c
}

func TestLinesThatRunToTheEdgeAreNamedThere(t *testing.T) {
	for _, apart := range []uint64{0, 1, 40} {
		for _, placements := range []int{1, 2, 12} {
			f := fixture{title: "x", workloads: []string{"cacheable"}, replications: 2, requests: 300}
			for i := range placements {
				f.placements = append(f.placements, fmt.Sprintf("placement %d", i))
			}
			p, err := report.Timeline(coursed(f, apart), "")
			require.NoError(t, err)
			drawing := svg(t, p)
			heights := map[string]float64{}
			_, _, all := labelsOf(t, drawing)
			for i, a := range all {
				if strings.HasPrefix(a.text, "placement") {
					heights[a.text] = a.bottom
				}
				for _, b := range all[:i] {
					require.True(t, a.right <= b.left || b.right <= a.left || a.top <= b.bottom || b.top <= a.bottom, "%q covers %q", a.text, b.text)
				}
			}
			require.Len(t, heights, placements, "each once: there is no key")
			for i := 1; i < placements && apart > 0; i++ {
				require.Greater(t, heights[fmt.Sprintf("placement %d", i)], heights[fmt.Sprintf("placement %d", i-1)], "in the order of the ends")
			}
		}
	}
}

func TestLinesAreNamedAllOrNone(t *testing.T) {
	named := func(placements ...string) (counts []int) {
		f := fixture{title: "x", placements: placements, workloads: []string{"cacheable"}, replications: 2, requests: 3000}
		p, err := report.LatencyCDF(made(f), "", "")
		require.NoError(t, err)
		drawing := svg(t, p)
		for _, name := range placements {
			counts = append(counts, strings.Count(drawing, ">"+name+"</text>"))
		}
		return counts
	}
	require.Equal(t, []int{2, 2}, named("old", "new"), "at the line and in the key, which has the figures")
	require.Equal(t, []int{1}, named("old"), "nothing to tell apart")
	many := make([]string, 9)
	for i := range many {
		many[i] = fmt.Sprintf("a placement with a name %d", i)
	}
	require.Equal(t, []int{1, 1, 1, 1, 1, 1, 1, 1, 1}, named(many...), "in the key alone")
}

func TestTimelinesOfAMetricHaveOneAxis(t *testing.T) {
	c := coursed(fixture{title: "x", placements: []string{"a"}, workloads: []string{"cacheable", "computed", "matched"}, replications: 2, requests: 300}, 0)
	for n := range c.Placements[0].Workloads[1].Series.Steps {
		c.Placements[0].Workloads[1].Series.Steps[n].SumNs *= 4
	}
	p, err := report.Timeline(c, "")
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(svg(t, p), ">400</text>"), "both of the time to first byte, not that of the game")
}

func TestNoFigureOfHitRatiosIsCut(t *testing.T) {
	c := fixtureNamed("mid-tier")
	for i := range c.Placements {
		for k := range c.Placements[i].Workloads[0].Figures {
			if f := &c.Placements[i].Workloads[0].Figures[k]; f.Bar != "" {
				f.Bar = "regional edge cache " + f.Bar
			}
		}
	}
	p, err := report.HitRatios(c, "")
	require.NoError(t, err)
	drawing := svg(t, p)
	require.Contains(t, drawing, "regional edge cache")
	require.NotContains(t, drawing, "…")
}
