package report_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise"
	"github.com/edgewise-sim/edgewise/stats"
)

// madeLinks returns so many links as a placement uses them, of which each carries less than the one before.
func madeLinks(placement, count int) (all []edgewise.LinkResult) {
	for k := range count {
		of := func(statistic, title, unit string, value, half float64) edgewise.Figure {
			return edgewise.Figure{
				Label:    edgewise.Label{Metric: "link", Statistic: statistic, Unit: unit, Shown: edgewise.Shown{SiteColumn: title}},
				Estimate: stats.MeanOf([]float64{value - half, value, value + half}, level).CutAt(0), // as a study has it
			}
		}
		load := .8 / float64(k+1) / float64(placement+1)
		all = append(all, edgewise.LinkResult{
			From: fmt.Sprintf("pop-%c", 'a'+k), To: "exchange", Sharing: []string{"fifo", "ps"}[k%2], BitsPerSecond: 1e9,
			Figures: edgewise.Figures{
				of("utilisation", "busy", "share", load, .01), of("busiest step", "busiest step", "share", min(1, load+.15), .02),
				of("load", "load", "share", load, .01), of("mean wait", "wait", "ms", 4*load*load, .3*load),
			},
		})
	}
	return all
}

func TestThePageHasWhatLinksCarryWithIntervals(t *testing.T) {
	c := small()
	for i := range c.Placements {
		c.Placements[i].Links = madeLinks(i, 14)
	}
	c.Placements[0].Links = c.Placements[0].Links[1:] // which the first does not use
	d := unpacked(t, pageOf(t, c))
	links := d["links"].([]any)
	require.Len(t, links, 12)
	require.EqualValues(t, 2, d["other_links"])
	first, second := links[0].(map[string]any), links[1].(map[string]any)
	require.Equal(t, "pop-b", first["from"], "the placement that asks most of a link says where it stands")
	require.Equal(t, "pop-a", second["from"])
	load := first["figures"].([]any)[2].(map[string]any)
	require.Equal(t, "load", load["title"])
	require.Equal(t, "%", load["unit"])
	values := load["v"].([]any)
	require.Len(t, values, len(c.Placements))
	for i, v := range values {
		f, err := c.Placements[i].Links[map[bool]int{true: 0, false: 1}[i == 0]].Figures.Figure("link", "load")
		require.NoError(t, err)
		require.True(t, f.HasInterval())
		for k, want := range []float64{f.Value, f.Low, f.High} {
			require.InEpsilon(t, 100*want, v.([]any)[k], 1e-3)
		}
	}
	require.Nil(t, second["figures"].([]any)[2].(map[string]any)["v"].([]any)[0])
}
