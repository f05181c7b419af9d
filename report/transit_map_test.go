package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/edgewise-sim/edgewise/report"
	"github.com/edgewise-sim/edgewise/topology"
)

func TestAMapOfTransitShowsWhatIsCutAndBothSidesOfThePacific(t *testing.T) {
	tokyo, seattle, cairo := topology.Place{LatDeg: 35.7, LonDeg: 139.7}, topology.Place{LatDeg: 47.6, LonDeg: -122.3}, topology.Place{LatDeg: 30, LonDeg: 31.2}
	lines := func(cut bool, ways ...report.TransitWay) int {
		for i := range ways {
			ways[i].IsCut = cut
		}
		p, err := report.TransitMap(report.Transit{Title: "T", Hubs: []report.TransitHub{{Name: "TYO", Place: tokyo, IsCut: cut}, {Name: "SEA", Place: seattle}}, Ways: ways})
		require.NoError(t, err)
		drawn := svg(t, p)
		require.Contains(t, drawn, ">TYO<")
		require.Equal(t, 2, strings.Count(drawn, `style="fill:#FFFFFF;fill-opacity:0.8"`), "a plate below each name")
		require.Equal(t, cut, strings.Contains(drawn, "stroke-dasharray"))
		return strings.Count(drawn, "<path")
	}
	none := lines(false)
	require.Equal(t, none+2, lines(false, report.TransitWay{From: tokyo, To: seattle}), "out of the east of the map and in from the west")
	require.Equal(t, none+2, lines(false, report.TransitWay{From: seattle, To: tokyo}))
	require.Equal(t, none+2, lines(false, report.TransitWay{From: cairo, To: tokyo, Weight: 0.5}), "a line and the dot of the country")
	require.Equal(t, none+4, lines(true, report.TransitWay{From: tokyo, To: seattle}), "and a cross on the hub")

	_, err := report.TransitMap(report.Transit{})
	require.ErrorContains(t, err, "there are no hubs")
	_, err = report.TransitMap(report.Transit{Hubs: []report.TransitHub{{Name: "A"}}, Ways: []report.TransitWay{{Weight: 1.5}}})
	require.ErrorContains(t, err, "way 0 has a weight of 1.5; it must be from 0 to 1")
}
